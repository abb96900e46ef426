/* Phrases in pasted words: see phrase.h. Every search looks at each place of the text once. */
#include "reply/phrase.h"

#include "base/ascii.h"

size_t sst_phrase_skip_blanks(sst_span text, size_t at)
{
    while (at < text.len && ascii_is_space(text.ptr[at]))
        at++;
    return at;
}

size_t sst_phrase_unskip_blanks(sst_span text, size_t at)
{
    while (at > 0 && ascii_is_space(text.ptr[at - 1]))
        at--;
    return at;
}

static bool inside_word(sst_span text, size_t at)
{
    return at > 0 && ascii_is_alnum(text.ptr[at]) && ascii_is_alnum(text.ptr[at - 1]);
}

size_t sst_phrase_at(sst_span text, size_t at, const char *phrase)
{
    if (at < text.len && inside_word(text, at))
        return PHRASE_NONE;
    for (; *phrase != '\0'; phrase++) {
        if (at == text.len)
            return PHRASE_NONE;
        if (*phrase == ' ') {
            size_t end = sst_phrase_skip_blanks(text, at);
            if (end == at)
                return PHRASE_NONE;
            at = end;
        } else if (ascii_lower(text.ptr[at]) != *phrase) {
            return PHRASE_NONE;
        } else {
            at++;
        }
    }
    return at;
}

size_t sst_phrase_before(sst_span text, size_t at, const char *phrase)
{
    size_t left = strlen(phrase);
    for (; left > 0; left--) {
        if (at == 0)
            return PHRASE_NONE;
        if (phrase[left - 1] == ' ') {
            size_t start = sst_phrase_unskip_blanks(text, at);
            if (start == at)
                return PHRASE_NONE;
            at = start;
        } else if (ascii_lower(text.ptr[at - 1]) != phrase[left - 1]) {
            return PHRASE_NONE;
        } else {
            at--;
        }
    }
    return at < text.len && inside_word(text, at) ? PHRASE_NONE : at;
}

size_t sst_phrase_find_last(sst_span text, const char *phrase, size_t *end)
{
    const char lower = phrase[0];
    const char upper = ascii_upper(lower);
    for (size_t at = text.len; at-- > 0;) {
        if (text.ptr[at] != lower && text.ptr[at] != upper)
            continue;
        *end = sst_phrase_at(text, at, phrase);
        if (*end != PHRASE_NONE)
            return at;
    }
    return PHRASE_NONE;
}

void sst_phrase_search_start(phrase_search *search, sst_span text, const phrase_entry *table,
                             size_t count)
{
    memset(search, 0, sizeof *search);
    search->text = text;
    search->table = table;
    search->count = count;
    search->at = text.len;
    for (size_t i = 0; i < count; i++) {
        unsigned char b = (unsigned char)table[i].words[0];
        search->first[b / 64 % 2] |= (uint64_t)1 << b % 64;
    }
}

static bool may_begin(const phrase_search *search, char byte)
{
    unsigned char b = (unsigned char)byte;
    return search->first[b / 64 % 2] >> b % 64 & 1;
}

const phrase_entry *sst_phrase_search_next(phrase_search *search, size_t *start, size_t *end)
{
    while (search->at > 0) {
        size_t at = --search->at;
        char byte = ascii_lower(search->text.ptr[at]);
        if (!may_begin(search, byte) || inside_word(search->text, at))
            continue;
        for (size_t i = 0; i < search->count; i++) {
            uint32_t bit = (uint32_t)1 << i;
            if (search->table[i].words[0] != byte || (search->met & bit) ||
                (*end = sst_phrase_at(search->text, at, search->table[i].words)) == PHRASE_NONE)
                continue;
            search->met |= bit;
            search->at++; /* another phrase may begin there too */
            *start = at;
            return &search->table[i];
        }
    }
    return NULL;
}

bool sst_phrase_ends_at(sst_span text, size_t at, const phrase_entry *p)
{
    return at > 0 && ascii_lower(text.ptr[at - 1]) == p->words[p->len - 1] &&
           sst_phrase_before(text, at, p->words) != PHRASE_NONE;
}
