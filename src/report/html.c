/*
 * A report as one page of HTML that is whole by itself: nothing is loaded, no script runs, and a
 * policy in its head sees to it.
 */
#include <smtpstatus/report.h>

#include "base/ascii.h"
#include "report/html.h"

/* --- the head ------------------------------------------------------------------------------- */

static void put_head(html *to)
{
    const char *language = sst_language_match(to->all.language ? to->all.language : "en");
    sst_html_put(to, "<!DOCTYPE html>\n<html lang=\"");
    sst_html_put(to, language ? language : "en");
    sst_html_put(to, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'; img-src data:\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n"
                     "<meta name=\"robots\" content=\"noindex\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>");
    sst_html_label(to, "title");
    sst_html_put(to, "</title>\n<style>\n");
    for (size_t i = 0; sst_html_style[i]; i++)
        sst_html_put(to, sst_html_style[i]);
    sst_html_put(to, "</style>\n</head>\n<body>\n");
}

static void put_period(html *to, const sst_report *of, const char *label)
{
    phrase first = {.len = 0}, last = {.len = 0}, line = {.len = 0};
    if (of->last == NO_TIME)
        return;
    sst_phrase_time(&first, of->first);
    sst_phrase_time(&last, of->last);
    const filling with[] = {{"first", &first}, {"last", &last}, {NULL, NULL}};
    sst_phrase_fill(&line, sst_words_label(label, to->all.language), with);
    sst_html_put(to, "<p class=\"period\">");
    sst_html_phrase(to, &line);
    sst_html_put(to, "</p>\n");
}

static void put_link(html *to, bool there, const char *id, const char *label)
{
    if (!there)
        return;
    sst_html_put(to, "<li><a href=\"#");
    sst_html_put(to, id);
    sst_html_put(to, "\">");
    sst_html_label(to, label);
    sst_html_put(to, "</a></li>\n");
}

static void put_contents(html *to)
{
    const view *all = &to->all;
    sst_html_put(to, "<nav aria-label=\"");
    sst_html_label(to, "contents");
    sst_html_put(to, "\"><ul>\n");
    put_link(to, all->cause_count > 0, "mend", "mend-first");
    put_link(to, all->before != NULL, "compare", "compare");
    put_link(to, true, "fate", "fate");
    put_link(to, sst_html_has_timeline(all), "time", "over-time");
    put_link(to, all->providers.count > 0, "providers", "by-provider");
    put_link(to, all->domains.count > 0, "domains", "by-domain");
    put_link(to, all->reason_count > 0, "reasons", "by-reason");
    put_link(to, all->report->delays.count > 0, "delay", "delay");
    put_link(to, all->style->suppress_next && all->style->suppress_count > 0, "suppress",
             "suppress");
    put_link(to, all->templates.count > 0, "uncovered", "uncovered");
    put_link(to, all->report->inbound.records > 0, "inbound", "inbound");
    sst_html_put(to, "</ul></nav>\n");
}

/* --- what became of the mail ---------------------------------------------------------------- */

static const struct {
    fate_state state;
    const char *kind;
    const char *key;
    const char *label;
} fates[] = {{FATE_FIRST, "first", "delivered_first", "delivered-first"},
             {FATE_LATER, "later", "delivered_later", "delivered-later"},
             {FATE_WAITING, "waiting", "waiting", "waiting"},
             {FATE_DOUBT, "doubt", "in_doubt", "in-doubt"},
             {FATE_FAILED, "failed", "failed", "failed"}};

static void put_fates(html *to)
{
    static const char *const columns[] = {"outcome", "recipients", "bar"};
    const tally *total = &to->all.report->total;
    sst_html_section(to, "fate", "fate");
    sst_html_table(to, "fate", columns, 3);
    for (size_t i = 0; i < sizeof fates / sizeof fates[0]; i++) {
        uint64_t count = total->of[fates[i].state];
        const html_part part = {fates[i].kind, count};
        phrase share = {.len = 0};
        sst_html_put(to, "<tr><th scope=\"row\"><span class=\"key ");
        sst_html_put(to, fates[i].kind);
        sst_html_put(to, "\"></span>");
        sst_html_label(to, fates[i].label);
        sst_html_put(to, "</th>");
        sst_html_cell(to, (html_place){"totals", HTML_NONE, fates[i].key}, count);
        sst_html_put(to, "<td class=\"wide\"><span class=\"with\">");
        sst_html_bar(to, &part, 1, to->all.recipients);
        sst_phrase_share(&share, to->all.language, sst_view_share(count, to->all.recipients));
        sst_html_put(to, "<span class=\"share\">");
        sst_html_phrase(to, &share);
        sst_html_put(to, "</span></span></td></tr>\n");
    }
    sst_html_table_end(to);
    sst_html_section_end(to);
}

static void put_tile(html *to, const char *label, const char *key, uint64_t count, const char *kind)
{
    sst_html_put(to, "<div class=\"tile ");
    sst_html_put(to, kind);
    sst_html_put(to, "\"><dt>");
    sst_html_label(to, label);
    sst_html_put(to, "</dt><dd>");
    sst_html_number(to, (html_place){"totals", HTML_NONE, key}, count);
    sst_html_put(to, "</dd></div>\n");
}

static void put_tiles(html *to)
{
    const sst_report *report = to->all.report;
    const tally *total = &report->total;
    html_part parts[HTML_FATES];
    sst_html_put(to, "<dl class=\"tiles\">\n");
    put_tile(to, "mails", "mails", report->mails, "");
    put_tile(to, "recipients", "recipients", to->all.recipients, "");
    put_tile(to, "delivered", "delivered", total->of[FATE_FIRST] + total->of[FATE_LATER],
             "of-first");
    put_tile(to, "failed", "failed", total->of[FATE_FAILED], "of-failed");
    put_tile(to, "waiting", "waiting", total->of[FATE_WAITING], "of-waiting");
    if (total->of[FATE_DOUBT] > 0)
        put_tile(to, "in-doubt", "in_doubt", total->of[FATE_DOUBT], "of-doubt");
    if (report->complaints > 0)
        put_tile(to, "complaints", "complaints", report->complaints, "of-failed");
    sst_html_put(to, "</dl>\n<div class=\"total\">");
    sst_html_fates(total, parts);
    sst_html_bar(to, parts, HTML_FATES, to->all.recipients);
    sst_html_put(to, "</div>\n");
}

/* --- the foot ------------------------------------------------------------------------------- */

static void put_foot(html *to)
{
    phrase inputs = {.len = 0}, records = {.len = 0}, line = {.len = 0};
    sst_phrase_number(&inputs, to->all.language, to->all.style->inputs);
    sst_phrase_number(&records, to->all.language, to->all.report->records);
    const filling with[] = {{"inputs", &inputs}, {"records", &records}, {NULL, NULL}};
    sst_phrase_fill(&line, sst_words_label("made-by", to->all.language), with);
    sst_html_put(to, "<footer><p>");
    sst_html_phrase(to, &line);
    if (to->all.style->not_understood > 0) {
        sst_html_put(to, " ");
        sst_html_label(to, "not-understood");
        sst_html_put(to, ": ");
        sst_html_number(to, (html_place){"inputs", HTML_NONE, "not_understood"},
                        to->all.style->not_understood);
    }
    sst_html_put(to, "</p></footer>\n</body>\n</html>\n");
}

int sst_report_write_html(const sst_report *report, const sst_report_style *style,
                          const sst_sink *sink)
{
    html to;
    int error = sink ? sst_view_make(&to.all, report, style) : SST_E_INVALID;
    if (error != SST_OK)
        return error;
    sst_writer_init(&to.out, sink);
    put_head(&to);
    sst_html_put(&to, "<header>\n<h1>");
    sst_html_label(&to, "title");
    sst_html_put(&to, "</h1>\n");
    put_period(&to, report, "period");
    if (to.all.before)
        put_period(&to, to.all.before, "period-before");
    put_tiles(&to);
    sst_html_headline(&to);
    put_contents(&to);
    sst_html_put(&to, "</header>\n<main>\n");
    sst_html_causes(&to);
    sst_html_compare(&to);
    put_fates(&to);
    sst_html_timeline(&to);
    sst_html_listing(&to, "providers", "providers", "by-provider", ROW_PROVIDER, &to.all.providers);
    sst_html_listing(&to, "domains", "domains", "by-domain", ROW_DOMAIN, &to.all.domains);
    sst_html_reasons(&to);
    sst_html_delay(&to);
    sst_html_suppress(&to);
    sst_html_uncovered(&to);
    sst_html_inbound(&to);
    sst_html_limits(&to);
    sst_html_put(&to, "</main>\n");
    put_foot(&to);
    return sst_writer_finish(&to.out);
}
