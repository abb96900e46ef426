/*
 * Memory through the caller's allocator. The transport is a library of its own, which sees the
 * core's public headers only; so these few lines stand here once more.
 */
#ifndef NET_MEMORY_H
#define NET_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include <smtpstatus/base.h>

/* As realloc; size is not 0. The old block stays when NULL comes back. */
static inline void *net_resize(const sst_allocator *allocator, void *block, size_t size)
{
    return allocator ? allocator->resize(allocator->context, block, size) : realloc(block, size);
}

/* Zeroed; NULL when there is no memory. */
static inline void *net_new(const sst_allocator *allocator, size_t size)
{
    void *block = net_resize(allocator, NULL, size);
    return block ? memset(block, 0, size) : NULL;
}

static inline void net_delete(const sst_allocator *allocator, void *block)
{
    if (!block)
        return;
    if (allocator)
        (void)allocator->resize(allocator->context, block, 0);
    else
        free(block);
}

#endif
