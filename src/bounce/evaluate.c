/*
 * Evaluating a message: complaint, delivery status, read receipt, notification, report in words,
 * auto-reply, in this order; the first that finds something decides. A machine-readable report is
 * completed from the words beside it.
 */
#include "bounce/evaluate.h"

#include "base/scan.h"
#include "bounce/divide.h"
#include "bounce/feedback.h"
#include "bounce/header.h"
#include "bounce/human.h"
#include "bounce/notification.h"
#include "bounce/paragraph.h"
#include "bounce/status.h"
#include "bounce/system.h"
#include "bounce/transcript.h"
#include "mime/address.h"
#include "mime/line.h"
#include "mime/words.h"
#include "reply/forms.h"
#include "reply/relaxed.h"

/* How much of a subject is decoded to see what kind of message it heads. */
#define MAX_SUBJECT 512

/* One level of the message, with its words cut off from the returned message. */
typedef struct level {
    const bounce_message *message;
    bounce_header header;
    bounce_header returned;
    sst_span subject; /* decoded */
    char subject_room[MAX_SUBJECT];
    sst_span words;
    sst_span inline_message; /* that stood below the words */
    bounce_not_recipients others;
    bounce_findings *findings;
} level;

static sst_span address_field(const bounce_header *header, const char *name)
{
    return sst_mime_find_address(sst_bounce_field(header, name), NULL);
}

/* --- delivery status ------------------------------------------------------------------------ */

static bool needs_reason(const bounce_entry *entry)
{
    return entry->kind != SST_KIND_DELIVERED && entry->kind != SST_KIND_RELAYED &&
           entry->kind != SST_KIND_EXPANDED;
}

/* Whether words are only the first line of a reply of several, which is all that Sendmail gives in
 * a field: "554-mx.example.com". */
static bool is_first_line(sst_span words)
{
    if (words.len < 4 || words.ptr[3] != '-' || !ascii_is_digit(words.ptr[0]) ||
        !ascii_is_digit(words.ptr[1]) || !ascii_is_digit(words.ptr[2]))
        return false;
    for (size_t i = 4; i + 3 < words.len; i++) {
        if (memcmp(words.ptr + i, words.ptr, 3) == 0 && words.ptr[i + 3] == ' ')
            return false;
    }
    return true;
}

static bool needs_words(const bounce_entry *entry)
{
    return needs_reason(entry) && (entry->words.len == 0 || is_first_line(entry->words));
}

/* Whether it is an address with a local part and a domain, and no route ("@host:user@host"). */
static bool has_address(sst_span recipient)
{
    return recipient.len > 0 && recipient.ptr[0] != '@' &&
           memchr(recipient.ptr, '@', recipient.len);
}

/* Whether its domain has a dot: others only mean something to the host that wrote them. */
static bool has_domain(sst_span recipient)
{
    const char *at = has_address(recipient) ? memchr(recipient.ptr, '@', recipient.len) : NULL;
    return at && memchr(at, '.', (size_t)(recipient.ptr + recipient.len - at));
}

/* By the class of the status, where no action is given. */
static sst_kind kind_of_status(const bounce_entry *entry)
{
    switch (entry->status.status_class) {
    case 2:
        return SST_KIND_DELIVERED;
    case 4:
        return SST_KIND_DELAYED;
    default:
        return SST_KIND_FAILED;
    }
}

/* The recipient by what is known of it, where the final one is no address for others. */
static void settle_recipient(bounce_entry *entry)
{
    bool better = has_domain(entry->original_recipient) && !has_domain(entry->recipient);
    if (better || (!has_address(entry->recipient) && has_address(entry->original_recipient)))
        entry->recipient = entry->original_recipient;
}

/* Takes over for an entry what the words say of the same recipient. */
static void complete(bounce_entry *entry, const bounce_entry *said)
{
    if (!has_address(entry->recipient))
        entry->recipient = said->recipient;
    if (!needs_words(entry) || !said->words.ptr)
        return;
    entry->words = said->words;
    entry->conclusion = said->conclusion;
    entry->said = true;
    entry->command = said->command;
    if (!entry->remote.ptr)
        entry->remote = said->remote;
}

/*
 * What is only in the words takes a search of its own for each recipient, so that it is left in
 * reports on many.
 */
#define MAX_SOUGHT 8

/* Words, command and host for the first count entries where they lack them. */
static void complete_from_words(const level *l, sst_span words, size_t count)
{
    bounce_findings *f = l->findings;
    sst_span general = {NULL, 0};
    bool sought = false;
    sst_bounce_read_human(words, &l->others, f->anchors, &f->entries);
    bounce_entries said = {f->entries.at + count, f->entries.count - count, 0};
    for (size_t i = 0; i < count; i++) {
        bounce_entry *entry = &f->entries.at[i];
        if (count <= MAX_SOUGHT && is_first_line(entry->words))
            entry->words = sst_bounce_whole_reply(words, entry->words);
        const bounce_entry *same = sst_bounce_entry_for(&said, entry->recipient);
        if (!same && count == 1 && said.count == 1)
            same = &said.at[0];
        if (same)
            complete(entry, same);
        if (!needs_reason(entry) || entry->words.len > 0)
            continue;
        if (!sought)
            general = sst_bounce_general_words(words);
        sought = true;
        entry->words = general;
        entry->said = true;
    }
    f->entries.count = count;
}

/* Drops entries without a recipient or status, which other fields gave rise to. */
static void settle_entries(bounce_entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        bounce_entry *entry = &entries->at[i];
        settle_recipient(entry);
        if (!entry->recipient.ptr && entry->status.status_class == 0)
            continue;
        if (entry->kind == SST_KIND_NONE)
            entry->kind = kind_of_status(entry);
        entries->at[kept++] = *entry;
    }
    entries->count = kept;
}

/* Where bytes, two at least, stand first in a text; NULL where they do not. */
static const char *find_bytes(sst_span text, sst_span bytes)
{
    if (bytes.len < 2)
        return NULL;
    for (size_t at = 0; at < text.len; at++) {
        at += scan_find_pair(text.ptr + at, text.len - at, bytes.ptr[0], bytes.ptr[1]);
        if (bytes.len <= text.len - at && memcmp(text.ptr + at, bytes.ptr, bytes.len) == 0)
            return text.ptr + at;
    }
    return NULL;
}

/* Which command was refused stands only in the words ("in reply to RCPT TO command"). */
static void find_command(bounce_entry *entry, sst_span words)
{
    size_t len = entry->recipient.len;
    if (!needs_reason(entry) || entry->command != SST_COMMAND_NONE)
        return;
    const char *at = find_bytes(words, entry->recipient);
    const char *end = at ? words.ptr + words.len : NULL;
    if (!at || (size_t)(end - at) <= len)
        return;
    sst_span paragraph = {at + len, 0};
    for (const char *p = paragraph.ptr; p < end && (p[0] != '\n' || p + 1 == end || p[1] != '\n');
         p++)
        paragraph.len++;
    sst_forms_trailer(mime_trim(paragraph), &entry->command);
    if (entry->command != SST_COMMAND_NONE && entry->remote.ptr)
        return;
    sst_relaxed_surroundings(paragraph, &entry->command, &entry->remote);
}

static bool read_status(const level *l, sst_span status, sst_span words)
{
    bounce_entries *entries = &l->findings->entries;
    bool incomplete = false;
    sst_bounce_read_status(status, entries, &l->findings->envelope);
    settle_entries(entries);
    for (size_t i = 0; i < entries->count; i++)
        incomplete |= needs_words(&entries->at[i]) || !has_address(entries->at[i].recipient);
    if (incomplete && entries->count > 0)
        complete_from_words(l, words, entries->count);
    for (size_t i = 0; i < entries->count && entries->count <= MAX_SOUGHT; i++)
        find_command(&entries->at[i], words);
    return entries->count > 0;
}

/*
 * The fields of a delivery status may stand within the words: the structure was lost, or the system
 * never made one.
 */
static bool read_status_in_words(const level *l)
{
    static const char *const fields[] = {
        "Reporting-MTA:", "Final-Recipient:", "Original-Recipient:", NULL};
    sst_span rest = l->words;
    sst_span line;
    while (mime_next_line(&rest, &line)) {
        if (!phrase_begins_any(line, fields))
            continue;
        size_t before = (size_t)(line.ptr - l->words.ptr);
        return read_status(l, (sst_span){line.ptr, l->words.len - before},
                           (sst_span){l->words.ptr, before});
    }
    return false;
}

/* --- words ---------------------------------------------------------------------------------- */

/* Recipients that a header field names for sure. Their words are found as if the text named them.
 */
static void read_named(const level *l, sst_span named)
{
    bounce_entries *entries = &l->findings->entries;
    const char *end;
    for (;;) {
        sst_span address = sst_mime_find_address(named, &end);
        if (!address.ptr)
            break;
        bool known =
            sst_bounce_entry_for(entries, address) || sst_bounce_is_other(address, &l->others);
        bounce_entry *entry = known ? NULL : sst_bounce_add(entries, NULL);
        if (entry)
            entry->recipient = address;
        named = (sst_span){end, (size_t)(named.ptr + named.len - end)};
    }
    if (entries->count > 0)
        complete_from_words(l, l->words, entries->count);
}

/* The first address that the words mention and that may be a recipient's. */
static sst_span first_mentioned(const level *l)
{
    sst_span rest = l->words;
    sst_span line;
    while (mime_next_line(&rest, &line)) {
        bounce_anchor anchor = sst_bounce_anchor_in(line, &l->others);
        if (anchor.strength != ANCHOR_NONE)
            return anchor.address;
    }
    return (sst_span){NULL, 0};
}

static bool read_words(const level *l, const bounce_about *about)
{
    bounce_findings *f = l->findings;
    sst_span named = sst_bounce_field(&l->header, "X-Failed-Recipients");
    if (named.ptr)
        read_named(l, named);
    else
        sst_bounce_read_human(l->words, &l->others, f->anchors, &f->entries);
    if (f->entries.count == 0) /* who failed is only told by the returned message */
        read_named(l, sst_bounce_field(&l->returned, "To"));
    if (f->entries.count == 0) /* or, by list managers, in the subject */
        read_named(l, l->subject);
    if (f->entries.count == 0 && about->by_system && !l->inline_message.ptr)
        read_named(l, first_mentioned(l));
    for (size_t i = 0; i < f->entries.count; i++) {
        f->entries.at[i].kind = about->kind;
        f->entries.at[i].format = about->system ? about->system : "text";
    }
    return f->entries.count > 0;
}

/* --- other kinds ---------------------------------------------------------------------------- */

static bool add_plain(const level *l, sst_kind kind, const char *format, sst_span recipient)
{
    bounce_entry *entry = sst_bounce_add(&l->findings->entries, format);
    entry->kind = kind;
    entry->recipient = recipient;
    return true;
}

static bool read_feedback(const level *l)
{
    bounce_findings *f = l->findings;
    sst_bounce_read_feedback(l->message->feedback, &l->returned, &f->entries, &f->envelope);
    return f->entries.count > 0 ||
           add_plain(l, SST_KIND_COMPLAINT, "feedback", (sst_span){NULL, 0});
}

/* Dovecot's delivery agent sends its refusals as receipts: the mail was deleted, by the system. */
static bool is_refusal_as_receipt(sst_span receipt)
{
    sst_span disposition = sst_mime_find_field(receipt, "Disposition");
    return disposition.ptr && phrase_find(disposition, "automatic-action") &&
           phrase_find(disposition, "deleted");
}

static bool read_receipt(const level *l)
{
    sst_span recipient = sst_mime_find_field(l->message->receipt, "Final-Recipient");
    return add_plain(l, SST_KIND_AUTO_REPLY, "mdn", sst_mime_typed_address(recipient));
}

/* --- the whole ------------------------------------------------------------------------------ */

/* What the header fields of the report and of the returned message say of the mail. */
static void read_envelope(const level *l)
{
    bounce_envelope *envelope = &l->findings->envelope;
    if (!envelope->sender.ptr)
        envelope->sender = address_field(&l->returned, "Return-Path");
    if (!envelope->sender.ptr)
        envelope->sender = l->others.sender;
    if (!envelope->message_id.ptr)
        envelope->message_id = sst_bounce_field(&l->returned, "Message-ID");
    envelope->subject = sst_bounce_field(&l->returned, "Subject");
    sst_span date = sst_bounce_field(&l->header, "Date");
    if (date.ptr)
        envelope->time = date;
}

/* Whether the words for any recipient are a reply, or, from a system, have a meaning. */
static bool has_meaning(const bounce_entries *entries, bool by_system)
{
    for (size_t i = 0; i < entries->count && i < MAX_SOUGHT; i++) {
        bounce_worth worth;
        sst_bounce_best_paragraph(entries->at[i].words, &worth);
        if (worth >= (by_system ? WORTH_MEANING : WORTH_ENHANCED))
            return true;
    }
    return false;
}

/* The subject as it reads, or as it stands where it is not encoded. */
static void decode_subject(level *l, const mime_converter *converter)
{
    mime_buffer out = {l->subject_room, 0, sizeof l->subject_room, false};
    l->subject = sst_bounce_field(&l->header, "Subject");
    if (!l->subject.ptr || !phrase_find(l->subject, "=?"))
        return;
    sst_mime_decode_words(l->subject, converter, &out);
    l->subject = mime_written(&out);
}

/* Whether the level is a report of some kind; *looks: it looks like one. */
static bool evaluate(const level *l, const bounce_phrase_index *marks, bool *looks)
{
    const bounce_message *m = l->message;
    bounce_findings *f = l->findings;
    bounce_about about;
    if (m->feedback.ptr)
        return read_feedback(l);
    if ((m->status.ptr && read_status(l, m->status, l->words)) || read_status_in_words(l))
        return true;
    sst_bounce_recognise(marks, &l->header, l->subject, l->words, &about);
    if (m->receipt.ptr)
        return (is_refusal_as_receipt(m->receipt) && read_words(l, &about)) || read_receipt(l);
    if (sst_bounce_read_notification(l->words, &f->entries, &f->envelope))
        return true;
    f->entries.count = 0;
    if (about.is_report && read_words(l, &about))
        return true;
    bool is_auto_reply = sst_bounce_is_auto_reply(&l->header, l->subject);
    if (!is_auto_reply && !about.is_report && about.may_be_report && read_words(l, &about) &&
        has_meaning(&f->entries, about.by_system))
        return true;
    f->entries.count = 0;
    if (is_auto_reply)
        return add_plain(l, SST_KIND_AUTO_REPLY, "auto-reply", l->others.reporter);
    *looks |= about.is_report;
    return false;
}

bool sst_bounce_evaluate(const bounce_indexes *indexes, const mime_converter *converter,
                         const bounce_message *levels, size_t count, bounce_findings *findings)
{
    bool looks = false;
    level l;
    l.findings = findings;
    for (size_t i = 0; i < count && !looks; i++) {
        l.message = &levels[i];
        l.words = sst_bounce_divide(&indexes->dividers, levels[i].human, &l.inline_message);
        sst_bounce_index_header(&l.header, levels[i].header);
        sst_bounce_index_header(&l.returned,
                                levels[i].returned.ptr ? levels[i].returned : l.inline_message);
        decode_subject(&l, converter);
        l.others.sender = address_field(&l.header, "To");
        l.others.reporter = address_field(&l.header, "From");
        if (i == 0)
            findings->inline_message = l.inline_message.ptr ? l.inline_message : levels[i].returned;
        findings->entries.count = 0;
        findings->envelope = (bounce_envelope){0};
        if (evaluate(&l, &indexes->marks, &looks)) {
            read_envelope(&l);
            return true;
        }
    }
    findings->entries.count = 0;
    return !looks;
}
