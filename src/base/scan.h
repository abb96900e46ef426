/*
 * Looks for the ends of lines, and for the bytes in them that are odd in mail, in one go.
 *
 * Replies are short lines, so what counts is one look at 64 bytes at a time without a branch in
 * between: a loop that leaves at the line's end is mispredicted once a line. SSE2 (every x86-64)
 * and NEON (every AArch64) are used where the compiler has them; SST_NO_SIMD leaves portable C,
 * which reads eight bytes at a time.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(SST_NO_SIMD) && defined(__GNUC__) && defined(__SSE2__)
#include <emmintrin.h>
#define SCAN_BLOCKS 1
#elif !defined(SST_NO_SIMD) && defined(__GNUC__) && defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define SCAN_BLOCKS 1
#else
#define SCAN_BLOCKS 0
#endif

/* What a line had, besides ordinary bytes and CR LF at its end. */
enum {
    SCAN_NUL = 1 << 0,
    SCAN_8BIT = 1 << 1,    /* a byte above 127 */
    SCAN_BARE_CR = 1 << 2, /* a CR without an LF behind it */
    SCAN_BARE_LF = 1 << 3, /* the LF at the end has no CR before it */
    SCAN_AFTER_CR = 1 << 4 /* the last byte read is a CR, what follows it is not known yet */
};

/*
 * Looks at data[at] to data[len - 1] for the first LF. Returns its position, or len where there is
 * none; then a later call goes on from there. *seen is 0 at the start of a line, and handed on from
 * call to call. No byte outside is read.
 */
size_t sst_scan_line(const char *data, size_t at, size_t len, unsigned *seen);

/*
 * Copies lines for as long as nothing is to be changed in them for DATA of SMTP: each CR has an LF
 * behind it and each LF a CR before it, and no line begins with a dot. from is at the start of a
 * line. Returns how many bytes were copied; the last of them is no CR. It may stop early; to has
 * room for len.
 */
size_t sst_scan_copy_plain(char *to, const char *from, size_t len);

/*
 * Where the first of three bytes stands; len where none does. For short runs: one look at 16 bytes,
 * instead of a branch for each byte that is mispredicted where the run ends.
 */
static inline size_t scan_first_of(const char *data, size_t len, char a, char b, char c)
{
    size_t at = 0;
#if SCAN_BLOCKS && defined(__SSE2__)
    for (; len - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(data + at));
        __m128i found = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(a)),
                                     _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(b)),
                                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0)
            return at + (unsigned)__builtin_ctz(mask);
    }
#endif
    while (at < len && data[at] != a && data[at] != b && data[at] != c)
        at++;
    return at;
}

/*
 * Where a byte stands with another one right behind it; len where that is nowhere. For what begins
 * a line: a memchr for each line end takes longer than to look at all bytes.
 */
static inline size_t scan_find_pair(const char *data, size_t len, char first, char second)
{
    size_t at = 0;
#if SCAN_BLOCKS && defined(__SSE2__)
    for (; len - at > 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(data + at));
        __m128i behind = _mm_loadu_si128((const __m128i *)(const void *)(data + at + 1));
        __m128i found = _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(first)),
                                      _mm_cmpeq_epi8(behind, _mm_set1_epi8(second)));
        unsigned mask = (unsigned)_mm_movemask_epi8(found);
        if (mask != 0)
            return at + (unsigned)__builtin_ctz(mask);
    }
#endif
    while (at + 1 < len) {
        const char *found = memchr(data + at, first, len - at - 1);
        if (!found)
            break;
        at = (size_t)(found - data);
        if (data[at + 1] == second)
            return at;
        at++;
    }
    return len;
}

#define SCAN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether eight bytes hold a control character, a quote, a backslash, or one above ASCII. */
static inline bool scan_special_of_8(const char *at)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    uint64_t quote = bytes ^ SCAN_EACH('"');
    uint64_t backslash = bytes ^ SCAN_EACH('\\');
    /* The highest bit of a byte is set by subtraction where it was less, and by adding where it was
     * 0x7F; a carry can only add to what is special already. */
    uint64_t special = ((bytes - SCAN_EACH(' ')) & ~bytes) | ((quote - SCAN_EACH(1)) & ~quote) |
                       ((backslash - SCAN_EACH(1)) & ~backslash) | (bytes + SCAN_EACH(1)) | bytes;
    return (special & SCAN_EACH(0x80)) != 0;
}

/*
 * How many bytes at the start of a text are surely printable ASCII other than quotes and
 * backslashes, so that every format has them as they are. Of less than eight none are looked at.
 */
static inline size_t scan_printable(const char *data, size_t len)
{
    size_t at = 0;
#if SCAN_BLOCKS && defined(__SSE2__)
    for (; len - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(data + at));
        __m128i low = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                                   _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
        __m128i quoted = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, quoted));
        if (mask != 0)
            return at + (unsigned)__builtin_ctz(mask);
    }
#endif
    while (len - at >= 8 && !scan_special_of_8(data + at))
        at += 8;
    /* The last block may overlap the one before. */
    if (len >= 8 && len - at < 8 && !scan_special_of_8(data + len - 8))
        return len;
    return at;
}

/*
 * How many bytes at the start of a line are surely bytes of a field's name (RFC 5322 2.2) and
 * neither "<" nor "@"; what follows is to be looked at one by one.
 */
static inline size_t scan_name(const char *data, size_t len)
{
#if SCAN_BLOCKS && defined(__SSE2__)
    if (len >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)data);
        __m128i outside = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('!')),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
        __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(':')),
                                     _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')),
                                                  _mm_cmpeq_epi8(bytes, _mm_set1_epi8('@'))));
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_or_si128(outside, marks));
        return mask != 0 ? (unsigned)__builtin_ctz(mask) : 16;
    }
#endif
    (void)data;
    (void)len;
    return 0;
}

/*
 * Odd is every byte that a scan must look at: NUL, LF, CR, those above 127; and, because one
 * comparison finds them all, the other control characters below 14, which then turn out harmless.
 * As a signed byte each of them is less than 14.
 */
#define SCAN_FIRST_ORDINARY 14

#if SCAN_BLOCKS && defined(__SSE2__)

static inline uint64_t scan_odd_of_16(const char *at)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(SCAN_FIRST_ORDINARY));
    return (uint64_t)(unsigned)_mm_movemask_epi8(odd);
}

/* Bit i of the result says whether byte i of the 64 at a place is odd. */
static inline uint64_t scan_odd_of_64(const char *at)
{
    return scan_odd_of_16(at) | scan_odd_of_16(at + 16) << 16 | scan_odd_of_16(at + 32) << 32 |
           scan_odd_of_16(at + 48) << 48;
}

#elif SCAN_BLOCKS

/* NEON has no move mask: each odd byte keeps its own bit of eight, and sums of neighbours bring
 * them together. */
static inline uint64_t scan_odd_of_64(const char *at)
{
    static const uint8_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bit = vld1q_u8(bits);
    int8x16_t limit = vdupq_n_s8(SCAN_FIRST_ORDINARY);
    const int8_t *bytes = (const int8_t *)(const void *)at;
    uint8x16_t a = vandq_u8(vcltq_s8(vld1q_s8(bytes), limit), bit);
    uint8x16_t b = vandq_u8(vcltq_s8(vld1q_s8(bytes + 16), limit), bit);
    uint8x16_t c = vandq_u8(vcltq_s8(vld1q_s8(bytes + 32), limit), bit);
    uint8x16_t d = vandq_u8(vcltq_s8(vld1q_s8(bytes + 48), limit), bit);
    uint8x16_t sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

#endif

/* What a look at 64 bytes has shown of the lines behind the one that was asked for: bit i stands
 * for the i-th byte of the next line. Zero it at the start. */
typedef struct scan_window {
    uint64_t odd;
} scan_window;

/*
 * sst_scan_line for one line after the other: each begins behind the LF of the one before, and data
 * and len stay what they are. A line that ends with CR LF and has nothing odd is found without a
 * call.
 */
static inline size_t scan_next_line(scan_window *window, const char *data, size_t at, size_t len,
                                    unsigned *seen)
{
#if SCAN_BLOCKS
    uint64_t odd = window->odd;
    size_t start = at;
    if (odd == 0) {
        for (; start < len && len - start > 64; start += 64) {
            odd = scan_odd_of_64(data + start);
            if (odd != 0)
                break;
        }
    }
    window->odd = 0;
    if (odd != 0) {
        unsigned first = (unsigned)__builtin_ctzll(odd);
        size_t cr = start + first;
        if (data[cr] == '\r' && data[cr + 1] == '\n') {
            window->odd = first < 62 ? odd >> (first + 2) : 0;
            return cr + 1;
        }
    }
#else
    (void)window;
#endif
    return sst_scan_line(data, at, len, seen);
}

#endif
