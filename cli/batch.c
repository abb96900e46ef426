/*
 * Batches: what the reader gives lives until it reads on, so records are copied with all that they
 * point to.
 */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "charset.h"
#include "kept.h"

bool batch_is_full(const batch *into)
{
    return into->count == BATCH_MESSAGES || into->bytes.len >= BATCH_BYTES;
}

void batch_add(batch *into, const char *source, bool first_of_source, const message *mail)
{
    batch_message *fresh = &into->messages[into->count++];
    const sst_span name = {source, strlen(source)};
    bool same = !first_of_source && into->count > 1;
    fresh->source = same ? fresh[-1].source : arena_copy(&into->names, name);
    fresh->first_of_source = first_of_source;
    fresh->in_mbox = mail->in_mbox;
    fresh->offset = mail->offset;
    fresh->start = into->bytes.len;
    fresh->len = mail->text.len;
    buffer_put(&into->bytes, mail->text.ptr, mail->text.len);
}

static void empty(batch *from, pipeline_take *take, void *context)
{
    take(context, from);
    from->result_count = 0;
    arena_clear(&from->texts);
}

/* A place for the next result of a message. */
static batch_result *next_result(batch *into, const batch_message *of, bool first,
                                 pipeline_take *take, void *context)
{
    if (into->result_count == BATCH_RESULTS || into->texts.used >= BATCH_RESULT_BYTES)
        empty(into, take, context);
    batch_result *fresh = &into->results[into->result_count++];
    fresh->message = of;
    fresh->first_of_message = first;
    fresh->understood = true;
    return fresh;
}

static void fill_in(const batch_message *from, sst_record *record)
{
    record->source = from->source;
    record->has_offset = from->in_mbox;
    record->offset = from->offset;
}

/* What a thread needs to read. */
typedef struct batch_worker {
    charset_cache *charsets;
    sst_bounce_reader *reader;
} batch_worker;

static void *worker_new(const void *rules)
{
    batch_worker *fresh = allocate_or_end(NULL, 1, sizeof *fresh);
    fresh->charsets = charset_cache_new();
    const sst_bounce_options how = {sizeof how, NULL, rules, charset_convert, fresh->charsets};
    if (sst_bounce_reader_new(&how, &fresh->reader) != SST_OK)
        end_without_memory();
    return fresh;
}

static void worker_free(void *worker)
{
    batch_worker *done = worker;
    sst_bounce_reader_free(done->reader);
    charset_cache_free(done->charsets);
    free(done);
}

static void read_batch(void *what, void *worker, pipeline_take *take, void *context)
{
    batch *from = what;
    sst_bounce_reader *reader = ((batch_worker *)worker)->reader;
    for (size_t i = 0; i < from->count; i++) {
        const batch_message *mail = &from->messages[i];
        sst_record record;
        bool first = true;
        bool understood = sst_bounce_read(reader, from->bytes.data + mail->start, mail->len) ==
                          SST_BOUNCE_UNDERSTOOD;
        for (; understood && sst_bounce_next(reader, &record); first = false) {
            batch_result *result = next_result(from, mail, first, take, context);
            result->record = record;
            record_keep(&result->record, &from->texts);
            fill_in(mail, &result->record);
        }
        if (!understood)
            next_result(from, mail, true, take, context)->understood = false;
    }
}

static void clear(void *what)
{
    batch *from = what;
    from->count = 0;
    from->result_count = 0;
    buffer_clear(&from->bytes);
    arena_clear(&from->names);
    arena_clear(&from->texts);
}

static void release(void *what)
{
    batch *from = what;
    buffer_free(&from->bytes);
    arena_free(&from->names);
    arena_free(&from->texts);
}

const pipeline_work batch_reading = {sizeof(batch), worker_new, worker_free,
                                     read_batch,    clear,      release};
