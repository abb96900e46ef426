/*
 * Zstandard (RFC 8878), with libzstd. Frames that follow each other, and the skippable ones between
 * them, are one file.
 */
#include "unpack_form.h"

#include <string.h>

/* 3.1.1 and 3.1.2; programs that pack in parallel begin with a skippable frame. */
static bool begins(const unsigned char *data, size_t len)
{
    return len >= 4 && (memcmp(data, "\x28\xB5\x2F\xFD", 4) == 0 ||
                        ((data[0] & 0xF0) == 0x50 && memcmp(data + 1, "\x2A\x4D\x18", 3) == 0));
}

#ifndef HAVE_ZSTD

const unpack_form unpack_zstd = {.missing = UNPACK_MISSING("libzstd"), .begins = begins};

#else

#include <zstd.h>

/* libzstd itself refuses frames that need more than 128 MiB. */
static void *open_zstd(void)
{
    return ZSTD_createDStream();
}

static void close_zstd(void *state)
{
    ZSTD_freeDStream(state);
}

static unpack_result step(void *state, unpack_io *io)
{
    ZSTD_inBuffer in = {io->in, io->in_len, 0};
    ZSTD_outBuffer out = {io->out, io->out_len, 0};
    size_t result = ZSTD_decompressStream(state, &out, &in);
    if (ZSTD_isError(result))
        return UNPACK_DAMAGED;
    io->in += in.pos;
    io->in_len -= in.pos;
    io->out += out.pos;
    io->out_len -= out.pos;
    return result == 0 ? UNPACK_END : UNPACK_GOING;
}

static bool reset(void *state)
{
    return !ZSTD_isError(ZSTD_DCtx_reset(state, ZSTD_reset_session_only));
}

/* Lines that are nearly the same pack by some hundreds. */
const unpack_form unpack_zstd = {UNPACK_WORDS("zstd", 2000), .begins = begins, .open = open_zstd,
                                 .close = close_zstd,        .step = step,     .reset = reset};

#endif
