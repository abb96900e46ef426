/*
 * Unpacking of gzip data with zlib. Members that follow each other are one (RFC 1952 2.2); what
 * stands behind the last one and is no member is passed over, as gzip itself does.
 */
#include "gunzip.h"

#include <limits.h>
#include <stdint.h>

bool gunzip_is_packed(const char *data, size_t len)
{
    return len >= 2 && (unsigned char)data[0] == 0x1F && (unsigned char)data[1] == 0x8B;
}

#ifndef HAVE_ZLIB

bool gunzip_supported(void)
{
    return false;
}

gunzip *gunzip_new(const char *packed, size_t len, gunzip_refill *refill, void *context)
{
    (void)packed;
    (void)len;
    (void)refill;
    (void)context;
    return NULL;
}

void gunzip_free(gunzip *from)
{
    (void)from;
}

size_t gunzip_read(gunzip *from, char *into, size_t size, const char **fault)
{
    (void)from;
    (void)into;
    (void)size;
    (void)fault;
    return 0;
}

#else

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "buffer.h"

struct gunzip {
    z_stream zlib;
    gunzip_refill *refill;
    void *context;
    uint64_t packed;   /* bytes that came in */
    uint64_t unpacked; /* bytes that went out */
    bool in_member;
    bool ended;
    unsigned char input[GUNZIP_INPUT];
};

bool gunzip_supported(void)
{
    return true;
}

gunzip *gunzip_new(const char *packed, size_t len, gunzip_refill *refill, void *context)
{
    const int gzip_only = 16 + MAX_WBITS;
    gunzip *fresh = allocate_or_end(NULL, 1, sizeof *fresh);
    memset(&fresh->zlib, 0, sizeof fresh->zlib);
    fresh->refill = refill;
    fresh->context = context;
    fresh->packed = len;
    fresh->unpacked = 0;
    fresh->in_member = true;
    fresh->ended = false;
    memcpy(fresh->input, packed, len);
    fresh->zlib.next_in = fresh->input;
    fresh->zlib.avail_in = (uInt)len;
    if (inflateInit2(&fresh->zlib, gzip_only) != Z_OK)
        end_without_memory();
    return fresh;
}

void gunzip_free(gunzip *from)
{
    if (!from)
        return;
    inflateEnd(&from->zlib);
    free(from);
}

/* Makes sure that there is input, if there is any; keeps what is left of it at the front. */
static bool fill(gunzip *from)
{
    size_t left = from->zlib.avail_in;
    memmove(from->input, from->zlib.next_in, left);
    size_t count =
        from->refill(from->context, (char *)from->input + left, sizeof from->input - left);
    from->zlib.next_in = from->input;
    from->zlib.avail_in = (uInt)(left + count);
    from->packed += count;
    return count > 0;
}

static size_t fail(gunzip *from, const char **fault, const char *what)
{
    from->ended = true;
    *fault = what;
    return 0;
}

/* Behind a member: whether another one follows. */
static bool next_member(gunzip *from)
{
    while (from->zlib.avail_in < 2 && fill(from))
        ;
    if (!gunzip_is_packed((const char *)from->zlib.next_in, from->zlib.avail_in))
        return false;
    return inflateReset(&from->zlib) == Z_OK;
}

static bool is_bomb(const gunzip *from)
{
    return from->unpacked > GUNZIP_FREE &&
           from->unpacked / GUNZIP_MAX_RATIO > from->packed - from->zlib.avail_in;
}

size_t gunzip_read(gunzip *from, char *into, size_t size, const char **fault)
{
    uInt room = size < UINT_MAX ? (uInt)size : UINT_MAX;
    from->zlib.next_out = (unsigned char *)into;
    from->zlib.avail_out = room;
    while (!from->ended && from->zlib.avail_out == room) {
        if (!from->in_member && !(from->in_member = next_member(from))) {
            from->ended = true;
            break;
        }
        int result = inflate(&from->zlib, Z_NO_FLUSH);
        if (result == Z_STREAM_END)
            from->in_member = false;
        else if (result != Z_OK && result != Z_BUF_ERROR)
            return fail(from, fault, "its gzip data is damaged");
        else if (from->zlib.avail_in == 0 && from->zlib.avail_out > 0 && !fill(from))
            return fail(from, fault, "its gzip data ends in the middle");
    }
    from->unpacked += room - from->zlib.avail_out;
    if (is_bomb(from))
        return fail(from, fault, "it unpacks to more than 250 times its size, which no mail does");
    return room - from->zlib.avail_out;
}

#endif
