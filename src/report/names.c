/*
 * Names in blocks of memory that never move, found by their hash.
 */
#include "report/names.h"

#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"

#define FIRST_SIZE ((size_t)64)
#define BLOCK_SIZE ((size_t)16384)

struct names_block {
    struct names_block *next;
    size_t used;
    char bytes[];
};

void sst_names_init(names *all, size_t most, size_t most_bytes, const sst_allocator *allocator)
{
    memset(all, 0, sizeof *all);
    all->most = most;
    all->most_bytes = most_bytes;
    all->allocator = allocator;
}

void sst_names_free(names *all)
{
    while (all->blocks) {
        struct names_block *next = all->blocks->next;
        sst_deallocate(all->allocator, all->blocks);
        all->blocks = next;
    }
    if (all->list)
        sst_deallocate(all->allocator, all->list);
    if (all->slots)
        sst_deallocate(all->allocator, all->slots);
}

/* The slot in which a name is, or in which it would be. */
static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static name_slot *slot_of(const names *all, sst_span text, uint64_t hash)
{
    size_t mask = 2 * all->size - 1;
    size_t at = (size_t)hash & mask;
    for (; all->slots[at].position != 0; at = (at + 1) & mask) {
        if (all->slots[at].tag != tag_of(hash))
            continue;
        const name_row *here = &all->list[all->slots[at].position - 1];
        if (here->hash == hash && here->len == text.len)
            break;
    }
    return &all->slots[at];
}

/* Makes room for one more. The size is a power of two, and half the slots stay free. */
static bool make_room(names *all)
{
    if (all->count < all->size)
        return true;
    size_t size = all->size > 0 ? all->size * 2 : FIRST_SIZE;
    name_row *list = sst_reallocate(all->allocator, all->list, size, sizeof *list);
    if (!list)
        return false;
    all->list = list;
    name_slot *slots = sst_reallocate(all->allocator, all->slots, 2 * size, sizeof *slots);
    if (!slots)
        return false;
    all->slots = slots;
    all->size = size;
    memset(slots, 0, 2 * size * sizeof *slots);
    for (size_t i = 0; i < all->count; i++) {
        sst_span text = {all->list[i].text, all->list[i].len};
        const name_slot slot = {tag_of(all->list[i].hash), (uint32_t)i + 1};
        *slot_of(all, text, all->list[i].hash) = slot;
    }
    return true;
}

static char *take_bytes(names *all, size_t len)
{
    struct names_block *block = all->blocks;
    if (len > BLOCK_SIZE || all->bytes + len > all->most_bytes)
        return NULL;
    if (!block || BLOCK_SIZE - block->used < len) {
        block = sst_allocate(all->allocator, 1, sizeof *block + BLOCK_SIZE);
        if (!block)
            return NULL;
        block->next = all->blocks;
        block->used = 0;
        all->blocks = block;
    }
    char *bytes = block->bytes + block->used;
    block->used += len;
    all->bytes += len;
    return bytes;
}

static size_t add(names *all, sst_span text, uint64_t hash, bool fold)
{
    char *bytes = NULL;
    if (all->count < all->most && make_room(all))
        bytes = take_bytes(all, text.len);
    if (!bytes) {
        all->turned_away++;
        return all->most;
    }
    for (size_t i = 0; i < text.len; i++)
        bytes[i] = fold ? ascii_lower(text.ptr[i]) : text.ptr[i];
    name_row *fresh = &all->list[all->count];
    memset(fresh, 0, sizeof *fresh);
    fresh->text = bytes;
    fresh->len = text.len;
    fresh->hash = hash;
    const name_slot slot = {tag_of(hash), (uint32_t)++all->count};
    *slot_of(all, text, hash) = slot;
    return all->count - 1;
}

size_t sst_names_find(names *all, sst_span text, uint64_t hash, bool fold)
{
    if (all->size > 0) {
        uint32_t position = slot_of(all, text, hash)->position;
        if (position != 0)
            return position - 1;
    }
    return add(all, text, hash, fold);
}
