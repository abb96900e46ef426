/*
 * What a form of packed data is to the reading of it. Each stands in a file of its own.
 */
#ifndef UNPACK_FORM_H
#define UNPACK_FORM_H

#include "unpack.h"

typedef enum unpack_result {
    UNPACK_GOING,   /* some came out, or all input is used up */
    UNPACK_END,     /* of a part: another may follow */
    UNPACK_DAMAGED, /* or more memory is asked for than any honest file needs */
} unpack_result;

/* Where input is taken from and output goes; each is moved on. */
typedef struct unpack_io {
    const unsigned char *in;
    size_t in_len;
    unsigned char *out;
    size_t out_len;
} unpack_io;

struct unpack_form {
    const char *missing; /* NULL: it can be unpacked; else all below but `begins` is absent */
    const char *damaged;
    const char *cut;
    const char *bomb;
    uint64_t most; /* times its size that it may unpack to, beyond UNPACK_FREE */
    bool (*begins)(const unsigned char *data, size_t len);
    int64_t (*time)(const unsigned char *data, size_t len); /* may be NULL */
    void *(*open)(void);                                    /* NULL: no memory */
    void (*close)(void *state);
    unpack_result (*step)(void *state, unpack_io *io);
    bool (*reset)(void *state); /* for the next part */
};

#define UNPACK_MISSING(library) "this program was built without " library " and cannot unpack it"
/* The ratio is a number in digits. */
#define UNPACK_WORDS(name, ratio)                                                                  \
    .damaged = "its " name " data is damaged", .cut = "its " name " data ends in the middle",      \
    .bomb = "it unpacks to more than " #ratio " times its size, which no mail or log does",        \
    .most = (ratio)

extern const unpack_form unpack_gzip;
extern const unpack_form unpack_xz;
extern const unpack_form unpack_zstd;

#endif
