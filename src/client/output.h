/* The bytes that wait to be sent. Positions count from the first byte of the session. */
#ifndef CLIENT_OUTPUT_H
#define CLIENT_OUTPUT_H

#include <smtpstatus/client.h>

typedef struct client_output {
    char *bytes;
    size_t size;
    size_t at;     /* the first that was not sent */
    size_t len;    /* behind the last */
    uint64_t sent; /* position of bytes[at] */
} client_output;

/* Room for len more bytes: where they go, or NULL without memory. */
char *sst_output_reserve(client_output *output, const sst_allocator *allocator, size_t len);

/* len bytes were written there. */
static inline void output_commit(client_output *output, size_t len)
{
    output->len += len;
}

static inline size_t output_waiting(const client_output *output)
{
    return output->len - output->at;
}

/* The position behind everything. */
static inline uint64_t output_end(const client_output *output)
{
    return output->sent + output_waiting(output);
}

/* The first len waiting bytes were sent. With wipe they are overwritten. */
void sst_output_sent(client_output *output, size_t len, bool wipe);

/* Forgets what waits. */
void sst_output_drop(client_output *output);

/* Overwrites memory in a way that no compiler leaves out. */
void sst_output_wipe(void *memory, size_t len);

#endif
