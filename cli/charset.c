/*
 * Conversion with iconv(3).
 *
 * Names come from outside, and iconv knows hundreds of charsets, some of them in code that hardly
 * anybody uses and that had its faults. So only what occurs in mail is handed on: by a table of
 * names, in which mail's own names lead to those of iconv.
 */
#define _POSIX_C_SOURCE 200809L

#include "charset.h"

#ifndef HAVE_ICONV

charset_cache *charset_cache_new(void)
{
    return NULL;
}

void charset_cache_free(charset_cache *cache)
{
    (void)cache;
}

ptrdiff_t charset_convert(void *context, const char *charset, size_t charset_len, const char *text,
                          size_t len, char *out, size_t size)
{
    (void)context;
    (void)charset;
    (void)charset_len;
    (void)text;
    (void)len;
    (void)out;
    (void)size;
    return -1;
}

#else

#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

/* Names are short: RFC 2978 2.3 allows 40 bytes. */
#define NAME_SIZE ((size_t)41)

/* A mailbox has mail in few charsets. */
#define CACHED    ((size_t)8)

/* Names as in mail, and what iconv calls the same or the larger set that is meant by it; NULL: the
 * same name. */
static const struct {
    const char *name;
    const char *iconv_name;
} known[] = {
    {"big5", "CP950"},
    {"big5-hkscs", NULL},
    {"cn-big5", "CP950"},
    {"cp949", NULL},
    {"euc-jp", NULL},
    {"euc-kr", "CP949"},
    {"euc-tw", NULL},
    {"gb18030", NULL},
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"gbk", "GB18030"},
    {"hz-gb-2312", "HZ"},
    {"iso-2022-cn", NULL},
    {"iso-2022-jp", NULL},
    {"iso-2022-jp-1", NULL},
    {"iso-2022-jp-2", NULL},
    {"iso-2022-kr", NULL},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"koi8-r", NULL},
    {"koi8-ru", "KOI8-U"},
    {"koi8-t", NULL},
    {"koi8-u", NULL},
    {"ks_c_5601-1987", "CP949"},
    {"ksc5601", "CP949"},
    {"macintosh", NULL},
    {"ms_kanji", "CP932"},
    {"shift-jis", "CP932"},
    {"shift_jis", "CP932"},
    {"sjis", "CP932"},
    {"tis-620", NULL},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"utf-16", NULL},
    {"utf-16be", NULL},
    {"utf-16le", NULL},
    {"utf-32", NULL},
    {"utf-7", NULL},
    {"viscii", NULL},
    {"windows-31j", "CP932"},
    {"windows-874", "CP874"},
    {"windows-949", "CP949"},
    {"x-euc-jp", "EUC-JP"},
    {"x-gbk", "GB18030"},
    {"x-mac-roman", "MACINTOSH"},
    {"x-sjis", "CP932"},
};

/* Families: all of them followed by a number. */
static const char *const families[] = {"iso-8859-", "iso8859-", "windows-", "cp", "ibm"};

typedef struct cached {
    char name[NAME_SIZE];
    iconv_t converter; /* (iconv_t)-1: there is none of that name */
} cached;

struct charset_cache {
    size_t count;
    size_t oldest; /* what is replaced next */
    cached at[CACHED];
};

charset_cache *charset_cache_new(void)
{
    charset_cache *fresh = allocate_or_end(NULL, 1, sizeof *fresh);
    memset(fresh, 0, sizeof *fresh);
    return fresh;
}

static void close_converter(const cached *from)
{
    if (from->converter != (iconv_t)-1)
        iconv_close(from->converter);
}

void charset_cache_free(charset_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++)
        close_converter(&cache->at[i]);
    free(cache);
}

static bool is_numbered(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        size_t len = strlen(families[i]);
        if (strncmp(name, families[i], len) != 0)
            continue;
        size_t digits = strspn(name + len, "0123456789");
        if (digits > 0 && digits <= 5 && name[len + digits] == '\0')
            return true;
    }
    return false;
}

/* What iconv calls a charset; NULL where it is not to be asked. */
static const char *iconv_name_of(const char *name)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i].name) == 0)
            return known[i].iconv_name ? known[i].iconv_name : name;
    }
    return is_numbered(name) ? name : NULL;
}

/* The converter for a name in lower case; (iconv_t)-1 where there is none. */
static iconv_t find_converter(charset_cache *cache, const char *name)
{
    for (size_t i = 0; i < cache->count; i++) {
        if (strcmp(cache->at[i].name, name) == 0)
            return cache->at[i].converter;
    }
    cached *into = &cache->at[cache->count];
    if (cache->count < CACHED) {
        cache->count++;
    } else {
        into = &cache->at[cache->oldest];
        cache->oldest = (cache->oldest + 1) % CACHED;
        close_converter(into);
    }
    const char *iconv_name = iconv_name_of(name);
    memcpy(into->name, name, strlen(name) + 1);
    into->converter = iconv_name ? iconv_open("UTF-8", iconv_name) : (iconv_t)-1;
    return into->converter;
}

/* Converts as far as it goes; a byte that is wrong becomes U+FFFD. */
static size_t convert(iconv_t converter, char *text, size_t len, char *out, size_t size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    const size_t replacement_len = sizeof replacement - 1;
    char *at = out;
    size_t room = size;
    iconv(converter, NULL, NULL, NULL, NULL);
    while (len > 0 && iconv(converter, &text, &len, &at, &room) == (size_t)-1) {
        if (errno != EILSEQ || room < replacement_len || len == 0)
            break;
        memcpy(at, replacement, replacement_len);
        at += replacement_len;
        room -= replacement_len;
        text++;
        len--;
    }
    return size - room;
}

ptrdiff_t charset_convert(void *context, const char *charset, size_t charset_len, const char *text,
                          size_t len, char *out, size_t size)
{
    char name[NAME_SIZE];
    if (charset_len >= sizeof name)
        return -1;
    for (size_t i = 0; i < charset_len; i++) {
        bool upper = charset[i] >= 'A' && charset[i] <= 'Z';
        name[i] = (char)(upper ? charset[i] - 'A' + 'a' : charset[i]);
    }
    name[charset_len] = '\0';
    iconv_t converter = find_converter(context, name);
    if (converter == (iconv_t)-1)
        return -1;
    /* iconv(3) does not write to its input, whatever its type says. */
    return (ptrdiff_t)convert(converter, (char *)(uintptr_t)text, len, out, size);
}

#endif
