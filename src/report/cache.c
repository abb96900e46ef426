/*
 * The forgetful table. Entries are moved within their bucket, so that its order is that of their
 * age; a bucket is a few cache lines at most.
 */
#include "report/cache.h"

#include <string.h>

#include "base/alloc.h"

static size_t bucket_size(const cache *all)
{
    return all->shape->ways * all->shape->entry;
}

static uint64_t key_of(const unsigned char *entry)
{
    uint64_t key;
    memcpy(&key, entry, sizeof key);
    return key;
}

static unsigned char *bucket_for(const cache *all, uint64_t key)
{
    return cache_bucket(all, all->shape, key);
}

static size_t used(const cache *all, const unsigned char *bucket)
{
    size_t i = 0;
    while (i < all->shape->ways && key_of(bucket + i * all->shape->entry) != 0)
        i++;
    return i;
}

/* Empty buckets at the beginning of a cache line; NULL where there is no memory. */
#define LINE ((size_t)64)

static void *new_block(const cache *all, size_t buckets, unsigned char **data)
{
    size_t size = buckets * bucket_size(all);
    char *block = sst_allocate(all->allocator, size + LINE, 1);
    if (!block)
        return NULL;
    size_t over = (size_t)((uintptr_t)block % LINE);
    *data = (unsigned char *)block + (over > 0 ? LINE - over : 0);
    memset(*data, 0, size);
    return block;
}

bool sst_cache_init(cache *all, const cache_shape *shape, const sst_allocator *allocator)
{
    memset(all, 0, sizeof *all);
    all->shape = shape;
    all->allocator = allocator;
    all->buckets = shape->first;
    all->block = new_block(all, all->buckets, &all->data);
    return all->block != NULL;
}

void sst_cache_free(cache *all)
{
    if (all->block)
        sst_deallocate(all->allocator, all->block);
    all->block = NULL;
}

/* Doubles the table. A bucket's entries go to two new ones, in their order. */
static bool grow(cache *all)
{
    size_t size = bucket_size(all);
    size_t entry = all->shape->entry;
    cache fresh = *all;
    if (all->buckets >= all->shape->most)
        return false;
    fresh.buckets = all->buckets * 2;
    fresh.block = new_block(all, fresh.buckets, &fresh.data);
    if (!fresh.block)
        return false;
    for (size_t bucket = 0; bucket < all->buckets; bucket++) {
        const unsigned char *from = all->data + bucket * size;
        unsigned char *lower = fresh.data + bucket * size;
        unsigned char *upper = lower + all->buckets * size;
        for (size_t i = used(all, from); i > 0; i--, from += entry) {
            bool stays = bucket_for(&fresh, key_of(from)) == fresh.data + bucket * size;
            memcpy(stays ? lower : upper, from, entry);
            lower += stays ? entry : 0;
            upper += stays ? 0 : entry;
        }
    }
    sst_deallocate(all->allocator, all->block);
    *all = fresh;
    return true;
}

void *sst_cache_put(cache *all, uint64_t key, uint64_t *gone)
{
    size_t entry = all->shape->entry;
    unsigned char *bucket = bucket_for(all, key);
    size_t count = used(all, bucket);
    while (count == all->shape->ways && grow(all)) {
        bucket = bucket_for(all, key);
        count = used(all, bucket);
    }
    if (count == all->shape->ways) {
        count = all->shape->victim ? all->shape->victim(bucket) : count - 1;
        if (gone)
            *gone = key_of(bucket + count * entry);
        all->let_go++;
        all->count--;
    }
    /* What is younger than the gap moves up. */
    memmove(bucket + entry, bucket, count * entry);
    memset(bucket, 0, entry);
    memcpy(bucket, &key, sizeof key);
    all->count++;
    return bucket;
}

void sst_cache_remove(cache *all, void *entry)
{
    unsigned char *at = entry;
    size_t size = bucket_size(all);
    size_t into = (size_t)(at - all->data) % size;
    memmove(at, at + all->shape->entry, size - into - all->shape->entry);
    memset(at - into + size - all->shape->entry, 0, all->shape->entry);
    all->count--;
}
