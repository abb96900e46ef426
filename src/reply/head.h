/*
 * The head of a line: what stands before its words. RFC 5321 4.2: three digits, then a hyphen where
 * another line follows, or a blank; RFC 2034: then the enhanced code and a blank.
 */
#ifndef REPLY_HEAD_H
#define REPLY_HEAD_H

#include <smtpstatus/reply.h>

#include "base/ascii.h"

typedef struct reply_head {
    int code;              /* 0: none */
    bool goes_on;          /* a hyphen: another line follows */
    sst_enhanced enhanced; /* class 0: none */
    size_t text;           /* where the words begin, blanks before them included */
} reply_head;

/* The number that three digits at text make, or 0 where they are none or the first one is 0. */
static inline int reply_number(const char *text)
{
    unsigned a = (unsigned char)text[0] - (unsigned)'0';
    unsigned b = (unsigned char)text[1] - (unsigned)'0';
    unsigned c = (unsigned char)text[2] - (unsigned)'0';
    if (a - 1 > 8 || b > 9 || c > 9)
        return 0;
    return (int)(a * 100 + b * 10 + c);
}

/* Whether a byte behind an enhanced code would make it part of a longer word. */
static inline bool reply_continues_word(char byte)
{
    return ascii_is_alnum(byte) || byte == '_' || byte == '@' || byte == '/';
}

/*
 * The enhanced codes that servers send, "5.1.1 " to "5.7.126 ", without a call and almost without a
 * branch: at most replies this is half of the work. Needs eight bytes at text, of which the second
 * is a dot. Returns the three numbers in 16 bits each, or 0 for everything else, which is not the
 * last word.
 */
static inline uint64_t reply_common_enhanced(const char *text)
{
    unsigned status_class = (unsigned char)text[0] - (unsigned)'0';
    unsigned subject = (unsigned char)text[2] - (unsigned)'0';
    unsigned first = (unsigned char)text[4] - (unsigned)'0';
    unsigned second = (unsigned char)text[5] - (unsigned)'0';
    unsigned third = (unsigned char)text[6] - (unsigned)'0';
    unsigned detail = first;
    size_t taken = 5;
    if (second <= 9) {
        bool has_third = third <= 9;
        detail = detail * 10 + second;
        detail = has_third ? detail * 10 + third : detail;
        taken = 6 + has_third;
    }
    bool is_class = (status_class == 2) | (status_class == 4) | (status_class == 5);
    if (!(is_class & (subject <= 9) & (text[3] == '.') & (first <= 9) & (text[taken] == ' ')))
        return 0;
    return (uint64_t)status_class << 32 | (uint64_t)subject << 16 | detail;
}

static inline sst_enhanced reply_unpack_enhanced(uint64_t packed)
{
    sst_enhanced enhanced = {(uint16_t)(packed >> 32), (uint16_t)(packed >> 16), (uint16_t)packed};
    return enhanced;
}

/*
 * Reads an enhanced code that is a word of its own. Returns where it ends, or 0. A colon behind it
 * ("421 4.7.0: try later") counts as part of it.
 */
static inline size_t reply_enhanced(const char *text, size_t len, size_t at, sst_enhanced *enhanced)
{
    if (len - at < 5 || text[at + 1] != '.')
        return 0;
    sst_enhanced found;
    size_t taken = sst_enhanced_parse(text + at, len - at, &found);
    size_t end = at + taken;
    if (taken == 0 || (end < len && reply_continues_word(text[end])))
        return 0;
    *enhanced = found;
    if (end < len && text[end] == ':' && (end + 1 == len || ascii_is_space(text[end + 1])))
        end++;
    return end;
}

#endif
