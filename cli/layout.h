/*
 * Text for people, laid out for the width of the terminal: paragraphs, rows with a label, a text
 * with a part of it marked.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "output.h"

typedef struct layout {
    output *out;
    size_t width;
    bool colour;
    size_t indent;     /* of everything that is written */
    bool plain_labels; /* else they are faint */
    bool started;      /* something stands above: a gap is due before the next block */
} layout;

/* For standard output as it is. */
void layout_init(layout *page, output *out);

/* An empty line, unless nothing stands above. */
void layout_gap(layout *page);

/* A line across the page that begins with a few words. */
void layout_rule(layout *page, sst_span text);

/* A line in bold. */
void layout_heading(layout *page, sst_span text);

/* Words, wrapped; in bold where strong. Empty text writes nothing. */
void layout_paragraph(layout *page, sst_span text, bool strong);

/* Words that matter less, so many columns further to the right. */
void layout_faint(layout *page, size_t indent, sst_span text);

/* A label and words beside it, wrapped in their own column, which begins label_width + 2 behind the
 * indent. */
void layout_row(layout *page, const char *label, size_t label_width, sst_span text);

/* The same for words from outside, which are made safe. */
void layout_outside_row(layout *page, const char *label, size_t label_width, sst_span text);

/*
 * Words from outside, made safe, with the bytes [start, end) marked: in colour, or underlined with
 * '^'. start == end: none.
 */
void layout_marked(layout *page, sst_span text, size_t start, size_t end);

sst_span span_from(const char *text);

#endif
