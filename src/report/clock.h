/*
 * Times as seconds since 1970-01-01T00:00:00Z: read from RFC 3339 and written for people, all in
 * UTC. No clock is looked at.
 */
#ifndef REPORT_CLOCK_H
#define REPORT_CLOCK_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#define DAY ((int64_t)86400)

/* Reads "2026-11-22T10:00:00Z" and what RFC 3339 allows besides. Returns false where it is none. */
bool sst_clock_read(sst_span text, int64_t *seconds);

#define CLOCK_SIZE ((size_t)24)

/* "2026-11-22T10:00:00Z", terminated. Returns its length. */
size_t sst_clock_write(int64_t seconds, char out[CLOCK_SIZE]);

/* The same for people: "2026-11-22 10:00"; only the day where days is set. */
size_t sst_clock_show(int64_t seconds, bool days, char out[CLOCK_SIZE]);

/* The largest multiple of a width, counted from a Monday, that is not behind a time. */
int64_t sst_clock_floor(int64_t seconds, int64_t width);

#endif
