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

bool sst_cache_init(cache *all, const cache_shape *shape, const sst_allocator *allocator)
{
    memset(all, 0, sizeof *all);
    all->shape = shape;
    all->allocator = allocator;
    all->buckets = shape->first;
    all->data = sst_allocate(allocator, all->buckets, bucket_size(all));
    if (all->data)
        memset(all->data, 0, all->buckets * bucket_size(all));
    return all->data != NULL;
}

void sst_cache_free(cache *all)
{
    if (all->data)
        sst_deallocate(all->allocator, all->data);
    all->data = NULL;
}

/*
 * Doubles the table. A bucket's entries go to it and to its counterpart in the new half, in their
 * order.
 */
static bool grow(cache *all)
{
    size_t size = bucket_size(all);
    size_t entry = all->shape->entry;
    size_t old = all->buckets;
    if (old >= all->shape->most)
        return false;
    unsigned char *data = sst_reallocate(all->allocator, all->data, old * 2, size);
    if (!data)
        return false;
    all->data = data;
    all->buckets = old * 2;
    memset(data + old * size, 0, old * size);
    for (size_t bucket = 0; bucket < old; bucket++) {
        unsigned char *from = data + bucket * size;
        unsigned char *upper = from + old * size;
        unsigned char *lower = from;
        size_t count = used(all, from);
        for (size_t i = 0; i < count; i++) {
            unsigned char *at = from + i * entry;
            bool moves = bucket_for(all, key_of(at)) != from;
            memmove(moves ? upper : lower, at, entry);
            upper += moves ? entry : 0;
            lower += moves ? 0 : entry;
        }
        memset(lower, 0, (size_t)(from + count * entry - lower));
    }
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
