/*
 * Reading a report's own words. First the anchors (anchor.c): those of the greatest strength found
 * are the recipients. Then for each the paragraph that gives the reason, which stands behind it, in
 * a transcript under its RCPT command, or, where the report gives one reason for all, anywhere.
 */
#include "bounce/human.h"

#include "bounce/paragraph.h"
#include "bounce/phrase.h"
#include "bounce/transcript.h"
#include "mime/address.h"
#include "mime/line.h"

static size_t find_anchors(sst_span words, const bounce_not_recipients *not_recipients,
                           bounce_anchor *anchors, size_t size, anchor_strength *strongest)
{
    size_t count = 0;
    sst_span line;
    *strongest = ANCHOR_NONE;
    while (mime_next_line(&words, &line) && count < size) {
        bounce_anchor anchor = sst_bounce_anchor_in(line, not_recipients);
        if (anchor.strength == ANCHOR_NONE)
            continue;
        if (anchor.strength > *strongest)
            *strongest = anchor.strength;
        anchors[count++] = anchor;
    }
    return count;
}

/* Where a line of a transcript begins that opens another session or shows one; end where none does.
 */
static const char *next_session(sst_span text)
{
    static const char *const marks[] = {">>>", "<<<", "... while talking", "while talking", NULL};
    sst_span line;
    while (mime_next_line(&text, &line)) {
        if (phrase_begins_any(mime_trim(line), marks))
            return line.ptr;
    }
    return text.ptr + text.len;
}

static size_t indentation(const char *line, const char *end)
{
    const char *p = line;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return (size_t)(p - line);
}

/* Whether an anchor is only where what is said of another goes on, further in and with the same
 * address: "<address>: host said: 554 5.7.1", and below "    <address>: Relay access denied". */
static bool goes_on(const bounce_anchor *anchor, const bounce_anchor *next)
{
    return next->address.len == anchor->address.len &&
           ascii_equal_fold(next->address.ptr, anchor->address.ptr, next->address.len) &&
           indentation(next->line, next->address.ptr) >
               indentation(anchor->line, anchor->address.ptr);
}

/*
 * What stands behind an anchor, up to the next one or the end. Sendmail's conclusion,
 * "<address>... Deferred", is followed by the sessions with other recipients' hosts.
 */
static sst_span behind(const bounce_anchor *anchors, size_t count, size_t i, sst_span words)
{
    const char *end = words.ptr + words.len;
    for (size_t next = i + 1; next < count; next++) {
        if (anchors[next].strength == anchors[i].strength &&
            !goes_on(&anchors[i], &anchors[next])) {
            end = anchors[next].line;
            break;
        }
    }
    sst_span text = {anchors[i].rest, (size_t)(end - anchors[i].rest)};
    if (phrase_begins(text, "... "))
        text.len = (size_t)(next_session(text) - text.ptr);
    while (text.len > 0 && (text.ptr[0] == '.' || ascii_is_space(text.ptr[0]))) {
        text.ptr++; /* Sendmail: "<address>... Deferred" */
        text.len--;
    }
    return text;
}

/* How many lines above a conclusion the reply that it is drawn from may stand. */
#define MAX_LINES_ABOVE 3

/* The line that ends before p (behind its LF), within text. */
static sst_span line_above(sst_span text, const char *p)
{
    const char *end = p > text.ptr ? p - 1 : p;
    const char *start = end;
    while (start > text.ptr && start[-1] != '\n')
        start--;
    return (sst_span){start, (size_t)(end - start)};
}

/*
 * The reply above Sendmail's conclusion: "<<< 550 Access denied", and then "554 <address>... Remote
 * protocol error". Absent where none stands there.
 */
static sst_span reply_above(sst_span text, const bounce_anchor *anchor)
{
    const char *p = anchor->line;
    for (int i = 0; i < MAX_LINES_ABOVE && p > text.ptr; i++) {
        sst_span line = line_above(text, p);
        if (phrase_begins(line, "<<<") && sst_bounce_reply_worth(line) == WORTH_REPLY)
            return line;
        if (line.len < 4 || !ascii_is_digit(line.ptr[0]) || memchr(line.ptr, '@', line.len))
            break;
        p = line.ptr;
    }
    return (sst_span){NULL, 0};
}

/* Words of the whole report for entries that have none of their own, or, from above the first
 * anchor, none that mean something. */
static void fill_from_report(sst_span words, const char *first_anchor, bounce_entries *entries,
                             size_t first)
{
    sst_span general = {NULL, 0};
    bounce_worth worth = WORTH_NOTHING;
    bool sought = false;
    sst_bounce_read_transcript(words, entries, first);
    for (size_t i = first; i < entries->count; i++) {
        bounce_entry *entry = &entries->at[i];
        if (entry->worth >= WORTH_MEANING)
            continue;
        if (!sought) {
            sst_span above = {words.ptr, (size_t)(first_anchor - words.ptr)};
            general = sst_bounce_best_paragraph(above, &worth);
            if (worth == WORTH_MEANING && general.ptr[general.len - 1] == ':')
                worth = WORTH_INTRODUCTION;
        }
        if (!sought && worth < WORTH_MEANING)
            general = sst_bounce_general_words(words);
        sought = true;
        if (!entry->words.ptr || worth >= WORTH_MEANING)
            entry->words = general;
    }
}

/* "(expanded from <alias@example.com>): unknown user", as Postfix has it: the address that the mail
 * was sent to. Returns what stands behind it. */
static sst_span take_expansion(sst_span reason, sst_span *original)
{
    const char *close =
        phrase_begins(reason, "(expanded from") ? memchr(reason.ptr, ')', reason.len) : NULL;
    if (!close)
        return reason;
    *original = sst_mime_find_address((sst_span){reason.ptr, (size_t)(close - reason.ptr)}, NULL);
    close += close + 1 < reason.ptr + reason.len && close[1] == ':' ? 2 : 1;
    return mime_trim((sst_span){close, (size_t)(reason.ptr + reason.len - close)});
}

/* What is said of one anchor's recipient, and what it is worth. */
static sst_span reason_for(sst_span words, const bounce_anchor *anchors, size_t count, size_t i,
                           bounce_worth *worth)
{
    sst_span above = reply_above(words, &anchors[i]);
    sst_span best = sst_bounce_best_paragraph(behind(anchors, count, i, words), worth);
    if (!above.ptr)
        return best;
    *worth = WORTH_REPLY;
    return above;
}

/* Whether an anchor is only what the recipient named above it was expanded from, as Sendmail has it
 * on a line of its own. */
static bool is_expansion(const bounce_anchor *anchor)
{
    sst_span line = {anchor->line, (size_t)(anchor->address.ptr - anchor->line)};
    return phrase_begins(mime_trim(line), "(expanded from");
}

/* Takes over what an anchor tells: a new entry, or better words for one that is there. Returns
 * false where there is no more room. */
static bool take_anchor(const bounce_anchor *anchor, sst_span reason, bounce_worth worth,
                        bounce_entries *entries, size_t first)
{
    bounce_entries own = {entries->at + first, entries->count - first, 0};
    bounce_entry *entry = sst_bounce_entry_for(&own, anchor->address);
    if (!entry)
        entry = sst_bounce_add(entries, NULL);
    if (!entry)
        return false;
    entry->recipient = anchor->address;
    if (worth > WORTH_INTRODUCTION && worth > entry->worth) {
        entry->words = take_expansion(reason, &entry->original_recipient);
        entry->worth = worth;
    }
    return true;
}

void sst_bounce_read_human(sst_span words, const bounce_not_recipients *not_recipients,
                           bounce_anchor *anchors, bounce_entries *entries)
{
    anchor_strength strongest;
    const char *first_anchor = NULL;
    size_t first = entries->count;
    size_t count = find_anchors(words, not_recipients, anchors, entries->size, &strongest);
    for (size_t i = 0; i < count; i++) {
        bounce_worth worth;
        if (anchors[i].strength != strongest)
            continue;
        if (is_expansion(&anchors[i]) && entries->count > first) {
            entries->at[entries->count - 1].original_recipient = anchors[i].address;
            continue;
        }
        if (!first_anchor)
            first_anchor = anchors[i].line;
        sst_span reason = reason_for(words, anchors, count, i, &worth);
        if (strongest == ANCHOR_MENTIONED && worth < WORTH_MEANING)
            continue;
        if (!take_anchor(&anchors[i], reason, worth, entries, first))
            break;
    }
    if (entries->count > first)
        fill_from_report(words, first_anchor, entries, first);
    sst_bounce_read_local(words, entries, first);
}

sst_span sst_bounce_general_words(sst_span words)
{
    bounce_entry nobody = {0};
    bounce_entries one = {&nobody, 1, 1};
    bounce_worth found;
    sst_bounce_read_transcript(words, &one, 0);
    if (nobody.words.ptr)
        return nobody.words;
    sst_span best = sst_bounce_best_paragraph(words, &found);
    return found >= WORTH_MEANING ? best : (sst_span){NULL, 0};
}
