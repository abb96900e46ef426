/*
 * The buffer before a sink, and the three ways in which text from outside is written through it:
 * as a JSON string (RFC 8259), as a cell of CSV (RFC 4180) and for a terminal.
 */
#include "record/writer.h"

#include <string.h>

#include "base/scan.h"
#include "base/utf8.h"

#include <smtpstatus/record.h>

void sst_writer_init(writer *out, const sst_sink *sink)
{
    /* Not the buffer: clearing it would cost more than most records. */
    out->sink = sink;
    out->error = SST_OK;
    out->used = 0;
}

static void flush(writer *out)
{
    if (out->error == SST_OK && out->used > 0 &&
        out->sink->write(out->sink->context, out->buffer, out->used) != 0)
        out->error = SST_E_SINK;
    out->used = 0;
}

void sst_writer_put_long(writer *out, const char *data, size_t len)
{
    while (len > WRITER_SIZE - out->used) {
        size_t part = WRITER_SIZE - out->used;
        memcpy(out->buffer + out->used, data, part);
        out->used = WRITER_SIZE;
        flush(out);
        data += part;
        len -= part;
    }
    if (len > 0) {
        memcpy(out->buffer + out->used, data, len);
        out->used += len;
    }
}

void sst_writer_text(writer *out, const char *text)
{
    sst_writer_put(out, text, strlen(text));
}

void sst_writer_number(writer *out, uint64_t number)
{
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    sst_writer_put(out, digits + start, sizeof digits - start);
}

int sst_writer_finish(writer *out)
{
    flush(out);
    return out->error;
}

/* --- what a byte needs ---------------------------------------------------------------------- */

/* A way of writing text: which ASCII characters cannot stand as they are, and what replaces them.
 */
typedef struct style {
    uint32_t special[4]; /* one bit for each */
    void (*escape)(writer *out, unsigned char byte);
    /* A character of more than one byte, or a byte (len 0) that belongs to none. */
    void (*high)(writer *out, const char *text, size_t len, uint32_t point);
} style;

#define BIT(c) (UINT32_C(1) << ((c) % 32))
#define ALL    UINT32_C(0xFFFFFFFF)

static bool is_plain(const style *how, unsigned char byte)
{
    return byte < 0x80 && (how->special[byte / 32] >> (byte % 32) & 1) == 0;
}

/* Writes a text, runs that need nothing in one piece. */
static void put_styled(writer *out, sst_span text, const style *how)
{
    size_t run = 0;
    size_t at = scan_printable(text.ptr, text.len);
    while (at < text.len) {
        unsigned char byte = (unsigned char)text.ptr[at];
        if (is_plain(how, byte)) {
            at++;
            continue;
        }
        sst_writer_put(out, text.ptr + run, at - run);
        uint32_t point = byte;
        size_t len = utf8_decode(text.ptr + at, text.len - at, &point);
        if (byte < 0x80)
            how->escape(out, byte);
        else
            how->high(out, text.ptr + at, len, point);
        at += len > 0 ? len : 1;
        run = at;
        at += scan_printable(text.ptr + at, text.len - at);
    }
    if (at > run)
        sst_writer_put(out, text.ptr + run, at - run);
}

/* C1, the marks that turn the direction of writing, and the separators that break a line. */
static bool is_hostile(uint32_t c)
{
    return (c >= 0x80 && c <= 0x9F) || c == 0x61C || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* --- JSON ----------------------------------------------------------------------------------- */

static const char hex[] = "0123456789abcdef";

static void put_unit(writer *out, uint32_t unit)
{
    char text[6] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    sst_writer_put(out, text, sizeof text);
}

static void escape_json(writer *out, unsigned char byte)
{
    static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof named; i += 2) {
        if ((unsigned char)named[i] == byte) {
            char pair[2] = {'\\', named[i + 1]};
            sst_writer_put(out, pair, 2);
            return;
        }
    }
    put_unit(out, byte);
}

static void put_replacement(writer *out)
{
    char bytes[4];
    sst_writer_put(out, bytes, utf8_encode(UTF8_REPLACEMENT, bytes));
}

static void put_or_replace(writer *out, const char *text, size_t len, uint32_t point)
{
    (void)point;
    if (len > 0)
        sst_writer_put(out, text, len);
    else
        put_replacement(out);
}

/* C1 controls and the separators of Unicode end a line for many programs that read line by line;
 * what may disturb a terminal is escaped too, as JSON is often looked at there. */
static void put_json_high(writer *out, const char *text, size_t len, uint32_t point)
{
    if (len > 0 && is_hostile(point))
        put_unit(out, point);
    else
        put_or_replace(out, text, len, point);
}

void sst_writer_json(writer *out, sst_span text)
{
    static const style json = {{ALL, BIT('"'), BIT('\\'), BIT(0x7F)}, escape_json, put_json_high};
    sst_writer_char(out, '"');
    put_styled(out, text, &json);
    sst_writer_char(out, '"');
}

/* --- CSV ------------------------------------------------------------------------------------ */

/* CSV has no way to quote what may disturb a terminal; a NUL ends the file for many readers. Blanks
 * and the ends of lines are kept. */
#define CSV_CONTROLS (ALL & ~BIT('\t') & ~BIT('\n') & ~BIT('\r'))

static void put_csv_high(writer *out, const char *text, size_t len, uint32_t point)
{
    put_or_replace(out, text, is_hostile(point) ? 0 : len, point);
}

static void escape_csv(writer *out, unsigned char byte)
{
    if (byte == '"')
        sst_writer_put(out, "\"\"", 2);
    else
        put_replacement(out);
}

static bool needs_quotes(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ',' || c == '"' || c == '\r' || c == '\n')
            return true;
    }
    return false;
}

/* What a spreadsheet takes for the beginning of a formula; it skips a leading tab or CR. */
static bool is_formula(sst_span text)
{
    return text.len > 0 && text.ptr[0] != '\0' && memchr("=+-@\t\r", text.ptr[0], 6) != NULL;
}

void sst_writer_csv(writer *out, sst_span text, bool guard)
{
    static const style csv = {{CSV_CONTROLS, BIT('"'), 0, BIT(0x7F)}, escape_csv, put_csv_high};
    bool quotes = needs_quotes(text);
    if (quotes)
        sst_writer_char(out, '"');
    if (guard && is_formula(text))
        sst_writer_char(out, '\'');
    put_styled(out, text, &csv);
    if (quotes)
        sst_writer_char(out, '"');
}

static bool is_replaced_in_csv(uint32_t point)
{
    return point < 0x20 ? (CSV_CONTROLS >> point & 1) != 0 : point == 0x7F || is_hostile(point);
}

size_t sst_writer_offset(sst_span text, size_t offset, bool csv)
{
    const size_t replaced = 3; /* the length of U+FFFD */
    size_t at = scan_printable(text.ptr, offset < text.len ? offset : text.len);
    size_t written = at;
    while (at < offset && at < text.len) {
        unsigned char byte = (unsigned char)text.ptr[at];
        uint32_t point = byte;
        size_t len = byte < 0x80 ? 1 : utf8_decode(text.ptr + at, text.len - at, &point);
        bool kept = len > 0 && !(csv && is_replaced_in_csv(point));
        written += kept ? len : replaced;
        at += len > 0 ? len : 1;
    }
    return written;
}

/* --- for a terminal ------------------------------------------------------------------------- */

static void escape_safe(writer *out, unsigned char byte)
{
    char unit[4] = {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
    sst_writer_put(out, unit, 4);
}

static void high_safe(writer *out, const char *text, size_t len, uint32_t point)
{
    if (len == 0) {
        escape_safe(out, (unsigned char)text[0]);
        return;
    }
    if (!is_hostile(point)) {
        sst_writer_put(out, text, len);
        return;
    }
    sst_writer_text(out, "\\u{");
    for (int shift = point > 0xFFF ? 12 : point > 0xFF ? 8 : 4; shift >= 0; shift -= 4)
        sst_writer_char(out, hex[point >> shift & 15]);
    sst_writer_char(out, '}');
}

/* --- public --------------------------------------------------------------------------------- */

int sst_write_json_string(sst_span text, const sst_sink *sink)
{
    writer out;
    sst_writer_init(&out, sink);
    sst_writer_json(&out, text);
    return sst_writer_finish(&out);
}

int sst_write_csv_cell(sst_span text, bool guard, const sst_sink *sink)
{
    writer out;
    sst_writer_init(&out, sink);
    sst_writer_csv(&out, text, guard);
    return sst_writer_finish(&out);
}

int sst_write_safe_text(sst_span text, const sst_sink *sink)
{
    static const style safe = {{ALL, 0, 0, BIT(0x7F)}, escape_safe, high_safe};
    writer out;
    sst_writer_init(&out, sink);
    put_styled(&out, text, &safe);
    return sst_writer_finish(&out);
}
