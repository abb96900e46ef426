/*
 * Times that a reply states: "try again in 5 minutes", "retry after 1 hour 30 min", "come back in
 * 00:04:59". The words are data: the rules' `wait` lines say next to which a time counts, their
 * `unit` lines what a number is counted in; so "500 messages per hour" states none. What is looked
 * at is bounded about each such phrase, whatever the text.
 */
#include "verdict/retry_time.h"

#include <string.h>

#include "base/ascii.h"

enum {
    MAX_WORDS_BETWEEN = 3, /* "try again in about another 5 minutes" */
    MAX_BYTES_BETWEEN = 40,
    MAX_BYTES_IN_FRONT = 48, /* of a phrase that stands behind its time */
    MAX_DIGITS = 7
};

/* Nobody asks for more; a larger number is something else. */
static const int32_t max_seconds = 31 * 24 * 3600;

typedef struct reader {
    const sst_ruleset *set;
    const char *text;
    size_t len;
    size_t at;
} reader;

static void skip_blanks(reader *r)
{
    while (r->at < r->len && ascii_is_space(r->text[r->at]))
        r->at++;
}

/* Takes a number; -1 where there is none, or one too long to be a time. */
static int32_t take_number(reader *r)
{
    size_t start = r->at;
    int32_t number = 0;
    while (r->at < r->len && ascii_is_digit(r->text[r->at])) {
        if (r->at - start == MAX_DIGITS)
            return -1;
        number = number * 10 + (r->text[r->at++] - '0');
    }
    return r->at > start ? number : -1;
}

/* How many bytes of the text a unit takes that stands here whole, runs of blanks as one; 0 where it
 * does not: "min" is none in "minimum". */
static size_t unit_length(const reader *r, const sst_ruleset_unit *unit)
{
    const char *word = r->set->strings + unit->text;
    size_t at = r->at;
    for (size_t i = 0; i < unit->length; i++) {
        if (at == r->len)
            return 0;
        if (word[i] == ' ' && ascii_is_space(r->text[at])) {
            while (at < r->len && ascii_is_space(r->text[at]))
                at++;
        } else if (ascii_lower(r->text[at++]) != ascii_lower(word[i])) {
            return 0;
        }
    }
    bool whole = at == r->len || !ascii_is_alpha(r->text[at]) || !ascii_is_alpha(r->text[at - 1]);
    return whole ? at - r->at : 0;
}

/* Takes the longest unit that stands here; with whole set, one that has its number in itself ("an
 * hour"), else one that has not. Returns its seconds, or -1. */
static int32_t take_unit(reader *r, bool whole)
{
    unsigned first = r->at < r->len ? (unsigned char)ascii_lower(r->text[r->at]) : 0;
    size_t longest = 0;
    int32_t seconds = -1;
    for (size_t i = 0; i < r->set->unit_count; i++) {
        const sst_ruleset_unit *unit = &r->set->units[i];
        if (unit->first != first || unit->whole != whole)
            continue;
        size_t length = unit_length(r, unit);
        if (length > longest) {
            longest = length;
            seconds = (int32_t)unit->seconds;
        }
    }
    r->at += longest;
    return seconds;
}

/* Takes a word of letters if it stands here with a blank behind it. */
static void skip_if(reader *r, const char *word)
{
    size_t len = strlen(word);
    if (r->len - r->at > len && ascii_equal_fold(r->text + r->at, word, len) &&
        ascii_is_space(r->text[r->at + len]))
        r->at += len;
}

/* Takes the rest of "hh:mm:ss" behind the hours. */
static int32_t take_clock(reader *r, int32_t hours)
{
    int32_t seconds = hours * 3600;
    for (int32_t unit = 60; unit > 0; unit /= 60) {
        if (r->at == r->len || r->text[r->at] != ':')
            return -1;
        r->at++;
        int32_t number = take_number(r);
        if (number < 0 || number > 59)
            return -1;
        seconds += number * unit;
    }
    return seconds;
}

/* Behind a number: the end of a range, "5-10 minutes", "5 to 10 minutes". */
static int32_t take_range_end(reader *r, int32_t number)
{
    size_t back = r->at;
    skip_blanks(r);
    if (r->at < r->len && r->text[r->at] == '-')
        r->at++;
    skip_if(r, "to");
    skip_blanks(r);
    int32_t end = take_number(r);
    if (end < number) {
        r->at = back;
        return number;
    }
    return end;
}

/* Takes one number with its unit, or a time in clock form, or a whole one; -1: none. */
static int32_t take_part(reader *r)
{
    if (r->at == r->len || !ascii_is_digit(r->text[r->at]))
        return take_unit(r, true);
    int32_t number = take_number(r);
    if (number < 0)
        return -1;
    if (r->at < r->len && r->text[r->at] == ':')
        return number < 100 ? take_clock(r, number) : -1;
    number = take_range_end(r, number);
    skip_blanks(r);
    if (r->at < r->len && r->text[r->at] == '-')
        r->at++;
    int32_t unit = take_unit(r, false);
    return unit < 0 || number > max_seconds / unit ? -1 : number * unit;
}

/* Between two parts: "1 hour, 30 minutes", "4 minutes and 59 seconds". */
static void skip_join(reader *r)
{
    if (r->at < r->len && r->text[r->at] == ',')
        r->at++;
    skip_blanks(r);
    skip_if(r, "and");
    skip_blanks(r);
}

/* Takes a time of one or more parts; -1: none stands here. */
static int32_t take_time(reader *r)
{
    int32_t seconds = take_part(r);
    for (int parts = 1; seconds >= 0 && parts < 3; parts++) {
        size_t back = r->at;
        skip_join(r);
        int32_t more = r->at < r->len && ascii_is_digit(r->text[r->at]) ? take_part(r) : -1;
        if (more < 0 || more >= seconds) {
            r->at = back;
            break;
        }
        seconds += more;
    }
    return seconds <= max_seconds ? seconds : -1;
}

/* Skips a word of letters, or bytes above 127, and what may stand beside it. */
static bool skip_word(reader *r)
{
    size_t start = r->at;
    while (r->at < r->len && (ascii_is_alpha(r->text[r->at]) || (r->text[r->at] & 0x80)))
        r->at++;
    bool word = r->at > start;
    while (r->at < r->len && memchr(" \t\r\n:=(~[<", r->text[r->at], 10))
        r->at++;
    return word || r->at > start;
}

static int32_t time_behind(reader r, size_t end)
{
    r.at = end;
    skip_word(&r);
    if (r.at > end && ascii_is_alpha(r.text[end]))
        return -1;
    for (int words = 0; words <= MAX_WORDS_BETWEEN; words++) {
        size_t back = r.at;
        int32_t seconds = take_time(&r);
        if (seconds >= 0)
            return seconds;
        r.at = back;
        if (!skip_word(&r))
            return -1;
    }
    return -1;
}

/* Bytes, in small letters, with which a time may begin: digits, and units that need no number. */
typedef struct byte_set {
    uint64_t bits[4];
} byte_set;

static bool has_byte(const byte_set *set, char c)
{
    unsigned byte = (unsigned char)ascii_lower(c);
    return set->bits[byte / 64] >> byte % 64 & 1;
}

static byte_set time_starts(const sst_ruleset *set)
{
    byte_set starts = {{UINT64_C(0x3FF) << '0', 0, 0, 0}};
    for (size_t i = 0; i < set->unit_count; i++) {
        unsigned first = set->units[i].first;
        if (set->units[i].whole)
            starts.bits[first / 64] |= (uint64_t)1 << first % 64;
    }
    return starts;
}

/* Looks for a time between from and start that nothing but a few words part from start. */
static int32_t time_before(reader r, size_t from, size_t start)
{
    byte_set starts = time_starts(r.set);
    r.len = start;
    for (size_t at = from; at < start; at++) {
        if (!has_byte(&starts, r.text[at]) || (at > 0 && ascii_is_alnum(r.text[at - 1])))
            continue;
        r.at = at;
        int32_t seconds = take_time(&r);
        if (seconds < 0)
            continue;
        for (int words = 0; words < MAX_WORDS_BETWEEN && r.at < start; words++)
            skip_word(&r);
        if (r.at >= start)
            return seconds;
    }
    return -1;
}

int32_t sst_retry_time(const sst_ruleset *set, const sst_hits *hits)
{
    reader r = {set, (const char *)hits->text, hits->len, 0};
    for (size_t i = 0; i < hits->wait_count; i++) {
        const sst_hit *wait = &hits->waits[i];
        unsigned length = set->phrases[SST_OUT_PHRASE(wait->output)].length;
        size_t start = sst_hits_start(hits, wait->end, length);
        size_t from = sst_hits_start(hits, start, MAX_BYTES_IN_FRONT);
        int32_t seconds = wait->output & SST_OUT_WAIT_BEHIND ? time_behind(r, wait->end)
                                                             : time_before(r, from, start);
        if (seconds >= 0)
            return seconds;
    }
    return -1;
}
