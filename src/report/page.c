/*
 * The page. No byte from outside is written but through put_safe.
 */
#include "report/page.h"

#include "base/ascii.h"

#define STRONG "\033[1m"
#define FAINT  "\033[2m"
#define PLAIN  "\033[0m"

/* However deep the indent, something must fit beside it. */
#define LEAST_COLUMNS ((size_t)20)

static int collect(void *context, const char *data, size_t len)
{
    sst_phrase_put(context, data, len);
    return 0;
}

static void make_safe(phrase *to, sst_span text)
{
    const sst_sink sink = {collect, to};
    sst_write_safe_text(text, &sink);
}

static void put_blanks(page *on, size_t count)
{
    while (count-- > 0)
        sst_writer_char(&on->out, ' ');
}

static void put_style(page *on, const char *style)
{
    if (on->colour)
        sst_writer_text(&on->out, style);
}

/* A line, in which what kept words together is a blank again. */
static void put_line(page *on, const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool hard = line[i] == '\xC2' && i + 1 < len && line[i + 1] == '\xA0';
        sst_writer_char(&on->out, hard ? ' ' : line[i]);
        i += hard ? 1 : 0;
    }
}

/* Wrapped words: the first line goes on behind used columns, the others begin at column. */
static void put_wrapped(page *on, sst_span text, size_t column, size_t used, const char *style)
{
    size_t room = on->width > column + LEAST_COLUMNS ? on->width - column : LEAST_COLUMNS;
    while (text.len > 0) {
        size_t taken;
        size_t len = sst_text_wrap(text, room, &taken);
        put_blanks(on, column > used ? column - used : 0);
        put_style(on, style);
        put_line(on, text.ptr, len);
        put_style(on, style[0] != '\0' ? PLAIN : "");
        sst_writer_char(&on->out, '\n');
        text.ptr += taken;
        text.len -= taken;
        used = 0;
    }
    on->started = true;
}

static void put_text(page *on, sst_span text, const char *style)
{
    phrase safe = {.len = 0};
    make_safe(&safe, text);
    put_wrapped(on, phrase_span(&safe), on->indent, 0, style);
}

void sst_page_gap(page *on)
{
    if (on->started)
        sst_writer_char(&on->out, '\n');
}

void sst_page_heading(page *on, sst_span text)
{
    sst_page_gap(on);
    put_text(on, text, STRONG);
    if (on->colour)
        return;
    /* Where nothing is bold, a line below tells a heading. */
    put_blanks(on, on->indent);
    for (size_t i = sst_text_width(text); i > 0; i--)
        sst_writer_char(&on->out, '-');
    sst_writer_char(&on->out, '\n');
}

void sst_page_strong(page *on, sst_span text)
{
    put_text(on, text, STRONG);
}

void sst_page_paragraph(page *on, sst_span text)
{
    put_text(on, text, "");
}

void sst_page_faint(page *on, sst_span text)
{
    put_text(on, text, FAINT);
}

void sst_page_row(page *on, const char *label, size_t label_width, sst_span text)
{
    phrase safe = {.len = 0};
    make_safe(&safe, text);
    if (safe.len == 0)
        return;
    size_t column = on->indent + label_width + 2;
    put_blanks(on, on->indent);
    put_style(on, FAINT);
    sst_writer_text(&on->out, label);
    put_style(on, PLAIN);
    put_wrapped(on, phrase_span(&safe), column, on->indent + sst_text_width(span_of(label)), "");
}

/* A name that is wider than its column ends with an ellipsis. */
static size_t put_name(page *on, sst_span name, size_t width)
{
    phrase safe = {.len = 0};
    size_t taken;
    make_safe(&safe, name);
    sst_span text = phrase_span(&safe);
    size_t columns = sst_text_width(text);
    if (columns <= width) {
        put_line(on, text.ptr, text.len);
        return columns;
    }
    text.len = sst_text_wrap(text, width - 1, &taken);
    put_line(on, text.ptr, text.len);
    sst_writer_text(&on->out, "\xE2\x80\xA6");
    return sst_text_width(text) + 1;
}

void sst_page_cells(page *on, sst_span name, size_t name_width, const page_cells *cells,
                    const size_t *widths)
{
    put_blanks(on, on->indent);
    size_t used = put_name(on, name, name_width);
    put_blanks(on, name_width - used);
    for (size_t i = 0; i < cells->count; i++) {
        sst_span cell = phrase_span(&cells->cell[i]);
        size_t width = sst_text_width(cell);
        put_blanks(on, 2 + (widths[i] > width ? widths[i] - width : 0));
        put_line(on, cell.ptr, cell.len);
    }
    sst_writer_char(&on->out, '\n');
    on->started = true;
}

size_t sst_page_width(sst_span text)
{
    phrase safe = {.len = 0};
    make_safe(&safe, text);
    return sst_text_width(phrase_span(&safe));
}

size_t sst_page_widest(const char *const *labels, size_t count)
{
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t width = sst_text_width(span_of(labels[i]));
        widest = width > widest ? width : widest;
    }
    return widest;
}
