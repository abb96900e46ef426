/*
 * Charts, as SVG that is stretched to the width there is; all words stand beside it, where they
 * keep their size, and all numbers also in a table.
 */
#include "base/ascii.h"
#include "report/clock.h"
#include "report/html.h"

static const struct {
    attempt what;
    const char *kind;
    const char *key;
    const char *label;
} attempts[] = {{ATTEMPT_DELIVERED, "first", "delivered", "delivered"},
                {ATTEMPT_DELAYED, "waiting", "delayed", "put-off"},
                {ATTEMPT_DOUBT, "doubt", "in_doubt", "in-doubt"},
                {ATTEMPT_FAILED, "failed", "failed", "failed"}};

#define ATTEMPTS (sizeof attempts / sizeof attempts[0])

/* --- the chart ------------------------------------------------------------------------------ */

#define COLUMN_WIDTH 10u
#define HEIGHT       1000u

static void put_rect(html *to, const char *kind, uint64_t x, uint64_t y, uint64_t width,
                     uint64_t height)
{
    sst_html_put(to, "<rect class=\"");
    sst_html_put(to, kind);
    sst_html_put(to, "\" x=\"");
    sst_html_digits(to, x);
    sst_html_put(to, "\" y=\"");
    sst_html_digits(to, y);
    sst_html_put(to, "\" width=\"");
    sst_html_digits(to, width);
    sst_html_put(to, "\" height=\"");
    sst_html_digits(to, height);
    sst_html_put(to, "\"");
}

/* "2026-11-22 10:00; Delivered: 12; Put off: 3" */
static void put_tip(html *to, const period *of, bool days)
{
    char time[CLOCK_SIZE];
    phrase tip = {.len = 0};
    sst_phrase_put(&tip, time, sst_clock_show(of->start, days, time));
    for (size_t i = 0; i < ATTEMPTS; i++) {
        if (of->of[attempts[i].what] == 0)
            continue;
        sst_phrase_text(&tip, "; ");
        sst_phrase_text(&tip, sst_words_label(attempts[i].label, to->all.language));
        sst_phrase_text(&tip, ": ");
        sst_phrase_number(&tip, to->all.language, of->of[attempts[i].what]);
    }
    sst_html_put(to, "><title>");
    sst_html_phrase(to, &tip);
    sst_html_put(to, "</title></rect>");
}

static void put_column(html *to, const period *of, uint64_t x, uint64_t most, uint64_t gap,
                       bool days)
{
    uint64_t below = 0;
    for (size_t i = 0; i < ATTEMPTS; i++) {
        uint64_t count = of->of[attempts[i].what];
        uint64_t height = (count * HEIGHT + most - 1) / most;
        if (height == 0)
            continue;
        height = height > HEIGHT - below ? HEIGHT - below : height;
        put_rect(to, attempts[i].kind, x, HEIGHT - below - height, COLUMN_WIDTH - gap, height);
        sst_html_put(to, "/>");
        below += height;
    }
    put_rect(to, "tip", x, 0, COLUMN_WIDTH, HEIGHT);
    put_tip(to, of, days);
}

static void put_summary(html *to, const timeline *of)
{
    phrase line = {.len = 0};
    for (size_t i = 0; i < ATTEMPTS; i++) {
        uint64_t sum = of->untimed[attempts[i].what];
        for (size_t k = 0; k < of->count; k++)
            sum += of->list[k].of[attempts[i].what];
        if (sum == 0)
            continue;
        sst_phrase_text(&line, line.len > 0 ? "; " : "");
        sst_phrase_text(&line, sst_words_label(attempts[i].label, to->all.language));
        sst_phrase_text(&line, ": ");
        sst_phrase_number(&line, to->all.language, sum);
    }
    sst_html_phrase(to, &line);
}

static void put_svg(html *to, const timeline *of, const window *in)
{
    int64_t width = sst_timeline_width(of);
    uint64_t gap = in->columns > 120 ? 0 : 2;
    sst_html_put(to, "<svg class=\"columns\" role=\"img\" preserveAspectRatio=\"none\" "
                     "viewBox=\"0 0 ");
    sst_html_digits(to, in->columns * COLUMN_WIDTH);
    sst_html_put(to, " 1000\" aria-label=\"");
    sst_html_label(to, "over-time");
    sst_html_put(to, ": ");
    put_summary(to, of);
    sst_html_put(to, "\">\n");
    for (size_t i = in->first; i < in->end; i++) {
        int64_t column = (of->list[i].start - of->list[in->first].start) / width;
        put_column(to, &of->list[i], (uint64_t)column * COLUMN_WIDTH, in->most, gap, width >= DAY);
    }
    sst_html_put(to, "</svg>\n");
}

static void put_legend(html *to, const timeline *of)
{
    sst_html_put(to, "<ul class=\"legend\">");
    for (size_t i = 0; i < ATTEMPTS; i++) {
        uint64_t sum = of->untimed[attempts[i].what];
        for (size_t k = 0; k < of->count; k++)
            sum += of->list[k].of[attempts[i].what];
        if (sum == 0)
            continue;
        sst_html_put(to, "<li><span class=\"key ");
        sst_html_put(to, attempts[i].kind);
        sst_html_put(to, "\"></span>");
        sst_html_label(to, attempts[i].label);
        sst_html_put(to, "</li>");
    }
    sst_html_put(to, "</ul>\n");
}

static void put_axis(html *to, const timeline *of, const window *in)
{
    char time[CLOCK_SIZE];
    bool days = sst_timeline_width(of) >= DAY;
    size_t places[2] = {in->first, in->end - 1};
    sst_html_put(to, "<p class=\"axis\" aria-hidden=\"true\">");
    for (size_t i = 0; i < 2; i++) {
        sst_span text = {time, sst_clock_show(of->list[places[i]].start, days, time)};
        sst_html_put(to, "<span>");
        sst_html_text(to, text);
        sst_html_put(to, "</span>");
    }
    sst_html_put(to, "</p>\n");
}

static void put_numbers(html *to, const timeline *of)
{
    static const char *const columns[] = {"period-start", "delivered", "put-off", "in-doubt",
                                          "failed"};
    sst_html_put(to, "<details><summary>");
    sst_html_label(to, "chart-table");
    sst_html_put(to, "</summary>\n");
    sst_html_table(to, "over-time", columns, 5);
    for (size_t i = 0; i < of->count; i++) {
        char time[CLOCK_SIZE];
        sst_span text = {time, sst_clock_show(of->list[i].start, false, time)};
        sst_html_put(to, "<tr><th scope=\"row\">");
        sst_html_text(to, text);
        sst_html_put(to, "</th>");
        for (size_t k = 0; k < ATTEMPTS; k++)
            sst_html_cell(to, (html_place){"timeline", i, attempts[k].key},
                          of->list[i].of[attempts[k].what]);
        sst_html_put(to, "</tr>\n");
    }
    sst_html_table_end(to);
    sst_html_put(to, "</details>\n");
}

static void put_note(html *to, const timeline *of, const window *in)
{
    phrase width = {.len = 0}, line = {.len = 0};
    sst_phrase_duration(&width, to->all.language, (uint64_t)sst_timeline_width(of) * 1000);
    const filling with[] = {{"width", &width}, {NULL, NULL}};
    sst_phrase_fill(&line, sst_words_label("over-time-note", to->all.language), with);
    if (in->outside > 0) {
        sst_phrase_text(&line, " ");
        sst_phrase_text(&line, sst_words_label("outside", to->all.language));
        sst_phrase_text(&line, ": ");
        sst_phrase_number(&line, to->all.language, in->outside);
        sst_phrase_text(&line, ".");
    }
    sst_html_put(to, "<p class=\"note\">");
    sst_html_phrase(to, &line);
    sst_html_put(to, "</p>\n");
}

bool sst_html_has_timeline(const view *all)
{
    return all->report->timeline.count > 0;
}

void sst_html_timeline(html *to)
{
    const timeline *of = &to->all.timeline;
    phrase most = {.len = 0};
    if (of->count == 0)
        return;
    const window *in = &to->all.window;
    sst_html_section(to, "time", "over-time");
    sst_html_put(to, "<figure>\n");
    put_legend(to, of);
    sst_phrase_number(&most, to->all.language, in->most);
    sst_html_put(to, "<div class=\"plot\"><span class=\"top\" aria-hidden=\"true\">");
    sst_html_phrase(to, &most);
    sst_html_put(to, "</span>");
    put_svg(to, of, in);
    sst_html_put(to, "</div>\n");
    put_axis(to, of, in);
    sst_html_put(to, "<figcaption>");
    put_note(to, of, in);
    sst_html_put(to, "</figcaption>\n</figure>\n");
    put_numbers(to, of);
    sst_html_section_end(to);
}

/* --- delay ---------------------------------------------------------------------------------- */

/* "under 1 s", "1 s - 5 s", and of the last "5 d or more" */
static void put_range(html *to, size_t i)
{
    phrase time = {.len = 0}, line = {.len = 0};
    const char *language = to->all.language;
    sst_phrase_duration(&time, language, sst_delay_edges[i > 0 ? i - 1 : 0]);
    const filling with[] = {{"time", &time}, {NULL, NULL}};
    if (i == 0 || i == DELAY_EDGES) {
        sst_phrase_fill(&line, sst_words_label(i == 0 ? "below" : "from", language), with);
    } else {
        sst_phrase_span(&line, phrase_span(&time));
        sst_phrase_text(&line, " \xE2\x80\x93 ");
        sst_phrase_duration(&line, language, sst_delay_edges[i]);
    }
    sst_html_phrase(to, &line);
}

static void put_tile(html *to, const char *label, const char *key, uint64_t milliseconds)
{
    sst_html_put(to, "<div class=\"tile\"><dt>");
    sst_html_label(to, label);
    sst_html_put(to, "</dt><dd>");
    sst_html_duration(to, (html_place){"delay", HTML_NONE, key}, milliseconds);
    sst_html_put(to, "</dd></div>\n");
}

void sst_html_delay(html *to)
{
    static const char *const columns[] = {"delay-column", "delivered", "share"};
    const delays *of = &to->all.report->delays;
    if (of->count == 0)
        return;
    sst_html_section(to, "delay", "delay");
    sst_html_put(to, "<dl class=\"tiles\">\n");
    put_tile(to, "median", "median", sst_delay_percentile(of, 50));
    put_tile(to, "p95", "p95", sst_delay_percentile(of, 95));
    put_tile(to, "longest", "longest", of->most);
    sst_html_put(to, "</dl>\n");
    sst_html_table(to, "delay", columns, 3);
    for (size_t i = 0; i <= DELAY_EDGES; i++) {
        const html_part part = {"first", of->coarse[i]};
        sst_html_put(to, "<tr><th scope=\"row\">");
        put_range(to, i);
        sst_html_put(to, "</th>");
        sst_html_cell(to, (html_place){"delay.histogram", i, "count"}, of->coarse[i]);
        sst_html_put(to, "<td class=\"wide\">");
        sst_html_bar(to, &part, 1, of->count);
        sst_html_put(to, "</td></tr>\n");
    }
    sst_html_table_end(to);
    sst_html_put(to, "<p class=\"note\">");
    sst_html_label(to, "delay-note");
    sst_html_put(to, "</p>\n");
    sst_html_section_end(to);
}
