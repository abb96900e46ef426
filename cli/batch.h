/*
 * Some messages that are read together, and the records that come of them. Messages go in, are read
 * by a reader, perhaps in another thread, and the records are taken out in parts, so that no mail
 * can make them fill the memory.
 */
#ifndef BATCH_H
#define BATCH_H

#include <smtpstatus/bounce.h>

#include "arena.h"
#include "buffer.h"
#include "mailbox.h"
#include "pipeline.h"

/* A batch is full with so many messages, or once it has so many bytes of them. */
#define BATCH_MESSAGES ((size_t)64)
#define BATCH_BYTES    ((size_t)262144)

/* A part is full with so many records, or once they have so many bytes. */
#define BATCH_RESULTS      ((size_t)256)
#define BATCH_RESULT_BYTES ((size_t)262144)

typedef struct batch_message {
    sst_span source;
    bool first_of_source;
    bool in_mbox;
    uint64_t offset;
    size_t start; /* in bytes */
    size_t len;
} batch_message;

/* A record, or that a message was not understood. */
typedef struct batch_result {
    const batch_message *message;
    bool first_of_message;
    bool understood; /* else there is no record */
    sst_record record;
} batch_result;

typedef struct batch {
    buffer bytes;
    arena names;
    size_t count;
    batch_message messages[BATCH_MESSAGES];
    arena texts; /* of the results */
    size_t result_count;
    batch_result results[BATCH_RESULTS];
} batch;

/* Reading of batches in a pipeline; the setup is an sst_rules, or NULL. */
extern const pipeline_work batch_reading;

bool batch_is_full(const batch *into);

/* Copies a message. source is kept too. */
void batch_add(batch *into, const char *source, bool first_of_source, const message *mail);

#endif
