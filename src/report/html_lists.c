/*
 * The tables of the page.
 */
#include "base/ascii.h"
#include "report/html.h"

static void open_row(html *to)
{
    sst_html_put(to, "<tr><th scope=\"row\">");
}

/* "others (12)" */
static void put_others(html *to, const listing *list)
{
    phrase known = {.len = 0};
    sst_html_label(to, "others");
    if (list->others_count > 0) {
        sst_phrase_number(&known, to->all.language, list->others_count);
        sst_html_put(to, " (");
        sst_html_phrase(to, &known);
        sst_html_put(to, ")");
    }
}

static void put_name(html *to, row_kind kind, const name_row *row)
{
    phrase name = {.len = 0};
    sst_phrase_row(&name, &to->all, kind, row);
    sst_html_outside(to, phrase_span(&name));
}

/* Rows of a listing, one after the other; count is what they count. */
typedef struct walker {
    size_t next;
    const tally *count;
} walker;

static bool next_row(html *to, walker *at, row_kind kind, const listing *list)
{
    if (at->next > list->count || (at->next == list->count && !list->has_others))
        return false;
    open_row(to);
    if (at->next < list->count) {
        const name_row *row = &list->of->list[list->top[at->next]];
        at->count = &row->count;
        put_name(to, kind, row);
    } else {
        at->count = &list->others;
        put_others(to, list);
    }
    at->next++;
    sst_html_put(to, "</th>");
    return true;
}

void sst_html_listing(html *to, const char *id, const char *list, const char *label, row_kind kind,
                      const listing *rows)
{
    const char *const columns[] = {kind == ROW_PROVIDER ? "provider" : "domain",
                                   "recipients",
                                   "failed",
                                   "waiting",
                                   "in-doubt",
                                   "later",
                                   "fate"};
    walker at = {0, NULL};
    if (rows->count == 0)
        return;
    sst_html_section(to, id, label);
    sst_html_table(to, label, columns, 7);
    while (next_row(to, &at, kind, rows)) {
        html_part parts[HTML_FATES];
        size_t i = at.next - 1;
        sst_html_fates(at.count, parts);
        sst_html_cell(to, (html_place){list, i, "recipients"}, tally_sum(at.count));
        sst_html_cell(to, (html_place){list, i, "failed"}, at.count->of[FATE_FAILED]);
        sst_html_cell(to, (html_place){list, i, "waiting"}, at.count->of[FATE_WAITING]);
        sst_html_cell(to, (html_place){list, i, "in_doubt"}, at.count->of[FATE_DOUBT]);
        sst_html_cell(to, (html_place){list, i, "delivered_later"}, at.count->of[FATE_LATER]);
        sst_html_put(to, "<td class=\"wide\">");
        sst_html_bar(to, parts, HTML_FATES, tally_sum(at.count));
        sst_html_put(to, "</td></tr>\n");
    }
    sst_html_table_end(to);
    sst_html_section_end(to);
}

void sst_html_reasons(html *to)
{
    static const char *const columns[] = {"reason",   "recipients", "failed", "waiting",
                                          "in-doubt", "later",      "fate"};
    const tally *by = to->all.report->by_reason;
    uint64_t most = 1;
    if (to->all.reason_count == 0)
        return;
    for (size_t i = 0; i < to->all.reason_count; i++) {
        uint64_t sum = tally_sum(&by[to->all.reasons[i]]);
        most = sum > most ? sum : most;
    }
    sst_html_section(to, "reasons", "by-reason");
    sst_html_table(to, "by-reason", columns, 7);
    for (size_t i = 0; i < to->all.reason_count; i++) {
        const tally *count = &by[to->all.reasons[i]];
        html_part parts[HTML_FATES];
        sst_html_fates(count, parts);
        open_row(to);
        sst_html_text(to, span_of(sst_reason_text_title(to->all.reasons[i], to->all.language)));
        sst_html_put(to, "</th>");
        sst_html_cell(to, (html_place){"reasons", i, "cost"}, tally_cost(count));
        sst_html_cell(to, (html_place){"reasons", i, "failed"}, count->of[FATE_FAILED]);
        sst_html_cell(to, (html_place){"reasons", i, "waiting"}, count->of[FATE_WAITING]);
        sst_html_cell(to, (html_place){"reasons", i, "in_doubt"}, count->of[FATE_DOUBT]);
        sst_html_cell(to, (html_place){"reasons", i, "delivered_later"}, count->of[FATE_LATER]);
        sst_html_put(to, "<td class=\"wide\">");
        sst_html_bar(to, parts, HTML_FATES, most);
        sst_html_put(to, "</td></tr>\n");
    }
    sst_html_table_end(to);
    sst_html_section_end(to);
}

/* --- addresses ------------------------------------------------------------------------------ */

static void put_address(html *to, size_t position, const sst_report_suppressed *one)
{
    char pseudonym[NAME_SIZE];
    char text[VIEW_EXAMPLE];
    phrase last = {.len = 0};
    sst_span reply = {text, sst_view_reply(&to->all, &one->last, text)};
    const char *why = one->last.complaint
                          ? sst_kind_text(SST_KIND_COMPLAINT, to->all.language)
                          : sst_reason_text_title(one->last.reason, to->all.language);
    sst_phrase_time(&last, one->last.has_time ? one->last.time : NO_TIME);
    open_row(to);
    sst_html_outside(to, sst_view_name(to->all.report, one->last.recipient, pseudonym));
    sst_html_put(to, "</th><td>");
    sst_html_text(to, span_of(why));
    sst_html_put(to, "</td>");
    sst_html_cell(to, (html_place){"suppress", position, "failures"}, one->failures);
    sst_html_put(to, "<td class=\"time\">");
    sst_html_phrase(to, &last);
    sst_html_put(to, "</td><td class=\"reply\"><code>");
    sst_html_outside(to, reply);
    sst_html_put(to, "</code></td></tr>\n");
}

static void put_suppress_note(html *to)
{
    phrase number = {.len = 0}, note = {.len = 0};
    sst_phrase_number(&number, to->all.language, SST_REPORT_REPEATS);
    const filling with[] = {{"n", &number}, {NULL, NULL}};
    sst_phrase_fill(&note, sst_words_label("suppress-note", to->all.language), with);
    sst_html_put(to, "<p class=\"note\">");
    sst_html_phrase(to, &note);
    if (to->all.style->suppress_count > SST_MAX_REPORT_SUPPRESSED) {
        sst_html_put(to, " ");
        sst_html_label(to, "suppress-more");
    }
    sst_html_put(to, "</p>\n");
}

void sst_html_suppress(html *to)
{
    static const char *const columns[] = {"address", "why", "failures", "last", "last-reply"};
    const sst_report_style *style = to->all.style;
    sst_report_suppressed one;
    if (!style->suppress_next || style->suppress_count == 0)
        return;
    sst_html_section(to, "suppress", "suppress");
    sst_html_put(to, "<p class=\"count\">");
    sst_html_label(to, "recipients");
    sst_html_put(to, ": ");
    sst_html_number(to, (html_place){NULL, HTML_NONE, "suppress_count"}, style->suppress_count);
    sst_html_put(to, "</p>\n");
    put_suppress_note(to);
    sst_html_put(to, "<div class=\"long\">\n");
    sst_html_table(to, "suppress", columns, 5);
    for (size_t i = 0;
         i < SST_MAX_REPORT_SUPPRESSED && style->suppress_next(style->suppress_context, i, &one);
         i++)
        put_address(to, i, &one);
    sst_html_table_end(to);
    sst_html_put(to, "</div>\n");
    sst_html_section_end(to);
}

/* --- replies and clients -------------------------------------------------------------------- */

void sst_html_uncovered(html *to)
{
    static const char *const columns[] = {"reply-column", "attempts", "failed", "put-off"};
    const listing *list = &to->all.templates;
    walker at = {0, NULL};
    if (list->count == 0)
        return;
    sst_html_section(to, "uncovered", "uncovered");
    sst_html_put(to, "<p class=\"note\">");
    sst_html_label(to, "uncovered-note");
    sst_html_put(to, "</p>\n<div class=\"replies\">\n");
    sst_html_table(to, "uncovered", columns, 4);
    while (next_row(to, &at, ROW_REPLY, list)) {
        size_t i = at.next - 1;
        sst_html_cell(to, (html_place){"uncovered", i, "attempts"}, tally_sum(at.count));
        sst_html_cell(to, (html_place){"uncovered", i, "failed"}, at.count->of[FATE_FAILED]);
        sst_html_cell(to, (html_place){"uncovered", i, "delayed"}, at.count->of[FATE_WAITING]);
        sst_html_put(to, "</tr>\n");
    }
    sst_html_table_end(to);
    sst_html_put(to, "</div>\n");
    sst_html_section_end(to);
}

static void put_inbound_reasons(html *to)
{
    static const char *const columns[] = {"reason", "attempts"};
    const inbound *of = &to->all.report->inbound;
    if (to->all.inbound_reason_count == 0)
        return;
    sst_html_table(to, "by-reason", columns, 2);
    for (size_t i = 0; i < to->all.inbound_reason_count; i++) {
        sst_reason reason = to->all.inbound_reasons[i];
        open_row(to);
        sst_html_text(to, span_of(sst_reason_text_title(reason, to->all.language)));
        sst_html_put(to, "</th>");
        sst_html_cell(to, (html_place){"inbound.reasons", i, "count"}, of->by_reason[reason]);
        sst_html_put(to, "</tr>\n");
    }
    sst_html_table_end(to);
}

void sst_html_inbound(html *to)
{
    static const char *const columns[] = {"client", "refused", "put-off"};
    const inbound *of = &to->all.report->inbound;
    walker at = {0, NULL};
    if (of->records == 0)
        return;
    sst_html_section(to, "inbound", "inbound");
    sst_html_put(to, "<p class=\"note\">");
    sst_html_label(to, "inbound-note");
    sst_html_put(to, "</p>\n<dl class=\"tiles\"><div class=\"tile\"><dt>");
    sst_html_label(to, "refused");
    sst_html_put(to, "</dt><dd>");
    sst_html_number(to, (html_place){"inbound", HTML_NONE, "refused"}, of->refused);
    sst_html_put(to, "</dd></div><div class=\"tile\"><dt>");
    sst_html_label(to, "put-off");
    sst_html_put(to, "</dt><dd>");
    sst_html_number(to, (html_place){"inbound", HTML_NONE, "put_off"}, of->put_off);
    sst_html_put(to, "</dd></div></dl>\n<div class=\"pair\">\n");
    put_inbound_reasons(to);
    if (to->all.clients.count > 0) {
        sst_html_table(to, "clients", columns, 3);
        while (next_row(to, &at, ROW_CLIENT, &to->all.clients)) {
            size_t i = at.next - 1;
            sst_html_cell(to, (html_place){"inbound.clients", i, "refused"},
                          at.count->of[FATE_FAILED]);
            sst_html_cell(to, (html_place){"inbound.clients", i, "put_off"},
                          at.count->of[FATE_WAITING]);
            sst_html_put(to, "</tr>\n");
        }
        sst_html_table_end(to);
    }
    sst_html_put(to, "</div>\n");
    sst_html_section_end(to);
}

/* --- comparing, limits ---------------------------------------------------------------------- */

static void put_comparison(html *to, size_t position, const comparison *of)
{
    const char *list = "compare.causes";
    const char *id = sst_view_change_id(of->change);
    char label[32] = "change-";
    phrase name = {.len = 0};
    memcpy(label + 7, id, strlen(id) + 1);
    sst_phrase_cause(&name, &to->all, of->now ? of->now : of->before);
    open_row(to);
    sst_html_phrase(to, &name);
    sst_html_put(to, "</th><td class=\"n\"><span class=\"change ");
    sst_html_put(to, id);
    sst_html_put(to, "\">");
    sst_html_label(to, label);
    sst_html_put(to, "</span></td>");
    sst_html_cell(to, (html_place){list, position, "cost_before"},
                  of->before ? tally_cost(&of->before->count) : 0);
    sst_html_put(to, "<td class=\"n\">");
    sst_html_share(to, (html_place){list, position, "share_before"}, of->share_before);
    sst_html_put(to, "</td>");
    sst_html_cell(to, (html_place){list, position, "cost"},
                  of->now ? tally_cost(&of->now->count) : 0);
    sst_html_put(to, "<td class=\"n\">");
    sst_html_share(to, (html_place){list, position, "share"}, of->share_now);
    sst_html_put(to, "</td></tr>\n");
}

void sst_html_compare(html *to)
{
    static const char *const columns[] = {"causes", "change", "before", "share", "now", "share"};
    comparison list[VIEW_COMPARISONS];
    size_t count = sst_view_compare(&to->all, list);
    if (!to->all.before)
        return;
    sst_html_section(to, "compare", "compare");
    if (count == 0) {
        sst_html_put(to, "<p>");
        sst_html_label(to, "no-causes");
        sst_html_put(to, "</p>\n");
    } else {
        sst_html_table(to, "compare", columns, 6);
        for (size_t i = 0; i < count; i++)
            put_comparison(to, i, &list[i]);
        sst_html_table_end(to);
    }
    sst_html_section_end(to);
}

void sst_html_limits(html *to)
{
    bool any = false;
    for (int i = 0; i < SST_REPORT_LIMIT_COUNT; i++) {
        phrase line = {.len = 0};
        if (!sst_phrase_limit(&line, &to->all, i))
            continue;
        if (!any) {
            sst_html_section(to, "limits", "limits");
            sst_html_put(to, "<ul>\n");
        }
        any = true;
        sst_html_put(to, "<li>");
        sst_html_phrase(to, &line);
        sst_html_put(to, "</li>\n");
    }
    if (any) {
        sst_html_put(to, "</ul>\n");
        sst_html_section_end(to);
    }
}
