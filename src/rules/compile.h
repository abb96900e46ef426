/* From a model to the compiled form. */
#ifndef SST_RULES_COMPILE_H
#define SST_RULES_COMPILE_H

#include "rules/model.h"

/*
 * Compiles. The tables are taken from keep and live as long as it. With user set, every rule's
 * level is `user`, and a later file's rules go before an earlier one's; within a file the order is
 * the same as for built-in rules. The model's rules are brought into order, and its examples'
 * rule numbers with them. Returns SST_OK, SST_E_NO_MEMORY or SST_E_LIMIT.
 */
int sst_rules_compile(sst_model *model, bool user, sst_arena *keep, sst_ruleset *set);

#endif
