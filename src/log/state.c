/*
 * The messages under way, written down for a later run: a line that names the form, the number of
 * entries, and each entry from the one heard of first to the one heard of last, its parts behind
 * it. Numbers are little-endian. A state is gone through whole before anything of it is taken.
 */
#include "log/reader.h"

#include <string.h>

static const char head[] = "smtpstatus log state 1\n";

#define HEAD_LEN (sizeof head - 1)

/* Of an entry: role, state, format, five numbers of eight bytes, lengths of two. */
enum { NUMBERS = 4, LENGTHS = 2 + LOG_FIELD_COUNT };
#define ENTRY_SIZE (3 + 8 * NUMBERS + 2 * LENGTHS)

/* A length that stands for an absent field. */
#define ABSENT 0xFFFFu

static void put(char *out, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (char)(number >> 8 * i & 0xFF);
}

static uint64_t get(const char *from, size_t size)
{
    uint64_t number = 0;
    for (size_t i = size; i > 0; i--)
        number = number << 8 | (unsigned char)from[i - 1];
    return number;
}

/* --- saving --------------------------------------------------------------------------------- */

static int write_entry(const log_mail *mail, const sst_sink *sink)
{
    char out[ENTRY_SIZE];
    const log_numbers *n = &mail->numbers;
    const uint64_t numbers[NUMBERS] = {n->size, n->recipients, (uint64_t)n->arrived_ms, n->flags};
    sst_span id = sst_log_table_id(mail);
    out[0] = (char)mail->role;
    out[1] = (char)mail->state;
    out[2] = (char)mail->format;
    for (size_t i = 0; i < NUMBERS; i++)
        put(out + 3 + 8 * i, numbers[i], 8);
    char *lengths = out + 3 + 8 * NUMBERS;
    put(lengths, mail->host_len, 2);
    put(lengths + 2, mail->id_len, 2);
    for (size_t i = 0; i < LOG_FIELD_COUNT; i++) {
        sst_span field = sst_log_get(mail, (log_field)i);
        put(lengths + 4 + 2 * i, field.ptr ? field.len : ABSENT, 2);
    }
    /* Host and id lie together. */
    int error = sink->write(sink->context, out, sizeof out);
    if (error == 0)
        error = sink->write(sink->context, id.ptr - mail->host_len, id.len + mail->host_len);
    for (size_t i = 0; i < LOG_FIELD_COUNT && error == 0; i++) {
        sst_span field = sst_log_get(mail, (log_field)i);
        if (field.len > 0)
            error = sink->write(sink->context, field.ptr, field.len);
    }
    return error == 0 ? SST_OK : SST_E_SINK;
}

/* A message, and its parts from the last to the first, as the last was the first to come. */
static int write_mail(const log_mail *mail, const sst_sink *sink)
{
    int error = write_entry(mail, sink);
    const log_mail *last = NULL;
    for (const log_mail *p = sst_log_table_first_part(mail); p; p = sst_log_table_next_part(p))
        last = p;
    for (const log_mail *p = last; p && error == SST_OK; p = sst_log_table_part_before(p))
        error = write_entry(p, sink);
    return error;
}

int sst_log_save(const sst_log_reader *reader, const sst_sink *sink)
{
    const log_table *t = &reader->table;
    char count[8];
    put(count, t->list[MAIL_OPEN].count + t->list[MAIL_DONE].count, sizeof count);
    if (sink->write(sink->context, head, HEAD_LEN) != 0 ||
        sink->write(sink->context, count, sizeof count) != 0)
        return SST_E_SINK;
    int error = SST_OK;
    for (int state = MAIL_DONE; state >= MAIL_OPEN; state--) {
        for (uint32_t at = t->list[state].oldest; at != LOG_NO_MAIL && error == SST_OK;
             at = t->mails[at].newer) {
            if (t->mails[at].role == ROLE_MAIL)
                error = write_mail(&t->mails[at], sink);
        }
    }
    return error;
}

/* --- restoring ------------------------------------------------------------------------------ */

/* The bytes of an entry at the start of a state; 0 where there is none. */
static size_t entry_size(sst_span state, bool first)
{
    if (state.len < ENTRY_SIZE)
        return 0;
    unsigned role = (unsigned char)state.ptr[0];
    unsigned of_state = (unsigned char)state.ptr[1];
    unsigned format = (unsigned char)state.ptr[2];
    const char *lengths = state.ptr + 3 + 8 * NUMBERS;
    size_t size = ENTRY_SIZE;
    if (role > ROLE_ALIAS || (role != ROLE_MAIL && first) || format == SST_LOG_FORMAT_ANY ||
        format >= SST_LOG_FORMAT_COUNT || (of_state != MAIL_OPEN && of_state != MAIL_DONE))
        return 0;
    for (size_t i = 0; i < LENGTHS; i++) {
        size_t len = (size_t)get(lengths + 2 * i, 2);
        if (len == ABSENT && i >= 2)
            continue;
        if (len > (i == 0 ? LOG_MAX_HOST : SST_MAX_LOG_FIELD))
            return 0;
        size += len;
    }
    return size <= state.len ? size : 0;
}

static bool is_state(sst_span state)
{
    if (state.len < HEAD_LEN + 8 || memcmp(state.ptr, head, HEAD_LEN) != 0)
        return false;
    uint64_t count = get(state.ptr + HEAD_LEN, 8);
    state = (sst_span){state.ptr + HEAD_LEN + 8, state.len - HEAD_LEN - 8};
    for (uint64_t i = 0; i < count; i++) {
        size_t size = entry_size(state, i == 0);
        if (size == 0)
            return false;
        state = (sst_span){state.ptr + size, state.len - size};
    }
    return state.len == 0;
}

/* Takes one entry in; returns the message that parts behind it belong to. */
static log_mail *restore_entry(log_table *t, const char *from, log_mail *whole)
{
    const char *lengths = from + 3 + 8 * NUMBERS;
    const char *text = from + ENTRY_SIZE;
    log_role role = (log_role)(unsigned char)from[0];
    log_key key = {.role = role, .format = (unsigned char)from[2], .any_host = role != ROLE_MAIL};
    key.host = (sst_span){text, (size_t)get(lengths, 2)};
    key.id = (sst_span){text + key.host.len, (size_t)get(lengths + 2, 2)};
    key.of = role == ROLE_WAITING ? whole : NULL;
    text += key.host.len + key.id.len;
    if (role != ROLE_MAIL && !whole)
        return NULL;
    log_mail *mail = sst_log_table_open(t, &key, role == ROLE_MAIL ? NULL : whole);
    if (!mail)
        return whole;
    for (size_t i = 0; i < LOG_FIELD_COUNT; i++) {
        size_t len = (size_t)get(lengths + 4 + 2 * i, 2);
        if (len == ABSENT)
            continue;
        sst_log_table_set(mail, (log_field)i, (sst_span){text, len});
        text += len;
    }
    mail->numbers.size = get(from + 3, 8);
    mail->numbers.recipients = get(from + 11, 8);
    mail->numbers.arrived_ms = (int64_t)get(from + 19, 8);
    mail->numbers.flags = (uint32_t)get(from + 27, 8);
    return role == ROLE_MAIL ? mail : whole;
}

int sst_log_restore(sst_log_reader *reader, const char *state, size_t len)
{
    sst_span rest = {state, len};
    log_mail *whole = NULL;
    if (len == 0 || !is_state(rest))
        return SST_E_INVALID;
    log_table *t = &reader->table;
    uint64_t count = get(state + HEAD_LEN, 8);
    rest = (sst_span){state + HEAD_LEN + 8, len - HEAD_LEN - 8};
    bool done = false;
    for (uint64_t i = 0; i < count; i++) {
        size_t size = entry_size(rest, false);
        if (rest.ptr[0] == ROLE_MAIL) {
            if (whole && done)
                sst_log_table_close(whole);
            sst_log_table_turn(t);
            done = rest.ptr[1] == MAIL_DONE;
        }
        whole = restore_entry(t, rest.ptr, rest.ptr[0] == ROLE_MAIL ? NULL : whole);
        rest = (sst_span){rest.ptr + size, rest.len - size};
    }
    if (whole && done)
        sst_log_table_close(whole);
    sst_log_table_turn(t);
    return SST_OK;
}
