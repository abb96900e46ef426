/* Looking for known words in a report: at the start of a line, or anywhere in a short text. */
#ifndef BOUNCE_PHRASE_H
#define BOUNCE_PHRASE_H

#include <stdbool.h>

#include "base/ascii.h"

/* Whether text begins with a phrase, letters without case. */
static inline bool phrase_begins(sst_span text, const char *phrase)
{
    size_t len = strlen(phrase);
    return text.len >= len && ascii_equal_fold(text.ptr, phrase, len);
}

/* Where a phrase (lower case) stands in text, letters without case; NULL where it does not. */
static inline const char *phrase_find(sst_span text, const char *phrase)
{
    size_t len = strlen(phrase);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (ascii_lower(text.ptr[i]) == phrase[0] && ascii_equal_fold(text.ptr + i, phrase, len))
            return text.ptr + i;
    }
    return NULL;
}

/* Whether text begins with, or holds, any phrase of a table that NULL ends. */
static inline bool phrase_begins_any(sst_span text, const char *const *phrases)
{
    for (; *phrases; phrases++) {
        if (phrase_begins(text, *phrases))
            return true;
    }
    return false;
}

static inline bool phrase_find_any(sst_span text, const char *const *phrases)
{
    for (; *phrases; phrases++) {
        if (phrase_find(text, *phrases))
            return true;
    }
    return false;
}

#endif
