/* The lines of a transcript that wait to be pulled as events. */
#ifndef CLIENT_TRANSCRIPT_H
#define CLIENT_TRANSCRIPT_H

#include <smtpstatus/client.h>

typedef struct client_transcript {
    bool is_wanted;
    char *bytes; /* lines, each behind its head */
    size_t size;
    size_t at;
    size_t len;
} client_transcript;

/* Keeps a line; without memory it is lost. Of several lines each is one. */
void sst_transcript_add(client_transcript *transcript, const sst_allocator *allocator,
                        uint64_t time, bool from_server, sst_command command, sst_span text);

/* How many bytes of a message were sent. */
void sst_transcript_add_body(client_transcript *transcript, const sst_allocator *allocator,
                             uint64_t time, sst_command command, size_t len);

bool sst_transcript_next(client_transcript *transcript, sst_client_event *event);

#endif
