/*
 * "smtpstatus explain": what a code, a name or replies mean.
 */
#include <string.h>

#include <smtpstatus/record.h>

#include "arguments.h"
#include "command.h"
#include "list.h"
#include "page.h"
#include "replies.h"
#include "rules_file.h"
#include "suggest.h"

/* --- a code or a name ----------------------------------------------------------------------- */

/* How an argument is to be taken. */
typedef enum meaning { MEANING_CODE, MEANING_NO_CODE, MEANING_NO_NAME, MEANING_REPLY } meaning;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One word of letters, digits and '_' that begins with a letter, as names do. */
static bool is_word(sst_span text)
{
    if (text.len == 0 || !is_letter(text.ptr[0]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_letter(text.ptr[i]) && !is_digit(text.ptr[i]) && text.ptr[i] != '_')
            return false;
    }
    return true;
}

static bool is_number(sst_span text)
{
    size_t start = text.len > 1 && text.ptr[0] == '-' ? 1 : 0;
    for (size_t i = start; i < text.len; i++) {
        if (!is_digit(text.ptr[i]))
            return false;
    }
    return text.len > 0;
}

static meaning meaning_of(sst_span text, int *code)
{
    bool number = is_number(text);
    if (!number && !is_word(text))
        return MEANING_REPLY;
    if (!sst_code_parse(text.ptr, text.len, true, code))
        return number ? MEANING_NO_CODE : MEANING_NO_NAME;
    bool on_the_wire = *code >= 200 && *code <= 599;
    return sst_code_is_defined(*code) || on_the_wire ? MEANING_CODE : MEANING_NO_CODE;
}

static int explain_code(int code, const options *given, output *out)
{
    if (given->format == FORMAT_TEXT) {
        layout page;
        layout_init(&page, out);
        page_code(&page, code, given->language);
        return STATUS_DONE;
    }
    cell cells[LIST_MAX_COLUMNS] = {{.type = CELL_LEFT_OUT}};
    const list_source from = {given->language, NULL, NULL};
    list_fill_code(&from, code, cells);
    list_write_row(&list_codes, cells, given, out);
    return STATUS_DONE;
}

static int refuse_number(const char *text)
{
    complain("%s is no SMTP reply code: those are 200 to 299 (done), 300 to 399 (go on), "
             "400 to 499 (not now) and 500 to 599 (no)",
             text);
    return STATUS_PARTLY;
}

static int refuse_name(const char *text)
{
    static const char prefix[] = "SST_CODE_";
    const char *word = text;
    suggestions near = {.count = 0};
    if (strncmp(text, prefix, sizeof prefix - 1) == 0) /* what all names in C share */
        word += sizeof prefix - 1;
    for (size_t i = 0; i < sst_code_count(); i++) {
        int code = sst_code_at(i);
        suggest_try(&near, word, strlen(word), sst_code_name(code));
    }
    buffer names = {NULL, 0, 0};
    for (size_t i = 0; i < near.count; i++) {
        buffer_text(&names, i == 0 ? "; did you mean " : i + 1 < near.count ? ", " : " or ");
        buffer_text(&names, near.names[i]);
    }
    if (near.count > 0)
        complain("no code is called %s%s?", text, buffer_string(&names));
    else
        complain("no code is called %s; see smtpstatus list codes", text);
    buffer_free(&names);
    return STATUS_PARTLY;
}

/* --- records -------------------------------------------------------------------------------- */

typedef struct explanation {
    const options *given;
    output *out;
    sst_record_options how;
    layout page;
    bool many; /* records of an input: each is named */
} explanation;

/* "mail.txt:12", faint, between two pages. */
static void name_place(layout *page, const sst_record *record)
{
    buffer place = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&place);
    sst_write_safe_text(record->source, &sink);
    buffer_text(&place, ":");
    buffer_number(&place, (long)record->line);
    layout_gap(page);
    layout_rule(page, buffer_span(&place));
    buffer_free(&place);
}

static void write_record(void *context, const sst_record *record, uint32_t flags)
{
    explanation *to = context;
    sst_sink sink = output_sink(to->out);
    switch (to->given->format) {
    case FORMAT_JSONL:
        sst_record_write_json(record, &to->how, &sink);
        break;
    case FORMAT_CSV:
        sst_record_write_csv(record, &to->how, &sink);
        break;
    default:
        if (to->many)
            name_place(&to->page, record);
        page_record(&to->page, record, flags, to->given->language);
        break;
    }
}

static void begin(explanation *to, const options *given, output *out, bool many)
{
    const sst_record_options how = {sizeof how, given->language, given->flags[OPTION_EXPLAIN],
                                    given->flags[OPTION_CSV_SAFE]};
    to->given = given;
    to->out = out;
    to->how = how;
    to->many = many;
    layout_init(&to->page, out);
    if (given->format == FORMAT_CSV) {
        sst_sink sink = output_sink(out);
        sst_record_write_csv_header(&to->how, &sink);
    }
}

/* Words that say nothing may have been meant for a subcommand: "smtpstatus lits codes". */
static void hint_at_subcommand(const options *given)
{
    const char *first = given->arguments.list[0];
    const char *name = nearest_subcommand(first);
    if (name)
        complain("this was read as a reply; did you mean smtpstatus %s?", name);
}

/* A reply given as an argument, or everything in the files where text is absent. */
static int explain_replies(const options *given, output *out, sst_span text)
{
    explanation to;
    replies from;
    sst_rules *rules;
    int status = load_rules(given, &rules);
    if (status != STATUS_DONE)
        return status;
    begin(&to, given, out, !text.ptr);
    replies_init(&from, given, rules, out, write_record, &to);
    if (text.ptr)
        replies_read_argument(&from, text);
    else
        replies_read_files(&from);
    status = replies_finish(&from, !text.ptr);
    if (text.ptr && from.not_understood > 0)
        hint_at_subcommand(given);
    replies_free(&from);
    sst_rules_free(rules);
    return status;
}

/* --- public --------------------------------------------------------------------------------- */

static int explain_arguments(const options *given, output *out)
{
    buffer joined = {NULL, 0, 0};
    sst_span text;
    arguments_join(given, 0, &joined, &text);
    const char *string = buffer_string(&joined);
    int code = SST_CODE_NOT_DEFINED;
    int status;
    switch (meaning_of(text, &code)) {
    case MEANING_CODE:
        status = explain_code(code, given, out);
        break;
    case MEANING_NO_CODE:
        status = refuse_number(string);
        break;
    case MEANING_NO_NAME:
        status = refuse_name(string);
        break;
    default:
        status = explain_replies(given, out, text);
        break;
    }
    buffer_free(&joined);
    return status;
}

int explain_run(const options *given, output *out)
{
    const words *arguments = &given->arguments;
    const sst_span absent = {NULL, 0};
    options reading = *given;
    if (arguments->count > 0 && given->values[OPTION_FILE].count > 0) {
        complain("give a reply or --file, not both");
        return STATUS_USAGE;
    }
    if (arguments->count == 1 && strcmp(arguments->list[0], "-") == 0)
        reading.values[OPTION_FILE] = given->arguments;
    else if (arguments->count > 0)
        return explain_arguments(given, out);
    int status = replies_check(&reading);
    return status == STATUS_DONE ? explain_replies(&reading, out, absent) : status;
}
