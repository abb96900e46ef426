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

#include <stddef.h>
#include <stdint.h>

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
