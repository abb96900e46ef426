/*
 * The tables of the terminal's page, and its lines of columns over time.
 */
#include "base/ascii.h"
#include "report/text.h"

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
    size_t widest = sst_text_width(span_of(sst_text_label(to, what->name)));
    page_cells cells = {.count = what->count};
    phrase name;
    for (size_t i = 0; i < what->count; i++)
        widths[i] = sst_text_width(span_of(sst_text_label(to, what->columns[i])));
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
        sst_phrase_text(&cells.cell[i], sst_text_label(to, what->columns[i]));
    }
    sst_page_cells(&to->on, span_of(sst_text_label(to, what->name)), widest, &cells, widths);
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

/* A bar, of which a part is filled; the least part is still seen. */
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
    sst_phrase_text(name, sst_text_label(to, fates[row].name));
    set_number(to, cells, 0, count);
    set_share(to, cells, 1, count, to->all.recipients);
    cells->cell[2].len = 0;
    put_bar(&cells->cell[2], count, to->all.recipients);
    return true;
}

void sst_text_fates(text *to)
{
    static const table what = {"fate", {"recipients", "share", "bar"}, 3};
    phrase more = {.len = 0};
    const sst_report *report = to->all.report;
    sst_page_gap(&to->on);
    put_table(to, &what, fill_fate, &report->total);
    if (report->complaints > 0)
        sst_text_count(&more, to, "complaints", report->complaints);
    if (report->duplicates > 0)
        sst_text_count(&more, to, "duplicates", report->duplicates);
    if (to->all.style->not_understood > 0)
        sst_text_count(&more, to, "not-understood", to->all.style->not_understood);
    if (more.len > 0)
        sst_page_faint(&to->on, phrase_span(&more));
}

/* "others (12)": so many names, where some are known. */
void sst_text_others(phrase *into, const text *to, size_t known)
{
    sst_phrase_text(into, sst_text_label(to, "others"));
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
        sst_text_others(name, to, list->others_count);
    }
    set_number(to, cells, 0, tally_sum(count));
    set_share(to, cells, 1, count->of[FATE_FIRST] + count->of[FATE_LATER], tally_sum(count));
    set_number(to, cells, 2, count->of[FATE_FAILED]);
    set_number(to, cells, 3, count->of[FATE_WAITING]);
    set_number(to, cells, 4, count->of[FATE_LATER]);
    return true;
}

void sst_text_listing(text *to, const char *name, const listing *list)
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

void sst_text_reasons(text *to)
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

void sst_text_time(text *to)
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
    sst_text_heading(to, "over-time");
    columns = columns < to->on.width - 30 ? columns : to->on.width - 30;
    const char *const labels[] = {sst_text_label(to, "delivered"), sst_text_label(to, "put-off"),
                                  sst_text_label(to, "failed")};
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
    sst_text_period(to, to->all.report, "period");
}

void sst_text_delay(text *to)
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
    sst_text_heading(to, "delay");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        sst_phrase_text(&line, i > 0 ? "; " : "");
        sst_phrase_text(&line, sst_text_label(to, parts[i].name));
        sst_phrase_text(&line, ": ");
        sst_phrase_duration(&line, to->all.language, parts[i].value);
    }
    sst_page_paragraph(&to->on, phrase_span(&line));
    sst_page_faint(&to->on, span_of(sst_text_label(to, "delay-note")));
}
