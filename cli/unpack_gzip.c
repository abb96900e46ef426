/*
 * gzip (RFC 1952), with zlib. Members that follow each other are one file (2.2).
 */
#include "unpack_form.h"

static bool begins(const unsigned char *data, size_t len)
{
    return len >= 2 && data[0] == 0x1F && data[1] == 0x8B;
}

#ifndef HAVE_ZLIB

const unpack_form unpack_gzip = {.missing = UNPACK_MISSING("zlib"), .begins = begins};

#else

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

/* MTIME, RFC 1952 2.3: of the file that was packed, 0 where it was read from a pipe. */
static int64_t time_of(const unsigned char *data, size_t len)
{
    int64_t time = 0;
    for (size_t i = 8; len >= 8 && i-- > 4;)
        time = time << 8 | data[i];
    return time;
}

static void *open_gzip(void)
{
    const int gzip_only = 16 + MAX_WBITS;
    z_stream *fresh = calloc(1, sizeof *fresh);
    if (fresh && inflateInit2(fresh, gzip_only) != Z_OK) {
        free(fresh);
        return NULL;
    }
    return fresh;
}

static void close_gzip(void *state)
{
    inflateEnd(state);
    free(state);
}

static uInt at_most(size_t len)
{
    return len < UINT_MAX ? (uInt)len : UINT_MAX;
}

static unpack_result step(void *state, unpack_io *io)
{
    z_stream *zlib = state;
    uInt in = at_most(io->in_len);
    uInt out = at_most(io->out_len);
    /* zlib does not write there, but some versions of its header do not say so. */
    memcpy(&zlib->next_in, &io->in, sizeof io->in);
    zlib->avail_in = in;
    zlib->next_out = io->out;
    zlib->avail_out = out;
    int result = inflate(zlib, Z_NO_FLUSH);
    io->in += in - zlib->avail_in;
    io->in_len -= in - zlib->avail_in;
    io->out += out - zlib->avail_out;
    io->out_len -= out - zlib->avail_out;
    if (result == Z_STREAM_END)
        return UNPACK_END;
    return result == Z_OK || result == Z_BUF_ERROR ? UNPACK_GOING : UNPACK_DAMAGED;
}

static bool reset(void *state)
{
    return inflateReset(state) == Z_OK;
}

/* 250 times is more than any mailbox or log packs by, and deflate can do 1000. */
const unpack_form unpack_gzip = {
    UNPACK_WORDS("gzip", 250), .begins = begins, .time = time_of, .open = open_gzip,
    .close = close_gzip,       .step = step,     .reset = reset};

#endif
