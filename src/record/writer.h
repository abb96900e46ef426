/*
 * A small buffer before a sink, so that writing a record costs a few calls and not one for each
 * piece. The first failure of the sink is kept and everything after it is dropped.
 */
#ifndef RECORD_WRITER_H
#define RECORD_WRITER_H

#include <stdbool.h>
#include <string.h>

#include <smtpstatus/base.h>

/* Records seldom have more; longer ones take another call. */
#define WRITER_SIZE ((size_t)2048)

typedef struct writer {
    const sst_sink *sink;
    int error;
    size_t used;
    char buffer[WRITER_SIZE];
} writer;

void sst_writer_init(writer *out, const sst_sink *sink);
/* Where it does not fit into the buffer. */
void sst_writer_put_long(writer *out, const char *data, size_t len);

static inline void sst_writer_put(writer *out, const char *data, size_t len)
{
    if (len >= WRITER_SIZE - out->used) {
        sst_writer_put_long(out, data, len);
    } else if (len > 0) {
        memcpy(out->buffer + out->used, data, len);
        out->used += len;
    }
}

static inline void sst_writer_char(writer *out, char c)
{
    sst_writer_put(out, &c, 1);
}

void sst_writer_text(writer *out, const char *text);
void sst_writer_number(writer *out, uint64_t number);

/* Hands the rest to the sink. Returns SST_OK or SST_E_SINK. */
int sst_writer_finish(writer *out);

/* A text as JSON: quoted and escaped (RFC 8259 7), bytes that are no UTF-8 as U+FFFD. */
void sst_writer_json(writer *out, sst_span text);

/* A word of ours as JSON: it has nothing to be escaped. */
static inline void sst_writer_json_word(writer *out, sst_span word)
{
    sst_writer_char(out, '"');
    sst_writer_put(out, word.ptr, word.len);
    sst_writer_char(out, '"');
}

/* A text as a cell of CSV (RFC 4180): bytes that are no UTF-8, and controls but tabs and ends of
 * lines, as U+FFFD. */
void sst_writer_csv(writer *out, sst_span text, bool guard);

/*
 * Where a byte offset in the text is once the text has been written: replacements change lengths.
 * csv: whether controls are replaced too.
 */
size_t sst_writer_offset(sst_span text, size_t offset, bool csv);

#endif
