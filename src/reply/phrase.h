/*
 * Finding phrases in words that were pasted: ASCII letters without case; a blank in a phrase stands
 * for any run of blanks, so that text which was wrapped is found too.
 */
#ifndef REPLY_PHRASE_H
#define REPLY_PHRASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ascii.h"

#define PHRASE_NONE ((size_t)-1)

/* A phrase of a table, in lower case, and what it says, which is the table's owner's to define. */
typedef struct phrase_entry {
    const char *words;
    unsigned char len;
    unsigned char says;
} phrase_entry;

#define PHRASE(words, says)                                                                        \
    {                                                                                              \
        words, sizeof(words) - 1, says                                                             \
    }

/* The most phrases of a table that is searched for backwards: one bit each. */
#define PHRASE_MAX_TABLE 32

/* A search under way: the last occurrence of each phrase of a table, from the end of the text. The
 * members are this module's. */
typedef struct phrase_search {
    sst_span text;
    const phrase_entry *table;
    size_t count;
    size_t at;            /* positions from here on are done */
    uint32_t met;         /* by number: its last occurrence was given out */
    uint32_t starts[128]; /* by first byte, in capitals too: which phrases begin with it */
} phrase_search;

/*
 * Where a phrase that begins at a position ends, or PHRASE_NONE. A phrase that begins with a letter
 * does not begin inside a word.
 */
size_t sst_phrase_at(sst_span text, size_t at, const char *phrase);

/* Where a phrase that ends at a position begins, or PHRASE_NONE. */
size_t sst_phrase_before(sst_span text, size_t at, const char *phrase);

/* Where the last occurrence begins, or PHRASE_NONE; *end is where it ends. */
size_t sst_phrase_find_last(sst_span text, const char *phrase, size_t *end);

/* Goes through a text once for all phrases of a table. Each call gives the one whose last
 * occurrence begins next before those given out; NULL where there is none any more. */
void sst_phrase_search_start(phrase_search *search, sst_span text, const phrase_entry *table,
                             size_t count);
const phrase_entry *sst_phrase_search_next(phrase_search *search, size_t *start, size_t *end);

/* Whether a phrase ends at a position; mostly its last byte tells that it does not. */
static inline bool sst_phrase_ends_at(sst_span text, size_t at, const phrase_entry *p)
{
    return at > 0 && ascii_lower(text.ptr[at - 1]) == p->words[p->len - 1] &&
           sst_phrase_before(text, at, p->words) != PHRASE_NONE;
}

/* The first position at or behind one that holds no blank; text.len where there is none. */
size_t sst_phrase_skip_blanks(sst_span text, size_t at);

/* The same backwards: the position behind the last byte before one that is no blank. */
size_t sst_phrase_unskip_blanks(sst_span text, size_t at);

#endif
