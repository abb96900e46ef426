/*
 * Composing: text in UTF-8, quoted-printable where it is not plain ASCII in short lines, files in
 * base64, words of RFC 2047 in the subject. What is no UTF-8 in the subject is taken as Latin-1.
 */
#define _POSIX_C_SOURCE 200809L

#include "compose.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "rules_file.h"

/* RFC 5322 2.1.1: lines of at most 78 are asked for. RFC 2045 6.7 and 6.8: 76. */
#define LINE_MAX_ENCODED ((size_t)76)
#define BYTES_A_LINE     ((size_t)57)
#define LINE_MAX_PLAIN   ((size_t)78)

bool compose_is_asked(const options *given)
{
    return given->flags[OPTION_SUBJECT] || given->flags[OPTION_BODY] || given->flags[OPTION_ATTACH];
}

/* --- encodings ------------------------------------------------------------------------------ */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_base64(buffer *into, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i += 3) {
        unsigned long three = (unsigned long)(unsigned char)from[i] << 16;
        three |= i + 1 < len ? (unsigned long)(unsigned char)from[i + 1] << 8 : 0;
        three |= i + 2 < len ? (unsigned long)(unsigned char)from[i + 2] : 0;
        char four[4];
        for (size_t k = 0; k < 4; k++)
            four[k] = base64_digits[three >> (18 - 6 * k) & 63];
        if (i + 1 >= len)
            four[2] = '=';
        if (i + 2 >= len)
            four[3] = '=';
        buffer_put(into, four, 4);
    }
}

static void put_base64_lines(buffer *into, sst_span from)
{
    for (size_t at = 0; at < from.len; at += BYTES_A_LINE) {
        size_t len = from.len - at < BYTES_A_LINE ? from.len - at : BYTES_A_LINE;
        put_base64(into, from.ptr + at, len);
        buffer_text(into, "\r\n");
    }
}

static bool is_ascii(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\t' && c != '\n') || c >= 0x7F)
            return false;
    }
    return true;
}

static bool has_long_line(sst_span text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        column = text.ptr[i] == '\n' ? 0 : column + 1;
        if (column > LINE_MAX_PLAIN)
            return true;
    }
    return false;
}

/* Text with LF becomes text with CR LF. */
static void put_plain(buffer *into, sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n')
            buffer_text(into, "\r\n");
        else
            buffer_put(into, &text.ptr[i], 1);
    }
}

/* RFC 2045 6.7. */
static void put_quoted(buffer *into, sst_span text)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\n') {
            buffer_text(into, "\r\n");
            column = 0;
            continue;
        }
        bool at_end = i + 1 == text.len || text.ptr[i + 1] == '\n';
        bool plain = c >= ' ' && c < 0x7F && c != '=' && !(c == ' ' && at_end);
        const char escaped[] = {'=', digits[c >> 4], digits[c & 15]};
        size_t len = plain ? 1 : sizeof escaped;
        if (column + len > LINE_MAX_ENCODED - 1) {
            buffer_text(into, "=\r\n");
            column = 0;
        }
        buffer_put(into, plain ? &text.ptr[i] : escaped, len);
        column += len;
    }
}

/* The bytes of a character, cut at the end of the text. */
static size_t character_length(sst_span text, size_t at)
{
    size_t len = 1;
    while (at + len < text.len && ((unsigned char)text.ptr[at + len] & 0xC0) == 0x80 && len < 4)
        len++;
    return len;
}

/* RFC 2047: encoded words, whole characters in each, in lines of at most 76 bytes with the name of
 * the field. */
static void put_words(buffer *into, sst_span text)
{
    const size_t most = 39;
    size_t at = 0;
    while (at < text.len) {
        size_t len = 0;
        while (at + len < text.len && len + character_length(text, at + len) <= most)
            len += character_length(text, at + len);
        buffer_text(into, at > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        put_base64(into, text.ptr + at, len);
        buffer_text(into, "?=");
        at += len;
    }
}

/* --- fields --------------------------------------------------------------------------------- */

/* No line break gets out of an argument into the header. */
static void put_field(buffer *into, const char *name, sst_span value)
{
    buffer_text(into, name);
    buffer_text(into, ": ");
    if (is_ascii(value) && !memchr(value.ptr, '\n', value.len))
        buffer_put(into, value.ptr, value.len);
    else
        put_words(into, value);
    buffer_text(into, "\r\n");
}

static sst_span span_of_word(const char *word)
{
    sst_span span = {word, strlen(word)};
    return span;
}

/* Not by strftime, which speaks the language of the locale. */
static void put_date(buffer *into)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[80];
    time_t now = time(NULL);
    struct tm at;
    gmtime_r(&now, &at);
    snprintf(text, sizeof text, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[at.tm_wday],
             at.tm_mday, months[at.tm_mon], 1900 + at.tm_year, at.tm_hour, at.tm_min, at.tm_sec);
    buffer_text(into, text);
}

/* Nobody else may make the same: 96 random bits, or the time where there are none to be had. */
static void make_unique(char *text, size_t size)
{
    unsigned char bytes[12] = {0};
    int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool have = file >= 0 && read(file, bytes, sizeof bytes) == (ssize_t)sizeof bytes;
    if (file >= 0)
        close(file);
    if (!have) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(text, size, "%lld.%ld.%ld", (long long)now.tv_sec, now.tv_nsec, (long)getpid());
        return;
    }
    for (size_t i = 0; i < sizeof bytes && 2 * i + 3 <= size; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void put_recipients(buffer *into, const words *recipients)
{
    buffer_text(into, "To: ");
    for (size_t i = 0; i < recipients->count; i++) {
        buffer_text(into, i > 0 ? ",\r\n <" : "<");
        buffer_text(into, recipients->list[i]);
        buffer_text(into, ">");
    }
    buffer_text(into, "\r\n");
}

static void put_header(buffer *into, const options *given, const char *name, const char *unique)
{
    const char *sender = option_value(given, OPTION_FROM);
    const char *subject = option_value(given, OPTION_SUBJECT);
    put_date(into);
    buffer_text(into, "From: <");
    buffer_text(into, sender && *sender ? sender : "postmaster");
    buffer_text(into, ">\r\n");
    put_recipients(into, &given->values[OPTION_TO]);
    put_field(into, "Subject", span_of_word(subject ? subject : ""));
    buffer_text(into, "Message-ID: <");
    buffer_text(into, unique);
    buffer_text(into, "@");
    buffer_text(into, name);
    buffer_text(into, ">\r\nMIME-Version: 1.0\r\n");
}

/* --- parts ---------------------------------------------------------------------------------- */

static void put_text(buffer *into, const char *body)
{
    sst_span text = span_of_word(body);
    bool plain = is_ascii(text) && !has_long_line(text);
    buffer_text(into, "Content-Type: text/plain; charset=utf-8\r\n");
    buffer_text(into, plain ? "Content-Transfer-Encoding: 7bit\r\n\r\n"
                            : "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    if (plain)
        put_plain(into, text);
    else
        put_quoted(into, text);
    if (text.len == 0 || text.ptr[text.len - 1] != '\n')
        buffer_text(into, "\r\n");
}

/* The name in RFC 2231's form, which holds any. */
static void put_file_name(buffer *into, const char *path)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *slash = strrchr(path, '/');
    buffer_text(into, "Content-Disposition: attachment;\r\n filename*=utf-8''");
    for (const char *c = slash ? slash + 1 : path; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (letter || (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_') {
            buffer_put(into, c, 1);
        } else {
            const char escaped[] = {'%', digits[byte >> 4], digits[byte & 15]};
            buffer_put(into, escaped, sizeof escaped);
        }
    }
    buffer_text(into, "\r\n");
}

static bool put_file(buffer *into, const char *path)
{
    buffer file = {NULL, 0, 0};
    bool read = read_whole_file(path, &file);
    if (read && file.len > SST_MAX_RULE_TEXT) {
        complain("%s: too large to attach here; give a whole message as a file", path);
        read = false;
    }
    if (read) {
        buffer_text(into, "Content-Type: application/octet-stream\r\n");
        put_file_name(into, path);
        buffer_text(into, "Content-Transfer-Encoding: base64\r\n\r\n");
        put_base64_lines(into, buffer_span(&file));
    }
    buffer_free(&file);
    return read;
}

static void put_boundary(buffer *into, const char *unique, const char *end)
{
    buffer_text(into, "--=_");
    buffer_text(into, unique);
    buffer_text(into, end);
}

bool compose(const options *given, const char *name, buffer *into)
{
    const char *body = option_value(given, OPTION_BODY);
    const words *files = &given->values[OPTION_ATTACH];
    char unique[64] = "";
    make_unique(unique, sizeof unique);
    put_header(into, given, name, unique);
    if (files->count == 0) {
        put_text(into, body ? body : "");
        return true;
    }
    /* '=' and '_' together stand in neither encoding: no part can have the boundary in it. */
    buffer_text(into, "Content-Type: multipart/mixed;\r\n boundary=\"=_");
    buffer_text(into, unique);
    buffer_text(into, "\"\r\n\r\n");
    put_boundary(into, unique, "\r\n");
    put_text(into, body ? body : "");
    for (size_t i = 0; i < files->count; i++) {
        put_boundary(into, unique, "\r\n");
        if (!put_file(into, files->list[i]))
            return false;
    }
    put_boundary(into, unique, "--\r\n");
    return true;
}
