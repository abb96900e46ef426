/*
 * Unpacking of data while it is read. How it is packed is seen from its first bytes. Each form
 * needs a library, which is optional.
 */
#ifndef UNPACK_H
#define UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much packed data is held. */
#define UNPACK_INPUT ((size_t)65536)

/* Enough of a file's first bytes to see how it is packed. */
#define UNPACK_MAGIC ((size_t)6)

/*
 * A few kilobytes can be made that unpack to gigabytes. So many bytes are free, as the same mail or
 * line may stand there over and over; beyond them the ratio of each form holds.
 */
#define UNPACK_FREE ((uint64_t)64 << 20)

typedef struct unpack_form unpack_form;
typedef struct unpacker unpacker;

/* Fills a buffer with packed data; returns how many bytes came, 0 at the end. */
typedef size_t unpack_refill(void *context, char *into, size_t size);

/* How data that begins so is packed; NULL where it is not. */
const unpack_form *unpack_recognise(const char *data, size_t len);

/* NULL where this build can unpack the form, else what is to be said. */
const char *unpack_missing(const unpack_form *form);

/* When packed data was last changed, in seconds since 1970, where it says so; else 0. len is that
 * of its first bytes. */
int64_t unpack_time(const unpack_form *form, const char *data, size_t len);

/* Begins with the packed data that is there already, at most UNPACK_INPUT bytes. */
unpacker *unpack_new(const unpack_form *form, const char *packed, size_t len, unpack_refill *refill,
                     void *context);
void unpack_free(unpacker *from);

/* Unpacks; returns how many bytes came, 0 at the end. Where something is wrong, *fault says what,
 * and nothing more will come. */
size_t unpack_read(unpacker *from, char *into, size_t size, const char **fault);

#endif
