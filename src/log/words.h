/* Taking a line apart: words at its front, marks in its midst, numbers. Nothing is copied. */
#ifndef LOG_WORDS_H
#define LOG_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

/* What is behind the first count bytes. */
static inline sst_span words_from(sst_span text, size_t count)
{
    if (count == 0) /* an absent text stays one */
        return text;
    return (sst_span){text.ptr + count, text.len - count};
}

/* What is between two positions. */
static inline sst_span words_between(sst_span text, size_t start, size_t end)
{
    return (sst_span){text.ptr + start, end - start};
}

static inline bool words_equal(sst_span a, sst_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool words_begin(sst_span text, const char *words)
{
    size_t len = strlen(words);
    return text.len >= len && memcmp(text.ptr, words, len) == 0;
}

static inline bool words_end(sst_span text, const char *words)
{
    size_t len = strlen(words);
    return text.len >= len && memcmp(text.ptr + text.len - len, words, len) == 0;
}

/* Takes words off the front, where they stand there. */
static inline bool words_take(sst_span *text, const char *words)
{
    if (!words_begin(*text, words))
        return false;
    *text = words_from(*text, strlen(words));
    return true;
}

/* Where a mark, which is not empty, begins; the text's length where it is not. */
static inline size_t words_find(sst_span text, const char *mark)
{
    size_t len = strlen(mark);
    for (size_t at = 0; at + len <= text.len; at++) {
        const char *first = memchr(text.ptr + at, mark[0], text.len - len + 1 - at);
        if (!first)
            break;
        at = (size_t)(first - text.ptr);
        if (memcmp(first, mark, len) == 0)
            return at;
    }
    return text.len;
}

static inline bool words_have(sst_span text, const char *mark)
{
    return words_find(text, mark) < text.len;
}

/* Where a byte stands first; the text's length where it does not. */
static inline size_t words_find_byte(sst_span text, char byte)
{
    const char *at = text.len > 0 ? memchr(text.ptr, byte, text.len) : NULL;
    return at ? (size_t)(at - text.ptr) : text.len;
}

/* Parts the text at a mark. Returns false, and leaves both, where it is not there. before or behind
 * may be the text's own variable. */
static inline bool words_part(sst_span text, const char *mark, sst_span *before, sst_span *behind)
{
    size_t at = words_find(text, mark);
    if (at == text.len)
        return false;
    *behind = words_from(text, at + strlen(mark));
    *before = (sst_span){text.ptr, at};
    return true;
}

/* Takes off what stands before the first of a byte, and that byte; all, where there is none. */
static inline sst_span words_until(sst_span *text, char byte)
{
    const char *end = text->len > 0 ? memchr(text->ptr, byte, text->len) : NULL;
    sst_span taken = {text->ptr, end ? (size_t)(end - text->ptr) : text->len};
    *text = words_from(*text, end ? taken.len + 1 : taken.len);
    return taken;
}

/* Takes a decimal number off the front; false where there is none or it does not fit. */
static inline bool words_number(sst_span *text, uint64_t *number)
{
    size_t at = 0;
    uint64_t sum = 0;
    for (; at < text->len && ascii_is_digit(text->ptr[at]); at++) {
        unsigned digit = (unsigned)(text->ptr[at] - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    *text = words_from(*text, at);
    return at > 0;
}

/* The digits at the front as a number, 0 where there are none; what does not fit is the greatest.
 */
static inline uint64_t words_value(sst_span text)
{
    uint64_t number = 0;
    for (size_t at = 0; at < text.len && ascii_is_digit(text.ptr[at]); at++) {
        unsigned digit = (unsigned)(text.ptr[at] - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return UINT64_MAX;
        number = number * 10 + digit;
    }
    return number;
}

/* Without the blanks at its ends. */
static inline sst_span words_trim(sst_span text)
{
    while (text.len > 0 && ascii_is_space(text.ptr[0]))
        text = words_from(text, 1);
    while (text.len > 0 && ascii_is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Takes the first word off, up to a blank, with the blanks behind it. */
static inline sst_span words_first(sst_span *text)
{
    size_t end = words_find_byte(*text, ' ');
    sst_span word = {text->ptr, end};
    while (end < text->len && text->ptr[end] == ' ')
        end++;
    *text = words_from(*text, end);
    return word;
}

/*
 * Where a line has many recipients, what their records share is cut, so that a line makes no more
 * of itself than some hundred times: beyond so many recipients, at so many bytes. No reply that was
 * seen is longer.
 */
#define WORDS_MANY       ((size_t)64)
#define WORDS_MAX_SHARED ((size_t)2048)

static inline size_t words_shared_limit(size_t recipients)
{
    return recipients > WORDS_MANY ? WORDS_MAX_SHARED : SIZE_MAX;
}

static inline sst_span words_cut(sst_span text, size_t limit)
{
    if (text.len > limit)
        text.len = limit;
    return text;
}

/* "<a@example.com>" without its brackets; anything else as it is. */
static inline sst_span words_unbracket(sst_span text)
{
    if (text.len >= 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
        return (sst_span){text.ptr + 1, text.len - 2};
    return text;
}

#endif
