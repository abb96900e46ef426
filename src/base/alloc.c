/* Allocation through the caller's allocator. Sizes are checked for overflow here, once. */
#include "base/alloc.h"

#include <stdlib.h>

static void *resize_by_malloc(void *context, void *block, size_t size)
{
    (void)context;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

static const sst_allocator by_malloc = {resize_by_malloc, NULL};

const sst_allocator *sst_allocator_or_default(const sst_allocator *allocator)
{
    return allocator ? allocator : &by_malloc;
}

void *sst_allocate(const sst_allocator *allocator, size_t count, size_t size)
{
    return sst_reallocate(allocator, NULL, count, size);
}

void *sst_reallocate(const sst_allocator *allocator, void *block, size_t count, size_t size)
{
    if (count == 0 || size == 0 || count > SIZE_MAX / size)
        return NULL;
    const sst_allocator *a = sst_allocator_or_default(allocator);
    return a->resize(a->context, block, count * size);
}

void sst_deallocate(const sst_allocator *allocator, void *block)
{
    if (!block)
        return;
    const sst_allocator *a = sst_allocator_or_default(allocator);
    (void)a->resize(a->context, block, 0);
}
