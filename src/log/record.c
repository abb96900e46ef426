/*
 * What the formats build their records with: a record of a line, its reply in the log's words, and
 * what earlier lines said of the message.
 */
#include "log/reader.h"

#include <string.h>

#include "base/ascii.h"

size_t sst_log_stamp(const sst_log_reader *reader, sst_span text, log_line *line)
{
    bool zoned = false;
    int64_t ms = 0;
    size_t n = sst_log_clock_iso(&reader->clock, text, &ms, &zoned);
    if (n > 0) {
        line->has_time = true;
        line->zoned = zoned;
        line->time_ms = ms;
    }
    return n;
}

static sst_span written_time(sst_log_reader *reader, int64_t ms)
{
    if (reader->time_len == 0 || reader->time_ms != ms) {
        reader->time_len = sst_log_write_time(ms, reader->time);
        reader->time_ms = ms;
    }
    return (sst_span){reader->time, reader->time_len};
}

sst_record *sst_log_add(sst_log_reader *reader, const log_line *line)
{
    if (reader->made == SST_MAX_LOG_RECORDS)
        return NULL;
    sst_record *record = &reader->records[reader->made++];
    memset(record, 0, sizeof *record);
    record->line = line->number;
    record->direction = span_of("out");
    record->reporter = line->host;
    record->format = span_of(line->format->id);
    if (line->has_time) {
        record->time = written_time(reader, line->time_ms);
        reader->counts.zoneless += !line->zoned;
    }
    return record;
}

char *sst_log_scratch(sst_log_reader *reader, size_t size)
{
    if (size > 4 * SST_MAX_LOG_LINE - reader->scratch_used)
        return NULL;
    char *room = reader->scratch + reader->scratch_used;
    reader->scratch_used += size;
    return room;
}

void sst_log_reply(sst_log_reader *reader, sst_record *record, sst_span words)
{
    sst_reply reply;
    sst_record before = *record;
    if (words.len > SST_MAX_VERDICT_TEXT)
        words.len = SST_MAX_VERDICT_TEXT;
    sst_reply_read(words.ptr, words.len, &reply);
    char *room = sst_log_scratch(reader, reply.whole.len);
    if (!room)
        return;
    sst_record_from_reply(record, &reply, room, reply.whole.len);
    /* Addresses and ids in the reply are the far end's. */
    record->recipient = before.recipient;
    record->sender = before.sender;
    record->queue_id = before.queue_id;
}

void sst_log_not_understood(sst_log_reader *reader)
{
    reader->counts.not_understood++;
}

/* --- messages under way --------------------------------------------------------------------- */

static log_key key_of(const log_line *line, sst_span id)
{
    return (log_key){
        .role = ROLE_MAIL, .format = line->format->number, .host = line->host, .id = id};
}

log_mail *sst_log_find(sst_log_reader *reader, const log_line *line, sst_span id)
{
    log_key key = key_of(line, id);
    log_mail *mail = sst_log_table_find(&reader->table, &key);
    return mail && mail->state == MAIL_OPEN ? mail : NULL;
}

log_mail *sst_log_open(sst_log_reader *reader, const log_line *line, sst_span id)
{
    log_key key = key_of(line, id);
    return sst_log_table_open(&reader->table, &key, NULL);
}

bool sst_log_is_known(sst_log_reader *reader, const log_line *line, sst_span id)
{
    log_key key = key_of(line, id);
    key.any_host = true;
    return sst_log_table_find(&reader->table, &key) != NULL;
}

void sst_log_alias(sst_log_reader *reader, log_mail *mail, sst_span message_id)
{
    log_key key = {.role = ROLE_ALIAS, .format = mail->format, .id = message_id, .any_host = true};
    sst_log_table_open(&reader->table, &key, mail);
    if (reader->holding.count > 0)
        sst_log_release_relayed(reader, message_id, sst_log_table_id(mail));
}

bool sst_log_is_elsewhere(sst_log_reader *reader, const log_mail *mail)
{
    log_key key = {.role = ROLE_ALIAS,
                   .format = mail->format,
                   .id = sst_log_get(mail, LOG_MESSAGE_ID),
                   .any_host = true};
    log_mail *alias = key.id.len > 0 ? sst_log_table_find(&reader->table, &key) : NULL;
    return alias && sst_log_table_whole(alias) != mail;
}

void sst_log_close(sst_log_reader *reader, log_mail *mail)
{
    (void)reader;
    if (mail)
        sst_log_table_close(mail);
}

void sst_log_set(sst_log_reader *reader, log_mail *mail, log_field field, sst_span value)
{
    (void)reader;
    if (mail)
        sst_log_table_set(mail, field, value);
}

static void fill(sst_span *member, sst_span value)
{
    if (!member->ptr)
        *member = value;
}

void sst_log_join(sst_record *record, const log_mail *mail, const log_line *line, sst_span id)
{
    fill(&record->queue_id, id);
    if (!mail)
        return;
    fill(&record->sender, sst_log_get(mail, LOG_SENDER));
    fill(&record->message_id, sst_log_get(mail, LOG_MESSAGE_ID));
    fill(&record->client, sst_log_get(mail, LOG_CLIENT));
    if (record->size == 0)
        record->size = mail->numbers.size;
    if (!record->has_delay && mail->numbers.arrived_ms != 0 && line->has_time &&
        line->time_ms >= mail->numbers.arrived_ms) {
        record->has_delay = true;
        record->delay_ms = (uint64_t)(line->time_ms - mail->numbers.arrived_ms);
    }
}
