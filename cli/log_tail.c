/*
 * Reading from places on (POSIX).
 */
#define _POSIX_C_SOURCE 200809L

#include "log_tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "interrupt.h"
#include "unpack.h"

/* Whole lines are read, so there must be room for the longest one. */
#define USUAL ((size_t)262144)
#define MOST  (SST_MAX_LOG_LINE + USUAL)

void log_tails_init(log_tails *all, log_reading *reading)
{
    memset(all, 0, sizeof *all);
    all->reading = reading;
    all->piece = allocate_or_end(NULL, MOST, 1);
}

static void close_tail(log_tail *tail)
{
    if (tail->file > STDIN_FILENO)
        close(tail->file);
    tail->file = -1;
}

void log_tails_free(log_tails *all)
{
    for (size_t i = 0; i < all->count; i++) {
        close_tail(all->list[i]);
        free(all->list[i]->place.name);
        free(all->list[i]);
    }
    free(all->list);
    free(all->piece);
    memset(all, 0, sizeof *all);
}

static log_tail *add_tail(log_tails *all, const char *name)
{
    size_t size = strlen(name) + 1;
    log_tail *fresh = allocate_or_end(NULL, 1, sizeof *fresh);
    memset(fresh, 0, sizeof *fresh);
    fresh->file = -1;
    fresh->place.name = allocate_or_end(NULL, size, 1);
    memcpy(fresh->place.name, name, size);
    fresh->source.name = (sst_span){fresh->place.name, size - 1};
    all->list = allocate_or_end(all->list, all->count + 1, sizeof *all->list);
    all->list[all->count++] = fresh;
    return fresh;
}

/* Goes on from a place of the same file, which may have had another name. */
static void set_place(log_tail *tail, const log_place *place)
{
    char *name = tail->place.name;
    tail->place = *place;
    tail->place.name = name;
    tail->source.lines = place->lines;
    tail->source.records = place->records;
}

/* --- files as they are ---------------------------------------------------------------------- */

static bool fail(log_tails *all, const log_tail *tail)
{
    stream_complain(tail->place.name, strerror(errno));
    all->failed = true;
    return false;
}

/* Opens the file of a tail, and notes which one that is. */
static bool open_tail(log_tails *all, log_tail *tail, struct stat *what)
{
    tail->file = strcmp(tail->place.name, "-") == 0 ? STDIN_FILENO
                                                    : open(tail->place.name, O_RDONLY | O_CLOEXEC);
    if (tail->file < 0 || fstat(tail->file, what) != 0)
        return fail(all, tail);
    tail->place.device = what->st_dev;
    tail->place.inode = what->st_ino;
    return true;
}

static size_t read_at(const log_tail *tail, char *into, size_t size, uint64_t offset)
{
    ssize_t count;
    do
        count = pread(tail->file, into, size, (off_t)offset);
    while (count < 0 && errno == EINTR);
    return count > 0 ? (size_t)count : 0;
}

/* Bytes up to the end of the last line among them. */
static size_t whole_lines(const char *bytes, size_t len)
{
    while (len > 0 && bytes[len - 1] != '\n')
        len--;
    return len;
}

/* The next whole lines, in all->piece; 0 where there are none. *rest is what stands behind them. */
static size_t next_lines(log_tails *all, const log_tail *tail, size_t *rest)
{
    size_t len = read_at(tail, all->piece, USUAL, tail->place.offset);
    size_t lines = whole_lines(all->piece, len);
    if (lines == 0 && len == USUAL) {
        len = read_at(tail, all->piece, MOST, tail->place.offset);
        lines = whole_lines(all->piece, len);
        /* The reader cuts such a line, which may therefore come in parts. */
        if (lines == 0 && len == MOST)
            lines = len;
    }
    *rest = len - lines;
    return lines;
}

static void feed(log_tails *all, log_tail *tail, size_t len)
{
    log_reading_feed(all->reading, all->piece, len);
    tail->place.offset += len;
    all->taken += len;
    all->after_piece(all->context);
}

static void update_mark(log_tail *tail)
{
    char bytes[LOG_MARK];
    log_place *place = &tail->place;
    place->lines = tail->source.lines;
    place->records = tail->source.records;
    if (place->mark_len == LOG_MARK || place->mark_len >= place->offset)
        return;
    size_t len = place->offset < LOG_MARK ? (size_t)place->offset : LOG_MARK;
    place->mark_len = read_at(tail, bytes, len, 0);
    place->mark = log_mark(bytes, (size_t)place->mark_len);
}

/* Reads on; whole: also a last line that is not finished. Returns whether there was anything. */
static bool read_plain(log_tails *all, log_tail *tail, int64_t newest, bool whole)
{
    uint64_t before = tail->place.offset;
    size_t rest;
    size_t lines = next_lines(all, tail, &rest);
    if (lines == 0 && !(whole && rest > 0))
        return false;
    log_reading_source(all->reading, &tail->source, newest);
    while (lines > 0 && !interrupted()) {
        feed(all, tail, lines);
        lines = next_lines(all, tail, &rest);
    }
    if (whole && !interrupted()) {
        feed(all, tail, rest);
        log_reading_end(all->reading);
    }
    update_mark(tail);
    return tail->place.offset > before;
}

/* --- packed files and pipes ----------------------------------------------------------------- */

/* Makes the mark of the first bytes of a stream, as far as they are in this piece. */
static void mark_piece(log_tail *tail, uint64_t at, const char *bytes, size_t len)
{
    if (at == 0) {
        tail->place.mark_len = len < LOG_MARK ? len : LOG_MARK;
        tail->place.mark = log_mark(bytes, (size_t)tail->place.mark_len);
    }
}

/* Fills the piece, so that a mark is not made of less than there is. */
static size_t read_piece(log_tails *all, stream *from)
{
    size_t len = stream_read(from, all->piece, USUAL);
    size_t more = len;
    while (more > 0 && len < LOG_MARK && from->packed) {
        more = stream_read(from, all->piece + len, USUAL - len);
        len += more;
    }
    return len;
}

/* Reads everything behind the place. */
static void read_stream(log_tails *all, log_tail *tail, int64_t newest)
{
    stream from;
    uint64_t at = 0;
    size_t len;
    stream_take(&from, tail->place.name, tail->file, -1);
    from.before_waiting = all->before_waiting;
    from.context = all->context;
    tail->file = -1;
    while ((len = read_piece(all, &from)) > 0) {
        uint64_t known = tail->place.offset > at ? tail->place.offset - at : 0;
        size_t skipped = known < len ? (size_t)known : len;
        if (at == 0)
            log_reading_source(all->reading, &tail->source,
                               from.packed_time > 0 ? from.packed_time : newest);
        mark_piece(tail, at, all->piece, len);
        at += len;
        log_reading_feed(all->reading, all->piece + skipped, len - skipped);
        all->after_piece(all->context);
    }
    if (at > 0 && !interrupted())
        log_reading_end(all->reading);
    if (from.packed && !interrupted())
        tail->place.offset = at;
    tail->place.lines = tail->source.lines;
    tail->place.records = tail->source.records;
    all->taken += from.taken;
    all->failed = all->failed || from.failed;
    stream_close(&from);
}

static bool is_packed(const log_tail *tail)
{
    char first[UNPACK_MAGIC];
    size_t len = read_at(tail, first, sizeof first, 0);
    return unpack_recognise(first, len) != NULL;
}

static void read_tail(log_tails *all, log_tail *tail)
{
    struct stat what;
    if (!open_tail(all, tail, &what))
        return;
    if (tail->file == STDIN_FILENO || !S_ISREG(what.st_mode)) {
        read_stream(all, tail, moment_now());
        tail->place.offset = 0;
    } else if (is_packed(tail)) {
        read_stream(all, tail, (int64_t)what.st_mtime);
    } else {
        read_plain(all, tail, (int64_t)what.st_mtime, !tail->last);
        if (!tail->last)
            close_tail(tail);
    }
}

void log_tails_read(log_tails *all)
{
    for (size_t i = 0; i < all->count && !interrupted(); i++) {
        if (!all->list[i]->awaited)
            read_tail(all, all->list[i]);
    }
}

/* --- places from a state -------------------------------------------------------------------- */

/* Whether a place is the last one of its log: that is where its reading goes on. */
static bool is_front(const log_place *places, size_t count, size_t at)
{
    int64_t age;
    size_t len = log_name_length(places[at].name, &age);
    for (size_t i = at + 1; i < count; i++) {
        if (log_name_length(places[i].name, &age) == len &&
            memcmp(places[i].name, places[at].name, len) == 0)
            return false;
    }
    return true;
}

/* Looks for a place among the files beside the one it was in, and adds what was not read. */
static void add_rotated(log_tails *all, log_files *files, const log_place *place)
{
    log_files beside = {.count = 0};
    log_files_add_beside(&beside, place->name);
    log_files_sort(&beside);
    size_t at = log_place_find(place, &beside);
    if (at == beside.count) {
        stream_complain(place->name, "what was written before its rotation is not found");
        all->failed = true;
    }
    for (; at < beside.count; at++)
        log_files_add(files, beside.list[at].name);
    log_files_free(&beside);
}

/* The place where reading of a file goes on; NULL for its beginning. *copy: another file holds the
 * same, as while one is being packed. */
static const log_place *place_of(const log_files *files, size_t at, const log_place *places,
                                 size_t count, bool *copy)
{
    const log_place *found = NULL;
    *copy = false;
    for (size_t i = 0; i < count; i++) {
        if (!log_place_is_in(&places[i], &files->list[at]))
            continue;
        found = &places[i];
        *copy = log_place_find(&places[i], files) != at;
    }
    return found;
}

static void add_file(log_tails *all, const log_files *files, size_t at, const log_place *places,
                     size_t count)
{
    bool copy;
    const log_file *file = &files->list[at];
    const log_place *place = place_of(files, at, places, count, &copy);
    if (copy)
        return;
    log_tail *tail = add_tail(all, file->name);
    tail->last = all->live && file->last && file->regular;
    if (place)
        set_place(tail, place);
}

void log_tails_add(log_tails *all, log_files *files, const log_place *places, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_front(places, count, i) && log_place_find(&places[i], files) == files->count)
            add_rotated(all, files, &places[i]);
    }
    log_files_sort(files);
    for (size_t i = 0; i < files->count; i++)
        add_file(all, files, i, places, count);
}

/* --- following ------------------------------------------------------------------------------ */

void log_tails_await(log_tails *all, const char *name)
{
    log_tail *fresh = add_tail(all, name);
    fresh->last = true;
    fresh->awaited = true;
}

bool log_tails_can_grow(const log_tails *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->list[i]->file >= 0 || all->list[i]->awaited)
            return true;
    }
    return false;
}

/* Whether what was read still stands where it was. */
static bool is_unchanged(const log_tail *tail, const struct stat *what)
{
    char bytes[LOG_MARK];
    const log_place *place = &tail->place;
    if (place->offset == 0 || (uint64_t)what->st_size == place->offset)
        return true;
    return (uint64_t)what->st_size > place->offset &&
           read_at(tail, bytes, (size_t)place->mark_len, 0) == place->mark_len &&
           log_mark(bytes, (size_t)place->mark_len) == place->mark;
}

/* The file was truncated: its rest is read from the copy, and then it is begun anew. */
static void begin_anew(log_tails *all, log_tail *tail)
{
    log_files beside = {.count = 0};
    log_files_add_beside(&beside, tail->place.name);
    size_t at = log_place_find(&tail->place, &beside);
    if (at < beside.count) {
        log_tail *copy = add_tail(all, beside.list[at].name);
        set_place(copy, &tail->place);
        read_tail(all, copy);
        /* It is older than what comes now. */
        memmove(all->list + 1, all->list, (all->count - 1) * sizeof *all->list);
        all->list[0] = copy;
    }
    log_files_free(&beside);
    log_place *place = &tail->place;
    place->offset = place->lines = place->records = place->mark_len = 0;
    tail->source.lines = tail->source.records = 0;
}

/* The files that were written after the one of a tail, the oldest first. */
static void find_newer(const log_tail *tail, log_files *newer)
{
    log_files beside = {.count = 0};
    memset(newer, 0, sizeof *newer);
    log_files_add_beside(&beside, tail->place.name);
    log_files_sort(&beside);
    for (size_t at = log_place_find(&tail->place, &beside) + 1; at < beside.count; at++)
        log_files_add(newer, beside.list[at].name);
    log_files_sort(newer);
    log_files_free(&beside);
}

/* Whether another file has the name now, and something stands in it or in one between. */
static bool is_replaced(log_tail *tail)
{
    struct stat what;
    log_files newer;
    if (stat(tail->place.name, &what) != 0 || !S_ISREG(what.st_mode) ||
        (what.st_dev == tail->place.device && what.st_ino == tail->place.inode))
        return false;
    if (what.st_size > 0)
        return true;
    /* Nothing happened since the last look; without this, there would be a search in each. Within a
     * second or two, more could happen than the time tells. */
    if (what.st_ino == tail->next && (int64_t)what.st_mtime == tail->next_change &&
        moment_now() - tail->next_change > 2)
        return false;
    tail->next = what.st_ino;
    tail->next_change = (int64_t)what.st_mtime;
    find_newer(tail, &newer);
    bool written = false;
    for (size_t i = 0; i < newer.count; i++)
        written = written || newer.list[i].size > 0;
    log_files_free(&newer);
    return written;
}

static void change_over(log_tails *all, log_tail *tail)
{
    log_files newer;
    read_plain(all, tail, moment_now(), true);
    close_tail(tail);
    tail->last = false;
    find_newer(tail, &newer);
    for (size_t i = 0; i < newer.count; i++) {
        if (strcmp(newer.list[i].name, tail->place.name) != 0)
            read_tail(all, add_tail(all, newer.list[i].name));
    }
    log_files_free(&newer);
    log_tail *fresh = add_tail(all, tail->place.name);
    fresh->last = true;
    read_tail(all, fresh);
}

static bool poll_tail(log_tails *all, log_tail *tail)
{
    struct stat what;
    if (fstat(tail->file, &what) != 0)
        return false;
    if (!is_unchanged(tail, &what))
        begin_anew(all, tail);
    if (read_plain(all, tail, moment_now(), false))
        return true;
    if (!is_replaced(tail))
        return false;
    change_over(all, tail);
    return true;
}

/* Begins with a file that was awaited, where it is there now. */
static bool begin_awaited(log_tails *all, log_tail *tail)
{
    struct stat what;
    if (stat(tail->place.name, &what) != 0 || !S_ISREG(what.st_mode))
        return false;
    tail->awaited = false;
    read_tail(all, tail);
    return true;
}

bool log_tails_poll(log_tails *all)
{
    bool any = false;
    size_t count = all->count;
    for (size_t i = 0; i < count && !interrupted(); i++) {
        log_tail *tail = all->list[i];
        if (tail->awaited)
            any = begin_awaited(all, tail) || any;
        else if (tail->file >= 0)
            any = poll_tail(all, tail) || any;
    }
    return any;
}
