/*
 * Reads one JSON object (RFC 8259) that stands in a line: values at paths that are known before,
 * elements of an array, texts unescaped. Nothing is allocated, nothing is recursive, and a line is
 * gone through once. What is not asked for is stepped over without a look at its grammar, but for
 * strings and brackets.
 */
#ifndef LOG_JSON_H
#define LOG_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <smtpstatus/base.h>

typedef enum json_kind {
    JSON_NONE, /* not there */
    JSON_STRING,
    JSON_NUMBER,
    JSON_WORD, /* true, false, null */
    JSON_OBJECT,
    JSON_ARRAY
} json_kind;

/* A value as it stands in the line: a string without its quotes and still escaped, an object or
 * array with its brackets. Zeroed: none. */
typedef struct json_value {
    json_kind kind;
    sst_span raw;
} json_value;

/* How many paths can be asked for at once, and how many keys a path can have: more than any log
 * line needs. */
#define JSON_MAX_PATHS 32
#define JSON_MAX_DEPTH 4

/*
 * Finds the values at count paths, each the keys from the outermost object down with dots between
 * them ("response.code"; keys with a dot or an escape in them cannot be asked for). Where a path is
 * the beginning of another one, an object there is gone into, and not found itself. values[i] is
 * what stands at paths[i], the first where a key comes again; none where nothing does. Returns
 * whether the text is an object, with blanks about it at most; where it is not (a line cut short),
 * what was found before the fault is there all the same.
 */
bool sst_json_pick(sst_span text, const char *const *paths, size_t count, json_value *values);

/* The elements of an array one by one: rest starts as the array's raw. Returns false at its end, or
 * where it is no array. */
bool sst_json_next(sst_span *rest, json_value *element);

/*
 * The text of a string, unescaped into room, which holds raw.len bytes; a string without escapes is
 * returned as it stands, and room not touched (it may be NULL then: see sst_json_is_escaped). Half
 * a surrogate pair becomes U+FFFD, what is no escape stays as it is. Of a number or a word: itself.
 * Absent for the other kinds.
 */
sst_span sst_json_text(json_value value, char *room);
bool sst_json_is_escaped(json_value value);

/* The bytes that an array of numbers below 256 spells (journald writes text that is no UTF-8 so),
 * into room, which holds raw.len / 2 bytes. Elements that are no such numbers are left out. */
sst_span sst_json_bytes(json_value value, char *room);

/* The whole number that a value is, or that a string spells; a fraction is left off. Returns
 * false where it is none, has an exponent or does not fit. */
bool sst_json_integer(json_value value, int64_t *number);

#endif
