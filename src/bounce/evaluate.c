/*
 * Evaluating a message: complaint, delivery status, read receipt, report in words, auto-reply, in
 * this order; the first that finds something decides. A machine-readable report is completed from
 * the words beside it.
 */
#include "bounce/evaluate.h"

#include "bounce/divide.h"
#include "bounce/feedback.h"
#include "bounce/human.h"
#include "bounce/notification.h"
#include "bounce/phrase.h"
#include "bounce/status.h"
#include "bounce/system.h"
#include "mime/address.h"
#include "mime/field.h"
#include "mime/line.h"

/* One level of the message, with its words cut off from the returned message. */
typedef struct level {
    bounce_message *message;
    sst_span words;
    bounce_not_recipients others;
} level;

static sst_span address_field(sst_span header, const char *name)
{
    return sst_mime_find_address(sst_mime_find_field(header, name), NULL);
}

/* --- delivery status ------------------------------------------------------------------------ */

static bool needs_words(const bounce_entry *entry)
{
    return entry->kind != SST_KIND_DELIVERED && entry->kind != SST_KIND_RELAYED &&
           entry->kind != SST_KIND_EXPANDED && entry->words.len == 0;
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

/* The recipient by what is known of it, where the final one is no address. */
static void settle_recipient(bounce_entry *entry)
{
    bool better = has_domain(entry->original_recipient) && !has_domain(entry->recipient);
    if (better || (!has_address(entry->recipient) && has_address(entry->original_recipient)))
        entry->recipient = entry->original_recipient;
}

/* Words, command and host for entries that lack them, from what is said in words. */
static void complete_from_words(const level *l, bounce_findings *f, size_t count)
{
    sst_bounce_read_human(l->words, &l->others, f->anchors, &f->entries);
    bounce_entries said = {f->entries.at + count, f->entries.count - count, 0, false};
    for (size_t i = 0; i < count; i++) {
        bounce_entry *entry = &f->entries.at[i];
        const bounce_entry *same = sst_bounce_entry_for(&said, entry->recipient);
        if (!same && count == 1 && said.count == 1)
            same = &said.at[0];
        if (same && !has_address(entry->recipient))
            entry->recipient = same->recipient;
        if (!same || !needs_words(entry))
            continue;
        entry->words = same->words;
        entry->said = true;
        entry->command = same->command;
        if (!entry->remote.ptr)
            entry->remote = same->remote;
    }
    f->entries.count = count;
    sst_span general = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        bounce_entry *entry = &f->entries.at[i];
        if (!needs_words(entry))
            continue;
        if (!general.ptr)
            general = sst_bounce_general_words(l->words);
        entry->words = general;
        entry->said = true;
    }
}

static bool read_status(const level *l, sst_span status, bounce_findings *f)
{
    bool incomplete = false;
    sst_bounce_read_status(status, &f->entries, &f->envelope);
    size_t kept = 0;
    for (size_t i = 0; i < f->entries.count; i++) {
        bounce_entry *entry = &f->entries.at[i];
        settle_recipient(entry);
        if (!entry->recipient.ptr && entry->status.status_class == 0)
            continue;
        if (entry->kind == SST_KIND_NONE)
            entry->kind = kind_of_status(entry);
        incomplete |= needs_words(entry) || !has_address(entry->recipient);
        f->entries.at[kept++] = *entry;
    }
    f->entries.count = kept;
    if (incomplete)
        complete_from_words(l, f, kept);
    return kept > 0;
}

/*
 * The fields of a delivery status within the words: the structure was lost, or the system never
 * made one. Absent where there are none.
 */
static sst_span status_in_words(sst_span words)
{
    static const char *const fields[] = {
        "Reporting-MTA:", "Final-Recipient:", "Original-Recipient:", NULL};
    sst_span rest = words;
    sst_span line;
    while (mime_next_line(&rest, &line)) {
        if (phrase_begins_any(line, fields))
            return (sst_span){line.ptr, (size_t)(words.ptr + words.len - line.ptr)};
    }
    return (sst_span){NULL, 0};
}

static bool read_status_in_words(const level *l, bounce_findings *f)
{
    level before = *l;
    sst_span status = status_in_words(l->words);
    if (!status.ptr)
        return false;
    before.words.len = (size_t)(status.ptr - l->words.ptr);
    return read_status(&before, status, f);
}

/* --- words ---------------------------------------------------------------------------------- */

/* The addresses of a header field, as entries without words. */
static void add_addresses(sst_span value, bounce_entries *entries)
{
    const char *end;
    for (;;) {
        sst_span address = sst_mime_find_address(value, &end);
        if (!address.ptr)
            return;
        bounce_entry *entry =
            sst_bounce_entry_for(entries, address) ? NULL : sst_bounce_add(entries, NULL);
        if (entry)
            entry->recipient = address;
        value = (sst_span){end, (size_t)(value.ptr + value.len - end)};
    }
}

/* Recipients that the header names for sure. Their words are found as if the text named them. */
static void read_named(const level *l, sst_span named, bounce_findings *f)
{
    add_addresses(named, &f->entries);
    size_t count = f->entries.count;
    for (size_t i = 0; i < count; i++)
        f->entries.at[i].kind = SST_KIND_FAILED;
    complete_from_words(l, f, count);
}

static bool read_words(const level *l, bounce_findings *f)
{
    const bounce_message *m = l->message;
    const char *system = sst_bounce_system_of(m, l->words);
    sst_span named = sst_mime_find_field(m->header, "X-Failed-Recipients");
    if (named.ptr)
        read_named(l, named, f);
    else
        sst_bounce_read_human(l->words, &l->others, f->anchors, &f->entries);
    if (f->entries.count == 0) /* who failed is only told by the returned message */
        read_named(l, sst_mime_find_field(m->returned, "To"), f);
    bool delay = sst_bounce_is_delay(m, l->words);
    for (size_t i = 0; i < f->entries.count; i++) {
        f->entries.at[i].kind = delay ? SST_KIND_DELAYED : SST_KIND_FAILED;
        f->entries.at[i].format = system ? system : "text";
    }
    return f->entries.count > 0;
}

/* --- other kinds ---------------------------------------------------------------------------- */

static void add_plain(sst_kind kind, const char *format, sst_span recipient, bounce_findings *f)
{
    bounce_entry *entry = sst_bounce_add(&f->entries, format);
    entry->kind = kind;
    entry->recipient = recipient;
}

static bool read_feedback(const level *l, bounce_findings *f)
{
    const bounce_message *m = l->message;
    sst_bounce_read_feedback(m->feedback, m->returned, &f->entries, &f->envelope);
    if (f->entries.count == 0)
        add_plain(SST_KIND_COMPLAINT, "feedback", (sst_span){NULL, 0}, f);
    return true;
}

static bool read_receipt(const level *l, bounce_findings *f)
{
    sst_span recipient = sst_mime_find_field(l->message->receipt, "Final-Recipient");
    add_plain(SST_KIND_AUTO_REPLY, "mdn", sst_mime_typed_address(recipient), f);
    return true;
}

static bool read_auto_reply(const level *l, bounce_findings *f)
{
    add_plain(SST_KIND_AUTO_REPLY, "auto-reply", address_field(l->message->header, "From"), f);
    return true;
}

/* --- the whole ------------------------------------------------------------------------------ */

/* What the header fields of the report and of the returned message say of the mail. */
static void read_envelope(const bounce_message *m, bounce_envelope *envelope)
{
    if (!envelope->sender.ptr)
        envelope->sender = address_field(m->returned, "Return-Path");
    if (!envelope->sender.ptr && m->header.len > 0)
        envelope->sender = address_field(m->header, "To");
    if (!envelope->message_id.ptr)
        envelope->message_id = sst_mime_find_field(m->returned, "Message-ID");
    envelope->subject = sst_mime_find_field(m->returned, "Subject");
    sst_span date = sst_mime_find_field(m->header, "Date");
    if (date.ptr)
        envelope->time = date;
}

/* Whether the level is a report of some kind; *looks: it looks like one. */
static bool evaluate(const level *l, bounce_findings *f, bool *looks)
{
    const bounce_message *m = l->message;
    if (m->feedback.ptr)
        return read_feedback(l, f);
    if (m->status.ptr && read_status(l, m->status, f))
        return true;
    if (read_status_in_words(l, f))
        return true;
    f->entries.count = 0;
    if (m->receipt.ptr)
        return read_receipt(l, f);
    if (sst_bounce_read_notification(l->words, &f->entries, &f->envelope))
        return true;
    f->entries.count = 0;
    bool report = sst_bounce_is_report(m, l->words);
    if (report && read_words(l, f))
        return true;
    if (sst_bounce_is_auto_reply(m))
        return read_auto_reply(l, f);
    *looks |= report;
    return false;
}

bool sst_bounce_evaluate(bounce_message *levels, size_t count, bounce_findings *findings)
{
    bool looks = false;
    for (size_t i = 0; i < count; i++) {
        sst_span returned;
        bounce_message *m = &levels[i];
        level l = {m, sst_bounce_divide(m->human, &returned), {{NULL, 0}, {NULL, 0}}};
        if (!m->returned.ptr)
            m->returned = returned;
        l.others.sender = address_field(m->header, "To");
        l.others.reporter = address_field(m->header, "From");
        if (i == 0)
            findings->inline_message = returned;
        findings->entries.count = 0;
        findings->envelope = (bounce_envelope){0};
        findings->not_a_report = false;
        if (evaluate(&l, findings, &looks)) {
            read_envelope(m, &findings->envelope);
            return true;
        }
        if (looks)
            break;
    }
    findings->entries.count = 0;
    findings->not_a_report = !looks;
    return !looks;
}
