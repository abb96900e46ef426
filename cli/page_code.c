/*
 * The page of a reply code, and the blocks about codes in the page of a record.
 */
#include "page.h"

#include <string.h>

#include "buffer.h"
#include "language.h"
#include "wrap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Blocks stand a little to the right of their headings. */
#define INDENT ((size_t)2)

void page_rows(layout *page, const page_row *rows, size_t count)
{
    size_t width = 0;
    for (size_t i = 0; i < count; i++) {
        size_t columns = text_width(span_from(rows[i].label));
        if (rows[i].text.len > 0 && columns > width)
            width = columns;
    }
    for (size_t i = 0; i < count; i++) {
        void (*put)(layout *, const char *, size_t, sst_span) =
            rows[i].outside ? layout_outside_row : layout_row;
        put(page, rows[i].label, width, rows[i].text);
    }
}

void page_name_commands(buffer *into, const char *commands, const char *language)
{
    static const struct {
        const char *word;
        const char *key;
    } special[] = {
        {"any", "label.any-command"}, {"CONNECT", "label.connect"}, {"EOM", "label.eom"}};
    while (*commands) {
        size_t len = strcspn(commands, " ");
        const char *text = NULL;
        for (size_t i = 0; i < COUNT(special); i++) {
            if (strlen(special[i].word) == len && memcmp(special[i].word, commands, len) == 0)
                text = label(special[i].key, language);
        }
        if (into->len > 0)
            buffer_text(into, ", ");
        if (text)
            buffer_text(into, text);
        else
            buffer_put(into, commands, len);
        commands += len + (commands[len] == ' ' ? 1 : 0);
    }
}

/* "550 MailboxUnavailable - Mailbox unavailable or refused" */
static void put_code_heading(layout *page, int code, const char *language)
{
    buffer heading = {NULL, 0, 0};
    buffer_number(&heading, code);
    if (sst_code_name(code)) {
        buffer_text(&heading, " ");
        buffer_text(&heading, sst_code_name(code));
    }
    const char *title = sst_code_text_title(code, language);
    if (*title) {
        buffer_text(&heading, " - ");
        buffer_text(&heading, title);
    }
    layout_heading(page, buffer_span(&heading));
    buffer_free(&heading);
}

/* "RFC 5321 4.2.2; RFC 6531 3.5", to be broken between the documents only. */
static void name_reference(buffer *into, const char *reference)
{
    if (strcmp(reference, "-") == 0)
        return;
    for (const char *c = reference; *c; c++) {
        if (*c == ' ' && c[-1] != ';')
            buffer_text(into, NO_BREAK_SPACE);
        else
            buffer_put(into, c, 1);
    }
}

void page_code_block(layout *page, int code, bool brief, const char *language)
{
    const char *text =
        brief ? sst_code_text_short(code, language) : sst_code_text_full(code, language);
    buffer commands = {NULL, 0, 0};
    buffer reference = {NULL, 0, 0};
    page_name_commands(&commands, sst_code_commands(code), language);
    name_reference(&reference, sst_code_reference(code));
    bool defined = sst_code_is_defined(code);
    const page_row rows[] = {
        {label("label.standing", language),
         span_from(defined ? "" : label("label.undefined", language)), false},
        {label("label.commands", language), buffer_span(&commands), false},
        {label("label.reference", language), buffer_span(&reference), false},
    };
    put_code_heading(page, code, language);
    page->indent += INDENT;
    layout_paragraph(page, span_from(text), false);
    page_rows(page, rows, COUNT(rows));
    page->indent -= INDENT;
    buffer_free(&commands);
    buffer_free(&reference);
}

/* "5.X.X - Permanent failure" */
static void name_enhanced_class(buffer *into, sst_enhanced enhanced, const char *language)
{
    buffer_number(into, enhanced.status_class);
    buffer_text(into, ".X.X - ");
    buffer_text(into, sst_enhanced_class_text_title(enhanced.status_class, language));
}

void page_enhanced_block(layout *page, sst_enhanced enhanced, const char *language)
{
    char code[SST_ENHANCED_STRING_MAX];
    bool registered = sst_enhanced_is_registered(enhanced);
    buffer heading = {NULL, 0, 0};
    buffer class_name = {NULL, 0, 0};
    buffer reference = {NULL, 0, 0};
    sst_enhanced_to_string(enhanced, code, sizeof code);
    buffer_text(&heading, code);
    buffer_text(&heading, " - ");
    buffer_text(&heading, sst_enhanced_text_title(enhanced, language));
    name_enhanced_class(&class_name, enhanced, language);
    if (registered)
        name_reference(&reference, sst_enhanced_reference(enhanced));
    const page_row rows[] = {
        {label("label.standing", language),
         span_from(registered ? "" : label("label.unregistered", language)), false},
        {label("label.class", language), buffer_span(&class_name), false},
        {label("label.reference", language), buffer_span(&reference), false},
    };
    layout_heading(page, buffer_span(&heading));
    page->indent += INDENT;
    layout_paragraph(page, span_from(sst_enhanced_text_full(enhanced, language)), false);
    page_rows(page, rows, COUNT(rows));
    page->indent -= INDENT;
    buffer_free(&heading);
    buffer_free(&class_name);
    buffer_free(&reference);
}

/* --- the page of a code --------------------------------------------------------------------- */

/* "5yz - Permanent failure", "x5z - Mail system" */
static void name_class(buffer *into, int code, const char *language)
{
    if (sst_code_class(code) == 0)
        return;
    buffer_number(into, sst_code_class(code));
    buffer_text(into, "yz - ");
    buffer_text(into, sst_class_text_title(sst_code_class(code), language));
}

static void name_category(buffer *into, int code, const char *language)
{
    if (sst_code_category(code) < 0)
        return;
    buffer_text(into, "x");
    buffer_number(into, sst_code_category(code));
    buffer_text(into, "z - ");
    buffer_text(into, sst_category_text_title(sst_code_category(code), language));
}

static void name_aliases(buffer *into, int code)
{
    const char *alias;
    for (size_t i = 0; (alias = sst_code_alias(code, i)) != NULL; i++) {
        if (into->len > 0)
            buffer_text(into, ", ");
        buffer_text(into, alias);
    }
}

static const char *origin_of(int code, const char *language)
{
    return sst_code_is_defined(code) ? sst_standing_text(sst_code_standing(code), language)
                                     : label("label.undefined", language);
}

void page_code(layout *page, int code, const char *language)
{
    buffer texts[5] = {{NULL, 0, 0}};
    name_class(&texts[0], code, language);
    name_category(&texts[1], code, language);
    page_name_commands(&texts[2], sst_code_commands(code), language);
    name_aliases(&texts[3], code);
    name_reference(&texts[4], sst_code_reference(code));
    const page_row rows[] = {
        {label("label.class", language), buffer_span(&texts[0]), false},
        {label("label.category", language), buffer_span(&texts[1]), false},
        {label("label.commands", language), buffer_span(&texts[2]), false},
        {label("label.reference", language), buffer_span(&texts[4]), false},
        {label("label.standing", language), span_from(origin_of(code, language)), false},
        {label("label.aliases", language), buffer_span(&texts[3]), false},
        {label("label.c-name", language), span_from(sst_code_c_name(code)), false},
    };
    put_code_heading(page, code, language);
    layout_gap(page);
    page->indent += INDENT;
    const char *brief = sst_code_text_short(code, language);
    const char *full = sst_code_text_full(code, language);
    layout_paragraph(page, span_from(brief), false);
    if (strcmp(brief, full) != 0) {
        layout_gap(page);
        layout_paragraph(page, span_from(full), false);
    }
    layout_gap(page);
    page_rows(page, rows, COUNT(rows));
    page->indent -= INDENT;
    for (size_t i = 0; i < COUNT(texts); i++)
        buffer_free(&texts[i]);
}
