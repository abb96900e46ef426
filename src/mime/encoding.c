/* Quoted-printable and base64 (RFC 2045 6.7, 6.8), read tolerantly. */
#include "mime/encoding.h"

#include "mime/line.h"

mime_encoding sst_mime_encoding_parse(sst_span value)
{
    static const struct {
        const char *name;
        mime_encoding encoding;
    } names[] = {
        {"quoted-printable", MIME_ENCODING_QUOTED_PRINTABLE},
        {"base64", MIME_ENCODING_BASE64},
    };
    value = mime_trim(value);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = strlen(names[i].name);
        if (value.len >= len && ascii_equal_fold(value.ptr, names[i].name, len) &&
            (value.len == len || !ascii_is_alnum(value.ptr[len])))
            return names[i].encoding;
    }
    return MIME_ENCODING_IDENTITY;
}

int sst_mime_hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One line of quoted-printable; returns whether its end is a soft one, which joins the next. */
static bool decode_quoted_line(sst_span line, mime_buffer *out)
{
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
        line.len--;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != '=') {
            mime_put_byte(out, line.ptr[i]);
            continue;
        }
        if (i + 1 == line.len)
            return true;
        int high = sst_mime_hex_digit(line.ptr[i + 1]);
        int low = i + 2 < line.len ? sst_mime_hex_digit(line.ptr[i + 2]) : -1;
        if (high < 0 || low < 0) {
            mime_put_byte(out, '=');
            continue;
        }
        mime_put_byte(out, (char)(high * 16 + low));
        i += 2;
    }
    return false;
}

static void decode_quoted_printable(sst_span text, mime_buffer *out)
{
    sst_span line;
    while (!out->cut && mime_next_line(&text, &line)) {
        bool ended = text.ptr[-1] == '\n';
        if (!decode_quoted_line(line, out) && ended)
            mime_put_byte(out, '\n');
    }
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

/* Whether a line is one of plain words rather than of base64: a blank inside, or a rule of "--". */
static bool is_plain_line(sst_span line)
{
    line = mime_trim(line);
    return memchr(line.ptr, ' ', line.len) != NULL ||
           (line.len >= 2 && line.ptr[0] == '-' && line.ptr[1] == '-');
}

static void decode_base64(sst_span text, mime_buffer *out)
{
    unsigned bits = 0;
    int count = 0;
    sst_span line;
    while (!out->cut && text.len > 0) {
        sst_span before = text;
        mime_next_line(&text, &line);
        if (is_plain_line(line)) {
            mime_put(out, before.ptr, before.len);
            return;
        }
        for (size_t i = 0; i < line.len; i++) {
            int digit = base64_digit(line.ptr[i]);
            if (line.ptr[i] == '=')
                count = 0; /* padding: what is left of the bits is none */
            if (digit < 0)
                continue;
            bits = (bits << 6 | (unsigned)digit) & 0xFFFFFF;
            count += 6;
            if (count >= 8) {
                count -= 8;
                mime_put_byte(out, (char)(bits >> count & 0xFF));
            }
        }
    }
}

void sst_mime_decode(sst_span text, mime_encoding encoding, mime_buffer *out)
{
    switch (encoding) {
    case MIME_ENCODING_QUOTED_PRINTABLE:
        decode_quoted_printable(text, out);
        break;
    case MIME_ENCODING_BASE64:
        decode_base64(text, out);
        break;
    case MIME_ENCODING_IDENTITY:
        mime_put(out, text.ptr, text.len);
        break;
    }
}
