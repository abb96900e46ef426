/* Bounces in no standard form: recipients and reasons from a report's own words. */
#ifndef BOUNCE_HUMAN_H
#define BOUNCE_HUMAN_H

#include "bounce/anchor.h"
#include "bounce/entry.h"

/*
 * Finds the recipients that words (without the returned message) name as failed, and for each what
 * is said of it. anchors is room for as many as entries may have. Adds nothing where the words name
 * nobody.
 */
void sst_bounce_read_human(sst_span words, const bounce_not_recipients *not_recipients,
                           bounce_anchor *anchors, bounce_entries *entries);

/*
 * What a report says where no recipient is named beside it: the transcript's last refusal, else
 * the first paragraph that holds a reply, else the first that has a meaning. Absent where none has.
 */
sst_span sst_bounce_general_words(sst_span words);

#endif
