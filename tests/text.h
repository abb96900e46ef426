/* A text that grows, for tests; its add is what a sink calls. To be included behind cmocka.h. */
#ifndef TEXT_H
#define TEXT_H

#include <stdlib.h>
#include <string.h>

typedef struct text {
    char *bytes;
    size_t len;
    size_t room;
} text;

static inline int add(void *context, const char *bytes, size_t len)
{
    text *to = context;
    if (to->len + len > to->room) {
        to->room = 2 * to->room + len + 256;
        to->bytes = realloc(to->bytes, to->room);
        assert_non_null(to->bytes);
    }
    if (len > 0)
        memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    return 0;
}

static inline void release(text *of)
{
    free(of->bytes);
    memset(of, 0, sizeof *of);
}

#endif
