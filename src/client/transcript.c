/*
 * The lines of a transcript between the step in which they arise and the event in which they are
 * pulled. Copies: what they show may be sent, or wiped, by then.
 */
#include "client/transcript.h"

#include <string.h>

#include "base/alloc.h"

typedef struct line_head {
    uint64_t time;
    size_t len;
    sst_command command;
    bool from_server;
} line_head;

static char *reserve(client_transcript *transcript, const sst_allocator *allocator, size_t len)
{
    if (transcript->at == transcript->len)
        transcript->at = transcript->len = 0;
    size_t size = transcript->size;
    if (size - transcript->len < len) {
        while (size - transcript->len < len)
            size = size == 0 ? 1024 : size * 2;
        char *bytes = sst_reallocate(allocator, transcript->bytes, size, 1);
        if (!bytes)
            return NULL;
        transcript->bytes = bytes;
        transcript->size = size;
    }
    return transcript->bytes + transcript->len;
}

static void add_line(client_transcript *transcript, const sst_allocator *allocator, line_head head,
                     const char *text)
{
    char *to = reserve(transcript, allocator, sizeof head + head.len);
    if (!to)
        return;
    memcpy(to, &head, sizeof head);
    memcpy(to + sizeof head, text, head.len);
    transcript->len += sizeof head + head.len;
}

void sst_transcript_add(client_transcript *transcript, const sst_allocator *allocator,
                        uint64_t time, bool from_server, sst_command command, sst_span text)
{
    if (!transcript->is_wanted)
        return;
    for (size_t at = 0; at < text.len;) {
        const char *start = text.ptr + at;
        const char *lf = memchr(start, '\n', text.len - at);
        size_t whole = lf ? (size_t)(lf - start) + 1 : text.len - at;
        size_t len = lf ? whole - 1 : whole;
        while (len > 0 && start[len - 1] == '\r')
            len--;
        line_head head = {time, len, command, from_server};
        add_line(transcript, allocator, head, start);
        at += whole;
    }
}

void sst_transcript_add_body(client_transcript *transcript, const sst_allocator *allocator,
                             uint64_t time, sst_command command, size_t len)
{
    static const char before[] = "(bytes of the message: ";
    char text[sizeof before + 24];
    char digits[20];
    size_t at = sizeof digits;
    if (!transcript->is_wanted)
        return;
    do {
        digits[--at] = (char)('0' + len % 10);
        len /= 10;
    } while (len > 0);
    memcpy(text, before, sizeof before - 1);
    memcpy(text + sizeof before - 1, digits + at, sizeof digits - at);
    size_t end = sizeof before - 1 + sizeof digits - at;
    text[end++] = ')';
    line_head head = {time, end, command, false};
    add_line(transcript, allocator, head, text);
}

bool sst_transcript_next(client_transcript *transcript, sst_client_event *event)
{
    line_head head;
    if (transcript->at == transcript->len)
        return false;
    memcpy(&head, transcript->bytes + transcript->at, sizeof head);
    memset(event, 0, sizeof *event);
    event->kind = SST_CLIENT_TRANSCRIPT;
    event->recipient = SST_CLIENT_NO_RECIPIENT;
    event->time = head.time;
    event->command = head.command;
    event->from_server = head.from_server;
    event->text.ptr = transcript->bytes + transcript->at + sizeof head;
    event->text.len = head.len;
    transcript->at += sizeof head + head.len;
    return true;
}
