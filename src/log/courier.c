/*
 * Courier's log: "newmsg" when a message was taken in, the words of the other side for a message
 * and a recipient, a line each, and then its status. There is no line for a message that was given
 * up: a report to the sender that is no notice of a delay begins, and who waited until then was
 * given up.
 *
 * The last two parts of an id are the queue id that Courier tells its clients; the first one is the
 * number of a file. Which host answered is logged for successes alone.
 */
#include "log/format.h"

#include "log/client.h"
#include "log/trouble.h"
#include "log/words.h"

/* 000000000000022D.000000006B02779A.00000088 */
static bool begins_with_id(sst_span text)
{
    static const char form[] = "0000000000000000.0000000000000000.00000000";
    if (text.len < sizeof form - 1)
        return false;
    for (size_t i = 0; i < sizeof form - 1; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (form[i] == '.' ? c != '.' : !ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return true;
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    if (line->program.ptr)
        return words_begin(line->program, "courier");
    sst_span text = line->text;
    if (!words_take(&text, "started,") && !words_take(&text, "newmsg,"))
        (void)words_take(&text, "completed,");
    return words_take(&text, "id=") && begins_with_id(text);
}

/* --- fields ---------------------------------------------------------------------------------- */

/* Takes "key=value," off a text; absent where it does not begin so. A value in <> ends with them.
 */
static sst_span take(sst_span *text, const char *key)
{
    sst_span value = {NULL, 0};
    if (!words_take(text, key))
        return value;
    size_t end = 0;
    if (words_begin(*text, "<")) {
        while (end < text->len && !(text->ptr[end] == '>' &&
                                    (end + 1 == text->len || memchr(",:", text->ptr[end + 1], 2))))
            end++;
        end += end < text->len;
    } else {
        while (end < text->len && !memchr(",: ", text->ptr[end], 3))
            end++;
    }
    value = words_unbracket(words_between(*text, 0, end));
    *text = words_from(*text, end);
    (void)words_take(text, ",");
    return value;
}

/* The queue id in an id. */
static sst_span queue_id(sst_span id)
{
    sst_span rest = id;
    (void)words_until(&rest, '.');
    return words_find_byte(rest, '.') < rest.len ? rest : id;
}

/* --- arrival --------------------------------------------------------------------------------- */

/* "newmsg,id=...: dns; client.example.org (client.example.org [192.0.2.9])", with "auth=bob" before
 * the colon where the client had logged in */
static void read_new(sst_log_reader *reader, const log_line *line, sst_span text)
{
    sst_span id = queue_id(take(&text, "id="));
    log_mail *mail = id.len > 0 ? sst_log_open(reader, line, id) : NULL;
    if (!mail)
        return;
    size_t at = words_find_byte(text, '(');
    sst_span client = {NULL, 0};
    if (at < text.len)
        client = sst_log_client(reader, sst_log_host(words_from(text, at)));
    sst_span type;
    if (!client.ptr && words_part(text, "; ", &type, &client))
        client = words_first(&client);
    if (client.len > 0)
        sst_log_set(reader, mail, LOG_CLIENT, client);
    if (line->has_time)
        sst_log_numbers(mail)->arrived_ms = line->time_ms;
}

/*
 * "started,id=...,from=<...>,module=esmtp,host=...,addr=<...>". The module for reports is told by
 * its host what to say: "deferred", or nothing for what is final.
 */
static void read_started(sst_log_reader *reader, const log_line *line, sst_span text)
{
    sst_span id = queue_id(take(&text, "id="));
    sst_span sender = take(&text, "from=");
    sst_span module = take(&text, "module=");
    log_mail *mail = sst_log_find(reader, line, id);
    if (span_is(module, "dsn", false)) {
        if (mail && words_begin(text, "host=,")) {
            sst_log_expire(reader, line, mail);
            sst_log_numbers(mail)->recipients = 0;
        }
        return;
    }
    if (mail && sender.ptr && !sst_log_get(mail, LOG_SENDER).ptr)
        sst_log_set(reader, mail, LOG_SENDER, sender);
}

static void read_completed(sst_log_reader *reader, const log_line *line, sst_span text)
{
    log_mail *mail = sst_log_find(reader, line, queue_id(take(&text, "id=")));
    if (mail && sst_log_numbers(mail)->recipients == 0)
        sst_log_close(reader, mail);
}

/* --- recipients ------------------------------------------------------------------------------ */

typedef struct event {
    sst_log_reader *reader;
    const log_line *line;
    sst_span id;
    sst_span sender;
    sst_span recipient;
    uint64_t size;
} event;

/*
 * A program or file that an alias leads to is a local mailbox of this name:
 * ".xalias/press@example+2eorg"@example.org is press@example.org.
 */
static sst_span alias_of(sst_log_reader *reader, sst_span recipient)
{
    sst_span name = recipient;
    sst_span domain;
    char *text = NULL;
    if (words_take(&name, "\".xalias/") && words_part(name, "\"@", &name, &domain))
        text = sst_log_scratch(reader, name.len);
    if (!text)
        return recipient;
    size_t len = 0;
    for (size_t at = 0; at < name.len; at++) {
        if (words_begin(words_from(name, at), "+2e")) {
            text[len++] = '.';
            at += 2;
        } else {
            text[len++] = name.ptr[at];
        }
    }
    return (sst_span){text, len};
}

/* The entry of a recipient whose status is still to come: it holds the words until then. */
static log_mail *words_entry(const event *e, bool make)
{
    size_t len = e->id.len + 1 + e->recipient.len;
    char *key = sst_log_scratch(e->reader, len);
    if (!key)
        return NULL;
    memcpy(key, e->id.ptr, e->id.len);
    key[e->id.len] = ' ';
    if (e->recipient.len > 0)
        memcpy(key + e->id.len + 1, e->recipient.ptr, e->recipient.len);
    sst_span id = {key, len};
    return make ? sst_log_open(e->reader, e->line, id) : sst_log_find(e->reader, e->line, id);
}

/* One more line of words. */
static void add_words(const event *e, sst_span words)
{
    log_mail *entry = words_entry(e, true);
    if (!entry)
        return;
    sst_span before = sst_log_get(entry, LOG_TEXT);
    size_t len = before.len + 1 + words.len;
    char *text = before.ptr ? sst_log_scratch(e->reader, len) : NULL;
    if (text) {
        memcpy(text, before.ptr, before.len);
        text[before.len] = '\n';
        memcpy(text + before.len + 1, words.ptr, words.len);
        words = (sst_span){text, len};
    }
    sst_log_set(e->reader, entry, LOG_TEXT, words);
}

/* How many recipients wait: a message that none waits for is done when Courier has "completed" it,
 * which it says after each attempt. */
static void count_waiting(const event *e, log_mail *mail, sst_kind kind)
{
    uint64_t *count = &sst_log_numbers(mail)->recipients;
    bool waited = sst_log_is_waiting(e->reader, mail, e->recipient);
    if (kind == SST_KIND_DELAYED && !waited)
        ++*count;
    else if (kind != SST_KIND_DELAYED && waited && *count > 0)
        --*count;
}

static void add_record(const event *e, sst_kind kind, sst_span remote, sst_span words)
{
    log_mail *mail = sst_log_find(e->reader, e->line, e->id);
    if (!mail && kind == SST_KIND_DELAYED)
        mail = sst_log_open(e->reader, e->line, e->id);
    sst_record *record = sst_log_add(e->reader, e->line);
    if (!record)
        return;
    record->kind = kind;
    record->recipient = e->recipient;
    record->sender = e->sender;
    record->remote = remote;
    record->size = e->size;
    if (words.ptr)
        sst_log_reply(e->reader, record, words);
    if (kind == SST_KIND_FAILED || kind == SST_KIND_DELAYED)
        sst_log_trouble(record);
    sst_log_join(record, mail, e->line, e->id);
    if (mail)
        count_waiting(e, mail, kind);
    if (kind == SST_KIND_DELAYED)
        sst_log_wait(e->reader, mail, record);
    else
        sst_log_settle(e->reader, mail, record->recipient);
}

/* "status: failure", "status: deferred"; "status: success" repeats what was said. */
static void read_status(const event *e, sst_span status)
{
    log_mail *entry = words_entry(e, false);
    sst_span words = entry ? sst_log_get(entry, LOG_TEXT) : (sst_span){NULL, 0};
    if (words_begin(status, "failure"))
        add_record(e, SST_KIND_FAILED, (sst_span){NULL, 0}, words);
    else if (words_begin(status, "deferred"))
        add_record(e, SST_KIND_DELAYED, (sst_span){NULL, 0}, words);
    if (entry)
        sst_log_close(e->reader, entry);
}

/* "success: delivered: mx.example.com [192.0.2.1]", "success: Message delivered." */
static void read_success(const event *e, sst_span words)
{
    log_mail *entry = words_entry(e, false);
    sst_span reply = entry ? sst_log_get(entry, LOG_TEXT) : (sst_span){NULL, 0};
    sst_span remote = {NULL, 0};
    bool relayed = words_take(&words, "relayed: ");
    if (relayed || words_take(&words, "delivered: "))
        remote = sst_log_remote(sst_log_host(words));
    add_record(e, relayed ? SST_KIND_RELAYED : SST_KIND_DELIVERED, remote, reply);
    if (entry)
        sst_log_close(e->reader, entry);
}

/* "id=...,from=<...>,addr=<...>" and words, a status, or a size and a success. */
static void read_recipient(sst_log_reader *reader, const log_line *line, sst_span text)
{
    event e;
    memset(&e, 0, sizeof e);
    e.reader = reader;
    e.line = line;
    e.id = queue_id(take(&text, "id="));
    e.sender = take(&text, "from=");
    e.recipient = alias_of(reader, take(&text, "addr="));
    if (e.id.len == 0 || !e.sender.ptr || e.recipient.len == 0) {
        sst_log_not_understood(reader);
        return;
    }
    e.size = words_value(take(&text, "size="));
    if (words_take(&text, ": "))
        add_words(&e, text);
    else if (words_take(&text, "status: "))
        read_status(&e, text);
    else if (words_take(&text, "success: "))
        read_success(&e, text);
}

/* --- refusals -------------------------------------------------------------------------------- */

static void add_refusal(const event *e, log_host client, sst_command command, sst_span words)
{
    sst_record *record = sst_log_add(e->reader, e->line);
    if (!record)
        return;
    record->direction = span_of("in");
    record->client = sst_log_client(e->reader, client);
    record->remote = record->client;
    record->sender = e->sender;
    record->recipient = e->recipient;
    record->command = command;
    sst_log_reply(e->reader, record, words);
    if (record->kind == SST_KIND_NONE)
        record->kind = SST_KIND_FAILED;
}

/* "535 Authentication failed.",cmd: AUTH LOGIN */
static void read_message(const event *e, log_host client, sst_span text)
{
    sst_command command = SST_COMMAND_NONE;
    sst_span name = {NULL, 0};
    if (words_part(text, "\",cmd: ", &text, &name))
        (void)sst_command_parse(name.ptr, name.len, &command);
    else if (words_end(text, "\""))
        text.len--;
    add_refusal(e, client, command, text);
}

static bool is_last_line(sst_span words)
{
    return words.len <= 3 || words.ptr[3] != '-' || !ascii_is_digit(words.ptr[0]);
}

/*
 * "error,relay=::ffff:192.0.2.66,port=33137,from=<...>,to=<...>: 513 Relaying denied.", or with
 * msg="..." instead of what follows the port. A reply of several lines has a line of the log for
 * each; the last one makes the record.
 */
static void read_refusal(sst_log_reader *reader, const log_line *line, sst_span text)
{
    event e;
    memset(&e, 0, sizeof e);
    e.reader = reader;
    e.line = line;
    sst_span rest = text;
    if (!words_take(&rest, "relay="))
        return;
    size_t end = 0;
    while (end < rest.len && rest.ptr[end] != ',' && !words_begin(words_from(rest, end), ": "))
        end++;
    log_host client = sst_log_host(words_between(rest, 0, end));
    rest = words_from(rest, end);
    (void)words_take(&rest, ",");
    (void)take(&rest, "port=");
    e.id = words_between(text, 0, text.len - rest.len);
    e.sender = take(&rest, "from=");
    e.recipient = take(&rest, "to=");
    if (words_take(&rest, "msg=\"")) {
        read_message(&e, client, rest);
        return;
    }
    if (!words_take(&rest, ": "))
        return;
    add_words(&e, rest);
    if (!is_last_line(rest))
        return;
    sst_command command = e.recipient.ptr ? SST_COMMAND_RCPT
                          : e.sender.ptr  ? SST_COMMAND_MAIL
                                          : SST_COMMAND_NONE;
    log_mail *entry = words_entry(&e, false);
    add_refusal(&e, client, command, entry ? sst_log_get(entry, LOG_TEXT) : rest);
    sst_log_close(reader, entry);
}

/* --- lines ----------------------------------------------------------------------------------- */

static void read(sst_log_reader *reader, const log_line *line)
{
    sst_span text = line->text;
    if (words_begin(text, "id="))
        read_recipient(reader, line, text);
    else if (words_take(&text, "newmsg,"))
        read_new(reader, line, text);
    else if (words_take(&text, "started,"))
        read_started(reader, line, text);
    else if (words_take(&text, "completed,"))
        read_completed(reader, line, text);
    else if (words_take(&text, "error,"))
        read_refusal(reader, line, text);
}

const log_format sst_log_courier = {SST_LOG_FORMAT_COURIER, "courier", owns, read};
