/*
 * What Sendmail refused: by its rule sets ("ruleset=check_rcpt, ... reject="), by a mail filter
 * ("Milter: to=..., reject="), for want of such a user ("<a@example.org>... User unknown"), for
 * failed authentication and for loops. The sender is known only where the refusal is about it, or
 * the message had been taken in before: Sendmail logs "from=" last.
 */
#include "log/sendmail.h"

#include "log/client.h"
#include "log/words.h"

/* What ends a value in these lines. */
static const char *const next_key[] = {
    ", arg2=", ", relay=", ", reject=", ", discard", ", quarantine=", NULL};

static const struct phase {
    const char *name;
    sst_command command;
} phases[] = {
    {"check_relay", SST_COMMAND_CONNECT},
    {"check_mail", SST_COMMAND_MAIL},
    {"check_rcpt", SST_COMMAND_RCPT},
    {"check_data", SST_COMMAND_DATA},
    {"check_eoh", SST_COMMAND_EOM},
    {"check_eom", SST_COMMAND_EOM},
    {"check_vrfy", SST_COMMAND_VRFY},
    {"check_expn", SST_COMMAND_EXPN},
    {"trust_auth", SST_COMMAND_MAIL},
    {"connect:", SST_COMMAND_CONNECT},
    {"helo=", SST_COMMAND_HELO},
    {"from=", SST_COMMAND_MAIL},
    {"to=", SST_COMMAND_RCPT},
    {"data", SST_COMMAND_EOM},
    {"header", SST_COMMAND_EOM},
    {"eoh", SST_COMMAND_EOM},
    {"body", SST_COMMAND_EOM},
    {"eom", SST_COMMAND_EOM},
};

static sst_command command_of(sst_span text)
{
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        if (words_begin(text, phases[i].name))
            return phases[i].command;
    }
    return SST_COMMAND_NONE;
}

static sst_record *add(sst_log_reader *reader, const log_line *line, sst_span id, sst_span client)
{
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return NULL;
    log_mail *mail = id.ptr ? sst_log_find(reader, line, id) : NULL;
    record->direction = span_of("in");
    if (client.len > 0)
        record->client = sst_log_client(reader, sst_log_host(client));
    sst_log_join(record, mail, line, id);
    record->has_delay = false;
    record->remote = record->client;
    return record;
}

/* A refusal by what stands behind reject=. Without a code it is for good. */
static void fill(sst_log_reader *reader, sst_record *record, sst_span words)
{
    sst_log_reply(reader, record, words);
    if (record->kind == SST_KIND_NONE)
        record->kind = SST_KIND_FAILED;
}

static bool is_outgoing(sst_span ruleset)
{
    return words_begin(ruleset, "tls_") || words_begin(ruleset, "try_tls") ||
           words_begin(ruleset, "check_compat");
}

/* "ruleset=check_rcpt, arg1=<a@example.org>, relay=client [192.0.2.66], reject=550 ..." */
static bool read_ruleset(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    static const char *const none[] = {NULL};
    if (!words_take(&text, "ruleset="))
        return false;
    sst_span words = sst_sendmail_value(text, ", reject=", none);
    if (!words.ptr || is_outgoing(text))
        return true;
    sst_span client = sst_sendmail_value(text, ", relay=", next_key);
    sst_record *record = add(reader, line, id, client);
    if (!record)
        return true;
    record->command = command_of(text);
    sst_span argument = words_unbracket(sst_sendmail_value(text, ", arg1=", next_key));
    if (record->command == SST_COMMAND_RCPT)
        record->recipient = argument;
    else if (record->command == SST_COMMAND_MAIL && !record->sender.ptr)
        record->sender = argument;
    fill(reader, record, words);
    log_mail *mail = id.ptr ? sst_log_find(reader, line, id) : NULL;
    if (mail)
        sst_log_numbers(mail)->flags |= SENDMAIL_REFUSED;
    return true;
}

/* "client.example.net, addr=192.0.2.66", behind "host=" */
static sst_span connecting_client(sst_log_reader *reader, sst_span text)
{
    sst_span name = text;
    sst_span address = {NULL, 0};
    (void)words_part(text, ", addr=", &name, &address);
    log_host host = sst_log_host(name);
    if (!host.address.ptr && address.len > 0)
        host.address = address;
    return sst_log_client(reader, host);
}

/*
 * "Milter: to=<a@example.org>, reject=550 ...", "Milter: data, reject=...". Behind the latter a
 * line follows for each recipient, which has the words too; the reply is kept for it.
 */
static bool read_milter(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    static const char *const none[] = {NULL};
    if (!words_take(&text, "Milter: "))
        return false;
    sst_span words = sst_sendmail_value(text, ", reject=", none);
    if (!words.ptr)
        return true;
    sst_command command = command_of(text);
    log_mail *mail = id.ptr ? sst_log_find(reader, line, id) : NULL;
    if (command == SST_COMMAND_EOM && mail) {
        sst_log_set(reader, mail, LOG_TEXT, words);
        return true;
    }
    sst_span about = words_from(text, words_find_byte(text, '='));
    about.len = words_find(about, ", reject=");
    (void)words_take(&about, "=");
    sst_record *record = add(reader, line, id, (sst_span){NULL, 0});
    if (!record)
        return true;
    if (command == SST_COMMAND_CONNECT)
        record->client = record->remote = connecting_client(reader, about);
    else if (command == SST_COMMAND_RCPT)
        record->recipient = words_unbracket(about);
    else if (command == SST_COMMAND_MAIL && !record->sender.ptr)
        record->sender = words_unbracket(about);
    record->command = command;
    fill(reader, record, words);
    return true;
}

/* "<a@example.org>... User unknown". Without brackets it was a local user's mail, and a line with
 * to= follows. */
static bool read_recipient(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    sst_span address;
    sst_span words;
    if (!words_begin(text, "<") || !words_part(text, ">... ", &address, &words))
        return false;
    sst_record *record = add(reader, line, id, (sst_span){NULL, 0});
    if (!record)
        return true;
    record->recipient = words_from(address, 1);
    record->command = SST_COMMAND_RCPT;
    fill(reader, record, words);
    return true;
}

/* "AUTH failure (LOGIN): authentication failure (-13) ..., relay=client [192.0.2.66]" */
static bool read_auth(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    static const char *const none[] = {NULL};
    if (!words_begin(text, "AUTH failure "))
        return false;
    sst_record *record = add(reader, line, id, sst_sendmail_value(text, ", relay=", none));
    if (!record)
        return true;
    record->command = SST_COMMAND_AUTH;
    text.len = words_find(text, ", relay=");
    fill(reader, record, text);
    return true;
}

/* "SYSERR(root): Too many hops 26 (25 max): from <s@example.com> via client, to <a@example.org>" */
static bool read_hops(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    sst_span words = words_from(text, words_find(text, "Too many hops "));
    sst_span from;
    if (!words_begin(text, "SYSERR(") || !words_part(words, ": from ", &words, &from))
        return false;
    sst_record *record = add(reader, line, id, (sst_span){NULL, 0});
    if (!record)
        return true;
    sst_span to = from;
    if (words_part(from, ", to ", &from, &to))
        record->recipient = words_unbracket(to);
    if (!record->sender.ptr)
        record->sender = words_unbracket(words_first(&from));
    record->command = SST_COMMAND_EOM;
    fill(reader, record, words);
    return true;
}

void sst_sendmail_read_refusal(sst_log_reader *reader, const log_line *line, sst_span id,
                               sst_span text)
{
    if (!read_ruleset(reader, line, id, text) && !read_milter(reader, line, id, text) &&
        !read_recipient(reader, line, id, text) && !read_auth(reader, line, id, text))
        (void)read_hops(reader, line, id, text);
}

void sst_sendmail_add_refused(sst_log_reader *reader, const log_line *line, sst_span id,
                              sst_span recipient, sst_span words)
{
    log_mail *mail = sst_log_find(reader, line, id);
    if (mail && (sst_log_numbers(mail)->flags & SENDMAIL_REFUSED))
        return;
    sst_record *record = add(reader, line, id, (sst_span){NULL, 0});
    if (!record)
        return;
    sst_span reply = mail ? sst_log_get(mail, LOG_TEXT) : (sst_span){NULL, 0};
    record->recipient = recipient;
    record->command = SST_COMMAND_EOM;
    fill(reader, record, reply.ptr ? reply : words);
}
