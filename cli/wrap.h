/*
 * How wide text is on a terminal, and where a line of it may be broken, under short names.
 */
#ifndef WRAP_H
#define WRAP_H

#include <smtpstatus/text.h>

/* A blank at which no line is broken. */
#define NO_BREAK_SPACE "\xC2\xA0"

static inline size_t text_width(sst_span text)
{
    return sst_text_width(text);
}

static inline size_t wrap_line(sst_span text, size_t width, size_t *taken)
{
    return sst_text_wrap(text, width, taken);
}

#endif
