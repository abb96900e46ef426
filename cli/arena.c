/*
 * The arena: a chain of blocks.
 */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"

#define BLOCK_SIZE ((size_t)65536)

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    char data[];
};

typedef struct arena_block block;

static block *block_with_room(arena *in, size_t count)
{
    if (in->blocks && in->blocks->size - in->blocks->used >= count)
        return in->blocks;
    size_t size = count > BLOCK_SIZE ? count : BLOCK_SIZE;
    block *fresh = allocate_or_end(NULL, 1, sizeof *fresh + size);
    fresh->next = in->blocks;
    fresh->size = size;
    fresh->used = 0;
    in->blocks = fresh;
    return fresh;
}

char *arena_take(arena *in, size_t len)
{
    block *into = block_with_room(in, len);
    char *room = into->data + into->used;
    into->used += len;
    in->used += len;
    return room;
}

sst_span arena_copy(arena *in, sst_span bytes)
{
    if (!bytes.ptr)
        return bytes;
    char *copy = arena_take(in, bytes.len);
    if (bytes.len > 0)
        memcpy(copy, bytes.ptr, bytes.len);
    return (sst_span){copy, bytes.len};
}

static void free_chain(block *from)
{
    while (from) {
        block *next = from->next;
        free(from);
        from = next;
    }
}

void arena_clear(arena *in)
{
    in->used = 0;
    if (!in->blocks)
        return;
    free_chain(in->blocks->next);
    in->blocks->next = NULL;
    in->blocks->used = 0;
    if (in->blocks->size > BLOCK_SIZE)
        arena_free(in);
}

void arena_free(arena *in)
{
    free_chain(in->blocks);
    in->blocks = NULL;
    in->used = 0;
}
