/*
 * Some records of a log that are decided and written together, perhaps in another thread than the
 * one that reads.
 */
#ifndef LOG_BATCH_H
#define LOG_BATCH_H

#include <smtpstatus/record.h>

#include "arena.h"
#include "buffer.h"
#include "filter.h"
#include "pipeline.h"

#define LOG_BATCH ((size_t)128)
/* A batch is full earlier where its texts are long. */
#define LOG_BATCH_BYTES ((size_t)1 << 20)

/* What is to be done; it must outlive the pipeline. */
typedef struct log_setup {
    const sst_rules *rules;
    const filter *wanted;
    format format; /* text is written by whoever takes the records */
    sst_record_options how;
} log_setup;

typedef struct log_batch {
    arena texts;
    size_t count;
    sst_record records[LOG_BATCH];
    buffer written;            /* of jsonl and csv */
    size_t passed_count;       /* records that are wanted, */
    uint8_t passed[LOG_BATCH]; /* and which */
} log_batch;

_Static_assert(LOG_BATCH <= UINT8_MAX, "positions have a byte");

/* The setup is a log_setup. */
extern const pipeline_work log_deciding;

bool log_batch_is_full(const log_batch *into);

/* Copies a record, all but its source. */
void log_batch_add(log_batch *into, const sst_record *record);

#endif
