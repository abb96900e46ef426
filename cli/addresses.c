/*
 * Sorting by merging (POSIX): events are collected, sorted by address and time, and written out in
 * runs; runs are merged, several at once, until few enough are left to be read side by side.
 *
 * An event is a head and its bytes: the address in lower case, the address as it came, the reply.
 */
#define _POSIX_C_SOURCE 200809L

#include "addresses.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "command.h"

/* Bytes of events in memory, and runs that are read side by side, each through a buffer of stdio's.
 */
#define MOST_BYTES ((size_t)4 << 20)
#define MOST_RUNS  ((size_t)32)

/* Of an address and of a reply so much is kept. */
#define ADDRESS_BYTES ((size_t)512)
#define REPLY_BYTES   ((size_t)400)

typedef struct head {
    int64_t time;
    uint64_t order; /* in which they came */
    int code;
    sst_enhanced enhanced;
    uint16_t address_len;
    uint16_t text_len;
    uint8_t reason;
    uint8_t suppress;
    bool delivered;
    bool complaint;
    bool has_time;
} head;

typedef struct stored {
    head head;
    char bytes[2 * ADDRESS_BYTES + REPLY_BYTES];
} stored;

struct addresses {
    uint64_t order;
    buffer bytes; /* heads, each with its bytes behind it */
    size_t *starts;
    size_t count;
    size_t size;
    FILE *runs[MOST_RUNS];
    size_t run_count;
    bool failed;
};

addresses *addresses_new(void)
{
    addresses *all = allocate_or_end(NULL, 1, sizeof *all);
    memset(all, 0, sizeof *all);
    return all;
}

void addresses_free(addresses *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->run_count; i++)
        fclose(all->runs[i]);
    buffer_free(&all->bytes);
    free(all->starts);
    free(all);
}

static void fail(addresses *all, const char *what)
{
    if (!all->failed)
        complain("a temporary file cannot be %s: %s", what, strerror(errno));
    all->failed = true;
}

/* --- order ---------------------------------------------------------------------------------- */

static int compare_heads(const head *a, const char *a_bytes, const head *b, const char *b_bytes)
{
    size_t shorter = a->address_len < b->address_len ? a->address_len : b->address_len;
    int order = memcmp(a_bytes, b_bytes, shorter);
    if (order != 0)
        return order;
    if (a->address_len != b->address_len)
        return a->address_len < b->address_len ? -1 : 1;
    /* What has no time counts as the first. */
    if (a->has_time != b->has_time)
        return a->has_time ? 1 : -1;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static bool is_same_address(const stored *a, const stored *b)
{
    return a->head.address_len == b->head.address_len &&
           memcmp(a->bytes, b->bytes, a->head.address_len) == 0;
}

/* qsort has no context; there is one list that is sorted at a time. */
static const char *sorted_bytes;

static int compare_starts(const void *a, const void *b)
{
    const char *one = sorted_bytes + *(const size_t *)a;
    const char *other = sorted_bytes + *(const size_t *)b;
    head heads[2];
    memcpy(&heads[0], one, sizeof heads[0]);
    memcpy(&heads[1], other, sizeof heads[1]);
    return compare_heads(&heads[0], one + sizeof heads[0], &heads[1], other + sizeof heads[1]);
}

static size_t size_of(const head *of)
{
    return 2 * (size_t)of->address_len + of->text_len;
}

/* --- runs ----------------------------------------------------------------------------------- */

static bool write_event(FILE *to, const stored *what)
{
    return fwrite(&what->head, sizeof what->head, 1, to) == 1 &&
           (size_of(&what->head) == 0 || fwrite(what->bytes, size_of(&what->head), 1, to) == 1);
}

static bool read_event(FILE *from, stored *into)
{
    if (fread(&into->head, sizeof into->head, 1, from) != 1)
        return false;
    return size_of(&into->head) <= sizeof into->bytes &&
           (size_of(&into->head) == 0 || fread(into->bytes, size_of(&into->head), 1, from) == 1);
}

static FILE *new_run(addresses *all)
{
    FILE *run = all->failed ? NULL : tmpfile();
    if (!run)
        fail(all, "made");
    return run;
}

/* Hands out all events of the runs in order. next is called with each; false ends it. */
typedef bool take_event(void *context, const stored *next);

static void merge(addresses *all, take_event *take, void *context)
{
    stored *heads = allocate_or_end(NULL, MOST_RUNS, sizeof *heads);
    bool there[MOST_RUNS];
    for (size_t i = 0; i < all->run_count; i++) {
        rewind(all->runs[i]);
        there[i] = read_event(all->runs[i], &heads[i]);
    }
    for (bool more = true; more;) {
        size_t first = MOST_RUNS;
        for (size_t i = 0; i < all->run_count; i++) {
            if (there[i] &&
                (first == MOST_RUNS || compare_heads(&heads[i].head, heads[i].bytes,
                                                     &heads[first].head, heads[first].bytes) < 0))
                first = i;
        }
        more = first < MOST_RUNS && take(context, &heads[first]);
        if (more)
            there[first] = read_event(all->runs[first], &heads[first]);
    }
    for (size_t i = 0; i < all->run_count; i++) {
        if (ferror(all->runs[i]))
            fail(all, "read");
    }
    free(heads);
}

static bool write_merged(void *context, const stored *next)
{
    return write_event(context, next);
}

/* All runs become one. */
static void merge_runs(addresses *all)
{
    FILE *merged = new_run(all);
    if (!merged)
        return;
    merge(all, write_merged, merged);
    for (size_t i = 0; i < all->run_count; i++)
        fclose(all->runs[i]);
    all->runs[0] = merged;
    all->run_count = 1;
    if (fflush(merged) != 0)
        fail(all, "written");
}

/* Writes what is in memory as a run. */
static void write_run(addresses *all)
{
    if (all->run_count == MOST_RUNS)
        merge_runs(all);
    FILE *run = all->count > 0 ? new_run(all) : NULL;
    sorted_bytes = all->bytes.data;
    if (run)
        qsort(all->starts, all->count, sizeof *all->starts, compare_starts);
    for (size_t i = 0; run && i < all->count; i++) {
        head here;
        const char *at = all->bytes.data + all->starts[i];
        memcpy(&here, at, sizeof here);
        if (fwrite(at, sizeof here + size_of(&here), 1, run) != 1)
            break;
    }
    if (run && fflush(run) != 0)
        fail(all, "written");
    if (run)
        all->runs[all->run_count++] = run;
    all->count = 0;
    buffer_clear(&all->bytes);
}

/* --- events --------------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

void addresses_event(void *context, const sst_report_event *event)
{
    addresses *all = context;
    sst_span address = event->recipient;
    /* What is longer is no address. */
    if (address.len > ADDRESS_BYTES)
        return;
    head fresh;
    memset(&fresh, 0, sizeof fresh); /* padding is written too */
    fresh.time = event->has_time ? event->time : 0;
    fresh.order = all->order++;
    fresh.code = event->code;
    fresh.enhanced = event->enhanced;
    fresh.address_len = (uint16_t)address.len;
    fresh.text_len = (uint16_t)(event->text.len < REPLY_BYTES ? event->text.len : REPLY_BYTES);
    fresh.reason = (uint8_t)event->reason;
    fresh.suppress = (uint8_t)event->suppress;
    fresh.delivered = event->delivered;
    fresh.complaint = event->complaint;
    fresh.has_time = event->has_time;
    if (all->count == all->size) {
        all->size = all->size > 0 ? 2 * all->size : 64;
        all->starts = allocate_or_end(all->starts, all->size, sizeof *all->starts);
    }
    all->starts[all->count++] = all->bytes.len;
    buffer_put(&all->bytes, (const char *)&fresh, sizeof fresh);
    size_t start = all->bytes.len;
    buffer_put(&all->bytes, address.ptr, address.len);
    for (size_t i = start; i < all->bytes.len; i++)
        all->bytes.data[i] = lower(all->bytes.data[i]);
    buffer_put(&all->bytes, address.ptr, address.len);
    if (fresh.text_len > 0)
        buffer_put(&all->bytes, event->text.ptr, fresh.text_len);
    if (all->bytes.len + all->count * sizeof *all->starts >= MOST_BYTES)
        write_run(all);
}

/* --- deciding ------------------------------------------------------------------------------- */

typedef struct deciding {
    addresses_take *take;
    void *context;
    bool any;
    stored last; /* of the address at hand; of the failures, unless there is none */
    sst_report_standing standing;
} deciding;

static sst_report_event as_event(const stored *from)
{
    const head *of = &from->head;
    sst_report_event out = {
        .recipient = {from->bytes + of->address_len, of->address_len},
        .delivered = of->delivered,
        .suppress = (sst_suppress)of->suppress,
        .reason = (sst_reason)of->reason,
        .complaint = of->complaint,
        .code = of->code,
        .enhanced = of->enhanced,
        .text = {from->bytes + 2 * (size_t)of->address_len, of->text_len},
        .has_time = of->has_time,
        .time = of->time,
    };
    return out;
}

static void finish_address(deciding *with)
{
    const sst_report_standing fresh = {.wanted = false};
    if (with->any && with->standing.wanted) {
        sst_report_suppressed one = {as_event(&with->last), with->standing.against};
        with->take(with->context, &one);
    }
    with->standing = fresh;
}

static bool decide(void *context, const stored *next)
{
    deciding *with = context;
    if (!with->any || !is_same_address(&with->last, next))
        finish_address(with);
    sst_report_event what = as_event(next);
    sst_report_standing_add(&with->standing, &what);
    with->last = *next;
    with->any = true;
    return true;
}

bool addresses_decide(addresses *all, addresses_take *take, void *context)
{
    deciding *with = allocate_or_end(NULL, 1, sizeof *with);
    memset(with, 0, sizeof *with);
    with->take = take;
    with->context = context;
    write_run(all);
    merge(all, decide, with);
    finish_address(with);
    free(with);
    return !all->failed;
}
