/*
 * A page for a terminal: headings, wrapped paragraphs, rows with a label, tables, bars. Everything
 * that is put on it is made safe.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "record/writer.h"
#include "report/words.h"

typedef struct page {
    writer out;
    size_t width;
    size_t indent;
    bool colour;
    bool started;
} page;

void sst_page_gap(page *on);
void sst_page_heading(page *on, sst_span text);
void sst_page_strong(page *on, sst_span text);
void sst_page_paragraph(page *on, sst_span text);
void sst_page_faint(page *on, sst_span text);

/* A label, and words beside it in a column of their own, wrapped; nothing where there are none. */
void sst_page_row(page *on, const char *label, size_t label_width, sst_span text);

/* A line of a table: a name, cut where it is too long, and cells to the right of it. */
#define PAGE_CELLS 5
typedef struct page_cells {
    size_t count;
    phrase cell[PAGE_CELLS];
} page_cells;

void sst_page_cells(page *on, sst_span name, size_t name_width, const page_cells *cells,
                    const size_t *widths);

/* How wide words are once they are made safe. */
size_t sst_page_width(sst_span text);

/* The widest of some labels. */
size_t sst_page_widest(const char *const *labels, size_t count);

#endif
