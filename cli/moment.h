/*
 * Times as people give them (--since, --until, --tz), and times of records.
 */
#ifndef MOMENT_H
#define MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#include <smtpstatus/base.h>

/* What times without a zone are in. */
typedef struct zone {
    bool of_system; /* by the system's zone data, which know of summer time */
    int32_t offset; /* else: seconds east of UTC */
    int64_t hour;   /* the wall clock's hour that was looked up last, since 1970; */
    int64_t shift;  /* how far it was from UTC, in seconds; 0 at the start with hour 0 */
    bool known;     /* whether there was one */
} zone;

/* "Z", "UTC", "+01:00", "+0100", "local", or a name as "Europe/Madrid"; NULL is UTC. Returns false
 * for anything else, which has been said. There is one zone of the system for the whole program. */
bool zone_read(const char *word, zone *into);

/* What a wall clock in the zone shows, as if it were UTC, to UTC; both in seconds since 1970. */
int64_t zone_to_utc(zone *in, int64_t wall);

/*
 * "2026-03-01", "2026-03-01T10:00", "2026-03-01 10:00:00+01:00", "30s", "45m", "2h", "3d", "1w"
 * (ago), "now", "today" and "yesterday" (when they began). now is in seconds since 1970. Returns
 * false for anything else. *ms is in milliseconds since 1970, UTC.
 */
bool moment_read(const char *word, zone *in, int64_t now, int64_t *ms);

/* A time as records have it (RFC 3339). Returns false where it is none. */
bool moment_of_record(sst_span time, int64_t *ms);

/* Writes a time of RFC 3339, in UTC, with milliseconds where there are some. Returns its length. */
#define MOMENT_MAX ((size_t)40)
size_t moment_write(int64_t ms, char into[MOMENT_MAX]);

/* The clock, in seconds since 1970. */
int64_t moment_now(void);

#endif
