/*
 * Times in logs: "Nov 22 10:00:00" (RFC 3164 4.1.2), which has neither year nor zone, and ISO 8601
 * as RFC 3339 and its relatives write it. Milliseconds are kept.
 */
#ifndef LOG_STAMP_H
#define LOG_STAMP_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#define STAMP_3164_LEN ((size_t)15)

/* What is known of the clock of a source. */
typedef struct log_clock {
    int64_t newest;     /* in seconds; 0: not known */
    int year;           /* of the stamps without one; 0: not known yet */
    int month;          /* of the last of them */
    int32_t utc_offset; /* of stamps without a zone */
    char last[STAMP_3164_LEN];
    bool has_last;
    int64_t last_ms;
} log_clock;

/* Begins a source; utc_offset stays. */
void sst_log_clock_begin(log_clock *clock, int64_t newest, int year);

/* Reads the STAMP_3164_LEN bytes at text; false where they are no such stamp. */
bool sst_log_clock_3164(log_clock *clock, const char *text, int64_t *ms);

/*
 * Reads "2026-11-22T10:00:00.123+01:00" at the start of a text: T or a blank, a fraction behind a
 * dot or a comma or none, a zone (Z, +01:00, +0100, +01, also behind a blank) or none. Returns its
 * length, or 0 where there is none.
 */
size_t sst_log_clock_iso(const log_clock *clock, sst_span text, int64_t *ms, bool *zoned);

/* Writes RFC 3339 in UTC, with milliseconds where there are any; returns the length. */
#define STAMP_TEXT_SIZE ((size_t)32)
size_t sst_log_write_time(int64_t ms, char out[STAMP_TEXT_SIZE]);

#endif
