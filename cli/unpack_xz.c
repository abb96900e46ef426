/*
 * xz (the .xz file format, version 1.1.0), with liblzma. Streams that follow each other are one
 * file. The older .lzma has no magic number and is not read.
 */
#include "unpack_form.h"

#include <string.h>

static bool begins(const unsigned char *data, size_t len)
{
    return len >= 6 && memcmp(data,
                              "\xFD"
                              "7zXZ\0",
                              6) == 0;
}

#ifndef HAVE_LZMA

const unpack_form unpack_xz = {.missing = UNPACK_MISSING("liblzma"), .begins = begins};

#else

#include <stdlib.h>

#include <lzma.h>

/* "xz -9" takes 65 MiB to unpack. */
#define MEMORY ((uint64_t)128 << 20)

static void *open_xz(void)
{
    static const lzma_stream unused = LZMA_STREAM_INIT;
    lzma_stream *fresh = malloc(sizeof *fresh);
    if (!fresh)
        return NULL;
    *fresh = unused;
    if (lzma_stream_decoder(fresh, MEMORY, 0) != LZMA_OK) {
        free(fresh);
        return NULL;
    }
    return fresh;
}

static void close_xz(void *state)
{
    lzma_end(state);
    free(state);
}

static unpack_result step(void *state, unpack_io *io)
{
    lzma_stream *xz = state;
    xz->next_in = io->in;
    xz->avail_in = io->in_len;
    xz->next_out = io->out;
    xz->avail_out = io->out_len;
    lzma_ret result = lzma_code(xz, LZMA_RUN);
    *io = (unpack_io){xz->next_in, xz->avail_in, xz->next_out, xz->avail_out};
    if (result == LZMA_STREAM_END)
        return UNPACK_END;
    return result == LZMA_OK || result == LZMA_BUF_ERROR ? UNPACK_GOING : UNPACK_DAMAGED;
}

static bool reset(void *state)
{
    return lzma_stream_decoder(state, MEMORY, 0) == LZMA_OK;
}

/* Lines that are nearly the same pack by some hundreds. */
const unpack_form unpack_xz = {UNPACK_WORDS("xz", 2000), .begins = begins, .open = open_xz,
                               .close = close_xz,        .step = step,     .reset = reset};

#endif
