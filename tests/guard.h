/*
 * Copies of bytes that lie right before memory which must not be touched: a read or write past
 * their end is caught, even where no sanitizer looks. There are a few places for them, each of
 * which holds one copy at a time.
 */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define GUARD_PLACES 2
#define GUARD_SIZE   ((size_t)2 << 20)

/* A copy of len bytes; of nothing in particular where bytes is NULL. */
static inline char *guard_end(size_t place, const char *bytes, size_t len)
{
    static char *ends[GUARD_PLACES];
    if (!ends[place]) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        int flags = MAP_PRIVATE | MAP_ANONYMOUS;
        char *memory = mmap(NULL, GUARD_SIZE + page, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (memory == MAP_FAILED || mprotect(memory + GUARD_SIZE, page, PROT_NONE) != 0)
            abort();
        ends[place] = memory + GUARD_SIZE;
    }
    if (len > GUARD_SIZE)
        abort();
    char *copy = ends[place] - len;
    if (bytes)
        memcpy(copy, bytes, len);
    return copy;
}

#endif
