/*
 * "smtpstatus report": what many records add up to, as a page, as JSON or CSV.
 */
#define _DEFAULT_SOURCE /* getentropy; POSIX has it since 2024 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <smtpstatus/report.h>

#include "addresses.h"
#include "arena.h"
#include "command.h"
#include "interrupt.h"
#include "progress.h"
#include "report_read.h"
#include "rules_file.h"
#include "summary.h"
#include "terminal.h"

typedef struct reporting {
    const options *given;
    log_reading logs; /* as the options say */
    filter filter;
    filter no_time; /* the same for what is compared with, which is of another time */
    sst_rules *rules;
    sst_report *report;
    sst_report *before;
    addresses *addresses;
    report_input input;
    bool io_failed;

    /* The addresses to suppress: how many, and those that the report shows. */
    uint64_t suppress_count;
    sst_report_suppressed *shown;
    arena texts;
    FILE *list; /* --suppress-list; NULL */
} reporting;

/* --- addresses to suppress ------------------------------------------------------------------ */

static int write_file(void *context, const char *data, size_t len)
{
    return fwrite(data, 1, len, context) == len ? 0 : errno;
}

/* "a@example.com<TAB>mailbox-unknown<TAB>2<TAB>2026-11-22T10:00:00Z<TAB>550 5.1.1 User unknown" */
static void write_address(reporting *all, const sst_report_suppressed *one)
{
    sst_sink sink = {write_file, all->list};
    char enhanced[SST_ENHANCED_STRING_MAX];
    char time[MOMENT_MAX] = "";
    size_t time_len = one->last.has_time ? moment_write(one->last.time * 1000, time) : 0;
    buffer name = {NULL, 0, 0};
    sst_sink into = buffer_sink(&name);
    sst_report_write_name(all->report, one->last.recipient, &into);
    sst_write_safe_text(buffer_span(&name), &sink);
    buffer_free(&name);
    fprintf(all->list, "\t%s\t%llu\t%.*s\t",
            one->last.complaint ? "complaint" : sst_reason_id(one->last.reason),
            (unsigned long long)one->failures, (int)time_len, time);
    if (one->last.code > 0)
        fprintf(all->list, "%d ", one->last.code);
    if (sst_enhanced_to_string(one->last.enhanced, enhanced, sizeof enhanced) > 0)
        fprintf(all->list, "%s ", enhanced);
    if (!all->given->flags[OPTION_ANONYMIZE])
        sst_write_safe_text(one->last.text, &sink);
    fputc('\n', all->list);
}

static void take_address(void *context, const sst_report_suppressed *one)
{
    reporting *all = context;
    if (all->list)
        write_address(all, one);
    if (all->suppress_count++ >= SST_MAX_REPORT_SUPPRESSED)
        return;
    sst_report_suppressed *kept = &all->shown[all->suppress_count - 1];
    *kept = *one;
    kept->last.recipient = arena_copy(&all->texts, one->last.recipient);
    kept->last.text = arena_copy(&all->texts, one->last.text);
}

static bool next_suppressed(void *context, uint64_t position, sst_report_suppressed *out)
{
    const reporting *all = context;
    if (position >= all->suppress_count || position >= SST_MAX_REPORT_SUPPRESSED)
        return false;
    *out = all->shown[position];
    return true;
}

static FILE *open_output(reporting *all, const char *name)
{
    FILE *file = fopen(name, "w");
    if (!file) {
        complain("%s cannot be written: %s", name, strerror(errno));
        all->io_failed = true;
    }
    return file;
}

static void close_output(reporting *all, FILE *file, const char *name)
{
    if (!file)
        return;
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed) {
        complain("%s cannot be written: %s", name, strerror(errno));
        all->io_failed = true;
    }
}

static void decide_addresses(reporting *all)
{
    const char *name = option_value(all->given, OPTION_SUPPRESS_LIST);
    if (name)
        all->list = open_output(all, name);
    all->shown = allocate_or_end(NULL, SST_MAX_REPORT_SUPPRESSED, sizeof *all->shown);
    if (!addresses_decide(all->addresses, take_address, all))
        all->io_failed = true;
    close_output(all, all->list, name);
    all->list = NULL;
}

/* --- reading -------------------------------------------------------------------------------- */

static void make_seed(uint64_t seed[2])
{
    if (getentropy(seed, 2 * sizeof seed[0]) == 0)
        return;
    seed[0] = (uint64_t)time(NULL);
    seed[1] = (uint64_t)getpid();
}

static sst_report *new_report(reporting *all, const uint64_t seed[2], bool events)
{
    sst_report *report;
    const sst_report_options how = {
        .size = sizeof how,
        .seed = {seed[0], seed[1]},
        .anonymize = all->given->flags[OPTION_ANONYMIZE],
        .event = events ? addresses_event : NULL,
        .context = all->addresses,
    };
    if (sst_report_new(&how, &report) != SST_OK)
        end_without_memory();
    return report;
}

static void read_into(reporting *all, report_input *input, const filter *wanted, sst_report *report,
                      const words *arguments)
{
    const report_input fresh = {.given = all->given,
                                .rules = all->rules,
                                .wanted = wanted,
                                .into = report,
                                .logs = all->logs};
    *input = fresh;
    report_read(input, arguments);
    all->io_failed = all->io_failed || input->io_failed;
}

static void read_all(reporting *all)
{
    uint64_t seed[2];
    report_input other;
    make_seed(seed);
    all->addresses = addresses_new();
    all->report = new_report(all, seed, true);
    if (all->given->values[OPTION_COMPARE].count > 0) {
        all->before = new_report(all, seed, false);
        read_into(all, &other, &all->no_time, all->before, &all->given->values[OPTION_COMPARE]);
    }
    read_into(all, &all->input, &all->filter, all->report, &all->given->arguments);
}

/* --- writing -------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/* --format decides; without it the name of the output. */
static format format_of(const options *given)
{
    static const struct {
        const char *end;
        format format;
    } ends[] = {{".html", FORMAT_HTML},
                {".htm", FORMAT_HTML},
                {".json", FORMAT_JSON},
                {".csv", FORMAT_CSV}};
    const char *name = option_value(given, OPTION_OUTPUT);
    for (size_t i = 0; name && !given->flags[OPTION_FORMAT] && i < sizeof ends / sizeof ends[0];
         i++) {
        if (ends_with(name, ends[i].end))
            return ends[i].format;
    }
    return given->format;
}

static int write_report(const reporting *all, bool to_file, const sst_sink *sink)
{
    const sst_report_style style = {
        .size = sizeof style,
        .language = all->given->language,
        .colour = !to_file && terminal_has_colour(),
        .width = to_file ? 0 : terminal_width(),
        .csv_safe = all->given->flags[OPTION_CSV_SAFE],
        .before = all->before,
        .inputs = all->input.inputs,
        .not_understood = all->input.not_understood,
        .suppress_count = all->suppress_count,
        .suppress_next = next_suppressed,
        .suppress_context = (void *)all,
    };
    switch (format_of(all->given)) {
    case FORMAT_JSON:
        return sst_report_write_json(all->report, &style, sink);
    case FORMAT_CSV:
        return sst_report_write_csv(all->report, &style, sink);
    case FORMAT_HTML:
        return sst_report_write_html(all->report, &style, sink);
    default:
        return sst_report_write_text(all->report, &style, sink);
    }
}

static void write_all(reporting *all, output *out)
{
    const char *name = option_value(all->given, OPTION_OUTPUT);
    if (!name || strcmp(name, "-") == 0) {
        sst_sink sink = output_sink(out);
        write_report(all, false, &sink);
        output_flush(out);
        return;
    }
    FILE *file = open_output(all, name);
    if (!file)
        return;
    sst_sink sink = {write_file, file};
    write_report(all, true, &sink);
    close_output(all, file, name);
}

/* --- public --------------------------------------------------------------------------------- */

static int finish(reporting *all)
{
    summary_write(all->input.inputs, all->input.records, all->input.not_understood);
    if (interrupted())
        return interrupt_status();
    if (all->io_failed)
        return STATUS_IO;
    bool strict = all->given->flags[OPTION_STRICT];
    return strict && all->input.not_understood > 0 ? STATUS_PARTLY : STATUS_DONE;
}

static void free_all(reporting *all)
{
    sst_report_free(all->report);
    sst_report_free(all->before);
    addresses_free(all->addresses);
    arena_free(&all->texts);
    free(all->shown);
    filter_free(&all->filter);
    sst_rules_free(all->rules);
}

int report_run(const options *given, output *out)
{
    reporting all;
    memset(&all, 0, sizeof all);
    all.given = given;
    if (given->arguments.count == 0 && terminal_is_input()) {
        complain("nothing to read: name logs, mailboxes of mail that came back, or records in "
                 "JSON lines, as in: smtpstatus report /var/log/mail.log; see --help");
        return STATUS_USAGE;
    }
    if (!log_reading_options(&all.logs, given) || !filter_read(given, &all.logs.zone, &all.filter))
        return STATUS_USAGE;
    all.no_time = all.filter;
    all.no_time.has_since = false;
    all.no_time.has_until = false;
    int status = load_rules(given, &all.rules);
    if (status != STATUS_DONE) {
        filter_free(&all.filter);
        return status;
    }
    progress_begin(false);
    interrupt_catch();
    read_all(&all);
    decide_addresses(&all);
    write_all(&all, out);
    status = finish(&all);
    free_all(&all);
    return status;
}
