/* What a user's loaded rules are. */
#ifndef SST_RULES_LOAD_H
#define SST_RULES_LOAD_H

#include "rules/model.h"

struct sst_rules {
    sst_arena arena; /* holds everything below, and this */
    sst_ruleset set;
    const sst_example *examples; /* rule numbers by precedence */
    size_t example_count;
    const sst_span *files; /* the texts, in the order of loading */
    size_t file_count;
};

#endif
