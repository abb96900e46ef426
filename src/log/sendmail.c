/*
 * Sendmail's log (its operations guide, chapter 2.1, "The System Log"): "from=" when a message was
 * taken in, "to=" for each attempt, with as many recipients as it had, and what became of messages
 * that waited too long. Refusals are in sendmail_reject.c.
 *
 * "dsn=" counts where there is no reply: for a reply without an enhanced code it is a guess. What a
 * message that is too old waited for is on its last "to=" lines.
 */
#include "log/sendmail.h"

#include "log/client.h"
#include "log/trouble.h"
#include "log/words.h"

/* --- whose line it is ------------------------------------------------------------------------ */

/* Takes "4AMA0abc012345: " off a line; absent where the line does not begin with an id. Ids have
 * had 14 bytes since 8.10 and more where process ids are long; NOQUEUE stands for none. */
static sst_span take_id(sst_span *text)
{
    sst_span none = {NULL, 0};
    size_t len = 0;
    size_t digits = 0;
    for (; len < text->len && ascii_is_alnum(text->ptr[len]); len++)
        digits += ascii_is_digit(text->ptr[len]);
    if (len < 7 || len > 24 || !words_begin(words_from(*text, len), ": "))
        return none;
    sst_span id = words_between(*text, 0, len);
    if (digits == 0 && !span_is(id, "NOQUEUE", false))
        return none;
    *text = words_from(*text, len + 2);
    return digits > 0 ? id : none;
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    if (line->program.ptr)
        return words_begin(line->program, "sendmail") || words_begin(line->program, "sm-");
    sst_span text = line->text;
    if (!take_id(&text).ptr)
        return false;
    return (words_begin(text, "to=") && words_have(text, ", stat=")) ||
           (words_begin(text, "from=") && words_have(text, ", class=")) ||
           (words_begin(text, "ruleset=") && words_have(text, ", reject="));
}

/* --- fields ---------------------------------------------------------------------------------- */

sst_span sst_sendmail_value(sst_span text, const char *key, const char *const *next)
{
    sst_span value = {NULL, 0};
    size_t at = words_begin(text, key + 2) ? 0 : words_find(text, key) + 2;
    if (at >= text.len)
        return value;
    value = words_from(text, at + strlen(key) - 2);
    for (; *next; next++)
        value.len = words_find(value, *next);
    return value;
}

static sst_span value(sst_span text, const char *key)
{
    static const char *const next[] = {", ", NULL};
    return sst_sendmail_value(text, key, next);
}

/* Where a list of addresses ends: at a comma and a blank outside of <> and quotes. */
static size_t addresses_end(sst_span text)
{
    char close = '\0';
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (close != '\0')
            close = c == close ? '\0' : close;
        else if (c == '<' || c == '"')
            close = c == '<' ? '>' : '"';
        else if (c == ',' && at + 1 < text.len && text.ptr[at + 1] == ' ')
            return at;
    }
    return text.len;
}

/* Takes the first address off a list. */
static sst_span take_address(sst_span *list)
{
    char close = '\0';
    size_t at = 0;
    for (; at < list->len; at++) {
        char c = list->ptr[at];
        if (close != '\0')
            close = c == close ? '\0' : close;
        else if (c == '<' || c == '"')
            close = c == '<' ? '>' : '"';
        else if (c == ',')
            break;
    }
    sst_span address = words_between(*list, 0, at);
    *list = words_from(*list, at < list->len ? at + 1 : at);
    return address;
}

/* "00:00:07", or with days "2+00:00:07", in milliseconds. */
static bool read_delay(sst_span text, uint64_t *ms)
{
    uint64_t part[4] = {0, 0, 0, 0};
    size_t count = 0;
    size_t first = words_find_byte(text, '+') < text.len ? 0 : 1;
    for (size_t i = first; i < 4; i++) {
        if (!words_number(&text, &part[i]) || part[i] > 100000)
            return false;
        count++;
        if (text.len > 0)
            text = words_from(text, 1);
    }
    *ms = (((part[0] * 24 + part[1]) * 60 + part[2]) * 60 + part[3]) * 1000;
    return count >= 3 && text.len == 0;
}

/* --- arrival --------------------------------------------------------------------------------- */

/* "from=<sender>, size=..., nrcpts=..., msgid=..., relay=...": it was taken in, or all recipients
 * were refused. */
static void read_arrival(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    size_t end = addresses_end(text);
    sst_span sender = words_unbracket(words_between(text, 0, end));
    text = words_from(text, end);
    uint64_t recipients = words_value(value(text, ", nrcpts="));
    log_mail *mail = recipients > 0 ? sst_log_open(reader, line, id) : NULL;
    if (!mail)
        return;
    sst_log_set(reader, mail, LOG_SENDER, sender);
    sst_span message_id = value(text, ", msgid=");
    if (message_id.ptr)
        sst_log_set(reader, mail, LOG_MESSAGE_ID, message_id);
    sst_span relay = value(text, ", relay=");
    if (words_find_byte(relay, '[') < relay.len)
        relay = sst_log_client(reader, sst_log_host(relay));
    if (relay.len > 0)
        sst_log_set(reader, mail, LOG_CLIENT, relay);
    log_numbers *numbers = sst_log_numbers(mail);
    numbers->size = words_value(value(text, ", size="));
    numbers->recipients = recipients;
    numbers->arrived_ms = line->has_time ? line->time_ms : 0;
}

/* --- attempts -------------------------------------------------------------------------------- */

typedef struct attempt {
    sst_log_reader *reader;
    const log_line *line;
    sst_span id;
    log_mail *mail;
    sst_span to;    /* addresses, commas between */
    sst_span owner; /* ctladdr=; absent: not there */
    sst_span remote;
    sst_enhanced dsn;
    sst_span reply; /* absent: there was none */
    sst_span stat;
    bool has_delay;
    uint64_t delay_ms;
} attempt;

/* The kind by the class of dsn=, which no other side can write; releases before 8.9 have none. */
static sst_kind kind_of(const attempt *a)
{
    switch (a->dsn.status_class) {
    case 2:
        return SST_KIND_DELIVERED;
    case 4:
        return SST_KIND_DELAYED;
    case 5:
        return SST_KIND_FAILED;
    default:
        break;
    }
    if (words_begin(a->stat, "Sent"))
        return SST_KIND_DELIVERED;
    return words_begin(a->stat, "Deferred") ? SST_KIND_DELAYED : SST_KIND_FAILED;
}

/*
 * What is to be read: the reply, else the words of stat=, which are the reply's too behind "Sent
 * (" and "Deferred:". Sendmail words the loss of a connection as a reply of its own; then what
 * stands behind its codes are the words.
 */
static sst_span words_in_full(const attempt *a)
{
    static const char *const own[] = {"Connection reset by ", "Connection timed out with ",
                                      "Connection refused by ", "reply: read error from ", NULL};
    sst_span words = a->stat;
    if (a->reply.len > 0) {
        words = a->reply;
        for (size_t i = 0; own[i]; i++) {
            size_t at = words_find(words, own[i]);
            if (at <= sizeof "421 4.4.1 ")
                words = words_from(words, at);
        }
        return words;
    }
    if (words_take(&words, "Sent (") && words_end(words, ")"))
        words.len--;
    else
        (void)words_take(&words, "Deferred: ");
    return words;
}

/* Sendmail reads lines of 2048 bytes and syslog takes less; what is longer would be repeated for
 * each of thousands of recipients. */
#define MAX_WORDS ((size_t)4096)

static sst_span words_of(const attempt *a)
{
    sst_span words = words_in_full(a);
    if (words.len > MAX_WORDS)
        words.len = MAX_WORDS;
    return words;
}

/* Whether the mail was handed to this very host: from the program that takes mail from users to the
 * one that sends it, or to a filter. Then its reply names an id of this log. */
static bool stays_here(const attempt *a)
{
    sst_span words = a->stat;
    if (!words_take(&words, "Sent ("))
        return false;
    sst_span id = words_first(&words);
    return words_begin(words, "Message accepted for delivery") &&
           sst_log_is_known(a->reader, a->line, id);
}

/* "User unknown" is what Sendmail makes of any 550 at RCPT; before 8.14 it logged nothing else.
 * Where dsn= then says that it was no matter of the address, the words are not to be believed. */
static bool says_nothing(const attempt *a)
{
    return !a->reply.ptr && a->remote.ptr && a->dsn.subject > 1 &&
           span_is(a->stat, "User unknown", false);
}

static bool is_program(sst_span address)
{
    return address.len > 0 && memchr("\"|/:", address.ptr[0], 4) &&
           words_find_byte(address, '@') == address.len;
}

/* All but the recipient. */
static void fill(const attempt *a, sst_record *record, sst_kind kind)
{
    record->kind = kind;
    record->remote = a->remote;
    record->has_delay = a->has_delay;
    record->delay_ms = a->delay_ms;
    if (words_begin(a->stat, "Sent") && a->stat.len <= strlen("Sent ()") && !a->reply.ptr)
        record->enhanced = a->dsn;
    else if (!says_nothing(a))
        sst_log_reply(a->reader, record, words_of(a));
    /* For a reply without an enhanced code it is Sendmail's guess: 5.1.1 for any 550 at RCPT. */
    if (record->enhanced.status_class == 0 && record->code == SST_CODE_NOT_DEFINED)
        record->enhanced = a->dsn;
    if (kind != SST_KIND_DELIVERED && kind != SST_KIND_RELAYED)
        sst_log_trouble(record);
    sst_log_join(record, a->mail, a->line, a->id);
}

/* The message is let go once every recipient's fate is known. Those that aliases led to stand there
 * without brackets and are not counted: how many there are is not said. */
static void count_off(attempt *a, sst_span address)
{
    log_numbers *numbers = a->mail ? sst_log_numbers(a->mail) : NULL;
    if (!numbers || address.len == 0 || address.ptr[0] != '<' || numbers->recipients == 0)
        return;
    if (--numbers->recipients == 0)
        sst_log_close(a->reader, a->mail);
}

static void add_attempt(attempt *a, sst_kind kind)
{
    const sst_record *first = NULL;
    for (sst_span list = a->to; list.len > 0;) {
        sst_span address = take_address(&list);
        sst_record *record = sst_log_add(a->reader, a->line);
        if (!record)
            return;
        /* What was said is read once, however many it was said of. */
        if (first)
            *record = *first;
        else
            fill(a, record, kind);
        first = record;
        record->recipient = words_unbracket(address);
        /* A program or file that an alias led to: its owner is the alias. */
        if (is_program(record->recipient) && a->owner.ptr)
            record->recipient = a->owner;
        if (kind == SST_KIND_DELAYED) {
            sst_log_wait(a->reader, a->mail, record);
        } else {
            sst_log_settle(a->reader, a->mail, record->recipient);
            count_off(a, address);
        }
    }
}

static void read_fields(attempt *a, sst_span text)
{
    static const char *const before_stat[] = {", stat=", NULL};
    static const char *const none[] = {NULL};
    size_t end = addresses_end(text);
    a->to = words_between(text, 0, end);
    text = words_from(text, end);
    sst_span owner = value(text, ", ctladdr=");
    a->owner = owner.ptr ? words_unbracket(words_first(&owner)) : owner;
    a->has_delay = read_delay(value(text, ", delay="), &a->delay_ms);
    sst_span dsn = value(text, ", dsn=");
    if (dsn.ptr)
        (void)sst_enhanced_parse(dsn.ptr, dsn.len, &a->dsn);
    a->reply = sst_sendmail_value(text, ", reply=", before_stat);
    a->stat = sst_sendmail_value(text, ", stat=", none);
    sst_span relay = value(text, ", relay=");
    log_host host = sst_log_host(relay);
    if (host.address.ptr)
        a->remote = sst_log_remote(host);
}

static void read_attempt(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    attempt a;
    memset(&a, 0, sizeof a);
    a.reader = reader;
    a.line = line;
    a.id = id;
    a.mail = sst_log_find(reader, line, id);
    read_fields(&a, text);
    if (a.to.len == 0 || !a.stat.ptr) {
        sst_log_not_understood(reader);
        return;
    }
    if (!words_have(text, ", mailer=")) {
        while (a.to.len > 0)
            sst_sendmail_add_refused(reader, line, id, words_unbracket(take_address(&a.to)),
                                     a.stat);
        return;
    }
    sst_kind kind = kind_of(&a);
    /* Put into the queue, which is no attempt unless something was in the way. */
    if (span_is(a.stat, "queued", true) && kind != SST_KIND_DELAYED)
        return;
    if (kind == SST_KIND_DELAYED && !a.mail)
        a.mail = sst_log_open(reader, line, id);
    add_attempt(&a, kind == SST_KIND_DELIVERED && stays_here(&a) ? SST_KIND_RELAYED : kind);
}

/* --- notices --------------------------------------------------------------------------------- */

/* How a report about a message is called, behind the report's own id. */
static const char *const notices[] = {
    "DSN: ", "return to sender: ", "sender notify: ", "postmaster notify: ", NULL};

static bool gave_up(sst_span words)
{
    return words_begin(words, "Cannot send message for ") ||
           words_begin(words, "Message could not be delivered for ") ||
           words_begin(words, "Message can't be delivered in time");
}

/* "6AM58YsZ000188: sender notify: Cannot send message for 5 days": a report was made. */
static bool read_notice(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    sst_span report = take_id(&text);
    bool is_notice = false;
    for (size_t i = 0; report.ptr && !is_notice && notices[i]; i++)
        is_notice = words_take(&text, notices[i]);
    if (!is_notice)
        return false;
    log_mail *mail = sst_log_open(reader, line, report);
    if (mail) {
        sst_log_set(reader, mail, LOG_SENDER, (sst_span){"", 0});
        sst_log_numbers(mail)->recipients = 1;
        sst_log_numbers(mail)->arrived_ms = line->has_time ? line->time_ms : 0;
    }
    if (gave_up(text))
        sst_log_expire(reader, line, sst_log_find(reader, line, id));
    return true;
}

/* "clone 4AMA0abc012345, owner=list-owner": a list with an owner gets a message of its own. */
static bool read_clone(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    if (!words_take(&text, "clone "))
        return false;
    log_mail *first = sst_log_find(reader, line, words_until(&text, ','));
    log_mail *mail = sst_log_open(reader, line, id);
    if (!mail || !first)
        return true;
    sst_span owner = value(text, ", owner=");
    (void)words_take(&text, " owner=");
    sst_log_set(reader, mail, LOG_SENDER, words_unbracket(owner.ptr ? owner : text));
    sst_log_set(reader, mail, LOG_MESSAGE_ID, sst_log_get(first, LOG_MESSAGE_ID));
    sst_log_set(reader, mail, LOG_CLIENT, sst_log_get(first, LOG_CLIENT));
    *sst_log_numbers(mail) = *sst_log_numbers(first);
    return true;
}

/* --- lines ----------------------------------------------------------------------------------- */

static void read(sst_log_reader *reader, const log_line *line)
{
    sst_span text = line->text;
    sst_span id = take_id(&text);
    sst_span rest = text;
    if (id.ptr && words_take(&rest, "from="))
        read_arrival(reader, line, id, rest);
    else if (id.ptr && words_take(&rest, "to="))
        read_attempt(reader, line, id, rest);
    else if (id.ptr && words_begin(text, "done; "))
        sst_log_close(reader, sst_log_find(reader, line, id));
    else if (!id.ptr ||
             (!read_notice(reader, line, id, text) && !read_clone(reader, line, id, text)))
        sst_sendmail_read_refusal(reader, line, id, text);
}

const log_format sst_log_sendmail = {SST_LOG_FORMAT_SENDMAIL, "sendmail", owns, read};
