/*
 * The words of Exim, Sendmail, OpenSMTPD and Courier, and those of the system (strerror), for
 * connections that came to nothing. Only what cannot mean anything else is here; the reason is the
 * verdict's to find.
 */
#include "log/trouble.h"

#include "log/words.h"

static const struct trouble {
    const char *words;
    sst_local_error error;
    sst_command command;
    bool named; /* the command is named behind the words */
} troubles[] = {
    /* Exim: "... in response to end of data", "... after RCPT TO:<a@example.com>" */
    {"Remote host closed connection in response to ", SST_LOCAL_ERROR_CLOSED, SST_COMMAND_NONE,
     true},
    {"Remote host closed connection after ", SST_LOCAL_ERROR_CLOSED, SST_COMMAND_NONE, true},
    {"Remote host closed connection", SST_LOCAL_ERROR_CLOSED, SST_COMMAND_NONE, false},
    {"SMTP timeout after ", SST_LOCAL_ERROR_TIMEOUT, SST_COMMAND_NONE, true},
    {"LMTP timeout after ", SST_LOCAL_ERROR_TIMEOUT, SST_COMMAND_NONE, true},
    {"SMTP timeout while connected to ", SST_LOCAL_ERROR_TIMEOUT, SST_COMMAND_NONE, false},
    {"Malformed SMTP reply in response to ", SST_LOCAL_ERROR_PROTOCOL_VIOLATION, SST_COMMAND_NONE,
     true},
    {"Malformed SMTP reply after ", SST_LOCAL_ERROR_PROTOCOL_VIOLATION, SST_COMMAND_NONE, true},
    {"a TLS session is required", SST_LOCAL_ERROR_TLS, SST_COMMAND_STARTTLS, false},
    {"failure while setting up TLS session", SST_LOCAL_ERROR_TLS, SST_COMMAND_STARTTLS, false},
    {"TLS session: ", SST_LOCAL_ERROR_TLS, SST_COMMAND_STARTTLS, false},
    {"TLS handshake failed", SST_LOCAL_ERROR_TLS, SST_COMMAND_STARTTLS, false},
    {"Authentication required but", SST_LOCAL_ERROR_SASL, SST_COMMAND_AUTH, false},
    {"authentication required but", SST_LOCAL_ERROR_SASL, SST_COMMAND_AUTH, false},
    {"Connection refused", SST_LOCAL_ERROR_REFUSED, SST_COMMAND_CONNECT, false},
    {"Connection timed out", SST_LOCAL_ERROR_TIMEOUT, SST_COMMAND_CONNECT, false},
    {"Operation timed out", SST_LOCAL_ERROR_TIMEOUT, SST_COMMAND_CONNECT, false},
    {"Connection reset by ", SST_LOCAL_ERROR_CLOSED, SST_COMMAND_NONE, false},
    {"Connection closed unexpectedly", SST_LOCAL_ERROR_CLOSED, SST_COMMAND_NONE, false},
    {"Network connection shut down by the remote mail server", SST_LOCAL_ERROR_CLOSED,
     SST_COMMAND_NONE, false},
    {"reply: read error from ", SST_LOCAL_ERROR_CLOSED, SST_COMMAND_NONE, false},
    {"No route to host", SST_LOCAL_ERROR_NONE, SST_COMMAND_CONNECT, false},
    {"Network is unreachable", SST_LOCAL_ERROR_NONE, SST_COMMAND_CONNECT, false},
    {"Network is down", SST_LOCAL_ERROR_NONE, SST_COMMAND_CONNECT, false},
};

/* "RCPT TO:<a@example.com>", "end of data", "initial connection (wrote 0)" */
static sst_command command_of(sst_span words)
{
    sst_command command = SST_COMMAND_NONE;
    if (words_begin(words, "initial connection"))
        return SST_COMMAND_CONNECT;
    if (words_begin(words, "sending data block"))
        return SST_COMMAND_EOM;
    sst_span name = words;
    name.len = words_find_byte(name, ':');
    size_t note = words_find(name, " (");
    name.len = note;
    return sst_command_parse(name.ptr, name.len, &command) ? command : SST_COMMAND_NONE;
}

void sst_log_trouble(sst_record *record)
{
    if (record->code != SST_CODE_NOT_DEFINED || !record->text.ptr)
        return;
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        const struct trouble *row = &troubles[i];
        size_t at = words_find(record->text, row->words);
        if (at == record->text.len)
            continue;
        sst_command command = row->command;
        if (row->named)
            command = command_of(words_from(record->text, at + strlen(row->words)));
        if (record->command == SST_COMMAND_NONE)
            record->command = command;
        if (row->error == SST_LOCAL_ERROR_NONE)
            return;
        record->local_error = row->error;
        record->code = SST_CODE_GENERAL_FAILURE;
        return;
    }
}
