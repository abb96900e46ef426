/*
 * Clients and mails that Postfix refused. smtpd and postscreen: "RCPT from
 * mx.example.com[192.0.2.9]: 550 5.1.1 <a@example.org>: Recipient address rejected;
 * from=<b@example.com> to=<a@example.org> proto=ESMTP helo=<mx.example.com>" (postscreen with
 * commas between). cleanup: "header Subject: x from mx.example.com[192.0.2.9]; from=<...> to=<...>
 * proto=ESMTP helo=<...>: 5.7.1 refused".
 *
 * Sender, recipient, greeting and the words of a header are the client's: they may hold what looks
 * like another field. The first end that fits is taken.
 */
#include "log/postfix.h"

static const struct phase {
    const char *words;
    sst_command command;
} phases[] = {
    {"CONNECT", SST_COMMAND_CONNECT}, {"EHLO", SST_COMMAND_EHLO},
    {"HELO", SST_COMMAND_HELO},       {"MAIL", SST_COMMAND_MAIL},
    {"RCPT", SST_COMMAND_RCPT},       {"DATA", SST_COMMAND_DATA},
    {"BDAT", SST_COMMAND_BDAT},       {"END-OF-MESSAGE", SST_COMMAND_EOM},
    {"VRFY", SST_COMMAND_VRFY},       {"ETRN", SST_COMMAND_ETRN},
    {"AUTH", SST_COMMAND_AUTH},       {"STARTTLS", SST_COMMAND_STARTTLS},
};

/* The phase before " from ", which both are taken off; false for a word that is none. */
static bool take_phase(sst_span *text, sst_command *command)
{
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        sst_span rest = *text;
        if (words_take(&rest, phases[i].words) && words_take(&rest, " from ")) {
            *command = phases[i].command;
            *text = rest;
            return true;
        }
    }
    return false;
}

/* " from=<...> to=<...> proto=... helo=<...>": what of it is there. Leaves what follows. */
static void take_envelope(sst_span *text, sst_record *record)
{
    static const char *const marks[] = {"from=<", "to=<"};
    sst_span *members[] = {&record->sender, &record->recipient};
    for (size_t i = 0; i < 2; i++) {
        sst_span rest = *text;
        words_take(&rest, " ");
        if (words_take(&rest, marks[i]) && sst_postfix_address(&rest, " ,:", members[i])) {
            words_take(&rest, ",");
            *text = rest;
        }
    }
}

/* What the envelope can begin with, behind the words. */
static const char *const envelopes[] = {"; from=<", "; to=<", "; proto="};

/* smtpd and postscreen: the client is "unknown[192.0.2.9]" or "[192.0.2.9]:4321". */
static bool read_client(sst_record *record, sst_span text, sst_span *words)
{
    sst_span client;
    if (!take_phase(&text, &record->command) || !words_part(text, ": ", &client, &text))
        return false;
    const char *close = client.len > 0 ? memchr(client.ptr, ']', client.len) : NULL;
    if (close)
        client.len = (size_t)(close - client.ptr) + 1;
    record->remote = client;
    size_t end = text.len;
    for (size_t i = 0; i < sizeof envelopes / sizeof envelopes[0]; i++) {
        size_t at = words_find(text, envelopes[i]);
        end = at < end ? at : end;
    }
    *words = (sst_span){text.ptr, end};
    text = words_from(text, end);
    if (words_take(&text, "; "))
        take_envelope(&text, record);
    return true;
}

/* Parts the text at the last place of a mark; false where there is none. */
static bool part_last(sst_span text, const char *mark, sst_span *before, sst_span *behind)
{
    size_t n = text.len;
    while (n > 0 && !words_begin(words_from(text, n - 1), mark))
        n--;
    if (n == 0)
        return false;
    *before = (sst_span){text.ptr, n - 1};
    *behind = words_from(text, n - 1 + strlen(mark));
    return true;
}

/* cleanup, which refuses a header or a body: the words stand behind the envelope. What is refused
 * can hold anything, so that the last envelope is the one. */
static bool read_content(sst_record *record, sst_span text, sst_span *words)
{
    sst_span what;
    sst_span envelope;
    if ((!words_begin(text, "header ") && !words_begin(text, "body ") &&
         !words_begin(text, "mime-header ") && !words_begin(text, "nested-header ")) ||
        !part_last(text, "; from=<", &what, &envelope))
        return false;
    envelope = (sst_span){envelope.ptr - strlen("from=<"), envelope.len + strlen("from=<")};
    part_last(what, " from ", &what, &record->remote);
    record->command = SST_COMMAND_EOM;
    take_envelope(&envelope, record);
    if (!words_part(envelope, ">: ", &what, words) && !words_part(envelope, ": ", &what, words))
        return false;
    return true;
}

/* By the first digit of the code or, where there is none, of the enhanced code. */
static sst_kind kind_of(const sst_record *record)
{
    int digit = record->code ? record->code / 100 : record->enhanced.status_class;
    return digit == 4 ? SST_KIND_DELAYED : digit == 5 ? SST_KIND_FAILED : SST_KIND_NONE;
}

void sst_postfix_refusal(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    sst_record parts = {0};
    sst_span words;
    if (!read_client(&parts, text, &words) && !read_content(&parts, text, &words)) {
        sst_log_not_understood(reader);
        return;
    }
    sst_record *record = sst_log_add(reader, line);
    record->direction = span_of("in");
    record->remote = parts.remote;
    record->command = parts.command;
    record->sender = parts.sender;
    record->recipient = parts.recipient;
    record->kind = SST_KIND_FAILED;
    sst_postfix_words(reader, record, words);
    if (record->text.ptr == NULL)
        record->text = words;
    record->kind = kind_of(record);
    if (!span_is(id, "NOQUEUE", false))
        sst_log_join(record, sst_log_find(reader, line, id), line, id);
}
