/*
 * Recipients that wait: the last attempt for each is kept as a part of its message, so that a line
 * that gives the whole message up can be told of every one of them.
 */
#include "log/reader.h"

/* How an attempt lies in the fields and numbers of a part, whose key is the recipient. */
#define FIELD_TEXT     LOG_TEXT
#define FIELD_REMOTE   LOG_CLIENT
#define FIELD_ORIGINAL LOG_RECIPIENT

static void pack(log_numbers *numbers, const sst_record *record)
{
    const sst_enhanced *e = &record->enhanced;
    numbers->size = (uint64_t)e->status_class << 32 | (uint64_t)e->subject << 16 | e->detail;
    numbers->flags = (uint32_t)record->local_error << 8 | (uint32_t)record->command;
    numbers->arrived_ms = record->code;
}

static void unpack(const log_numbers *numbers, sst_record *record)
{
    record->enhanced.status_class = (uint16_t)(numbers->size >> 32);
    record->enhanced.subject = (uint16_t)(numbers->size >> 16);
    record->enhanced.detail = (uint16_t)numbers->size;
    record->code = (int)numbers->arrived_ms;
    record->local_error = (sst_local_error)(numbers->flags >> 8);
    record->command = (sst_command)(numbers->flags & 0xFF);
}

static log_key key_of(const log_mail *mail, sst_span recipient)
{
    return (log_key){.role = ROLE_WAITING,
                     .format = mail->format,
                     .id = recipient,
                     .any_host = true,
                     .of = mail};
}

void sst_log_wait(sst_log_reader *reader, log_mail *mail, const sst_record *record)
{
    if (!mail)
        return;
    log_key key = key_of(mail, record->recipient);
    log_mail *part = sst_log_table_open(&reader->table, &key, mail);
    if (!part)
        return;
    sst_log_table_set(part, FIELD_TEXT, record->text);
    sst_log_table_set(part, FIELD_REMOTE, record->remote);
    sst_log_table_set(part, FIELD_ORIGINAL, record->original_recipient);
    pack(&part->numbers, record);
}

static log_mail *find(sst_log_reader *reader, const log_mail *mail, sst_span recipient)
{
    if (!mail || !sst_log_table_first_part(mail))
        return NULL;
    log_key key = key_of(mail, recipient);
    return sst_log_table_find(&reader->table, &key);
}

void sst_log_settle(sst_log_reader *reader, log_mail *mail, sst_span recipient)
{
    log_mail *part = find(reader, mail, recipient);
    if (part)
        sst_log_table_drop_part(part);
}

bool sst_log_is_waiting(sst_log_reader *reader, const log_mail *mail, sst_span recipient)
{
    return find(reader, mail, recipient) != NULL;
}

static void fill_expired(sst_log_reader *reader, log_mail *part, sst_record *record)
{
    part->turn = reader->table.turn; /* the record points at it */
    record->kind = SST_KIND_FAILED;
    record->gave_up = true;
    record->text = sst_log_get(part, FIELD_TEXT);
    record->remote = sst_log_get(part, FIELD_REMOTE);
    record->original_recipient = sst_log_get(part, FIELD_ORIGINAL);
    unpack(&part->numbers, record);
}

bool sst_log_recall(sst_log_reader *reader, const log_mail *mail, sst_record *record)
{
    log_mail *part = find(reader, mail, record->recipient);
    if (part)
        fill_expired(reader, part, record);
    return part != NULL;
}

static bool add_expired(sst_log_reader *reader, const log_line *line, const log_mail *mail,
                        log_mail *part)
{
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return false;
    record->recipient = sst_log_table_id(part);
    fill_expired(reader, part, record);
    sst_log_join(record, mail, line, sst_log_table_id(mail));
    return true;
}

void sst_log_expire(sst_log_reader *reader, const log_line *line, log_mail *mail)
{
    log_mail *part = mail ? sst_log_table_first_part(mail) : NULL;
    log_mail *last = NULL;
    for (; part; part = sst_log_table_next_part(part))
        last = part;
    /* The last part was the first to wait. */
    for (part = last; part;) {
        log_mail *next = sst_log_table_part_before(part);
        if (part->role == ROLE_WAITING) {
            if (!add_expired(reader, line, mail, part))
                return;
            sst_log_table_drop_part(part);
        }
        part = next;
    }
}
