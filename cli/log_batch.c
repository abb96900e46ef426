/*
 * Batches of records.
 */
#include "log_batch.h"

#include <stdlib.h>

#include "kept.h"

bool log_batch_is_full(const log_batch *into)
{
    return into->count == LOG_BATCH || into->texts.used >= LOG_BATCH_BYTES;
}

void log_batch_add(log_batch *into, const sst_record *record)
{
    sst_record *fresh = &into->records[into->count++];
    *fresh = *record;
    record_keep(fresh, &into->texts);
}

/* Nothing more than the setup is needed. */
static void *worker_new(const void *setup)
{
    const log_setup **own = allocate_or_end(NULL, 1, sizeof *own);
    *own = setup;
    return own;
}

static void worker_free(void *worker)
{
    free(worker);
}

static void write_record(const log_setup *setup, const sst_record *record, const sst_sink *sink)
{
    if (setup->format == FORMAT_JSONL)
        sst_record_write_json(record, &setup->how, sink);
    else if (setup->format == FORMAT_CSV)
        sst_record_write_csv(record, &setup->how, sink);
}

static void decide(void *batch, void *worker, pipeline_take *take, void *context)
{
    log_batch *from = batch;
    const log_setup *setup = *(const log_setup **)worker;
    sst_sink sink = buffer_sink(&from->written);
    (void)take;
    (void)context;
    sst_record_decide_batch(from->records, from->count, setup->rules);
    for (size_t i = 0; i < from->count; i++) {
        if (!filter_passes(setup->wanted, &from->records[i]))
            continue;
        from->passed[from->passed_count++] = (uint8_t)i;
        write_record(setup, &from->records[i], &sink);
    }
}

static void clear(void *batch)
{
    log_batch *from = batch;
    from->count = 0;
    from->passed_count = 0;
    buffer_clear(&from->written);
    arena_clear(&from->texts);
}

static void release(void *batch)
{
    log_batch *from = batch;
    buffer_free(&from->written);
    arena_free(&from->texts);
}

const pipeline_work log_deciding = {
    sizeof(log_batch), worker_new, worker_free, decide, clear, release};
