/*
 * The topics about codes: reply codes, enhanced codes, classes.
 */
#include <string.h>

#include "language.h"
#include "list.h"
#include "page.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- reply codes ---------------------------------------------------------------------------- */

enum {
    CODE,
    CODE_NAME,
    CODE_C_NAME,
    CODE_ALIASES,
    CODE_STANDING,
    CODE_CLASS,
    CODE_TITLE,
    CODE_SHORT,
    CODE_DESCRIPTION,
    CODE_COMMANDS,
    CODE_REFERENCE,
    CODE_COLUMNS
};

static const column code_columns[CODE_COLUMNS] = {
    [CODE] = {"code", "label.value"},
    [CODE_NAME] = {"name", "label.name"},
    [CODE_C_NAME] = {"c_name", "label.c-name"},
    [CODE_ALIASES] = {"aliases", "label.aliases"},
    [CODE_STANDING] = {"standing", "label.standing"},
    [CODE_CLASS] = {"class", "label.class"},
    [CODE_TITLE] = {"title", "label.title"},
    [CODE_SHORT] = {"short", "label.short"},
    [CODE_DESCRIPTION] = {"description", "label.description"},
    [CODE_COMMANDS] = {"commands", "label.commands"},
    [CODE_REFERENCE] = {"reference", "label.reference"},
};

static void fill_aliases(cell *into, int code)
{
    const char *alias;
    cell_words(into, "");
    for (size_t i = 0; (alias = sst_code_alias(code, i)) != NULL; i++) {
        buffer_text(&into->text, i > 0 ? " " : "");
        buffer_text(&into->text, alias);
        buffer_text(&into->shown, i > 0 ? ", " : "");
        buffer_text(&into->shown, alias);
    }
}

static void fill_class(cell *into, int code, const char *language)
{
    int reply_class = sst_code_class(code);
    cell_number(into, reply_class);
    if (reply_class == 0) {
        cell_shown(into, "-");
        return;
    }
    buffer_number(&into->shown, reply_class);
    buffer_text(&into->shown, "yz - ");
    buffer_text(&into->shown, sst_class_text_title(reply_class, language));
}

void list_fill_code(const list_source *from, int code, cell *cells)
{
    const char *reference = sst_code_reference(code);
    cell_number(&cells[CODE], code);
    cell_text(&cells[CODE_NAME], sst_code_name(code));
    cell_text(&cells[CODE_C_NAME], sst_code_c_name(code));
    fill_aliases(&cells[CODE_ALIASES], code);
    if (sst_code_is_defined(code)) {
        cell_text(&cells[CODE_STANDING], sst_standing_id(sst_code_standing(code)));
        cell_shown(&cells[CODE_STANDING],
                   sst_standing_text(sst_code_standing(code), from->language));
    }
    fill_class(&cells[CODE_CLASS], code, from->language);
    cell_text(&cells[CODE_TITLE], sst_code_text_title(code, from->language));
    cell_text(&cells[CODE_SHORT], sst_code_text_short(code, from->language));
    cell_text(&cells[CODE_DESCRIPTION], sst_code_text_full(code, from->language));
    cell_words(&cells[CODE_COMMANDS], sst_code_commands(code));
    page_name_commands(&cells[CODE_COMMANDS].shown, sst_code_commands(code), from->language);
    cell_text(&cells[CODE_REFERENCE], strcmp(reference, "-") == 0 ? "" : reference);
}

static size_t count_codes(const list_source *from)
{
    (void)from;
    return sst_code_count();
}

static void fill_code(const list_source *from, size_t position, cell *cells)
{
    list_fill_code(from, sst_code_at(position), cells);
}

const topic list_codes = {
    .name = "codes",
    .heading = "heading.codes",
    .intro = "intro.codes",
    .columns = code_columns,
    .column_count = CODE_COLUMNS,
    .count = count_codes,
    .fill = fill_code,
    .text = (const signed char[]){CODE, CODE_NAME, CODE_TITLE, LIST_END},
    .table = (const signed char[]){CODE_NAME, CODE, CODE_SHORT, LIST_END},
    .heads = (const signed char[]){CODE, CODE_NAME, LIST_END},
    .bodies = (const signed char[]){CODE_TITLE, CODE_SHORT, CODE_DESCRIPTION, LIST_END},
    .details = (const signed char[]){CODE_CLASS, CODE_COMMANDS, CODE_REFERENCE, CODE_STANDING,
                                     CODE_ALIASES, CODE_C_NAME, LIST_END},
};

/* --- enhanced codes ------------------------------------------------------------------------- */

enum {
    ENHANCED,
    ENHANCED_SUBJECT,
    ENHANCED_DETAIL,
    ENHANCED_TITLE,
    ENHANCED_DESCRIPTION,
    ENHANCED_REGISTERED,
    ENHANCED_BASIC,
    ENHANCED_REFERENCE,
    ENHANCED_COLUMNS
};

static const column enhanced_columns[ENHANCED_COLUMNS] = {
    [ENHANCED] = {"code", "label.code"},
    [ENHANCED_SUBJECT] = {"subject", "label.subject"},
    [ENHANCED_DETAIL] = {"detail", "label.detail"},
    [ENHANCED_TITLE] = {"title", "label.title"},
    [ENHANCED_DESCRIPTION] = {"description", "label.description"},
    [ENHANCED_REGISTERED] = {"registered_title", "label.registered-title"},
    [ENHANCED_BASIC] = {"basic_codes", "label.basic-codes"},
    [ENHANCED_REFERENCE] = {"reference", "label.reference"},
};

static size_t count_enhanced(const list_source *from)
{
    (void)from;
    return sst_enhanced_count();
}

/* "X.1 - Addressing status" */
static void fill_subject(cell *into, int subject, const char *language)
{
    cell_number(into, subject);
    buffer_text(&into->shown, "X.");
    buffer_number(&into->shown, subject);
    buffer_text(&into->shown, ".X - ");
    buffer_text(&into->shown, sst_subject_text_title(subject, language));
}

static void fill_enhanced(const list_source *from, size_t position, cell *cells)
{
    sst_enhanced code = sst_enhanced_at(position);
    cell_text(&cells[ENHANCED], "X.");
    buffer_number(&cells[ENHANCED].text, code.subject);
    buffer_text(&cells[ENHANCED].text, ".");
    buffer_number(&cells[ENHANCED].text, code.detail);
    fill_subject(&cells[ENHANCED_SUBJECT], code.subject, from->language);
    cell_number(&cells[ENHANCED_DETAIL], code.detail);
    cell_text(&cells[ENHANCED_TITLE], sst_enhanced_text_title(code, from->language));
    cell_text(&cells[ENHANCED_DESCRIPTION], sst_enhanced_text_full(code, from->language));
    cell_text(&cells[ENHANCED_REGISTERED], sst_enhanced_title(code));
    cell_words(&cells[ENHANCED_BASIC], sst_enhanced_basic_codes(code));
    if (strcmp(sst_enhanced_basic_codes(code), "any") == 0)
        cell_shown(&cells[ENHANCED_BASIC], label("label.any-code", from->language));
    cell_text(&cells[ENHANCED_REFERENCE], sst_enhanced_reference(code));
}

const topic list_enhanced = {
    .name = "enhanced",
    .heading = "heading.enhanced",
    .intro = "intro.enhanced",
    .columns = enhanced_columns,
    .column_count = ENHANCED_COLUMNS,
    .count = count_enhanced,
    .fill = fill_enhanced,
    .text = (const signed char[]){ENHANCED, ENHANCED_TITLE, LIST_END},
    .table = (const signed char[]){ENHANCED, ENHANCED_TITLE, ENHANCED_BASIC, LIST_END},
    .heads = (const signed char[]){ENHANCED, LIST_END},
    .bodies = (const signed char[]){ENHANCED_TITLE, ENHANCED_DESCRIPTION, LIST_END},
    .details = (const signed char[]){ENHANCED_SUBJECT, ENHANCED_BASIC, ENHANCED_REFERENCE,
                                     ENHANCED_REGISTERED, LIST_END},
};

/* --- classes -------------------------------------------------------------------------------- */

enum { CLASS, CLASS_TYPE, CLASS_TITLE, CLASS_DESCRIPTION, CLASS_COLUMNS };

static const column class_columns[CLASS_COLUMNS] = {
    [CLASS] = {"class", "label.class"},
    [CLASS_TYPE] = {"type", "label.type"},
    [CLASS_TITLE] = {"title", "label.title"},
    [CLASS_DESCRIPTION] = {"description", "label.description"},
};

/* The four sorts of classes, each with the digits that there are. */
static const struct sort {
    const char *type;
    const char *label;
    const char *before; /* the digit */
    const char *behind;
    const char *digits;
    const char *(*title)(int digit, const char *language);
    const char *(*full)(int digit, const char *language);
} sorts[] = {
    {"class", "label.class", "", "yz", "12345", sst_class_text_title, sst_class_text_full},
    {"category", "label.category", "x", "z", "012345", sst_category_text_title,
     sst_category_text_full},
    {"enhanced-class", "label.enhanced-class", "", ".X.X", "245", sst_enhanced_class_text_title,
     sst_enhanced_class_text_full},
    {"subject", "label.subject", "X.", ".X", "01234567", sst_subject_text_title,
     sst_subject_text_full},
};

static size_t count_classes(const list_source *from)
{
    size_t count = 0;
    (void)from;
    for (size_t i = 0; i < COUNT(sorts); i++)
        count += strlen(sorts[i].digits);
    return count;
}

static void fill_class_row(const list_source *from, size_t position, cell *cells)
{
    const struct sort *sort = sorts;
    while (position >= strlen(sort->digits)) {
        position -= strlen(sort->digits);
        sort++;
    }
    int digit = sort->digits[position] - '0';
    cell_text(&cells[CLASS], sort->before);
    buffer_number(&cells[CLASS].text, digit);
    buffer_text(&cells[CLASS].text, sort->behind);
    cell_text(&cells[CLASS_TYPE], sort->type);
    cell_shown(&cells[CLASS_TYPE], label(sort->label, from->language));
    cell_text(&cells[CLASS_TITLE], sort->title(digit, from->language));
    cell_text(&cells[CLASS_DESCRIPTION], sort->full(digit, from->language));
}

const topic list_classes = {
    .name = "classes",
    .heading = "heading.classes",
    .columns = class_columns,
    .column_count = CLASS_COLUMNS,
    .count = count_classes,
    .fill = fill_class_row,
    .text = (const signed char[]){CLASS, CLASS_TYPE, CLASS_TITLE, LIST_END},
    .table = (const signed char[]){CLASS, CLASS_TYPE, CLASS_TITLE, CLASS_DESCRIPTION, LIST_END},
};
