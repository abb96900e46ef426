/*
 * What a scan keeps: which phrases were met, and where. What the automaton does not know is looked
 * at here, where a phrase ends: the byte behind it, and whether it lies inside an e-mail address.
 */
#include "verdict/hits.h"

#include <string.h>

#include <smtpstatus/verdict.h>

#include "base/ascii.h"
#include "verdict/scan.h"

void sst_hits_init(sst_hits *hits, sst_span text, sst_span recipient)
{
    hits->text = (const unsigned char *)text.ptr;
    hits->len = text.len < SST_MAX_VERDICT_TEXT ? text.len : SST_MAX_VERDICT_TEXT;
    hits->recipient = recipient;
    memset(hits->summary, 0, sizeof hits->summary);
    hits->count = 0;
    hits->wait_count = 0;
    hits->token_start = 0;
    hits->token_end = 0;
    hits->token_is_address = false;
}

/* Whether a token, quotes and brackets taken off, is the recipient's local part. */
static bool is_local_part(const sst_hits *hits, size_t start, size_t end)
{
    const char *at =
        hits->recipient.len ? memchr(hits->recipient.ptr, '@', hits->recipient.len) : NULL;
    size_t len = at ? (size_t)(at - hits->recipient.ptr) : hits->recipient.len;
    const char *text = (const char *)hits->text;
    size_t open = start;
    while (open < end && memchr("<\"'", text[open], 3))
        open++;
    return len > 0 && open > start && end - open > len && !ascii_is_alnum(text[open + len]) &&
           ascii_equal_fold(text + open, hits->recipient.ptr, len);
}

/* Whether the byte before `end` lies in an e-mail address. The answer is kept for the token. */
static bool in_address(sst_hits *hits, size_t end)
{
    if (end <= hits->token_end && end > hits->token_start)
        return hits->token_is_address;
    const unsigned char *text = hits->text;
    size_t start = end - 1;
    while (start > 0 && !ascii_is_space((char)text[start - 1]))
        start--;
    while (end < hits->len && !ascii_is_space((char)text[end]))
        end++;
    hits->token_start = start;
    hits->token_end = end;
    hits->token_is_address =
        memchr(text + start, '@', end - start) != NULL || is_local_part(hits, start, end);
    return hits->token_is_address;
}

static bool goes_before(const sst_hit *a, const sst_hit *b)
{
    return a->end != b->end ? a->end < b->end : a->phrase < b->phrase;
}

/* Keeps the first phrases about waiting, in the order of the text, whatever order they come in. */
static void add_wait(sst_hits *hits, sst_hit hit)
{
    size_t i = hits->wait_count;
    while (i > 0 && goes_before(&hit, &hits->waits[i - 1]))
        i--;
    if (i == SST_MAX_WAITS || (i > 0 && !goes_before(&hits->waits[i - 1], &hit)))
        return;
    hits->wait_count += hits->wait_count < SST_MAX_WAITS;
    memmove(&hits->waits[i + 1], &hits->waits[i], (hits->wait_count - 1 - i) * sizeof hit);
    hits->waits[i] = hit;
}

/* A phrase that was met before: its first place counts. */
static void add_again(sst_hits *hits, sst_hit hit)
{
    size_t kept = hits->count < SST_MAX_PLACES ? hits->count : SST_MAX_PLACES;
    for (size_t i = 0; i < kept; i++) {
        if (hits->places[i].phrase == hit.phrase && hits->places[i].end > hit.end)
            hits->places[i] = hit;
    }
}

static void add_hit(sst_hits *hits, unsigned number, size_t end)
{
    unsigned word = number / 64;
    uint64_t summary_bit = (uint64_t)1 << word % 64;
    uint64_t bit = (uint64_t)1 << number % 64;
    sst_hit hit = {(uint32_t)end, (uint16_t)number};
    if (!(hits->summary[word / 64] & summary_bit)) {
        hits->summary[word / 64] |= summary_bit;
        hits->words[word] = 0;
    }
    if (hits->words[word] & bit) {
        add_again(hits, hit);
        return;
    }
    hits->words[word] |= bit;
    if (hits->count < SST_MAX_PLACES)
        hits->places[hits->count] = hit;
    hits->count++;
}

void sst_hits_take(const sst_ruleset *set, sst_hits *hits, uint32_t cell, size_t end)
{
    const sst_automaton *a = &set->automaton;
    const uint16_t *output = a->outputs + SST_CELL_STATE(a->cells[SST_CELL_STATE(cell) + a->out]);
    for (bool more = true; more; output++) {
        unsigned number = *output & ~SST_LAST;
        const sst_ruleset_phrase *phrase = &set->phrases[number];
        more = !(*output & SST_LAST);
        if ((phrase->flags & SST_PHRASE_ENDS_WORD) && end < hits->len &&
            ascii_is_alnum((char)hits->text[end]))
            continue;
        if ((phrase->flags & SST_PHRASE_IS_WORD) && in_address(hits, end))
            continue;
        sst_hit wait = {(uint32_t)end, (uint16_t)number};
        if (phrase->wait)
            add_wait(hits, wait);
        add_hit(hits, number, end);
    }
}

size_t sst_hits_start(const sst_hits *hits, size_t end, size_t length)
{
    const unsigned char *text = hits->text;
    size_t at = end;
    for (; length > 0 && at > 0; length--) {
        bool blank = ascii_is_space((char)text[--at]);
        while (blank && at > 0 && ascii_is_space((char)text[at - 1]))
            at--;
    }
    return at;
}

/* The place of a phrase that was met when no more places were kept. */
static size_t find_again(const sst_ruleset *set, const sst_hits *hits, unsigned phrase)
{
    sst_hits again;
    sst_span text = {(const char *)hits->text, hits->len};
    sst_hits_init(&again, text, hits->recipient);
    /* Every other phrase counts as met, so that only this one's place is noted. */
    memset(again.summary, 0xff, sizeof again.summary);
    memset(again.words, 0xff, sizeof again.words);
    again.words[phrase / 64] &= ~((uint64_t)1 << phrase % 64);
    sst_scan scan;
    sst_scan_start(set, &again, &scan);
    sst_scan_run(set, &scan);
    return again.places[0].end;
}

void sst_hits_place(const sst_ruleset *set, const sst_hits *hits, unsigned phrase, size_t *start,
                    size_t *end)
{
    size_t kept = hits->count < SST_MAX_PLACES ? hits->count : SST_MAX_PLACES;
    size_t i = 0;
    while (i < kept && hits->places[i].phrase != phrase)
        i++;
    *end = i < kept ? hits->places[i].end : find_again(set, hits, phrase);
    *start = sst_hits_start(hits, *end, set->phrases[phrase].length);
}
