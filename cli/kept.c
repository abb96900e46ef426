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
};

void record_keep(sst_record *record, arena *in)
{
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        sst_span span;
        char *place = (char *)record + spans[i];
        memcpy(&span, place, sizeof span);
        span = arena_copy(in, span);
        memcpy(place, &span, sizeof span);
    }
}
