/* Scanning of lines: over ordinary bytes in blocks, and byte by byte where there is something to
 * look at. The quick way for lines without anything odd is in scan.h. */
#include "base/scan.h"

#include <stdbool.h>
#include <string.h>

static bool is_odd(char byte)
{
    return (signed char)byte < SCAN_FIRST_ORDINARY;
}

#if SCAN_BLOCKS

/* Goes over whole blocks of ordinary bytes, to the first odd one if it can. */
static size_t over_blocks(const char *data, size_t at, size_t len)
{
    for (; len - at >= 64; at += 64) {
        uint64_t odd = scan_odd_of_64(data + at);
        if (odd != 0)
            return at + (size_t)__builtin_ctzll(odd);
    }
    return at;
}

#else

static size_t over_blocks(const char *data, size_t at, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    for (; len - at >= 8; at += 8) {
        uint64_t bytes;
        memcpy(&bytes, data + at, sizeof bytes);
        /* Exact for each byte: a sum of seven bits and this does not carry over. */
        uint64_t ordinary = (bytes & ones * 0x7F) + ones * (0x80 - SCAN_FIRST_ORDINARY);
        if (((~ordinary | bytes) & ones * 0x80) != 0)
            break;
    }
    return at;
}

#endif

static size_t next_odd(const char *data, size_t at, size_t len)
{
    at = over_blocks(data, at, len);
    while (at < len && !is_odd(data[at]))
        at++;
    return at;
}

size_t sst_scan_line(const char *data, size_t at, size_t len, unsigned *seen)
{
    unsigned found = *seen & ~(unsigned)SCAN_AFTER_CR;
    bool has_cr = (*seen & SCAN_AFTER_CR) != 0;
    size_t behind_cr = at;

    while ((at = next_odd(data, at, len)) < len) {
        char byte = data[at];
        if (has_cr && (at != behind_cr || byte != '\n')) {
            found |= SCAN_BARE_CR;
            has_cr = false;
        }
        if (byte == '\n') {
            *seen = has_cr ? found : found | SCAN_BARE_LF;
            return at;
        }
        at++;
        if (byte == '\r') {
            has_cr = true;
            behind_cr = at;
        } else if (byte == '\0') {
            found |= SCAN_NUL;
        } else if ((signed char)byte < 0) {
            found |= SCAN_8BIT;
        }
    }
    if (has_cr)
        found |= behind_cr == len ? SCAN_AFTER_CR : SCAN_BARE_CR;
    *seen = found;
    return len;
}

/* Bytes are looked at in pairs, so many at a time and without a branch in between. */
#define PAIRS ((size_t)64)

#if SCAN_BLOCKS && defined(__SSE2__)

/* Whether in each pair, of which these are the second bytes, nothing is to be changed; copies
 * them. */
static bool copy_pairs(char *to, const char *from)
{
    const __m128i cr = _mm_set1_epi8('\r');
    const __m128i lf = _mm_set1_epi8('\n');
    const __m128i lf_dot = _mm_set1_epi16('.' << 8 | '\n');
    __m128i odd = _mm_setzero_si128();
    for (size_t i = 0; i < PAIRS; i += 16) {
        __m128i first = _mm_loadu_si128((const __m128i *)(const void *)(from + i - 1));
        __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(from + i));
        __m128i bare = _mm_xor_si128(_mm_cmpeq_epi8(first, cr), _mm_cmpeq_epi8(second, lf));
        __m128i dots =
            _mm_or_si128(_mm_cmpeq_epi16(first, lf_dot), _mm_cmpeq_epi16(second, lf_dot));
        odd = _mm_or_si128(odd, _mm_or_si128(bare, dots));
        _mm_storeu_si128((__m128i *)(void *)(to + i), second);
    }
    return _mm_movemask_epi8(odd) == 0;
}

#else

static bool copy_pairs(char *to, const char *from)
{
    unsigned char odd = 0;
    for (size_t i = 0; i < PAIRS; i++) {
        char first = from[i - 1];
        odd |= (unsigned char)((first == '\r') ^ (from[i] == '\n'));
        odd |= (unsigned char)((first == '\n') & (from[i] == '.'));
    }
    memcpy(to, from, PAIRS);
    return odd == 0;
}

#endif

size_t sst_scan_copy_plain(char *to, const char *from, size_t len)
{
    size_t done = 1;
    if (len == 0 || *from == '.' || *from == '\n')
        return 0;
    *to = *from;
    while (len - done >= PAIRS && copy_pairs(to + done, from + done))
        done += PAIRS;
    return from[done - 1] == '\r' ? done - 1 : done;
}
