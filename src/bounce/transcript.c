/*
 * Transcripts of sessions, as Sendmail, Courier, MDaemon, InterScan and others put them into their
 * reports. Every system has its own marks, and all of them one for what was sent and one for what
 * came back; some show only what came back.
 */
#include "bounce/transcript.h"

#include <smtpstatus/reply.h>

#include "bounce/paragraph.h"
#include "bounce/phrase.h"
#include "mime/address.h"
#include "mime/line.h"

#define MARK(text) BOUNCE_PHRASE(text, 0, 0)

static const bounce_phrase sent_marks[] = {
    MARK("sent <<<"), MARK(">>>"), MARK("--->"),  MARK("-->"),     MARK("sent >>>"),
    MARK("cli:"),     MARK("c:"),  MARK("sent:"), MARK("client:"), {NULL, 0, 0, 0},
};
static const bounce_phrase received_marks[] = {
    MARK("received >>>"), MARK("<<<"),       MARK("<---"),    MARK("<--"),
    MARK("received <<<"), MARK("srv:"),      MARK("s:"),      MARK("received:"),
    MARK("server:"),      MARK("response:"), {NULL, 0, 0, 0},
};

/* The words behind a mark; absent where the line has none of these marks. */
static sst_span behind_mark(sst_span line, const bounce_phrase *marks)
{
    line = mime_trim(line);
    if (line.len < 2)
        return (sst_span){NULL, 0};
    char first = ascii_lower(line.ptr[0]);
    for (; marks->text; marks++) {
        if (marks->text[0] == first && line.len >= marks->len &&
            ascii_equal_fold(line.ptr, marks->text, marks->len))
            return mime_trim((sst_span){line.ptr + marks->len, line.len - marks->len});
    }
    return (sst_span){NULL, 0};
}

/* "... while talking to mx.example.com.:" */
static sst_span host_talked_to(sst_span line)
{
    static const char phrase[] = "while talking to ";
    line = mime_trim(line);
    bool may_be = line.len > 0 && (line.ptr[0] == '.' || ascii_lower(line.ptr[0]) == 'w');
    const char *p = may_be ? phrase_find(line, phrase) : NULL;
    if (!p)
        return (sst_span){NULL, 0};
    p += sizeof phrase - 1;
    size_t len = 0;
    while (p + len < line.ptr + line.len && !ascii_is_space(p[len]) && p[len] != ':')
        len++;
    while (len > 0 && p[len - 1] == '.')
        len--;
    return (sst_span){p, len};
}

/* What has been seen of the session so far. */
typedef struct session {
    sst_command command;
    sst_span recipient; /* of the last RCPT */
    sst_span host;
} session;

static bool is_refusal(sst_span words)
{
    sst_reply reply;
    sst_reply_read(words.ptr, words.len, &reply);
    return reply.code >= 400;
}

static void take_command(sst_span sent, session *s)
{
    sst_command_parse(sent.ptr, sent.len, &s->command);
    s->recipient = (sst_span){NULL, 0};
    if (s->command == SST_COMMAND_RCPT)
        s->recipient = sst_mime_find_address(sent, NULL);
}

/* A refusal as an entry holds it. */
static void fill(bounce_entry *entry, sst_span words, const session *s)
{
    entry->words = words;
    entry->worth = WORTH_REPLY;
    entry->command = s->command;
    if (!entry->remote.ptr)
        entry->remote = s->host;
}

/* Gives a refusal to the entry whose RCPT it answered; returns false where it is nobody's. */
static bool give(sst_span words, const session *s, bounce_entries *entries)
{
    bounce_entry *entry = s->recipient.ptr ? sst_bounce_entry_for(entries, s->recipient) : NULL;
    if (entry && entry->command == SST_COMMAND_NONE && !is_refusal(entry->words))
        fill(entry, words, s);
    return entry != NULL;
}

/*
 * Adds the further lines of a reply of several to its first: "<<< 554-one", "<<< 554 two". Relaxed
 * reading knows the marks, and takes further lines that have one only behind a first that has.
 */
static sst_span whole_reply(sst_span shown, sst_span first, sst_span *rest)
{
    sst_span line = first;
    const char *last = first.ptr + first.len;
    while (line.len > 3 && line.ptr[3] == '-') {
        sst_span next = *rest;
        sst_span ahead;
        if (!mime_next_line(&next, &ahead))
            break;
        line = behind_mark(ahead, received_marks);
        if (line.len < 3 || memcmp(line.ptr, first.ptr, 3) != 0)
            break;
        last = line.ptr + line.len;
        *rest = next;
    }
    bool one_line = last == first.ptr + first.len;
    shown = mime_trim(shown);
    return one_line ? first : (sst_span){shown.ptr, (size_t)(last - shown.ptr)};
}

void sst_bounce_read_transcript(sst_span words, bounce_entries *entries, size_t first)
{
    bounce_entries own = {entries->at + first, entries->count - first, 0};
    session s = {SST_COMMAND_NONE, {NULL, 0}, {NULL, 0}};
    session last_session = s;
    sst_span last = {NULL, 0};
    sst_span line;
    while (mime_next_line(&words, &line)) {
        sst_span sent = behind_mark(line, sent_marks);
        sst_span host = host_talked_to(line);
        if (host.ptr)
            s.host = host;
        if (sent.ptr) {
            take_command(sent, &s);
            continue;
        }
        sst_span received = behind_mark(line, received_marks);
        if (!received.ptr || !is_refusal(received))
            continue;
        received = whole_reply(line, received, &words);
        if (give(received, &s, &own))
            continue;
        last = received;
        last_session = s;
    }
    /* Where there are several recipients, words that stand beside one are more its own. */
    for (size_t i = 0; last.ptr && i < own.count; i++) {
        bounce_entry *entry = &own.at[i];
        if (entry->command == SST_COMMAND_NONE && !is_refusal(entry->words) &&
            (own.count == 1 || entry->words.len == 0))
            fill(entry, last, &last_session);
    }
}

sst_span sst_bounce_whole_reply(sst_span words, sst_span first)
{
    sst_span line;
    while (mime_next_line(&words, &line)) {
        sst_span received = behind_mark(line, received_marks);
        if (received.len == first.len && memcmp(received.ptr, first.ptr, first.len) == 0)
            return whole_reply(line, received, &words);
    }
    return first;
}

/* Whether a line of a transcript shows the session, or heads or divides the report. */
static bool is_of_session(sst_span line)
{
    static const char *const marks[] = {"...", "while talking", "---", "(", NULL};
    return behind_mark(line, sent_marks).ptr || behind_mark(line, received_marks).ptr ||
           phrase_begins_any(line, marks);
}

/* What a line of a transcript concludes, as "554 5.0.0 Service unavailable" does. */
static bool is_conclusion(sst_span line)
{
    sst_reply reply;
    if (line.len < 5 || !ascii_is_digit(line.ptr[0]))
        return false;
    sst_reply_read(line.ptr, line.len, &reply);
    return reply.code >= 400 && reply.whole.ptr == line.ptr;
}

/* The entry that a conclusion is about: that of the address in it, or the only one. */
static bounce_entry *concluded(sst_span conclusion, bounce_entries *entries)
{
    sst_span address = sst_mime_find_address(conclusion, NULL);
    if (address.ptr)
        return sst_bounce_entry_for(entries, address);
    return entries->count == 1 ? &entries->at[0] : NULL;
}

/* Whether a line is "----- Transcript of session follows -----". */
static bool is_heading(sst_span line)
{
    line = mime_trim(line);
    return line.len > 0 && line.ptr[0] == '-' && phrase_find(line, "transcript of session");
}

void sst_bounce_read_local(sst_span words, bounce_entries *entries, size_t first)
{
    bounce_entries own = {entries->at + first, entries->count - first, 0};
    sst_span said = {NULL, 0};
    sst_span line = {NULL, 0};
    while (mime_next_line(&words, &line) && !is_heading(line)) {
    }
    while (mime_next_line(&words, &line)) {
        line = mime_trim(line);
        bool concludes = is_conclusion(line);
        bounce_entry *entry = concludes && said.ptr ? concluded(line, &own) : NULL;
        if (entry && sst_bounce_has_meaning(said)) {
            entry->words = said;
            entry->conclusion = line;
        }
        said = concludes || is_of_session(line) ? (sst_span){NULL, 0} : line;
    }
}
