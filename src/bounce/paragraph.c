/*
 * Paragraphs of a report. What one is worth is found by reading it as the verdict would: as a
 * reply, and, where it is none, by asking whether any rule knows its words.
 */
#include "bounce/paragraph.h"

#include <smtpstatus/reply.h>
#include <smtpstatus/verdict.h>

#include "mime/line.h"

/* How many paragraphs of a text are looked at. */
#define MAX_PARAGRAPHS 8

/*
 * How much of a paragraph is read, and of how many of its lines a reply may be the first: reading
 * from each line on would otherwise take the square of its length.
 */
#define MAX_PARAGRAPH 4096
#define MAX_LINES     16

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

bool sst_bounce_has_meaning(sst_span words)
{
    sst_evidence evidence = {0};
    sst_verdict verdict;
    evidence.text = words;
    sst_verdict_decide(&evidence, NULL, &verdict);
    return verdict.reason != SST_REASON_UNKNOWN;
}

/* What a text is worth as it stands, its first word being where a reply would begin. */
bounce_worth sst_bounce_reply_worth(sst_span text)
{
    sst_reply reply;
    sst_reply_read(text.ptr, text.len, &reply);
    if (reply.code >= 400)
        return WORTH_REPLY;
    return reply.enhanced.status_class >= 4 ? WORTH_ENHANCED : WORTH_NOTHING;
}

/* Whether text holds what may be the code of a refusal: most lines do not. */
static bool may_hold_code(sst_span text)
{
    for (size_t i = 0; i + 2 < text.len; i++) {
        if ((text.ptr[i] == '4' || text.ptr[i] == '5') && ascii_is_digit(text.ptr[i + 2]) &&
            (ascii_is_digit(text.ptr[i + 1]) || text.ptr[i + 1] == '.'))
            return true;
    }
    return false;
}

/*
 * What a paragraph is worth. Where the reply begins with a line of its own behind words about it,
 * only the reply is left in *paragraph.
 */
static bounce_worth worth_of(sst_span *paragraph)
{
    sst_span rest = *paragraph;
    sst_span line;
    bounce_worth best = WORTH_NOTHING;
    bool may_hold = may_hold_code(rest);
    for (int i = 0; i < MAX_LINES && may_hold && best < WORTH_ENHANCED && rest.len > 0; i++) {
        sst_span from = mime_trim(rest);
        mime_next_line(&rest, &line);
        if (i > 0 && !may_hold_code(line))
            continue;
        best = sst_bounce_reply_worth(from);
        if (best >= WORTH_ENHANCED)
            *paragraph = from;
    }
    if (best >= WORTH_ENHANCED)
        return best;
    if (sst_bounce_has_meaning(*paragraph))
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
sst_span sst_bounce_best_paragraph(sst_span text, bounce_worth *worth)
{
    sst_span best = {NULL, 0};
    sst_span paragraph;
    *worth = WORTH_NOTHING;
    for (int i = 0; i < MAX_PARAGRAPHS && *worth < WORTH_REPLY; i++) {
        if (!next_paragraph(&text, &paragraph))
            break;
        if (paragraph.len > MAX_PARAGRAPH)
            paragraph.len = MAX_PARAGRAPH;
        bounce_worth w = worth_of(&paragraph);
        if (w > *worth) {
            best = paragraph;
            *worth = w;
        }
    }
    return best;
}
