/*
 * The words in brackets at the end of a Postfix delivery. The two usual forms, a reply and "host
 * mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)", are read
 * where they stand; everything else goes through relaxed reading.
 */
#include "log/postfix.h"

/* What a reply answered, or what was being done when the connection failed, in Postfix's words. */
static const struct doing {
    const char *words;
    sst_command command;
} doings[] = {
    {"RCPT TO", SST_COMMAND_RCPT},
    {"MAIL FROM", SST_COMMAND_MAIL},
    {"end of DATA", SST_COMMAND_EOM},
    {"DATA", SST_COMMAND_DATA},
    {"EHLO", SST_COMMAND_EHLO},
    {"HELO", SST_COMMAND_HELO},
    {"LHLO", SST_COMMAND_LHLO},
    {"STARTTLS", SST_COMMAND_STARTTLS},
    {"AUTH", SST_COMMAND_AUTH},
    {"RSET", SST_COMMAND_RSET},
    {"QUIT", SST_COMMAND_QUIT},
    {"receiving the initial server greeting", SST_COMMAND_CONNECT},
    {"performing the EHLO handshake", SST_COMMAND_EHLO},
    {"performing the HELO handshake", SST_COMMAND_HELO},
    {"performing the LHLO handshake", SST_COMMAND_LHLO},
    {"receiving the STARTTLS response", SST_COMMAND_STARTTLS},
    {"sending MAIL FROM", SST_COMMAND_MAIL},
    {"sending RCPT TO", SST_COMMAND_RCPT},
    {"receiving the DATA response", SST_COMMAND_DATA},
    {"sending DATA command", SST_COMMAND_DATA},
    {"sending message body", SST_COMMAND_DATA},
    {"sending end of data", SST_COMMAND_EOM},
    {"sending final RSET", SST_COMMAND_RSET},
};

static sst_command command_of(sst_span words)
{
    for (size_t i = 0; i < sizeof doings / sizeof doings[0]; i++) {
        if (words_begin(words, doings[i].words))
            return doings[i].command;
    }
    return SST_COMMAND_NONE;
}

/* A reply of one line: "550 5.1.1 User unknown". False where it is none. */
static bool read_line(sst_record *record, sst_span words)
{
    const char *p = words.ptr;
    if (words.len < 4 || p[0] < '2' || p[0] > '5' || !ascii_is_digit(p[1]) ||
        !ascii_is_digit(p[2]) || p[3] != ' ')
        return false;
    sst_enhanced enhanced = {0, 0, 0};
    sst_span text = words_from(words, 4);
    size_t n = sst_enhanced_parse(text.ptr, text.len, &enhanced);
    if (n > 0 && ((n < text.len && text.ptr[n] != ' ') || enhanced.status_class != p[0] - '0'))
        return false;
    text = words_from(text, n);
    while (text.len > 0 && ascii_is_space(text.ptr[0]))
        text = words_from(text, 1);
    while (text.len > 0 && ascii_is_space(text.ptr[text.len - 1]))
        text.len--;
    record->code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
    if (enhanced.status_class != 0)
        record->enhanced = enhanced;
    if (text.len > 0)
        record->text = text;
    return true;
}

/* Takes " (in reply to RCPT TO command)" off the end. */
static sst_command take_trailer(sst_span *words)
{
    static const char mark[] = "(in reply to ";
    size_t n = words->len;
    if (!words_end(*words, " command)"))
        return SST_COMMAND_NONE;
    while (n > 0 && words->ptr[n - 1] != '(')
        n--;
    if (n < 2 || !words_begin(words_from(*words, n - 1), mark))
        return SST_COMMAND_NONE;
    sst_command command = command_of(words_from(*words, n - 1 + sizeof mark - 1));
    if (command != SST_COMMAND_NONE)
        words->len = n - 1;
    return command;
}

/* "host mx.example.com[192.0.2.1] said: REPLY (in reply to RCPT TO command)". */
static bool read_said(sst_record *record, sst_span words)
{
    sst_span host;
    if (!words_take(&words, "host ") || !words_part(words, "] said: ", &host, &words))
        return false;
    sst_command command = take_trailer(&words);
    if (command == SST_COMMAND_NONE || !read_line(record, words))
        return false;
    record->command = command;
    if (!record->remote.ptr)
        record->remote = sst_postfix_host_name(host);
    return true;
}

/* Failures in Postfix's own words: what stands before the host, what behind it, and what was being
 * done; where it says that, behind. Some go on with a reply. */
static const struct trouble {
    const char *before;
    const char *behind;
    sst_command command;
    bool goes_on;
} troubles[] = {
    {"connect to ", "]", SST_COMMAND_CONNECT, false},
    {"lost connection with ", "] while ", SST_COMMAND_NONE, false},
    {"conversation with ", "] timed out while ", SST_COMMAND_NONE, false},
    {"host ", "] refused to talk to me: ", SST_COMMAND_CONNECT, true},
    {"TLS is required, but host ", "] refused to start TLS: ", SST_COMMAND_STARTTLS, true},
};

/* What the words of a failure without a reply say of the host and of what was being done. Returns
 * whether that is all. */
static bool read_trouble(sst_record *record, sst_span words)
{
    sst_span whole = words;
    bool suspended = words_take(&words, "delivery temporarily suspended: ");
    if (!suspended && words_begin(words, "Host or domain name not found. ")) {
        record->text = whole;
        return true;
    }
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        sst_span host;
        sst_span rest = words;
        if (!words_take(&rest, troubles[i].before) ||
            !words_part(rest, troubles[i].behind, &host, &rest))
            continue;
        record->command =
            troubles[i].command != SST_COMMAND_NONE ? troubles[i].command : command_of(rest);
        host = sst_postfix_host_name(host);
        if (!record->remote.ptr && host.len > 0 && !memchr(host.ptr, ' ', host.len))
            record->remote = host;
        if (!troubles[i].goes_on)
            record->text = whole;
        return !troubles[i].goes_on;
    }
    return false;
}

void sst_postfix_words(sst_log_reader *reader, sst_record *record, sst_span words)
{
    if (words.len == 0 || read_line(record, words) || read_said(record, words))
        return;
    bool sent = record->kind != SST_KIND_FAILED && record->kind != SST_KIND_DELAYED;
    if (sent && !ascii_is_digit(words.ptr[0])) {
        record->text = words;
        return;
    }
    if (!read_trouble(record, words))
        sst_log_reply(reader, record, words);
}
