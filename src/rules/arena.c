/* Memory for the rules' reader and compiler: blocks of at least a fixed size in a list. */
#include "rules/arena.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"

struct sst_arena_block {
    sst_arena_block *next;
    size_t size;
    _Alignas(max_align_t) unsigned char bytes[];
};

enum { BLOCK_SIZE = 65536 - 64 };

void sst_arena_init(sst_arena *arena, const sst_allocator *allocator)
{
    memset(arena, 0, sizeof *arena);
    arena->allocator = allocator;
}

void sst_arena_free(sst_arena *arena)
{
    sst_arena_block *block = arena->blocks;
    while (block) {
        sst_arena_block *next = block->next;
        sst_deallocate(arena->allocator, block);
        block = next;
    }
    arena->blocks = NULL;
}

static void *fail(sst_arena *arena)
{
    arena->failed = true;
    return NULL;
}

static sst_arena_block *add_block(sst_arena *arena, size_t size)
{
    sst_arena_block *block =
        sst_allocate(arena->allocator, 1, offsetof(sst_arena_block, bytes) + size);
    if (!block)
        return fail(arena);
    block->next = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->used = 0;
    return block;
}

void *sst_arena_take(sst_arena *arena, size_t count, size_t size)
{
    if (arena->failed || (size && count > (SIZE_MAX / 2) / size))
        return fail(arena);
    size_t bytes = count * size;
    bytes += (_Alignof(max_align_t) - bytes % _Alignof(max_align_t)) % _Alignof(max_align_t);
    sst_arena_block *block = arena->blocks;
    if (!block || block->size - arena->used < bytes) {
        block = add_block(arena, bytes > BLOCK_SIZE ? bytes : BLOCK_SIZE);
        if (!block)
            return NULL;
    }
    void *taken = block->bytes + arena->used;
    arena->used += bytes;
    memset(taken, 0, bytes);
    return taken;
}

char *sst_arena_copy(sst_arena *arena, const char *bytes, size_t len)
{
    char *copy = sst_arena_take(arena, len + 1, 1);
    if (copy && len)
        memcpy(copy, bytes, len);
    return copy;
}

void *sst_vec_add(sst_arena *arena, sst_vec *vec, size_t count, size_t size)
{
    if (!vec->items || vec->capacity - vec->count < count) {
        size_t capacity = vec->capacity * 2 + count + 16;
        void *items = sst_arena_take(arena, capacity, size);
        if (!items)
            return NULL;
        if (vec->count)
            memcpy(items, vec->items, vec->count * size);
        vec->items = items;
        vec->capacity = capacity;
    }
    void *added = (unsigned char *)vec->items + vec->count * size;
    vec->count += count;
    return added;
}
