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

/* The field's text; where quotes are doubled, in room, which holds raw.len bytes. */
sst_span sst_csv_text(csv_field field, char *room);

/*
 * Columns: a header names them in any order, and which stand there depends on version and
 * configuration. A map says for each of count wanted names (letters without case) in which column
 * it stands, from 0 on; CSV_NO_COLUMN: in none of the first CSV_MAX_COLUMNS.
 */
#define CSV_MAX_COLUMNS ((size_t)128) /* PowerMTA has some 70, and any header of the mail */
#define CSV_NO_COLUMN   ((unsigned char)255)

/* Fills a map from a header line; returns how many of the names it has. */
size_t sst_csv_map(sst_span header, const char *const *names, size_t count, unsigned char *map);

/* The fields of a line in the order of the names; absent where the line lacks one. */
void sst_csv_pick(sst_span line, const unsigned char *map, csv_field *fields, size_t count);

#endif
