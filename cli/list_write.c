/*
 * The formats of a list: text, Markdown, CSV (RFC 4180) and JSON lines.
 */
#include <string.h>

#include "language.h"
#include "layout.h"
#include "list.h"
#include "wrap.h"

/* --- cells ---------------------------------------------------------------------------------- */

void cell_text(cell *into, const char *text)
{
    if (!text)
        return;
    into->type = CELL_TEXT;
    buffer_text(&into->text, text);
}

void cell_number(cell *into, long number)
{
    into->type = CELL_NUMBER;
    buffer_number(&into->text, number);
}

void cell_words(cell *into, const char *text)
{
    into->type = CELL_WORDS;
    buffer_text(&into->text, text);
}

void cell_shown(cell *into, const char *text)
{
    buffer_text(&into->shown, text);
}

void cell_range(cell *into, size_t start, size_t end)
{
    into->type = CELL_RANGE;
    buffer_number(&into->text, (long)start);
    buffer_text(&into->text, "-");
    buffer_number(&into->text, (long)end);
}

void cell_outside(cell *into, const char *text)
{
    sst_sink sink = buffer_sink(&into->shown);
    cell_text(into, text);
    sst_write_safe_text(buffer_span(&into->text), &sink);
}

static void clear_cells(cell *cells)
{
    for (size_t i = 0; i < LIST_MAX_COLUMNS; i++) {
        cells[i].type = CELL_LEFT_OUT;
        buffer_clear(&cells[i].text);
        buffer_clear(&cells[i].shown);
    }
}

static void free_cells(cell *cells)
{
    for (size_t i = 0; i < LIST_MAX_COLUMNS; i++) {
        buffer_free(&cells[i].text);
        buffer_free(&cells[i].shown);
    }
}

static void fill_row(const topic *what, const list_source *from, size_t row, cell *cells)
{
    clear_cells(cells);
    what->fill(from, row, cells);
}

/* What people see in a cell. */
static sst_span shown(const cell *from)
{
    return from->shown.len > 0 ? buffer_span(&from->shown) : buffer_span(&from->text);
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void put_json_words(output *out, const sst_sink *sink, sst_span text)
{
    const char *between = "";
    output_text(out, "[");
    while (text.len > 0) {
        const char *blank = memchr(text.ptr, ' ', text.len);
        sst_span word = {text.ptr, blank ? (size_t)(blank - text.ptr) : text.len};
        output_text(out, between);
        sst_write_json_string(word, sink);
        between = ",";
        size_t used = word.len + (blank ? 1 : 0);
        text.ptr += used;
        text.len -= used;
    }
    output_text(out, "]");
}

static void put_json_range(output *out, sst_span text)
{
    output_text(out, "[");
    for (size_t i = 0; i < text.len; i++)
        output_put(out, text.ptr[i] == '-' ? "," : text.ptr + i, 1);
    output_text(out, "]");
}

static void put_json_value(const cell *from, output *out, const sst_sink *sink)
{
    sst_span text = buffer_span(&from->text);
    switch (from->type) {
    case CELL_WORDS:
        put_json_words(out, sink, text);
        break;
    case CELL_RANGE:
        put_json_range(out, text);
        break;
    case CELL_NUMBER:
        output_put(out, text.ptr, text.len);
        break;
    default:
        sst_write_json_string(text, sink);
        break;
    }
}

static void put_json(const topic *what, const cell *cells, output *out)
{
    sst_sink sink = output_sink(out);
    const char *between = "{\"";
    for (size_t i = 0; i < what->column_count; i++) {
        if (cells[i].type == CELL_LEFT_OUT)
            continue;
        output_text(out, between);
        output_text(out, what->columns[i].key);
        output_text(out, "\":");
        put_json_value(&cells[i], out, &sink);
        between = ",\"";
    }
    output_text(out, "}\n");
}

/* --- CSV ------------------------------------------------------------------------------------ */

static void put_csv_header(const topic *what, output *out)
{
    for (size_t i = 0; i < what->column_count; i++) {
        output_text(out, i > 0 ? "," : "");
        output_text(out, what->columns[i].key);
    }
    output_text(out, "\n");
}

static void put_csv(const topic *what, const cell *cells, bool guard, output *out)
{
    sst_sink sink = output_sink(out);
    for (size_t i = 0; i < what->column_count; i++) {
        output_text(out, i > 0 ? "," : "");
        /* A number is no formula, even below zero. */
        sst_write_csv_cell(buffer_span(&cells[i].text), guard && cells[i].type != CELL_NUMBER,
                           &sink);
    }
    output_text(out, "\n");
}

/* --- text ----------------------------------------------------------------------------------- */

/* How wide each column of the text format must be. */
static void measure(const topic *what, const list_source *from, cell *cells, size_t *widths)
{
    for (size_t row = 0; row < what->count(from); row++) {
        fill_row(what, from, row, cells);
        for (size_t i = 0; what->text[i] != LIST_END; i++) {
            size_t width = text_width(shown(&cells[what->text[i]]));
            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
}

/* The columns but the last are aligned, the last one is wrapped. */
static void put_text_row(layout *page, const topic *what, const cell *cells, const size_t *widths)
{
    buffer left = {NULL, 0, 0};
    size_t column_end = 0;
    size_t i = 0;
    for (; what->text[i + 1] != LIST_END; i++) {
        sst_span text = shown(&cells[what->text[i]]);
        while (text_width(buffer_span(&left)) < column_end)
            buffer_text(&left, " ");
        buffer_put(&left, text.ptr, text.len);
        column_end += widths[i] + 2;
    }
    layout_row(page, buffer_string(&left), column_end - 2, shown(&cells[what->text[i]]));
    buffer_free(&left);
}

static void write_text(const topic *what, const list_source *from, output *out)
{
    size_t widths[LIST_MAX_COLUMNS] = {0};
    cell cells[LIST_MAX_COLUMNS] = {{.type = CELL_LEFT_OUT}};
    layout page;
    layout_init(&page, out);
    page.plain_labels = true;
    measure(what, from, cells, widths);
    for (size_t row = 0; row < what->count(from); row++) {
        fill_row(what, from, row, cells);
        put_text_row(&page, what, cells, widths);
    }
    free_cells(cells);
}

/* --- Markdown ------------------------------------------------------------------------------- */

/* Text in Markdown: what would be taken for markup is escaped. */
static void put_md(output *out, sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '|' || c == '<' || c == '>' || c == '*' || c == '[' || c == ']' || c == '\\')
            output_text(out, "\\");
        output_put(out, &c, 1);
    }
}

static void put_anchor(output *out, const cell *cells, const topic *what)
{
    sst_span anchor = buffer_span(&cells[what->table[0]].text);
    output_put(out, anchor.ptr, anchor.len);
}

static void write_md_table(const topic *what, const list_source *from, cell *cells, output *out)
{
    for (size_t i = 0; what->table[i] != LIST_END; i++) {
        output_text(out, i == 0 ? "| " : " | ");
        output_text(out, label(what->columns[what->table[i]].label, from->language));
    }
    output_text(out, " |\n");
    for (size_t i = 0; what->table[i] != LIST_END; i++)
        output_text(out, i == 0 ? "| ---" : " | ---");
    output_text(out, " |\n");
    for (size_t row = 0; row < what->count(from); row++) {
        fill_row(what, from, row, cells);
        for (size_t i = 0; what->table[i] != LIST_END; i++) {
            bool link = i == 0 && what->heads;
            output_text(out, i == 0 ? "| " : " | ");
            output_text(out, link ? "[" : "");
            put_md(out, shown(&cells[what->table[i]]));
            output_text(out, link ? "](#" : "");
            if (link)
                put_anchor(out, cells, what);
            output_text(out, link ? ")" : "");
        }
        output_text(out, " |\n");
    }
}

static void write_md_section(const topic *what, const list_source *from, const cell *cells,
                             output *out)
{
    output_text(out, "\n<a id=\"");
    put_anchor(out, cells, what);
    output_text(out, "\"></a>\n\n##");
    for (size_t i = 0; what->heads[i] != LIST_END; i++) {
        output_text(out, " ");
        put_md(out, shown(&cells[what->heads[i]]));
    }
    output_text(out, "\n");
    for (size_t i = 0; what->bodies[i] != LIST_END; i++) {
        sst_span text = shown(&cells[what->bodies[i]]);
        output_text(out, text.len > 0 ? "\n" : "");
        output_text(out, i == 0 ? "**" : "");
        put_md(out, text);
        output_text(out, i == 0 ? "**" : "");
        output_text(out, text.len > 0 ? "\n" : "");
    }
    output_text(out, "\n");
    for (size_t i = 0; what->details[i] != LIST_END; i++) {
        sst_span text = shown(&cells[what->details[i]]);
        if (text.len == 0)
            continue;
        output_text(out, "- ");
        output_text(out, label(what->columns[what->details[i]].label, from->language));
        output_text(out, ": ");
        put_md(out, text);
        output_text(out, "\n");
    }
}

static void write_md(const topic *what, const list_source *from, output *out)
{
    cell cells[LIST_MAX_COLUMNS] = {{.type = CELL_LEFT_OUT}};
    output_text(out, "# ");
    output_text(out, label(what->heading, from->language));
    output_text(out, "\n\n");
    if (what->intro) {
        output_text(out, label(what->intro, from->language));
        output_text(out, "\n\n");
    }
    write_md_table(what, from, cells, out);
    for (size_t row = 0; what->heads && row < what->count(from); row++) {
        fill_row(what, from, row, cells);
        write_md_section(what, from, cells, out);
    }
    free_cells(cells);
}

/* --- public --------------------------------------------------------------------------------- */

void list_write_row(const topic *what, cell *cells, const options *given, output *out)
{
    if (given->format == FORMAT_JSONL) {
        put_json(what, cells, out);
    } else {
        put_csv_header(what, out);
        put_csv(what, cells, given->flags[OPTION_CSV_SAFE], out);
    }
    free_cells(cells);
}

static void write_rows(const topic *what, const list_source *from, const options *given,
                       output *out)
{
    cell cells[LIST_MAX_COLUMNS] = {{.type = CELL_LEFT_OUT}};
    if (given->format == FORMAT_CSV)
        put_csv_header(what, out);
    for (size_t row = 0; row < what->count(from); row++) {
        fill_row(what, from, row, cells);
        if (given->format == FORMAT_CSV)
            put_csv(what, cells, given->flags[OPTION_CSV_SAFE], out);
        else
            put_json(what, cells, out);
    }
    free_cells(cells);
}

void list_write(const topic *what, const list_source *from, const options *given, output *out)
{
    switch (given->format) {
    case FORMAT_TEXT:
        write_text(what, from, out);
        break;
    case FORMAT_MD:
        write_md(what, from, out);
        break;
    default:
        write_rows(what, from, given, out);
        break;
    }
}
