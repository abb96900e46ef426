/*
 * A report for a terminal: what to mend first at the top, then what became of the mail.
 */
#include <smtpstatus/report.h>

#include "base/ascii.h"
#include "report/page.h"

#define STEP ((size_t)2)

/* Rows that a terminal shows of what the other forms show more of. */
#define TEXT_ROWS ((size_t)10)

typedef struct text {
    page on;
    view all;
} text;

static const char *label(const text *to, const char *name)
{
    return sst_words_label(name, to->all.language);
}

static void heading(text *to, const char *name)
{
    sst_page_heading(&to->on, span_of(label(to, name)));
}

/* --- the head ------------------------------------------------------------------------------- */

static void put_count(phrase *into, const text *to, const char *name, uint64_t count)
{
    sst_phrase_text(into, into->len > 0 ? "; " : "");
    sst_phrase_text(into, label(to, name));
    sst_phrase_text(into, ": ");
    sst_phrase_number(into, to->all.language, count);
}

static void put_period(text *to, const sst_report *report, const char *style)
{
    phrase first = {.len = 0}, last = {.len = 0}, line = {.len = 0};
    if (report->last == NO_TIME)
        return;
    sst_phrase_time(&first, report->first);
    sst_phrase_time(&last, report->last);
    const filling with[] = {{"first", &first}, {"last", &last}, {NULL, NULL}};
    sst_phrase_fill(&line, label(to, style), with);
    sst_page_faint(&to->on, phrase_span(&line));
}

static void put_head(text *to)
{
    const sst_report *report = to->all.report;
    const tally *total = &report->total;
    phrase line = {.len = 0};
    sst_page_strong(&to->on, span_of(label(to, "title")));
    put_period(to, report, "period");
    put_count(&line, to, "mails", report->mails);
    put_count(&line, to, "recipients", to->all.recipients);
    put_count(&line, to, "delivered", total->of[FATE_FIRST] + total->of[FATE_LATER]);
    put_count(&line, to, "failed", total->of[FATE_FAILED]);
    put_count(&line, to, "waiting", total->of[FATE_WAITING]);
    if (total->of[FATE_DOUBT] > 0)
        put_count(&line, to, "in-doubt", total->of[FATE_DOUBT]);
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
    sst_phrase_fill(into, label(to, "since"), with);
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
            put_count(into, to, states[i].name, of->count.of[states[i].state]);
    }
}

static void put_details(text *to, const cause *of)
{
    const char *const labels[] = {
        label(to, "recipients"), label(to, "when"),    label(to, "providers"),
        label(to, "senders"),    label(to, "example"), sst_label("label.advice", to->all.language)};
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
        sst_phrase_text(&title, label(to, "later"));
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
    heading(to, "mend-first");
    if (to->all.cause_count == 0)
        sst_page_paragraph(&to->on, span_of(label(to, "no-causes")));
    else if (!sst_view_headline(&to->all))
        sst_page_paragraph(&to->on, span_of(label(to, "nothing-to-mend")));
    for (size_t i = 0; i < to->all.group_count; i++)
        put_group(to, &to->all.groups[i]);
}

/* --- tables --------------------------------------------------------------------------------- */

typedef struct table {
    const char *name; /* label of the first column */
    const char *columns[PAGE_CELLS];
    size_t count;
} table;

/* The rows of a table, one after the other; false behind the last. */
typedef bool fill_row(const text *to, const void *from, size_t row, phrase *name,
                      page_cells *cells);

static void put_table(text *to, const table *what, fill_row *fill, const void *from)
{
    size_t widths[PAGE_CELLS];
    size_t widest = sst_text_width(span_of(label(to, what->name)));
    page_cells cells = {.count = what->count};
    phrase name;
    for (size_t i = 0; i < what->count; i++)
        widths[i] = sst_text_width(span_of(label(to, what->columns[i])));
    for (size_t row = 0; name.len = 0, fill(to, from, row, &name, &cells); row++) {
        size_t width = sst_page_width(phrase_span(&name));
        widest = width > widest ? width : widest;
        for (size_t i = 0; i < what->count; i++) {
            width = sst_text_width(phrase_span(&cells.cell[i]));
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    size_t used = to->on.indent;
    for (size_t i = 0; i < what->count; i++)
        used += widths[i] + 2;
    size_t room = to->on.width > used + 12 ? to->on.width - used : 12;
    widest = widest < room ? widest : room;
    for (size_t i = 0; i < what->count; i++) {
        cells.cell[i].len = 0;
        sst_phrase_text(&cells.cell[i], label(to, what->columns[i]));
    }
    sst_page_cells(&to->on, span_of(label(to, what->name)), widest, &cells, widths);
    for (size_t row = 0; name.len = 0, fill(to, from, row, &name, &cells); row++)
        sst_page_cells(&to->on, phrase_span(&name), widest, &cells, widths);
}

static void set_number(const text *to, page_cells *cells, size_t at, uint64_t number)
{
    cells->cell[at].len = 0;
    sst_phrase_number(&cells->cell[at], to->all.language, number);
}

static void set_share(const text *to, page_cells *cells, size_t at, uint64_t part, uint64_t whole)
{
    cells->cell[at].len = 0;
    sst_phrase_share(&cells->cell[at], to->all.language, sst_view_share(part, whole));
}

static const struct {
    fate_state state;
    const char *name;
} fates[] = {{FATE_FIRST, "delivered-first"},
             {FATE_LATER, "delivered-later"},
             {FATE_FAILED, "failed"},
             {FATE_WAITING, "waiting"},
             {FATE_DOUBT, "in-doubt"}};

/* A bar of as many signs as eighths of ten columns... */
static void put_bar(phrase *into, uint64_t part, uint64_t whole)
{
    const uint64_t columns = 20;
    uint64_t filled = whole == 0 ? 0 : (part * columns + whole / 2) / whole;
    if (filled == 0 && part > 0)
        filled = 1;
    for (uint64_t i = 0; i < columns; i++)
        sst_phrase_text(into, i < filled ? "\xE2\x96\x88" : "\xE2\x96\x91");
}

static bool fill_fate(const text *to, const void *from, size_t row, phrase *name, page_cells *cells)
{
    const tally *total = from;
    if (row >= FATE_STATES)
        return false;
    uint64_t count = total->of[fates[row].state];
    sst_phrase_text(name, label(to, fates[row].name));
    set_number(to, cells, 0, count);
    set_share(to, cells, 1, count, to->all.recipients);
    cells->cell[2].len = 0;
    put_bar(&cells->cell[2], count, to->all.recipients);
    return true;
}

static void put_fates(text *to)
{
    static const table what = {"fate", {"recipients", "share", "bar"}, 3};
    phrase more = {.len = 0};
    const sst_report *report = to->all.report;
    sst_page_gap(&to->on);
    put_table(to, &what, fill_fate, &report->total);
    if (report->complaints > 0)
        put_count(&more, to, "complaints", report->complaints);
    if (report->duplicates > 0)
        put_count(&more, to, "duplicates", report->duplicates);
    if (to->all.style->not_understood > 0)
        put_count(&more, to, "not-understood", to->all.style->not_understood);
    if (more.len > 0)
        sst_page_faint(&to->on, phrase_span(&more));
}

/* "others (12)": so many names, where some are known. */
static void name_others(phrase *into, const text *to, size_t known)
{
    sst_phrase_text(into, label(to, "others"));
    if (known > 0) {
        sst_phrase_text(into, " (");
        sst_phrase_number(into, to->all.language, known);
        sst_phrase_text(into, ")");
    }
}

static bool fill_listing(const text *to, const void *from, size_t row, phrase *name,
                         page_cells *cells)
{
    const listing *list = from;
    const tally *count = &list->others;
    if (row > list->count || (row == list->count && !list->has_others))
        return false;
    if (row < list->count) {
        const name_row *here = &list->of->list[list->top[row]];
        count = &here->count;
        sst_phrase_row(name, &to->all, list == &to->all.providers ? ROW_PROVIDER : ROW_DOMAIN,
                       here);
    } else {
        name_others(name, to, list->others_count);
    }
    set_number(to, cells, 0, tally_sum(count));
    set_share(to, cells, 1, count->of[FATE_FIRST] + count->of[FATE_LATER], tally_sum(count));
    set_number(to, cells, 2, count->of[FATE_FAILED]);
    set_number(to, cells, 3, count->of[FATE_WAITING]);
    set_number(to, cells, 4, count->of[FATE_LATER]);
    return true;
}

static void put_listing(text *to, const char *name, const listing *list)
{
    const table what = {name, {"recipients", "delivered", "failed", "waiting", "later"}, 5};
    if (list->count == 0)
        return;
    sst_page_gap(&to->on);
    put_table(to, &what, fill_listing, list);
}

static bool fill_reason(const text *to, const void *from, size_t row, phrase *name,
                        page_cells *cells)
{
    const view *all = from;
    if (row >= all->reason_count)
        return false;
    const tally *count = &all->report->by_reason[all->reasons[row]];
    sst_phrase_text(name, sst_reason_text_title(all->reasons[row], all->language));
    set_number(to, cells, 0, tally_cost(count));
    set_share(to, cells, 1, tally_cost(count), all->recipients);
    set_number(to, cells, 2, count->of[FATE_FAILED]);
    set_number(to, cells, 3, count->of[FATE_WAITING]);
    set_number(to, cells, 4, count->of[FATE_LATER]);
    return true;
}

static void put_reasons(text *to)
{
    static const table what = {
        "by-reason", {"recipients", "share", "failed", "waiting", "later"}, 5};
    if (to->all.reason_count == 0)
        return;
    sst_page_gap(&to->on);
    put_table(to, &what, fill_reason, &to->all);
}

/* --- time ----------------------------------------------------------------------------------- */

/* A line of columns, of which the highest has eight eighths. */
static void put_columns(phrase *into, const view *all, attempt what, size_t columns)
{
    static const char *const eighths[] = {"\xC2\xB7",     "\xE2\x96\x81", "\xE2\x96\x82",
                                          "\xE2\x96\x83", "\xE2\x96\x84", "\xE2\x96\x85",
                                          "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88"};
    const period *list = all->timeline.list;
    int64_t width = sst_timeline_width(&all->timeline);
    uint64_t most = 1;
    uint64_t heights[SST_MAX_REPORT_PERIODS] = {0};
    for (size_t i = all->window.first; i < all->window.end; i++) {
        size_t at = (size_t)((list[i].start - list[all->window.first].start) / width);
        uint64_t *height = &heights[at * columns / all->window.columns];
        *height += list[i].of[what];
        most = *height > most ? *height : most;
    }
    for (size_t i = 0; i < columns; i++)
        sst_phrase_text(into, eighths[(heights[i] * 8 + most - 1) / most]);
}

/* How wide the greatest number of attempts is. */
static size_t number_width(const text *to, const timeline *of)
{
    size_t widest = 1;
    for (size_t what = 0; what < ATTEMPT_COUNT; what++) {
        phrase number = {.len = 0};
        uint64_t sum = 0;
        for (size_t i = 0; i < of->count; i++)
            sum += of->list[i].of[what];
        sst_phrase_number(&number, to->all.language, sum);
        widest = number.len > widest ? number.len : widest;
    }
    return widest;
}

static void put_time(text *to)
{
    static const struct {
        attempt what;
        const char *name;
    } lines[] = {
        {ATTEMPT_DELIVERED, "delivered"}, {ATTEMPT_DELAYED, "put-off"}, {ATTEMPT_FAILED, "failed"}};
    const timeline *of = &to->all.timeline;
    size_t columns = to->all.window.columns;
    if (columns < 2)
        return;
    heading(to, "over-time");
    columns = columns < to->on.width - 30 ? columns : to->on.width - 30;
    const char *const labels[] = {label(to, "delivered"), label(to, "put-off"),
                                  label(to, "failed")};
    for (size_t i = 0; i < 3; i++) {
        page_cells cells = {.count = 2};
        size_t widths[2] = {1, columns};
        uint64_t sum = 0;
        for (size_t k = 0; k < of->count; k++)
            sum += of->list[k].of[lines[i].what];
        set_number(to, &cells, 0, sum);
        widths[0] = number_width(to, of);
        cells.cell[1].len = 0;
        put_columns(&cells.cell[1], &to->all, lines[i].what, columns);
        sst_page_cells(&to->on, span_of(labels[i]), sst_page_widest(labels, 3), &cells, widths);
    }
    put_period(to, to->all.report, "period");
}

static void put_delay(text *to)
{
    const delays *of = &to->all.report->delays;
    phrase line = {.len = 0};
    const struct {
        const char *name;
        uint64_t value;
    } parts[] = {{"median", sst_delay_percentile(of, 50)},
                 {"p95", sst_delay_percentile(of, 95)},
                 {"longest", of->most}};
    if (of->count == 0)
        return;
    heading(to, "delay");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        sst_phrase_text(&line, i > 0 ? "; " : "");
        sst_phrase_text(&line, label(to, parts[i].name));
        sst_phrase_text(&line, ": ");
        sst_phrase_duration(&line, to->all.language, parts[i].value);
    }
    sst_page_paragraph(&to->on, phrase_span(&line));
    sst_page_faint(&to->on, span_of(label(to, "delay-note")));
}

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

static void put_suppress(text *to)
{
    const sst_report_style *style = to->all.style;
    sst_report_suppressed one;
    phrase number = {.len = 0}, note = {.len = 0}, title = {.len = 0};
    if (!style->suppress_next || style->suppress_count == 0)
        return;
    put_count(&title, to, "suppress", style->suppress_count);
    sst_page_heading(&to->on, phrase_span(&title));
    for (uint64_t i = 0; i < TEXT_ROWS && style->suppress_next(style->suppress_context, i, &one);
         i++)
        put_address(to, &one);
    sst_phrase_number(&number, to->all.language, SST_REPORT_REPEATS);
    const filling with[] = {{"n", &number}, {NULL, NULL}};
    sst_phrase_fill(&note, label(to, "suppress-note"), with);
    sst_phrase_text(&note, " ");
    if (style->suppress_count > TEXT_ROWS)
        sst_phrase_text(&note, label(to, "suppress-more"));
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
        name_others(&name, to, list->others_count + list->count - shown);
        count.text[count.len] = '\0';
        sst_page_row(&to->on, count.text, width, phrase_span(&name));
    }
}

static void put_uncovered(text *to)
{
    if (to->all.templates.count == 0)
        return;
    heading(to, "uncovered");
    put_counted(to, &to->all.templates, ROW_REPLY);
}

static void put_inbound(text *to)
{
    const inbound *of = &to->all.report->inbound;
    phrase line = {.len = 0};
    if (of->records == 0)
        return;
    heading(to, "inbound");
    put_count(&line, to, "refused", of->refused);
    put_count(&line, to, "put-off", of->put_off);
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
    sst_page_faint(&to->on, span_of(label(to, "inbound-note")));
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
    sst_page_row(&to->on, label(to, name), 10, phrase_span(&line));
}

static void put_compare(text *to)
{
    comparison list[VIEW_COMPARISONS];
    size_t count = sst_view_compare(&to->all, list);
    if (!to->all.before)
        return;
    heading(to, "compare");
    put_period(to, to->all.before, "period-before");
    for (size_t i = 0; i < count; i++)
        put_comparison(to, &list[i]);
    if (count == 0)
        sst_page_paragraph(&to->on, span_of(label(to, "no-causes")));
}

static void put_limits(text *to)
{
    bool any = false;
    for (int i = 0; i < SST_REPORT_LIMIT_COUNT; i++) {
        phrase line = {.len = 0};
        if (!sst_phrase_limit(&line, &to->all, i))
            continue;
        if (!any)
            heading(to, "limits");
        any = true;
        sst_page_paragraph(&to->on, phrase_span(&line));
    }
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
    put_compare(&to);
    put_fates(&to);
    put_listing(&to, "by-provider", &to.all.providers);
    put_listing(&to, "by-domain", &to.all.domains);
    put_reasons(&to);
    put_time(&to);
    put_delay(&to);
    put_suppress(&to);
    put_uncovered(&to);
    put_inbound(&to);
    put_limits(&to);
    return sst_writer_finish(&to.on.out);
}
