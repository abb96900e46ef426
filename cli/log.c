/*
 * "smtpstatus log": what became of every mail, from the logs of mail servers.
 *
 * One thread reads lines and joins them; records are decided and written in batches, by other
 * threads where --jobs asks for them.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "interrupt.h"
#include "log_batch.h"
#include "log_files.h"
#include "log_reading.h"
#include "log_state.h"
#include "log_tail.h"
#include "log_text.h"
#include "progress.h"
#include "rules_file.h"
#include "terminal.h"

/* Milliseconds between looks at a file that is followed. */
#define POLL 200
/* Seconds between two states while files are followed. */
#define STATE_EVERY 10

typedef struct logs {
    const options *given;
    output *out;
    layout page; /* of the text format */
    filter wanted;
    log_setup setup;
    log_reading reading;
    log_tails tails;
    pipeline *line;
    uint64_t size;  /* of all files; 0: not known */
    uint64_t shown; /* records that were wanted */
    bool zone_said; /* that times had no zone */
    bool failed;    /* the state could not be read or written; that has been said */
} logs;

/* --- records -------------------------------------------------------------------------------- */

static void take_batch(void *context, void *results)
{
    logs *all = context;
    const log_batch *from = results;
    all->shown += from->passed_count;
    output_put(all->out, from->written.data, from->written.len);
    if (all->given->format != FORMAT_TEXT)
        return;
    for (size_t i = 0; i < from->passed_count; i++)
        log_text_write(&all->page, &from->records[from->passed[i]],
                       all->given->flags[OPTION_EXPLAIN], all->given->language);
}

static void take_record(void *context, sst_record *record)
{
    logs *all = context;
    if (!filter_may_pass(&all->wanted, record))
        return;
    log_batch *into = pipeline_batch(all->line);
    log_batch_add(into, record);
    if (log_batch_is_full(into))
        pipeline_submit(all->line);
}

/* What is there is decided and written. */
static void bring_out(void *context)
{
    logs *all = context;
    if (((const log_batch *)pipeline_batch(all->line))->count > 0)
        pipeline_submit(all->line);
    pipeline_finish(all->line);
    output_flush(all->out);
}

static void after_piece(void *context)
{
    logs *all = context;
    double size = (double)all->size;
    if (progress_is_due())
        progress_show(log_reading_counts(&all->reading).lines, "lines", all->tails.taken,
                      size > 0 ? (double)all->tails.taken / size : 0);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Once, and where files are followed as soon as it is known. */
static void say_zone(logs *all)
{
    uint64_t zoneless = log_reading_counts(&all->reading).zoneless;
    if (zoneless == 0 || all->reading.zone_told || all->zone_said)
        return;
    complain("%" PRIu64 " record%s had a time without a zone, which was read as UTC; --tz says "
             "otherwise",
             zoneless, plural(zoneless));
    all->zone_said = true;
}

/* --- the way -------------------------------------------------------------------------------- */

/* Where it could not be written what was read, the same is to be read again. */
static void write_state(logs *all)
{
    const char *name = option_value(all->given, OPTION_STATE);
    if (name && all->out->error == 0 && !log_state_write(name, &all->tails))
        all->failed = true;
}

static void follow(logs *all)
{
    int64_t written = moment_now();
    bool changed = false;
    progress_wipe();
    while (!interrupted() && all->out->error == 0 && log_tails_can_grow(&all->tails)) {
        if (log_tails_poll(&all->tails)) {
            changed = true;
            continue;
        }
        bring_out(all);
        say_zone(all);
        if (changed && moment_now() - written >= STATE_EVERY) {
            write_state(all);
            written = moment_now();
            changed = false;
        }
        interrupt_sleep(POLL);
    }
}

/* Logs that were named and are not there yet, as after a rotation that made no new one. */
static void await_files(logs *all)
{
    const words *names = &all->given->arguments;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->list[i];
        bool pattern = name[strcspn(name, "*?[")] != '\0';
        if (!pattern && access(name, F_OK) != 0 && errno == ENOENT)
            log_tails_await(&all->tails, name);
    }
}

/* Returns false where the state cannot be used. */
static bool add_files(logs *all, log_files *files)
{
    log_state state = {.count = 0};
    const char *name = option_value(all->given, OPTION_STATE);
    bool usable = !name || log_state_read(name, &state);
    if (usable && state.open.len > 0 &&
        sst_log_restore(all->reading.reader, state.open.data, state.open.len) != SST_OK)
        stream_complain(name, "messages that were under way are not known to this version");
    if (usable)
        log_tails_add(&all->tails, files, state.places, state.count);
    if (usable && all->given->flags[OPTION_FOLLOW])
        await_files(all);
    all->size = files->size;
    all->failed = all->failed || files->failed;
    log_state_free(&state);
    return usable;
}

static void read_files(logs *all)
{
    log_files files;
    log_files_find(&files, &all->given->arguments);
    if (!add_files(all, &files)) {
        all->failed = true;
    } else {
        log_tails_read(&all->tails);
        bring_out(all);
        if (all->given->flags[OPTION_FOLLOW])
            follow(all);
        bring_out(all);
        write_state(all);
    }
    progress_wipe();
    log_files_free(&files);
}

/* --- public --------------------------------------------------------------------------------- */

static void begin(logs *all, const sst_rules *rules)
{
    const options *given = all->given;
    size_t jobs = given->flags[OPTION_JOBS] ? given->jobs : 1;
    const sst_record_options how = {sizeof how, given->language, given->flags[OPTION_EXPLAIN],
                                    given->flags[OPTION_CSV_SAFE]};
    all->setup = (log_setup){rules, &all->wanted, given->format, how};
    layout_init(&all->page, all->out);
    all->line = pipeline_new(&log_deciding, &all->setup, jobs > 0 ? jobs : pipeline_processors(),
                             take_batch, all);
    log_reading_open(&all->reading, take_record, all);
    log_tails_init(&all->tails, &all->reading);
    all->tails.live = given->flags[OPTION_FOLLOW] || given->flags[OPTION_STATE];
    all->tails.after_piece = after_piece;
    all->tails.before_waiting = bring_out;
    all->tails.context = all;
    if (given->format == FORMAT_CSV) {
        sst_sink sink = output_sink(all->out);
        sst_record_write_csv_header(&how, &sink);
    }
    /* Lines that run over the terminal leave no room for another that stands still. */
    progress_begin(terminal_is_output());
    interrupt_catch();
    if (all->tails.live)
        interrupt_catch_termination();
}

static void write_remarks(const logs *all, const sst_log_counts *counts)
{
    if (counts->let_go > 0)
        complain("%" PRIu64 " message%s were let go before their end, as no more than %zu can be "
                 "open at once",
                 counts->let_go, plural(counts->let_go), SST_MAX_LOG_OPEN);
    if (counts->recognised == 0 && counts->lines > 0 && !all->tails.live)
        complain("none of the lines is of a mail log that is read here");
    if (counts->cut_lines > 0)
        complain("%" PRIu64 " line%s longer than %zu bytes, the rest of which was not read",
                 counts->cut_lines, counts->cut_lines == 1 ? " was" : "s were", SST_MAX_LOG_LINE);
}

static void write_summary(logs *all)
{
    sst_log_counts counts = log_reading_counts(&all->reading);
    char shown[48] = "";
    say_zone(all);
    write_remarks(all, &counts);
    if (all->wanted.any)
        snprintf(shown, sizeof shown, ", %" PRIu64 " of them shown", all->shown);
    complain("%" PRIu64 " line%s, %" PRIu64 " record%s%s, %" PRIu64 " not understood", counts.lines,
             plural(counts.lines), counts.records, plural(counts.records), shown,
             counts.not_understood);
}

static int finish(logs *all)
{
    sst_log_counts counts = log_reading_counts(&all->reading);
    output_flush(all->out);
    write_summary(all);
    bool failed = all->failed || all->tails.failed;
    bool strict = all->given->flags[OPTION_STRICT] && counts.not_understood > 0;
    pipeline_free(all->line);
    log_tails_free(&all->tails);
    log_reading_free(&all->reading);
    if (interrupted())
        return interrupt_status();
    return failed ? STATUS_IO : strict ? STATUS_PARTLY : STATUS_DONE;
}

/* STATUS_DONE where there is something to read, and the options are right. */
static int check(logs *all)
{
    const options *given = all->given;
    bool named = given->arguments.count > 0;
    if (!named && terminal_is_input()) {
        complain("nothing to read: name log files or a directory, or give a log on standard "
                 "input; see smtpstatus log --help");
        return STATUS_USAGE;
    }
    for (size_t i = 0; i < given->arguments.count; i++)
        named = named && strcmp(given->arguments.list[i], "-") != 0;
    if (!named && (given->flags[OPTION_FOLLOW] || given->flags[OPTION_STATE])) {
        complain("%s needs log files with names",
                 given->flags[OPTION_FOLLOW] ? "--follow" : "--state");
        return STATUS_USAGE;
    }
    if (!log_reading_options(&all->reading, given) ||
        !filter_read(given, &all->reading.zone, &all->wanted))
        return STATUS_USAGE;
    return STATUS_DONE;
}

int log_run(const options *given, output *out)
{
    sst_rules *rules = NULL;
    logs all = {.given = given, .out = out};
    int status = check(&all);
    if (status == STATUS_DONE)
        status = load_rules(given, &rules);
    if (status == STATUS_DONE) {
        begin(&all, rules);
        read_files(&all);
        status = finish(&all);
    }
    sst_rules_free(rules);
    filter_free(&all.wanted);
    return status;
}
