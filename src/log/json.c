/*
 * Reads one JSON object of a line (RFC 8259). Which paths may still be met is a set of bits for
 * each open object, so that each key is compared with few names, and objects that no path leads
 * into are stepped over whole. It does not check what it does not need: the grammar inside of such
 * values, and whether texts are UTF-8.
 */
#include "log/json.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"

typedef struct scan {
    const char *at;
    const char *end;
} scan;

static void skip_blanks(scan *in)
{
    while (in->at < in->end && ascii_is_space(*in->at))
        in->at++;
}

static bool take(scan *in, char byte)
{
    if (in->at >= in->end || *in->at != byte)
        return false;
    in->at++;
    return true;
}

/* A string from its opening quote on. Backslashes are counted back from each quote that may be the
 * closing one: an odd number escapes it. No backslash is counted for two quotes. */
static bool take_string(scan *in, sst_span *raw)
{
    if (!take(in, '"'))
        return false;
    const char *start = in->at;
    while (in->at < in->end) {
        const char *quote = memchr(in->at, '"', (size_t)(in->end - in->at));
        if (!quote)
            break;
        const char *first = quote;
        while (first > in->at && first[-1] == '\\')
            first--;
        in->at = quote + 1;
        if ((quote - first) % 2 == 0) {
            *raw = (sst_span){start, (size_t)(quote - start)};
            return true;
        }
    }
    in->at = in->end;
    return false;
}

/* From an opening bracket to the one that closes it. */
static bool take_container(scan *in, sst_span *raw)
{
    const char *start = in->at;
    size_t depth = 0;
    while (in->at < in->end) {
        char byte = *in->at;
        sst_span string;
        if (byte == '"') {
            if (!take_string(in, &string))
                return false;
            continue;
        }
        in->at++;
        if (byte == '{' || byte == '[')
            depth++;
        else if ((byte == '}' || byte == ']') && --depth == 0) {
            *raw = (sst_span){start, (size_t)(in->at - start)};
            return true;
        }
    }
    return false;
}

static bool ends_scalar(char byte)
{
    return ascii_is_space(byte) || memchr(",:\"{}[]", byte, 7) != NULL;
}

static bool take_scalar(scan *in, json_value *value)
{
    const char *start = in->at;
    while (in->at < in->end && !ends_scalar(*in->at))
        in->at++;
    if (in->at == start || in->at == in->end) /* a number that ends a line is one cut short */
        return false;
    bool number = *start == '-' || ascii_is_digit(*start);
    value->kind = number ? JSON_NUMBER : JSON_WORD;
    value->raw = (sst_span){start, (size_t)(in->at - start)};
    return number || ascii_is_alpha(*start);
}

static bool take_value(scan *in, json_value *value)
{
    char first = in->at < in->end ? *in->at : '\0';
    if (first == '"') {
        value->kind = JSON_STRING;
        return take_string(in, &value->raw);
    }
    if (first == '{' || first == '[') {
        value->kind = first == '{' ? JSON_OBJECT : JSON_ARRAY;
        return take_container(in, &value->raw);
    }
    return take_scalar(in, value);
}

typedef struct pick {
    scan in;
    const char *const *paths;
    size_t count;
    json_value *values;
    size_t depth;                  /* of open objects */
    uint32_t live[JSON_MAX_DEPTH]; /* the paths that lead into the object at a depth */
    bool fresh;                    /* nothing stands in the innermost object yet */
} pick;

/* The key of a path at a depth; absent where the path is shorter. *last: nothing follows it. */
static sst_span key_at(const char *path, size_t depth, bool *last)
{
    for (;; depth--) {
        const char *dot = strchr(path, '.');
        if (depth == 0 || !dot) {
            *last = !dot;
            size_t len = dot ? (size_t)(dot - path) : strlen(path);
            return (sst_span){depth == 0 ? path : NULL, len};
        }
        path = dot + 1;
    }
}

/* Which of the paths that lead into the innermost object go on with a key; *ending: those that end
 * with it. */
static uint32_t matching(const pick *p, sst_span key, uint32_t *ending)
{
    uint32_t found = 0;
    uint32_t live = p->live[p->depth - 1];
    *ending = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint32_t bit = (uint32_t)1 << i;
        if (!(live & bit))
            continue;
        bool last;
        sst_span name = key_at(p->paths[i], p->depth - 1, &last);
        if (!name.ptr || name.len != key.len || memcmp(name.ptr, key.ptr, key.len) != 0)
            continue;
        found |= bit;
        *ending |= last ? bit : 0;
    }
    return found;
}

static void keep(const pick *p, uint32_t ending, json_value value)
{
    for (size_t i = 0; i < p->count; i++) {
        if (ending >> i & 1 && p->values[i].kind == JSON_NONE)
            p->values[i] = value;
    }
}

/* One member of the innermost object, or its end, or the start of an object inside. */
static bool step(pick *p)
{
    scan *in = &p->in;
    skip_blanks(in);
    if (take(in, '}')) {
        p->depth--;
        p->fresh = false;
        return true;
    }
    if (!p->fresh && !take(in, ','))
        return false;
    p->fresh = false;
    skip_blanks(in);
    sst_span key;
    if (!take_string(in, &key))
        return false;
    skip_blanks(in);
    if (!take(in, ':'))
        return false;
    skip_blanks(in);
    uint32_t ending;
    uint32_t found = matching(p, key, &ending);
    if (found & ~ending && p->depth < JSON_MAX_DEPTH && take(in, '{')) {
        p->live[p->depth++] = found & ~ending;
        p->fresh = true;
        return true;
    }
    json_value value = {JSON_NONE, {NULL, 0}};
    if (!take_value(in, &value))
        return false;
    keep(p, ending, value);
    return true;
}

bool sst_json_pick(sst_span text, const char *const *paths, size_t count, json_value *values)
{
    memset(values, 0, count * sizeof *values);
    if (!text.ptr)
        return false;
    pick p = {.in = {text.ptr, text.ptr + text.len}, .paths = paths, .values = values};
    p.count = count < JSON_MAX_PATHS ? count : JSON_MAX_PATHS;
    skip_blanks(&p.in);
    if (!take(&p.in, '{'))
        return false;
    p.live[0] = UINT32_MAX;
    p.depth = 1;
    p.fresh = true;
    while (p.depth > 0) {
        if (!step(&p))
            return false;
    }
    skip_blanks(&p.in);
    return p.in.at == p.in.end;
}

bool sst_json_next(sst_span *rest, json_value *element)
{
    if (!rest->ptr)
        return false;
    scan in = {rest->ptr, rest->ptr + rest->len};
    *element = (json_value){JSON_NONE, {NULL, 0}};
    skip_blanks(&in);
    bool found = take(&in, '[') || take(&in, ',');
    skip_blanks(&in);
    found = found && take_value(&in, element);
    *rest = found ? (sst_span){in.at, (size_t)(in.end - in.at)} : (sst_span){NULL, 0};
    return found;
}

bool sst_json_is_escaped(json_value value)
{
    return value.kind == JSON_STRING && value.raw.len > 0 &&
           memchr(value.raw.ptr, '\\', value.raw.len) != NULL;
}

/* Four hexadecimal digits. */
static bool read_hex(const char *at, const char *end, uint32_t *number)
{
    *number = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char digit = ascii_lower(at[i]);
        if (ascii_is_digit(digit))
            *number = *number << 4 | (uint32_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            *number = *number << 4 | (uint32_t)(digit - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* What \u stands for, at the digits behind it; a pair takes the second escape too. Returns how many
 * bytes of the text belong to it, 0 where they are no digits. */
static size_t read_point(const char *at, const char *end, uint32_t *point)
{
    uint32_t low;
    if (!read_hex(at, end, point))
        return 0;
    if (*point < 0xD800 || *point > 0xDFFF)
        return 4;
    bool pair = *point < 0xDC00 && end - at >= 10 && at[4] == '\\' && at[5] == 'u' &&
                read_hex(at + 6, end, &low) && low >= 0xDC00 && low <= 0xDFFF;
    *point = pair ? 0x10000 + ((*point - 0xD800) << 10) + (low - 0xDC00) : UTF8_REPLACEMENT;
    return pair ? 10 : 4;
}

/* One escape, at its backslash: writes what it stands for, and returns how much of the text it is.
 * What is written is never longer. */
static size_t unescape(const char *at, const char *end, char **out)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter = end - at > 1 ? memchr(letters, at[1], sizeof letters - 1) : NULL;
    if (letter) {
        *(*out)++ = meanings[letter - letters];
        return 2;
    }
    uint32_t point;
    size_t digits = end - at > 1 && at[1] == 'u' ? read_point(at + 2, end, &point) : 0;
    if (digits > 0) {
        *out += utf8_encode(point, *out);
        return 2 + digits;
    }
    *(*out)++ = *at;
    return 1;
}

sst_span sst_json_text(json_value value, char *room)
{
    if (value.kind == JSON_NONE || value.kind == JSON_OBJECT || value.kind == JSON_ARRAY)
        return (sst_span){NULL, 0};
    if (!sst_json_is_escaped(value))
        return value.raw;
    const char *at = value.raw.ptr;
    const char *end = at + value.raw.len;
    char *out = room;
    while (at < end) {
        const char *escape = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((escape ? escape : end) - at);
        if (plain > 0)
            memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (escape)
            at += unescape(at, end, &out);
    }
    return (sst_span){room, (size_t)(out - room)};
}

sst_span sst_json_bytes(json_value value, char *room)
{
    if (value.kind != JSON_ARRAY)
        return (sst_span){NULL, 0};
    size_t len = 0;
    sst_span rest = value.raw;
    json_value element;
    while (sst_json_next(&rest, &element)) {
        int64_t byte;
        if (element.kind == JSON_NUMBER && sst_json_integer(element, &byte) && byte >= 0 &&
            byte < 256)
            room[len++] = (char)(unsigned char)byte;
    }
    return (sst_span){room, len};
}

bool sst_json_integer(json_value value, int64_t *number)
{
    if (value.kind != JSON_NUMBER && value.kind != JSON_STRING)
        return false;
    const char *at = value.raw.ptr;
    const char *end = at + value.raw.len;
    bool negative = at < end && *at == '-';
    at += negative;
    const char *start = at;
    int64_t sum = 0;
    for (; at < end && ascii_is_digit(*at); at++) {
        int digit = *at - '0';
        if (sum > (INT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    bool found = at > start;
    if (at < end && *at == '.') {
        for (at++; at < end && ascii_is_digit(*at); at++)
            continue;
    }
    *number = negative ? -sum : sum;
    return found && at == end;
}
