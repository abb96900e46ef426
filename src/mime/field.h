/*
 * Header fields (RFC 5322 2.2), of a message, a part, or a block of a delivery status. Works over
 * text whose lines end with LF. Nothing is copied: values are folded as they stand.
 */
#ifndef MIME_FIELD_H
#define MIME_FIELD_H

#include <stdbool.h>

#include "mime/buffer.h"

typedef struct mime_field {
    sst_span name;  /* without the colon */
    sst_span value; /* blanks at both ends taken off; line ends of the folding are still in it */
} mime_field;

/*
 * Takes the next field off the front of *rest. Lines that are no field (no colon, a blank in the
 * name) are passed over. Returns false at an empty line, which is taken off too, or at the end.
 */
bool sst_mime_next_field(sst_span *rest, mime_field *field);

/* The value of the first field of that name; absent where there is none. */
sst_span sst_mime_find_field(sst_span header, const char *name);

/*
 * The header at the front of text: its fields, without the empty line behind them. Empty where the
 * first line is no field.
 */
sst_span sst_mime_header(sst_span text);

/*
 * Splits text into the header and what follows the empty line behind it. A text that does not begin
 * with a field has no header: all of it is body.
 */
void sst_mime_split(sst_span text, sst_span *header, sst_span *body);

/* Whether a line looks like the start of a field: a name of printable ASCII, then a colon. */
bool sst_mime_is_field_line(sst_span line);

#endif
