/* Indexing a table of phrases by their first bytes: a counting sort, and a word of eight bytes to
 * compare. */
#include "bounce/phrase.h"

/* The first eight bytes of a text in lower case; a shorter one is filled up with zeros. */
static uint64_t head_of(const char *text, size_t len)
{
    uint64_t head = 0;
    if (len >= sizeof head)
        memcpy(&head, text, sizeof head);
    else
        memcpy(&head, text, len);
    return ascii_lower_8(head);
}

/* All bits of the bytes that a phrase has in its head. */
static uint64_t mask_of(size_t len)
{
    static const char all[] = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF";
    uint64_t mask = 0;
    memcpy(&mask, all, len < sizeof mask ? len : sizeof mask);
    return mask;
}

void sst_bounce_index_phrases(bounce_phrase_index *index, const bounce_phrase *phrases,
                              size_t count)
{
    unsigned short used[256] = {0};
    if (count > BOUNCE_MAX_PHRASES)
        count = BOUNCE_MAX_PHRASES;
    index->phrases = phrases;
    memset(index->first, 0, sizeof index->first);
    for (size_t i = 0; i < count; i++)
        index->first[(unsigned char)phrases[i].text[0] + 1]++;
    for (size_t b = 0; b < 256; b++)
        index->first[b + 1] = (unsigned short)(index->first[b + 1] + index->first[b]);
    for (size_t i = 0; i < count; i++) {
        unsigned char b = (unsigned char)phrases[i].text[0];
        size_t at = (size_t)index->first[b] + used[b]++;
        index->order[at] = (unsigned short)i;
        index->head[at] = head_of(phrases[i].text, phrases[i].len);
        index->mask[at] = mask_of(phrases[i].len);
    }
}

const bounce_phrase *sst_bounce_phrase_at(const bounce_phrase_index *index, sst_span text)
{
    if (text.len < 2)
        return NULL;
    unsigned char b = (unsigned char)ascii_lower(text.ptr[0]);
    uint64_t head = head_of(text.ptr, text.len);
    for (size_t i = index->first[b]; i < index->first[b + 1]; i++) {
        if ((head & index->mask[i]) != index->head[i])
            continue;
        const bounce_phrase *phrase = &index->phrases[index->order[i]];
        if (text.len >= phrase->len && ascii_equal_fold(text.ptr, phrase->text, phrase->len))
            return phrase;
    }
    return NULL;
}
