/*
 * OpenSMTPD's log, whose forms have changed twice:
 * - since 6.5 "SESSION mta delivery evpid=... result="Ok" stat="250 ..."", and since 6.0 the same
 *   with event= before the second word;
 * - until 5.9 "relay: Ok for EVPID: session=..., from=<...>, ..., stat=250 ...", which 6 and 7
 * still use for what the queue gave up. The first half of an envelope's id is the message's, which
 * is taken as the queue id.
 *
 * Who the sender of a refused recipient is, and which Message-ID a mail has, is never logged.
 */
#include "log/format.h"

#include "log/client.h"
#include "log/trouble.h"
#include "log/words.h"

enum { SESSION_LEN = 16, MESSAGE_LEN = 8 }; /* hexadecimal digits */

static bool is_hex(sst_span text, size_t count)
{
    if (text.len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return true;
}

/* --- whose line it is ------------------------------------------------------------------------ */

/* "1d9dae91db175d75 mta delivery": takes the session and the first word. */
static bool take_session(sst_span *text, sst_span *session, sst_span *part)
{
    static const char *const parts[] = {"smtp",  "mta",       "mda", "bounce", "control", "filter",
                                        "queue", "scheduler", "lka", "mproc",  NULL};
    if (!is_hex(*text, SESSION_LEN))
        return false;
    sst_span rest = *text;
    *session = words_first(&rest);
    *part = words_first(&rest);
    bool known = false;
    for (size_t i = 0; !known && parts[i]; i++)
        known = span_is(*part, parts[i], false);
    if (session->len != SESSION_LEN || !known)
        return false;
    *text = rest;
    return true;
}

static bool has_own_words(sst_span text)
{
    static const char *const openings[] = {"smtp-in: ",
                                           "smtp-out: ",
                                           "relay: ",
                                           "delivery: ",
                                           "info: ",
                                           "warn: ",
                                           "debug: ",
                                           "fatal: ",
                                           "bounce: ",
                                           "mta: ",
                                           "mda: ",
                                           "table-",
                                           "commands executed from aliases",
                                           "Exiting",
                                           NULL};
    for (size_t i = 0; openings[i]; i++) {
        if (words_begin(text, openings[i]))
            return true;
    }
    return false;
}

/* How lines of releases before 6 begin that nothing else writes. */
static bool has_old_form(sst_span text)
{
    return ((words_begin(text, "relay: ") || words_begin(text, "delivery: ")) &&
            words_have(text, " for ") && words_have(text, ", stat=")) ||
           (words_begin(text, "smtp-in: ") && words_have(text, " session "));
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    sst_span text = line->text;
    sst_span session;
    sst_span part;
    if (span_is(line->program, "opensmtpd", false))
        return true;
    if (line->program.ptr && !span_is(line->program, "smtpd", false))
        return false;
    if (take_session(&text, &session, &part))
        return true;
    return line->program.ptr ? has_own_words(text) : has_old_form(text);
}

/* --- fields ---------------------------------------------------------------------------------- */

/* "key=value" fields, which are taken in their order, so that no value can pass for another. */
typedef struct fields {
    sst_span rest;
    const char *separator; /* " ", or ", " in the old form */
} fields;

/* Takes the value of a key, and what stands before it; absent where the key is not there. */
static sst_span take(fields *f, const char *key)
{
    sst_span value = {NULL, 0};
    size_t at = words_find(f->rest, key);
    if (at == f->rest.len)
        return value;
    sst_span text = words_from(f->rest, at + strlen(key));
    char first = text.len > 0 ? text.ptr[0] : ' ';
    const char *close = first == '<' ? ">" : first == '"' ? "\"" : "";
    size_t end = strlen(close);
    while (end < text.len && !(words_begin(words_from(text, end), f->separator) &&
                               (end > strlen(close) || *close == '\0') &&
                               words_end(words_between(text, 0, end), close)))
        end++;
    value = words_between(text, 0, end);
    f->rest = words_from(text, end);
    if (*close != '\0' && value.len >= 2 && words_end(value, close))
        value = words_between(value, 1, value.len - 1);
    return value;
}

/* The last value, to the end of the line. */
static sst_span take_last(fields *f, const char *key)
{
    sst_span value = {NULL, 0};
    size_t at = words_find(f->rest, key);
    if (at == f->rest.len)
        return value;
    value = words_from(f->rest, at + strlen(key));
    if (value.len >= 2 && value.ptr[0] == '"' && words_end(value, "\""))
        value = words_between(value, 1, value.len - 1);
    return value;
}

/* "17s", "1d2h3m4s" in milliseconds. */
static bool read_delay(sst_span text, uint64_t *ms)
{
    uint64_t total = 0;
    bool any = false;
    while (text.len > 0) {
        uint64_t number;
        if (!words_number(&text, &number) || number > 100000000 || text.len == 0)
            return false;
        uint64_t unit = text.ptr[0] == 'd'   ? 86400
                        : text.ptr[0] == 'h' ? 3600
                        : text.ptr[0] == 'm' ? 60
                        : text.ptr[0] == 's' ? 1
                                             : 0;
        if (unit == 0)
            return false;
        total += number * unit * 1000;
        text = words_from(text, 1);
        any = true;
    }
    *ms = total;
    return any;
}

/* --- clients and messages -------------------------------------------------------------------- */

static void read_connected(sst_log_reader *reader, const log_line *line, sst_span session,
                           log_host host)
{
    sst_span client = sst_log_client(reader, host);
    if (client.ptr)
        sst_log_set(reader, sst_log_open(reader, line, session), LOG_CLIENT, client);
}

/* A message was taken in. Until 6.4 its sender stands there as well. */
static void read_message(sst_log_reader *reader, const log_line *line, sst_span session,
                         sst_span id, fields f)
{
    log_mail *from = sst_log_find(reader, line, session);
    log_mail *mail = is_hex(id, MESSAGE_LEN) ? sst_log_open(reader, line, id) : NULL;
    if (!mail)
        return;
    if (from)
        sst_log_set(reader, mail, LOG_CLIENT, sst_log_get(from, LOG_CLIENT));
    sst_span sender = take(&f, "from=");
    if (sender.ptr)
        sst_log_set(reader, mail, LOG_SENDER, sender);
    log_numbers *numbers = sst_log_numbers(mail);
    numbers->size = words_value(take(&f, "size="));
    sst_span count = take(&f, "nrcpt=");
    numbers->recipients = words_value(count.ptr ? count : take(&f, "ndest="));
    numbers->arrived_ms = line->has_time ? line->time_ms : 0;
}

/* A command of a client that was answered with an error. */
static void add_refusal(sst_log_reader *reader, const log_line *line, sst_span session,
                        sst_span command, sst_span reply)
{
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    log_mail *from = sst_log_find(reader, line, session);
    record->direction = span_of("in");
    if (from)
        record->client = sst_log_get(from, LOG_CLIENT);
    record->remote = record->client;
    (void)sst_command_parse(command.ptr, command.len, &record->command);
    sst_span address;
    sst_span rest;
    if (words_part(command, "<", &rest, &address)) {
        address.len = words_find_byte(address, '>');
        if (record->command == SST_COMMAND_RCPT)
            record->recipient = address;
        else if (record->command == SST_COMMAND_MAIL)
            record->sender = address;
    }
    sst_log_reply(reader, record, reply);
    if (record->kind == SST_KIND_NONE)
        record->kind = SST_KIND_FAILED;
}

/* What is said behind "SESSION smtp ". */
static void read_smtp(sst_log_reader *reader, const log_line *line, sst_span session, sst_span text)
{
    fields f = {text, " "};
    sst_span command;
    sst_span reply;
    sst_span event = words_first(&f.rest);
    (void)words_take(&event, "event=");
    if (span_is(event, "connected", false)) {
        sst_span address = take(&f, "address=");
        log_host host = sst_log_host(take(&f, "host="));
        host.address = sst_log_host(address).address;
        read_connected(reader, line, session, host);
    } else if (span_is(event, "message", false)) {
        read_message(reader, line, session, take(&f, "msgid="), f);
    } else if (span_is(event, "failed-command", false) || span_is(event, "bad-input", false)) {
        sst_span rest = f.rest;
        if (words_part(rest, "result=\"", &command, &reply)) {
            (void)words_take(&command, "command=\"");
            if (words_end(reply, "\""))
                reply.len--;
            add_refusal(reader, line, session, command, reply);
        } else {
            sst_log_not_understood(reader);
        }
    } else if (span_is(event, "disconnected", false) || span_is(event, "closed", false)) {
        sst_log_close(reader, sst_log_find(reader, line, session));
    }
}

/* The same until 5.9: "smtp-in: Failed command on session 0123...: "RCPT TO:<...>" => 550 ..." */
static void read_smtp_in(sst_log_reader *reader, const log_line *line, sst_span text)
{
    sst_span words;
    sst_span rest;
    if (!words_part(text, " session ", &words, &rest) || !is_hex(rest, SESSION_LEN))
        return;
    sst_span session = words_between(rest, 0, SESSION_LEN);
    rest = words_from(rest, SESSION_LEN);
    if (span_is(words, "New", false) && words_take(&rest, " from host ")) {
        read_connected(reader, line, session, sst_log_host(rest));
    } else if (words_begin(words, "Failed command on") && words_take(&rest, ": \"")) {
        sst_span command;
        sst_span reply;
        if (words_part(rest, "\" => ", &command, &reply))
            add_refusal(reader, line, session, command, reply);
        else
            sst_log_not_understood(reader);
    } else if (words_take(&words, "Accepted message ")) {
        fields f = {rest, ", "};
        read_message(reader, line, session, words_first(&words), f);
    } else if (words_begin(words, "Closing") || words_begin(words, "Disconnecting") ||
               words_begin(words, "Received disconnect")) {
        sst_log_close(reader, sst_log_find(reader, line, session));
    }
}

/* --- deliveries ------------------------------------------------------------------------------ */

static const struct outcome {
    const char *result;
    sst_kind kind;
    bool gave_up;
} outcomes[] = {
    {"Ok", SST_KIND_DELIVERED, false},    {"TempFail", SST_KIND_DELAYED, false},
    {"PermFail", SST_KIND_FAILED, false}, {"Loop", SST_KIND_FAILED, false},
    {"Expire", SST_KIND_FAILED, true},    {"Remove", SST_KIND_FAILED, false},
};

static const struct outcome *outcome_of(sst_span result)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (span_is(result, outcomes[i].result, false))
            return &outcomes[i];
    }
    return NULL;
}

/* What an LMTP server said is in quotes in the words of the program that speaks LMTP:
 * Error (temporary failure: "mail.lmtp: LMTP server error: 550 5.1.1 ...") */
static sst_span words_of(sst_span stat)
{
    sst_span before;
    sst_span reply;
    if (!words_begin(stat, "Error (") || !words_part(stat, "LMTP server error: ", &before, &reply))
        return stat;
    if (words_end(reply, "\")"))
        reply.len -= 2;
    return reply;
}

typedef struct delivery {
    const struct outcome *outcome;
    sst_span id; /* of the message */
    sst_span sender;
    sst_span to;
    sst_span rcpt; /* before aliases; "-": the same */
    sst_span relay;
    sst_span delay;
    sst_span stat;
} delivery;

static void fill_words(sst_log_reader *reader, const log_mail *mail, sst_record *record,
                       const delivery *d)
{
    record->gave_up = d->outcome->gave_up;
    if (record->gave_up && sst_log_recall(reader, mail, record) && record->text.ptr)
        return;
    if (d->outcome->kind != SST_KIND_DELIVERED ||
        ascii_is_digit(d->stat.len ? d->stat.ptr[0] : ' '))
        sst_log_reply(reader, record, words_of(d->stat));
    if (d->outcome->kind != SST_KIND_DELIVERED)
        sst_log_trouble(record);
}

static void add_delivery(sst_log_reader *reader, const log_line *line, const delivery *d)
{
    log_mail *mail = sst_log_find(reader, line, d->id);
    if (!mail && d->outcome->kind == SST_KIND_DELAYED)
        mail = sst_log_open(reader, line, d->id);
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    record->kind = d->outcome->kind;
    record->sender = d->sender;
    record->recipient = d->to;
    if (d->rcpt.len > 0 && !span_is(d->rcpt, "-", false) && !words_equal(d->rcpt, d->to))
        record->original_recipient = d->rcpt;
    /* Without an address it is only the domain that was to be reached. */
    log_host host = sst_log_host(d->relay);
    if (host.address.ptr)
        record->remote = sst_log_remote(host);
    record->has_delay = read_delay(d->delay, &record->delay_ms);
    fill_words(reader, mail, record, d);
    sst_log_join(record, mail, line, d->id);
    if (record->kind == SST_KIND_DELAYED) {
        sst_log_wait(reader, mail, record);
        return;
    }
    sst_log_settle(reader, mail, record->recipient);
    log_numbers *numbers = mail ? sst_log_numbers(mail) : NULL;
    if (numbers && numbers->recipients > 0 && --numbers->recipients == 0)
        sst_log_close(reader, mail);
}

/* The fields that both forms have; result is found already in the old one. */
static void read_delivery(sst_log_reader *reader, const log_line *line, sst_span envelope, fields f,
                          const struct outcome *outcome)
{
    delivery d;
    memset(&d, 0, sizeof d);
    d.id = words_between(envelope, 0, MESSAGE_LEN);
    d.sender = take(&f, "from=");
    d.to = take(&f, "to=");
    fields before = f;
    d.rcpt = take(&f, "rcpt=");
    if (!d.rcpt.ptr)
        f = before;
    before = f;
    d.relay = take(&f, "relay=");
    if (!d.relay.ptr)
        f = before;
    d.delay = take(&f, "delay=");
    d.outcome = outcome ? outcome : outcome_of(take(&f, "result="));
    d.stat = take_last(&f, "stat=");
    if (!d.outcome || !d.sender.ptr || !d.to.ptr)
        sst_log_not_understood(reader);
    else
        add_delivery(reader, line, &d);
}

/* What is said behind "SESSION mta " and "SESSION mda ". */
static void read_session(sst_log_reader *reader, const log_line *line, sst_span text)
{
    fields f = {text, " "};
    sst_span event = words_first(&f.rest);
    (void)words_take(&event, "event=");
    if (!span_is(event, "delivery", false))
        return;
    sst_span envelope = take(&f, "evpid=");
    if (is_hex(envelope, SESSION_LEN))
        read_delivery(reader, line, envelope, f, NULL);
    else
        sst_log_not_understood(reader);
}

/* "relay: Expire for 407bd3351f72cef0: from=<...>, ..., stat=Envelope expired" */
static void read_old(sst_log_reader *reader, const log_line *line, sst_span text)
{
    const struct outcome *outcome = outcome_of(words_first(&text));
    if (!outcome || !words_take(&text, "for ") || !is_hex(text, SESSION_LEN))
        return;
    fields f = {words_from(text, SESSION_LEN), ", "};
    read_delivery(reader, line, text, f, outcome);
}

/* --- lines ----------------------------------------------------------------------------------- */

static void read(sst_log_reader *reader, const log_line *line)
{
    sst_span text = line->text;
    sst_span session;
    sst_span part;
    if (take_session(&text, &session, &part)) {
        if (span_is(part, "smtp", false))
            read_smtp(reader, line, session, text);
        else
            read_session(reader, line, text);
    } else if (words_take(&text, "relay: ") || words_take(&text, "delivery: ")) {
        read_old(reader, line, text);
    } else if (words_take(&text, "smtp-in: ")) {
        read_smtp_in(reader, line, text);
    }
}

const log_format sst_log_opensmtpd = {SST_LOG_FORMAT_OPENSMTPD, "opensmtpd", owns, read};
