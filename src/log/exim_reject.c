/*
 * What Exim refused, in its main log and its reject log: clients, senders, recipients, messages.
 * The codes of the replies are not in the log, only their words. What the reject log adds below a
 * line (the message's headers) has no form of its own and says nothing here.
 */
#include "log/exim.h"

#include "log/exim_fields.h"
#include "log/words.h"

typedef struct refusal {
    sst_kind kind;
    sst_command command;
    log_host client;
    sst_span sender;    /* absent: not said */
    sst_span recipient; /* likewise */
    sst_span words;
} refusal;

static void add(sst_log_reader *reader, const log_line *line, sst_span id, const refusal *r)
{
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    record->direction = span_of("in");
    record->kind = r->kind;
    record->command = r->command;
    record->remote = sst_log_client(reader, r->client);
    record->client = record->remote;
    record->sender = r->sender;
    record->recipient = r->recipient;
    if (id.ptr)
        record->queue_id = id;
    if (r->words.len > 0)
        sst_log_reply(reader, record, sst_exim_unescape(reader, r->words));
}

/* --- "rejected" ------------------------------------------------------------------------------ */

/* What stands behind "rejected"; of it the address of a sender or recipient follows, or nothing
 * that is needed. */
static const struct phase {
    const char *words;
    sst_command command;
} phases[] = {
    {"RCPT ", SST_COMMAND_RCPT},          {"MAIL ", SST_COMMAND_MAIL},
    {"EHLO ", SST_COMMAND_EHLO}, /* "EHLO or HELO" as well */
    {"HELO ", SST_COMMAND_HELO},          {"DATA", SST_COMMAND_DATA},
    {"after DATA", SST_COMMAND_EOM},      {"during MIME", SST_COMMAND_EOM},
    {"PRDR ", SST_COMMAND_EOM},           {"DKIM ", SST_COMMAND_EOM},
    {"by local_scan()", SST_COMMAND_EOM}, {"by non-SMTP ACL", SST_COMMAND_EOM},
    {"from ", SST_COMMAND_EOM}, /* too big */
    {"connection ", SST_COMMAND_CONNECT}, {"AUTH", SST_COMMAND_AUTH},
    {"STARTTLS", SST_COMMAND_STARTTLS},   {"VRFY", SST_COMMAND_VRFY},
    {"EXPN", SST_COMMAND_EXPN},           {"ETRN", SST_COMMAND_NONE},
};

/* Where the words begin that follow a colon and a blank, outside of <> and quotes; the text's
 * length where there is none. */
static size_t find_words(sst_span text)
{
    char close = '\0';
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (close != '\0')
            close = c == close ? '\0' : close;
        else if (c == '<' || c == '"')
            close = c == '<' ? '>' : '"';
        else if (c == ':' && (at + 1 == text.len || text.ptr[at + 1] == ' '))
            return at + 1;
    }
    return text.len;
}

/* "<a@example.com>", "TO:<a@example.com>", "a@example.com", "\"a b\"@example.com" */
static sst_span address_in(sst_span text)
{
    if (words_begin(text, "\"")) {
        size_t quote = 1 + words_find_byte(words_from(text, 1), '"');
        size_t end = quote + words_find_byte(words_from(text, quote), ' ');
        return words_between(text, 0, end);
    }
    size_t open = words_find_byte(text, '<');
    if (open < text.len) {
        sst_span behind = words_from(text, open + 1);
        return words_until(&behind, '>');
    }
    sst_span rest = text;
    sst_span word = words_first(&rest);
    return word;
}

/* text is what stands behind "rejected ". */
static void read_rejected(sst_log_reader *reader, const log_line *line, sst_span id, refusal *r,
                          sst_span text)
{
    size_t words = find_words(text);
    sst_span about = words_between(text, 0, words);
    r->words = words_trim(words_from(text, words));
    if (words_end(about, ":"))
        about.len--;
    bool from = words_begin(about, "from ") || words_begin(about, "MAIL FROM:");
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        if (!words_take(&about, phases[i].words))
            continue;
        r->command = phases[i].command;
        break;
    }
    if (r->command == SST_COMMAND_RCPT)
        r->recipient = address_in(about);
    if ((r->command == SST_COMMAND_MAIL || from) && !r->sender.ptr)
        r->sender = address_in(about);
    /* Where the client is not named before. */
    size_t host = words_find(about, " H=");
    exim_fields f;
    if (!r->client.address.ptr && host < about.len) {
        sst_exim_read_fields(words_from(about, host + 1), false, &f);
        r->client = f.host;
    } else if (!r->client.address.ptr && words_have(about, "from ")) {
        r->client = sst_log_host(words_from(about, words_find(about, "from ") + 5));
    }
    add(reader, line, id, r);
}

/* --- other forms ----------------------------------------------------------------------------- */

/* Lines that name the client in their midst, and the words behind it. */
static const struct form {
    const char *before; /* the client; with a blank or a colon in front: anywhere in the line */
    const char *behind;
    sst_command command;
} forms[] = {
    {"Connection from ", " refused: ", SST_COMMAND_CONNECT},
    {"refused connection from ", " (", SST_COMMAND_CONNECT},
    {"SMTP call from ", " dropped: ", SST_COMMAND_NONE},
    {" authenticator failed for ", ": ", SST_COMMAND_AUTH},
    {": rejected connection from ", " input=", SST_COMMAND_CONNECT},
};

/* "host (what it called itself) [192.0.2.66]:25", of which each but the address may be missing */
static log_host client_of(sst_span text)
{
    log_host host = sst_log_host(words_from(text, words_find_byte(text, '[')));
    (void)words_take(&text, "H=");
    if (!words_begin(text, "[") && !words_begin(text, "("))
        host.name = words_first(&text);
    return host;
}

static void read_form(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text,
                      const struct form *form, size_t at)
{
    refusal r = {.kind = SST_KIND_FAILED, .command = form->command};
    sst_span client = words_from(text, at + strlen(form->before));
    sst_span behind = {NULL, 0};
    (void)words_part(client, form->behind, &client, &behind);
    r.client = client_of(client);
    /* Of a client that talked too soon the words stand in front. */
    r.words = form->before[0] == ':' ? words_between(text, 0, at) : behind;
    if (form->behind[1] == '(' && words_end(r.words, ")"))
        r.words.len--;
    add(reader, line, id, &r);
}

static bool find_form(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const struct form *form = &forms[i];
        bool anywhere = memchr(" :", form->before[0], 2) != NULL;
        size_t at = anywhere                          ? words_find(text, form->before)
                    : words_begin(text, form->before) ? 0
                                                      : text.len;
        if (at == text.len)
            continue;
        read_form(reader, line, id, text, form, at);
        return true;
    }
    return false;
}

/* "unqualified recipient rejected: <bob> H=client.example.net [192.0.2.66]" */
static bool read_unqualified(sst_log_reader *reader, const log_line *line, sst_span text)
{
    refusal r = {.kind = SST_KIND_FAILED};
    sst_span words = text;
    if (words_take(&text, "unqualified sender rejected: "))
        r.command = SST_COMMAND_MAIL;
    else if (words_take(&text, "unqualified recipient rejected: "))
        r.command = SST_COMMAND_RCPT;
    else
        return false;
    sst_span *member = r.command == SST_COMMAND_MAIL ? &r.sender : &r.recipient;
    *member = words_unbracket(words_first(&text));
    exim_fields f;
    sst_exim_read_fields(text, false, &f);
    r.client = f.host;
    r.words = words_between(words, 0, words_find_byte(words, ':'));
    add(reader, line, (sst_span){NULL, 0}, &r);
    return true;
}

void sst_exim_read_refusal(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    exim_fields f;
    refusal r = {.kind = SST_KIND_FAILED};
    if (read_unqualified(reader, line, text) || find_form(reader, line, id, text))
        return;
    sst_exim_read_fields(text, true, &f);
    sst_span rest = f.words;
    if (words_take(&rest, "temporarily "))
        r.kind = SST_KIND_DELAYED;
    if (!words_take(&rest, "rejected "))
        return;
    r.client = f.host;
    r.sender = f.of[EXIM_KEY_F];
    read_rejected(reader, line, id, &r, rest);
}
