/*
 * A report as one JSON object (RFC 8259), described by data/report.schema.json. Times are RFC 3339
 * in UTC, shares parts of 1, durations seconds.
 */
#include <smtpstatus/report.h>

#include "base/ascii.h"
#include "record/writer.h"
#include "report/clock.h"
#include "report/view.h"

typedef struct json {
    writer out;
    bool first; /* no comma is due */
} json;

/* --- pieces --------------------------------------------------------------------------------- */

static void put_comma(json *to)
{
    if (!to->first)
        sst_writer_char(&to->out, ',');
    to->first = false;
}

static void put_key(json *to, const char *key)
{
    put_comma(to);
    sst_writer_char(&to->out, '"');
    sst_writer_text(&to->out, key);
    sst_writer_text(&to->out, "\":");
}

/* Opens an object or array, under a key or (NULL) as an element. */
static void open(json *to, const char *key, char bracket)
{
    if (key)
        put_key(to, key);
    else
        put_comma(to);
    sst_writer_char(&to->out, bracket);
    to->first = true;
}

static void shut(json *to, char bracket)
{
    sst_writer_char(&to->out, bracket);
    to->first = false;
}

static void put_number(json *to, const char *key, uint64_t number)
{
    put_key(to, key);
    sst_writer_number(&to->out, number);
}

static void put_text(json *to, const char *key, sst_span text)
{
    put_key(to, key);
    sst_writer_json(&to->out, text);
}

static void put_word(json *to, const char *key, const char *word)
{
    if (word[0] != '\0')
        put_text(to, key, span_of(word));
}

static void put_name(json *to, const view *all, const char *key, sst_span name)
{
    char pseudonym[NAME_SIZE];
    put_text(to, key, sst_view_name(all->report, name, pseudonym));
}

/* NO_TIME and INT64_MAX: left out. */
static void put_time(json *to, const char *key, int64_t time)
{
    char text[CLOCK_SIZE];
    if (time == NO_TIME || time == INT64_MAX)
        return;
    sst_span written = {text, sst_clock_write(time, text)};
    put_text(to, key, written);
}

/* A number with digits behind the point, none of them a trailing zero. */
static void put_decimal(json *to, const char *key, uint64_t number, uint64_t unit)
{
    put_key(to, key);
    sst_writer_number(&to->out, number / unit);
    uint64_t rest = number % unit;
    if (rest > 0)
        sst_writer_char(&to->out, '.');
    while (rest > 0) {
        unit /= 10;
        sst_writer_char(&to->out, (char)('0' + rest / unit));
        rest %= unit;
    }
}

static void put_share(json *to, const char *key, uint64_t part, uint64_t whole)
{
    put_decimal(to, key, sst_view_share(part, whole), 1000000);
}

static void put_tally(json *to, const tally *count)
{
    put_number(to, "recipients", tally_sum(count));
    put_number(to, "delivered_first", count->of[FATE_FIRST]);
    put_number(to, "delivered_later", count->of[FATE_LATER]);
    put_number(to, "failed", count->of[FATE_FAILED]);
    put_number(to, "waiting", count->of[FATE_WAITING]);
    put_number(to, "in_doubt", count->of[FATE_DOUBT]);
}

/* --- the parts of the object ---------------------------------------------------------------- */

static void put_inputs(json *to, const view *all)
{
    const sst_report *report = all->report;
    open(to, "inputs", '{');
    put_number(to, "inputs", all->style->inputs);
    put_number(to, "records", report->records);
    put_number(to, "duplicates", report->duplicates);
    put_number(to, "not_understood", all->style->not_understood);
    open(to, "formats", '[');
    for (size_t i = 0; i < report->formats.count; i++) {
        const name_row *format = &report->formats.list[i];
        sst_span text = {format->text, format->len};
        open(to, NULL, '{');
        put_text(to, "format", text);
        put_number(to, "records", format->count.of[FATE_FIRST]);
        shut(to, '}');
    }
    shut(to, ']');
    shut(to, '}');
}

static void put_period(json *to, const sst_report *report)
{
    open(to, "period", '{');
    put_time(to, "first", report->first);
    put_time(to, "last", report->last);
    shut(to, '}');
}

static void put_totals(json *to, const sst_report *report)
{
    open(to, "totals", '{');
    put_number(to, "mails", report->mails);
    put_tally(to, &report->total);
    put_number(to, "delivered", report->total.of[FATE_FIRST] + report->total.of[FATE_LATER]);
    put_number(to, "complaints", report->complaints);
    put_number(to, "auto_replies", report->auto_replies);
    put_number(to, "relayed", report->relayed);
    put_number(to, "others", report->others);
    shut(to, '}');
}

/* Providers are identifiers of ours and stay as they are. */
static void put_row_name(json *to, const view *all, const char *what, const name_row *row)
{
    sst_span text = {row->text, row->len};
    if (strcmp(what, "provider") == 0)
        put_text(to, what, text);
    else
        put_name(to, all, what, text);
}

static void put_sharers(json *to, const view *all, const char *key, const char *what,
                        const names *of, sharers list)
{
    open(to, key, '[');
    for (size_t i = 0; i < list.count; i++) {
        open(to, NULL, '{');
        put_row_name(to, all, what, &of->list[list.top[i].name]);
        put_number(to, "recipients", list.top[i].recipients);
        shut(to, '}');
    }
    if (list.others > 0) {
        open(to, NULL, '{');
        put_key(to, "others");
        sst_writer_text(&to->out, "true");
        put_number(to, "recipients", list.others);
        shut(to, '}');
    }
    shut(to, ']');
}

static void put_cause_names(json *to, const cause *of)
{
    if (of->is_others) {
        put_key(to, "others");
        sst_writer_text(&to->out, "true");
        return;
    }
    put_word(to, "actor", sst_actor_id(of->actor));
    put_word(to, "reason", sst_reason_id(of->reason));
    if (of->reason == SST_REASON_EXPIRED)
        put_word(to, "cause", sst_reason_id(of->beneath));
}

static void put_cause(json *to, const view *all, const cause *of)
{
    char example[VIEW_EXAMPLE];
    sst_span reply = {example, sst_view_example(of, example)};
    open(to, NULL, '{');
    put_cause_names(to, of);
    put_number(to, "cost", tally_cost(&of->count));
    put_share(to, "share", tally_cost(&of->count), all->recipients);
    put_number(to, "failed", of->count.of[FATE_FAILED]);
    put_number(to, "waiting", of->count.of[FATE_WAITING]);
    put_number(to, "in_doubt", of->count.of[FATE_DOUBT]);
    put_number(to, "delivered_later", of->count.of[FATE_LATER]);
    put_number(to, "attempts", of->attempts);
    put_time(to, "since", of->first);
    put_time(to, "last", of->last);
    put_sharers(to, all, "providers", "provider", &all->report->providers,
                sst_view_providers(all, of));
    put_sharers(to, all, "senders", "sender", &all->report->senders, sst_view_senders(all, of));
    if (reply.len > 0)
        put_text(to, "example", reply);
    if (!of->is_others) {
        put_word(to, "title", sst_reason_text_title(of->reason, all->language));
        put_word(to, "advice", sst_reason_text_advice(of->reason, of->actor, all->language));
    }
    shut(to, '}');
}

static void put_causes(json *to, const view *all)
{
    open(to, "causes", '[');
    for (size_t i = 0; i < all->cause_count; i++)
        put_cause(to, all, all->causes[i]);
    shut(to, ']');
}

static void put_others(json *to, const listing *list)
{
    put_key(to, "others");
    sst_writer_text(&to->out, "true");
    put_number(to, "names", list->others_count);
}

static void put_listing(json *to, const view *all, const char *key, const char *what,
                        const listing *list)
{
    open(to, key, '[');
    for (size_t i = 0; i < list->count; i++) {
        const name_row *here = &list->of->list[list->top[i]];
        open(to, NULL, '{');
        put_row_name(to, all, what, here);
        put_tally(to, &here->count);
        shut(to, '}');
    }
    if (list->has_others) {
        open(to, NULL, '{');
        put_others(to, list);
        put_tally(to, &list->others);
        shut(to, '}');
    }
    shut(to, ']');
}

static void put_reasons(json *to, const view *all)
{
    open(to, "reasons", '[');
    for (size_t i = 0; i < all->reason_count; i++) {
        sst_reason reason = all->reasons[i];
        const tally *count = &all->report->by_reason[reason];
        open(to, NULL, '{');
        put_word(to, "reason", sst_reason_id(reason));
        put_number(to, "cost", tally_cost(count));
        put_number(to, "failed", count->of[FATE_FAILED]);
        put_number(to, "waiting", count->of[FATE_WAITING]);
        put_number(to, "in_doubt", count->of[FATE_DOUBT]);
        put_number(to, "delivered_later", count->of[FATE_LATER]);
        shut(to, '}');
    }
    shut(to, ']');
}

static void put_attempts(json *to, const uint64_t of[ATTEMPT_COUNT])
{
    put_number(to, "delivered", of[ATTEMPT_DELIVERED]);
    put_number(to, "delayed", of[ATTEMPT_DELAYED]);
    put_number(to, "failed", of[ATTEMPT_FAILED]);
    put_number(to, "in_doubt", of[ATTEMPT_DOUBT]);
}

static void put_timeline(json *to, const timeline *of)
{
    open(to, "timeline", '[');
    for (size_t i = 0; i < of->count; i++) {
        open(to, NULL, '{');
        put_time(to, "start", of->list[i].start);
        put_number(to, "seconds", (uint64_t)sst_timeline_width(of));
        put_attempts(to, of->list[i].of);
        shut(to, '}');
    }
    shut(to, ']');
    open(to, "untimed", '{');
    put_attempts(to, of->untimed);
    shut(to, '}');
}

static void put_delay(json *to, const delays *of)
{
    open(to, "delay", '{');
    put_number(to, "count", of->count);
    if (of->count > 0) {
        put_decimal(to, "median", sst_delay_percentile(of, 50), 1000);
        put_decimal(to, "p95", sst_delay_percentile(of, 95), 1000);
        put_decimal(to, "longest", of->most, 1000);
    }
    put_key(to, "error");
    sst_writer_text(&to->out, "0.01");
    open(to, "histogram", '[');
    for (size_t i = 0; i <= DELAY_EDGES; i++) {
        open(to, NULL, '{');
        if (i < DELAY_EDGES)
            put_number(to, "below", sst_delay_edges[i] / 1000);
        put_number(to, "count", of->coarse[i]);
        shut(to, '}');
    }
    shut(to, ']');
    shut(to, '}');
}

static void put_suppressed(json *to, const view *all, const sst_report_suppressed *one)
{
    char text[VIEW_EXAMPLE];
    sst_span reply = {text, sst_view_reply(all, &one->last, text)};
    open(to, NULL, '{');
    put_name(to, all, "recipient", one->last.recipient);
    put_word(to, "why", one->last.complaint ? "complaint" : sst_reason_id(one->last.reason));
    put_number(to, "failures", one->failures);
    if (one->last.has_time)
        put_time(to, "last", one->last.time);
    if (reply.len > 0)
        put_text(to, "reply", reply);
    shut(to, '}');
}

static void put_suppress(json *to, const view *all)
{
    const sst_report_style *style = all->style;
    sst_report_suppressed one;
    put_number(to, "suppress_count", style->suppress_next ? style->suppress_count : 0);
    open(to, "suppress", '[');
    for (uint64_t i = 0; style->suppress_next && i < SST_MAX_REPORT_SUPPRESSED &&
                         style->suppress_next(style->suppress_context, i, &one);
         i++)
        put_suppressed(to, all, &one);
    shut(to, ']');
}

static void put_uncovered(json *to, const view *all)
{
    const listing *list = &all->templates;
    open(to, "uncovered", '[');
    for (size_t i = 0; i < list->count + (list->has_others ? 1 : 0); i++) {
        bool others = i == list->count;
        const name_row *here = others ? NULL : &list->of->list[list->top[i]];
        const tally *count = others ? &list->others : &here->count;
        open(to, NULL, '{');
        if (others) {
            put_others(to, list);
        } else {
            sst_span text = {here->text, here->len};
            put_text(to, "reply", text);
        }
        put_number(to, "attempts", tally_sum(count));
        put_number(to, "failed", count->of[FATE_FAILED]);
        put_number(to, "delayed", count->of[FATE_WAITING]);
        shut(to, '}');
    }
    shut(to, ']');
}

static void put_clients(json *to, const view *all)
{
    const listing *list = &all->clients;
    open(to, "clients", '[');
    for (size_t i = 0; i < list->count + (list->has_others ? 1 : 0); i++) {
        bool others = i == list->count;
        const name_row *here = others ? NULL : &list->of->list[list->top[i]];
        const tally *count = others ? &list->others : &here->count;
        open(to, NULL, '{');
        if (others) {
            put_others(to, list);
        } else {
            sst_span text = {here->text, here->len};
            put_name(to, all, "client", text);
        }
        put_number(to, "refused", count->of[FATE_FAILED]);
        put_number(to, "put_off", count->of[FATE_WAITING]);
        shut(to, '}');
    }
    shut(to, ']');
}

static void put_inbound(json *to, const view *all)
{
    const inbound *of = &all->report->inbound;
    open(to, "inbound", '{');
    put_number(to, "records", of->records);
    put_number(to, "refused", of->refused);
    put_number(to, "put_off", of->put_off);
    put_time(to, "first", of->first);
    put_time(to, "last", of->last);
    open(to, "reasons", '[');
    for (size_t i = 0; i < all->inbound_reason_count; i++) {
        open(to, NULL, '{');
        put_word(to, "reason", sst_reason_id(all->inbound_reasons[i]));
        put_number(to, "count", of->by_reason[all->inbound_reasons[i]]);
        shut(to, '}');
    }
    shut(to, ']');
    put_clients(to, all);
    shut(to, '}');
}

static void put_limits(json *to, const sst_report *report)
{
    static const uint64_t values[] = {
#define LIMIT_VALUE(ident, id, value) value,
        SST_REPORT_LIMIT_LIST(LIMIT_VALUE)
#undef LIMIT_VALUE
    };
    open(to, "limits", '[');
    for (int i = 0; i < SST_REPORT_LIMIT_COUNT; i++) {
        if (!sst_report_limit_met(report, (sst_report_limit)i))
            continue;
        open(to, NULL, '{');
        put_word(to, "limit", sst_report_limit_id((sst_report_limit)i));
        put_number(to, "value", values[i]);
        shut(to, '}');
    }
    shut(to, ']');
}

static void put_comparison(json *to, const view *all, const comparison *of)
{
    open(to, NULL, '{');
    put_cause_names(to, of->now ? of->now : of->before);
    put_word(to, "change", sst_view_change_id(of->change));
    put_number(to, "cost", of->now ? tally_cost(&of->now->count) : 0);
    put_decimal(to, "share", of->share_now, 1000000);
    put_number(to, "cost_before", of->before ? tally_cost(&of->before->count) : 0);
    put_decimal(to, "share_before", of->share_before, 1000000);
    put_word(to, "title",
             sst_reason_text_title((of->now ? of->now : of->before)->reason, all->language));
    shut(to, '}');
}

static void put_compare(json *to, const view *all)
{
    comparison list[VIEW_COMPARISONS];
    size_t count = sst_view_compare(all, list);
    if (!all->before)
        return;
    open(to, "compare", '{');
    put_period(to, all->before);
    put_totals(to, all->before);
    open(to, "causes", '[');
    for (size_t i = 0; i < count; i++)
        put_comparison(to, all, &list[i]);
    shut(to, ']');
    shut(to, '}');
}

int sst_report_write_json(const sst_report *report, const sst_report_style *style,
                          const sst_sink *sink)
{
    view all;
    json to = {.first = true};
    int error = sink ? sst_view_make(&all, report, style) : SST_E_INVALID;
    if (error != SST_OK)
        return error;
    sst_writer_init(&to.out, sink);
    open(&to, NULL, '{');
    put_number(&to, "schema", SST_REPORT_SCHEMA);
    put_inputs(&to, &all);
    put_period(&to, report);
    put_totals(&to, report);
    put_causes(&to, &all);
    put_listing(&to, &all, "providers", "provider", &all.providers);
    put_listing(&to, &all, "domains", "domain", &all.domains);
    put_reasons(&to, &all);
    put_timeline(&to, &all.timeline);
    put_delay(&to, &report->delays);
    put_suppress(&to, &all);
    put_uncovered(&to, &all);
    put_inbound(&to, &all);
    put_compare(&to, &all);
    put_limits(&to, report);
    shut(&to, '}');
    sst_writer_char(&to.out, '\n');
    return sst_writer_finish(&to.out);
}
