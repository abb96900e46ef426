/*
 * The line of progress: how many, speed, time left. There is one terminal, so there is one line.
 */
#define _POSIX_C_SOURCE 200809L

#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Seconds before the first line, and between two. */
#define FIRST   1.0
#define BETWEEN 0.2

#define WIPE "\r\033[K"

static bool wanted;
static bool shown; /* there is a line to be wiped off */
static double start;
static double last; /* when it was written */

static double now(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        return 0;
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void progress_begin(bool quiet)
{
    wanted = !quiet && isatty(STDERR_FILENO);
    start = wanted ? now() : 0;
    last = start;
}

bool progress_is_due(void)
{
    double time = wanted ? now() : 0;
    if (!wanted || time - start < FIRST || time - last < BETWEEN)
        return false;
    last = time;
    return true;
}

/* ", 42 s left" */
static void write_left(char *into, size_t size, double seconds)
{
    if (seconds < 100)
        snprintf(into, size, ", %.0f s left", seconds);
    else if (seconds < 6000)
        snprintf(into, size, ", %.0f min left", seconds / 60);
    else
        snprintf(into, size, ", %.0f h left", seconds / 3600);
}

void progress_show(uint64_t count, const char *of, uint64_t bytes, double done)
{
    /* From less than that nothing can be told. */
    const double least = 0.001;
    double elapsed = last - start;
    char left[32] = "";
    if (done > least && done < 1)
        write_left(left, sizeof left, elapsed * (1 - done) / done);
    fprintf(stderr, WIPE "%" PRIu64 " %s, %.1f MB/s%s", count, of, (double)bytes / 1e6 / elapsed,
            left);
    fflush(stderr);
    shown = true;
}

void progress_wipe(void)
{
    if (shown)
        fputs(WIPE, stderr);
    shown = false;
}
