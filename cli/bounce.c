/*
 * "smtpstatus bounce": messages that came back, one record for each recipient.
 */
#include <inttypes.h>
#include <string.h>

#include <smtpstatus/record.h>

#include "command.h"
#include "batch.h"
#include "digest.h"
#include "interrupt.h"
#include "mailbox.h"
#include "pipeline.h"
#include "progress.h"
#include "rules_file.h"
#include "summary.h"
#include "terminal.h"
#include "walk.h"

typedef struct bounces {
    const options *given;
    output *out;
    sst_record_options how;
    digest digest; /* of the text format */
    pipeline *line;
    uint64_t messages;
    uint64_t records;
    uint64_t not_understood;
    uint64_t index; /* of the last record within its source */
    bool io_failed;
} bounces;

/* --- results -------------------------------------------------------------------------------- */

static void refuse(const batch_message *mail)
{
    buffer name = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&name);
    sst_write_safe_text(mail->source, &sink);
    progress_wipe();
    if (mail->in_mbox)
        complain("%s: the message at byte %" PRIu64 " looks like a report, but names no recipient",
                 buffer_string(&name), mail->offset);
    else
        complain("%s looks like a report, but names no recipient", buffer_string(&name));
    buffer_free(&name);
}

static void write_record(bounces *all, const sst_record *record)
{
    sst_sink sink = output_sink(all->out);
    switch (all->given->format) {
    case FORMAT_JSONL:
        sst_record_write_json(record, &all->how, &sink);
        break;
    case FORMAT_CSV:
        sst_record_write_csv(record, &all->how, &sink);
        break;
    default:
        digest_add(&all->digest, record);
        break;
    }
}

static void take_result(bounces *all, batch_result *result)
{
    if (result->first_of_message) {
        all->messages++;
        if (result->message->first_of_source)
            all->index = 0;
    }
    if (!result->understood) {
        all->not_understood++;
        refuse(result->message);
        return;
    }
    all->records++;
    result->record.index = ++all->index;
    write_record(all, &result->record);
}

static void take_results(void *context, void *results)
{
    batch *from = results;
    for (size_t i = 0; i < from->result_count; i++)
        take_result(context, &from->results[i]);
}

/* --- messages ------------------------------------------------------------------------------- */

/* What is there is read and written before the program waits for more. */
static void before_waiting(void *context)
{
    bounces *all = context;
    if (((const batch *)pipeline_batch(all->line))->count > 0)
        pipeline_submit(all->line);
    pipeline_finish(all->line);
    output_flush(all->out);
}

static bool is_over(const bounces *all)
{
    return interrupted() || all->out->error != 0;
}

static void read_file(bounces *all, const walk *way, mailbox *box, stream *file)
{
    message mail;
    bool first = true;
    file->before_waiting = before_waiting;
    file->context = all;
    mailbox_open(box, file, way->one);
    /* A message that was interrupted is not whole. */
    while (mailbox_next(box, &mail) && !is_over(all)) {
        batch *into = pipeline_batch(all->line);
        batch_add(into, file->name, first, &mail);
        first = false;
        if (batch_is_full(into))
            pipeline_submit(all->line);
        if (progress_is_due())
            progress_show(all->messages, "messages", way->taken + file->taken,
                          walk_done(way, file));
    }
}

static void read_files(bounces *all)
{
    walk way;
    mailbox box;
    stream file;
    walk_init(&way, &all->given->arguments);
    mailbox_init(&box);
    while (!is_over(all) && walk_next(&way, &file)) {
        read_file(all, &way, &box, &file);
        all->io_failed = all->io_failed || file.failed;
        way.taken += file.taken;
        stream_close(&file);
    }
    before_waiting(all);
    progress_wipe();
    all->io_failed = all->io_failed || way.failed;
    mailbox_free(&box);
    walk_free(&way);
}

/* --- public --------------------------------------------------------------------------------- */

static void begin(bounces *all, const options *given, const sst_rules *rules, output *out)
{
    const sst_record_options how = {sizeof how, given->language, given->flags[OPTION_EXPLAIN],
                                    given->flags[OPTION_CSV_SAFE]};
    size_t jobs = given->flags[OPTION_JOBS] ? given->jobs : 1;
    memset(all, 0, sizeof *all);
    all->given = given;
    all->out = out;
    all->how = how;
    all->line = pipeline_new(&batch_reading, rules, jobs > 0 ? jobs : pipeline_processors(),
                             take_results, all);
    if (given->format == FORMAT_TEXT)
        digest_init(&all->digest);
    if (given->format == FORMAT_CSV) {
        sst_sink sink = output_sink(out);
        sst_record_write_csv_header(&all->how, &sink);
    }
    /* Lines that run over the terminal leave no room for another that stands still. */
    progress_begin(given->format != FORMAT_TEXT && terminal_is_output());
    interrupt_catch();
}

static int finish(bounces *all)
{
    if (all->given->format == FORMAT_TEXT) {
        layout page;
        layout_init(&page, all->out);
        digest_write(&all->digest, &page, all->given->language);
        digest_free(&all->digest);
    }
    pipeline_free(all->line);
    output_flush(all->out);
    summary_write(all->messages, all->records, all->not_understood);
    if (interrupted())
        return STATUS_INTERRUPTED;
    if (all->io_failed)
        return STATUS_IO;
    bool strict = all->given->flags[OPTION_STRICT];
    return strict && all->not_understood > 0 ? STATUS_PARTLY : STATUS_DONE;
}

int bounce_run(const options *given, output *out)
{
    bounces all;
    sst_rules *rules;
    if (given->arguments.count == 0 && terminal_is_input()) {
        complain("nothing to read: name files or directories, or give a message on standard "
                 "input; see --help");
        return STATUS_USAGE;
    }
    int status = load_rules(given, &rules);
    if (status != STATUS_DONE)
        return status;
    begin(&all, given, rules, out);
    read_files(&all);
    status = finish(&all);
    sst_rules_free(rules);
    return status;
}
