/*
 * What many records add up to, for people: those that say the same are put together, and under each
 * such group the recipients are listed with what was said of them.
 *
 * Memory is bounded: beyond DIGEST_ROWS recipients, or DIGEST_BYTES of what is said of them, the
 * rest is only counted.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <smtpstatus/record.h>

#include "arena.h"
#include "buffer.h"
#include "layout.h"

#define DIGEST_ROWS  ((size_t)16384)
#define DIGEST_BYTES ((size_t)4 << 20)

/* A recipient within a group. */
typedef struct digest_row {
    size_t group;
    size_t next;        /* row of the same group: 1 + its position; 0: the last */
    sst_span recipient; /* absent where the record has none */
    sst_span reply;     /* of the first record, made safe, and cut where it is long */
    uint64_t times;
} digest_row;

/* Records of which the same can be said. */
typedef struct digest_group {
    sst_record like;  /* kind and verdict; the provider, where all have the same */
    uint64_t count;   /* records */
    uint64_t listed;  /* of those, in rows */
    size_t first;     /* when it was seen first: the order of equals */
    size_t first_row; /* 1 + position; 0: none */
    size_t last_row;
} digest_group;

typedef struct digest {
    uint64_t count;   /* records */
    sst_record first; /* the first one, whole */
    arena memory;
    digest_group *groups;
    size_t group_count;
    size_t group_size;
    digest_row *rows;
    size_t row_count;
    size_t *slots; /* by group and recipient: 1 + position of a row, 0 where free */
} digest;

void digest_init(digest *all);
void digest_free(digest *all);

/* "550 5.1.1 User unknown", made safe, and cut where it is long. */
void digest_name_reply(buffer *into, const sst_record *record);

void digest_add(digest *all, const sst_record *record);

/* Writes the page: of one record everything, of more what they add up to. */
void digest_write(digest *all, layout *page, const char *language);

#endif
