/*
 * Dovecot: what its LMTP server and its delivery agent did with a message for a user, with and
 * without Sieve, in the forms of 1.x to 2.4; what its LMTP proxy and its submission server handed
 * on.
 *
 * Envelope senders are not in its log, and users may be named without a domain. Submission names no
 * recipients. A Sieve script that discards a message says no more than that it may, so that nothing
 * is made of it.
 */
#include "log/format.h"
#include "log/words.h"

/* --- whose line it is ------------------------------------------------------------------------ */

typedef enum service { SERVICE_LMTP, SERVICE_AGENT, SERVICE_SUBMISSION } service;

static const struct {
    const char *words;
    service service;
} services[] = {
    {"lmtp(", SERVICE_LMTP},
    {"lda(", SERVICE_AGENT},
    {"deliver(", SERVICE_AGENT}, /* before 2.0 */
    {"submission(", SERVICE_SUBMISSION},
};

/* What stands before a message of a service: "lmtp(user)<pid><session>: " since 2.3, "lmtp(pid,
 * user): session: " before. */
typedef struct origin {
    service service;
    sst_span user;
    sst_span pid;
    sst_span session;
} origin;

static bool is_number(sst_span text)
{
    uint64_t number;
    return words_number(&text, &number) && text.len == 0;
}

/* "<session>" or "session" of letters, digits, '+', '/' and ':', before ": ". */
static void take_session(sst_span *text, origin *from)
{
    sst_span rest = *text;
    sst_span word;
    if (!words_part(rest, ": ", &word, &rest))
        return;
    sst_span session = words_unbracket(word);
    for (size_t i = 0; i < session.len; i++) {
        if (!ascii_is_alnum(session.ptr[i]) && !memchr("+/:=", session.ptr[i], 4))
            return;
    }
    /* "sieve" and "Info" are no sessions. */
    if (session.len < 16)
        return;
    from->session = session;
    *text = rest;
}

/* Takes off what names service, user and session. Returns false where nothing does. */
static bool take_origin(sst_span *text, origin *from)
{
    *from = (origin){.service = SERVICE_LMTP};
    size_t i = 0;
    while (i < sizeof services / sizeof services[0] && !words_take(text, services[i].words))
        i++;
    sst_span inner;
    if (i == sizeof services / sizeof services[0] || !words_part(*text, ")", &inner, text))
        return false;
    from->service = services[i].service;
    if (words_part(inner, ", ", &from->pid, &from->user))
        inner = from->pid; /* before 2.3 */
    else if (is_number(inner))
        from->pid = inner;
    else
        from->user = inner;
    if (words_take(text, "<"))
        from->pid = words_until(text, '>');
    if (words_take(text, "<"))
        from->session = words_until(text, '>');
    if (!words_take(text, ": "))
        return false;
    if (!from->session.ptr)
        take_session(text, from);
    (void)(words_take(text, "Info: ") || words_take(text, "Error: ") ||
           words_take(text, "Warning: "));
    return true;
}

/* In its own log files, Dovecot has the service where syslog has the tag. */
static bool find_origin(const log_line *line, sst_span *text, origin *from)
{
    *text = line->text;
    if (words_begin(line->program, "dovecot") || !line->program.ptr)
        return take_origin(text, from);
    size_t len = line->program.len;
    if (len == 0 || line->program.ptr[len - 1] == ')' || line->program.ptr[len - 1] == '>') {
        /* The tag ends with the colon that stands right before the text. */
        const char *end = line->text.ptr + line->text.len;
        *text = (sst_span){line->program.ptr, (size_t)(end - line->program.ptr)};
        return take_origin(text, from);
    }
    return false;
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    sst_span text;
    origin from;
    if (words_begin(line->program, "dovecot"))
        return true;
    return find_origin(line, &text, &from) && (from.pid.ptr || from.service == SERVICE_AGENT) &&
           (words_find(text, "msgid=") < text.len || words_find(text, " message") < text.len ||
            words_find(text, "onnect from ") < text.len);
}

/* --- deliveries ------------------------------------------------------------------------------ */

static const struct event {
    const char *words;
    sst_kind kind;
    bool names_cause; /* behind a colon */
} events[] = {
    {"saved mail to ", SST_KIND_DELIVERED, false},
    {"stored mail into mailbox ", SST_KIND_DELIVERED, false},
    {"left message in mailbox ", SST_KIND_DELIVERED, false},
    {"forwarded to <", SST_KIND_RELAYED, false},
    {"save failed to ", SST_KIND_FAILED, true},
    {"failed to store into mailbox 'INBOX'", SST_KIND_FAILED, true}, /* others: INBOX is tried */
    {"rejected: ", SST_KIND_FAILED, true},
    {"rejected message from <", SST_KIND_FAILED, false},
};

/* "keep action: stored mail into ...": since Pigeonhole 0.5.12 the action comes first. */
static sst_span without_action(sst_span words)
{
    sst_span action;
    sst_span rest;
    bool is_action = words_part(words, " action: ", &action, &rest) && action.len < 16;
    return is_action ? rest : words;
}

static const struct event *find_event(sst_span words)
{
    words = without_action(words);
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (words_begin(words, events[i].words))
            return &events[i];
    }
    return NULL;
}

/* "msgid=<1@example.org>: " and what follows; other fields that deliver_log_format may put behind
 * it are stepped over. */
static bool take_message_id(sst_span *text, sst_span *message_id)
{
    sst_span before;
    sst_span rest;
    if (!words_part(*text, "msgid=", &before, &rest))
        return false;
    size_t end = words_begin(rest, "<") ? words_find(rest, ">") + 1 : words_find(rest, ": ");
    if (end > rest.len)
        return false;
    *message_id = (sst_span){rest.ptr, end};
    if (!words_begin(rest, "<"))
        *message_id = (sst_span){NULL, 0}; /* "unspecified" */
    rest = words_from(rest, end);
    return words_part(rest, ": ", &before, text);
}

/*
 * Two actions of a Sieve script store one message twice; it is delivered once. What was said last
 * is kept for each process, as there are few of them.
 */
static bool was_said(sst_log_reader *reader, const log_line *line, const origin *from,
                     sst_span message_id, sst_kind kind)
{
    const sst_span parts[] = {from->session, from->user, message_id};
    size_t len = 1;
    for (size_t i = 0; i < 3; i++)
        len += parts[i].len;
    char *room = sst_log_scratch(reader, len);
    sst_span pid = from->pid.ptr ? from->pid : span_of("");
    log_mail *last = sst_log_open(reader, line, pid);
    if (!room || !last)
        return false;
    room[0] = (char)kind;
    len = 1;
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].len > 0)
            memcpy(room + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    if (len > SST_MAX_LOG_FIELD)
        len = SST_MAX_LOG_FIELD;
    sst_span before = sst_log_get(last, LOG_TEXT);
    if (before.len == len && memcmp(before.ptr, room, len) == 0)
        return true;
    sst_log_set(reader, last, LOG_TEXT, (sst_span){room, len});
    return false;
}

/* A full mailbox is a lasting failure unless quota_full_tempfail says otherwise; every other fault
 * of saving is answered with 451. */
static bool is_quota(sst_span cause)
{
    return words_find(cause, "uota") < cause.len;
}

static void read_delivery(sst_log_reader *reader, const log_line *line, const origin *from,
                          sst_span message_id, sst_span words)
{
    const struct event *event = find_event(words);
    if (!event)
        return;
    sst_span cause = without_action(words);
    if (event->names_cause) {
        sst_span before;
        (void)words_part(cause, ": ", &before, &cause);
    }
    sst_kind kind = event->kind;
    bool saving = event->names_cause && !words_begin(words, "rejected");
    if (saving && !is_quota(cause))
        kind = SST_KIND_DELAYED;
    else if (saving && from->service == SERVICE_AGENT)
        return; /* "rejected: " follows, or the mail is tried again */
    if (was_said(reader, line, from, message_id, kind))
        return;
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    record->kind = kind;
    record->recipient = from->user;
    record->message_id = message_id;
    record->queue_id = from->session;
    record->text = event->names_cause ? cause : words;
    /* The one line that names the sender. */
    sst_span sender;
    if (words_part(words, "rejected message from <", &cause, &sender))
        record->sender = words_until(&sender, '>');
    sst_log_hold_agent(reader, line);
}

/* --- handed on ------------------------------------------------------------------------------- */

/* "250 2.0.0 Saved (1/1 at 12 ms)": what the proxy adds is taken off. */
static sst_span without_count(sst_span reply)
{
    size_t at = reply.len;
    if (!words_end(reply, " ms)"))
        return reply;
    while (at > 0 && reply.ptr[at - 1] != '(')
        at--;
    sst_span count = words_from(reply, at);
    uint64_t number;
    bool is_count = at > 1 && words_number(&count, &number) && words_take(&count, "/");
    return is_count ? (sst_span){reply.ptr, at - 2} : reply;
}

/* "Sent message to <a@example.com> at 192.0.2.1:24: 250 2.0.0 Saved (1/1 at 12 ms)" */
static void read_proxied(sst_log_reader *reader, const log_line *line, const origin *from,
                         sst_span rest, bool sent)
{
    sst_span recipient;
    sst_span remote;
    if (!words_part(rest, "> at ", &recipient, &rest) || !words_part(rest, ": ", &remote, &rest)) {
        sst_log_not_understood(reader);
        return;
    }
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    record->recipient = recipient;
    record->remote = remote;
    record->queue_id = from->session;
    if (sent)
        record->kind = SST_KIND_DELIVERED;
    sst_log_reply(reader, record, without_count(rest));
    if (record->kind == SST_KIND_NONE)
        record->kind = SST_KIND_DELAYED; /* no reply was had: "451 4.4.0" goes to the client */
}

/* "Successfully relayed message: from=<a@example.org>, size=1234, id=AbCd, nrcpt=1,
 * reply=`250 2.0.0 Ok: queued as 4XyZ'" */
static void read_submitted(sst_log_reader *reader, const log_line *line, const origin *from,
                           sst_span rest, bool sent)
{
    sst_span before;
    sst_span sender;
    sst_span reply;
    uint64_t size = 0;
    if (!words_part(rest, "from=<", &before, &rest) || !words_part(rest, ">, ", &sender, &rest) ||
        !words_part(rest, "reply=`", &before, &reply)) {
        sst_log_not_understood(reader);
        return;
    }
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    record->sender = sender;
    record->client = from->user;
    record->queue_id = from->session;
    if (words_take(&rest, "size=") && words_number(&rest, &size))
        record->size = size;
    if (words_end(reply, "'"))
        reply.len--;
    if (sent)
        record->kind = SST_KIND_RELAYED;
    sst_log_reply(reader, record, reply);
}

static const struct {
    const char *words;
    void (*read)(sst_log_reader *, const log_line *, const origin *, sst_span, bool);
    bool sent;
} handings[] = {
    {"Sent message to <", read_proxied, true},
    {"Failed to send message to <", read_proxied, false},
    {"Successfully relayed message: ", read_submitted, true},
    {"Failed to relay message: ", read_submitted, false},
};

static void read_line(sst_log_reader *reader, const log_line *line)
{
    sst_span text;
    origin from;
    sst_span message_id;
    if (!find_origin(line, &text, &from))
        return;
    for (size_t i = 0; i < sizeof handings / sizeof handings[0]; i++) {
        if (words_begin(text, handings[i].words)) {
            text = words_from(text, strlen(handings[i].words));
            handings[i].read(reader, line, &from, text, handings[i].sent);
            return;
        }
    }
    if (from.user.ptr && take_message_id(&text, &message_id))
        read_delivery(reader, line, &from, message_id, text);
}

const log_format sst_log_dovecot = {SST_LOG_FORMAT_DOVECOT, "dovecot", owns, read_line};
