/* The public face of deciding: over the user's rules and the built-in ones. */
#include <smtpstatus/verdict.h>

#include "rules/load.h"
#include "verdict/builtin.h"
#include "verdict/decide.h"

static sst_sets sets_of(const sst_rules *rules)
{
    sst_sets sets = {rules ? &rules->set : NULL, &sst_builtin_rules};
    return sets;
}

void sst_verdict_decide(const sst_evidence *evidence, const sst_rules *rules, sst_verdict *verdict)
{
    sst_sets sets = sets_of(rules);
    sst_decide(&sets, evidence, verdict);
}

void sst_verdict_decide_batch(const sst_evidence *evidence, size_t count, const sst_rules *rules,
                              sst_verdict *verdicts)
{
    sst_sets sets = sets_of(rules);
    sst_decide_batch(&sets, evidence, count, verdicts);
}

size_t sst_verdict_matches(const sst_evidence *evidence, const sst_rules *rules, sst_match *matches,
                           size_t size)
{
    sst_sets sets = sets_of(rules);
    return sst_find_matches(&sets, evidence, matches, size);
}
