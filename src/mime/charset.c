/* Charsets to UTF-8; what is built in, and the way to a converter for the rest. */
#include "mime/charset.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* windows-1252, 0x80 to 0x9F; 0 where it has no character. */
static const uint16_t cp1252_high[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static uint32_t from_cp1252(unsigned char byte)
{
    if (byte >= 0x80 && byte < 0xA0)
        return cp1252_high[byte - 0x80] ? cp1252_high[byte - 0x80] : UTF8_REPLACEMENT;
    return byte;
}

/* ISO-8859-15 differs from ISO-8859-1 in eight places. */
static uint32_t from_latin9(unsigned char byte)
{
    static const struct {
        unsigned char byte;
        uint16_t point;
    } other[] = {{0xA4, 0x20AC}, {0xA6, 0x0160}, {0xA8, 0x0161}, {0xB4, 0x017D},
                 {0xB8, 0x017E}, {0xBC, 0x0152}, {0xBD, 0x0153}, {0xBE, 0x0178}};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (other[i].byte == byte)
            return other[i].point;
    }
    return byte;
}

static uint32_t from_unknown(unsigned char byte)
{
    return byte < 0x80 ? byte : UTF8_REPLACEMENT;
}

/* NULL stands for UTF-8. ISO-8859-1 is read as windows-1252, as all mail programs do. */
static const struct {
    const char *name;
    uint32_t (*point)(unsigned char byte);
} charsets[] = {
    {"utf-8", NULL},
    {"utf8", NULL},
    {"unicode-1-1-utf-8", NULL},
    {"us-ascii", NULL}, /* mislabelled UTF-8 more often than anything else */
    {"ascii", NULL},
    {"iso-8859-1", from_cp1252},
    {"latin1", from_cp1252},
    {"windows-1252", from_cp1252},
    {"cp1252", from_cp1252},
    {"iso-8859-15", from_latin9},
    {"latin-9", from_latin9},
};

static void put_point(mime_buffer *out, uint32_t point)
{
    char bytes[4];
    size_t n = utf8_encode(point, bytes);
    if (out->size - out->len < n)
        out->cut = true;
    else
        mime_put(out, bytes, n);
}

/* How many bytes at the start of text are ASCII. */
static size_t ascii_run(const char *text, size_t len)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t n = 0;
    uint64_t eight;
    uint64_t many[4];
    for (; len - n >= sizeof many; n += sizeof many) {
        memcpy(many, text + n, sizeof many);
        if ((many[0] | many[1] | many[2] | many[3]) & high)
            break;
    }
    for (; n + sizeof eight <= len; n += sizeof eight) {
        memcpy(&eight, text + n, sizeof eight);
        if (eight & high)
            break;
    }
    while (n < len && (unsigned char)text[n] < 0x80)
        n++;
    return n;
}

static bool convert_bytes(sst_span text, uint32_t (*point_of)(unsigned char), mime_buffer *out)
{
    bool understood = true;
    for (size_t i = 0; i < text.len && !out->cut; i++) {
        size_t run = ascii_run(text.ptr + i, text.len - i);
        mime_put(out, text.ptr + i, run);
        i += run;
        if (i == text.len)
            break;
        uint32_t point = point_of((unsigned char)text.ptr[i]);
        understood &= point != UTF8_REPLACEMENT;
        put_point(out, point);
    }
    return understood;
}

/* UTF-8 through; bytes that are none become U+FFFD, or windows-1252's where guess is set. */
static bool convert_utf8(sst_span text, bool guess, mime_buffer *out)
{
    bool understood = true;
    size_t i = 0;
    while (i < text.len && !out->cut) {
        uint32_t point;
        size_t run = ascii_run(text.ptr + i, text.len - i);
        mime_put(out, text.ptr + i, run);
        i += run;
        if (i == text.len)
            break;
        size_t n = utf8_decode(text.ptr + i, text.len - i, &point);
        if (n == 0) {
            point = guess ? from_cp1252((unsigned char)text.ptr[i]) : UTF8_REPLACEMENT;
            understood = false;
            n = 1;
        }
        put_point(out, point);
        i += n;
    }
    return understood;
}

bool sst_mime_to_utf8(sst_span text, sst_span charset, const mime_converter *converter,
                      mime_buffer *out)
{
    if (charset.len == 0)
        return convert_utf8(text, true, out);
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++) {
        if (span_is(charset, charsets[i].name, true))
            return charsets[i].point ? convert_bytes(text, charsets[i].point, out)
                                     : convert_utf8(text, i > 2, out);
    }
    if (converter && converter->convert) {
        ptrdiff_t n = converter->convert(converter->context, charset.ptr, charset.len, text.ptr,
                                         text.len, out->ptr + out->len, out->size - out->len);
        if (n >= 0) {
            out->len += (size_t)n;
            return true;
        }
    }
    return convert_bytes(text, from_unknown, out);
}
