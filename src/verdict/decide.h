/* Deciding over given sets of rules: what sst_verdict_decide does with the built-in ones. */
#ifndef SST_VERDICT_DECIDE_H
#define SST_VERDICT_DECIDE_H

#include <smtpstatus/verdict.h>

#include "rules/ruleset.h"

/* The sets that rule: the user's, which may be NULL, and the built-in ones. */
typedef struct sst_sets {
    const sst_ruleset *user;
    const sst_ruleset *builtin;
} sst_sets;

void sst_decide(const sst_sets *sets, const sst_evidence *evidence, sst_verdict *verdict);

void sst_decide_batch(const sst_sets *sets, const sst_evidence *evidence, size_t count,
                      sst_verdict *verdicts);

/* Whether one rule of a set, which is one of the two, holds. */
bool sst_rule_matches(const sst_sets *sets, const sst_evidence *evidence, const sst_ruleset *set,
                      size_t rule);

/* Every rule that holds, in order of precedence. */
size_t sst_find_matches(const sst_sets *sets, const sst_evidence *evidence, sst_match *matches,
                        size_t size);

#endif
