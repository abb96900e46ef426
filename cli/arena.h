/*
 * Memory for many small pieces that are given back all at once. A piece stays where it is.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

#include <smtpstatus/base.h>

typedef struct arena {
    struct arena_block *blocks; /* the one that is being filled first */
    size_t used;                /* bytes of all pieces */
} arena;

/* Room for so many bytes, which may be none. */
char *arena_take(arena *in, size_t len);

/* A copy of bytes; an absent span stays absent. */
sst_span arena_copy(arena *in, sst_span bytes);

/* Gives all pieces back, and keeps some memory for the next ones. */
void arena_clear(arena *in);
void arena_free(arena *in);

#endif
