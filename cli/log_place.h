/*
 * How far a log file was read, so that it is found again after it was renamed, copied or packed:
 * by a mark, which is made of its first bytes. Those do not change, as logs only grow.
 */
#ifndef LOG_PLACE_H
#define LOG_PLACE_H

#include "log_files.h"

/* So many bytes make a mark, or all that were read where that is less. A line of a log, with its
 * time and process, is seldom like another one; several never are. */
#define LOG_MARK ((size_t)1024)

typedef struct log_place {
    char *name; /* when it was read */
    dev_t device;
    ino_t inode;
    uint64_t offset;  /* bytes, unpacked, up to the end of a line */
    uint64_t lines;   /* before it */
    uint64_t records; /* that came of them */
    uint64_t mark_len;
    uint64_t mark;
} log_place;

/* The mark of bytes. */
uint64_t log_mark(const char *bytes, size_t len);

/* Whether a file holds what was read up to a place, and maybe more. Where nothing was read, it is
 * the file itself. */
bool log_place_is_in(const log_place *place, const log_file *file);

/* The file among several in which a place is: the same inode, else any. Returns its position, or
 * the number of files where there is none. */
size_t log_place_find(const log_place *place, const log_files *in);

#endif
