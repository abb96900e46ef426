/*
 * Reading over read(2). Whether data is packed is seen from its first bytes, not from a name.
 */
#define _POSIX_C_SOURCE 200809L

#include "stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <smtpstatus/record.h>

#include "buffer.h"
#include "command.h"
#include "interrupt.h"
#include "progress.h"

void stream_complain(const char *name, const char *what)
{
    buffer safe = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&safe);
    sst_span span = {name, strlen(name)};
    sst_write_safe_text(span, &sink);
    progress_wipe();
    complain("%s: %s", strcmp(name, "-") == 0 ? "standard input" : buffer_string(&safe), what);
    buffer_free(&safe);
}

void stream_take(stream *from, const char *name, int file, int64_t regular_size)
{
    stream fresh = {.name = name, .file = file, .regular = regular_size >= 0};
    fresh.size = fresh.regular ? (uint64_t)regular_size : 0;
    *from = fresh;
}

void stream_close(stream *from)
{
    unpack_free(from->packed);
    from->packed = NULL;
    if (from->file > STDIN_FILENO)
        close(from->file);
    from->file = -1;
}

static void fail(stream *from, const char *what)
{
    if (!from->quiet)
        stream_complain(from->name, what);
    from->failed = true;
    from->ended = true;
}

/* Waits for a pipe or a terminal. Returns false where Ctrl-C came instead. */
static bool wait_for_input(stream *from)
{
    if (from->before_waiting && interrupt_would_wait(from->file))
        from->before_waiting(from->context);
    interrupt_wait(from->file);
    return !interrupted();
}

/* Bytes as they stand in the file. */
static size_t read_file(void *context, char *into, size_t size)
{
    stream *from = context;
    ssize_t count;
    /* Most mails are read at once; to ask whether that was all would double the calls. */
    if (from->size > 0 && from->taken == from->size)
        return 0;
    if (!from->regular && !wait_for_input(from))
        return 0;
    do
        count = read(from->file, into, size);
    while (count < 0 && errno == EINTR && !interrupted());
    if (count < 0 && errno != EINTR)
        fail(from, strerror(errno));
    if (count > 0)
        from->taken += (uint64_t)count;
    return count > 0 ? (size_t)count : 0;
}

static size_t read_packed(stream *from, char *into, size_t size)
{
    const char *fault = NULL;
    size_t count = unpack_read(from->packed, into, size, &fault);
    if (fault && !from->failed && !interrupted())
        fail(from, fault);
    return count;
}

/* The first bytes of all, which tell whether they are packed. */
static size_t read_first(stream *from, char *into, size_t size)
{
    size_t len = 0;
    size_t more;
    size_t room = size < UNPACK_INPUT ? size : UNPACK_INPUT;
    from->begun = true;
    do {
        more = read_file(from, into + len, room - len);
        len += more;
    } while (more > 0 && len < UNPACK_MAGIC && len < room);
    const unpack_form *form = unpack_recognise(into, len);
    if (!form)
        return len;
    if (unpack_missing(form)) {
        fail(from, unpack_missing(form));
        return 0;
    }
    from->packed_time = unpack_time(form, into, len);
    from->packed = unpack_new(form, into, len, read_file, from);
    return read_packed(from, into, size);
}

void stream_unread(stream *from, const char *bytes, size_t len)
{
    from->again = bytes;
    from->again_len = len;
}

static size_t read_again(stream *from, char *into, size_t size)
{
    size_t count = from->again_len < size ? from->again_len : size;
    memcpy(into, from->again, count);
    from->again += count;
    from->again_len -= count;
    return count;
}

size_t stream_read(stream *from, char *into, size_t size)
{
    size_t count;
    if (from->again_len > 0 && size > 0)
        return read_again(from, into, size);
    if (from->ended || size == 0)
        return 0;
    if (!from->begun)
        count = read_first(from, into, size);
    else if (from->packed)
        count = read_packed(from, into, size);
    else
        count = read_file(from, into, size);
    from->ended = from->ended || count == 0;
    return count;
}
