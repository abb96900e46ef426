/* Lines of a text whose lines end with LF. The last one may lack it. */
#ifndef MIME_LINE_H
#define MIME_LINE_H

#include <stdbool.h>

#include "base/ascii.h"

/* Takes the next line off the front of *rest, without its LF. Returns false at the end. */
static inline bool mime_next_line(sst_span *rest, sst_span *line)
{
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    size_t taken = end ? len + 1 : len;
    line->ptr = rest->ptr;
    line->len = len;
    rest->ptr += taken;
    rest->len -= taken;
    return true;
}

/* Without the blanks at both ends. */
static inline sst_span mime_trim(sst_span span)
{
    while (span.len > 0 && ascii_is_space(span.ptr[span.len - 1]))
        span.len--;
    while (span.len > 0 && ascii_is_space(span.ptr[0])) {
        span.ptr++;
        span.len--;
    }
    return span;
}

#endif
