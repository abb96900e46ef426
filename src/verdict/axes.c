/*
 * The axes of a verdict. Claimed and judged permanence are two things; a server that asks to be
 * tried again is believed, and a passing cause that is sent as a permanent failure is not.
 */
#include "verdict/axes.h"

static sst_kind kind_of_digit(unsigned digit)
{
    switch (digit) {
    case 2:
        return SST_KIND_ACCEPTED;
    case 4:
        return SST_KIND_DELAYED;
    case 5:
        return SST_KIND_FAILED;
    default:
        return SST_KIND_NONE;
    }
}

sst_kind sst_kind_of(const sst_evidence *evidence)
{
    if (evidence->kind != SST_KIND_NONE)
        return evidence->kind;
    if (evidence->code > 0)
        return kind_of_digit((unsigned)evidence->code / 100);
    return kind_of_digit(evidence->enhanced.status_class);
}

bool sst_kind_has_reason(sst_kind kind)
{
    return kind == SST_KIND_NONE || kind == SST_KIND_FAILED || kind == SST_KIND_DELAYED ||
           kind == SST_KIND_IN_DOUBT;
}

static sst_permanence permanence_of_digit(unsigned digit)
{
    return digit == 4   ? SST_PERMANENCE_TRANSIENT
           : digit == 5 ? SST_PERMANENCE_PERMANENT
                        : SST_PERMANENCE_UNKNOWN;
}

sst_permanence sst_claimed(const sst_evidence *evidence)
{
    unsigned digit = evidence->code > 0 ? (unsigned)evidence->code / 100 : 0;
    sst_permanence claimed = permanence_of_digit(digit);
    if (claimed != SST_PERMANENCE_UNKNOWN)
        return claimed;
    return permanence_of_digit(evidence->enhanced.status_class);
}

/* Judged permanence. column is what the table, or the rule, says for the reason. */
static sst_permanence judge(const sst_verdict *verdict, sst_permanence column)
{
    /* The queue gave up, whatever the server had claimed. */
    if (verdict->reason == SST_REASON_EXPIRED)
        return column;
    if (verdict->claimed == SST_PERMANENCE_TRANSIENT)
        return SST_PERMANENCE_TRANSIENT;
    if (verdict->claimed == SST_PERMANENCE_PERMANENT)
        return column == SST_PERMANENCE_TRANSIENT ? column : SST_PERMANENCE_PERMANENT;
    /* It may have arrived. */
    if (verdict->kind == SST_KIND_IN_DOUBT || column == SST_PERMANENCE_CLAIMED)
        return SST_PERMANENCE_UNKNOWN;
    return column;
}

/* The value of an axis: the rule's own, or the reason's. */
static unsigned value_of(unsigned own, unsigned of_reason)
{
    return own == SST_DEFAULT_OF_REASON ? of_reason : own;
}

static sst_reason_defaults row_of(const sst_verdict *verdict, const sst_ruleset_rule *rule)
{
    sst_reason_defaults row = sst_reason_get_defaults(verdict->reason);
    if (rule && rule->reason == (unsigned)verdict->reason) {
        row.permanence = (sst_permanence)value_of(rule->permanence, row.permanence);
        row.scope = (sst_scope)value_of(rule->scope, row.scope);
        row.actor = (sst_actor)value_of(rule->actor, row.actor);
        row.retry = (sst_retry)value_of(rule->retry, row.retry);
        row.suppress = (sst_suppress)value_of(rule->suppress, row.suppress);
    }
    if (row.retry == SST_RETRY_AS_CLAIMED)
        row.retry = verdict->claimed == SST_PERMANENCE_PERMANENT ? SST_RETRY_NO : SST_RETRY_LATER;
    return row;
}

void sst_fill_axes(sst_verdict *verdict, const sst_ruleset_rule *rule)
{
    sst_reason_defaults row = row_of(verdict, rule);
    verdict->permanence = judge(verdict, row.permanence);
    verdict->scope = row.scope;
    verdict->actor = row.actor;
    verdict->retry = row.retry;
    verdict->suppress = row.suppress;
    if (verdict->permanence != SST_PERMANENCE_TRANSIENT || verdict->reason == SST_REASON_EXPIRED)
        return;
    /* Not given up, so not given up on. */
    if (verdict->retry == SST_RETRY_NO)
        verdict->retry = SST_RETRY_LATER;
    if (verdict->suppress == SST_SUPPRESS_YES)
        verdict->suppress = SST_SUPPRESS_AFTER_REPEATS;
}
