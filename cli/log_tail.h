/*
 * Log files of which it is known how far they were read: for --state, which goes on there another
 * time, and for --follow, which goes on with what is written to them, through rotation.
 *
 * A file that was renamed is read to its end before the new one of its name is begun: that is once
 * something stands in the new one, as its writer may take a while to change over. Of one that was
 * copied and then truncated, the rest is read from the copy. Where several rotations follow each
 * other between two looks, the files between are found beside it.
 */
#ifndef LOG_TAIL_H
#define LOG_TAIL_H

#include "log_place.h"
#include "log_reading.h"

typedef struct log_tail {
    log_place place;
    log_source source;
    int file;            /* -1: closed */
    bool last;           /* it may grow; a last line that is not finished is left for later */
    bool awaited;        /* there is no such file yet */
    ino_t next;          /* the file that has its name now, where that is another one and empty, */
    int64_t next_change; /* and when that was changed */
} log_tail;

typedef struct log_tails {
    log_reading *reading;
    bool live;                             /* a last line that is not finished may be later */
    void (*after_piece)(void *context);    /* something was read */
    void (*before_waiting)(void *context); /* for a pipe or a terminal */
    void *context;
    log_tail **list; /* in the order of reading */
    size_t count;
    char *piece;
    uint64_t taken; /* bytes read, as they stand in the files */
    bool failed;    /* something could not be read; that has been said */
} log_tails;

/* The functions are to be set afterwards. */
void log_tails_init(log_tails *all, log_reading *reading);
void log_tails_free(log_tails *all);

/*
 * Adds the files, each to be read from where it is in places. What was read
 * of a log before it was rotated, and is no longer among the files, is looked for beside it; it and
 * what is newer are then read first.
 */
void log_tails_add(log_tails *all, log_files *files, const log_place *places, size_t count);

/* Adds a file that is not there yet; it is read once it is, by log_tails_poll. */
void log_tails_await(log_tails *all, const char *name);

/* Reads what there is. */
void log_tails_read(log_tails *all);

/* Whether there are files that may grow. */
bool log_tails_can_grow(const log_tails *all);

/* Reads what has come since, in all files that may grow. Returns whether there was anything. */
bool log_tails_poll(log_tails *all);

#endif
