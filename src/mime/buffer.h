/* A bounded output buffer in the caller's memory. What does not fit is dropped, and cut is set. */
#ifndef MIME_BUFFER_H
#define MIME_BUFFER_H

#include <stdbool.h>
#include <string.h>

#include <smtpstatus/base.h>

typedef struct mime_buffer {
    char *ptr;
    size_t len;
    size_t size;
    bool cut;
} mime_buffer;

static inline void mime_put(mime_buffer *out, const char *data, size_t len)
{
    size_t room = out->size - out->len;
    if (len > room) {
        out->cut = true;
        len = room;
    }
    if (len > 0)
        memcpy(out->ptr + out->len, data, len);
    out->len += len;
}

static inline void mime_put_byte(mime_buffer *out, char byte)
{
    mime_put(out, &byte, 1);
}

static inline sst_span mime_written(const mime_buffer *out)
{
    sst_span span = {out->ptr, out->len};
    return span;
}

#endif
