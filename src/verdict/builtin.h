/* The rules that come with the library, compiled by tools/gen_rules.c into src/gen/rules.c. */
#ifndef SST_VERDICT_BUILTIN_H
#define SST_VERDICT_BUILTIN_H

#include "rules/ruleset.h"

extern const sst_ruleset sst_builtin_rules;

#endif
