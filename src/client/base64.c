/* Base64 for AUTH. Unlike that of mail (mime/encoding.h) nothing is forgiven: a challenge that is
 * not well-formed ends the exchange (RFC 4954 4). */
#include "client/base64.h"

#include <stdbool.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sst_base64_encode(const char *bytes, size_t len, char *to)
{
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < have ? (unsigned char)bytes[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            *to++ = k <= have ? alphabet[group >> (18 - 6 * k) & 63] : '=';
    }
}

static int value_of(char byte)
{
    const char *at = byte ? strchr(alphabet, byte) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

ptrdiff_t sst_base64_decode(const char *text, size_t len, char *to)
{
    size_t out = 0;
    if (len % 4 != 0)
        return -1;
    for (size_t i = 0; i < len; i += 4) {
        bool is_end = i + 4 == len;
        size_t have = is_end && text[i + 3] == '=' ? (text[i + 2] == '=' ? 1 : 2) : 3;
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            int value = k <= have ? value_of(text[i + k]) : 0;
            if (value < 0)
                return -1;
            group = group << 6 | (uint32_t)value;
        }
        for (size_t k = 0; k < have; k++)
            to[out++] = (char)(group >> (16 - 8 * k) & 255);
    }
    return (ptrdiff_t)out;
}
