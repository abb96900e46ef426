/*
 * The log files that arguments lead to, in the order in which they were written: names, directories
 * and patterns ("/var/log/mail.log*"), each file once.
 *
 * Rotated logs are known by their names: what stands behind the name of the log is a number (the
 * greater the older), a date (the later the newer) or nothing (the newest); ".gz", ".xz" and the
 * like do not count. Logs whose names have nothing in common are in the order of their first
 * records, as far as they have any; the others stay where they were given.
 */
#ifndef LOG_FILES_H
#define LOG_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "options.h"

typedef struct log_file {
    char *name;   /* "-": standard input */
    bool regular; /* a file, and not a pipe or a device */
    bool last;    /* nothing is newer of its log: it may still grow */
    dev_t device;
    ino_t inode;
    uint64_t size;  /* packed */
    int64_t newest; /* when it was changed last, in seconds since 1970 */

    size_t log_len; /* of the name of its log within its own */
    size_t log;     /* files with the same number are of one log */
    int64_t age;    /* within it: the greater the older */
} log_file;

typedef struct log_files {
    log_file *list;
    size_t count;
    uint64_t size; /* of all of them; 0 where one is no file */
    bool failed;   /* something could not be read; that has been said */
} log_files;

/* Adds what an argument leads to. Of a directory that is every file in it, but none of those in
 * directories in it, and no hidden ones. */
void log_files_add(log_files *into, const char *argument);

/* Adds the files of the log that a file is of, which lie beside it. */
void log_files_add_beside(log_files *into, const char *name);

/* Puts them in order, once all are there. */
void log_files_sort(log_files *of);

/* Both for all arguments. */
void log_files_find(log_files *into, const words *arguments);

void log_files_free(log_files *of);

/* How long the name of the log is within the name of a file: without what rotation put behind it.
 * *age is as above. */
size_t log_name_length(const char *name, int64_t *age);

#endif
