/* Examples in rule files, run over given sets of rules. */
#ifndef SST_VERDICT_CHECK_H
#define SST_VERDICT_CHECK_H

#include "verdict/decide.h"

/* An example's reply is read into a buffer of this size, of which more is not looked at. */
enum { SST_MAX_EXAMPLE = 16384 };

/* Runs an example of a set, which is one of the two. SST_OK, or SST_E_RULES with the fault. */
int sst_check_example(const sst_sets *sets, const sst_ruleset *set, const sst_example *example,
                      sst_rules_fault *fault);

#endif
