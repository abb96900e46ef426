/* What the benchmarks share: a file in memory, the clock, and the form of a result. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* How long passes are repeated; the fastest counts, since nothing makes one faster than it is. */
#define BENCH_SECONDS 0.25

static inline double bench_now(void)
{
    struct timespec now;
    if (timespec_get(&now, TIME_UTC) != TIME_UTC)
        exit(3);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A whole file; the caller frees it. */
static inline char *bench_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0 || ftell(file) <= 0) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(3);
    }
    *len = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*len);
    if (!data || fread(data, 1, *len, file) != *len)
        exit(3);
    fclose(file);
    return data;
}

/* One line: MB/s, units (replies, lines, ...) a second, and units in a pass of so many seconds. */
static inline void bench_print(size_t bytes, size_t units, double seconds)
{
    printf("%.1f %.0f %zu\n", (double)bytes / seconds / 1e6, (double)units / seconds, units);
}

#endif
