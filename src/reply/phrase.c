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
        uint32_t bit = (uint32_t)1 << i;
        char first = table[i].words[0];
        search->starts[(unsigned char)first] |= bit;
        if (ascii_upper(first) != first)
            search->starts[(unsigned char)ascii_upper(first)] |= bit;
    }
}

/* Goes back to the next byte with which phrases may begin, and returns which; 0 where there is
 * none any more. Bytes above ASCII are told apart when the phrases are compared. */
static uint32_t go_back(phrase_search *search)
{
    uint32_t which = 0;
    size_t at = search->at;
    while (which == 0 && at > 0)
        which = search->starts[search->text.ptr[--at] & 0x7F];
    search->at = at;
    return which;
}

const phrase_entry *sst_phrase_search_next(phrase_search *search, size_t *start, size_t *end)
{
    uint32_t which;
    while ((which = go_back(search)) != 0) {
        size_t at = search->at;
        which = inside_word(search->text, at) ? 0 : which & ~search->met;
        for (size_t i = 0; which != 0; i++, which >>= 1) {
            if ((which & 1) == 0 ||
                (*end = sst_phrase_at(search->text, at, search->table[i].words)) == PHRASE_NONE)
                continue;
            search->met |= (uint32_t)1 << i;
            search->at++; /* another phrase may begin there too */
            *start = at;
            return &search->table[i];
        }
    }
    return NULL;
}
