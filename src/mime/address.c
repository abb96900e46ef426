/* Finding addresses in text (RFC 5321 4.1.2, RFC 6531 3.3), as tolerantly as reports need it. */
#include "mime/address.h"

#include "base/ascii.h"
#include "mime/line.h"

/* Bytes of a local part: RFC 5322 atext, the dot, and any byte of UTF-8; those of a domain,
 * letters, digits, "-._" and UTF-8, are all among them. */
enum { LOCAL = 1, DOMAIN = 2 };

/* clang-format off */
static const unsigned char address_bytes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* controls */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 3, 3, 1, /* from ' ' */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 1, 0, 1, /* from 0 */
    0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, /* from @ */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 1, 3, /* from P */
    1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, /* from ` */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 0, /* from p */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, /* UTF-8 */
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
};
/* clang-format on */

static bool is_local_byte(char c)
{
    return address_bytes[(unsigned char)c] & LOCAL;
}

static bool is_domain_byte(char c)
{
    return address_bytes[(unsigned char)c] & DOMAIN;
}

/* Whether a character of East Asian writing or wide punctuation begins with this byte (U+3000 to
 * U+DFFF, U+F000 on). Texts in it put no blanks about an address. */
static bool is_wide_lead(char c)
{
    return (unsigned char)c >= 0xE3 && (unsigned char)c <= 0xEF;
}

/* Behind the last wide character before an ASCII domain's address, whose local part then is taken
 * to be ASCII too; p where there is none, or nothing is left. */
static const char *behind_wide(const char *p, const char *at, const char *end)
{
    if (at + 1 == end || (unsigned char)at[1] >= 0x80)
        return p;
    for (const char *q = at; q > p; q--) {
        if ((unsigned char)q[-1] >= 0x80)
            return q < at && q - p >= 3 && is_wide_lead(q[-3]) ? q : p;
    }
    return p;
}

/* Where the local part that ends before at begins; at itself where there is none. */
static const char *local_start(const char *start, const char *at)
{
    const char *most = at - start > MIME_MAX_ADDRESS ? at - MIME_MAX_ADDRESS : start;
    const char *p = at;
    if (p > most && p[-1] == '"') { /* "quoted local part"@example.com */
        for (p -= 2; p >= most && *p != '\n'; p--) {
            if (*p == '"' && (p == most || p[-1] != '\\'))
                return p;
        }
        return at;
    }
    while (p > most && is_local_byte(p[-1]))
        p--;
    while (p < at && (*p == '\'' || *p == '`' || *p == '.')) /* quotes about the whole */
        p++;
    /* "mailto:", "RCPT TO:", "rfc822;" end at their punctuation; a "=" is from "to=" in logs. */
    const char *sign = memchr(p, '=', (size_t)(at - p));
    if (sign && sign - p <= 9 && (ascii_equal_fold(p, "to=", 3) || ascii_equal_fold(p, "for=", 4)))
        p = sign + 1;
    return p;
}

/* Where the domain that begins behind the "@" ends; the same place where there is none. */
static const char *domain_end(const char *p, const char *end)
{
    const char *start = p;
    unsigned char all = 0;
    if (p < end && *p == '[') {
        const char *close = memchr(p, ']', (size_t)(end - p));
        return close && close - p < 64 ? close + 1 : start;
    }
    while (p < end && p - start < MIME_MAX_ADDRESS && is_domain_byte(*p))
        all |= (unsigned char)*p++;
    while (p > start && (p[-1] == '.' || p[-1] == '-' || p[-1] == '_'))
        p--;
    if (all < 0x80)
        return p;
    /* A label is of one writing: behind ASCII, wide characters are the text that goes on. */
    for (const char *q = start; q + 2 < p; q++) {
        unsigned char c = (unsigned char)q[0];
        bool behind_ascii = q > start && ascii_is_alnum(q[-1]);
        if ((c == 0xE3 && (unsigned char)q[1] == 0x80) || c == 0xEF ||
            (behind_ascii && is_wide_lead(q[0])))
            return q;
    }
    return p;
}

sst_span sst_mime_find_address(sst_span text, const char **end)
{
    if (text.len == 0)
        return (sst_span){NULL, 0};
    const char *p = text.ptr;
    const char *limit = text.ptr + text.len;
    while (p < limit) {
        const char *at = memchr(p, '@', (size_t)(limit - p));
        if (!at)
            break;
        const char *start = behind_wide(local_start(p, at), at, limit);
        const char *stop = domain_end(at + 1, limit);
        if (start < at && stop > at + 1) {
            if (end)
                *end = stop;
            return (sst_span){start, (size_t)(stop - start)};
        }
        p = at + 1;
    }
    return (sst_span){NULL, 0};
}

sst_span sst_mime_typed_address(sst_span value)
{
    value = mime_trim(value);
    if (value.len == 0)
        return value;
    const char *type = memchr(value.ptr, ';', value.len);
    if (type && type - value.ptr < 20 && !memchr(value.ptr, '@', (size_t)(type - value.ptr)))
        value = mime_trim((sst_span){type + 1, (size_t)(value.ptr + value.len - type - 1)});
    const char *open = memchr(value.ptr, '<', value.len);
    const char *close = memchr(value.ptr, '>', value.len);
    if (open && close > open)
        value = mime_trim((sst_span){open + 1, (size_t)(close - open - 1)});
    sst_span address = sst_mime_find_address(value, NULL);
    if (address.ptr)
        return address;
    size_t len = 0;
    while (len < value.len && !ascii_is_space(value.ptr[len]))
        len++;
    return (sst_span){value.ptr, len};
}
