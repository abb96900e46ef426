/*
 * One line of CSV (RFC 4180) taken apart into its fields. Nothing is copied but fields that hold
 * doubled quotes, into the caller's memory. A field that goes on over a line end is cut there: logs
 * are read by lines.
 */
#ifndef LOG_CSV_H
#define LOG_CSV_H

#include <stdbool.h>

#include <smtpstatus/base.h>

/* A field without the quotes about it. */
typedef struct csv_field {
    sst_span raw;
    bool doubled; /* each quote in it stands there twice */
} csv_field;

/*
 * Takes the next field off the front of a line: start with a line without its line end. Returns
 * false where there are no more; *rest is absent then. An empty line has one empty field. Blanks
 * belong to a field. What stands between a closing quote and the next comma is left out.
 */
bool sst_csv_next(sst_span *rest, csv_field *field);

/* The first count fields, those that the line lacks absent. Returns how many it has, count at most.
 */
size_t sst_csv_split(sst_span line, csv_field *fields, size_t count);

/* The field's text; where quotes are doubled, in room, which holds raw.len bytes. */
sst_span sst_csv_text(csv_field field, char *room);

#endif
