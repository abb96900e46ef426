/*
 * Reading a report's own words. First the anchors (anchor.c): those of the greatest strength found
 * are the recipients. Then for each the paragraph that gives the reason, which stands behind it, in
 * a transcript under its RCPT command, or, where the report gives one reason for all, anywhere.
 */
#include "bounce/human.h"

#include <smtpstatus/reply.h>
#include <smtpstatus/verdict.h>

#include "bounce/phrase.h"
#include "bounce/transcript.h"
#include "mime/line.h"

/* How many paragraphs behind an address are looked through for its reason. */
#define MAX_PARAGRAPHS 8

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

/* Takes a paragraph off the front: lines up to an empty one. Empty lines before it are passed. */
static bool next_paragraph(sst_span *rest, sst_span *paragraph)
{
    sst_span line;
    *paragraph = (sst_span){NULL, 0};
    while (mime_next_line(rest, &line)) {
        sst_span words = mime_trim(line);
        if (words.len == 0 && paragraph->ptr)
            return true;
        if (words.len == 0)
            continue;
        if (!paragraph->ptr)
            paragraph->ptr = words.ptr;
        paragraph->len = (size_t)(words.ptr + words.len - paragraph->ptr);
    }
    return paragraph->ptr != NULL;
}

/* How much a paragraph says, least first. */
typedef enum worth {
    WORTH_NOTHING,
    WORTH_RULE,         /* a line of dashes */
    WORTH_INTRODUCTION, /* "because:" */
    WORTH_WORDS,
    WORTH_MEANING, /* words that a rule knows */
    WORTH_ENHANCED,
    WORTH_REPLY /* a reply with its code */
} worth;

static bool has_meaning(sst_span words)
{
    sst_evidence evidence = {0};
    sst_verdict verdict;
    evidence.text = words;
    sst_verdict_decide(&evidence, NULL, &verdict);
    return verdict.reason != SST_REASON_UNKNOWN;
}

/* What a text is worth as it stands, its first word being where a reply would begin. */
static worth worth_of_text(sst_span text)
{
    sst_reply reply;
    sst_reply_read(text.ptr, text.len, &reply);
    if (reply.code >= 400)
        return WORTH_REPLY;
    return reply.enhanced.status_class >= 4 ? WORTH_ENHANCED : WORTH_NOTHING;
}

/*
 * What a paragraph is worth. Where the reply begins with a line of its own behind words about it,
 * only the reply is left in *paragraph.
 */
static worth worth_of(sst_span *paragraph)
{
    sst_span rest = *paragraph;
    sst_span line;
    worth best = WORTH_NOTHING;
    while (best < WORTH_ENHANCED && rest.len > 0) {
        sst_span from = mime_trim(rest);
        best = worth_of_text(from);
        if (best >= WORTH_ENHANCED)
            *paragraph = from;
        mime_next_line(&rest, &line);
    }
    if (best >= WORTH_ENHANCED)
        return best;
    if (has_meaning(*paragraph))
        return WORTH_MEANING;
    if (paragraph->ptr[paragraph->len - 1] == ':')
        return WORTH_INTRODUCTION;
    for (size_t i = 0; i < paragraph->len; i++) {
        if (ascii_is_alnum(paragraph->ptr[i]) || (unsigned char)paragraph->ptr[i] >= 0x80)
            return WORTH_WORDS;
    }
    return WORTH_RULE;
}

/* The paragraph of the greatest worth, the first of its kind. */
static sst_span best_paragraph(sst_span text, worth *worth_found)
{
    sst_span best = {NULL, 0};
    sst_span paragraph;
    *worth_found = WORTH_NOTHING;
    for (int i = 0; i < MAX_PARAGRAPHS && *worth_found < WORTH_REPLY; i++) {
        if (!next_paragraph(&text, &paragraph))
            break;
        worth w = worth_of(&paragraph);
        if (w > *worth_found) {
            best = paragraph;
            *worth_found = w;
        }
    }
    return best;
}

/* What stands behind an anchor, up to the next one or the end. */
static sst_span behind(const bounce_anchor *anchors, size_t count, size_t i, sst_span words)
{
    const char *end = words.ptr + words.len;
    for (size_t next = i + 1; next < count; next++) {
        if (anchors[next].strength == anchors[i].strength) {
            end = anchors[next].line;
            break;
        }
    }
    sst_span text = {anchors[i].rest, (size_t)(end - anchors[i].rest)};
    while (text.len > 0 && (text.ptr[0] == '.' || ascii_is_space(text.ptr[0]))) {
        text.ptr++; /* Sendmail: "<address>... Deferred" */
        text.len--;
    }
    return text;
}

/* Words of the whole report for an entry that has none of its own. */
static void fill_from_report(sst_span words, bounce_entries *entries, size_t first)
{
    sst_span general = {NULL, 0};
    for (size_t i = first; i < entries->count; i++) {
        bounce_entry *entry = &entries->at[i];
        sst_bounce_transcript_for(words, entry);
        if (entry->words.ptr)
            continue;
        if (!general.ptr)
            general = sst_bounce_general_words(words);
        entry->words = general;
    }
}

void sst_bounce_read_human(sst_span words, const bounce_not_recipients *not_recipients,
                           bounce_anchor *anchors, bounce_entries *entries)
{
    anchor_strength strongest;
    size_t first = entries->count;
    size_t count = find_anchors(words, not_recipients, anchors, entries->size, &strongest);
    worth found[2] = {WORTH_NOTHING, WORTH_NOTHING};
    for (size_t i = 0; i < count; i++) {
        if (anchors[i].strength != strongest)
            continue;
        bounce_entries own = {entries->at + first, entries->count - first, 0, false};
        bounce_entry *entry = sst_bounce_entry_for(&own, anchors[i].address);
        sst_span reason = best_paragraph(behind(anchors, count, i, words), &found[1]);
        if (strongest == ANCHOR_MENTIONED && found[1] < WORTH_MEANING)
            continue;
        if (!entry) {
            entry = sst_bounce_add(entries, NULL);
            if (!entry)
                break;
            entry->recipient = anchors[i].address;
        } else {
            best_paragraph(entry->words, &found[0]);
            if (found[0] >= found[1])
                continue;
        }
        if (found[1] > WORTH_INTRODUCTION)
            entry->words = reason;
    }
    fill_from_report(words, entries, first);
}

sst_span sst_bounce_general_words(sst_span words)
{
    bounce_entry entry = {0};
    worth found;
    sst_bounce_transcript_for(words, &entry);
    if (entry.words.ptr)
        return entry.words;
    sst_span best = best_paragraph(words, &found);
    return found >= WORTH_MEANING ? best : (sst_span){NULL, 0};
}
