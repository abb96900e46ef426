/*
 * Memory for reading and compiling rules: taken piece by piece, freed all at once. The first
 * allocation that fails is remembered, and every later one fails too, so that a caller may check
 * once behind a row of them.
 */
#ifndef SST_RULES_ARENA_H
#define SST_RULES_ARENA_H

#include <stdbool.h>

#include <smtpstatus/base.h>

typedef struct sst_arena_block sst_arena_block;

typedef struct sst_arena {
    const sst_allocator *allocator;
    sst_arena_block *blocks;
    size_t used; /* of the first block */
    bool failed;
} sst_arena;

void sst_arena_init(sst_arena *arena, const sst_allocator *allocator);
void sst_arena_free(sst_arena *arena);

/* count items of size bytes each, zeroed; NULL without memory. */
void *sst_arena_take(sst_arena *arena, size_t count, size_t size);

/* A copy of len bytes with a NUL behind it. */
char *sst_arena_copy(sst_arena *arena, const char *bytes, size_t len);

/* An array that grows within an arena. Zero it first; size is that of an item. */
typedef struct sst_vec {
    void *items;
    size_t count;
    size_t capacity;
} sst_vec;

/* Adds count zeroed items and returns the first of them; NULL without memory. */
void *sst_vec_add(sst_arena *arena, sst_vec *vec, size_t count, size_t size);

#endif
