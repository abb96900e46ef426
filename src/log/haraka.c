/*
 * Haraka: what clients handed in or were refused, what queue plugins handed on, and what became of
 * the mails that it sent itself.
 *
 * A transaction (UUID.1) is sent as one mail for each domain of its recipients, in their order
 * (UUID.1.1, UUID.1.2). Lines about a whole mail name no recipients; they come from the lines of
 * the transaction. Haraka names the host of an attempt only where it delivered, and what a reply
 * answered only for recipients. Of mails that it makes itself (its reports) it names nobody.
 */
#include "log/haraka_line.h"
#include "log/haraka_mail.h"
#include "log/words.h"

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    return sst_haraka_is_line(line->text);
}

/* --- values ----------------------------------------------------------------------------------- */

static sst_span value_of(sst_span words, const char *key)
{
    return sst_haraka_value(words, key);
}

/* The same for words, whose quotes may be escaped. */
static sst_span words_of(const haraka_entry *e, sst_span words, const char *key)
{
    sst_span value = value_of(words, key);
    char *room = value.len > 0 && memchr(value.ptr, '\\', value.len)
                     ? sst_log_scratch(e->reader, value.len)
                     : NULL;
    if (!room)
        return value;
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\\' && i + 1 < value.len)
            i++;
        room[len++] = value.ptr[i];
    }
    return (sst_span){room, len};
}

/* "<a@example.com>" at the front, and what follows. */
static bool take_address(sst_span *words, const char *mark, sst_span *address)
{
    return words_take(words, "<") && words_part(*words, mark, address, words);
}

/* The three numbers of "rcpts=1/0/2": accepted, put off, refused. */
static bool take_counts(sst_span words, uint64_t counts[3])
{
    sst_span value = value_of(words, " rcpts=");
    if (!value.ptr)
        return false;
    return words_number(&value, &counts[0]) && words_take(&value, "/") &&
           words_number(&value, &counts[1]) && words_take(&value, "/") &&
           words_number(&value, &counts[2]);
}

/* What hooks answered: a refusal's kind; NONE for the other codes. */
static sst_kind kind_of_code(sst_span code)
{
    if (words_begin(code, "DENYSOFT"))
        return SST_KIND_DELAYED;
    return words_begin(code, "DENY") ? SST_KIND_FAILED : SST_KIND_NONE;
}

/* --- from clients ----------------------------------------------------------------------------- */

/* A connection is "UUID", its transactions are "UUID.1" and so on. */
static sst_span connection_of(sst_span id)
{
    sst_span rest = id;
    return words_until(&rest, '.');
}

static log_mail *find_connection(const haraka_entry *e)
{
    return sst_log_find(e->reader, e->line, connection_of(e->id));
}

/* A refusal that a line of its own tells: the end of the connection need not tell it again. */
static void add_refusal(const haraka_entry *e, sst_span recipient, sst_command command,
                        sst_kind kind, sst_span words)
{
    sst_record *record = sst_log_add(e->reader, e->line);
    log_mail *connection = find_connection(e);
    if (!record)
        return;
    record->direction = span_of("in");
    record->kind = kind;
    record->command = command;
    record->recipient = recipient;
    if (connection) {
        record->remote = sst_log_get(connection, LOG_CLIENT);
        sst_log_numbers(connection)->recipients++;
    }
    sst_log_join(record, e->mail, e->line, e->id);
    if (words.len > 0)
        sst_log_reply(e->reader, record, words);
}

static void read_connect(const haraka_entry *e, sst_span words)
{
    sst_log_set(e->reader, sst_log_open(e->reader, e->line, e->id), LOG_CLIENT,
                value_of(words, " ip="));
}

/* "sender <a@example.org> code=CONT msg=\"\"" */
static void read_sender(const haraka_entry *e, sst_span words)
{
    sst_span sender;
    if (!words_take(&words, "sender ") || !take_address(&words, "> code=", &sender))
        return;
    haraka_entry own = *e;
    own.mail = sst_log_open(e->reader, e->line, e->id);
    sst_log_set(e->reader, own.mail, LOG_SENDER, sender);
    sst_kind kind = kind_of_code(words);
    if (kind != SST_KIND_NONE)
        add_refusal(&own, (sst_span){NULL, 0}, SST_COMMAND_MAIL, kind, words_of(e, words, " msg="));
}

/*
 * "recipient <b@example.com> code=OK msg=\"\" sender=a@example.org". A recipient that no hook took,
 * from a client that may not relay, has OK here and is refused all the same: where the log tells of
 * hooks, the line before tells that one took it.
 */
static void read_recipient(const haraka_entry *e, sst_span words)
{
    sst_span recipient;
    if (!e->mail || !words_take(&words, "recipient ") ||
        !take_address(&words, "> code=", &recipient))
        return;
    sst_log_set(e->reader, e->mail, LOG_RECIPIENT, recipient);
    sst_kind kind = kind_of_code(words);
    if (kind != SST_KIND_NONE) {
        add_refusal(e, recipient, SST_COMMAND_RCPT, kind, words_of(e, words, " msg="));
        return;
    }
    sst_span taken = sst_log_get(e->mail, LOG_TEXT);
    if (!taken.ptr ||
        (taken.len == recipient.len && memcmp(taken.ptr, recipient.ptr, taken.len) == 0))
        sst_haraka_add_recipient(e, recipient);
}

/* "hook=rcpt plugin=... function=hook_rcpt params=<b@example.com> retval=OK msg=\"\"" */
static void read_hook(const haraka_entry *e, sst_span words)
{
    sst_span recipient = words_unbracket(value_of(words, " params="));
    if (!e->mail || !span_is(value_of(words, " retval="), "OK", false))
        return;
    if (words_begin(words, "hook=rcpt "))
        sst_log_set(e->reader, e->mail, LOG_TEXT, recipient);
    else if (words_begin(words, "hook=queue "))
        sst_log_numbers(e->mail)->flags |= HARAKA_HANDED_ON;
}

static void refuse_message(const haraka_entry *e, sst_kind kind, sst_span words)
{
    haraka_walk walk = {.entry = e};
    sst_span recipient;
    while (sst_haraka_next_of_all(&walk, &recipient))
        add_refusal(e, recipient, SST_COMMAND_EOM, kind, words);
}

/* "message mid=<1@example.org> size=290 rcpts=1/0/0 delay=0.001 code=CONT msg=\"\"" */
static void read_message(const haraka_entry *e, sst_span words)
{
    uint64_t size;
    sst_span digits = value_of(words, " size=");
    if (!e->mail)
        return;
    sst_log_set(e->reader, e->mail, LOG_MESSAGE_ID, value_of(words, " mid="));
    if (digits.ptr && words_number(&digits, &size))
        sst_log_numbers(e->mail)->size = size;
    sst_log_numbers(e->mail)->flags |= HARAKA_HAS_MESSAGE;
    if (e->line->has_time)
        sst_log_numbers(e->mail)->arrived_ms = e->line->time_ms;
    log_mail *connection = find_connection(e);
    if (connection)
        sst_log_set(e->reader, e->mail, LOG_CLIENT, sst_log_get(connection, LOG_CLIENT));
    sst_kind kind = kind_of_code(value_of(words, " code="));
    if (kind != SST_KIND_NONE)
        refuse_message(e, kind, words_of(e, words, " msg="));
}

/* "[queue/smtp_forward] forwarding to 192.0.2.10:25" */
static void read_forwarding(const haraka_entry *e, sst_span words)
{
    if (!e->mail || !words_take(&words, "forwarding to "))
        return;
    sst_log_numbers(e->mail)->flags |= HARAKA_HANDED_ON;
    sst_log_set(e->reader, e->mail, LOG_TEXT, words_until(&words, ' '));
}

/* What a queue plugin was answered, "2.0.0 Ok: queued as 4XyZ (UUID.1)", without the id that Haraka
 * adds. */
static void take_answer(const haraka_entry *e, sst_record *record, sst_span words)
{
    size_t len = e->id.len + 3;
    if (words.len > len && words_end(words, ")") &&
        memcmp(words.ptr + words.len - 1 - e->id.len, e->id.ptr, e->id.len) == 0)
        words.len -= len;
    size_t taken = sst_enhanced_parse(words.ptr, words.len, &record->enhanced);
    words = words_from(words, taken);
    (void)words_take(&words, " ");
    if (words.len > 0)
        record->text = words;
}

/* "queue code=OK msg=\"...\"": a mail that Haraka sends itself goes into its own queue. */
static void read_queue(const haraka_entry *e, sst_span words)
{
    if (!e->mail)
        return;
    sst_span code = value_of(words, "queue code=");
    sst_span answer = words_of(e, words, " msg=");
    sst_kind kind = kind_of_code(code);
    if (kind != SST_KIND_NONE) {
        refuse_message(e, kind, answer);
    } else if (span_is(code, "OK", false) && sst_log_numbers(e->mail)->flags & HARAKA_HANDED_ON) {
        haraka_walk walk = {.entry = e};
        sst_span recipient;
        while (sst_haraka_next_of_all(&walk, &recipient)) {
            sst_record *record = sst_haraka_record(e, SST_KIND_DELIVERED, recipient);
            if (!record)
                break;
            record->remote = sst_log_get(e->mail, LOG_TEXT);
            take_answer(e, record, answer);
        }
        sst_haraka_close_all(e);
    }
}

/* "disconnect ip=192.0.2.66 ... rcpts=0/0/1 ... lr=\"550 I cannot deliver mail for
 * <b@example.com>\"": the last reply, where no line of its own told of the refusal. */
static void read_disconnect(const haraka_entry *e, sst_span words)
{
    uint64_t counts[3];
    log_mail *connection = find_connection(e);
    sst_span reply = words_of(e, words, " lr=");
    uint64_t told = connection ? sst_log_numbers(connection)->recipients : 0;
    if (take_counts(words, counts) && counts[1] + counts[2] > told && reply.len > 0 && e->mail) {
        sst_span recipient = sst_log_get(e->mail, LOG_RECIPIENT);
        add_refusal(e, recipient, SST_COMMAND_RCPT, SST_KIND_NONE, reply);
    }
    if (e->mail && e->mail != connection && !(sst_log_numbers(e->mail)->flags & HARAKA_HAS_MESSAGE))
        sst_haraka_close_all(e); /* no message came */
    sst_log_close(e->reader, connection);
}

/* --- to other hosts --------------------------------------------------------------------------- */

/* "recipient <b@example.com> rejected: 550 5.1.1 User unknown" */
static bool read_answer(const haraka_entry *e, sst_span words, const char *mark, sst_kind kind)
{
    sst_span recipient;
    sst_span rest = words;
    if (!words_take(&rest, "recipient ") || !take_address(&rest, mark, &recipient))
        return false;
    sst_record *record = sst_haraka_record(e, kind, recipient);
    if (!record)
        return true;
    record->command = SST_COMMAND_RCPT;
    sst_log_reply(e->reader, record, rest);
    if (kind == SST_KIND_FAILED)
        sst_haraka_settle(e, recipient);
    else
        sst_haraka_defer(e, recipient, rest);
    return true;
}

/* "delivered file=... domain=example.com host=mx.example.com ip=192.0.2.1 ... response=\"Ok\" ..."
 */
static void read_delivered(const haraka_entry *e, sst_span words)
{
    haraka_walk walk = {.entry = e};
    sst_span recipient;
    while (sst_haraka_next(&walk, &recipient)) {
        if (walk.deferred)
            continue;
        sst_record *record = sst_haraka_record(e, SST_KIND_DELIVERED, recipient);
        if (!record)
            break;
        record->remote = value_of(words, " host=");
        take_answer(e, record, words_of(e, words, " response="));
        sst_haraka_settle(e, recipient);
    }
    sst_haraka_close_if_done(e);
}

/* Errors by the names that the operating system has for them. */
static const struct {
    const char *words;
    sst_local_error error;
} local_errors[] = {
    {"ECONNREFUSED", SST_LOCAL_ERROR_REFUSED},     {"ETIMEDOUT", SST_LOCAL_ERROR_TIMEOUT},
    {"ECONNRESET", SST_LOCAL_ERROR_CLOSED},        {"closed connection", SST_LOCAL_ERROR_CLOSED},
    {"ENOTFOUND", SST_LOCAL_ERROR_HOST_NOT_FOUND},
};

static void take_words(const haraka_entry *e, sst_record *record, sst_span words)
{
    for (size_t i = 0; i < sizeof local_errors / sizeof local_errors[0]; i++) {
        if (words_find(words, local_errors[i].words) == words.len)
            continue;
        record->code = SST_CODE_GENERAL_FAILURE;
        record->local_error = local_errors[i].error;
        break;
    }
    if (words_begin(words, "Failed to get socket: "))
        record->command = SST_COMMAND_CONNECT;
    if (words.len > 0)
        sst_log_reply(e->reader, record, words);
}

/* What went wrong with the hosts that were tried, before "Tried all MXs". */
static void read_trouble(const haraka_entry *e, sst_span words)
{
    sst_log_set(e->reader, e->mail, LOG_TEXT, words);
}

static bool tells_nothing(sst_span words)
{
    return words_begin(words, "Some recipients ") || words_begin(words, "Tried all MXs");
}

/* "Temp failing FILE for 5 seconds: Tried all MXs" */
static void read_temporary(const haraka_entry *e, sst_span words)
{
    sst_span before;
    if (!words_part(words, " seconds: ", &before, &words) || !e->mail)
        return;
    sst_span trouble = sst_log_get(e->mail, LOG_TEXT);
    bool each = words_begin(words, "Some recipients "); /* told by lines of their own */
    if (tells_nothing(words) && trouble.len > 0)
        words = trouble;
    haraka_walk walk = {.entry = e};
    sst_span recipient;
    while (sst_haraka_next(&walk, &recipient)) {
        sst_record *record =
            each || walk.deferred ? NULL : sst_haraka_record(e, SST_KIND_DELAYED, recipient);
        if (record) {
            take_words(e, record, words);
            sst_haraka_defer(e, recipient, words);
        }
        sst_haraka_again(&walk);
    }
    sst_log_set(e->reader, e->mail, LOG_TEXT, span_of(""));
}

/* "bouncing mail: 554 5.7.1 Message rejected", "bouncing mail: Too many failures (Tried all MXs)"
 */
static void read_bounce(const haraka_entry *e, sst_span words)
{
    sst_span last = words;
    bool gave_up = words_take(&last, "Too many failures (");
    if (gave_up && words_end(last, ")"))
        last.len--;
    bool each = words_begin(words, "Some recipients ");
    haraka_walk walk = {.entry = e};
    sst_span recipient;
    while (!each && sst_haraka_next(&walk, &recipient)) {
        sst_record *record = sst_haraka_record(e, SST_KIND_FAILED, recipient);
        if (!record)
            break;
        record->gave_up = gave_up;
        take_words(e, record, tells_nothing(last) && walk.words.len > 0 ? walk.words : last);
        sst_haraka_settle(e, recipient);
    }
    sst_haraka_close_if_done(e);
}

/* --- lines -------------------------------------------------------------------------------------
 */

static void read_outbound(haraka_entry *e, sst_span words)
{
    if (read_answer(e, words, "> rejected: ", SST_KIND_FAILED) ||
        read_answer(e, words, "> deferred: ", SST_KIND_DELAYED))
        return;
    if (!e->mail)
        return;
    if (words_begin(words, "delivered "))
        read_delivered(e, words);
    else if (words_take(&words, "Temp failing "))
        read_temporary(e, words);
    else if (words_take(&words, "bouncing mail: "))
        read_bounce(e, words);
    else if (words_begin(words, "Failed to get socket: ") ||
             (words_begin(words, "Remote end ") &&
              words_find(words, "closed connection") < words.len))
        read_trouble(e, words);
}

static const struct {
    const char *words;
    void (*read)(const haraka_entry *, sst_span);
} core_lines[] = {
    {"connect ip=", read_connect},       {"sender <", read_sender},
    {"recipient <", read_recipient},     {"hook=", read_hook},
    {"message mid=", read_message},      {"queue code=", read_queue},
    {"disconnect ip=", read_disconnect},
};

static void read_line(sst_log_reader *reader, const log_line *line)
{
    haraka_line found;
    if (!sst_haraka_take_line(reader, line->text, &found))
        return;
    if (span_is(found.id, "-", false)) {
        if (!span_is(found.source, "outbound", false))
            return;
        found.id = (sst_span){NULL, 0}; /* as old versions have it for recipients */
    }
    /* Many recipients may share them. */
    found.words = words_cut(found.words, 2 * WORDS_MAX_SHARED);
    haraka_entry e = {.reader = reader, .line = line, .id = found.id};
    if (found.id.ptr)
        e.mail = sst_log_find(reader, line, found.id);
    if (span_is(found.source, "outbound", false)) {
        read_outbound(&e, found.words);
        return;
    }
    if (words_begin(found.source, "queue/")) {
        read_forwarding(&e, found.words);
        return;
    }
    for (size_t i = 0; i < sizeof core_lines / sizeof core_lines[0]; i++) {
        if (words_begin(found.words, core_lines[i].words)) {
            core_lines[i].read(&e, found.words);
            return;
        }
    }
}

const log_format sst_log_haraka = {SST_LOG_FORMAT_HARAKA, "haraka", owns, read_line};
