/*
 * A report for a terminal: what to mend first at the top, then what became of the mail.
 */
#include <smtpstatus/report.h>

#include "base/ascii.h"
#include "report/text.h"

#define STEP ((size_t)2)

const char *sst_text_label(const text *to, const char *name)
{
    return sst_words_label(name, to->all.language);
}

void sst_text_heading(text *to, const char *name)
{
    sst_page_heading(&to->on, span_of(sst_text_label(to, name)));
}

void sst_text_count(phrase *into, const text *to, const char *name, uint64_t count)
{
    sst_phrase_text(into, into->len > 0 ? "; " : "");
    sst_phrase_text(into, sst_text_label(to, name));
    sst_phrase_text(into, ": ");
    sst_phrase_number(into, to->all.language, count);
}

void sst_text_period(text *to, const sst_report *report, const char *style)
{
    phrase first = {.len = 0}, last = {.len = 0}, line = {.len = 0};
    if (report->last == NO_TIME)
        return;
    sst_phrase_time(&first, report->first);
    sst_phrase_time(&last, report->last);
    const filling with[] = {{"first", &first}, {"last", &last}, {NULL, NULL}};
    sst_phrase_fill(&line, sst_text_label(to, style), with);
    sst_page_faint(&to->on, phrase_span(&line));
}

/* --- the head ------------------------------------------------------------------------------- */

static void put_head(text *to)
{
    const sst_report *report = to->all.report;
    const tally *total = &report->total;
    phrase line = {.len = 0};
    sst_page_strong(&to->on, span_of(sst_text_label(to, "title")));
    sst_text_period(to, report, "period");
    sst_text_count(&line, to, "mails", report->mails);
    sst_text_count(&line, to, "recipients", to->all.recipients);
    sst_text_count(&line, to, "delivered", total->of[FATE_FIRST] + total->of[FATE_LATER]);
    sst_text_count(&line, to, "failed", total->of[FATE_FAILED]);
    sst_text_count(&line, to, "waiting", total->of[FATE_WAITING]);
    if (total->of[FATE_DOUBT] > 0)
        sst_text_count(&line, to, "in-doubt", total->of[FATE_DOUBT]);
    sst_page_paragraph(&to->on, phrase_span(&line));
}

/* --- what to mend first --------------------------------------------------------------------- */

/* "310 (2.4%)" */
static void put_cost(phrase *into, const text *to, uint64_t cost)
{
    sst_phrase_number(into, to->all.language, cost);
    sst_phrase_text(into, " (");
    sst_phrase_share(into, to->all.language, sst_view_share(cost, to->all.recipients));
    sst_phrase_text(into, ")");
}

static void put_since(phrase *into, const text *to, const cause *of)
{
    phrase first = {.len = 0}, last = {.len = 0};
    if (of->last == NO_TIME)
        return;
    sst_phrase_time(&first, of->first);
    sst_phrase_time(&last, of->last);
    const filling with[] = {{"first", &first}, {"last", &last}, {NULL, NULL}};
    sst_phrase_fill(into, sst_text_label(to, "since"), with);
}

static void put_numbers(phrase *into, const text *to, const cause *of)
{
    static const struct {
        fate_state state;
        const char *name;
    } states[] = {{FATE_FAILED, "failed"},
                  {FATE_WAITING, "waiting"},
                  {FATE_DOUBT, "in-doubt"},
                  {FATE_LATER, "delivered-later"}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (of->count.of[states[i].state] > 0)
            sst_text_count(into, to, states[i].name, of->count.of[states[i].state]);
    }
}

static void put_details(text *to, const cause *of)
{
    const char *const labels[] = {
        sst_text_label(to, "recipients"), sst_text_label(to, "when"),
        sst_text_label(to, "providers"),  sst_text_label(to, "senders"),
        sst_text_label(to, "example"),    sst_label("label.advice", to->all.language)};
    phrase rows[6];
    for (size_t i = 0; i < 6; i++)
        rows[i].len = 0;
    sharers providers = sst_view_providers(&to->all, of);
    sharers senders = sst_view_senders(&to->all, of);
    char example[VIEW_EXAMPLE];
    put_numbers(&rows[0], to, of);
    put_since(&rows[1], to, of);
    sst_phrase_sharers(&rows[2], &to->all, ROW_PROVIDER, &to->all.report->providers, &providers);
    sst_phrase_sharers(&rows[3], &to->all, ROW_SENDER, &to->all.report->senders, &senders);
    sst_phrase_put(&rows[4], example, sst_view_example(of, example));
    if (!of->is_others)
        sst_phrase_text(&rows[5], sst_reason_text_advice(of->reason, of->actor, to->all.language));
    size_t width = sst_page_widest(labels, 6);
    for (size_t i = 0; i < 6; i++)
        sst_page_row(&to->on, labels[i], width, phrase_span(&rows[i]));
}

static void put_cause(text *to, const cause *of, size_t rank)
{
    phrase title = {.len = 0};
    sst_phrase_number(&title, to->all.language, rank);
    sst_phrase_text(&title, ". ");
    sst_phrase_cause(&title, &to->all, of);
    if (!of->is_others) {
        sst_phrase_text(&title, " (");
        sst_phrase_text(&title, sst_reason_id(of->reason));
        sst_phrase_text(&title, ")");
    }
    sst_phrase_text(&title, ": ");
    if (tally_cost(&of->count) > 0) {
        put_cost(&title, to, tally_cost(&of->count));
    } else { /* what only delayed mail costs nothing */
        sst_phrase_text(&title, sst_text_label(to, "later"));
        sst_phrase_text(&title, " ");
        sst_phrase_number(&title, to->all.language, of->count.of[FATE_LATER]);
    }
    sst_page_gap(&to->on);
    sst_page_strong(&to->on, phrase_span(&title));
    to->on.indent += STEP + 1;
    put_details(to, of);
    to->on.indent -= STEP + 1;
}

static void put_group(text *to, const cause_group *group)
{
    phrase line = {.len = 0};
    const char *who = sst_label("label.actor", to->all.language);
    sst_phrase_text(&line, who ? who : "");
    sst_phrase_text(&line, ": ");
    sst_phrase_text(&line, sst_actor_text(group->actor, to->all.language));
    if (group->cost > 0) {
        sst_phrase_text(&line, ", ");
        put_cost(&line, to, group->cost);
    }
    sst_page_gap(&to->on);
    sst_page_strong(&to->on, phrase_span(&line));
    to->on.indent += STEP;
    for (size_t i = 0; i < group->count; i++)
        put_cause(to, to->all.causes[group->first + i], group->first + i + 1);
    to->on.indent -= STEP;
}

static void put_causes(text *to)
{
    sst_text_heading(to, "mend-first");
    if (to->all.cause_count == 0)
        sst_page_paragraph(&to->on, span_of(sst_text_label(to, sst_view_no_causes(&to->all))));
    else if (!sst_view_headline(&to->all))
        sst_page_paragraph(&to->on, span_of(sst_text_label(to, "nothing-to-mend")));
    for (size_t i = 0; i < to->all.group_count; i++)
        put_group(to, &to->all.groups[i]);
}

/* --- public --------------------------------------------------------------------------------- */

#define USUAL_WIDTH ((size_t)80)
#define LEAST_WIDTH ((size_t)40)

int sst_report_write_text(const sst_report *report, const sst_report_style *style,
                          const sst_sink *sink)
{
    text to;
    int error = sink ? sst_view_make(&to.all, report, style) : SST_E_INVALID;
    if (error != SST_OK)
        return error;
    sst_writer_init(&to.on.out, sink);
    size_t width = to.all.style->width > 0 ? to.all.style->width : USUAL_WIDTH;
    to.on.width = width < LEAST_WIDTH ? LEAST_WIDTH : width;
    to.on.indent = 0;
    to.on.colour = to.all.style->colour;
    to.on.started = false;
    put_head(&to);
    put_causes(&to);
    sst_text_compare(&to);
    sst_text_fates(&to);
    sst_text_listing(&to, "by-provider", &to.all.providers);
    sst_text_listing(&to, "by-domain", &to.all.domains);
    sst_text_reasons(&to);
    sst_text_time(&to);
    sst_text_delay(&to);
    sst_text_suppress(&to);
    sst_text_uncovered(&to);
    sst_text_inbound(&to);
    sst_text_limits(&to);
    return sst_writer_finish(&to.on.out);
}
