/*
 * Anchors: the places in a report's words where a failed recipient is named. Whatever the system,
 * these are of few forms: a line of its own or the start of a line, a labelled value, a command in
 * a transcript, an address within a sentence.
 */
#ifndef BOUNCE_ANCHOR_H
#define BOUNCE_ANCHOR_H

#include <stdbool.h>

#include <smtpstatus/base.h>

/* How sure it is that the address is a recipient, weakest first. */
typedef enum anchor_strength {
    ANCHOR_NONE,
    ANCHOR_MENTIONED, /* within a sentence */
    ANCHOR_COMMAND,   /* in a transcript: RCPT TO:<address> */
    ANCHOR_SENTENCE,  /* within a sentence, or behind a label, that speaks of delivery */
    ANCHOR_LINE       /* at the start of a line, or behind a label that names recipients */
} anchor_strength;

typedef struct bounce_anchor {
    anchor_strength strength;
    sst_span address;
    const char *line; /* where its line begins */
    const char *rest; /* behind the address, on the same line or at its end */
} bounce_anchor;

/* What addresses are not to be taken for recipients. */
typedef struct bounce_not_recipients {
    sst_span sender;   /* to whom the report was sent */
    sst_span reporter; /* from whom it came */
} bounce_not_recipients;

/* Whether an address is one of these. */
bool sst_bounce_is_other(sst_span address, const bounce_not_recipients *not_recipients);

/* The anchor in a line, or one of strength ANCHOR_NONE. */
bounce_anchor sst_bounce_anchor_in(sst_span line, const bounce_not_recipients *not_recipients);

#endif
