/*
 * Causes: found by who can mend them and why it failed, with an example of each rule that decided,
 * and the replies that no rule covers, brought to templates.
 */
#include <smtpstatus/group.h>

#include "base/alloc.h"
#include "report/hash.h"
#include "report/model.h"

#define TEMPLATE_SIZE ((size_t)512)
#define SALT_RULE     7
#define SALT_TEMPLATE 8

cause *sst_report_new_cause(sst_report *report, sst_actor actor, sst_reason reason,
                            sst_reason beneath)
{
    cause *fresh = sst_allocate(report->allocator, 1, sizeof *fresh);
    if (!fresh)
        return NULL;
    memset(fresh, 0, sizeof *fresh);
    fresh->actor = actor;
    fresh->reason = reason;
    fresh->beneath = beneath;
    fresh->first = INT64_MAX;
    fresh->last = NO_TIME;
    return fresh;
}

size_t sst_report_find_cause(sst_report *report, const sst_record *record)
{
    const sst_verdict *verdict = &record->verdict;
    bool judged = sst_record_is_judged(record);
    sst_reason reason = judged ? verdict->reason : SST_REASON_UNKNOWN;
    sst_actor actor = judged ? verdict->actor : SST_ACTOR_NOBODY;
    sst_reason beneath = reason == SST_REASON_EXPIRED ? verdict->cause : SST_REASON_UNKNOWN;
    for (size_t i = 0; i < report->cause_count; i++) {
        const cause *here = report->causes[i];
        if (here->reason == reason && here->actor == actor && here->beneath == beneath)
            return i;
    }
    if (report->cause_count == SST_MAX_REPORT_CAUSES)
        return SST_MAX_REPORT_CAUSES;
    cause *fresh = sst_report_new_cause(report, actor, reason, beneath);
    if (!fresh)
        return SST_MAX_REPORT_CAUSES;
    report->causes[report->cause_count] = fresh;
    return report->cause_count++;
}

/* --- examples ------------------------------------------------------------------------------- */

static void keep_example(const sst_report *report, cause *into, const sst_record *record)
{
    sst_span rule = {record->verdict.rule, record->verdict.rule ? strlen(record->verdict.rule) : 0};
    uint64_t hash = hash_span(report->options.seed, SALT_RULE, rule);
    size_t at = 0;
    while (at < into->example_count && into->examples[at].rule != hash)
        at++;
    if (at == EXAMPLES)
        return;
    reply_example *here = &into->examples[at];
    here->count++;
    /* An example with words, even where the first reply had none. */
    if (at < into->example_count && (here->len > 0 || record->text.len == 0))
        return;
    into->example_count += at == into->example_count ? 1 : 0;
    here->rule = hash;
    here->code = record->code;
    here->enhanced = record->enhanced;
    here->len = record->text.len < EXAMPLE_BYTES ? record->text.len : EXAMPLE_BYTES;
    if (here->len > 0)
        memcpy(here->text, record->text.ptr, here->len);
}

size_t sst_report_codes(int code, sst_enhanced enhanced, char out[CODES_SIZE])
{
    size_t len = 0;
    if (code > 0 && code < 1000) {
        out[len++] = (char)('0' + code / 100);
        out[len++] = (char)('0' + code / 10 % 10);
        out[len++] = (char)('0' + code % 10);
        out[len++] = ' ';
    }
    size_t more = (size_t)sst_enhanced_to_string(enhanced, out + len, CODES_SIZE - len - 1);
    len += more;
    if (more > 0)
        out[len++] = ' ';
    return len;
}

/* --- replies that no rule covers ------------------------------------------------------------ */

static void count_template(sst_report *report, const sst_record *record)
{
    char text[CODES_SIZE + TEMPLATE_SIZE];
    size_t len = sst_report_codes(record->code, record->enhanced, text);
    size_t whole =
        sst_group_template(record->text.ptr, record->text.len, text + len, TEMPLATE_SIZE);
    len += whole < TEMPLATE_SIZE ? whole : TEMPLATE_SIZE;
    /* A character that was cut goes. */
    while (whole > TEMPLATE_SIZE && len > 0 && ((unsigned char)text[len - 1] & 0x80) != 0)
        len--;
    sst_span template = {text, len};
    uint64_t hash = hash_span(report->options.seed, SALT_TEMPLATE, template);
    size_t position = sst_names_find(&report->templates, template, hash, false);
    fate_state state = record->kind == SST_KIND_FAILED ? FATE_FAILED : FATE_WAITING;
    names_tally(&report->templates, position)->of[state]++;
}

void sst_report_add_attempt(sst_report *report, size_t position, const sst_record *record,
                            int64_t time)
{
    cause *into = cause_at(report, position);
    into->attempts++;
    if (time != NO_TIME) {
        into->first = time < into->first ? time : into->first;
        into->last = time > into->last ? time : into->last;
    }
    if (!into->is_others)
        keep_example(report, into, record);
    if (into->reason == SST_REASON_UNKNOWN && !into->is_others && record->text.len > 0)
        count_template(report, record);
}
