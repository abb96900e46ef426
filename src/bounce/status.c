/*
 * Delivery status notifications (RFC 3464 2.2 and 2.3, RFC 6533 for addresses beyond ASCII). Every
 * field leads to its place by one table; the form of the values is what systems write, not only
 * what the RFC allows.
 */
#include "bounce/status.h"

#include "bounce/phrase.h"
#include "mime/address.h"
#include "mime/field.h"
#include "mime/line.h"

/* Which field it is. Those of the message come first. */
typedef enum status_field {
    FIELD_REPORTING_MTA,
    FIELD_ARRIVAL_DATE,
    FIELD_QUEUE_ID,
    FIELD_SENDER,
    FIELD_MESSAGE_ID,
    FIELD_LAST_OF_MESSAGE = FIELD_MESSAGE_ID,
    FIELD_FINAL_RECIPIENT,
    FIELD_ORIGINAL_RECIPIENT,
    FIELD_ACTUAL_RECIPIENT,
    FIELD_ACTION,
    FIELD_STATUS,
    FIELD_REMOTE_MTA,
    FIELD_DIAGNOSTIC,
    FIELD_LAST_ATTEMPT,
    FIELD_WILL_RETRY,
    FIELD_NONE
} status_field;

#define FIELD(name, field)                                                                         \
    {                                                                                              \
        name, sizeof(name) - 1, field                                                              \
    }

static const struct {
    const char *name;
    size_t len;
    status_field field;
} fields[] = {
    FIELD("Reporting-MTA", FIELD_REPORTING_MTA),
    FIELD("Arrival-Date", FIELD_ARRIVAL_DATE),
    FIELD("X-Postfix-Queue-ID", FIELD_QUEUE_ID),
    FIELD("X-Postfix-Sender", FIELD_SENDER),
    FIELD("X-Sender", FIELD_SENDER),
    FIELD("X-Original-Message-ID", FIELD_MESSAGE_ID), /* Gmail */
    FIELD("Final-Recipient", FIELD_FINAL_RECIPIENT),
    FIELD("Original-Recipient", FIELD_ORIGINAL_RECIPIENT),
    FIELD("X-Actual-Recipient", FIELD_ACTUAL_RECIPIENT), /* Sendmail, Domino */
    FIELD("Action", FIELD_ACTION),
    FIELD("Status", FIELD_STATUS),
    FIELD("Remote-MTA", FIELD_REMOTE_MTA),
    FIELD("Received-From-MTA", FIELD_NONE),
    FIELD("Diagnostic-Code", FIELD_DIAGNOSTIC),
    FIELD("X-Supplementary-Info", FIELD_DIAGNOSTIC), /* PowerMTA, Exchange: the reply itself */
    FIELD("X-Display-Name", FIELD_NONE),
    FIELD("Last-Attempt-Date", FIELD_LAST_ATTEMPT),
    FIELD("Will-Retry-Until", FIELD_WILL_RETRY),
};

static status_field field_of(sst_span name)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (name.len == fields[i].len && ascii_equal_fold(name.ptr, fields[i].name, name.len))
            return fields[i].field;
    }
    return FIELD_NONE;
}

static const struct {
    const char *word;
    sst_kind kind;
} actions[] = {
    {"failed", SST_KIND_FAILED},       {"failure", SST_KIND_FAILED},
    {"fail", SST_KIND_FAILED},         {"error", SST_KIND_FAILED},
    {"hard-fail", SST_KIND_FAILED},    {"delayed", SST_KIND_DELAYED},
    {"delay", SST_KIND_DELAYED},       {"deferred", SST_KIND_DELAYED},
    {"delivered", SST_KIND_DELIVERED}, {"deliverable", SST_KIND_DELIVERED},
    {"relayed", SST_KIND_RELAYED},     {"expanded", SST_KIND_EXPANDED},
};

/* The action's first word; comments and more may follow ("failed (to mailbox)"). */
static sst_kind kind_of(sst_span value)
{
    size_t len = 0;
    while (len < value.len && (ascii_is_alpha(value.ptr[len]) || value.ptr[len] == '-'))
        len++;
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (span_is((sst_span){value.ptr, len}, actions[i].word, true))
            return actions[i].kind;
    }
    return SST_KIND_NONE;
}

/* The first enhanced code in a value such as "5.1.1 (bad destination)" or "SMTP; 5.1.1". */
static sst_enhanced status_of(sst_span value)
{
    sst_enhanced status = {0, 0, 0};
    for (size_t i = 0; i < value.len; i++) {
        bool at_start = i == 0 || !(ascii_is_alnum(value.ptr[i - 1]) || value.ptr[i - 1] == '.');
        if (at_start && sst_enhanced_parse(value.ptr + i, value.len - i, &status) > 0)
            break;
    }
    return status;
}

/* The name in "dns; mx.example.com [192.0.2.1]" or "dns;[192.0.2.1]". */
static sst_span host_of(sst_span value)
{
    const char *type = memchr(value.ptr, ';', value.len);
    if (type)
        value = (sst_span){type + 1, (size_t)(value.ptr + value.len - type - 1)};
    value = mime_trim(value);
    size_t len = 0;
    while (len < value.len && !ascii_is_space(value.ptr[len]) && value.ptr[len] != '(')
        len++;
    return (sst_span){value.ptr, len};
}

/* The words of a diagnostic (RFC 3464 2.3.6), behind the type, whatever it is: "smtp; 550 ...". */
static sst_span words_of(sst_span value)
{
    size_t i = 0;
    while (i < value.len && (ascii_is_alnum(value.ptr[i]) || value.ptr[i] == '-'))
        i++;
    size_t type = i;
    while (i < value.len && ascii_is_space(value.ptr[i]))
        i++;
    if (type == 0 || i == value.len || value.ptr[i] != ';')
        return value;
    return mime_trim((sst_span){value.ptr + i + 1, value.len - i - 1});
}

/* Whether a diagnostic says anything: "X-Unix; 77" only gives a program's exit status. */
static bool says_anything(sst_span value, sst_span words)
{
    bool smtp = phrase_begins(value, "smtp") || phrase_begins(value, "lmtp");
    for (size_t i = 0; i < words.len; i++) {
        if (!ascii_is_digit(words.ptr[i]) && !ascii_is_space(words.ptr[i]))
            return true;
    }
    return smtp && words.len > 0;
}

/* One block in progress: which fields it has had, and its entry. */
typedef struct block {
    uint32_t had;
    bounce_entry *entry;
} block;

static bool is_repeated(const block *b, status_field field)
{
    return field > FIELD_LAST_OF_MESSAGE && (b->had & UINT32_C(1) << field) != 0;
}

static void take_message_field(status_field field, sst_span value, bounce_envelope *envelope)
{
    switch (field) {
    case FIELD_REPORTING_MTA:
        envelope->reporter = host_of(value);
        break;
    case FIELD_ARRIVAL_DATE:
        envelope->time = value;
        break;
    case FIELD_QUEUE_ID:
        envelope->queue_id = value;
        break;
    case FIELD_MESSAGE_ID:
        envelope->message_id = value;
        break;
    default:
        envelope->sender = sst_mime_typed_address(value);
        break;
    }
}

static void take_recipient_field(status_field field, sst_span value, bounce_entry *entry)
{
    switch (field) {
    case FIELD_FINAL_RECIPIENT:
        entry->recipient = sst_mime_typed_address(value);
        break;
    case FIELD_ORIGINAL_RECIPIENT:
        entry->original_recipient = sst_mime_typed_address(value);
        break;
    case FIELD_ACTUAL_RECIPIENT:
        if (!entry->recipient.ptr || !memchr(entry->recipient.ptr, '@', entry->recipient.len))
            entry->recipient = sst_mime_typed_address(value);
        break;
    case FIELD_ACTION:
        entry->kind = kind_of(value);
        break;
    case FIELD_STATUS:
        entry->status = status_of(value);
        break;
    case FIELD_REMOTE_MTA:
        entry->remote = host_of(value);
        break;
    case FIELD_DIAGNOSTIC:
        if (says_anything(value, words_of(value)))
            entry->words = words_of(value);
        break;
    case FIELD_LAST_ATTEMPT:
        entry->time = value;
        break;
    default:
        break;
    }
}

/* The entry that a field belongs to: a new one where the block's has that field already. */
static void take_field(status_field field, sst_span value, block *b, bounce_entries *entries)
{
    if (!b->entry || is_repeated(b, field)) {
        b->entry = sst_bounce_add(entries, "dsn");
        b->had = 0;
    }
    if (!b->entry)
        return;
    b->had |= UINT32_C(1) << field;
    take_recipient_field(field, value, b->entry);
}

void sst_bounce_read_status(sst_span status, bounce_entries *entries, bounce_envelope *envelope)
{
    block b = {0, NULL};
    mime_field field;
    while (status.len > 0) {
        if (!sst_mime_next_field(&status, &field)) {
            /* An empty line ends a block that has its recipient. */
            if (b.entry && b.entry->recipient.ptr)
                b.entry = NULL;
            continue;
        }
        status_field which = field_of(field.name);
        if (which == FIELD_NONE)
            continue;
        if (which <= FIELD_LAST_OF_MESSAGE)
            take_message_field(which, field.value, envelope);
        else
            take_field(which, field.value, &b, entries);
    }
}
