/* The axes of a verdict, given the reason: rules that hold over the table of reasons. */
#ifndef SST_VERDICT_AXES_H
#define SST_VERDICT_AXES_H

#include <smtpstatus/verdict.h>

#include "rules/ruleset.h"

/* What happened, as the evidence says or its codes do. */
sst_kind sst_kind_of(const sst_evidence *evidence);

/* Whether a verdict of this kind says why. */
bool sst_kind_has_reason(sst_kind kind);

/* How lasting the reply itself says that the failure is. */
sst_permanence sst_claimed(const sst_evidence *evidence);

/* Fills permanence, scope, actor, retry and suppress from reason, kind and claimed, and from the
 * deciding rule where it says otherwise; rule may be NULL. */
void sst_fill_axes(sst_verdict *verdict, const sst_ruleset_rule *rule);

#endif
