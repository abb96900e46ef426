/*
 * The storage of texts that outlive their line. A free block holds the links of its list in its own
 * bytes; what begins at a unit (nothing, a free or a taken block, of which order) is kept beside.
 */
#include "log/store.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

/* State of a unit: 0 inside a block, else its order plus one, with a mark where it is free. */
#define STATE_FREE 0x80u

typedef struct links {
    uint32_t previous;
    uint32_t next;
} links;

int sst_log_store_init(log_store *store, const sst_allocator *allocator, size_t size)
{
    size_t blocks = size / STORE_MAX_SIZE;
    size_t most = UINT32_MAX / (STORE_MAX_SIZE / STORE_UNIT) - 1;
    blocks = blocks == 0 ? 1 : blocks > most ? most : blocks;
    store->units = (uint32_t)(blocks * (STORE_MAX_SIZE / STORE_UNIT));
    store->frontier = 0;
    for (size_t i = 0; i < STORE_ORDERS; i++)
        store->free[i] = STORE_NONE;
    store->bytes = sst_allocate(allocator, blocks, STORE_MAX_SIZE);
    store->state = sst_allocate(allocator, store->units, 1);
    return store->bytes && store->state ? SST_OK : SST_E_NO_MEMORY;
}

void sst_log_store_free(log_store *store, const sst_allocator *allocator)
{
    sst_deallocate(allocator, store->bytes);
    sst_deallocate(allocator, store->state);
}

static links get_links(const log_store *store, uint32_t block)
{
    links of;
    memcpy(&of, log_store_at(store, block), sizeof of);
    return of;
}

static void set_links(log_store *store, uint32_t block, links of)
{
    memcpy(log_store_at(store, block), &of, sizeof of);
}

static void push(log_store *store, uint32_t block, unsigned order)
{
    links of = {STORE_NONE, store->free[order]};
    set_links(store, block, of);
    if (of.next != STORE_NONE) {
        links other = get_links(store, of.next);
        other.previous = block;
        set_links(store, of.next, other);
    }
    store->free[order] = block;
    store->state[block] = (uint8_t)((order + 1) | STATE_FREE);
}

static void unlink_block(log_store *store, uint32_t block, unsigned order)
{
    links of = get_links(store, block);
    if (of.next != STORE_NONE) {
        links other = get_links(store, of.next);
        other.previous = of.previous;
        set_links(store, of.next, other);
    }
    if (of.previous != STORE_NONE) {
        links other = get_links(store, of.previous);
        other.next = of.next;
        set_links(store, of.previous, other);
    } else {
        store->free[order] = of.next;
    }
    store->state[block] = 0;
}

/* A block of the greatest order that was never used. */
static uint32_t advance(log_store *store)
{
    uint32_t units = (uint32_t)(STORE_MAX_SIZE / STORE_UNIT);
    if (store->frontier >= store->units)
        return STORE_NONE;
    uint32_t block = store->frontier;
    memset(store->state + block, 0, units);
    store->frontier += units;
    return block;
}

uint32_t sst_log_store_take(log_store *store, size_t size)
{
    unsigned order = 0;
    while (order < STORE_ORDERS && STORE_UNIT << order < size)
        order++;
    if (order == STORE_ORDERS)
        return STORE_NONE;
    unsigned from = order;
    while (from < STORE_ORDERS && store->free[from] == STORE_NONE)
        from++;
    uint32_t block;
    if (from < STORE_ORDERS) {
        block = store->free[from];
        unlink_block(store, block, from);
    } else {
        block = advance(store);
        from = STORE_ORDERS - 1;
        if (block == STORE_NONE)
            return STORE_NONE;
    }
    while (from > order) {
        from--;
        push(store, block + (1u << from), from);
    }
    store->state[block] = (uint8_t)(order + 1);
    return block;
}

void sst_log_store_give_back(log_store *store, uint32_t block)
{
    unsigned order = (store->state[block] & ~STATE_FREE) - 1;
    store->state[block] = 0;
    while (order + 1 < STORE_ORDERS) {
        uint32_t buddy = block ^ (1u << order);
        if (store->state[buddy] != ((order + 1) | STATE_FREE))
            break;
        unlink_block(store, buddy, order);
        block = block < buddy ? block : buddy;
        order++;
    }
    push(store, block, order);
}

size_t sst_log_store_size(const log_store *store, uint32_t block)
{
    return STORE_UNIT << ((store->state[block] & ~STATE_FREE) - 1);
}
