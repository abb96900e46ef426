/* The bytes that were received and not looked at yet, and the reply that was looked at last. */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include <smtpstatus/client.h>

typedef struct client_input {
    char *bytes;
    size_t size;
    size_t at; /* what lies before was looked at */
    size_t len;
    uint64_t since;      /* when the first of the bytes not looked at came */
    uint64_t answerable; /* position in the output: what had been sent when bytes came last */
} client_input;

static inline size_t input_waiting(const client_input *input)
{
    return input->len - input->at;
}

/*
 * Room for len more bytes behind the others. What lies from *keep on stays, at another place, which
 * *keep then says. Returns false without memory, and changes nothing then that is seen.
 */
bool sst_input_reserve(client_input *input, const sst_allocator *allocator, size_t *keep,
                       size_t len);

#endif
