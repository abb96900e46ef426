/*
 * Records that are held back until it is known whether their mail came in again. They hang in a
 * ring, by when they were made; each is a copy, as its line is gone when it is given out.
 */
#include "log/held.h"

#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "log/reader.h"

#define RING (2 * SST_MAX_LOG_HELD)

/* A program hands a mail back before it ends, and pickup looks at once: seconds are plenty. Where
 * lines have no time, so many of them. */
#define WAIT_MS    5000
#define WAIT_LINES 200

/* So many mails kept, and none handed back, show that a program delivers. */
#define ENOUGH_KEPT 3

int sst_log_holding_init(log_holding *holding, const sst_allocator *allocator)
{
    memset(holding, 0, sizeof *holding);
    holding->ring = sst_allocate(allocator, RING, sizeof *holding->ring);
    return holding->ring ? SST_OK : SST_E_NO_MEMORY;
}

void sst_log_holding_free(log_holding *holding, const sst_allocator *allocator)
{
    sst_deallocate(allocator, holding->ring);
}

static log_held *held_at(const log_holding *holding, size_t index)
{
    return &holding->ring[(holding->first + index) % RING];
}

static sst_span text_of(const log_held *held, held_text which)
{
    sst_span absent = {NULL, 0};
    if (held->len[which] == UINT16_MAX)
        return absent;
    return (sst_span){held->bytes + held->start[which], held->len[which]};
}

/* --- programs ------------------------------------------------------------------------------- */

/* NULL where too many are known already. */
static held_program *program_of(log_holding *holding, sst_span name)
{
    if (name.len > HELD_PROGRAM_SIZE)
        name.len = HELD_PROGRAM_SIZE;
    for (size_t i = 0; i < holding->known; i++) {
        held_program *p = &holding->programs[i];
        if (p->len == name.len && memcmp(p->name, name.ptr, name.len) == 0)
            return p;
    }
    if (holding->known == SST_MAX_LOG_PROGRAMS || name.len == 0)
        return NULL;
    held_program *p = &holding->programs[holding->known++];
    memset(p, 0, sizeof *p);
    memcpy(p->name, name.ptr, name.len);
    p->len = name.len;
    return p;
}

/* --- holding -------------------------------------------------------------------------------- */

/* Copies the texts of a record; false where there is no room. */
static bool copy_texts(log_held *held, const sst_record *record, sst_span program)
{
    const sst_span texts[HELD_TEXT_COUNT] = {
        [HELD_RECIPIENT] = record->recipient,
        [HELD_ORIGINAL] = record->original_recipient,
        [HELD_SENDER] = record->sender,
        [HELD_MESSAGE_ID] = record->message_id,
        [HELD_QUEUE_ID] = record->queue_id,
        [HELD_REPORTER] = record->reporter,
        [HELD_TEXT] = record->text,
        [HELD_CLIENT] = record->client,
        [HELD_PROGRAM] = program,
    };
    size_t used = 0;
    for (size_t i = 0; i < HELD_TEXT_COUNT; i++) {
        held->len[i] = texts[i].ptr ? (uint16_t)texts[i].len : UINT16_MAX;
        held->start[i] = (uint16_t)used;
        if (texts[i].len > HELD_SIZE - used)
            return false;
        if (texts[i].len > 0)
            memcpy(held->bytes + used, texts[i].ptr, texts[i].len);
        used += texts[i].len;
    }
    return true;
}

void sst_log_hold(sst_log_reader *reader, const log_line *line, sst_span program)
{
    log_holding *holding = &reader->holding;
    const sst_record *record = &reader->records[reader->made - 1];
    const held_program *known = program_of(holding, program);
    if (record->message_id.len == 0 || holding->count == SST_MAX_LOG_HELD ||
        (known && !known->is_filter && known->kept >= ENOUGH_KEPT))
        return;
    log_held *held = held_at(holding, holding->count);
    if (!copy_texts(held, record, program))
        return;
    held->format = line->format;
    held->number = line->number;
    held->has_time = line->has_time;
    held->zoned = line->zoned;
    held->time_ms = line->time_ms;
    held->enhanced = record->enhanced;
    held->size = record->size;
    held->has_delay = record->has_delay;
    held->delay_ms = record->delay_ms;
    holding->count++;
    reader->made--;
    reader->counts.zoneless -= line->has_time && !line->zoned;
}

/* --- giving out ----------------------------------------------------------------------------- */

static void give_out(sst_log_reader *reader, log_held *held, sst_kind kind)
{
    log_line line = {.host = text_of(held, HELD_REPORTER),
                     .number = held->number,
                     .has_time = held->has_time,
                     .zoned = held->zoned,
                     .time_ms = held->time_ms,
                     .format = held->format};
    sst_record *record = sst_log_add(reader, &line);
    record->kind = kind;
    record->recipient = text_of(held, HELD_RECIPIENT);
    record->original_recipient = text_of(held, HELD_ORIGINAL);
    record->sender = text_of(held, HELD_SENDER);
    record->message_id = text_of(held, HELD_MESSAGE_ID);
    record->queue_id = text_of(held, HELD_QUEUE_ID);
    record->text = text_of(held, HELD_TEXT);
    record->client = text_of(held, HELD_CLIENT);
    record->enhanced = held->enhanced;
    record->size = held->size;
    record->has_delay = held->has_delay;
    record->delay_ms = held->delay_ms;
    if (held->has_time) {
        /* The line at hand has another. */
        record->time = (sst_span){held->time, sst_log_write_time(held->time_ms, held->time)};
    }
    held->format = NULL;
}

/* Forgets those at the front that were given out. */
static void drop_front(log_holding *holding)
{
    while (holding->count > 0 && !held_at(holding, 0)->format) {
        holding->first = (holding->first + 1) % RING;
        holding->count--;
    }
}

static bool is_due(const log_held *held, const log_line *line)
{
    if (held->has_time && line->has_time)
        return line->time_ms > held->time_ms + WAIT_MS || line->time_ms < held->time_ms - WAIT_MS;
    return line->number > held->number + WAIT_LINES || line->number < held->number;
}

void sst_log_release_due(sst_log_reader *reader, const log_line *line)
{
    log_holding *holding = &reader->holding;
    for (size_t i = 0; i < holding->count; i++) {
        log_held *held = held_at(holding, i);
        if (!held->format)
            continue;
        if (line && !is_due(held, line))
            break;
        held_program *program = program_of(holding, text_of(held, HELD_PROGRAM));
        if (program && line)
            program->kept++;
        give_out(reader, held, SST_KIND_DELIVERED);
    }
    drop_front(holding);
}

static bool is_same(sst_span a, sst_span b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

void sst_log_release_relayed(sst_log_reader *reader, sst_span message_id, sst_span queue_id)
{
    log_holding *holding = &reader->holding;
    for (size_t i = 0; i < holding->count; i++) {
        log_held *held = held_at(holding, i);
        if (!held->format || !is_same(text_of(held, HELD_MESSAGE_ID), message_id) ||
            is_same(text_of(held, HELD_QUEUE_ID), queue_id))
            continue;
        held_program *program = program_of(holding, text_of(held, HELD_PROGRAM));
        if (program)
            program->is_filter = true;
        give_out(reader, held, SST_KIND_RELAYED);
    }
    drop_front(holding);
}
