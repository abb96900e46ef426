/*
 * Looking for known words in a report, letters without case. Few at a time are compared one by one;
 * a whole table of them is indexed by first byte, so that a text is gone through once.
 */
#ifndef BOUNCE_PHRASE_H
#define BOUNCE_PHRASE_H

#include <stdbool.h>

#include "base/ascii.h"

/* Whether text begins with a phrase. */
static inline bool phrase_begins(sst_span text, const char *phrase)
{
    size_t len = strlen(phrase);
    return text.len >= len && ascii_equal_fold(text.ptr, phrase, len);
}

/* Where a phrase (lower case) stands in text; NULL where it does not. */
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

/* A phrase in lower case, and what it says, which is the table's owner's to define. */
typedef struct bounce_phrase {
    const char *text;
    unsigned char len;
    unsigned char system;
    unsigned char says;
} bounce_phrase;

#define BOUNCE_PHRASE(text, system, says)                                                          \
    {                                                                                              \
        text, sizeof(text) - 1, system, says                                                       \
    }

/* The most phrases that a table may have; more are not indexed. */
#define BOUNCE_MAX_PHRASES 512

/* A table's phrases by first byte: those of byte b are order[first[b]] to order[first[b + 1]].
 * Beside each are its first eight bytes, and a mask for the shorter ones, which rule most of them
 * out. */
typedef struct bounce_phrase_index {
    const bounce_phrase *phrases;
    unsigned short first[257];
    unsigned short order[BOUNCE_MAX_PHRASES];
    uint64_t head[BOUNCE_MAX_PHRASES];
    uint64_t mask[BOUNCE_MAX_PHRASES];
} bounce_phrase_index;

void sst_bounce_index_phrases(bounce_phrase_index *index, const bounce_phrase *phrases,
                              size_t count);

/* The first phrase, of two bytes at least, in the table's order that text begins with, or NULL. */
const bounce_phrase *sst_bounce_phrase_at(const bounce_phrase_index *index, sst_span text);

#endif
