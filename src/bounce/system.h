/* Which mail system wrote a report, by its own marks; and what kind of message it is at all. */
#ifndef BOUNCE_SYSTEM_H
#define BOUNCE_SYSTEM_H

#include <smtpstatus/vocabulary.h>

#include "bounce/header.h"
#include "bounce/phrase.h"

typedef struct bounce_about {
    const char *system; /* identifier, as "exim"; NULL where no mark is known */
    bool is_report;     /* it looks like a report on a delivery */
    bool may_be_report; /* it does in one respect: what it says must decide */
    bool by_system;     /* it comes from an address that mail systems use */
    sst_kind kind;      /* what the report says happened, where it is one in words */
} bounce_about;

/*
 * What a message is, by its header, its subject decoded, and its words (without the returned
 * message).
 */
void sst_bounce_recognise(const bounce_phrase_index *index, const bounce_header *header,
                          sst_span subject, sst_span words, bounce_about *about);

/* Whether a message is an automatic reply of a person's (RFC 3834), marked as such or not. */
bool sst_bounce_is_auto_reply(const bounce_header *header, sst_span subject);

#endif
