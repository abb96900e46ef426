/*
 * What the parts of the HTML page share. Numbers carry where they stand in the JSON object
 * (data-n) and their plain value (data-v), so that the two can be compared.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "record/writer.h"
#include "report/words.h"

typedef struct html {
    writer out;
    view all;
} html;

/* Markup of ours, as it stands. */
void sst_html_put(html *to, const char *markup);

/* Words, escaped; from outside also made safe, and kept apart from what stands beside them where
 * they are written from right to left. */
void sst_html_text(html *to, sst_span text);
void sst_html_label(html *to, const char *name);
void sst_html_phrase(html *to, const phrase *text);
void sst_html_outside(html *to, sst_span text);

/* A number or share that stands in the JSON object under list.index.key, or list.key, or key: list
 * may be NULL, index HTML_NONE. */
#define HTML_NONE SIZE_MAX
typedef struct html_place {
    const char *list;
    size_t index;
    const char *key;
} html_place;

void sst_html_number(html *to, html_place at, uint64_t number);
void sst_html_share(html *to, html_place at, uint64_t millionths);
void sst_html_duration(html *to, html_place at, uint64_t milliseconds);

/* <td class="n"> with a number in it. */
void sst_html_cell(html *to, html_place at, uint64_t number);

/* A plain number within markup. */
void sst_html_digits(html *to, uint64_t number);

/* Opens a section with its heading and shuts it. */
void sst_html_section(html *to, const char *id, const char *label);
void sst_html_section_end(html *to);

/* A table with its caption; columns are labels, the first one of row headings. */
void sst_html_table(html *to, const char *caption, const char *const *columns, size_t count);
void sst_html_table_end(html *to);

/* A bar of parts, each with its class, in a length that stands for whole. */
typedef struct html_part {
    const char *kind; /* class */
    uint64_t value;
} html_part;

void sst_html_bar(html *to, const html_part *parts, size_t count, uint64_t whole);

/* The parts of a tally. */
#define HTML_FATES 5
void sst_html_fates(const tally *count, html_part parts[HTML_FATES]);

/* html_charts.c */
bool sst_html_has_timeline(const view *all);
void sst_html_timeline(html *to);
void sst_html_delay(html *to);

/* html_lists.c */
void sst_html_listing(html *to, const char *id, const char *list, const char *label, row_kind kind,
                      const listing *rows);
void sst_html_reasons(html *to);
void sst_html_suppress(html *to);
void sst_html_uncovered(html *to);
void sst_html_inbound(html *to);
void sst_html_compare(html *to);
void sst_html_limits(html *to);

/* html_causes.c */
void sst_html_headline(html *to);
void sst_html_causes(html *to);

/* html_style.c: pieces, ended by NULL */
extern const char *const sst_html_style[];

#endif
