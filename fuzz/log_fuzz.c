/*
 * Logs of arbitrary bytes, through all formats at once: whatever comes in, the reader comes to its
 * end, every span can be read, cutting the bytes anywhere changes nothing, and a run that is saved
 * and goes on elsewhere is the same as one that was not.
 */
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/log.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sum over everything that is written, so that the sanitizers see a byte that does not exist. */
static int count(void *context, const char *bytes, size_t len)
{
    uint64_t *sum = context;
    for (size_t i = 0; i < len; i++)
        *sum = *sum * 31 + (unsigned char)bytes[i];
    return 0;
}

typedef struct saved {
    char *bytes;
    size_t len;
    size_t room;
} saved;

static int keep(void *context, const char *bytes, size_t len)
{
    saved *to = context;
    if (to->len + len > to->room) {
        to->room = 2 * to->room + len + 4096;
        to->bytes = realloc(to->bytes, to->room);
        if (!to->bytes)
            abort();
    }
    if (len > 0)
        memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    return 0;
}

/* Blocks of readers that are gone, for the next: a reader takes megabytes, and mapping them would
 * take most of the time. */
enum { BLOCKS = 32 };

typedef struct block {
    void *memory;
    size_t size;
    int in_use;
} block;

static void *resize(void *context, void *memory, size_t size)
{
    block *blocks = context;
    for (size_t i = 0; i < BLOCKS; i++) {
        block *b = &blocks[i];
        if (memory) { /* readers resize nothing: it is to be freed */
            if (b->memory != memory)
                continue;
            b->in_use = 0;
            return NULL;
        }
        if (b->in_use || (b->memory && b->size != size))
            continue;
        if (!b->memory)
            b->memory = malloc(size);
        if (!b->memory)
            abort();
        b->size = size;
        b->in_use = 1;
        return b->memory;
    }
    abort();
}

static sst_log_reader *make(void)
{
    static block blocks[BLOCKS];
    static const sst_allocator allocator = {resize, blocks};
    /* Few at once, so that some are let go. */
    sst_log_options options = {.size = sizeof options, .allocator = &allocator, .max_open = 64};
    sst_log_reader *reader;
    if (sst_log_reader_new(&options, &reader) != SST_OK)
        abort();
    return reader;
}

static void take(sst_log_reader *reader, uint64_t *sum)
{
    sst_sink sink = {count, sum};
    sst_record record;
    while (sst_log_next(reader, &record)) {
        record.line = 0; /* a run that goes on counts anew */
        if (!record.format.ptr || sst_record_write_json(&record, NULL, &sink) != SST_OK)
            abort();
    }
}

static uint64_t read_all(const char *bytes, size_t len, size_t piece)
{
    sst_log_reader *reader = make();
    uint64_t sum = 0;
    sst_log_begin(reader, 1795341600, 0);
    for (size_t at = 0; at < len; at += piece) {
        sst_log_feed(reader, bytes + at, piece < len - at ? piece : len - at);
        take(reader, &sum);
    }
    sst_log_end(reader);
    take(reader, &sum);
    sst_log_counts counts;
    sst_log_get_counts(reader, &counts);
    if (counts.bytes != len || counts.recognised > counts.lines)
        abort();
    sst_log_reader_free(reader);
    return sum;
}

/* Saved behind the first line that ends in the second half. */
static void go_on(const char *bytes, size_t len)
{
    const char *lf = len > 0 ? memchr(bytes + len / 2, '\n', len - len / 2) : NULL;
    size_t first = lf ? (size_t)(lf - bytes) + 1 : len;
    sst_log_reader *reader = make();
    sst_log_reader *other = make();
    uint64_t sum = 0;
    saved state = {NULL, 0, 0};
    saved again = {NULL, 0, 0};
    sst_sink sink = {keep, &state};
    sst_sink second = {keep, &again};
    sst_log_begin(reader, 1795341600, 0);
    sst_log_feed(reader, bytes, first);
    take(reader, &sum);
    if (sst_log_save(reader, &sink) != SST_OK ||
        sst_log_restore(other, state.bytes, state.len) != SST_OK ||
        sst_log_save(other, &second) != SST_OK || state.len != again.len ||
        memcmp(state.bytes, again.bytes, state.len) != 0)
        abort();
    sst_log_restore(other, bytes, len); /* whatever it is */
    sst_log_reader_free(reader);
    sst_log_reader_free(other);
    free(state.bytes);
    free(again.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1); /* exactly as long, so that one byte too far is seen */
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    uint64_t whole = read_all(copy, size, size ? size : 1);
    if (read_all(copy, size, 7) != whole)
        abort();
    go_on(copy, size);
    free(copy);
    return 0;
}
