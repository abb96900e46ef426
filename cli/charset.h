/*
 * Charsets that the library does not know, through iconv(3).
 */
#ifndef CHARSET_H
#define CHARSET_H

#include <stddef.h>

/* Converters that were opened, for one thread. */
typedef struct charset_cache charset_cache;

charset_cache *charset_cache_new(void);
void charset_cache_free(charset_cache *cache);

/* An sst_charset_convert; context is a charset_cache. */
ptrdiff_t charset_convert(void *context, const char *charset, size_t charset_len, const char *text,
                          size_t len, char *out, size_t size);

#endif
