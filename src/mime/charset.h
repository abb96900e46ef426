/*
 * Charsets to UTF-8. UTF-8, ASCII, ISO-8859-1 and -15 and windows-1252 are built in; others go
 * through a converter that the caller gives. Without one, or where it fails, each byte above 127
 * becomes U+FFFD, and the answer says so.
 */
#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include <stdbool.h>

#include "mime/buffer.h"

/*
 * Converts len bytes of text from a charset (a name of charset_len bytes) into out, of size bytes.
 * Returns how many bytes of UTF-8 it wrote, or -1 where it cannot. Text that is cut in the middle
 * of a character is to be converted as far as it goes.
 */
typedef struct mime_converter {
    ptrdiff_t (*convert)(void *context, const char *charset, size_t charset_len, const char *text,
                         size_t len, char *out, size_t size);
    void *context;
} mime_converter;

/* Converts; returns whether every byte was understood. charset absent: UTF-8, else windows-1252. */
bool sst_mime_to_utf8(sst_span text, sst_span charset, const mime_converter *converter,
                      mime_buffer *out);

#endif
