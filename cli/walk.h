/*
 * The files that arguments lead to: a file itself, all files of a directory and of those in it, the
 * mails of a Maildir or of MH folders, or standard input. The order does not depend on the file
 * system: names in order, numbers in them by their value.
 */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>

#include "options.h"
#include "stream.h"

typedef struct directory directory;

typedef struct walk {
    const words *arguments;
    size_t next;
    uint64_t total;  /* bytes of all arguments, where they are files; else 0 */
    uint64_t done;   /* of those behind us */
    uint64_t taken;  /* bytes read of the files behind us; the caller's to count */
    directory *open; /* those that are being read, the innermost first */
    char *path;      /* of the file at hand */
    size_t path_size;
    bool one;    /* the file at hand is a single mail, as in a Maildir */
    bool failed; /* something could not be read; that has been said */
} walk;

/* Without arguments it is standard input. */
void walk_init(walk *from, const words *arguments);
void walk_free(walk *from);

/* Opens the next file, whose name lives until the next call. Returns false at the end. */
bool walk_next(walk *from, stream *file);

/* How much of the way is behind us, from 0 to 1. file is the one at hand. */
double walk_done(const walk *from, const stream *file);

#endif
