/*
 * The lists at the foot of the terminal's page: addresses, replies that no rule covers, clients,
 * what changed, limits.
 */
#include "base/ascii.h"
#include "report/text.h"

/* --- addresses and replies ------------------------------------------------------------------ */

static void put_address(text *to, const sst_report_suppressed *one)
{
    char pseudonym[NAME_SIZE];
    phrase line = {.len = 0};
    sst_phrase_span(&line, sst_view_name(to->all.report, one->last.recipient, pseudonym));
    sst_phrase_text(&line, ": ");
    sst_phrase_text(&line, one->last.complaint
                               ? sst_kind_text(SST_KIND_COMPLAINT, to->all.language)
                               : sst_reason_text_title(one->last.reason, to->all.language));
    sst_page_paragraph(&to->on, phrase_span(&line));
}

void sst_text_suppress(text *to)
{
    const sst_report_style *style = to->all.style;
    sst_report_suppressed one;
    phrase number = {.len = 0}, note = {.len = 0}, title = {.len = 0};
    if (!style->suppress_next || style->suppress_count == 0)
        return;
    sst_text_count(&title, to, "suppress", style->suppress_count);
    sst_page_heading(&to->on, phrase_span(&title));
    for (uint64_t i = 0; i < TEXT_ROWS && style->suppress_next(style->suppress_context, i, &one);
         i++)
        put_address(to, &one);
    sst_phrase_number(&number, to->all.language, SST_REPORT_REPEATS);
    const filling with[] = {{"n", &number}, {NULL, NULL}};
    sst_phrase_fill(&note, sst_text_label(to, "suppress-note"), with);
    sst_phrase_text(&note, " ");
    if (style->suppress_count > TEXT_ROWS)
        sst_phrase_text(&note, sst_text_label(to, "suppress-more"));
    while (note.len > 0 && note.text[note.len - 1] == ' ')
        note.len--;
    sst_page_faint(&to->on, phrase_span(&note));
}

/* Names with a count before each: what stands in few lines. */
static void put_counted(text *to, const listing *list, row_kind kind)
{
    uint64_t rest = tally_sum(&list->others);
    size_t shown = list->count < TEXT_ROWS ? list->count : TEXT_ROWS;
    size_t width = 0;
    for (size_t i = 0; i < list->count; i++) {
        const name_row *here = &list->of->list[list->top[i]];
        phrase count = {.len = 0}, name = {.len = 0};
        if (i >= shown) {
            rest += tally_sum(&here->count);
            continue;
        }
        sst_phrase_number(&count, to->all.language, tally_sum(&here->count));
        width = i == 0 ? count.len : width;
        sst_phrase_row(&name, &to->all, kind, here);
        count.text[count.len] = '\0';
        sst_page_row(&to->on, count.text, width, phrase_span(&name));
    }
    if (rest > 0) {
        phrase count = {.len = 0}, name = {.len = 0};
        sst_phrase_number(&count, to->all.language, rest);
        sst_text_others(&name, to, list->others_count + list->count - shown);
        count.text[count.len] = '\0';
        sst_page_row(&to->on, count.text, width, phrase_span(&name));
    }
}

void sst_text_uncovered(text *to)
{
    if (to->all.templates.count == 0)
        return;
    sst_text_heading(to, "uncovered");
    put_counted(to, &to->all.templates, ROW_REPLY);
}

void sst_text_inbound(text *to)
{
    const inbound *of = &to->all.report->inbound;
    phrase line = {.len = 0};
    if (of->records == 0)
        return;
    sst_text_heading(to, "inbound");
    sst_text_count(&line, to, "refused", of->refused);
    sst_text_count(&line, to, "put-off", of->put_off);
    sst_page_paragraph(&to->on, phrase_span(&line));
    line.len = 0;
    for (size_t i = 0; i < to->all.inbound_reason_count && i < TEXT_ROWS; i++) {
        sst_reason reason = to->all.inbound_reasons[i];
        sst_phrase_text(&line, i > 0 ? "; " : "");
        sst_phrase_text(&line, sst_reason_text_title(reason, to->all.language));
        sst_phrase_text(&line, ": ");
        sst_phrase_number(&line, to->all.language, of->by_reason[reason]);
    }
    sst_page_paragraph(&to->on, phrase_span(&line));
    put_counted(to, &to->all.clients, ROW_CLIENT);
    sst_page_faint(&to->on, span_of(sst_text_label(to, "inbound-note")));
}

/* --- comparing, limits ---------------------------------------------------------------------- */

static void put_comparison(text *to, const comparison *of)
{
    char name[32] = "change-";
    phrase line = {.len = 0};
    memcpy(name + 7, sst_view_change_id(of->change), strlen(sst_view_change_id(of->change)) + 1);
    sst_phrase_cause(&line, &to->all, of->now ? of->now : of->before);
    sst_phrase_text(&line, ": ");
    sst_phrase_share(&line, to->all.language, of->share_before);
    sst_phrase_text(&line, " \xE2\x86\x92 ");
    sst_phrase_share(&line, to->all.language, of->share_now);
    sst_page_row(&to->on, sst_text_label(to, name), 10, phrase_span(&line));
}

void sst_text_compare(text *to)
{
    comparison list[VIEW_COMPARISONS];
    size_t count = sst_view_compare(&to->all, list);
    if (!to->all.before)
        return;
    sst_text_heading(to, "compare");
    sst_text_period(to, to->all.before, "period-before");
    for (size_t i = 0; i < count; i++)
        put_comparison(to, &list[i]);
    if (count == 0)
        sst_page_paragraph(&to->on, span_of(sst_text_label(to, "no-causes")));
}

void sst_text_limits(text *to)
{
    bool any = false;
    for (int i = 0; i < SST_REPORT_LIMIT_COUNT; i++) {
        phrase line = {.len = 0};
        if (!sst_phrase_limit(&line, &to->all, i))
            continue;
        if (!any)
            sst_text_heading(to, "limits");
        any = true;
        sst_page_paragraph(&to->on, phrase_span(&line));
    }
}
