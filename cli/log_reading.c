/*
 * What lies between files and the library's reader: zones by name, years over several files.
 */
#define _POSIX_C_SOURCE 200809L

#include "log_reading.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "command.h"
#include "suggest.h"

/* --- options -------------------------------------------------------------------------------- */

static bool read_format(const char *word, sst_log_format *into)
{
    suggestions near = {.count = 0};
    *into = SST_LOG_FORMAT_ANY;
    if (!word)
        return true;
    for (int i = 1; i < SST_LOG_FORMAT_COUNT; i++) {
        const char *id = sst_log_format_id((sst_log_format)i);
        if (strcmp(word, id) == 0) {
            *into = (sst_log_format)i;
            return true;
        }
        suggest_try(&near, word, strlen(word), id);
    }
    if (near.count > 0)
        complain("--log-format: '%s' is not known; did you mean '%s'?", word, near.names[0]);
    else
        complain("--log-format: '%s' is not known; as an example, postfix is", word);
    return false;
}

static bool read_year(const char *word, int *year)
{
    char *end;
    *year = 0;
    if (!word)
        return true;
    long value = strtol(word, &end, 10);
    if (*end != '\0' || value < 1970 || value > 9999) {
        complain("--year is a year as 2026, not '%s'", word);
        return false;
    }
    *year = (int)value;
    return true;
}

bool log_reading_options(log_reading *all, const options *given)
{
    memset(all, 0, sizeof *all);
    all->zone_told = given->flags[OPTION_TZ];
    return read_format(option_value(given, OPTION_LOG_FORMAT), &all->format) &&
           read_year(option_value(given, OPTION_YEAR), &all->year) &&
           zone_read(option_value(given, OPTION_TZ), &all->zone);
}

void log_reading_open(log_reading *all, log_take *take, void *context)
{
    const sst_log_options how = {.size = sizeof how,
                                 .format = all->format,
                                 .utc_offset = all->zone.of_system ? 0 : all->zone.offset,
                                 .undecided = true};
    all->take = take;
    all->context = context;
    if (sst_log_reader_new(&how, &all->reader) != SST_OK)
        end_without_memory();
}

void log_reading_free(log_reading *all)
{
    sst_log_reader_free(all->reader);
    all->reader = NULL;
}

/* --- reading -------------------------------------------------------------------------------- */

sst_log_counts log_reading_counts(const log_reading *all)
{
    sst_log_counts counts;
    sst_log_get_counts(all->reader, &counts);
    return counts;
}

void log_reading_source(log_reading *all, log_source *source, int64_t newest)
{
    /* With --year, the files after the first go on from what came before: a stamp is of the year
     * with which it is later, or two months earlier at most. */
    const int64_t onwards = INT64_C(300) * 86400;
    bool first = all->last == 0;
    all->line_base = source->lines;
    all->lines_before = log_reading_counts(all).lines - source->lines;
    all->zoneless_line = 0;
    all->source = source;
    if (all->year == 0 || !first)
        sst_log_begin(all->reader, all->year == 0 ? newest : all->last + onwards, 0);
    else
        sst_log_begin(all->reader, 0, all->year);
}

/* The reader read the stamps as if the zone were UTC. */
static void move_time(log_reading *all, sst_record *record, int64_t ms)
{
    int64_t seconds = ms / 1000;
    record->time.ptr = all->time;
    record->time.len = moment_write(zone_to_utc(&all->zone, seconds) * 1000 + ms % 1000, all->time);
}

/* Whether the stamp of a record had no zone; those of one line are counted all at once. */
static bool is_zoneless(log_reading *all, const sst_record *record)
{
    uint64_t zoneless = log_reading_counts(all).zoneless;
    if (zoneless > all->zoneless)
        all->zoneless_line = record->line + 1;
    all->zoneless = zoneless;
    return all->zoneless_line == record->line + 1;
}

/* Only zones with a name and --year need this. */
static void take_time(log_reading *all, sst_record *record)
{
    int64_t ms;
    bool zoneless = is_zoneless(all, record);
    if (!moment_of_record(record->time, &ms) || ms < 0)
        return;
    all->last = ms / 1000;
    if (zoneless && all->zone.of_system)
        move_time(all, record, ms);
}

static void take_records(log_reading *all)
{
    sst_record record;
    log_source *source = all->source;
    bool timed = all->zone.of_system || all->year != 0;
    while (sst_log_next(all->reader, &record)) {
        if (timed)
            take_time(all, &record);
        record.source = source->name;
        record.index = ++source->records;
        record.line += all->line_base;
        all->take(all->context, &record);
    }
    source->lines = log_reading_counts(all).lines - all->lines_before;
}

void log_reading_feed(log_reading *all, const char *bytes, size_t len)
{
    sst_log_feed(all->reader, bytes, len);
    take_records(all);
}

void log_reading_end(log_reading *all)
{
    sst_log_end(all->reader);
    take_records(all);
}

/* --- the first record ----------------------------------------------------------------------- */

#define LOOK_AT ((size_t)1048576)
#define PIECE   ((size_t)65536)

/* Whether a piece has a record that tells its time. */
static bool has_time(sst_log_reader *reader, const char *bytes, size_t len, int64_t *ms)
{
    sst_record record;
    sst_log_feed(reader, bytes, len);
    while (sst_log_next(reader, &record)) {
        if (moment_of_record(record.time, ms))
            return true;
    }
    return false;
}

static bool find_time(sst_log_reader *reader, stream *from, int64_t *ms)
{
    char *bytes = allocate_or_end(NULL, PIECE, 1);
    bool found = false;
    size_t count = 1;
    for (size_t seen = 0; !found && count > 0 && seen < LOOK_AT; seen += count) {
        count = stream_read(from, bytes, PIECE);
        found = has_time(reader, bytes, count, ms);
    }
    free(bytes);
    return found;
}

bool log_first_time(const char *name, int64_t newest, int64_t *ms)
{
    /* Nobody asks here what is said of the messages on earlier lines. */
    const sst_log_options how = {.size = sizeof how, .max_open = 16, .undecided = true};
    sst_log_reader *reader;
    stream from;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    if (sst_log_reader_new(&how, &reader) != SST_OK)
        end_without_memory();
    stream_take(&from, name, file, 0);
    from.quiet = true;
    sst_log_begin(reader, newest, 0);
    bool found = find_time(reader, &from, ms);
    stream_close(&from);
    sst_log_reader_free(reader);
    return found;
}
