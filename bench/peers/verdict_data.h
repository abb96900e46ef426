/* What the peers of bench/verdict.sh in C and C++ share: the texts, the phrases and the clock. */
#ifndef BENCH_PEERS_VERDICT_DATA_H
#define BENCH_PEERS_VERDICT_DATA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct peer_data {
    char *texts; /* length (4 bytes, low first) and bytes of each */
    size_t texts_size;
    size_t count;
    char *phrases; /* one a line */
    size_t phrases_size;
    unsigned rounds;
} peer_data;

static inline char *peer_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        exit(3);
    *size = (size_t)ftell(file);
    rewind(file);
    char *data = (char *)malloc(*size + 1);
    if (!data || fread(data, 1, *size, file) != *size)
        exit(3);
    fclose(file);
    return data;
}

/* The next text; its length through len. */
static inline const char *peer_text(const char **at, size_t *len)
{
    const unsigned char *head = (const unsigned char *)*at;
    *len = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    const char *text = *at + 4;
    *at = text + *len;
    return text;
}

/* From the arguments TEXTS PHRASES ROUNDS. */
static inline peer_data peer_open(int argc, char **argv)
{
    peer_data d;
    size_t len;
    if (argc != 4)
        exit(2);
    d.texts = peer_read(argv[1], &d.texts_size);
    d.phrases = peer_read(argv[2], &d.phrases_size);
    d.rounds = (unsigned)strtoul(argv[3], NULL, 10);
    d.count = 0;
    for (const char *at = d.texts; at < d.texts + d.texts_size; d.count++)
        (void)peer_text(&at, &len);
    return d;
}

static inline double peer_now(void)
{
    struct timespec now;
    if (timespec_get(&now, TIME_UTC) != TIME_UTC)
        exit(3);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
