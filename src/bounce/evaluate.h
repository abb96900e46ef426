/* Which kind of report a message is, and what each kind finds in it. */
#ifndef BOUNCE_EVALUATE_H
#define BOUNCE_EVALUATE_H

#include "bounce/anchor.h"
#include "bounce/entry.h"
#include "bounce/phrase.h"

/* The tables of known words, indexed once for each reader. */
typedef struct bounce_indexes {
    bounce_phrase_index marks;
    bounce_phrase_index dividers;
} bounce_indexes;

typedef struct bounce_findings {
    bounce_entries entries;
    bounce_envelope envelope;
    bounce_anchor *anchors;  /* room for SST_MAX_BOUNCE_RECIPIENTS */
    sst_span inline_message; /* the message that stands in the words of the outermost one */
    bool not_a_report;
} bounce_findings;

/*
 * Evaluates the levels of a message, the outermost first, until one is a report. Returns false
 * where a message looks like a report and names no recipient.
 */
bool sst_bounce_evaluate(const bounce_indexes *indexes, const mime_converter *converter,
                         const bounce_message *levels, size_t count, bounce_findings *findings);

#endif
