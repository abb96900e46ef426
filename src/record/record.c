/*
 * What a record takes from a reply, and the verdict over it.
 *
 * Only what the reply says is taken: an address or a queue id that does not stand there in a form
 * that servers are known to use is left out. Replies: RFC 5321 4.2.
 */
#include <smtpstatus/record.h>

#include "base/ascii.h"
#include "base/scan.h"
#include "verdict/axes.h"

/* Where a phrase begins in a text, letters without case; the text's length where it does not. */
static size_t find(sst_span text, const char *phrase)
{
    size_t len = strlen(phrase);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (ascii_equal_fold(text.ptr + i, phrase, len))
            return i;
    }
    return text.len;
}

static bool begins_with(sst_span text, const char *phrase)
{
    size_t len = strlen(phrase);
    return text.len >= len && ascii_equal_fold(text.ptr, phrase, len);
}

static sst_span without_first(sst_span text, size_t count)
{
    sst_span rest = {text.ptr + count, text.len - count};
    return rest;
}

/* --- addresses ------------------------------------------------------------------------------ */

/* RFC 5321 4.5.3.1: 64 for the local part, 255 for the domain, 254 together are usual; twice that
 * is still an address, and anything longer is not. */
#define MAX_ADDRESS ((size_t)640)

static bool is_address(sst_span text)
{
    size_t at = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c == 0x7F || c == '<' || c == '>')
            return false;
        if (c == '@')
            at = i;
    }
    return at > 0 && at + 1 < text.len;
}

/* The <address> that a text begins with, and its length with the brackets; 0 where there is none.
 */
static size_t leading_address(sst_span text, sst_span *address)
{
    if (text.len < 2 || text.ptr[0] != '<')
        return 0;
    size_t limit = text.len < MAX_ADDRESS ? text.len : MAX_ADDRESS;
    const char *close = memchr(text.ptr, '>', limit);
    if (!close)
        return 0;
    sst_span inner = {text.ptr + 1, (size_t)(close - text.ptr) - 1};
    if (!is_address(inner))
        return 0;
    *address = inner;
    return inner.len + 2;
}

/* Whether the words behind an address speak of it as the sender's: "<a@example.com>: Sender address
 * rejected", "<a@example.com>... Sender ok". */
static bool is_about_sender(sst_span rest)
{
    while (rest.len > 0 && memchr(" .:,;", rest.ptr[0], 5))
        rest = without_first(rest, 1);
    return begins_with(rest, "sender") || find(rest, "domain of sender") < rest.len;
}

static void take_address(sst_record *record)
{
    sst_span address;
    size_t len = leading_address(record->text, &address);
    if (len == 0)
        return;
    bool sender =
        record->command == SST_COMMAND_MAIL || is_about_sender(without_first(record->text, len));
    sst_span *member = sender ? &record->sender : &record->recipient;
    if (!member->ptr)
        *member = address;
}

/* --- queue id ------------------------------------------------------------------------------- */

/* How servers name the id under which they queued a message: the word behind, or before, a phrase.
 */
static const struct queue_phrase {
    const char *phrase;
    bool before;
} queue_phrases[] = {
    {"queued as ", false},                    /* Postfix and others */
    {"OK id=", false},                        /* Exim */
    {"InternalId=", false},                   /* Exchange */
    {" qp ", false},                          /* qmail */
    {" message accepted for delivery", true}, /* Sendmail, OpenSMTPD */
    {" - gsmtp", true},                       /* Google */
};

static bool is_id_byte(char c)
{
    return c > ' ' && c != 0x7F && !memchr("<>()[],;\"", c, 9);
}

static sst_span word_behind(sst_span text, size_t start)
{
    size_t end = start;
    while (end < text.len && is_id_byte(text.ptr[end]))
        end++;
    while (end > start && text.ptr[end - 1] == '.')
        end--;
    sst_span word = {text.ptr + start, end - start};
    return word;
}

static sst_span word_before(sst_span text, size_t end)
{
    size_t start = end;
    while (start > 0 && is_id_byte(text.ptr[start - 1]))
        start--;
    sst_span word = {text.ptr + start, end - start};
    return word;
}

/* An id has a digit; "message accepted for delivery" may follow any word. */
static bool has_digit(sst_span word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (ascii_is_digit(word.ptr[i]))
            return true;
    }
    return false;
}

static void take_queue_id(sst_record *record)
{
    sst_span text = record->text;
    for (size_t i = 0; i < sizeof queue_phrases / sizeof queue_phrases[0]; i++) {
        size_t at = find(text, queue_phrases[i].phrase);
        if (at == text.len)
            continue;
        sst_span word = queue_phrases[i].before
                            ? word_before(text, at)
                            : word_behind(text, at + strlen(queue_phrases[i].phrase));
        if (word.len > 0 && (has_digit(word) || !queue_phrases[i].before)) {
            record->queue_id = word;
            return;
        }
    }
}

/* --- remote host ---------------------------------------------------------------------------- */

/* "mx.example.com[192.0.2.1]:25" is mx.example.com; a host without a name keeps its address. */
static sst_span host_name(sst_span remote)
{
    size_t end = scan_first_of(remote.ptr, remote.len, ' ', '[', '(');
    sst_span name = {remote.ptr, end};
    return end == 0 || span_is(name, "unknown", true) ? remote : name;
}

/* --- verdict -------------------------------------------------------------------------------- */

static sst_evidence evidence_of(const sst_record *record)
{
    const sst_span no_words = {"", 0};
    sst_evidence evidence = {
        .text = record->text.ptr ? record->text : no_words,
        .code = record->code,
        .enhanced = record->enhanced,
        .command = record->command,
        .remote = record->remote.ptr ? host_name(record->remote) : record->remote,
        .provider = record->provider,
        .recipient = record->recipient,
        .kind = record->kind,
        .gave_up = record->gave_up,
        .local_error = record->local_error,
    };
    return evidence;
}

static void take_verdict(sst_record *record, const sst_verdict *verdict)
{
    record->verdict = *verdict;
    /* 3yz, positive intermediate (RFC 5321 4.2.1): nothing has been decided yet. */
    record->decided = sst_code_class(record->code) != 3;
    if (record->kind == SST_KIND_NONE)
        record->kind = verdict->kind;
    if (!record->provider.ptr)
        record->provider = verdict->provider;
}

/* --- public --------------------------------------------------------------------------------- */

int sst_record_from_reply(sst_record *record, const sst_reply *reply, char *buffer, size_t size)
{
    size_t len = sst_reply_text(reply, buffer, size);
    if (len > size)
        return SST_E_NO_SPACE;
    if (record->code == SST_CODE_NOT_DEFINED)
        record->code = reply->code;
    if (record->enhanced.status_class == 0)
        record->enhanced = reply->enhanced;
    if (record->kind == SST_KIND_NONE)
        record->kind =
            sst_kind_of(&(sst_evidence){.code = record->code, .enhanced = record->enhanced});
    if (record->command == SST_COMMAND_NONE)
        record->command = reply->command;
    if (!record->remote.ptr && reply->remote.ptr)
        record->remote = host_name(reply->remote);
    if (!record->text.ptr && len > 0) {
        sst_span text = {buffer, len};
        record->text = text;
    }
    if (record->text.ptr) {
        take_address(record);
        if (record->kind == SST_KIND_ACCEPTED && !record->queue_id.ptr)
            take_queue_id(record);
    }
    return SST_OK;
}

void sst_record_decide(sst_record *record, const sst_rules *rules)
{
    sst_record_decide_batch(record, 1, rules);
}

void sst_record_decide_batch(sst_record *records, size_t count, const sst_rules *rules)
{
    enum { BLOCK = 64 }; /* on the stack */
    sst_evidence evidence[BLOCK];
    sst_verdict verdicts[BLOCK];
    while (count > 0) {
        size_t block = count < BLOCK ? count : BLOCK;
        for (size_t i = 0; i < block; i++)
            evidence[i] = evidence_of(&records[i]);
        sst_verdict_decide_batch(evidence, block, rules, verdicts);
        for (size_t i = 0; i < block; i++)
            take_verdict(&records[i], &verdicts[i]);
        records += block;
        count -= block;
    }
}
