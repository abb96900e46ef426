/*
 * The pieces of which the page is made. No byte from outside gets onto it but through put_escaped.
 */
#include "base/ascii.h"
#include "report/html.h"

void sst_html_put(html *to, const char *markup)
{
    sst_writer_text(&to->out, markup);
}

/* --- words ---------------------------------------------------------------------------------- */

static int put_escaped(void *context, const char *data, size_t len)
{
    writer *out = context;
    for (size_t i = 0; i < len; i++) {
        switch (data[i]) {
        case '&':
            sst_writer_text(out, "&amp;");
            break;
        case '<':
            sst_writer_text(out, "&lt;");
            break;
        case '>':
            sst_writer_text(out, "&gt;");
            break;
        case '"':
            sst_writer_text(out, "&quot;");
            break;
        case '\'':
            sst_writer_text(out, "&#39;");
            break;
        default:
            sst_writer_char(out, data[i]);
            break;
        }
    }
    return 0;
}

void sst_html_text(html *to, sst_span text)
{
    const sst_sink sink = {put_escaped, &to->out};
    sst_write_safe_text(text, &sink);
}

void sst_html_label(html *to, const char *name)
{
    sst_html_text(to, span_of(sst_words_label(name, to->all.language)));
}

void sst_html_phrase(html *to, const phrase *text)
{
    sst_html_text(to, phrase_span(text));
}

void sst_html_outside(html *to, sst_span text)
{
    sst_html_put(to, "<bdi>");
    sst_html_text(to, text);
    sst_html_put(to, "</bdi>");
}

/* --- numbers -------------------------------------------------------------------------------- */

void sst_html_digits(html *to, uint64_t number)
{
    sst_writer_number(&to->out, number);
}

static void open_number(html *to, html_place at)
{
    sst_html_put(to, "<data data-n=\"");
    if (at.list) {
        sst_html_put(to, at.list);
        sst_html_put(to, ".");
    }
    if (at.index != HTML_NONE) {
        sst_html_digits(to, at.index);
        sst_html_put(to, ".");
    }
    sst_html_put(to, at.key);
    sst_html_put(to, "\" value=\"");
}

/* As JSON has it: without trailing zeros. */
static void put_decimal(html *to, uint64_t number, uint64_t unit)
{
    sst_html_digits(to, number / unit);
    uint64_t rest = number % unit;
    if (rest > 0)
        sst_html_put(to, ".");
    while (rest > 0) {
        unit /= 10;
        sst_html_digits(to, rest / unit);
        rest %= unit;
    }
}

static void close_number(html *to, const phrase *shown)
{
    sst_html_put(to, "\">");
    sst_html_phrase(to, shown);
    sst_html_put(to, "</data>");
}

void sst_html_number(html *to, html_place at, uint64_t number)
{
    phrase shown = {.len = 0};
    open_number(to, at);
    sst_html_digits(to, number);
    sst_phrase_number(&shown, to->all.language, number);
    close_number(to, &shown);
}

void sst_html_share(html *to, html_place at, uint64_t millionths)
{
    phrase shown = {.len = 0};
    open_number(to, at);
    put_decimal(to, millionths, 1000000);
    sst_phrase_share(&shown, to->all.language, millionths);
    close_number(to, &shown);
}

void sst_html_duration(html *to, html_place at, uint64_t milliseconds)
{
    phrase shown = {.len = 0};
    open_number(to, at);
    put_decimal(to, milliseconds, 1000);
    sst_phrase_duration(&shown, to->all.language, milliseconds);
    close_number(to, &shown);
}

void sst_html_cell(html *to, html_place at, uint64_t number)
{
    sst_html_put(to, number == 0 ? "<td class=\"n zero\">" : "<td class=\"n\">");
    sst_html_number(to, at, number);
    sst_html_put(to, "</td>");
}

/* --- sections and tables -------------------------------------------------------------------- */

void sst_html_section(html *to, const char *id, const char *label)
{
    sst_html_put(to, "<section aria-labelledby=\"");
    sst_html_put(to, id);
    sst_html_put(to, "\">\n<h2 id=\"");
    sst_html_put(to, id);
    sst_html_put(to, "\">");
    sst_html_label(to, label);
    sst_html_put(to, "</h2>\n");
}

void sst_html_section_end(html *to)
{
    sst_html_put(to, "</section>\n");
}

void sst_html_table(html *to, const char *caption, const char *const *columns, size_t count)
{
    sst_html_put(to, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    sst_html_label(to, caption);
    sst_html_put(to, "\"><table>\n<caption>");
    sst_html_label(to, caption);
    sst_html_put(to, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < count; i++) {
        sst_html_put(to, i > 0 ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        sst_html_label(to, columns[i]);
        sst_html_put(to, "</th>");
    }
    sst_html_put(to, "</tr></thead>\n<tbody>\n");
}

void sst_html_table_end(html *to)
{
    sst_html_put(to, "</tbody></table></div>\n");
}

/* --- bars ----------------------------------------------------------------------------------- */

void sst_html_bar(html *to, const html_part *parts, size_t count, uint64_t whole)
{
    uint64_t at = 0;
    sst_html_put(to, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                     "aria-hidden=\"true\" focusable=\"false\">");
    for (size_t i = 0; i < count && whole > 0; i++) {
        uint64_t width = (parts[i].value * 1000 + whole - 1) / whole;
        width = width > 1000 - at ? 1000 - at : width;
        if (width == 0)
            continue;
        sst_html_put(to, "<rect class=\"");
        sst_html_put(to, parts[i].kind);
        sst_html_put(to, "\" height=\"10\" x=\"");
        sst_html_digits(to, at);
        sst_html_put(to, "\" width=\"");
        sst_html_digits(to, width);
        sst_html_put(to, "\"/>");
        at += width;
    }
    sst_html_put(to, "</svg>");
}

void sst_html_fates(const tally *count, html_part parts[HTML_FATES])
{
    const html_part all[HTML_FATES] = {{"first", count->of[FATE_FIRST]},
                                       {"later", count->of[FATE_LATER]},
                                       {"waiting", count->of[FATE_WAITING]},
                                       {"doubt", count->of[FATE_DOUBT]},
                                       {"failed", count->of[FATE_FAILED]}};
    memcpy(parts, all, sizeof all);
}
