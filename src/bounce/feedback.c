/* Complaints: feedback reports (RFC 5965 3), whose recipient many senders leave out or hide. */
#include "bounce/feedback.h"

#include "base/ascii.h"
#include "mime/address.h"
#include "mime/field.h"

static void add_complaint(sst_span recipient, bounce_entries *entries)
{
    if (recipient.len == 0 || sst_bounce_entry_for(entries, recipient))
        return;
    bounce_entry *entry = sst_bounce_add(entries, "feedback");
    if (!entry)
        return;
    entry->kind = SST_KIND_COMPLAINT;
    entry->recipient = recipient;
}

/* Every address in a header field. */
static void add_all(sst_span value, bounce_entries *entries)
{
    const char *end;
    for (;;) {
        sst_span address = sst_mime_find_address(value, &end);
        if (!address.ptr)
            return;
        add_complaint(address, entries);
        value = (sst_span){end, (size_t)(value.ptr + value.len - end)};
    }
}

void sst_bounce_read_feedback(sst_span feedback, const bounce_header *returned,
                              bounce_entries *entries, bounce_envelope *envelope)
{
    /* Where the fields name nobody, the returned message does, in one of these. */
    static const char *const recipient_fields[] = {"X-Original-To", "Delivered-To", "X-Envelope-To",
                                                   "Envelope-To", "To"};
    mime_field field;
    while (feedback.len > 0) {
        if (!sst_mime_next_field(&feedback, &field))
            continue;
        if (span_is(field.name, "Original-Rcpt-To", true) ||
            span_is(field.name, "Removal-Recipient", true))
            add_all(field.value, entries);
        else if (span_is(field.name, "Original-Mail-From", true))
            envelope->sender = sst_mime_typed_address(field.value);
        else if (span_is(field.name, "Reporting-MTA", true))
            envelope->reporter = sst_mime_typed_address(field.value);
        else if (span_is(field.name, "Arrival-Date", true) ||
                 span_is(field.name, "Received-Date", true))
            envelope->time = field.value;
    }
    for (size_t i = 0; i < sizeof recipient_fields / sizeof recipient_fields[0]; i++) {
        if (entries->count > 0)
            return;
        add_all(sst_bounce_field(returned, recipient_fields[i]), entries);
    }
}
