/* Words of header fields: encoded words (RFC 2047) and parameters (RFC 2045 5.1, RFC 2231). */
#ifndef MIME_WORDS_H
#define MIME_WORDS_H

#include "mime/charset.h"

/*
 * Decodes a header field's value to UTF-8: folding undone, encoded words decoded, blanks between
 * two of them dropped. What is no well-formed encoded word stays as it is.
 */
void sst_mime_decode_words(sst_span value, const mime_converter *converter, mime_buffer *out);

/* The first word of a value such as "multipart/report; ...": up to a semicolon or blank. */
sst_span sst_mime_value_token(sst_span value);

/*
 * Writes a parameter's value (quotes taken off, RFC 2231 continuations joined and their
 * percent-encoding undone) into out. Returns false where the parameter is not there.
 */
bool sst_mime_parameter(sst_span value, const char *name, mime_buffer *out);

#endif
