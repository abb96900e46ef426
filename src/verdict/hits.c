/*
 * What a scan keeps: which phrases were met, and where. What the automaton does not know is looked
 * at here, where a phrase ends: the byte behind it, and whether it lies inside an e-mail address.
 */
#include "verdict/hits.h"

#include <string.h>

#include <smtpstatus/verdict.h>

#include "base/ascii.h"
#include "base/scan.h"
#include "verdict/scan.h"

void sst_hits_init(sst_hits *hits, sst_span text, sst_span recipient)
{
    static const char nothing[] = "";
    hits->text = (const unsigned char *)(text.ptr ? text.ptr : nothing);
    hits->len = text.ptr ? text.len : 0;
    if (hits->len > SST_MAX_VERDICT_TEXT)
        hits->len = SST_MAX_VERDICT_TEXT;
    hits->recipient = recipient;
    memset(hits->summary, 0, sizeof hits->summary);
    hits->only_marks = false;
    hits->count = 0;
    hits->first_rule = SST_MAX_RULES;
    hits->flags = 0;
    hits->wait_count = 0;
    hits->addresses_known = false;
    hits->token_start = 0;
    hits->token_end = 0;
    hits->token_is_address = false;
}

/* The run of non-blanks that the byte before `end` lies in. */
static void find_token(const sst_hits *hits, size_t end, size_t *token_start, size_t *token_end)
{
    const char *text = (const char *)hits->text;
    size_t start = end - 1;
    while (start > 0 && !ascii_is_space(text[start - 1]))
        start--;
    while (end < hits->len && !ascii_is_space(text[end]))
        end++;
    *token_start = start;
    *token_end = end;
}

/* The end of the last token that has a quote or bracket, as one before a recipient's name; 0 where
 * there is none. */
static size_t find_last_quoted(const sst_hits *hits)
{
    const char *text = (const char *)hits->text;
    size_t behind = 0;
    size_t unused;
    for (size_t at = 0;
         (at += scan_first_of(text + at, hits->len - at, '<', '"', '\'')) < hits->len;)
        behind = ++at;
    if (behind > 0)
        find_token(hits, behind, &unused, &behind);
    return behind;
}

/* Finds between where and where there are e-mail addresses: most texts have none or one. */
static void find_addresses(sst_hits *hits)
{
    const unsigned char *at = memchr(hits->text, '@', hits->len);
    size_t unused;
    hits->addresses_known = true;
    hits->last_quoted = find_last_quoted(hits);
    hits->first_address = hits->len;
    hits->last_address = 0;
    if (!at)
        return;
    size_t last = hits->len;
    while (hits->text[last - 1] != '@')
        last--;
    find_token(hits, (size_t)(at - hits->text) + 1, &hits->first_address, &unused);
    find_token(hits, last, &unused, &hits->last_address);
}

static bool is_opening(char c)
{
    return c == '<' || c == '"' || c == '\'';
}

/* Whether a token, quotes and brackets taken off, is the recipient's local part. */
static bool is_local_part(const sst_hits *hits, size_t start, size_t end)
{
    const char *text = (const char *)hits->text;
    size_t open = start;
    while (open < end && is_opening(text[open]))
        open++;
    if (open == start)
        return false;
    const char *at = memchr(hits->recipient.ptr, '@', hits->recipient.len);
    size_t len = at ? (size_t)(at - hits->recipient.ptr) : hits->recipient.len;
    return len > 0 && end - open > len && !ascii_is_alnum(text[open + len]) &&
           ascii_equal_fold(text + open, hits->recipient.ptr, len);
}

/* Whether the byte before `end` lies in an e-mail address, or in the recipient's name in quotes.
 * The answer is kept for the token. */
static bool in_address(sst_hits *hits, size_t end)
{
    if (!hits->addresses_known)
        find_addresses(hits);
    bool near = end > hits->first_address && end <= hits->last_address;
    if (!near && (!hits->recipient.len || end > hits->last_quoted))
        return false;
    if (end <= hits->token_end && end > hits->token_start)
        return hits->token_is_address;
    find_token(hits, end, &hits->token_start, &hits->token_end);
    size_t len = hits->token_end - hits->token_start;
    hits->token_is_address =
        (near && memchr(hits->text + hits->token_start, '@', len)) ||
        (hits->recipient.len && is_local_part(hits, hits->token_start, hits->token_end));
    return hits->token_is_address;
}

static bool is_host_byte(unsigned char c)
{
    return ascii_is_alnum((char)c) || c == '.' || c == '-' || c == '_';
}

/*
 * Whether a word without a dot lies inside the name of a host: "spam" in "mx.spam.example.net" says
 * nothing. With one dot it may as well be the end of a sentence and the next one's beginning.
 */
static bool in_host(const sst_hits *hits, size_t end, size_t length)
{
    const unsigned char *text = hits->text;
    size_t start = end - length;
    bool beside =
        (end + 1 < hits->len && text[end] == '.') || (start > 0 && text[start - 1] == '.');
    if (!beside || memchr(text + start, '.', length))
        return false;
    while (start > 0 && is_host_byte(text[start - 1]))
        start--;
    unsigned dots = 0;
    for (size_t i = start + 1; i + 1 < hits->len && is_host_byte(text[i]) && dots < 2; i++)
        dots += text[i] == '.' && ascii_is_alnum((char)text[i - 1]) &&
                ascii_is_alnum((char)text[i + 1]);
    return dots == 2;
}

static bool goes_before(const sst_hit *a, const sst_hit *b)
{
    return a->end != b->end ? a->end < b->end : a->output < b->output;
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
        if (hits->places[i].output == hit.output && hits->places[i].end > hit.end)
            hits->places[i] = hit;
    }
}

static void add_hit(sst_hits *hits, sst_hit hit)
{
    unsigned number = SST_OUT_PHRASE(hit.output);
    unsigned word = number / 64;
    uint64_t summary_bit = (uint64_t)1 << word % 64;
    uint64_t bit = (uint64_t)1 << number % 64;
    if (!(hits->summary[word / 64] & summary_bit)) {
        hits->summary[word / 64] |= summary_bit;
        hits->words[word] = 0;
    }
    if (hits->words[word] & bit) {
        add_again(hits, hit);
        return;
    }
    hits->words[word] |= bit;
    uint32_t rule = hit.output & SST_OUT_KEY ? hit.first_rule : (uint32_t)SST_MAX_RULES;
    hits->first_rule = rule < hits->first_rule ? rule : hits->first_rule;
    hits->flags |= hit.output;
    if (hits->count < SST_MAX_PLACES)
        hits->places[hits->count] = hit;
    hits->count++;
}

/* A phrase that a star ends is looked for in names too: "spamhaus*". */
static bool is_part_of_host(const sst_ruleset *set, const sst_hits *hits, const sst_hit *hit)
{
    return (hit->output & SST_OUT_ENDS_WORD) &&
           in_host(hits, hit->end, set->phrases[SST_OUT_PHRASE(hit->output)].length);
}

void sst_hits_take(const sst_ruleset *set, sst_hits *hits, uint32_t cell, size_t end)
{
    const sst_automaton *a = &set->automaton;
    const sst_output *list = a->outputs + SST_CELL_STATE(a->cells[SST_CELL_STATE(cell) + a->out]);
    bool in_word = end < hits->len && ascii_is_alnum((char)hits->text[end]);
    for (bool more = true; more; list++) {
        sst_hit hit = {(uint32_t)end, list->what & ~SST_OUT_LAST, list->first_rule};
        more = !(list->what & SST_OUT_LAST);
        if (hits->only_marks && !(hit.output & SST_OUT_MARK))
            continue;
        if ((hit.output & SST_OUT_ENDS_WORD) && in_word)
            continue;
        if ((hit.output & SST_OUT_IS_WORD) &&
            (in_address(hits, end) || is_part_of_host(set, hits, &hit)))
            continue;
        if (hit.output & (SST_OUT_WAIT_BEHIND | SST_OUT_WAIT_BEFORE))
            add_wait(hits, hit);
        add_hit(hits, hit);
    }
}

size_t sst_hits_start(const sst_hits *hits, size_t end, size_t length)
{
    const unsigned char *text = hits->text;
    size_t at = end;
    for (; length > 0 && at > 0; length--) {
        if (text[--at] > ' ') /* mostly so */
            continue;
        bool blank = ascii_is_space((char)text[at]);
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

size_t sst_hits_end(const sst_ruleset *set, const sst_hits *hits, unsigned phrase)
{
    size_t kept = hits->count < SST_MAX_PLACES ? hits->count : SST_MAX_PLACES;
    size_t i = 0;
    while (i < kept && SST_OUT_PHRASE(hits->places[i].output) != phrase)
        i++;
    return i < kept ? hits->places[i].end : find_again(set, hits, phrase);
}
