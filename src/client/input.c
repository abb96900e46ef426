/* The bytes received: one block, in which they move to the front when there is no room behind. */
#include "client/input.h"

#include <string.h>

#include "base/alloc.h"

#define FIRST_SIZE ((size_t)2048)

bool sst_input_reserve(client_input *input, const sst_allocator *allocator, size_t *keep,
                       size_t len)
{
    if (input->size - input->len >= len)
        return true;
    size_t used = input->len - *keep;
    if (*keep > 0 && used > 0)
        memmove(input->bytes, input->bytes + *keep, used);
    input->at -= *keep;
    input->len = used;
    *keep = 0;
    if (input->size - used >= len)
        return true;
    size_t size = input->size == 0 ? FIRST_SIZE : input->size;
    while (size - used < len)
        size *= 2;
    char *bytes = sst_reallocate(allocator, input->bytes, size, 1);
    if (!bytes)
        return false;
    input->bytes = bytes;
    input->size = size;
    return true;
}
