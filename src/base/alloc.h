/* The allocator in use: the caller's, or malloc's where it gave none. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <smtpstatus/base.h>

/* The allocator itself, or the one that stands for NULL. */
const sst_allocator *sst_allocator_or_default(const sst_allocator *allocator);

/* NULL when there is no memory or count * size overflows. */
void *sst_allocate(const sst_allocator *allocator, size_t count, size_t size);

/* As realloc: the old block stays when NULL comes back. */
void *sst_reallocate(const sst_allocator *allocator, void *block, size_t count, size_t size);

void sst_deallocate(const sst_allocator *allocator, void *block);

#endif
