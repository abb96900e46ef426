/* The phrases that a scan met in a text. */
#ifndef SST_VERDICT_HITS_H
#define SST_VERDICT_HITS_H

#include "rules/ruleset.h"

/* How many phrases have their place kept. More than this in one text is rare: then a place that is
 * wanted is found by a second scan. */
enum { SST_MAX_PLACES = 48, SST_MAX_WAITS = 8 };

typedef struct sst_hit {
    uint32_t end;    /* offset behind the phrase in the text */
    uint32_t output; /* phrase | SST_OUT_... */
    uint32_t first_rule;
} sst_hit;

/*
 * The phrases met in a text. A word of the bitmap holds something only where its bit of the summary
 * is set, so that nothing but the summary need be cleared.
 */
typedef struct sst_hits {
    const unsigned char *text;
    size_t len;
    sst_span recipient;
    uint64_t summary[SST_MAX_PHRASES / 64 / 64];
    uint64_t words[SST_MAX_PHRASES / 64];
    bool only_marks;     /* no more is wanted than what gives a provider away */
    uint32_t count;      /* of different phrases; places are kept of the first SST_MAX_PLACES */
    uint32_t first_rule; /* of those that hang on phrases that were met; none: SST_MAX_RULES */
    uint32_t flags;      /* SST_OUT_..., of all phrases that were met */
    uint32_t wait_count;
    sst_hit places[SST_MAX_PLACES];
    sst_hit waits[SST_MAX_WAITS]; /* phrases about waiting, each time one was met */
    bool addresses_known;         /* where e-mail addresses are was looked up: */
    size_t first_address;         /* the start of the first, */
    size_t last_address;          /* and the end of the last one */
    size_t last_quoted;           /* the end of the last word with a quote or bracket */
    size_t token_start;           /* between these: the run of non-blanks looked at last, */
    size_t token_end;
    bool token_is_address; /* and whether it is an e-mail address */
} sst_hits;

static inline bool sst_hits_have(const sst_hits *hits, unsigned phrase)
{
    unsigned word = phrase / 64;
    return (hits->summary[word / 64] >> word % 64 & 1) && (hits->words[word] >> phrase % 64 & 1);
}

/* Makes hits ready for a text, of which at most SST_MAX_VERDICT_TEXT bytes are looked at. */
void sst_hits_init(sst_hits *hits, sst_span text, sst_span recipient);

/* Takes the phrases that the automaton found to end behind the byte before `end`. */
void sst_hits_take(const sst_ruleset *set, sst_hits *hits, uint32_t cell, size_t end);

/* Where a phrase of a length begins that ends before `end`: back over it, runs of blanks as one. */
size_t sst_hits_start(const sst_hits *hits, size_t end, size_t length);

/* Where the first occurrence of a phrase that was met ends. */
size_t sst_hits_end(const sst_ruleset *set, const sst_hits *hits, unsigned phrase);

#endif
