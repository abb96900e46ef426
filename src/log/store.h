/*
 * Blocks of bytes out of one piece of memory that is taken at the start: sizes are powers of two,
 * and neighbours that are free join again (a buddy allocator). Taking and giving back are of
 * constant time. Memory that was never used is never touched.
 */
#ifndef LOG_STORE_H
#define LOG_STORE_H

#include <smtpstatus/base.h>

#define STORE_NONE     UINT32_MAX
#define STORE_UNIT     ((size_t)64) /* the smallest block */
#define STORE_ORDERS   8            /* 64 bytes to 8 kB */
#define STORE_MAX_SIZE (STORE_UNIT << (STORE_ORDERS - 1))

/* Blocks are named by their number of units from the start. */
typedef struct log_store {
    char *bytes;
    uint8_t *state; /* of each unit: what begins there */
    uint32_t units;
    uint32_t frontier; /* from here on nothing was ever used */
    uint32_t free[STORE_ORDERS];
} log_store;

/* size is rounded down to a multiple of STORE_MAX_SIZE. Returns SST_OK or SST_E_NO_MEMORY. */
int sst_log_store_init(log_store *store, const sst_allocator *allocator, size_t size);
void sst_log_store_free(log_store *store, const sst_allocator *allocator);

/* A block of at least size bytes; STORE_NONE where none is left or size is over STORE_MAX_SIZE. */
uint32_t sst_log_store_take(log_store *store, size_t size);
void sst_log_store_give_back(log_store *store, uint32_t block);

size_t sst_log_store_size(const log_store *store, uint32_t block);

static inline char *log_store_at(const log_store *store, uint32_t block)
{
    return store->bytes + (size_t)block * STORE_UNIT;
}

#endif
