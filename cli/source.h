/*
 * An input: a file or standard input, read in large pieces, handed out by lines of any length or as
 * the bytes that are there.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>

#include "buffer.h"

typedef struct source {
    const char *name; /* "-" for standard input */
    int file;
    bool ended;
    bool failed; /* it could not be opened or read; that has been said */
    buffer data;
    size_t start;   /* of what has not been taken */
    size_t scanned; /* behind start: no LF up to here */
} source;

bool source_open(source *from, const char *name);
void source_close(source *from);

/* Whether source_line can answer without reading, which may wait. */
bool source_has_line(source *from);

/*
 * The next line without its LF or CR LF; what follows the last LF counts as one. Returns false at
 * the end. The line lives until more is read.
 */
bool source_line(source *from, sst_span *line);

/* What has been read and not taken. */
sst_span source_rest(const source *from);

/* Reads more, which may move what is there. Returns false at the end. */
bool source_more(source *from);

void source_take(source *from, size_t count);

#endif
