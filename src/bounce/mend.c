/*
 * Mending what was done to a message on its way: line ends, doubled lines, UTF-16, an encoding that
 * nobody declares any more, marks of quoted text. None of it is allowed by an RFC; all of it is
 * found in mailboxes.
 */
#include "bounce/mend.h"

#include <smtpstatus/bounce.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mime/line.h"

/* --- line ends, UTF-16 ---------------------------------------------------------------------- */

/* Which byte of two is the low one in UTF-16: 0 or 1; -1 where the text is no UTF-16 that begins as
 * a message does, with ASCII. *bom: how many bytes its mark has. */
static int low_byte_of_utf16(const unsigned char *p, size_t len, size_t *bom)
{
    *bom = 0;
    if (len < 4)
        return -1;
    if ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF)) {
        *bom = 2;
        return p[0] == 0xFF ? 0 : 1;
    }
    if (p[0] && !p[1] && p[2] && !p[3])
        return 0;
    return !p[0] && p[1] && !p[2] && p[3] ? 1 : -1;
}

/* Writes UTF-16 as UTF-8. Surrogates become U+FFFD: no report has a word beyond the first plane. */
static size_t copy_utf16(const unsigned char *p, size_t len, size_t low, char *out, size_t room)
{
    size_t written = 0;
    for (size_t i = 0; i + 1 < len && written + 3 <= room; i += 2) {
        uint32_t point = (uint32_t)p[i + low] | (uint32_t)p[i + 1 - low] << 8;
        if (point >= 0xD800 && point <= 0xDFFF)
            point = UTF8_REPLACEMENT;
        written += utf8_encode(point, out + written);
    }
    return written;
}

/* Copies with every CR LF, and every other CR, made an LF. In and out may be the same. */
static size_t copy_lines(const char *p, size_t len, char *out)
{
    const char *start = out;
    const char *end = p + len;
    while (p < end) {
        const char *cr = memchr(p, '\r', (size_t)(end - p));
        size_t n = (size_t)((cr ? cr : end) - p);
        memmove(out, p, n);
        out += n;
        p += n;
        if (!cr)
            break;
        p += p + 1 < end && p[1] == '\n' ? 2 : 1;
        *out++ = '\n';
    }
    return (size_t)(out - start);
}

/* --- doubled lines -------------------------------------------------------------------------- */

/* How many lines, each with an empty one behind it, show that a gateway has doubled all. */
#define LINES_TO_SEE_DOUBLE 6

/* In a header of that many fields, no line is empty otherwise. */
static bool is_doubled(sst_span text)
{
    sst_span line;
    for (int i = 0; i < LINES_TO_SEE_DOUBLE; i++) {
        if (!mime_next_line(&text, &line) || line.len == 0 || !mime_next_line(&text, &line) ||
            line.len != 0)
            return false;
    }
    return true;
}

/* Takes every second LF of those in a row away, in place. */
static size_t halve_lines(char *text, size_t len)
{
    size_t out = 0;
    for (size_t i = 0; i < len; i++) {
        text[out++] = text[i];
        if (text[i] == '\n' && i + 1 < len && text[i + 1] == '\n')
            i++;
    }
    return out;
}

/* --- the whole ------------------------------------------------------------------------------ */

static sst_span without_from_line(sst_span copy)
{
    static const char mark[] = "From ";
    if (copy.len < sizeof mark - 1 || memcmp(copy.ptr, mark, sizeof mark - 1) != 0)
        return copy;
    sst_span line;
    mime_next_line(&copy, &line);
    return copy;
}

sst_span sst_bounce_copy(const char *message, size_t len, char *room)
{
    static const char utf8_bom[] = "\xEF\xBB\xBF";
    size_t bom;
    int low = low_byte_of_utf16((const unsigned char *)message, len, &bom);
    sst_span copy = {room, 0};
    if (len > 3 && memcmp(message, utf8_bom, 3) == 0) {
        message += 3;
        len -= 3;
    }
    if (len > SST_MAX_BOUNCE_MESSAGE)
        len = SST_MAX_BOUNCE_MESSAGE;
    if (low >= 0) {
        copy.len = copy_utf16((const unsigned char *)message + bom, len - bom, (size_t)low, room,
                              SST_MAX_BOUNCE_MESSAGE);
        copy.len = copy_lines(room, copy.len, room);
    } else {
        copy.len = copy_lines(message, len, room);
    }
    size_t empty = 0;
    while (empty < copy.len && room[empty] == '\n')
        empty++;
    copy.ptr = room + empty;
    copy.len -= empty;
    if (is_doubled(copy))
        copy.len = halve_lines(room + empty, copy.len);
    return without_from_line(copy);
}

/* --- parts ---------------------------------------------------------------------------------- */

/* Base64 in lines: each but the last is as long as the first, and as no words are. */
#define LEAST_BASE64_LINE 56

static bool is_base64_line(sst_span line)
{
    size_t padding = 0;
    while (line.len > 0 && padding < 2 && line.ptr[line.len - 1] == '=') {
        line.len--;
        padding++;
    }
    for (size_t i = 0; i < line.len; i++) {
        if (!ascii_is_alnum(line.ptr[i]) && line.ptr[i] != '+' && line.ptr[i] != '/')
            return false;
    }
    return (line.len + padding) % 4 == 0;
}

/* How many lines are looked at. */
#define LINES_TO_SEE_BASE64 4

mime_encoding sst_bounce_encoding(const mime_part *part)
{
    sst_span text = part->body;
    sst_span line;
    int lines = 0;
    if (part->encoding != MIME_ENCODING_IDENTITY)
        return part->encoding;
    for (; lines < LINES_TO_SEE_BASE64 && mime_next_line(&text, &line) && line.len > 0; lines++) {
        if ((lines == 0 && line.len < LEAST_BASE64_LINE) || !is_base64_line(line))
            return MIME_ENCODING_IDENTITY;
    }
    return lines > 0 ? MIME_ENCODING_BASE64 : MIME_ENCODING_IDENTITY;
}

/* How many bytes at the start of a line mark it as quoted. */
static size_t quote_length(const char *line, const char *end)
{
    const char *p = line;
    while (p < end && p - line < 8 && (*p == '>' || (*p == ' ' && p > line && p[-1] == '>')))
        p++;
    bool transcript = end - line >= 3 && memcmp(line, ">>>", 3) == 0;
    return transcript ? 0 : (size_t)(p - line);
}

static bool is_mostly_quoted(sst_span text)
{
    size_t quoted = 0;
    size_t others = 0;
    sst_span line;
    while (mime_next_line(&text, &line)) {
        if (quote_length(line.ptr, line.ptr + line.len) > 0)
            quoted++;
        else if (line.len > 0)
            others++;
    }
    return quoted > others;
}

/* Whether any line begins with the mark. */
static bool has_mark(sst_span text)
{
    const char *end = text.ptr + text.len;
    const char *p = memchr(text.ptr, '>', text.len);
    while (p && p > text.ptr && p[-1] != '\n')
        p = memchr(p + 1, '>', (size_t)(end - p - 1));
    return p != NULL;
}

size_t sst_bounce_unquote(char *text, size_t len)
{
    sst_span whole = {text, len};
    if (!has_mark(whole) || !is_mostly_quoted(whole))
        return len;
    size_t out = 0;
    size_t i = 0;
    while (i < len) {
        const char *lf = memchr(text + i, '\n', len - i);
        size_t end = lf ? (size_t)(lf - text) + 1 : len;
        i += quote_length(text + i, text + end);
        memmove(text + out, text + i, end - i);
        out += end - i;
        i = end;
    }
    return out;
}
