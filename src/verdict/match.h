/* Which rules of a set hold for a delivery attempt. */
#ifndef SST_VERDICT_MATCH_H
#define SST_VERDICT_MATCH_H

#include <smtpstatus/verdict.h>

#include "verdict/hits.h"

/* One set, and what was found out about the attempt with it. */
typedef struct sst_view {
    const sst_ruleset *set;
    const sst_hits *hits;
    const sst_evidence *evidence;
    unsigned provider; /* number in the set, or SST_NO_PROVIDER */
} sst_view;

/* No reason: sst_first_rule passes over none. */
enum { SST_SKIP_NOTHING = SST_REASON_COUNT };

/* Whether a rule holds. */
bool sst_rule_holds(const sst_view *view, size_t rule);

/* The first rule in order of precedence that holds and has another reason than skip; rule_count
 * where there is none. */
size_t sst_first_rule(const sst_view *view, sst_reason skip);

/* The longest phrase of a rule that was met, as [*start, *end); both 0 where no words decided. */
void sst_rule_span(const sst_view *view, size_t rule, size_t *start, size_t *end);

#endif
