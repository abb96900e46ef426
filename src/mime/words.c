/* Encoded words (RFC 2047) and parameters (RFC 2045 5.1, RFC 2231), read tolerantly. */
#include "mime/words.h"

#include "base/scan.h"
#include "mime/encoding.h"
#include "mime/field.h"
#include "mime/line.h"

/* RFC 2047 allows 75 bytes; some systems write far longer ones. */
#define MAX_ENCODED_WORD 4096

typedef struct encoded_word {
    sst_span charset;
    char encoding; /* 'b' or 'q' */
    sst_span text;
    size_t len; /* of the whole, "=?" to "?=" */
} encoded_word;

/* Reads "=?charset?encoding?text?=" at the start of value. */
static bool find_word(sst_span value, encoded_word *word)
{
    if (value.len < 8 || value.ptr[0] != '=' || value.ptr[1] != '?')
        return false;
    size_t most = value.len < MAX_ENCODED_WORD ? value.len : MAX_ENCODED_WORD;
    const char *charset = value.ptr + 2;
    const char *mark = memchr(charset, '?', most - 2);
    if (!mark || (size_t)(mark + 3 - value.ptr) >= most || mark[2] != '?')
        return false;
    const char *text = mark + 3;
    const char *end = text;
    const char *limit = value.ptr + most;
    while (end + 1 < limit && !(end[0] == '?' && end[1] == '='))
        end++;
    char encoding = ascii_lower(mark[1]);
    if (end + 1 >= limit || (encoding != 'b' && encoding != 'q'))
        return false;
    word->charset = (sst_span){charset, (size_t)(mark - charset)};
    const char *language = memchr(charset, '*', word->charset.len); /* RFC 2231 5 */
    if (language)
        word->charset.len = (size_t)(language - charset);
    word->encoding = encoding;
    word->text = (sst_span){text, (size_t)(end - text)};
    word->len = (size_t)(end + 2 - value.ptr);
    return true;
}

/* RFC 2047 4.2: as quoted-printable, but "_" is a blank and lines do not count. */
static void decode_q(sst_span text, mime_buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        int high = c == '=' && i + 2 < text.len ? sst_mime_hex_digit(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? sst_mime_hex_digit(text.ptr[i + 2]) : -1;
        if (low >= 0) {
            mime_put_byte(out, (char)(high * 16 + low));
            i += 2;
        } else {
            mime_put_byte(out, c == '_' ? ' ' : c);
        }
    }
}

/*
 * Decodes a run of encoded words in one charset together, since some systems cut a character in
 * two between words. Returns how much of value it took.
 */
static size_t decode_run(sst_span value, const mime_converter *converter, mime_buffer *out)
{
    char bytes[MAX_ENCODED_WORD];
    mime_buffer raw = {bytes, 0, sizeof bytes, false};
    encoded_word word;
    encoded_word first;
    size_t taken = 0;
    size_t gap = 0;
    while (find_word((sst_span){value.ptr + taken + gap, value.len - taken - gap}, &word)) {
        if (taken == 0)
            first = word;
        else if (word.charset.len != first.charset.len ||
                 !ascii_equal_fold(word.charset.ptr, first.charset.ptr, word.charset.len) ||
                 word.text.len > raw.size - raw.len)
            break;
        if (word.encoding == 'q')
            decode_q(word.text, &raw);
        else
            sst_mime_decode(word.text, MIME_ENCODING_BASE64, &raw);
        taken += gap + word.len;
        gap = 0;
        while (taken + gap < value.len && ascii_is_space(value.ptr[taken + gap]))
            gap++;
    }
    if (taken > 0)
        sst_mime_to_utf8(mime_written(&raw), first.charset, converter, out);
    return taken;
}

void sst_mime_decode_words(sst_span value, const mime_converter *converter, mime_buffer *out)
{
    bool after_word = false;
    while (value.len > 0 && !out->cut) {
        size_t blanks = 0;
        while (blanks < value.len && ascii_is_space(value.ptr[blanks]))
            blanks++;
        sst_span rest = {value.ptr + blanks, value.len - blanks};
        encoded_word word;
        bool is_word = find_word(rest, &word);
        if (blanks > 0 && rest.len > 0 && !(after_word && is_word))
            mime_put_byte(out, ' ');
        size_t taken = is_word ? decode_run(rest, converter, out) : 0;
        after_word = taken > 0;
        if (taken == 0) {
            while (taken < rest.len && !ascii_is_space(rest.ptr[taken]) &&
                   (taken == 0 || rest.ptr[taken] != '='))
                taken++;
            sst_mime_to_utf8((sst_span){rest.ptr, taken}, (sst_span){NULL, 0}, converter, out);
        }
        value = (sst_span){rest.ptr + taken, rest.len - taken};
    }
}

sst_span sst_mime_value_token(sst_span value)
{
    size_t len = 0;
    while (len < value.len && value.ptr[len] != ';' && !ascii_is_space(value.ptr[len]))
        len++;
    return (sst_span){value.ptr, len};
}

/* One "name=value" behind a semicolon. */
typedef struct parameter {
    sst_span name;
    sst_span value; /* with its quotes */
} parameter;

/* The length of a parameter's value, quoted or not, at the start of text. */
static size_t value_length(sst_span text)
{
    size_t i = 0;
    if (text.len > 0 && text.ptr[0] == '"') {
        for (i = 1;; i++) {
            i += scan_first_of(text.ptr + i, text.len - i, '"', '\\', '"');
            if (i >= text.len || text.ptr[i] == '"')
                break;
            i += i + 1 < text.len;
        }
        return i < text.len ? i + 1 : text.len;
    }
    while (i < text.len && text.ptr[i] != ';' && !ascii_is_space(text.ptr[i]))
        i++;
    return i;
}

static bool next_parameter(sst_span *rest, parameter *p)
{
    while (rest->len > 0) {
        *rest = mime_trim(*rest);
        size_t n = 0;
        while (n < rest->len && rest->ptr[n] != '=' && rest->ptr[n] != ';')
            n++;
        p->name = mime_trim((sst_span){rest->ptr, n});
        bool has_value = n < rest->len && rest->ptr[n] == '=';
        if (n < rest->len)
            n++;
        *rest = (sst_span){rest->ptr + n, rest->len - n};
        if (!has_value)
            continue;
        *rest = mime_trim(*rest);
        p->value = (sst_span){rest->ptr, value_length(*rest)};
        *rest = (sst_span){rest->ptr + p->value.len, rest->len - p->value.len};
        return true;
    }
    return false;
}

static void put_unquoted(sst_span value, mime_buffer *out)
{
    bool quoted = value.len > 0 && value.ptr[0] == '"';
    char quote = quoted ? '"' : '\n';
    char backslash = quoted ? '\\' : '\n';
    for (size_t i = quoted; i < value.len; i++) {
        size_t run = scan_first_of(value.ptr + i, value.len - i, '\n', quote, backslash);
        mime_put(out, value.ptr + i, run);
        i += run;
        if (i == value.len || (quoted && value.ptr[i] == '"'))
            break;
        if (value.ptr[i] == '\\' && i + 1 < value.len)
            i++;
        if (value.ptr[i] != '\n')
            mime_put_byte(out, value.ptr[i]);
    }
}

/* RFC 2231 4: charset'language'percent-encoded; the first piece alone has the prefix. */
static void put_extended(sst_span value, bool first, mime_buffer *out)
{
    size_t i = 0;
    for (int quotes = 0; first && quotes < 2 && i < value.len; i++)
        quotes += value.ptr[i] == '\'';
    for (; i < value.len; i++) {
        int high =
            value.ptr[i] == '%' && i + 2 < value.len ? sst_mime_hex_digit(value.ptr[i + 1]) : -1;
        int low = high >= 0 ? sst_mime_hex_digit(value.ptr[i + 2]) : -1;
        mime_put_byte(out, low >= 0 ? (char)(high * 16 + low) : value.ptr[i]);
        i += low >= 0 ? 2 : 0;
    }
}

bool sst_mime_parameter(sst_span value, const char *name, mime_buffer *out)
{
    size_t name_len = strlen(name);
    if (!value.ptr)
        return false;
    sst_span token = sst_mime_value_token(value);
    sst_span rest = {value.ptr + token.len, value.len - token.len};
    parameter p;
    bool found = false;
    while (next_parameter(&rest, &p)) {
        if (p.name.len < name_len || !ascii_equal_fold(p.name.ptr, name, name_len))
            continue;
        sst_span suffix = {p.name.ptr + name_len, p.name.len - name_len};
        if (suffix.len > 0 && suffix.ptr[0] != '*')
            continue;
        if (suffix.len > 0 && suffix.ptr[suffix.len - 1] == '*')
            put_extended(p.value, !found, out);
        else
            put_unquoted(p.value, out);
        found = true;
        if (suffix.len == 0)
            break;
    }
    return found;
}
