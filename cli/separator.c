/*
 * The separator of an mbox. There is no standard for it (RFC 4155 describes the default); programs
 * write
 *
 *     From a@example.com Thu Jan  1 00:00:00 1970
 *     From - Thu Jan 01 00:00:00 1970
 *     From MAILER-DAEMON Thu, 1 Jan 1970 00:00:00 +0000
 *     From a at example.com  Thu Jan  1 00:00 EST 1970 remote from b
 *
 * What they have in common is a weekday, behind it a month and a day in either order, a time, and a
 * year at most two words further.
 */
#include "separator.h"

#include <string.h>

/* Words of a separator that are looked at. */
#define MOST_WORDS 24

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether a word is one of the three-letter names in a list, which may have a comma behind it. */
static bool is_name(sst_span word, const char *names)
{
    if (word.len == 4 && word.ptr[3] == ',')
        word.len = 3;
    for (; word.len == 3 && *names; names += 3) {
        if (memcmp(word.ptr, names, 3) == 0)
            return true;
    }
    return false;
}

static bool is_weekday(sst_span word)
{
    return is_name(word, "MonTueWedThuFriSatSun");
}

static bool is_month(sst_span word)
{
    return is_name(word, "JanFebMarAprMayJunJulAugSepOctNovDec");
}

static bool is_number(sst_span word, size_t least, size_t most)
{
    if (word.len < least || word.len > most)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (!is_digit(word.ptr[i]))
            return false;
    }
    return true;
}

/* "0:00", "00:00", "00:00:00" */
static bool is_time(sst_span word)
{
    size_t colons = 0;
    for (size_t i = 0; i < word.len; i++) {
        bool colon = word.ptr[i] == ':';
        colons += colon ? 1 : 0;
        if (!colon && !is_digit(word.ptr[i]))
            return false;
    }
    return word.len >= 4 && word.len <= 8 && colons >= 1 && colons <= 2;
}

static size_t split(sst_span line, sst_span words[MOST_WORDS])
{
    size_t count = 0;
    for (size_t i = 0; i < line.len && count < MOST_WORDS;) {
        while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'))
            i++;
        size_t start = i;
        while (i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '\t')
            i++;
        if (i > start)
            words[count++] = (sst_span){line.ptr + start, i - start};
    }
    return count;
}

/* A date from its weekday on. */
static bool is_date(const sst_span *words, size_t count)
{
    if (count < 5 || !is_weekday(words[0]))
        return false;
    bool month_first = is_month(words[1]) && is_number(words[2], 1, 2);
    bool day_first = is_number(words[1], 1, 2) && is_month(words[2]);
    if (day_first && is_number(words[3], 4, 4))
        return is_time(words[4]);
    if (!month_first || !is_time(words[3]))
        return false;
    for (size_t i = 4; i < count && i < 7; i++) {
        if (is_number(words[i], 4, 4))
            return true;
    }
    return false;
}

bool separator_is(sst_span line)
{
    sst_span words[MOST_WORDS];
    if (line.len < 5 || line.len > SEPARATOR_MAX || memcmp(line.ptr, "From ", 5) != 0)
        return false;
    line.ptr += 5;
    line.len -= 5;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    size_t count = split(line, words);
    for (size_t i = 0; i < count; i++) {
        if (is_date(words + i, count - i))
            return true;
    }
    return false;
}

bool separator_is_quoted(sst_span line)
{
    size_t quotes = 0;
    while (quotes < line.len && line.ptr[quotes] == '>')
        quotes++;
    return quotes > 0 && line.len >= quotes + 5 && memcmp(line.ptr + quotes, "From ", 5) == 0;
}
