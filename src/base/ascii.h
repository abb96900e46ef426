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

/* Eight bytes with their capitals made small. */
static inline uint64_t ascii_lower_8(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = bytes & ones * 0x7F;
    uint64_t from_a = low + ones * (0x80 - 'A');
    uint64_t behind_z = low + ones * (0x80 - 'Z' - 1);
    uint64_t capitals = from_a & ~behind_z & ~bytes & ones * 0x80;
    return bytes | capitals >> 2; /* 0x80 becomes the bit in which the cases differ */
}

/* Whether eight bytes at a and b are the same, letters without case. */
static inline bool ascii_equal_fold_8(const char *a, const char *b)
{
    uint64_t x;
    uint64_t y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return ascii_lower_8(x) == ascii_lower_8(y);
}

/* Whether len bytes at a and b are the same, letters without case. */
static inline bool ascii_equal_fold(const char *a, const char *b, size_t len)
{
    if (len == 0)
        return true;
    if (((a[0] ^ b[0]) & ~0x20) != 0) /* mostly the first byte tells */
        return false;
    size_t i = 0;
    for (; len - i >= 8; i += 8) {
        if (!ascii_equal_fold_8(a + i, b + i))
            return false;
    }
    if (i > 0 && i < len) /* the last eight, of which some were looked at already */
        return ascii_equal_fold_8(a + len - 8, b + len - 8);
    for (; i < len; i++) {
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
