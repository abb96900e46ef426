/*
 * The growing buffer: it doubles, so that filling it is linear.
 */
#include "buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

void end_without_memory(void)
{
    complain("out of memory");
    exit(STATUS_IO);
}

void *allocate_or_end(void *block, size_t count, size_t size)
{
    void *grown = size > 0 && count > SIZE_MAX / size ? NULL : realloc(block, count * size);
    if (!grown)
        end_without_memory();
    return grown;
}

void buffer_reserve(buffer *into, size_t count)
{
    const size_t least = 256;
    if (into->data && count <= into->size - into->len)
        return;
    size_t size = into->len + count > least ? into->len + count : least;
    if (size < into->size * 2)
        size = into->size * 2;
    into->data = allocate_or_end(into->data, size, 1);
    into->size = size;
}

void buffer_put(buffer *into, const char *data, size_t len)
{
    buffer_reserve(into, len);
    if (len > 0)
        memcpy(into->data + into->len, data, len);
    into->len += len;
}

void buffer_text(buffer *into, const char *text)
{
    buffer_put(into, text, strlen(text));
}

void buffer_number(buffer *into, long number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%ld", number);
    buffer_put(into, digits, (size_t)len);
}

void buffer_clear(buffer *into)
{
    into->len = 0;
}

void buffer_free(buffer *into)
{
    free(into->data);
    memset(into, 0, sizeof *into);
}

sst_span buffer_span(const buffer *from)
{
    sst_span span = {from->data ? from->data : "", from->len};
    return span;
}

const char *buffer_string(buffer *from)
{
    buffer_reserve(from, 1);
    from->data[from->len] = '\0';
    return from->data;
}

static int write_to_buffer(void *context, const char *data, size_t len)
{
    buffer_put(context, data, len);
    return 0;
}

sst_sink buffer_sink(buffer *into)
{
    sst_sink sink = {write_to_buffer, into};
    return sink;
}
