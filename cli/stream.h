/*
 * The bytes of a file or of standard input, unpacked where they are
 * packed.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unpack.h"

typedef struct stream {
    const char *name; /* "-" for standard input */
    int file;
    bool regular; /* a file, which has all its bytes: no need to read those that are not wanted */
    bool begun;
    bool ended;
    bool quiet;          /* what goes wrong is not said */
    bool failed;         /* it could not be opened or read; that has been said */
    uint64_t size;       /* of a regular file */
    uint64_t taken;      /* bytes read of it so far, packed ones */
    unpacker *packed;    /* NULL: as it is */
    int64_t packed_time; /* of the file before it was packed, seconds since 1970; 0: not known */
    const char *again;   /* bytes that are to be read once more */
    size_t again_len;

    /* Called before the program waits for a pipe or terminal; may be NULL. */
    void (*before_waiting)(void *context);
    void *context;
} stream;

/* Takes over an open file. regular_size: its size, or -1 where it is no regular file. */
void stream_take(stream *from, const char *name, int file, int64_t regular_size);
void stream_close(stream *from);

/* Reads at most size bytes. Returns how many came; 0 at the end, also where reading failed. */
size_t stream_read(stream *from, char *into, size_t size);

/* Gives bytes back that were read; they stay the caller's, until they have been read again. */
void stream_unread(stream *from, const char *bytes, size_t len);

/* Says on stderr that a file could not be used. */
void stream_complain(const char *name, const char *what);

#endif
