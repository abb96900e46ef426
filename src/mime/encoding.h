/* Content transfer encodings (RFC 2045 6): the bytes behind quoted-printable and base64. */
#ifndef MIME_ENCODING_H
#define MIME_ENCODING_H

#include "mime/buffer.h"

typedef enum mime_encoding {
    MIME_ENCODING_IDENTITY, /* 7bit, 8bit, binary, and what is not known */
    MIME_ENCODING_QUOTED_PRINTABLE,
    MIME_ENCODING_BASE64
} mime_encoding;

/* By the value of a Content-Transfer-Encoding field. */
mime_encoding sst_mime_encoding_parse(sst_span value);

/*
 * Decodes. Broken input is read as far as it makes sense: a lone "=" stands for itself, foreign
 * bytes within base64 are passed over, and a line of plain words behind the base64 ends it and is
 * kept as it is (mailing lists append their footers so).
 */
void sst_mime_decode(sst_span text, mime_encoding encoding, mime_buffer *out);

/* The value of a hexadecimal digit, or -1. */
int sst_mime_hex_digit(char c);

#endif
