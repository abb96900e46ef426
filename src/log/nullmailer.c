/*
 * nullmailer, which hands everything to a relay: a delivery is told in lines one behind the other,
 * "Starting delivery: host: ... file: ...", "From: <...> to: <...>", "smtp: Failed: ...", without
 * times where its output was kept as it is.
 *
 * One reply stands for all recipients of a message. Where it names one of them, that the others
 * were not sent to either is all that is known of them.
 */
#include "log/format.h"
#include "log/words.h"

static const char *const beginnings[] = {
    "Starting delivery: host: ",
    "From: <",
    "smtp: Failed: ",
    "smtp: Succeeded: ",
    "qmqp: Failed: ",
    "qmqp: Succeeded: ",
    "Sending failed: ",
    "Rescanning queue.",
    "Starting delivery, ",
    "Delivery complete, ",
    "Trigger pulled.",
    "Sent file.",
    "Moving message ",
    "Generating bounce for ",
};

/* What is known of the delivery that goes on; there is one at a time. */
static log_mail *current(sst_log_reader *reader, const log_line *line, bool make)
{
    sst_span id = span_of("delivery");
    return make ? sst_log_open(reader, line, id) : sst_log_find(reader, line, id);
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    if (line->program.ptr)
        return words_begin(line->program, "nullmailer");
    if (words_begin(line->text, "Message-I")) {
        log_line own = *line;
        own.format = &sst_log_nullmailer;
        return current(reader, &own, false) != NULL;
    }
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        /* "From: <" and the like are in mail too: "to: <" must follow. */
        if (words_begin(line->text, beginnings[i]))
            return i != 1 || words_find(line->text, "> to: <") < line->text.len;
    }
    return false;
}

/* "Starting delivery: host: mx.example.com protocol: smtp file: 1795323955.15" */
static void read_start(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    sst_span before;
    sst_span host = words_until(&rest, ' ');
    sst_log_close(reader, current(reader, line, false));
    log_mail *mail = current(reader, line, true);
    sst_log_set(reader, mail, LOG_CLIENT, host);
    if (words_part(rest, "file: ", &before, &rest))
        sst_log_set(reader, mail, LOG_NEXT, words_until(&rest, ' '));
}

/* "From: <a@example.org> to: <b@example.com>, <c@example.com>" */
static void read_envelope(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    log_mail *mail = current(reader, line, false);
    sst_span sender;
    if (!mail || !words_part(rest, "> to: <", &sender, &rest))
        return;
    sst_log_set(reader, mail, LOG_SENDER, sender);
    sst_log_set(reader, mail, LOG_RECIPIENT, rest);
}

static void read_message_id(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    log_mail *mail = current(reader, line, false);
    if (mail)
        sst_log_set(reader, mail, LOG_MESSAGE_ID, rest);
}

/* The recipients of "b@example.com>, <c@example.com>", one by one. */
static bool next_recipient(sst_span *rest, sst_span *recipient)
{
    if (rest->len == 0)
        return false;
    *recipient = words_until(rest, '>');
    (void)words_take(rest, ", <");
    return true;
}

static bool is_same(sst_span one, sst_span other)
{
    return one.len == other.len && (one.len == 0 || memcmp(one.ptr, other.ptr, one.len) == 0);
}

/* The recipient whom the words name in brackets; absent where they name none. */
static sst_span named_in(sst_span words, sst_span recipients)
{
    sst_span before;
    sst_span rest;
    sst_span one;
    if (words_part(words, "<", &before, &rest)) {
        sst_span named = words_until(&rest, '>');
        while (next_recipient(&recipients, &one)) {
            if (is_same(one, named))
                return named;
        }
    }
    return (sst_span){NULL, 0};
}

/* A message that waits is kept by its file. */
static void wait(sst_log_reader *reader, const log_line *line, const sst_record *record)
{
    log_mail *file = sst_log_open(reader, line, record->queue_id);
    sst_log_set(reader, file, LOG_SENDER, record->sender);
    sst_log_set(reader, file, LOG_MESSAGE_ID, record->message_id);
    sst_log_wait(reader, file, record);
}

/* What became of all recipients of the delivery that goes on, and its end. */
static void tell(sst_log_reader *reader, const log_line *line, sst_kind kind, sst_span words)
{
    log_mail *mail = current(reader, line, false);
    sst_span recipients = mail ? sst_log_get(mail, LOG_RECIPIENT) : (sst_span){NULL, 0};
    sst_span queue_id = mail ? sst_log_get(mail, LOG_NEXT) : (sst_span){NULL, 0};
    sst_span named = named_in(words, recipients);
    sst_span recipient;
    while (next_recipient(&recipients, &recipient)) {
        sst_record *record = sst_log_add(reader, line);
        if (!record)
            break;
        record->kind = kind;
        record->recipient = recipient;
        record->queue_id = queue_id;
        record->message_id = sst_log_get(mail, LOG_MESSAGE_ID);
        record->remote = sst_log_get(mail, LOG_CLIENT);
        record->sender = sst_log_get(mail, LOG_SENDER);
        if (!named.ptr || is_same(named, recipient))
            sst_log_reply(reader, record, words);
        if (kind == SST_KIND_DELAYED && queue_id.ptr)
            wait(reader, line, record);
    }
    if (kind != SST_KIND_DELAYED && queue_id.ptr)
        sst_log_close(reader, sst_log_find(reader, line, queue_id));
    sst_log_close(reader, mail);
}

/* "smtp: Succeeded: 250 2.0.0 Ok: queued as 4XyZ" */
static void read_success(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    tell(reader, line, SST_KIND_DELIVERED, rest);
}

/* "smtp: Failed: 550 5.1.1 User unknown": whether it is tried again is said on the next line. */
static void read_failure(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    log_mail *mail = current(reader, line, false);
    if (mail)
        sst_log_set(reader, mail, LOG_TEXT, rest);
}

/* "Sending failed: Permanent error in sending the message", or what went wrong. */
static void read_end(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    log_mail *mail = current(reader, line, false);
    sst_span words = mail ? sst_log_get(mail, LOG_TEXT) : rest;
    bool permanent = words_begin(rest, "Permanent error");
    tell(reader, line, permanent ? SST_KIND_FAILED : SST_KIND_DELAYED,
         words.len > 0 ? words : rest);
}

/* "Moving message 1795323955.15 into failed": if it still waited, its time is over. */
static void read_moving(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    log_mail *file = sst_log_find(reader, line, words_until(&rest, ' '));
    if (!file)
        return;
    sst_log_expire(reader, line, file);
    sst_log_close(reader, file);
}

static const struct {
    const char *words;
    void (*read)(sst_log_reader *reader, const log_line *line, sst_span rest);
} lines[] = {
    {"Starting delivery: host: ", read_start},
    {"From: <", read_envelope},
    {"Message-ID: ", read_message_id},
    {"Message-Id: ", read_message_id},
    {"smtp: Succeeded: ", read_success},
    {"qmqp: Succeeded: ", read_success},
    {"smtp: Failed: ", read_failure},
    {"qmqp: Failed: ", read_failure},
    {"Sending failed: ", read_end},
    {"Moving message ", read_moving},
};

static void read_line(sst_log_reader *reader, const log_line *line)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (words_begin(line->text, lines[i].words)) {
            lines[i].read(reader, line, words_from(line->text, strlen(lines[i].words)));
            return;
        }
    }
}

const log_format sst_log_nullmailer = {SST_LOG_FORMAT_NULLMAILER, "nullmailer", owns, read_line};
