/* Indexing a table of phrases by their first bytes: a counting sort. */
#include "bounce/phrase.h"

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
        index->second[at] = phrases[i].text[1];
    }
}

const bounce_phrase *sst_bounce_phrase_at(const bounce_phrase_index *index, sst_span text)
{
    if (text.len < 2)
        return NULL;
    unsigned char b = (unsigned char)ascii_lower(text.ptr[0]);
    char second = ascii_lower(text.ptr[1]);
    for (size_t i = index->first[b]; i < index->first[b + 1]; i++) {
        if (index->second[i] != second)
            continue;
        const bounce_phrase *phrase = &index->phrases[index->order[i]];
        if (text.len >= phrase->len && ascii_equal_fold(text.ptr, phrase->text, phrase->len))
            return phrase;
    }
    return NULL;
}
