/*
 * Splitting an mbox. The message at hand lies at the front of one block of memory, as far as it is
 * kept; what goes on behind that is looked through for its end and dropped.
 */
#include "mailbox.h"

#include <stdlib.h>
#include <string.h>

#include <smtpstatus/bounce.h>

#include "buffer.h"
#include "separator.h"

#define SIZE (SST_MAX_BOUNCE_MESSAGE + MAILBOX_PIECE)

void mailbox_init(mailbox *box)
{
    memset(box, 0, sizeof *box);
    box->data = allocate_or_end(NULL, SIZE, 1);
}

void mailbox_free(mailbox *box)
{
    free(box->data);
    box->data = NULL;
}

void mailbox_open(mailbox *box, stream *from, bool one)
{
    const mailbox fresh = {.from = from, .data = box->data, .line_end = '\n', .one = one};
    *box = fresh;
}

/* --- reading -------------------------------------------------------------------------------- */

/* Moves the message to the front. Each message is moved once at most. */
static void move_to_front(mailbox *box)
{
    memmove(box->data, box->data + box->start, box->len - box->start);
    box->base += box->start;
    box->line -= box->start;
    box->seen -= box->start;
    box->len -= box->start;
    box->start = 0;
}

/* Drops what is not kept of the message, all but the line at hand; a long line too, which cannot be
 * a separator. */
static void drop(mailbox *box)
{
    const size_t kept = SST_MAX_BOUNCE_MESSAGE;
    size_t rest = box->len - box->line;
    if (box->line < kept || rest > SEPARATOR_MAX) {
        box->in_line = true;
        rest = 0;
    }
    memmove(box->data + kept, box->data + box->len - rest, rest);
    box->base += box->len - rest - kept;
    box->line = kept;
    box->len = kept + rest;
    box->seen = box->len;
}

/* Reads on. Returns false at the end. */
static bool read_more(mailbox *box)
{
    if (box->start > 0)
        move_to_front(box);
    if (box->len == SIZE)
        drop(box);
    size_t room = SIZE - box->len;
    size_t count =
        stream_read(box->from, box->data + box->len, room < MAILBOX_PIECE ? room : MAILBOX_PIECE);
    box->len += count;
    return count > 0;
}

/* --- the lines ------------------------------------------------------------------------------ */

/* Looks at a line that is there whole, with its end. Returns whether it separates two messages. */
static bool look_at_line(mailbox *box, size_t end)
{
    sst_span line = {box->data + box->line, end - box->line};
    bool behind_blank = box->blank;
    box->blank = false;
    if (box->in_line) {
        box->in_line = false;
        return false;
    }
    switch (line.ptr[0]) {
    case 'F':
        return behind_blank && separator_is(line);
    case '>':
        box->quoted = box->quoted || separator_is_quoted(line);
        return false;
    case '\r':
    case '\n': /* mostly the line's end */
        box->blank = line.len == 0 || (line.len == 1 && line.ptr[0] == '\r');
        return false;
    default:
        return false;
    }
}

/* Passes lines that are there whole and tell nothing by their first byte, as most do not. */
static void pass_lines(mailbox *box)
{
    const char *at = box->data + box->line;
    const char *end = box->data + box->len;
    while (at < end && *at != 'F' && *at != '>' && *at != '\r' && *at != '\n') {
        const char *found = memchr(at, box->line_end, (size_t)(end - at));
        if (!found)
            break;
        at = found + 1;
        box->blank = false;
    }
    box->line = (size_t)(at - box->data);
    box->seen = box->line;
}

/* Goes on to the separator behind the message, whose place is then box->line and whose end *end, or
 * to the end of the input, and returns false there. */
static bool find_separator(mailbox *box, size_t *end)
{
    for (;;) {
        const char *found;
        const size_t len = box->len;
        while (box->seen < len &&
               (found = memchr(box->data + box->seen, box->line_end, len - box->seen))) {
            *end = (size_t)(found - box->data);
            if (look_at_line(box, *end))
                return true;
            box->line = *end + 1;
            pass_lines(box);
        }
        box->seen = box->len;
        if (!read_more(box))
            return false;
    }
}

/* --- the message ---------------------------------------------------------------------------- */

/* Takes a '>' off each quoted line. */
static size_t unquote(char *text, size_t len, char line_end)
{
    size_t out = 0;
    for (size_t in = 0; in < len;) {
        const char *found = memchr(text + in, line_end, len - in);
        size_t next = found ? (size_t)(found - text) + 1 : len;
        const sst_span line = {text + in, next - in};
        in += separator_is_quoted(line) ? 1 : 0;
        memmove(text + out, text + in, next - in);
        out += next - in;
        in = next;
    }
    return out;
}

/* The empty line before a separator is the mbox's. */
static size_t without_last_line(const mailbox *box, size_t start, size_t end)
{
    if (end > start && box->data[end - 1] == box->line_end)
        end--;
    if (box->line_end == '\n' && end > start && box->data[end - 1] == '\r')
        end--;
    return end;
}

static void hand_out(mailbox *box, size_t end, message *out)
{
    size_t len = end - box->start;
    if (len > SST_MAX_BOUNCE_MESSAGE)
        len = SST_MAX_BOUNCE_MESSAGE;
    if (box->quoted)
        len = unquote(box->data + box->start, len, box->line_end);
    out->text = (sst_span){box->data + box->start, len};
    out->in_mbox = true;
    out->offset = box->offset;
}

/* A message begins behind the separator that lies from box->line to end. */
static void begin_message(mailbox *box, size_t end)
{
    box->offset = box->base + box->line;
    box->start = end + 1;
    box->line = end + 1;
    box->seen = end + 1;
    box->in_line = false;
    box->blank = false;
    box->quoted = false;
}

static bool next_of_mbox(mailbox *box, message *out)
{
    size_t end;
    if (find_separator(box, &end)) {
        hand_out(box, without_last_line(box, box->start, box->line), out);
        begin_message(box, end);
    } else {
        hand_out(box, box->len, out);
        box->done = true;
    }
    return true;
}

/* --- the beginning -------------------------------------------------------------------------- */

/* The first line that is not empty; what stands behind its end decides whether that is CR LF. */
static sst_span first_line(const mailbox *box)
{
    size_t start = 0;
    while (start < box->len && (box->data[start] == '\n' || box->data[start] == '\r'))
        start++;
    size_t end = start;
    while (end < box->len && box->data[end] != '\n' && box->data[end] != '\r')
        end++;
    return (sst_span){box->data + start, end - start};
}

/* Whether the input begins with a separator, which is then taken off. */
static bool begins_with_separator(mailbox *box)
{
    const sst_span line = first_line(box);
    size_t start = (size_t)(line.ptr - box->data);
    size_t end = start + line.len;
    if (end == box->len || !separator_is(line))
        return false;
    bool is_cr = box->data[end] == '\r';
    bool is_crlf = is_cr && end + 1 < box->len && box->data[end + 1] == '\n';
    box->line_end = is_cr && !is_crlf ? '\r' : '\n';
    box->line = start;
    begin_message(box, end + (is_crlf ? 1 : 0));
    return true;
}

/* A message that is the whole input. What is not wanted of a file is not read; of a pipe it is,
 * since whoever writes it might take a closed one for a failure. */
static bool only_message(mailbox *box, message *out)
{
    while (box->len < SST_MAX_BOUNCE_MESSAGE && read_more(box))
        ;
    size_t kept = box->len < SST_MAX_BOUNCE_MESSAGE ? box->len : SST_MAX_BOUNCE_MESSAGE;
    while (!box->from->regular &&
           stream_read(box->from, box->data + SST_MAX_BOUNCE_MESSAGE, MAILBOX_PIECE) > 0)
        ;
    out->text = (sst_span){box->data, kept};
    out->in_mbox = false;
    out->offset = 0;
    box->done = true;
    return kept > 0;
}

/* Reads so much that it can be told what the input is. */
static void begin(mailbox *box)
{
    sst_span line;
    do
        line = first_line(box);
    while (line.len <= SEPARATOR_MAX && (size_t)(line.ptr - box->data) + line.len + 1 >= box->len &&
           read_more(box));
    box->is_mbox = !box->one && begins_with_separator(box);
    box->begun = true;
}

bool mailbox_next(mailbox *box, message *out)
{
    if (box->done)
        return false;
    if (!box->begun)
        begin(box);
    return box->is_mbox ? next_of_mbox(box, out) : only_message(box, out);
}
