/*
 * Reading the inputs of a report.
 */
#define _POSIX_C_SOURCE 200809L

#include "report_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "command.h"
#include "fields.h"
#include "interrupt.h"
#include "batch.h"
#include "log_batch.h"
#include "log_files.h"
#include "mailbox.h"
#include "pipeline.h"
#include "progress.h"
#include "record_object.h"
#include "separator.h"
#include "walk.h"

/* Bytes that are read at once, and the first of which tell what an input is. */
#define PIECE ((size_t)262144)

typedef struct reading {
    report_input *all;
    char *piece;
    size_t len;
    uint64_t taken; /* bytes of the files behind us */
    uint64_t total; /* of all of them; 0: not known */
    mailbox box;
    pipeline *mails;
    log_setup setup; /* of the next */
    pipeline *logged;
    buffer line;  /* of JSON, that went over the end of a piece */
    buffer words; /* of a reply in it */
    const stream *file;
    uint64_t line_number;
    uint64_t bad_lines; /* of the file at hand */
} reading;

static void add_record(report_input *all, const sst_record *record)
{
    all->records++;
    if (filter_passes(all->wanted, record))
        sst_report_add(all->into, record);
}

static void show_progress(const reading *from)
{
    uint64_t taken = from->taken + from->file->taken;
    if (progress_is_due())
        progress_show(from->all->records, "records", taken,
                      from->total > 0 ? (double)taken / (double)from->total : 0);
}

/* --- what an input is ----------------------------------------------------------------------- */

typedef enum input_kind { INPUT_IS_LOG, INPUT_IS_MAIL, INPUT_IS_JSON } input_kind;

static sst_span first_line(sst_span bytes)
{
    const char *end = memchr(bytes.ptr, '\n', bytes.len);
    sst_span line = {bytes.ptr, end ? (size_t)(end - bytes.ptr) : bytes.len};
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* "Name: value" (RFC 5322 2.2), which no line of a log is: there the first colon is that of a time
 * or stands behind a blank. */
static bool is_header(sst_span line)
{
    size_t len = 0;
    while (len < line.len && line.ptr[len] > ' ' && line.ptr[len] < 127 && line.ptr[len] != ':')
        len++;
    if (len == 0 || len >= line.len || line.ptr[0] == '#' || line.ptr[0] == '@' ||
        line.ptr[0] == '{' || line.ptr[len] != ':')
        return false;
    bool letters = true;
    for (size_t i = 0; i < len; i++)
        letters =
            letters && ((line.ptr[i] | 32) >= 'a' || line.ptr[i] == '-') && line.ptr[i] != '[';
    return letters &&
           (len + 1 == line.len || line.ptr[len + 1] == ' ' || line.ptr[len + 1] == '\t');
}

static input_kind recognise(sst_span bytes)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (bytes.len >= 3 && memcmp(bytes.ptr, mark, 3) == 0) {
        bytes.ptr += 3;
        bytes.len -= 3;
    }
    while (bytes.len > 0 && strchr("\r\n", bytes.ptr[0]) && bytes.ptr[0] != '\0') {
        bytes.ptr++;
        bytes.len--;
    }
    if (bytes.len == 0)
        return INPUT_IS_LOG;
    sst_span line = first_line(bytes);
    if (record_object_is_likely(line))
        return INPUT_IS_JSON;
    bool separated = line.len > 5 && memcmp(line.ptr, "From ", 5) == 0 && separator_is(line);
    return separated || is_header(line) ? INPUT_IS_MAIL : INPUT_IS_LOG;
}

/* --- JSON lines ----------------------------------------------------------------------------- */

/* Of a file that is no such thing, so many lines are named. */
#define NAMED_LINES 10

static void refuse_line(reading *from, const char *why)
{
    buffer what = {NULL, 0, 0};
    from->all->not_understood++;
    if (++from->bad_lines > NAMED_LINES)
        return;
    buffer_text(&what, "line ");
    buffer_number(&what, (long)from->line_number);
    buffer_text(&what, ": ");
    buffer_text(&what, why);
    buffer_text(&what, from->bad_lines == NAMED_LINES ? "; no more such lines are named" : "");
    stream_complain(from->file->name, buffer_string(&what));
    buffer_free(&what);
}

static void read_object(reading *from, sst_span line)
{
    char why[192];
    sst_record record;
    from->line_number++;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (line.len == 0)
        return;
    record_object *taken =
        record_object_read(line, from->all->rules, &from->words, &record, why, sizeof why);
    if (!taken) {
        refuse_line(from, why);
        return;
    }
    add_record(from->all, &record);
    record_object_free(taken);
}

/* A record is of a few kilobytes; what is longer than this is none, and is not kept in memory. */
#define MOST_LINE ((size_t)1048576)

static void read_line(reading *from, sst_span line)
{
    if (line.len > MOST_LINE) {
        from->line_number++;
        refuse_line(from, "longer than a record can be");
    } else {
        read_object(from, line);
    }
}

/* Keeps a part of a line, as far as more than what is allowed is not needed to refuse it. */
static void keep_part(reading *from, sst_span part)
{
    size_t room = MOST_LINE + 1 - from->line.len;
    buffer_put(&from->line, part.ptr, part.len < room ? part.len : room);
}

/* The lines of a piece; what has no end yet is kept. */
static void read_objects(reading *from, sst_span piece)
{
    while (piece.len > 0) {
        const char *end = memchr(piece.ptr, '\n', piece.len);
        size_t len = end ? (size_t)(end - piece.ptr) : piece.len;
        sst_span line = {piece.ptr, len};
        if (!end || from->line.len > 0) {
            keep_part(from, line);
            line = buffer_span(&from->line);
        }
        piece.ptr += end ? len + 1 : len;
        piece.len -= end ? len + 1 : len;
        if (!end)
            break;
        read_line(from, line);
        buffer_clear(&from->line);
    }
}

static void read_json(reading *from, stream *file)
{
    size_t len;
    if (!fields_supported()) {
        stream_complain(file->name, "this program was built without JSON and cannot read it");
        file->failed = true;
        return;
    }
    buffer_clear(&from->line);
    from->line_number = 0;
    from->bad_lines = 0;
    while (!interrupted() && (len = stream_read(file, from->piece, PIECE)) > 0) {
        sst_span piece = {from->piece, len};
        read_objects(from, piece);
        show_progress(from);
    }
    if (from->line.len > 0)
        read_line(from, buffer_span(&from->line));
    buffer_clear(&from->line);
}

/* --- mails ---------------------------------------------------------------------------------- */

static void take_results(void *context, void *results)
{
    reading *from = context;
    const batch *of = results;
    for (size_t i = 0; i < of->result_count; i++) {
        if (of->results[i].understood)
            add_record(from->all, &of->results[i].record);
        else
            from->all->not_understood++;
    }
}

static void read_mails(reading *from, stream *file, bool one)
{
    message mail;
    bool first = true;
    mailbox_open(&from->box, file, one);
    while (!interrupted() && mailbox_next(&from->box, &mail)) {
        batch *into = pipeline_batch(from->mails);
        batch_add(into, file->name, first, &mail);
        first = false;
        if (batch_is_full(into))
            pipeline_submit(from->mails);
        show_progress(from);
    }
}

static void finish_mails(reading *from)
{
    if (((const batch *)pipeline_batch(from->mails))->count > 0)
        pipeline_submit(from->mails);
    pipeline_finish(from->mails);
}

/* --- logs ----------------------------------------------------------------------------------- */

static void take_decided(void *context, void *results)
{
    reading *from = context;
    const log_batch *done = results;
    const sst_record *passed[LOG_BATCH];
    for (size_t i = 0; i < done->passed_count; i++)
        passed[i] = &done->records[done->passed[i]];
    sst_report_add_batch(from->all->into, passed, done->passed_count);
}

static void take_logged(void *context, sst_record *record)
{
    reading *from = context;
    from->all->records++;
    if (!filter_may_pass(from->all->wanted, record))
        return;
    log_batch *into = pipeline_batch(from->logged);
    log_batch_add(into, record);
    if (log_batch_is_full(into))
        pipeline_submit(from->logged);
}

/* Before the name of the source goes. */
static void finish_logged(reading *from)
{
    if (((const log_batch *)pipeline_batch(from->logged))->count > 0)
        pipeline_submit(from->logged);
    pipeline_finish(from->logged);
}

static void read_log(reading *from, stream *file, int64_t newest)
{
    size_t len;
    log_source source = {.name = {file->name, strlen(file->name)}};
    log_reading *logs = &from->all->logs;
    log_reading_source(logs, &source, file->packed_time > 0 ? file->packed_time : newest);
    while (!interrupted() && (len = stream_read(file, from->piece, PIECE)) > 0) {
        log_reading_feed(logs, from->piece, len);
        show_progress(from);
    }
    log_reading_end(logs);
    finish_logged(from);
}

/* --- files ---------------------------------------------------------------------------------- */

static void read_file(reading *from, stream *file, bool one, int64_t newest)
{
    from->file = file;
    from->all->inputs++;
    size_t len = stream_read(file, from->piece, PIECE);
    sst_span first = {from->piece, len};
    input_kind kind = one ? INPUT_IS_MAIL : recognise(first);
    char *kept = allocate_or_end(NULL, len + 1, 1);
    memcpy(kept, from->piece, len);
    stream_unread(file, kept, len);
    if (kind == INPUT_IS_JSON)
        read_json(from, file);
    else if (kind == INPUT_IS_MAIL)
        read_mails(from, file, one);
    else
        read_log(from, file, newest);
    from->all->io_failed = from->all->io_failed || file->failed;
    from->taken += file->taken;
    free(kept);
}

static void read_named(reading *from, const log_file *what)
{
    stream file;
    bool input = strcmp(what->name, "-") == 0;
    int number = input ? STDIN_FILENO : open(what->name, O_RDONLY);
    if (number < 0) {
        stream_complain(what->name, strerror(errno));
        from->all->io_failed = true;
        return;
    }
    stream_take(&file, what->name, number, what->regular ? (int64_t)what->size : -1);
    read_file(from, &file, false, what->newest);
    stream_close(&file);
}

static void read_directories(reading *from, const words *directories)
{
    walk way;
    stream file;
    walk_init(&way, directories);
    while (!interrupted() && walk_next(&way, &file)) {
        struct stat what;
        int64_t newest = fstat(file.file, &what) == 0 ? (int64_t)what.st_mtime : moment_now();
        read_file(from, &file, way.one, newest);
        stream_close(&file);
    }
    from->all->io_failed = from->all->io_failed || way.failed;
    walk_free(&way);
}

static bool is_directory(const char *name)
{
    struct stat what;
    return stat(name, &what) == 0 && S_ISDIR(what.st_mode);
}

static void read_all(reading *from, const words *arguments)
{
    log_files files;
    memset(&files, 0, sizeof files);
    words directories = {allocate_or_end(NULL, arguments->count + 1, sizeof(char *)), 0};
    for (size_t i = 0; i < arguments->count; i++) {
        if (is_directory(arguments->list[i]))
            directories.list[directories.count++] = arguments->list[i];
        else
            log_files_add(&files, arguments->list[i]);
    }
    if (arguments->count == 0)
        log_files_add(&files, "-");
    log_files_sort(&files);
    from->total = directories.count == 0 ? files.size : 0;
    from->all->io_failed = from->all->io_failed || files.failed;
    for (size_t i = 0; i < files.count && !interrupted(); i++)
        read_named(from, &files.list[i]);
    if (directories.count > 0)
        read_directories(from, &directories);
    log_files_free(&files);
    free(directories.list);
}

/* Says what may have gone wrong with the logs; returns how many lines were not understood. */
static uint64_t finish_logs(report_input *all)
{
    sst_log_counts counts = log_reading_counts(&all->logs);
    if (counts.zoneless > 0 && !all->logs.zone_told)
        complain("%" PRIu64 " record%s had a time without a zone, which was read as UTC; --tz says "
                 "otherwise",
                 counts.zoneless, counts.zoneless == 1 ? "" : "s");
    if (counts.recognised == 0 && counts.lines > 0)
        complain("none of the lines is of a mail log that is read here");
    if (counts.let_go > 0)
        complain("%" PRIu64 " message%s let go before the end, as no more than %zu can be open at "
                 "once",
                 counts.let_go, counts.let_go == 1 ? " was" : "s were", SST_MAX_LOG_OPEN);
    log_reading_free(&all->logs);
    return counts.not_understood;
}

void report_read(report_input *all, const words *arguments)
{
    reading from;
    memset(&from, 0, sizeof from);
    from.all = all;
    from.piece = allocate_or_end(NULL, PIECE, 1);
    size_t jobs = all->given->flags[OPTION_JOBS] ? all->given->jobs : 1;
    jobs = jobs > 0 ? jobs : pipeline_processors();
    from.mails = pipeline_new(&batch_reading, all->rules, jobs, take_results, &from);
    /* They are added to the report as they are: nothing is written of each. */
    from.setup = (log_setup){.rules = all->rules, .wanted = all->wanted, .format = FORMAT_TEXT};
    from.logged = pipeline_new(&log_deciding, &from.setup, jobs, take_decided, &from);
    log_reading_open(&all->logs, take_logged, &from);
    mailbox_init(&from.box);
    read_all(&from, arguments);
    finish_mails(&from);
    progress_wipe();
    all->not_understood += finish_logs(all);
    mailbox_free(&from.box);
    pipeline_free(from.mails);
    pipeline_free(from.logged);
    buffer_free(&from.line);
    buffer_free(&from.words);
    free(from.piece);
}
