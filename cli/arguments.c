/*
 * Joining of arguments.
 */
#include "arguments.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void arguments_join(const options *given, size_t from, buffer *into, sst_span *text)
{
    for (size_t i = from; i < given->arguments.count; i++) {
        buffer_text(into, i > from ? " " : "");
        buffer_text(into, given->arguments.list[i]);
    }
    text->ptr = buffer_string(into);
    text->len = into->len;
    while (text->len > 0 && is_blank(text->ptr[0])) {
        text->ptr++;
        text->len--;
    }
    while (text->len > 0 && is_blank(text->ptr[text->len - 1]))
        text->len--;
}
