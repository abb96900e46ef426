/*
 * chasquid: one line for each recipient and attempt, which names both; a line when all is done with
 * a message. A recipient that still waited then was given up.
 *
 * The lines of a reply behind its first one are lines of the log without a prefix, which belong to
 * nobody. It does not name the host of an attempt.
 */
#include "log/format.h"
#include "log/words.h"

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    return span_is(line->program, "chasquid", false);
}

/* "192.0.2.66:4321" without the port. */
static sst_span address_of(sst_span client)
{
    size_t at = client.len;
    while (at > 0 && ascii_is_digit(client.ptr[at - 1]))
        at--;
    return at > 1 && client.ptr[at - 1] == ':' ? (sst_span){client.ptr, at - 1} : client;
}

/* The null sender is "<>". */
static sst_span sender_of(sst_span word)
{
    return words_unbracket(word);
}

/* "192.0.2.66:4321 rejected from=a@example.net to=[b@example.org c@example.org] - relay not
 * allowed"
 */
static void read_refusal(sst_log_reader *reader, const log_line *line, sst_span client,
                         sst_span rest)
{
    sst_span sender = words_until(&rest, ' ');
    sst_span recipients;
    if (!words_take(&rest, "to=[") || !words_part(rest, "] - ", &recipients, &rest)) {
        sst_log_not_understood(reader);
        return;
    }
    client = words_cut(address_of(client), WORDS_MAX_SHARED);
    rest = words_cut(rest, WORDS_MAX_SHARED);
    sender = words_cut(sender_of(sender), WORDS_MAX_SHARED);
    do {
        sst_record *record = sst_log_add(reader, line);
        if (!record)
            return;
        record->direction = span_of("in");
        record->kind = SST_KIND_FAILED;
        record->command = SST_COMMAND_RCPT;
        record->remote = client;
        record->sender = sender;
        record->recipient = words_until(&recipients, ' ');
        record->text = rest;
    } while (recipients.len > 0);
}

/* "queued ip=192.0.2.9:4321 to=[b@example.com]" */
static void read_queued(sst_log_reader *reader, const log_line *line, sst_span id, sst_span sender,
                        sst_span rest)
{
    log_mail *mail = sst_log_open(reader, line, id);
    sst_log_set(reader, mail, LOG_SENDER, sender);
    sst_log_set(reader, mail, LOG_CLIENT, address_of(words_until(&rest, ' ')));
    if (mail && line->has_time)
        sst_log_numbers(mail)->arrived_ms = line->time_ms;
}

/* "failed (permanent): MAIL+RCPT 550 5.1.1 User unknown" */
static void take_failure(sst_log_reader *reader, sst_record *record, sst_span rest)
{
    bool permanent = words_begin(rest, "(permanent)");
    sst_span before;
    record->kind = permanent ? SST_KIND_FAILED : SST_KIND_DELAYED;
    if (!words_part(rest, ": ", &before, &rest))
        return;
    sst_log_reply(reader, record, rest);
    /* The two commands went out together, and either may have been refused. */
    if (words_find(rest, "MAIL+RCPT ") < rest.len)
        record->command = SST_COMMAND_NONE;
}

/* "to=b@example.com sent" */
static void read_attempt(sst_log_reader *reader, const log_line *line, sst_span id, sst_span sender,
                         sst_span rest)
{
    sst_span recipient = words_until(&rest, ' ');
    bool sent = span_is(rest, "sent", false);
    if (!sent && !words_take(&rest, "failed ")) {
        sst_log_not_understood(reader);
        return;
    }
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    log_mail *mail = sst_log_find(reader, line, id);
    record->recipient = recipient;
    record->sender = sender;
    sst_log_join(record, mail, line, id);
    if (sent)
        record->kind = SST_KIND_DELIVERED;
    else
        take_failure(reader, record, rest);
    if (record->kind != SST_KIND_DELAYED) {
        sst_log_settle(reader, mail, recipient);
        return;
    }
    if (!mail) /* one of its own reports, or it came in before the log begins */
        mail = sst_log_open(reader, line, id);
    sst_log_set(reader, mail, LOG_SENDER, sender);
    sst_log_wait(reader, mail, record);
}

static void read_line(sst_log_reader *reader, const log_line *line)
{
    sst_span rest = line->text;
    sst_span id = words_until(&rest, ' ');
    if (words_take(&rest, "rejected from=")) {
        read_refusal(reader, line, id, rest);
        return;
    }
    if (!words_take(&rest, "from="))
        return;
    sst_span sender = sender_of(words_until(&rest, ' '));
    if (words_take(&rest, "queued ip="))
        read_queued(reader, line, id, sender, rest);
    else if (words_take(&rest, "to="))
        read_attempt(reader, line, id, sender, rest);
    else if (span_is(rest, "all done", false)) {
        log_mail *mail = sst_log_find(reader, line, id);
        sst_log_expire(reader, line, mail);
        sst_log_close(reader, mail);
    }
}

const log_format sst_log_chasquid = {SST_LOG_FORMAT_CHASQUID, "chasquid", owns, read_line};
