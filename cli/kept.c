/*
 * Copying of records, by a table of their spans.
 */
#include "kept.h"

#include <stddef.h>
#include <string.h>

static const size_t spans[] = {
    offsetof(sst_record, direction),
    offsetof(sst_record, recipient),
    offsetof(sst_record, original_recipient),
    offsetof(sst_record, sender),
    offsetof(sst_record, message_id),
    offsetof(sst_record, queue_id),
    offsetof(sst_record, subject),
    offsetof(sst_record, reporter),
    offsetof(sst_record, remote),
    offsetof(sst_record, provider),
    offsetof(sst_record, format),
    offsetof(sst_record, text),
    offsetof(sst_record, verdict.provider),
    offsetof(sst_record, time),
    offsetof(sst_record, client),
};

void record_keep(sst_record *record, arena *in)
{
    sst_span all[sizeof spans / sizeof spans[0]];
    size_t len = 0;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        memcpy(&all[i], (const char *)record + spans[i], sizeof all[i]);
        len += all[i].len;
    }
    char *into = arena_take(in, len);
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        if (!all[i].ptr)
            continue;
        memcpy(into, all[i].ptr, all[i].len);
        memcpy((char *)record + spans[i] + offsetof(sst_span, ptr), &into, sizeof into);
        into += all[i].len;
    }
}
