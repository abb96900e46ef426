/*
 * Fields of Exim's logs (its specification, chapter 53, "Log files"). A value is a word, or stands
 * in quotes ("subject" and "confirmation"), or in <> (addresses); a host is up to three words:
 * H=name (what it called itself) [192.0.2.1]:port.
 */
#include "log/exim_fields.h"

#include "log/words.h"

/* --- before the fields ----------------------------------------------------------------------- */

/* A pattern of digits (0), and of other bytes that stand for themselves. */
static bool has_form(sst_span text, const char *form)
{
    size_t len = strlen(form);
    if (text.len < len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (form[i] == '0' ? !ascii_is_digit(text.ptr[i]) : text.ptr[i] != form[i])
            return false;
    }
    return true;
}

static sst_span without_stamp(sst_span text)
{
    if (!has_form(text, "0000-00-00 00:00:00"))
        return text;
    size_t end = words_find_byte(words_from(text, 19), ' ') + 19;
    text = words_from(text, end < text.len ? end + 1 : end);
    if (has_form(text, "+0000 ") || has_form(text, "-0000 "))
        text = words_from(text, 6);
    return text;
}

/* "[1234] ", and "[1/2] " before the parts of a line that was too long for syslog. */
static sst_span without_number(sst_span text)
{
    size_t end = 1;
    if (text.len == 0 || text.ptr[0] != '[')
        return text;
    while (end < text.len &&
           (ascii_is_digit(text.ptr[end]) || text.ptr[end] == '/' || text.ptr[end] == '\\'))
        end++;
    bool whole = end > 1 && words_begin(words_from(text, end), "] ");
    return whole ? words_from(text, end + 2) : text;
}

sst_span sst_exim_without_prefix(sst_span text)
{
    return without_number(without_stamp(without_number(text)));
}

static bool is_alnum(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_alnum(text.ptr[i]))
            return false;
    }
    return true;
}

/* Six bytes of time, some of a process, and two or four of a fraction of a second, in base 62. The
 * first byte has been a digit since 2000 and will be one beyond 2100. */
static size_t id_length(sst_span text, size_t middle, size_t last)
{
    size_t len = 6 + 1 + middle + 1 + last;
    if (text.len < len || !ascii_is_digit(text.ptr[0]) || text.ptr[6] != '-' ||
        text.ptr[7 + middle] != '-' || (text.len > len && text.ptr[len] != ' '))
        return 0;
    bool is_id = is_alnum(words_between(text, 0, 6)) &&
                 is_alnum(words_between(text, 7, 7 + middle)) &&
                 is_alnum(words_between(text, 8 + middle, len));
    return is_id ? len : 0;
}

sst_span sst_exim_take_id(sst_span *text)
{
    sst_span none = {NULL, 0};
    size_t len = id_length(*text, 6, 2);
    if (len == 0)
        len = id_length(*text, 11, 4);
    return len > 0 ? words_first(text) : none;
}

/* --- fields ---------------------------------------------------------------------------------- */

static const char *const keys[EXIM_KEY_COUNT] = {
    [EXIM_KEY_F] = "F=",   [EXIM_KEY_R] = "R=",   [EXIM_KEY_T] = "T=", [EXIM_KEY_U] = "U=",
    [EXIM_KEY_P] = "P=",   [EXIM_KEY_S] = "S=",   [EXIM_KEY_C] = "C=", [EXIM_KEY_A] = "A=",
    [EXIM_KEY_ID] = "id=", [EXIM_KEY_QT] = "QT=",
};

/* Where a value ends that begins at a position, with its closing mark. */
static size_t value_end(sst_span text, size_t at)
{
    char first = at < text.len ? text.ptr[at] : ' ';
    char close = first == '<' ? '>' : first;
    if (first == '"' || first == '<') {
        size_t end = at + 1;
        while (end < text.len && text.ptr[end] != close)
            end += first == '"' && text.ptr[end] == '\\' ? 2 : 1;
        at = end < text.len ? end + 1 : text.len;
    }
    return at + words_find_byte(words_from(text, at), ' ');
}

/* "value" and <value> are what is between the marks. */
static sst_span bare(sst_span value)
{
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
        return words_between(value, 1, value.len - 1);
    return words_unbracket(value);
}

/* Of a word that stands by itself: the address of the host, or what the host called itself. */
static void note_host_part(exim_fields *fields, sst_span word, bool *in_host)
{
    size_t close = words_find_byte(word, ']');
    if (word.ptr[0] == '[' && close < word.len && *in_host) {
        fields->host.address = words_between(word, 1, close);
        *in_host = false;
    }
}

static void note(exim_fields *fields, sst_span token, bool *in_host)
{
    if (token.ptr[0] == '[' || token.ptr[0] == '(') {
        note_host_part(fields, token, in_host);
        return;
    }
    *in_host = false;
    if (words_take(&token, "H=")) {
        *in_host = true;
        if (token.len > 0 && memchr("[(", token.ptr[0], 2))
            note_host_part(fields, token, in_host);
        else if (token.len > 0)
            fields->host.name = token;
        return;
    }
    for (size_t i = 0; i < EXIM_KEY_COUNT; i++) {
        if (words_begin(token, keys[i])) {
            if (!fields->of[i].ptr)
                fields->of[i] = bare(words_from(token, strlen(keys[i])));
            return;
        }
    }
}

/* Where a token ends: a field, "(name)", or a word. */
static size_t token_end(sst_span text, size_t at)
{
    size_t end = at;
    while (end < text.len && ascii_is_alnum(text.ptr[end]))
        end++;
    if (end < text.len && text.ptr[end] == '=')
        return value_end(text, end + 1);
    return end + words_find_byte(words_from(text, end), ' ');
}

static bool ends_fields(sst_span token)
{
    char first = token.ptr[0];
    return first >= 'a' && first <= 'z' && words_find_byte(token, '=') == token.len &&
           !span_is(token, "defer", false) && !span_is(token, "routing", false);
}

void sst_exim_read_fields(sst_span text, bool colon, exim_fields *fields)
{
    bool in_host = false;
    memset(fields, 0, sizeof *fields);
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ') {
            at++;
            continue;
        }
        size_t end = token_end(text, at);
        sst_span token = words_between(text, at, end);
        bool last = colon && text.ptr[end - 1] == ':';
        if (last)
            token.len--;
        if (token.len > 0 && !last && ends_fields(token)) {
            fields->words = words_trim(words_from(text, at));
            return;
        }
        if (token.len > 0)
            note(fields, token, &in_host);
        at = end;
        if (last) {
            fields->words = words_trim(words_from(text, end));
            return;
        }
    }
}

/* --- values ---------------------------------------------------------------------------------- */

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* The byte that an escape stands for; *used is its length, 1 where it is none. */
static char escaped(sst_span text, size_t *used)
{
    static const char letters[] = "ntr\"";
    static const char bytes[] = "\n\t\r\"";
    *used = 1;
    if (text.len < 2)
        return text.ptr[0];
    const char *letter = memchr(letters, text.ptr[1], sizeof letters - 1);
    if (letter) {
        *used = 2;
        return bytes[letter - letters];
    }
    if (text.len < 4 || !is_octal(text.ptr[1]) || text.ptr[1] > '3' || !is_octal(text.ptr[2]) ||
        !is_octal(text.ptr[3]))
        return text.ptr[0];
    *used = 4;
    return (char)((text.ptr[1] - '0') * 64 + (text.ptr[2] - '0') * 8 + (text.ptr[3] - '0'));
}

sst_span sst_exim_unescape(sst_log_reader *reader, sst_span text)
{
    if (words_find_byte(text, '\\') == text.len)
        return text;
    char *out = sst_log_scratch(reader, text.len);
    if (!out)
        return text;
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        size_t used = 1;
        out[len++] = text.ptr[at] == '\\' ? escaped(words_from(text, at), &used) : text.ptr[at];
        at += used;
    }
    sst_span plain = {out, len};
    return plain;
}

static uint64_t unit_ms(char unit)
{
    switch (unit) {
    case 'w':
        return 7 * UINT64_C(86400000);
    case 'd':
        return UINT64_C(86400000);
    case 'h':
        return 3600000;
    case 'm':
        return 60000;
    case 's':
        return 1000;
    default:
        return 0;
    }
}

/* "123s" behind the dot: up to three digits, and the unit, which is always seconds. */
static bool take_fraction(sst_span text, uint64_t *ms)
{
    static const unsigned scale[] = {0, 100, 10, 1};
    size_t digits = text.len > 0 ? text.len - 1 : 0;
    if (digits == 0 || digits > 3 || text.ptr[digits] != 's')
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
    }
    *ms += words_value(text) * scale[digits];
    return true;
}

bool sst_exim_time(sst_span text, uint64_t *ms)
{
    uint64_t total = 0;
    if (text.len == 0 || text.len > 32)
        return false;
    while (text.len > 0) {
        size_t digits = 0;
        while (digits < text.len && ascii_is_digit(text.ptr[digits]))
            digits++;
        if (digits == 0 || digits > 9 || digits == text.len)
            return false;
        uint64_t number = words_value(text);
        text = words_from(text, digits);
        if (text.ptr[0] == '.') {
            *ms = total + number * 1000;
            return take_fraction(words_from(text, 1), ms);
        }
        if (unit_ms(text.ptr[0]) == 0)
            return false;
        total += number * unit_ms(text.ptr[0]);
        text = words_from(text, 1);
    }
    *ms = total;
    return true;
}
