/*
 * Records that are held back until it is known what they are. They hang in a ring, by when they
 * were made; each is a copy, as its line is gone when it is given out.
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

/* So many records to which nothing came, and none to which something did, show that nothing will.
 */
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

static bool copy_text(log_held *held, size_t *used, sst_span *text)
{
    if (text->len > HELD_SIZE - *used)
        return false;
    if (text->ptr) {
        char *copy = held->bytes + *used;
        if (text->len > 0)
            memcpy(copy, text->ptr, text->len);
        text->ptr = copy;
    }
    *used += text->len;
    return true;
}

/* Copies a record; false where there is no room for its texts. */
static bool copy_record(log_held *held, const sst_record *record, sst_span program)
{
    size_t used = 0;
    held->record = *record;
    held->program = program;
    sst_record *r = &held->record;
    sst_span *const texts[] = {
        &r->recipient, &r->original_recipient, &r->sender, &r->message_id, &r->queue_id,
        &r->subject,   &r->reporter,           &r->remote, &r->text,       &r->client,
        &held->program};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!copy_text(held, &used, texts[i]))
            return false;
    }
    return true;
}

static void hold(sst_log_reader *reader, const log_line *line, sst_span program, bool agent)
{
    log_holding *holding = &reader->holding;
    const sst_record *record = &reader->records[reader->made - 1];
    const held_program *known = program_of(holding, program);
    if (record->message_id.len == 0 || holding->count == SST_MAX_LOG_HELD ||
        (known && !known->is_waited_for && known->kept >= ENOUGH_KEPT))
        return;
    log_held *held = held_at(holding, holding->count);
    if (!copy_record(held, record, program))
        return;
    held->format = line->format;
    held->agent = agent;
    held->has_time = line->has_time;
    held->zoned = line->zoned;
    held->time_ms = line->time_ms;
    /* When it is given out, the line at hand has another time. */
    if (held->has_time)
        held->record.time = (sst_span){held->time, sst_log_write_time(held->time_ms, held->time)};
    holding->count++;
    reader->made--;
    reader->counts.zoneless -= line->has_time && !line->zoned;
}

void sst_log_hold(sst_log_reader *reader, const log_line *line, sst_span program)
{
    hold(reader, line, program, false);
}

void sst_log_hold_agent(sst_log_reader *reader, const log_line *line)
{
    hold(reader, line, span_of(line->format->id), true);
}

/* --- giving out ----------------------------------------------------------------------------- */

static void give_out(sst_log_reader *reader, log_held *held, sst_kind kind)
{
    log_line line = {.has_time = held->has_time,
                     .zoned = held->zoned,
                     .time_ms = held->time_ms,
                     .format = held->format};
    sst_record *record = sst_log_add(reader, &line);
    if (record) {
        *record = held->record;
        record->kind = kind;
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
    uint64_t number = held->record.line;
    return line->number > number + WAIT_LINES || line->number < number;
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
        held_program *program = program_of(holding, held->program);
        if (program && line)
            program->kept++;
        give_out(reader, held, held->record.kind);
    }
    drop_front(holding);
}

static bool is_same(sst_span a, sst_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

void sst_log_release_relayed(sst_log_reader *reader, sst_span message_id, sst_span queue_id)
{
    log_holding *holding = &reader->holding;
    for (size_t i = 0; i < holding->count; i++) {
        log_held *held = held_at(holding, i);
        if (!held->format || held->agent || !is_same(held->record.message_id, message_id) ||
            is_same(held->record.queue_id, queue_id))
            continue;
        held_program *program = program_of(holding, held->program);
        if (program)
            program->is_waited_for = true;
        give_out(reader, held, SST_KIND_RELAYED);
    }
    drop_front(holding);
}

/* An agent may name the user alone. */
static bool is_same_recipient(sst_span a, sst_span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    sst_span longer = a.len < b.len ? b : a;
    return len > 0 && ascii_equal_fold(a.ptr, b.ptr, len) &&
           (longer.len == len || longer.ptr[len] == '@');
}

/* The agent's record of what a record tells of: of the same recipient or, where an alias hides
 * that, of the same mail. */
static log_held *find_same(const log_holding *holding, const sst_record *record)
{
    log_held *of_mail = NULL;
    for (size_t i = 0; i < holding->count; i++) {
        log_held *held = held_at(holding, i);
        if (!held->format || !held->agent || is_same(held->record.format, record->format) ||
            !is_same(held->record.message_id, record->message_id))
            continue;
        if (is_same_recipient(held->record.recipient, record->recipient) ||
            is_same_recipient(held->record.recipient, record->original_recipient))
            return held;
        if (!of_mail)
            of_mail = held;
    }
    return of_mail;
}

void sst_log_drop_same(sst_log_reader *reader)
{
    log_holding *holding = &reader->holding;
    for (size_t i = 0; i < reader->made; i++) {
        const sst_record *record = &reader->records[i];
        if (record->message_id.len == 0 ||
            (record->kind != SST_KIND_DELIVERED && record->kind != SST_KIND_FAILED &&
             record->kind != SST_KIND_DELAYED))
            continue;
        log_held *held = find_same(holding, record);
        held_program *program = held ? program_of(holding, held->program) : NULL;
        if (program)
            program->is_waited_for = true;
        if (held)
            held->format = NULL;
    }
    drop_front(holding);
}
