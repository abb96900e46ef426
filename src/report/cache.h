/*
 * A table of bounded size that forgets: entries are found by a 64-bit key and lie in buckets of a
 * few, the newest first. While it may grow, a full bucket makes it grow; after that the oldest of
 * the bucket goes. No lookup looks at more than one bucket, whatever keys there are.
 *
 * An entry begins with its key; 0 is no key. Low bits of the key that are not in mask are free for
 * the user's marks.
 */
#ifndef REPORT_CACHE_H
#define REPORT_CACHE_H

#include <stdbool.h>
#include <string.h>

#include <smtpstatus/base.h>

typedef struct cache_shape {
    size_t entry; /* bytes of one, a multiple of 8 */
    size_t ways;  /* entries of a bucket */
    size_t first; /* buckets at the beginning and */
    size_t most;  /* at the end, powers of two */
    uint64_t mask;
    unsigned shift; /* the bits of the key from here on choose the bucket */
    /* Which entry of a full bucket goes; NULL: the last. */
    size_t (*victim)(const unsigned char *bucket);
} cache_shape;

typedef struct cache {
    const cache_shape *shape;
    const sst_allocator *allocator;
    void *block;         /* as it was allocated */
    unsigned char *data; /* in it, where a cache line begins: a bucket of 64 bytes is one line */
    size_t buckets;
    size_t count;
    uint64_t let_go;
} cache;

/* Returns false where there is no memory. */
bool sst_cache_init(cache *all, const cache_shape *shape, const sst_allocator *allocator);
void sst_cache_free(cache *all);

/* A new entry, zero but for its key, which must not be there. Pointers into the table end. The key
 * of the entry that went for it is put into gone, which may be NULL. */
void *sst_cache_put(cache *all, uint64_t key, uint64_t *gone);

/* Takes an entry out. */
void sst_cache_remove(cache *all, void *entry);

/* The bucket that holds a key, or would. */
static inline unsigned char *cache_bucket(const cache *all, const cache_shape *shape, uint64_t key)
{
    size_t bucket = (size_t)(key >> shape->shift) & (all->buckets - 1);
    return all->data + bucket * shape->ways * shape->entry;
}

/* The entry with a key; NULL. shape is all->shape, given as a constant to be quick. */
static inline void *cache_find(const cache *all, const cache_shape *shape, uint64_t key)
{
    unsigned char *at = cache_bucket(all, shape, key);
    for (size_t i = 0; i < shape->ways; i++, at += shape->entry) {
        uint64_t there;
        memcpy(&there, at, sizeof there);
        if (((there ^ key) & shape->mask) == 0 && there != 0)
            return at;
    }
    return NULL;
}

#endif
