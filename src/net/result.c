/*
 * The result of sst_send. Its texts lie in blocks that are freed together with it; a text or a time
 * that the record before has too is kept once.
 */
#include "net/result.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "net/memory.h"
#include "net/session.h"

/* Enough for the texts of some dozen recipients; a longer text gets a block of its own. */
#define BLOCK_SIZE ((size_t)4096)

struct net_block {
    net_block *next;
    size_t used;
    size_t size;
    char bytes[];
};

/* Room for len bytes that stays where it is; NULL: no memory. */
static char *room_for(net_result *result, size_t len)
{
    net_block *block = result->blocks;
    if (!block || block->size - block->used < len) {
        size_t size = len > BLOCK_SIZE ? len : BLOCK_SIZE;
        block = net_resize(result->allocator, NULL, sizeof *block + size);
        if (!block) {
            result->no_memory = true;
            return NULL;
        }
        block->next = result->blocks;
        block->used = 0;
        block->size = size;
        result->blocks = block;
    }
    char *room = block->bytes + block->used;
    block->used += len;
    return room;
}

/* Gives the end of the last room back. */
static void give_back(net_result *result, size_t len)
{
    result->blocks->used -= len;
}

static sst_span copy(net_result *result, sst_span text)
{
    sst_span kept = {NULL, 0};
    char *room = text.ptr ? room_for(result, text.len + 1) : NULL;
    if (!room)
        return kept;
    memcpy(room, text.ptr, text.len);
    kept.ptr = room;
    kept.len = text.len;
    return kept;
}

/* --- making --------------------------------------------------------------------------------- */

static size_t count_records(const sst_send_mail *mails, size_t count)
{
    size_t records = 0;
    for (size_t i = 0; i < count; i++)
        records += mails[i].envelope->recipient_count;
    return records;
}

static void copy_addresses(net_result *result, const sst_send_mail *mails, size_t count)
{
    sst_record *record = result->records;
    for (size_t i = 0; i < count; i++) {
        const sst_client_mail *envelope = mails[i].envelope;
        const sst_span null_sender = {"", 0};
        sst_span sender = envelope->sender.ptr ? copy(result, envelope->sender) : null_sender;
        for (size_t k = 0; k < envelope->recipient_count; k++, record++) {
            record->sender = sender;
            record->recipient = copy(result, envelope->recipients[k].address);
        }
    }
}

net_result *sst_result_new(const sst_allocator *allocator, const sst_send_mail *mails, size_t count)
{
    net_result *result = net_new(allocator, sizeof *result);
    if (!result)
        return NULL;
    result->allocator = allocator;
    result->count = count_records(mails, count);
    if (result->count > SIZE_MAX / sizeof *result->records)
        result->no_memory = true;
    else if (result->count > 0)
        result->records = net_new(allocator, result->count * sizeof *result->records);
    if (result->count > 0 && !result->records)
        result->no_memory = true;
    if (!result->no_memory)
        copy_addresses(result, mails, count);
    if (!result->no_memory)
        return result;
    sst_result_free(result);
    return NULL;
}

/* --- keeping -------------------------------------------------------------------------------- */

/* The time of day, to the second. */
static sst_span time_now(net_result *result)
{
    time_t now = time(NULL);
    struct tm tm;
    char text[40];
    if (result->last_time.ptr && now == result->last_second)
        return result->last_time;
    size_t len = gmtime_r(&now, &tm) ? strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) : 0;
    sst_span span = {text, len};
    result->last_second = now;
    result->last_time = copy(result, span);
    return result->last_time;
}

/* How many bytes a record's text may have. */
static size_t room_needed(const sst_client_event *event)
{
    size_t size = event->reply ? event->reply->whole.len : event->text.len;
    return size > SST_MAX_NET_TEXT ? size : SST_MAX_NET_TEXT;
}

/* Moves a record's text to where it stays: into buffer, or to the same one of the record before. */
static void settle_text(net_result *result, sst_record *record, char *buffer, size_t size)
{
    const sst_record *last = result->last;
    sst_span text = record->text;
    if (text.ptr && last && last->text.ptr && last->kind == record->kind &&
        last->text.len == text.len && memcmp(last->text.ptr, text.ptr, text.len) == 0) {
        record->text = last->text;
        record->queue_id = last->queue_id;
        give_back(result, size);
        return;
    }
    if (text.ptr && text.ptr != buffer) {
        memcpy(buffer, text.ptr, text.len);
        record->text.ptr = buffer;
    }
    give_back(result, size - text.len);
}

void sst_result_keep(net_result *result, size_t index, const sst_client_event *event)
{
    if (index >= result->count)
        return;
    sst_record *record = &result->records[index];
    record->time = time_now(result);
    size_t size = room_needed(event);
    char *buffer = room_for(result, size);
    if (!buffer || sst_net_record(result->net, event, record, buffer, size) != SST_OK) {
        result->no_memory = true;
        return;
    }
    settle_text(result, record, buffer, size);
    record->index = index + 1;
    result->last = record;
}

void sst_result_finish(net_result *result, const sst_rules *rules)
{
    sst_record_decide_batch(result->records, result->count, rules);
    result->open.records = result->records;
    result->open.count = result->count;
    result->open.why = sst_net_why(result->net);
    result->open.address = sst_net_address(result->net);
    result->open.mechanism = sst_net_mechanism(result->net);
    result->open.tls = sst_net_tls(result->net);
}

void sst_result_free(net_result *result)
{
    while (result->blocks) {
        net_block *next = result->blocks->next;
        net_delete(result->allocator, result->blocks);
        result->blocks = next;
    }
    sst_net_free(result->net);
    net_delete(result->allocator, result->records);
    net_delete(result->allocator, result);
}
