/*
 * The words of an HTML text. This is no parser of HTML: it drops tags and undoes character
 * references, which is all that reading a report takes. In place, since words are never longer than
 * what they stand in.
 */
#include "bounce/html.h"

#include "base/ascii.h"
#include "base/utf8.h"

/* Elements whose tags end a line. */
static const char *const blocks[] = {"br", "p",  "div", "tr", "table", "li", "ul", "ol",
                                     "h1", "h2", "h3",  "hr", "pre",   "td", "th", "blockquote"};

/* Elements whose content is no text. */
static const char *const hidden[] = {"style", "script", "title"};

static const struct {
    const char *name;
    const char *text;
} references[] = {
    {"lt;", "<"},   {"gt;", ">"},   {"amp;", "&"}, {"quot;", "\""},
    {"nbsp;", " "}, {"apos;", "'"}, {"shy;", ""},
};

/* Whether the tag that begins at p, behind its "<" or "</", is of this element. */
static bool is_element(const char *p, const char *end, const char *name)
{
    size_t len = strlen(name);
    return (size_t)(end - p) > len && ascii_equal_fold(p, name, len) && !ascii_is_alnum(p[len]);
}

static bool is_block(const char *p, const char *end)
{
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
        if (is_element(p, end, blocks[i]))
            return true;
    }
    return false;
}

/* Behind a tag: behind its ">"; of a comment behind "-->"; of a hidden element behind its end. */
static const char *behind_tag(const char *p, const char *end)
{
    const char *closing = NULL;
    if (end - p > 3 && memcmp(p, "!--", 3) == 0)
        closing = "-->";
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0] && !closing; i++) {
        if (is_element(p, end, hidden[i]))
            closing = "</";
    }
    if (closing) {
        size_t len = strlen(closing);
        for (p++; (size_t)(end - p) >= len && memcmp(p, closing, len) != 0; p++) {
        }
    }
    const char *close = memchr(p, '>', (size_t)(end - p));
    return close ? close + 1 : end;
}

/* A number such as "#8217;" or "#x2019;" behind an "&"; returns how many bytes it has, or 0. */
static size_t numeric_reference(const char *p, const char *end, uint32_t *point)
{
    size_t i = 1;
    bool hex = end - p > 1 && ascii_lower(p[1]) == 'x';
    uint32_t value = 0;
    for (i += hex; i < 9 && p + i < end && p[i] != ';'; i++) {
        int digit = ascii_is_digit(p[i])          ? p[i] - '0'
                    : hex && ascii_is_alpha(p[i]) ? (ascii_lower(p[i]) - 'a') + 10
                                                  : 16;
        if (digit > 15)
            return 0;
        value = value * (hex ? 16u : 10u) + (uint32_t)digit;
    }
    if (p + i >= end || p[i] != ';' || value == 0 || value > 0x10FFFF ||
        (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value == 0xA0 ? ' ' : value;
    return i + 1;
}

/* The reference behind an "&" at p: writes its text to *out. Returns how many bytes it has, or 0.
 */
static size_t reference(const char *p, const char *end, char **out)
{
    uint32_t point;
    size_t len = p < end && *p == '#' ? numeric_reference(p, end, &point) : 0;
    if (len > 0) {
        *out += utf8_encode(point, *out);
        return len;
    }
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
        len = strlen(references[i].name);
        if ((size_t)(end - p) >= len && ascii_equal_fold(p, references[i].name, len)) {
            size_t text = strlen(references[i].text);
            memcpy(*out, references[i].text, text);
            *out += text;
            return len;
        }
    }
    return 0;
}

size_t sst_bounce_strip_html(char *text, size_t len)
{
    const char *p = text;
    const char *end = text + len;
    char *out = text;
    while (p < end) {
        char c = *p++;
        if (c == '<' && p < end && (ascii_is_alpha(*p) || *p == '/' || *p == '!' || *p == '?')) {
            if (is_block(p + (*p == '/'), end) && out > text && out[-1] != '\n')
                *out++ = '\n';
            p = behind_tag(p, end);
        } else if (c == '&') {
            size_t taken = reference(p, end, &out);
            if (taken == 0)
                *out++ = c;
            p += taken;
        } else {
            *out++ = c;
        }
    }
    return (size_t)(out - text);
}
