/*
 * Layout on a terminal. Colours are few: bold for headings and the first sentence, and the marked
 * words. Nothing but these escapes is ever written: text from outside is made safe first.
 */
#include "layout.h"

#include <string.h>

#include <smtpstatus/record.h>

#include "buffer.h"
#include "terminal.h"
#include "wrap.h"

#define STRONG "\033[1m"
#define FAINT  "\033[2m"
#define MARKED "\033[1;4m"
#define PLAIN  "\033[0m"

sst_span span_from(const char *text)
{
    sst_span span = {text, text ? strlen(text) : 0};
    return span;
}

void layout_init(layout *page, output *out)
{
    layout fresh = {out, terminal_width(), terminal_has_colour(), 0, false, false};
    *page = fresh;
}

static void put_blanks(output *out, size_t count)
{
    while (count-- > 0)
        output_put(out, " ", 1);
}

static void put_style(const layout *page, const char *style)
{
    if (page->colour)
        output_text(page->out, style);
}

void layout_gap(layout *page)
{
    if (page->started)
        output_put(page->out, "\n", 1);
    page->started = true;
}

/* However deep the indent, something must fit beside it. */
#define LEAST_COLUMNS ((size_t)16)

/* Beside a label there must be room for a few words, or they are read more easily below it. */
#define LEAST_BESIDE ((size_t)24)

static size_t columns_left(const layout *page, size_t used)
{
    return page->width > used + LEAST_COLUMNS ? page->width - used : LEAST_COLUMNS;
}

void layout_rule(layout *page, sst_span text)
{
    put_style(page, FAINT);
    output_text(page->out, "-- ");
    output_put(page->out, text.ptr, text.len);
    output_text(page->out, " ");
    for (size_t used = 4 + text_width(text); used < page->width; used++)
        output_text(page->out, "-");
    put_style(page, PLAIN);
    output_text(page->out, "\n");
    page->started = true;
}

/* A line of words; what kept them together is a blank again. */
static void put_line(output *out, const char *line, size_t len)
{
    const char *hard;
    while (len > 1 && (hard = memchr(line, NO_BREAK_SPACE[0], len - 1)) != NULL) {
        size_t before = (size_t)(hard - line);
        bool found = hard[1] == NO_BREAK_SPACE[1];
        output_put(out, line, before);
        output_put(out, found ? " " : hard, 1);
        line = hard + (found ? 2 : 1);
        len -= before + (found ? 2 : 1);
    }
    output_put(out, line, len);
}

/* Words, wrapped, each line in a style. */
static void put_wrapped(layout *page, sst_span text, size_t indent, const char *style)
{
    while (text.len > 0) {
        size_t taken;
        size_t len = wrap_line(text, columns_left(page, indent), &taken);
        put_blanks(page->out, indent);
        put_style(page, style);
        put_line(page->out, text.ptr, len);
        put_style(page, *style ? PLAIN : "");
        output_put(page->out, "\n", 1);
        text.ptr += taken;
        text.len -= taken;
        page->started = true;
    }
}

void layout_paragraph(layout *page, sst_span text, bool strong)
{
    put_wrapped(page, text, page->indent, strong ? STRONG : "");
}

void layout_heading(layout *page, sst_span text)
{
    put_wrapped(page, text, page->indent, STRONG);
}

void layout_faint(layout *page, size_t indent, sst_span text)
{
    put_wrapped(page, text, page->indent + indent, FAINT);
}

static void put_label(const layout *page, const char *text)
{
    put_blanks(page->out, page->indent);
    put_style(page, page->plain_labels ? "" : FAINT);
    output_text(page->out, text);
    put_style(page, page->plain_labels ? "" : PLAIN);
}

void layout_row(layout *page, const char *label, size_t label_width, sst_span text)
{
    size_t column = page->indent + label_width + 2;
    size_t used = page->indent + text_width(span_from(label));
    if (text.len == 0)
        return;
    put_label(page, label);
    if (column + LEAST_BESIDE > page->width) { /* no room beside the label: below it */
        output_put(page->out, "\n", 1);
        column = page->indent + 2;
        used = 0;
    }
    while (text.len > 0) {
        size_t taken;
        size_t len = wrap_line(text, columns_left(page, column), &taken);
        put_blanks(page->out, column > used ? column - used : 1);
        put_line(page->out, text.ptr, len);
        output_put(page->out, "\n", 1);
        text.ptr += taken;
        text.len -= taken;
        used = 0;
    }
    page->started = true;
}

/* --- marked words --------------------------------------------------------------------------- */

/* Adds a part of a text, made safe, and returns where it ends. */
static size_t append_safe(buffer *safe, sst_span text, size_t start, size_t end)
{
    sst_sink sink = buffer_sink(safe);
    if (end > start)
        sst_write_safe_text((sst_span){text.ptr + start, end - start}, &sink);
    return safe->len;
}

static size_t between(size_t value, size_t least, size_t most)
{
    return value < least ? least : value > most ? most : value;
}

/* One line, of which the bytes [start, end) are marked. */
static void put_marked_line(const layout *page, sst_span line, size_t start, size_t end)
{
    put_blanks(page->out, page->indent);
    output_put(page->out, line.ptr, start);
    if (end > start) {
        put_style(page, MARKED);
        output_put(page->out, line.ptr + start, end - start);
        put_style(page, PLAIN);
    }
    output_put(page->out, line.ptr + end, line.len - end);
    output_put(page->out, "\n", 1);
    if (end == start || page->colour)
        return;
    sst_span before = {line.ptr, start};
    sst_span marked = {line.ptr + start, end - start};
    put_blanks(page->out, page->indent + text_width(before));
    for (size_t i = text_width(marked); i > 0; i--)
        output_put(page->out, "^", 1);
    output_put(page->out, "\n", 1);
}

void layout_marked(layout *page, sst_span text, size_t start, size_t end)
{
    buffer safe = {NULL, 0, 0};
    end = between(end, 0, text.len);
    size_t mark = append_safe(&safe, text, 0, between(start, 0, end));
    size_t mark_end = append_safe(&safe, text, between(start, 0, end), end);
    append_safe(&safe, text, end, text.len);

    for (size_t at = 0; at < safe.len;) {
        sst_span rest = {safe.data + at, safe.len - at};
        size_t taken;
        sst_span line = {rest.ptr, wrap_line(rest, columns_left(page, page->indent), &taken)};
        put_marked_line(page, line, between(mark, at, at + line.len) - at,
                        between(mark_end, at, at + line.len) - at);
        at += taken;
        page->started = true;
    }
    buffer_free(&safe);
}

void layout_outside_row(layout *page, const char *label, size_t label_width, sst_span text)
{
    buffer safe = {NULL, 0, 0};
    append_safe(&safe, text, 0, text.len);
    layout_row(page, label, label_width, buffer_span(&safe));
    buffer_free(&safe);
}
