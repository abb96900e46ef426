/*
 * Reading files over read(2).
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define PIECE ((size_t)262144)

static bool fail(source *from, const char *what)
{
    complain("%s cannot be %s: %s", strcmp(from->name, "-") == 0 ? "standard input" : from->name,
             what, strerror(errno));
    from->failed = true;
    from->ended = true;
    return false;
}

bool source_open(source *from, const char *name)
{
    source fresh = {.name = name, .file = STDIN_FILENO};
    *from = fresh;
    if (strcmp(name, "-") != 0)
        from->file = open(name, O_RDONLY);
    return from->file >= 0 || fail(from, "opened");
}

void source_close(source *from)
{
    if (from->file > STDIN_FILENO)
        close(from->file);
    buffer_free(&from->data);
}

sst_span source_rest(const source *from)
{
    sst_span rest = {from->data.data, from->data.len - from->start};
    if (from->start > 0)
        rest.ptr += from->start;
    return rest;
}

bool source_more(source *from)
{
    if (from->ended)
        return false;
    if (from->start > 0) {
        from->data.len -= from->start;
        memmove(from->data.data, from->data.data + from->start, from->data.len);
        from->start = 0;
    }
    buffer_reserve(&from->data, PIECE);
    ssize_t count;
    do
        count = read(from->file, from->data.data + from->data.len, PIECE);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return fail(from, "read");
    from->data.len += (size_t)count;
    from->ended = count == 0;
    return count > 0;
}

void source_take(source *from, size_t count)
{
    from->start += count;
    from->scanned = 0;
}

/* Where the next LF stands in the rest; the rest's length where there is none yet. */
static size_t find_end(source *from)
{
    sst_span rest = source_rest(from);
    const char *found = rest.len > from->scanned
                            ? memchr(rest.ptr + from->scanned, '\n', rest.len - from->scanned)
                            : NULL;
    from->scanned = found ? (size_t)(found - rest.ptr) : rest.len;
    return from->scanned;
}

bool source_has_line(source *from)
{
    return find_end(from) < from->data.len - from->start;
}

bool source_line(source *from, sst_span *line)
{
    while (!source_has_line(from) && source_more(from))
        ;
    sst_span rest = source_rest(from);
    if (rest.len == 0 || from->failed)
        return false;
    size_t end = find_end(from);
    source_take(from, end < rest.len ? end + 1 : end);
    if (end > 0 && rest.ptr[end - 1] == '\r')
        end--;
    line->ptr = rest.ptr;
    line->len = end;
    return true;
}
