/*
 * Reading of logs as the options say it: --log-format, --year, --tz. What comes out are records
 * that are not decided yet, with their source, number and line.
 */
#ifndef LOG_READING_H
#define LOG_READING_H

#include <smtpstatus/log.h>

#include "moment.h"
#include "options.h"
#include "stream.h"

/* The options of it, for a subcommand's table. */
#define LOG_READING_OPTIONS OPTION_LOG_FORMAT, OPTION_YEAR, OPTION_TZ

/* A file that is being read, perhaps a part at a time. */
typedef struct log_source {
    sst_span name;
    uint64_t lines;   /* read so far */
    uint64_t records; /* that came of them */
} log_source;

/* Takes a record. Its spans live until it returns. */
typedef void log_take(void *context, sst_record *record);

typedef struct log_reading {
    sst_log_reader *reader;
    log_take *take;
    void *context;
    sst_log_format format;
    zone zone;
    int year; /* of the first stamp without one; 0: not told */
    bool zone_told;
    log_source *source;
    uint64_t line_base;     /* lines of the source before it was gone on with */
    uint64_t lines_before;  /* of other sources */
    uint64_t zoneless;      /* records so far whose stamp had no zone */
    uint64_t zoneless_line; /* the line of the last of them, plus 1 */
    int64_t last;           /* the time of the last record, in seconds; 0: there was none */
    char time[MOMENT_MAX];
} log_reading;

/* Reads the options. Returns false where one is wrong, which has been said. */
bool log_reading_options(log_reading *all, const options *given);

/* Begins. take gets every record, from within the functions below. */
void log_reading_open(log_reading *all, log_take *take, void *context);
void log_reading_free(log_reading *all);

/* Goes on with a source, which must outlive the reading of it. newest is when it was written to
 * last, in seconds since 1970. Any bytes of the source before that are not finished as a line are
 * dropped. */
void log_reading_source(log_reading *all, log_source *source, int64_t newest);
void log_reading_feed(log_reading *all, const char *bytes, size_t len);

/* Says that the source ends here. */
void log_reading_end(log_reading *all);

/* What has been read, as the library counts. */
sst_log_counts log_reading_counts(const log_reading *all);

/* When the first record of a log is of, in milliseconds since 1970. Returns false where it has none
 * within its first MiB, or cannot be read. */
bool log_first_time(const char *name, int64_t newest, int64_t *ms);

#endif
