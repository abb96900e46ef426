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
