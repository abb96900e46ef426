/* Which paragraph of a report says why: the one that holds a reply, else one that has a meaning. */
#ifndef BOUNCE_PARAGRAPH_H
#define BOUNCE_PARAGRAPH_H

#include <stdbool.h>

#include <smtpstatus/base.h>

/* How much a paragraph says, least first. */
typedef enum bounce_worth {
    WORTH_NOTHING,
    WORTH_RULE,         /* a line of dashes */
    WORTH_INTRODUCTION, /* "because:" */
    WORTH_WORDS,
    WORTH_MEANING, /* words that a rule knows */
    WORTH_ENHANCED,
    WORTH_REPLY /* a reply with its code */
} bounce_worth;

/*
 * The paragraph of the greatest worth among the first few of a text, the first of its kind. Where a
 * reply begins with a line of its own, the paragraph begins there. Absent, and WORTH_NOTHING, where
 * the text has none.
 */
sst_span sst_bounce_best_paragraph(sst_span text, bounce_worth *worth);

/* Whether a rule knows words, whatever their code. */
bool sst_bounce_has_meaning(sst_span words);

/* WORTH_REPLY or WORTH_ENHANCED where text begins with a refusal or introduces one, else
 * WORTH_NOTHING. */
bounce_worth sst_bounce_reply_worth(sst_span text);

#endif
