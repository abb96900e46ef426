/*
 * Exim's main log: messages that arrive, what became of each recipient, and the end of a message
 * (its specification, chapter 53, "Log files"). Refusals, which the reject log has too, are in
 * exim_reject.c.
 *
 * A recipient gets a record for each attempt. Where nothing was attempted ("retry time not
 * reached"), only the first such line of a recipient gives one, since it says that the mail waits.
 */
#include "log/exim.h"

#include "log/exim_fields.h"
#include "log/trouble.h"
#include "log/words.h"

/* --- whose line it is ------------------------------------------------------------------------ */

/* How lines without a message's id begin, where no tag says that they are Exim's. */
static const char *const openings[] = {
    "H=",
    "exim 4.",
    "cwd=",
    "Start queue run: ",
    "End queue run: ",
    "SMTP connection from ",
    "SMTP call from ",
    "SMTP protocol ",
    "SMTP command timeout on connection from ",
    "SMTP data timeout ",
    "SMTP syntax error in ",
    "TLS error on connection from ",
    "Connection from ",
    "refused connection from ",
    "no MAIL in SMTP connection from ",
    "no host name found for IP address ",
    "no IP address found for host ",
    "unqualified sender rejected: ",
    "unqualified recipient rejected: ",
    "rejected EHLO ",
    "rejected HELO ",
    "rejected MAIL ",
    "rejected VRFY ",
    "rejected EXPN ",
    "rejected ETRN ",
    "unexpected disconnection while reading SMTP command from ",
};

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    if (line->program.ptr)
        return words_begin(line->program, "exim");
    sst_span text = sst_exim_without_prefix(line->text);
    sst_span rest = text;
    if (sst_exim_take_id(&rest).ptr)
        return true;
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        if (words_begin(text, openings[i]))
            return true;
    }
    return words_have(text, " authenticator failed for ");
}

/* --- arrival --------------------------------------------------------------------------------- */

/* Exim leaves out the brackets, which belong to a Message-ID (RFC 5322 3.6.4). */
static sst_span in_brackets(sst_log_reader *reader, sst_span id)
{
    char *text = sst_log_scratch(reader, id.len + 2);
    if (!text)
        return id;
    text[0] = '<';
    memcpy(text + 1, id.ptr, id.len);
    text[id.len + 1] = '>';
    return (sst_span){text, id.len + 2};
}

/* "<= sender fields": a message was taken in. */
static void read_arrival(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    exim_fields f;
    sst_span sender = words_first(&text);
    sst_exim_read_fields(text, false, &f);
    log_mail *mail = sst_log_open(reader, line, id);
    if (!mail)
        return;
    sst_log_set(reader, mail, LOG_SENDER, words_unbracket(sender));
    if (f.of[EXIM_KEY_ID].ptr)
        sst_log_set(reader, mail, LOG_MESSAGE_ID, in_brackets(reader, f.of[EXIM_KEY_ID]));
    sst_span client = sst_log_client(reader, f.host);
    if (!client.ptr)
        client = f.of[EXIM_KEY_U];
    if (client.ptr)
        sst_log_set(reader, mail, LOG_CLIENT, client);
    if (f.of[EXIM_KEY_T].ptr)
        sst_log_set(reader, mail, LOG_TEXT, sst_exim_unescape(reader, f.of[EXIM_KEY_T]));
    sst_log_numbers(mail)->size = words_value(f.of[EXIM_KEY_S]);
    if (line->has_time)
        sst_log_numbers(mail)->arrived_ms = line->time_ms;
}

/* --- a recipient ----------------------------------------------------------------------------- */

/* A line about a recipient. */
typedef struct exim_event {
    sst_log_reader *reader;
    const log_line *line;
    sst_span id;
    log_mail *mail;
    sst_span recipient;
    sst_span original; /* absent: the same */
    exim_fields fields;
} exim_event;

/* What may follow an address. A pipe's command has blanks, so the address ends at one of these. */
static const char *const behind_address[] = {
    " R=", " T=", " F=<", " P=<", " S=", " H=", " SRS=", " defer (", " routing defer (", ": ",
};

static bool is_behind_address(sst_span text)
{
    for (size_t i = 0; i < sizeof behind_address / sizeof behind_address[0]; i++) {
        if (words_begin(text, behind_address[i]))
            return true;
    }
    return false;
}

/* Where the address or addresses end; a quoted local part is passed over. */
static size_t addresses_end(sst_span text)
{
    size_t at = 0;
    if (text.len > 0 && text.ptr[0] == '"') {
        for (at = 1; at < text.len && text.ptr[at] != '"'; at++)
            at += text.ptr[at] == '\\';
    }
    if (words_begin(text, ":blackhole: "))
        at = strlen(":blackhole:");
    for (; at < text.len; at++) {
        if ((text.ptr[at] == ' ' || text.ptr[at] == ':') && is_behind_address(words_from(text, at)))
            return at;
    }
    return text.len;
}

static bool is_address(sst_span text)
{
    return text.len > 0 && !memchr("|/>:", text.ptr[0], 4) && words_find_byte(text, '@') < text.len;
}

/*
 * "final", "final <original>", "final (between) <original>". A local user without domain, a pipe, a
 * file and an automatic reply are no addresses: then the original one is the recipient.
 */
static void take_addresses(exim_event *e, sst_span text)
{
    text = words_trim(text);
    sst_span original = {NULL, 0};
    if (words_end(text, ">")) {
        size_t open = text.len;
        while (open > 0 && text.ptr[open - 1] != '<')
            open--;
        if (open > 1 && text.ptr[open - 2] == ' ') {
            original = words_between(text, open, text.len - 1);
            text = words_trim(words_between(text, 0, open - 2));
        }
    }
    size_t parents = words_end(text, ")") ? words_find(text, " (") : text.len;
    text.len = parents;
    text = words_unbracket(text);
    bool final = is_address(text) || !original.ptr;
    e->recipient = final ? text : original;
    bool differs =
        final && original.len > 0 &&
        (original.len != text.len || !ascii_equal_fold(original.ptr, text.ptr, text.len));
    if (differs)
        e->original = original;
}

static sst_record *add(const exim_event *e, sst_kind kind)
{
    sst_record *record = sst_log_add(e->reader, e->line);
    if (!record)
        return NULL;
    record->kind = kind;
    record->recipient = e->recipient;
    record->original_recipient = e->original;
    record->remote = sst_log_remote(e->fields.host);
    if (e->mail)
        record->subject = sst_log_get(e->mail, LOG_TEXT);
    record->has_delay = sst_exim_time(e->fields.of[EXIM_KEY_QT], &record->delay_ms);
    sst_log_join(record, e->mail, e->line, e->id);
    if (!record->sender.ptr)
        record->sender = e->fields.of[EXIM_KEY_F];
    return record;
}

/* Words without the times that may follow them: "User unknown QT=2s DT=0s". */
static sst_span without_times(sst_span words)
{
    for (int i = 0; i < 2; i++) {
        uint64_t ms;
        size_t at = words.len;
        while (at > 0 && words.ptr[at - 1] != ' ')
            at--;
        sst_span last = words_from(words, at);
        if (at == 0 || (!words_take(&last, "DT=") && !words_take(&last, "QT=")) ||
            !sst_exim_time(last, &ms))
            break;
        words = words_trim(words_between(words, 0, at));
    }
    return words;
}

/* --- deliveries ------------------------------------------------------------------------------ */

/*
 * Whether the far end handed the mail back to this Exim, as content filters do: it confirms with
 * the id of a message that arrived here.
 */
static bool came_back(const exim_event *e, sst_span confirmation)
{
    size_t at = words_find(confirmation, "OK id=");
    if (at == confirmation.len)
        return false;
    sst_span id = words_from(confirmation, at + strlen("OK id="));
    id = sst_exim_take_id(&id);
    return id.ptr && sst_log_is_known(e->reader, e->line, id);
}

/* The recipients to whom the message was delivered here, a line each, as many as fit. */
static bool is_listed(const log_mail *mail, sst_span recipient)
{
    sst_span list = sst_log_get(mail, LOG_RECIPIENT);
    while (list.len > 0) {
        if (words_equal(words_until(&list, '\n'), recipient))
            return true;
    }
    return false;
}

static void list(sst_log_reader *reader, log_mail *mail, sst_span recipient)
{
    sst_span before = sst_log_get(mail, LOG_RECIPIENT);
    size_t len = before.len + recipient.len + 1;
    char *text = len <= SST_MAX_LOG_FIELD ? sst_log_scratch(reader, len) : NULL;
    if (!text)
        return;
    if (before.len > 0)
        memcpy(text, before.ptr, before.len);
    memcpy(text + before.len, recipient.ptr, recipient.len);
    text[len - 1] = '\n';
    sst_log_set(reader, mail, LOG_RECIPIENT, (sst_span){text, len});
}

/*
 * Whether a local delivery is one more for a recipient who has the mail already: a copy for an
 * archive, an automatic reply.
 */
static bool is_copy(const exim_event *e)
{
    if (e->fields.host.name.ptr || e->fields.host.address.ptr || !e->mail)
        return false;
    if (is_listed(e->mail, e->recipient))
        return true;
    list(e->reader, e->mail, e->recipient);
    return false;
}

static void read_delivery(exim_event *e)
{
    if (is_copy(e))
        return;
    sst_span confirmation = sst_exim_unescape(e->reader, e->fields.of[EXIM_KEY_C]);
    sst_record *record = add(e, came_back(e, confirmation) ? SST_KIND_RELAYED : SST_KIND_DELIVERED);
    if (record && confirmation.ptr)
        sst_log_reply(e->reader, record, confirmation);
    sst_log_settle(e->reader, e->mail, e->recipient);
}

/* --- failures -------------------------------------------------------------------------------- */

/* How Exim's words begin where it did not try: of a host, a router or a transport that failed
 * lately, of a domain that is held, of a message to be queued. */
static const char *const untried[] = {
    "retry time not reached", "Retry time not yet reached", "domain is held",
    "domain matches queue_",  "concurrency limit reached",
};

static bool was_tried(sst_span words)
{
    for (size_t i = 0; i < sizeof untried / sizeof untried[0]; i++) {
        if (words_begin(words, untried[i]))
            return false;
    }
    return true;
}

/* Before 4.80 the host stood among the words: "host mx.example.com [192.0.2.10]: Connection lost".
 */
static sst_span take_host(sst_record *record, sst_span words)
{
    sst_span host;
    sst_span rest = words;
    if (!words_take(&rest, "host ") || !words_part(rest, "]: ", &host, &rest) ||
        !words_have(host, " ["))
        return words;
    if (!record->remote.ptr)
        record->remote = sst_log_remote(sst_log_host(host));
    return rest;
}

static void fill_words(const exim_event *e, sst_record *record, sst_span words)
{
    words = take_host(record, words);
    sst_log_reply(e->reader, record, words);
    /* An LMTP server answers for each recipient once the message is sent (RFC 2033 4.2). */
    if (record->command == SST_COMMAND_NONE && words_begin(words, "LMTP error after DATA"))
        record->command = SST_COMMAND_EOM;
    sst_log_trouble(record);
}

/*
 * "H=mx.example.com [192.0.2.10] Connection refused": a host that could not be reached. It is kept
 * for the line of the recipient, which says the same without the host.
 */
static bool read_host(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    if (!words_take(&text, "H=") || words_have(text, "]: ") || words_have(text, " rejected "))
        return false;
    sst_log_set(reader, sst_log_find(reader, line, id), LOG_NEXT, text);
    return true;
}

static void recall_host(exim_event *e, sst_span words)
{
    sst_span host = e->mail ? sst_log_get(e->mail, LOG_NEXT) : words;
    if (e->fields.host.address.ptr || !e->mail || words.len == 0 || words.len >= host.len ||
        !words_equal(words_from(host, host.len - words.len), words))
        return;
    e->fields.host = sst_log_host(words_between(host, 0, host.len - words.len));
}

static void read_deferral(exim_event *e)
{
    sst_span words = sst_exim_unescape(e->reader, without_times(e->fields.words));
    recall_host(e, words);
    if (!was_tried(words) && sst_log_is_waiting(e->reader, e->mail, e->recipient))
        return;
    if (!e->mail)
        e->mail = sst_log_open(e->reader, e->line, e->id);
    sst_record *record = add(e, SST_KIND_DELAYED);
    if (!record)
        return;
    fill_words(e, record, words);
    sst_log_wait(e->reader, e->mail, record);
}

/* The last cause may stand before the first of these. */
static bool gave_up(sst_span words)
{
    return words_end(words, "retry timeout exceeded") || words_begin(words, "all hosts ") ||
           words_begin(words, "retry time not reached for any host after a long failure period");
}

static void read_failure(exim_event *e)
{
    sst_span words = sst_exim_unescape(e->reader, without_times(e->fields.words));
    sst_record *record = add(e, SST_KIND_FAILED);
    if (!record)
        return;
    record->gave_up = gave_up(words);
    /* Where the last cause does not stand in front of it. */
    if (words_begin(words, "retry timeout exceeded") || words_begin(words, "all hosts"))
        (void)sst_log_recall(e->reader, e->mail, record);
    if (!record->text.ptr)
        fill_words(e, record, words);
    sst_log_settle(e->reader, e->mail, e->recipient);
}

/* --- lines ----------------------------------------------------------------------------------- */

static const struct mark {
    const char *mark;
    bool colon; /* words follow the fields behind a colon */
    void (*read)(exim_event *event);
} marks[] = {
    {"=> ", false, read_delivery}, {"-> ", false, read_delivery}, {">> ", false, read_delivery},
    {"== ", true, read_deferral},  {"** ", true, read_failure},
};

static bool read_event(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    const struct mark *mark = NULL;
    for (size_t i = 0; !mark && i < sizeof marks / sizeof marks[0]; i++) {
        if (words_take(&text, marks[i].mark))
            mark = &marks[i];
    }
    if (!mark)
        return false;
    exim_event e;
    memset(&e, 0, sizeof e);
    e.reader = reader;
    e.line = line;
    e.id = id;
    e.mail = sst_log_find(reader, line, id);
    size_t end = addresses_end(text);
    take_addresses(&e, words_between(text, 0, end));
    sst_exim_read_fields(words_from(text, end), mark->colon, &e.fields);
    if (e.recipient.len == 0)
        sst_log_not_understood(reader);
    else
        mark->read(&e);
    return true;
}

static void read(sst_log_reader *reader, const log_line *line)
{
    sst_span text = sst_exim_without_prefix(line->text);
    sst_span id = sst_exim_take_id(&text);
    if (id.ptr && words_take(&text, "<= "))
        read_arrival(reader, line, id, text);
    else if (id.ptr && words_begin(text, "Completed"))
        sst_log_close(reader, sst_log_find(reader, line, id));
    else if (!id.ptr || (!read_event(reader, line, id, text) && !read_host(reader, line, id, text)))
        sst_exim_read_refusal(reader, line, id, text);
}

const log_format sst_log_exim = {SST_LOG_FORMAT_EXIM, "exim", owns, read};
