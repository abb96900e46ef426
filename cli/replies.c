/*
 * Reading replies in the three forms of --input. Every valid line gives exactly one record; what
 * cannot be read is named on stderr and counted.
 *
 * The spans of the records in a block point into the source's buffer: the block is emptied before
 * more is read.
 */
#include "replies.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "layout.h"
#include "summary.h"
#include "page.h"
#include "terminal.h"

/* Room for the texts of a block of usual replies. */
#define USUAL_TEXTS ((size_t)65536)

void replies_init(replies *from, const options *given, const sst_rules *rules, output *out,
                  replies_take *take, void *context)
{
    memset(from, 0, sizeof *from);
    from->given = given;
    from->rules = rules;
    from->out = out;
    from->take = take;
    from->context = context;
    from->source.name = "-";
    buffer_reserve(&from->texts, USUAL_TEXTS);
}

void replies_free(replies *from)
{
    buffer_free(&from->texts);
}

int replies_check(const options *given)
{
    if (given->input == INPUT_JSONL && !fields_supported()) {
        complain("this program was built without JSON and cannot read --input jsonl");
        return STATUS_USAGE;
    }
    if (given->values[OPTION_FILE].count == 0 && terminal_is_input()) {
        write_usage();
        return STATUS_USAGE;
    }
    return STATUS_DONE;
}

/* --- the block ------------------------------------------------------------------------------ */

/* Nothing in it says anything: no code, and no words that a rule knows. */
static bool is_not_understood(const sst_record *record)
{
    return record->code == SST_CODE_NOT_DEFINED && record->enhanced.status_class == 0 &&
           record->verdict.reason == SST_REASON_UNKNOWN;
}

static void empty_block(replies *from)
{
    sst_record_decide_batch(from->block, from->count, from->rules);
    for (size_t i = 0; i < from->count; i++) {
        from->not_understood += is_not_understood(&from->block[i]) ? 1 : 0;
        from->take(from->context, &from->block[i], from->flags[i]);
        if (from->fields[i])
            fields_free(from->fields[i]);
        from->fields[i] = NULL;
    }
    from->records += from->count;
    from->count = 0;
    buffer_clear(&from->texts);
}

/* The next record of the block, with room for size bytes of text. */
static sst_record *next_record(replies *from, size_t size)
{
    if (from->count == REPLIES_BLOCK || from->texts.size - from->texts.len < size)
        empty_block(from);
    buffer_reserve(&from->texts, size);
    sst_record *record = &from->block[from->count];
    memset(record, 0, sizeof *record);
    record->source = span_from(from->source.name);
    return record;
}

/* Fills the record from a reply and keeps it. */
static void keep_record(replies *from, sst_record *record, const sst_reply *reply, uint64_t line,
                        fields *taken)
{
    char *text = from->texts.data + from->texts.len;
    /* next_record made room, so this cannot fail. */
    sst_record_from_reply(record, reply, text, from->texts.size - from->texts.len);
    if (record->text.ptr == text)
        from->texts.len += record->text.len;
    record->index = ++from->index;
    record->line = line;
    from->flags[from->count] = reply->flags;
    from->fields[from->count] = taken;
    from->count++;
}

/* What is written is shown before the program waits for more. */
static void before_reading(replies *from)
{
    empty_block(from);
    output_flush(from->out);
}

static void refuse(replies *from, const char *why)
{
    buffer safe = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&safe);
    sst_write_safe_text(span_from(why), &sink);
    complain("%s:%" PRIu64 ": %s; skipped", from->source.name, from->line, buffer_string(&safe));
    buffer_free(&safe);
    from->not_understood++;
}

/* A reply that the parser refused. */
static void refuse_reply(replies *from, const sst_reply *reply)
{
    buffer why = {NULL, 0, 0};
    buffer_text(&why, sst_reply_why_text(reply->why));
    if (reply->why == SST_REPLY_WHY_STRICT) {
        buffer_text(&why, ": ");
        page_name_oddities(&why, reply->flags, "en");
    }
    refuse(from, buffer_string(&why));
    buffer_free(&why);
}

/* --- one reply in a line -------------------------------------------------------------------- */

/* Strict syntax: the line must be one whole reply, its end standing for CR LF. */
static bool read_strictly(replies *from, sst_span text, sst_reply *reply)
{
    const sst_reply_options strict = {sizeof strict, true};
    sst_reply_parser parser;
    ptrdiff_t used = 0;
    char *copy = from->texts.data + from->texts.len;
    memcpy(copy, text.ptr, text.len);
    memcpy(copy + text.len, "\r\n", 2);
    from->texts.len += text.len + 2;
    sst_reply_parser_init(&parser, &strict);
    sst_reply_status status = sst_reply_finish(&parser, copy, text.len + 2, reply, &used);
    if (status == SST_REPLY_COMPLETE && (size_t)used == text.len + 2)
        return true;
    if (status == SST_REPLY_COMPLETE)
        refuse(from, "more than one reply");
    else
        refuse_reply(from, reply);
    return false;
}

/* A reply in one piece of text. */
static void add_text(replies *from, sst_span text)
{
    sst_record *record = next_record(from, 2 * text.len + 2);
    sst_reply reply;
    if (from->given->flags[OPTION_STRICT_SYNTAX]) {
        if (!read_strictly(from, text, &reply))
            return;
    } else {
        sst_reply_read(text.ptr, text.len, &reply);
    }
    keep_record(from, record, &reply, from->line, NULL);
}

static bool is_blank(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ' ' && text.ptr[i] != '\t')
            return false;
    }
    return true;
}

/* The next line that is not blank. Blank ones part the replies for the eye and are no input. */
static bool next_line(replies *from, sst_span *line)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* at the start of a file that Windows wrote */
    do {
        if (!source_has_line(&from->source))
            before_reading(from);
        if (!source_line(&from->source, line))
            return false;
        if (++from->line == 1 && line->len >= 3 && memcmp(line->ptr, mark, 3) == 0) {
            line->ptr += 3;
            line->len -= 3;
        }
    } while (is_blank(*line));
    if (from->out->error != 0)
        return false;
    from->inputs++;
    return true;
}

/* Whether a line is what mail begins with rather than a reply. */
static bool begins_message(sst_span line)
{
    static const char *const starts[] = {
        "From ",         "From:",         "Return-Path:", "Received:",     "Date:",
        "Delivered-To:", "MIME-Version:", "Message-ID:",  "X-Original-To:"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        size_t len = strlen(starts[i]);
        if (line.len > len && memcmp(line.ptr, starts[i], len) == 0)
            return true;
    }
    return false;
}

static void read_lines(replies *from)
{
    sst_span line;
    while (next_line(from, &line)) {
        from->message = from->message || (from->line == 1 && begins_message(line));
        add_text(from, line);
    }
}

/* --- JSON ----------------------------------------------------------------------------------- */

static void add_object(replies *from, sst_span line)
{
    char message[192];
    sst_span text = {NULL, 0};
    /* What JSON says takes no more room than the line. */
    sst_record *record = next_record(from, 2 * line.len + 2);
    fields *taken = fields_read(line, record, &text, message, sizeof message);
    if (!taken) {
        refuse(from, message);
        return;
    }
    sst_reply reply = {.code = SST_CODE_NOT_DEFINED};
    if (from->given->flags[OPTION_STRICT_SYNTAX] && text.ptr) {
        if (!read_strictly(from, text, &reply)) {
            fields_free(taken);
            return;
        }
    } else {
        sst_reply_read(text.ptr ? text.ptr : "", text.len, &reply);
    }
    keep_record(from, record, &reply, from->line, taken);
}

static void read_objects(replies *from)
{
    sst_span line;
    while (next_line(from, &line))
        add_object(from, line);
}

/* --- raw replies ---------------------------------------------------------------------------- */

static uint64_t count_lines(sst_span text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n' ? 1 : 0;
    return count;
}

static void add_parsed(replies *from, sst_reply_status status, const sst_reply *reply,
                       sst_span bytes)
{
    from->inputs++;
    if (status == SST_REPLY_COMPLETE) {
        sst_record *record = next_record(from, bytes.len);
        keep_record(from, record, reply, from->line, NULL);
    } else {
        refuse_reply(from, reply);
    }
    from->line += count_lines(bytes);
}

static void read_stream(replies *from)
{
    const sst_reply_options how = {sizeof how, from->given->flags[OPTION_STRICT_SYNTAX]};
    sst_reply_parser parser;
    sst_reply_parser_init(&parser, &how);
    from->line = 1;
    for (bool ended = false; from->out->error == 0;) {
        sst_span rest = source_rest(&from->source);
        sst_reply reply;
        ptrdiff_t used = 0;
        sst_reply_status status = SST_REPLY_INCOMPLETE;
        if (rest.len > 0)
            status = (ended ? sst_reply_finish : sst_reply_parse)(&parser, rest.ptr, rest.len,
                                                                  &reply, &used);
        if (status != SST_REPLY_INCOMPLETE) {
            sst_span bytes = {rest.ptr, (size_t)used};
            add_parsed(from, status, &reply, bytes);
            source_take(&from->source, (size_t)used);
        } else if (ended) {
            return;
        } else {
            before_reading(from);
            ended = !source_more(&from->source);
        }
    }
}

/* --- public --------------------------------------------------------------------------------- */

void replies_read_argument(replies *from, sst_span text)
{
    from->inputs++;
    from->line = 1;
    add_text(from, text);
    empty_block(from);
}

static void read_file(replies *from, const char *name)
{
    static void (*const readers[INPUT_COUNT])(replies *) = {
        [INPUT_LINES] = read_lines,
        [INPUT_SMTP] = read_stream,
        [INPUT_JSONL] = read_objects,
    };
    from->index = 0;
    from->line = 0;
    if (source_open(&from->source, name)) {
        readers[from->given->input](from);
        empty_block(from);
    }
    from->io_failed = from->io_failed || from->source.failed;
    source_close(&from->source);
}

void replies_read_files(replies *from)
{
    const words *files = &from->given->values[OPTION_FILE];
    for (size_t i = 0; i < files->count && from->out->error == 0; i++)
        read_file(from, files->list[i]);
    if (files->count == 0)
        read_file(from, "-");
}

int replies_finish(replies *from, bool summary)
{
    output_flush(from->out); /* the summary stands below what it sums up */
    if (summary)
        summary_write(from->inputs, from->records, from->not_understood);
    if (from->message)
        complain("each line was read as a reply; whole messages are for smtpstatus bounce");
    if (from->io_failed)
        return STATUS_IO;
    bool strict = from->given->flags[OPTION_STRICT];
    return strict && from->not_understood > 0 ? STATUS_PARTLY : STATUS_DONE;
}
