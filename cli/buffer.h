/*
 * A buffer that grows, and a sink into it. Where there is no memory the program says so and ends:
 * nothing useful can be done without.
 */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>

#include <smtpstatus/base.h>

typedef struct buffer {
    char *data;
    size_t len;
    size_t size;
} buffer;

/* Makes room for count more bytes. What data pointed to may move. */
void buffer_reserve(buffer *into, size_t count);

void buffer_put(buffer *into, const char *data, size_t len);
void buffer_text(buffer *into, const char *text);
void buffer_number(buffer *into, long number);
void buffer_clear(buffer *into);
void buffer_free(buffer *into);

/* What is in it; until it is next written to. */
sst_span buffer_span(const buffer *from);

/* The same as a string. */
const char *buffer_string(buffer *from);

sst_sink buffer_sink(buffer *into);

/* Says that there is no memory, and ends the program. */
_Noreturn void end_without_memory(void);

/* realloc, or the end. */
void *allocate_or_end(void *block, size_t count, size_t size);

#endif
