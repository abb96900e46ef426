/*
 * Enhanced mail system status codes (RFC 3463): reading, writing, and IANA's registry, whose rows
 * are SST_ENHANCED_LIST in enhanced.h. Texts are in text.c.
 */
#include <smtpstatus/enhanced.h>

#include "base/ascii.h"

typedef struct registered {
    uint16_t subject;
    uint16_t detail;
    const char *title;
    const char *reference;
    const char *basic_codes;
} registered;

static const registered registry[] = {
#define ROW(subject, detail, title, reference, basic_codes)                                        \
    {subject, detail, title, reference, basic_codes},
    SST_ENHANCED_LIST(ROW)
#undef ROW
};

#define REGISTRY_COUNT (sizeof registry / sizeof registry[0])

static const registered *find(sst_enhanced enhanced)
{
    for (size_t i = 0; i < REGISTRY_COUNT; i++) {
        if (registry[i].subject == enhanced.subject && registry[i].detail == enhanced.detail)
            return &registry[i];
    }
    return NULL;
}

size_t sst_enhanced_count(void)
{
    return REGISTRY_COUNT;
}

sst_enhanced sst_enhanced_at(size_t position)
{
    sst_enhanced enhanced = {0, 0, 0};
    if (position < REGISTRY_COUNT) {
        enhanced.subject = registry[position].subject;
        enhanced.detail = registry[position].detail;
    }
    return enhanced;
}

/* One to three digits; returns how many, 0 where there is none or a fourth. */
static size_t parse_part(const char *text, size_t len, uint16_t *part)
{
    size_t n = 0;
    unsigned number = 0;
    while (n < len && n < 4 && ascii_is_digit(text[n]))
        number = number * 10 + (unsigned)(text[n++] - '0');
    if (n == 0 || n > 3)
        return 0;
    *part = (uint16_t)number;
    return n;
}

size_t sst_enhanced_parse(const char *text, size_t len, sst_enhanced *enhanced)
{
    if (len < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.')
        return 0;
    sst_enhanced e = {(uint16_t)(text[0] - '0'), 0, 0};
    size_t at = 2;
    size_t n = parse_part(text + at, len - at, &e.subject);
    at += n;
    if (n == 0 || at == len || text[at] != '.')
        return 0;
    at++;
    n = parse_part(text + at, len - at, &e.detail);
    at += n;
    if (n == 0 || (at + 1 < len && text[at] == '.' && ascii_is_digit(text[at + 1])))
        return 0;
    *enhanced = e;
    return at;
}

/* Writes a number of at most five digits; returns how many. */
static size_t put_number(char *at, unsigned number)
{
    char digits[5];
    size_t n = 0;
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < n; i++)
        at[i] = digits[n - 1 - i];
    return n;
}

int sst_enhanced_to_string(sst_enhanced enhanced, char *buffer, size_t size)
{
    char text[SST_ENHANCED_STRING_MAX];
    size_t len = 0;
    if (enhanced.status_class != 0) {
        len = put_number(text, enhanced.status_class);
        text[len++] = '.';
        len += put_number(text + len, enhanced.subject);
        text[len++] = '.';
        len += put_number(text + len, enhanced.detail);
    }
    if (len >= size)
        return SST_E_NO_SPACE;
    memcpy(buffer, text, len);
    buffer[len] = '\0';
    return (int)len;
}

bool sst_enhanced_is_registered(sst_enhanced enhanced)
{
    return find(enhanced) != NULL;
}

const char *sst_enhanced_title(sst_enhanced enhanced)
{
    const registered *row = find(enhanced);
    return row ? row->title : NULL;
}

const char *sst_enhanced_reference(sst_enhanced enhanced)
{
    const registered *row = find(enhanced);
    return row ? row->reference : NULL;
}

const char *sst_enhanced_basic_codes(sst_enhanced enhanced)
{
    const registered *row = find(enhanced);
    return row ? row->basic_codes : NULL;
}
