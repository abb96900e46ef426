/*
 * ASCII without a locale: classes and case of single bytes, comparison of spans. Bytes above 127
 * belong to no class and have no case.
 */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>
#include <string.h>

#include <smtpstatus/base.h>

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline char ascii_lower(char c)
{
    return ascii_is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

static inline char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static inline bool ascii_is_alpha(char c)
{
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'z';
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* Blank, tab, CR or LF: what counts as a blank between words. */
static inline bool ascii_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether len bytes at a and b are the same, letters without case. */
static inline bool ascii_equal_fold(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (ascii_lower(a[i]) != ascii_lower(b[i]))
            return false;
    }
    return true;
}

/* As memcmp(a, b, len) == 0, for short runs: no call. */
static inline bool ascii_same_bytes(const char *a, const char *b, size_t len)
{
    uint64_t x;
    uint64_t y;
    for (; len >= sizeof x; a += sizeof x, b += sizeof x, len -= sizeof x) {
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        if (x != y)
            return false;
    }
    for (; len > 0 && *a == *b; a++, b++)
        len--;
    return len == 0;
}

static inline sst_span span_of(const char *text)
{
    sst_span span = {text, text ? strlen(text) : 0};
    return span;
}

/* Whether a span holds just this word; letters without case where fold is set. */
static inline bool span_is(sst_span span, const char *word, bool fold)
{
    size_t len = strlen(word);
    if (span.len != len || !span.ptr)
        return false;
    return fold ? ascii_equal_fold(span.ptr, word, len) : memcmp(span.ptr, word, len) == 0;
}

#endif
