/*
 * Finding phrases in words that were pasted: ASCII letters without case; a blank in a phrase stands
 * for any run of blanks, so that text which was wrapped is found too.
 */
#ifndef REPLY_PHRASE_H
#define REPLY_PHRASE_H

#include <smtpstatus/base.h>

#define PHRASE_NONE ((size_t)-1)

/*
 * Where a phrase that begins at a position ends, or PHRASE_NONE. A phrase that begins with a letter
 * does not begin inside a word.
 */
size_t sst_phrase_at(sst_span text, size_t at, const char *phrase);

/* Where a phrase that ends at a position begins, or PHRASE_NONE. */
size_t sst_phrase_before(sst_span text, size_t at, const char *phrase);

/* Where the last occurrence begins, or PHRASE_NONE; *end is where it ends. */
size_t sst_phrase_find_last(sst_span text, const char *phrase, size_t *end);

/* The first position at or behind one that holds no blank; text.len where there is none. */
size_t sst_phrase_skip_blanks(sst_span text, size_t at);

/* The same backwards: the position behind the last byte before one that is no blank. */
size_t sst_phrase_unskip_blanks(sst_span text, size_t at);

#endif
