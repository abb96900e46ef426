/*
 * Names (of domains, providers, senders, clients; templates of replies), each kept once, with what
 * is counted under it. There is a most of them; beyond it, all are "others", which has a row too.
 */
#ifndef REPORT_NAMES_H
#define REPORT_NAMES_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#include "base/prefetch.h"

/* What became of a recipient. */
typedef enum fate_state {
    FATE_FIRST,  /* delivered at the first try */
    FATE_LATER,  /* delivered after it was put off */
    FATE_FAILED, /* for good */
    FATE_WAITING,
    FATE_DOUBT,
    FATE_STATES
} fate_state;

/* Recipients by what became of them. */
typedef struct tally {
    uint64_t of[FATE_STATES];
} tally;

typedef struct name_row {
    const char *text;
    size_t len;
    uint64_t hash;
    tally count;
} name_row;

/* Where a name stands; with a part of its hash, so that few rows are looked at in vain. */
typedef struct name_slot {
    uint32_t tag;
    uint32_t position; /* plus 1; 0 where the slot is free */
} name_slot;

typedef struct names {
    const sst_allocator *allocator;
    name_row *list; /* list[most] does not exist: see others */
    size_t count;
    size_t size;
    size_t most;
    name_slot *slots; /* twice the size */
    struct names_block *blocks;
    size_t bytes;
    size_t most_bytes;
    tally others;
    size_t last;          /* the one found last */
    uint64_t turned_away; /* how often a name had to go to the others */
} names;

void sst_names_init(names *all, size_t most, size_t most_bytes, const sst_allocator *allocator);
void sst_names_free(names *all);

/* The position of a name with its hash; all->most where it is one of the others. Letters are kept
 * in lower case where fold is set. */
size_t sst_names_find(names *all, sst_span text, uint64_t hash, bool fold);

/* Asks for the memory that will tell where a name is. */
static inline void names_prefetch(const names *all, uint64_t hash)
{
    if (all->size > 0)
        prefetch(&all->slots[(size_t)hash & (2 * all->size - 1)]);
}

/* And for the row, when the first has come. */
static inline void names_prefetch_row(const names *all, uint64_t hash)
{
    if (all->size == 0)
        return;
    uint32_t position = all->slots[(size_t)hash & (2 * all->size - 1)].position;
    if (position > 0)
        prefetch(&all->list[position - 1]);
}

static inline tally *names_tally(names *all, size_t position)
{
    return position < all->count ? &all->list[position].count : &all->others;
}

static inline uint64_t tally_sum(const tally *count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < FATE_STATES; i++)
        sum += count->of[i];
    return sum;
}

/* Recipients that did not get the mail, or not yet, or perhaps not. */
static inline uint64_t tally_cost(const tally *count)
{
    return count->of[FATE_FAILED] + count->of[FATE_WAITING] + count->of[FATE_DOUBT];
}

#endif
