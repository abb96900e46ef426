/*
 * Standard output through one buffer, as a sink for the library's writers. The first failure is
 * kept, and everything after it is dropped.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include <smtpstatus/base.h>

#define OUTPUT_SIZE ((size_t)65536)

typedef struct output {
    int error; /* errno of the write that failed; 0 */
    size_t used;
    char buffer[OUTPUT_SIZE];
} output;

void output_put(output *out, const char *data, size_t len);
void output_text(output *out, const char *text);
void output_number(output *out, uint64_t number);

/* Writes what is there. */
void output_flush(output *out);

/* A sink that leads here. */
sst_sink output_sink(output *out);

/* Flushes; where the output could not be written, says so and returns false. That the reader went
 * away (EPIPE) is not worth a word. */
bool output_finish(output *out);

#endif
