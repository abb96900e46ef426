/*
 * The state is text, but for its end:
 *
 *     smtpstatus log state 1
 *     file DEVICE INODE OFFSET LINES RECORDS MARK-LENGTH MARK NAME     (numbers in decimal)
 *     open LENGTH
 *     ...                                     (the library's own bytes)
 *
 * In NAME, "%" and what would end the line are written as %XX. It is written beside its place and
 * then renamed (POSIX).
 */
#define _POSIX_C_SOURCE 200809L

#include "log_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source.h"

#define FIRST_LINE "smtpstatus log state 1"

/* Files are forgotten beyond that, the oldest first. */
#define MOST_FILES ((size_t)1000)

enum { DEVICE, INODE, OFFSET, LINES, RECORDS, MARK_LENGTH, MARK, NUMBERS };

/* --- reading -------------------------------------------------------------------------------- */

static int hex_value(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* The name with %XX taken back; the caller frees it. */
static char *read_name(sst_span text)
{
    char *name = allocate_or_end(NULL, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool escaped = text.ptr[i] == '%' && i + 2 < text.len && hex_value(text.ptr[i + 1]) >= 0 &&
                       hex_value(text.ptr[i + 2]) >= 0;
        name[len++] = escaped ? (char)(hex_value(text.ptr[i + 1]) * 16 + hex_value(text.ptr[i + 2]))
                              : text.ptr[i];
        i += escaped ? 2 : 0;
    }
    name[len] = '\0';
    return name;
}

/* A decimal number with a blank behind it. */
static bool take_number(sst_span *text, uint64_t *value)
{
    size_t digits = 0;
    *value = 0;
    while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9') {
        *value = *value * 10 + (uint64_t)(text->ptr[digits] - '0');
        digits++;
    }
    if (digits == 0 || digits > 20 || digits == text->len || text->ptr[digits] != ' ')
        return false;
    text->ptr += digits + 1;
    text->len -= digits + 1;
    return true;
}

static bool take_word(sst_span *text, const char *word)
{
    size_t len = strlen(word);
    if (text->len < len || memcmp(text->ptr, word, len) != 0)
        return false;
    text->ptr += len;
    text->len -= len;
    return true;
}

static bool read_place(sst_span line, log_state *into)
{
    uint64_t numbers[NUMBERS];
    for (size_t i = 0; i < NUMBERS; i++) {
        if (!take_number(&line, &numbers[i]))
            return false;
    }
    if (line.len == 0 || into->count == MOST_FILES)
        return false;
    into->places = allocate_or_end(into->places, into->count + 1, sizeof *into->places);
    into->places[into->count++] = (log_place){
        .name = read_name(line),
        .device = (dev_t)numbers[DEVICE],
        .inode = (ino_t)numbers[INODE],
        .offset = numbers[OFFSET],
        .lines = numbers[LINES],
        .records = numbers[RECORDS],
        .mark_len = numbers[MARK_LENGTH],
        .mark = numbers[MARK],
    };
    return true;
}

/* The bytes behind the line "open LENGTH", which are the rest of the file. */
static bool read_open(source *from, sst_span line, log_state *into)
{
    char digits[24];
    if (line.len == 0 || line.len >= sizeof digits)
        return false;
    memcpy(digits, line.ptr, line.len);
    digits[line.len] = '\0';
    uint64_t len = strtoull(digits, NULL, 10);
    while (source_more(from))
        ;
    sst_span rest = source_rest(from);
    if (rest.len > 0)
        buffer_put(&into->open, rest.ptr, rest.len);
    return rest.len == len;
}

static bool read_lines(source *from, log_state *into)
{
    sst_span line;
    if (!source_line(from, &line) || line.len != strlen(FIRST_LINE) ||
        !take_word(&line, FIRST_LINE))
        return false;
    while (source_line(from, &line)) {
        if (take_word(&line, "open "))
            return read_open(from, line, into);
        if (!take_word(&line, "file ") || !read_place(line, into))
            return false;
    }
    return false;
}

bool log_state_read(const char *name, log_state *into)
{
    source from;
    memset(into, 0, sizeof *into);
    if (access(name, F_OK) != 0 && errno == ENOENT)
        return true;
    bool read = source_open(&from, name) && read_lines(&from, into);
    if (!read && !from.failed)
        stream_complain(name, "is no state of smtpstatus log, or is damaged; without it, all is "
                              "read from the beginning");
    source_close(&from);
    return read;
}

void log_state_free(log_state *from)
{
    for (size_t i = 0; i < from->count; i++)
        free(from->places[i].name);
    free(from->places);
    buffer_free(&from->open);
    memset(from, 0, sizeof *from);
}

/* --- writing -------------------------------------------------------------------------------- */

static void put_name(buffer *into, const char *name)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *name; name++) {
        unsigned char byte = (unsigned char)*name;
        char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        bool plain = byte >= ' ' && byte != '%';
        buffer_put(into, plain ? name : escaped, plain ? 1 : 3);
    }
}

static void put_place(buffer *into, const log_place *place)
{
    char numbers[256];
    int len = snprintf(numbers, sizeof numbers,
                       "file %ju %ju %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ",
                       (uintmax_t)place->device, (uintmax_t)place->inode, place->offset,
                       place->lines, place->records, place->mark_len, place->mark);
    buffer_put(into, numbers, (size_t)len);
    put_name(into, place->name);
    buffer_text(into, "\n");
}

static void put_state(buffer *into, const log_tails *tails)
{
    buffer open = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&open);
    sst_log_save(tails->reading->reader, &sink);
    buffer_text(into, FIRST_LINE "\n");
    size_t first = tails->count > MOST_FILES ? tails->count - MOST_FILES : 0;
    for (size_t i = first; i < tails->count; i++) {
        if (tails->list[i]->place.offset > 0)
            put_place(into, &tails->list[i]->place);
    }
    buffer_text(into, "open ");
    buffer_number(into, (long)open.len);
    buffer_text(into, "\n");
    buffer_put(into, buffer_span(&open).ptr, open.len);
    buffer_free(&open);
}

static bool write_all(int file, const buffer *from)
{
    size_t done = 0;
    while (done < from->len) {
        ssize_t count = write(file, from->data + done, from->len - done);
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? (size_t)count : 0;
    }
    return fsync(file) == 0;
}

/* Writes a file and gives it its name. */
static bool replace(const char *name, const char *fresh, const buffer *text)
{
    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return false;
    bool written = write_all(file, text);
    int error = errno;
    close(file);
    if (!written) {
        unlink(fresh);
        errno = error;
        return false;
    }
    return rename(fresh, name) == 0;
}

bool log_state_write(const char *name, const log_tails *tails)
{
    buffer text = {NULL, 0, 0};
    buffer fresh = {NULL, 0, 0};
    put_state(&text, tails);
    buffer_text(&fresh, name);
    buffer_text(&fresh, ".new");
    bool written = replace(name, buffer_string(&fresh), &text);
    if (!written)
        stream_complain(name, strerror(errno));
    buffer_free(&fresh);
    buffer_free(&text);
    return written;
}
