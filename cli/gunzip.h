/*
 * Unpacking of gzip data (RFC 1952) while it is read. zlib is optional (HAVE_ZLIB).
 */
#ifndef GUNZIP_H
#define GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

/* How much packed data is held. */
#define GUNZIP_INPUT ((size_t)65536)

/*
 * A few kilobytes can be made that unpack to gigabytes. Mail that packs better than this does not
 * exist, except where the same mail stands there over and over: hence the bytes that are free.
 */
#define GUNZIP_MAX_RATIO 250u
#define GUNZIP_FREE      ((size_t)64 << 20)

typedef struct gunzip gunzip;

/* Fills a buffer with packed data; returns how many bytes came, 0 at the end. */
typedef size_t gunzip_refill(void *context, char *into, size_t size);

/* Whether data begins as gzip does. */
bool gunzip_is_packed(const char *data, size_t len);

/* Whether this build can unpack. */
bool gunzip_supported(void);

/* Begins with the packed data that is there already, at most GUNZIP_INPUT bytes. */
gunzip *gunzip_new(const char *packed, size_t len, gunzip_refill *refill, void *context);
void gunzip_free(gunzip *from);

/* Unpacks; returns how many bytes came, 0 at the end. Where something is wrong, *fault says what,
 * and nothing more will come. */
size_t gunzip_read(gunzip *from, char *into, size_t size, const char **fault);

#endif
