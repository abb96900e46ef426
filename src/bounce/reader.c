/*
 * The reader of messages that came back: copies a message with its line ends made LF, takes it
 * apart, asks each kind of report in turn, and makes records of what they found.
 *
 * It does not open files or split mailboxes: that is the caller's.
 */
#include <smtpstatus/bounce.h>

#include "base/alloc.h"
#include "bounce/entry.h"
#include "bounce/divide.h"
#include "bounce/evaluate.h"
#include "bounce/message.h"
#include "bounce/marks.h"
#include "bounce/mend.h"
#include "bounce/phrase.h"
#include "mime/address.h"
#include "mime/date.h"
#include "mime/field.h"
#include "mime/words.h"

/* Room for decoded text: UTF-8 may be longer than what it came from, and is never all of it. */
#define DECODED_SIZE (2 * SST_MAX_BOUNCE_MESSAGE)

/* A decoded subject. */
#define SUBJECT_SIZE ((size_t)2048)

/*
 * The most bytes of a field in a record: a line of RFC 5322 2.1.1. A hostile header would otherwise
 * be written once for each of its thousand recipients.
 */
#define MAX_FIELD ((size_t)998)

struct sst_bounce_reader {
    const sst_allocator *allocator;
    const sst_rules *rules;
    mime_converter converter;
    size_t next; /* which entry becomes the next record */
    bounce_findings findings;
    bounce_indexes indexes;
    char *message;
    char *decoded;
    char *text; /* of the record given out last */
    char *subject;
    char time[MIME_DATE_SIZE];
};

static bool allocate(sst_bounce_reader *reader)
{
    const sst_allocator *a = reader->allocator;
    bounce_findings *f = &reader->findings;
    reader->message = sst_allocate(a, SST_MAX_BOUNCE_MESSAGE, 1);
    reader->decoded = sst_allocate(a, DECODED_SIZE, 1);
    reader->text = sst_allocate(a, SST_MAX_VERDICT_TEXT, 1);
    reader->subject = sst_allocate(a, SUBJECT_SIZE, 1);
    f->entries.at = sst_allocate(a, SST_MAX_BOUNCE_RECIPIENTS, sizeof *f->entries.at);
    f->entries.size = SST_MAX_BOUNCE_RECIPIENTS;
    f->anchors = sst_allocate(a, SST_MAX_BOUNCE_RECIPIENTS, sizeof *f->anchors);
    return reader->message && reader->decoded && reader->text && reader->subject && f->entries.at &&
           f->anchors;
}

int sst_bounce_reader_new(const sst_bounce_options *options, sst_bounce_reader **reader)
{
    static const sst_bounce_options defaults = {sizeof defaults, NULL, NULL, NULL, NULL};
    if (!options)
        options = &defaults;
    if (options->size != sizeof *options)
        return SST_E_INVALID;
    sst_bounce_reader *r = sst_allocate(options->allocator, 1, sizeof *r);
    if (!r)
        return SST_E_NO_MEMORY;
    memset(r, 0, sizeof *r);
    r->allocator = options->allocator;
    r->rules = options->rules;
    r->converter = (mime_converter){options->convert, options->convert_context};
    if (!allocate(r)) {
        sst_bounce_reader_free(r);
        return SST_E_NO_MEMORY;
    }
    sst_bounce_index_marks(&r->indexes.marks);
    sst_bounce_index_dividers(&r->indexes.dividers);
    *reader = r;
    return SST_OK;
}

void sst_bounce_reader_free(sst_bounce_reader *reader)
{
    if (!reader)
        return;
    sst_deallocate(reader->allocator, reader->message);
    sst_deallocate(reader->allocator, reader->decoded);
    sst_deallocate(reader->allocator, reader->text);
    sst_deallocate(reader->allocator, reader->subject);
    sst_deallocate(reader->allocator, reader->findings.entries.at);
    sst_deallocate(reader->allocator, reader->findings.anchors);
    sst_deallocate(reader->allocator, reader);
}

sst_bounce_result sst_bounce_read(sst_bounce_reader *reader, const char *message, size_t len)
{
    bounce_message levels[BOUNCE_MAX_LEVELS];
    mime_buffer decoded = {reader->decoded, 0, DECODED_SIZE, false};
    sst_span copy = sst_bounce_copy(message, len, reader->message);
    bool ordinary = true;
    reader->next = 0;
    /* A report may also stand, undivided, in the words of a mail about it. */
    for (int i = 0; i < BOUNCE_MAX_LEVELS && copy.len > 0; i++) {
        size_t count = sst_bounce_take_apart(copy, &reader->converter, &decoded, levels);
        bool understood = sst_bounce_evaluate(&reader->indexes, &reader->converter, levels, count,
                                              &reader->findings);
        if (reader->findings.entries.count > 0)
            return SST_BOUNCE_UNDERSTOOD;
        if (i == 0)
            ordinary = understood;
        copy = reader->findings.inline_message;
    }
    reader->findings.not_a_report = ordinary;
    return ordinary ? SST_BOUNCE_UNDERSTOOD : SST_BOUNCE_NOT_UNDERSTOOD;
}

static sst_span capped(sst_span field)
{
    if (field.len > MAX_FIELD)
        field.len = MAX_FIELD;
    return field;
}

/* What holds for the mail as a whole. */
static void take_envelope(sst_bounce_reader *reader, const bounce_entry *entry, sst_record *record)
{
    const bounce_envelope *envelope = &reader->findings.envelope;
    bool zoned;
    record->sender = capped(envelope->sender);
    record->message_id = capped(envelope->message_id);
    record->queue_id = capped(envelope->queue_id);
    record->reporter = capped(envelope->reporter);
    if (envelope->subject.ptr) {
        mime_buffer out = {reader->subject, 0, SUBJECT_SIZE, false};
        sst_mime_decode_words(envelope->subject, &reader->converter, &out);
        record->subject = mime_written(&out);
    }
    size_t len = sst_mime_date(entry->time, reader->time, &zoned);
    if (len == 0)
        len = sst_mime_date(envelope->time, reader->time, &zoned);
    if (len > 0)
        record->time = (sst_span){reader->time, len};
}

/* "550: 5.1.1 no such user", as Yahoo has it: behind the code a colon, or more than one. */
static sst_span without_colon(sst_span words, int *code)
{
    sst_enhanced none;
    size_t n = 0;
    while (n < words.len && n < 4 && ascii_is_digit(words.ptr[n]))
        n++;
    if (n != 3 || words.len < 5 || words.ptr[3] != ':' || words.ptr[0] < '4' ||
        words.ptr[0] > '5' || sst_enhanced_parse(words.ptr, words.len, &none) > 0)
        return words;
    *code = (words.ptr[0] - '0') * 100 + (words.ptr[1] - '0') * 10 + (words.ptr[2] - '0');
    while (n < words.len && (words.ptr[n] == ':' || ascii_is_space(words.ptr[n])))
        n++;
    return (sst_span){words.ptr + n, words.len - n};
}

/*
 * The far end's reply where a queue quotes it behind its own words: "554 4.4.7 Message expired
 * <421 4.4.2 Connection timed out>" (Amazon SES). What the queue says is its own conclusion.
 */
static void take_quoted(sst_span words, sst_record *record)
{
    sst_reply quoted;
    if (words.len < 6 || words.ptr[words.len - 1] != '>')
        return;
    size_t open = words.len - 1;
    while (open > 0 && words.ptr[open] != '<')
        open--;
    sst_reply_read(words.ptr + open + 1, words.len - open - 2, &quoted);
    if (open == 0 || quoted.code < 400 || quoted.whole.ptr != words.ptr + open + 1)
        return;
    record->code = quoted.code;
    if (quoted.enhanced.status_class != 0)
        record->enhanced = quoted.enhanced;
}

/*
 * Sendmail 5 concludes with a code of its own and then quotes the mailer's: "554 <address>... 550
 * Host unknown". The mailer's says more.
 */
static void take_mailers_code(sst_record *record)
{
    static const char dots[] = "... ";
    const char *p =
        record->text.len > 0 && record->text.ptr[0] == '<' ? phrase_find(record->text, dots) : NULL;
    sst_reply mailers;
    if (!p || record->code == 0)
        return;
    p += sizeof dots - 1;
    sst_reply_read(p, (size_t)(record->text.ptr + record->text.len - p), &mailers);
    if (mailers.code >= 400 && mailers.whole.ptr == p)
        record->code = mailers.code;
}

/* The code that a system gave to words that have none. */
static void take_conclusion(sst_span conclusion, sst_record *record)
{
    sst_reply reply;
    if (!conclusion.ptr || record->code != 0)
        return;
    sst_reply_read(conclusion.ptr, conclusion.len, &reply);
    record->code = reply.code;
    if (record->enhanced.status_class == 0)
        record->enhanced = reply.enhanced;
}

/* What an entry's words say, and, where they say nothing of it, its own fields. */
static void take_entry(sst_bounce_reader *reader, const bounce_entry *entry, sst_record *record)
{
    sst_reply reply = {0};
    sst_span words = entry->words;
    if (words.len > SST_MAX_VERDICT_TEXT)
        words.len = SST_MAX_VERDICT_TEXT;
    record->kind = entry->kind;
    record->recipient = capped(entry->recipient);
    if (entry->original_recipient.len != entry->recipient.len ||
        !ascii_equal_fold(entry->original_recipient.ptr, entry->recipient.ptr,
                          entry->recipient.len))
        record->original_recipient = capped(entry->original_recipient);
    record->remote = capped(entry->remote);
    record->command = entry->command;
    record->format = span_of(entry->format);
    if (words.ptr) {
        words = without_colon(words, &record->code);
        sst_reply_read(words.ptr, words.len, &reply);
        sst_record_from_reply(record, &reply, reader->text, SST_MAX_VERDICT_TEXT);
        take_quoted(words, record);
        take_mailers_code(record);
        take_conclusion(entry->conclusion, record);
    }
    if (record->kind == SST_KIND_NONE)
        record->kind = SST_KIND_FAILED;
    bool vague = record->enhanced.subject == 0 && record->enhanced.detail == 0;
    if (record->enhanced.status_class == 0 ||
        (entry->said && vague && entry->status.status_class != 0))
        record->enhanced = entry->status;
}

/* Decides. A passing failure that is reported as final means that the queue gave up. */
static void decide(const sst_bounce_reader *reader, sst_record *record)
{
    bool claims_transient =
        record->code ? sst_code_class(record->code) == 4 : record->enhanced.status_class == 4;
    record->gave_up = record->kind == SST_KIND_FAILED && claims_transient;
    sst_record_decide(record, reader->rules);
}

bool sst_bounce_next(sst_bounce_reader *reader, sst_record *record)
{
    const bounce_entries *entries = &reader->findings.entries;
    *record = (sst_record){0};
    if (reader->next == 0 && entries->count == 0 && reader->findings.not_a_report) {
        record->kind = SST_KIND_NOT_A_REPORT;
        reader->next++;
        return true;
    }
    if (reader->next >= entries->count)
        return false;
    const bounce_entry *entry = &entries->at[reader->next++];
    take_envelope(reader, entry, record);
    take_entry(reader, entry, record);
    decide(reader, record);
    return true;
}
