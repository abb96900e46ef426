/* The bytes that wait to be sent: one block that grows as far as a window of a message needs. */
#include "client/output.h"

#include <string.h>

#include "base/alloc.h"

#define FIRST_SIZE ((size_t)4096)

void sst_output_wipe(void *memory, size_t len)
{
    volatile char *bytes = memory;
    for (size_t i = 0; i < len; i++)
        bytes[i] = 0;
}

char *sst_output_reserve(client_output *output, const sst_allocator *allocator, size_t len)
{
    if (output->at == output->len)
        output->at = output->len = 0;
    if (output->size - output->len >= len)
        return output->bytes + output->len;
    size_t waiting = output_waiting(output);
    if (output->at > 0 && output->size - waiting >= len) {
        memmove(output->bytes, output->bytes + output->at, waiting);
    } else {
        size_t size = output->size == 0 ? FIRST_SIZE : output->size;
        while (size - waiting < len)
            size *= 2;
        /* A new block, not a longer one: the old one, which may hold secrets, is overwritten. */
        char *bytes = sst_allocate(allocator, size, 1);
        if (!bytes)
            return NULL;
        if (waiting > 0)
            memcpy(bytes, output->bytes + output->at, waiting);
        sst_output_wipe(output->bytes, output->len);
        sst_deallocate(allocator, output->bytes);
        output->bytes = bytes;
        output->size = size;
    }
    output->at = 0;
    output->len = waiting;
    return output->bytes + waiting;
}

void sst_output_sent(client_output *output, size_t len, bool wipe)
{
    if (wipe)
        sst_output_wipe(output->bytes + output->at, len);
    output->at += len;
    output->sent += len;
}

void sst_output_drop(client_output *output)
{
    if (output_waiting(output) > 0)
        sst_output_wipe(output->bytes + output->at, output_waiting(output));
    output->len = output->at;
}
