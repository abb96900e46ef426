/*
 * What rotation puts behind the name of a log:
 *
 *     mail.log.1, mainlog.01, maillog.0.gz     a number: the greater the older
 *     mail.log-20260301, mail-2026-03-01.log, MSGTRK2026030110-1.LOG, acct.2026-03-01-0001.csv
 *                                              a date, perhaps with more behind it
 *     @4000000069a4d5c30b8e0a2c.s              a moment, as multilog writes it; the log is
 * "current"
 *
 * Endings such as ".log" are no part of the name of a log, as they stand before or behind that.
 */
#include "log_names.h"

#include <stdlib.h>
#include <string.h>

#include "names.h"

#define NEWEST INT64_MIN
#define REST   INT64_C(10000000000) /* more than what may stand behind a date */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Takes the first ending that fits off a name of len bytes. */
static size_t without_ending(const char *name, size_t len, const char *const *endings)
{
    for (; *endings; endings++) {
        size_t count = strlen(*endings);
        size_t same = 0;
        while (len > count && same < count && lower(name[len - count + same]) == (*endings)[same])
            same++;
        if (same == count)
            return len - count;
    }
    return len;
}

static const char *const packed[] = {".gz", ".xz", ".zst", ".zstd", ".z", NULL};
static const char *const kinds[] = {".log", ".csv", ".json", ".jsonl", ".txt", NULL};

/* --- dates ---------------------------------------------------------------------------------- */

static size_t count_digits(const char *at, const char *end)
{
    size_t count = 0;
    while (at + count < end && is_digit(at[count]))
        count++;
    return count;
}

/* The length of a date of 19yy or 20yy: "20260301" or "2026-03-01"; 0 where there is none. */
static size_t date_length(const char *at, const char *end)
{
    size_t digits = count_digits(at, end);
    if (digits < 4 || !((at[0] == '1' && at[1] == '9') || (at[0] == '2' && at[1] == '0')))
        return 0;
    if (digits >= 8)
        return digits <= 14 ? 8 : 0;
    bool parted = digits == 4 && end - at >= 10 && at[4] == at[7] && strchr("-._", at[4]) &&
                  count_digits(at + 5, end) == 2 && count_digits(at + 8, end) >= 2;
    return parted ? 10 : 0;
}

/* Takes up to a number of digits, whatever stands between them. */
static int64_t number_in(const char *at, const char *end, int most)
{
    int64_t value = 0;
    for (; at < end; at++) {
        if (is_digit(*at) && most-- > 0)
            value = value * 10 + (*at - '0');
    }
    return value;
}

/* Where the run of digits and separators begins that a name ends with. */
static size_t run_start(const char *name, size_t len)
{
    while (len > 0 && (is_digit(name[len - 1]) || memchr("-._T", name[len - 1], 4)))
        len--;
    return len;
}

/* What stands behind a date: one number, as seconds since 1970; two, as an hour and a count; or
 * more of two digits each, as a time. */
static int64_t rest_of(const char *at, const char *end)
{
    int64_t value = 0;
    int groups = 0;
    for (const char *c = at; c < end; c++)
        groups += is_digit(*c) && (c == at || !is_digit(c[-1])) ? 1 : 0;
    const int64_t unit = groups == 2 ? 100000 : 100;
    while (at < end) {
        size_t digits = count_digits(at, end);
        if (digits > 0)
            value = value * unit + number_in(at, at + digits, 10);
        at += digits > 0 ? digits : 1;
        value %= REST;
    }
    return value;
}

/* A date at the end of a name, and what shares a run with it. Returns the length without it. */
static size_t without_date(const char *name, size_t len, int64_t *age)
{
    const char *end = name + len;
    for (size_t at = run_start(name, len); at < len; at++) {
        size_t date = at > 0 && is_digit(name[at - 1]) ? 0 : date_length(name + at, end);
        if (date == 0)
            continue;
        *age = -(number_in(name + at, name + at + date, 8) * REST + rest_of(name + at + date, end));
        return at > 0 && memchr("-._", name[at - 1], 3) ? at - 1 : at;
    }
    return len;
}

/* --- numbers -------------------------------------------------------------------------------- */

static size_t without_number(const char *name, size_t len, int64_t *age)
{
    size_t start = len;
    while (start > 0 && is_digit(name[start - 1]))
        start--;
    if (start == len || len - start > 5 || start < 2 || name[start - 1] != '.')
        return len;
    *age = number_in(name + start, name + len, 5);
    return start - 1;
}

/* --- multilog ------------------------------------------------------------------------------- */

/* TAI64N: 16 digits of seconds and 8 of nanoseconds, all in hexadecimal. */
static bool is_moment(const char *name, int64_t *age)
{
    static const char hex[] = "0123456789abcdef";
    int64_t value = 0;
    if (name[0] != '@' || strspn(name + 1, hex) < 24)
        return false;
    /* The first digit is always 4, and 15 of them fit. */
    for (size_t i = 2; i <= 16; i++)
        value = value << 4 | (strchr(hex, name[i]) - hex);
    *age = -value;
    return true;
}

/* --- public --------------------------------------------------------------------------------- */

size_t log_name_length(const char *name, int64_t *age)
{
    const char *slash = strrchr(name, '/');
    size_t start = slash ? (size_t)(slash - name) + 1 : 0;
    *age = NEWEST;
    if (strcmp(name + start, "current") == 0 || is_moment(name + start, age))
        return start;
    const char *base = name + start;
    size_t len = without_ending(base, strlen(base), packed);
    len = without_ending(base, len, kinds);
    size_t before = len;
    len = without_date(base, len, age);
    if (len == before)
        len = without_number(base, len, age);
    return start + (len < before ? without_ending(base, len, kinds) : len);
}

static int compare_names(const void *a, const void *b)
{
    const log_file *one = a;
    const log_file *other = b;
    return names_compare(one->name, other->name);
}

static int compare_ages(const void *a, const void *b)
{
    const log_file *one = a;
    const log_file *other = b;
    if (one->log != other->log)
        return one->log < other->log ? -1 : 1;
    if (one->age != other->age)
        return one->age > other->age ? -1 : 1;
    return compare_names(a, b);
}

void log_names_sort(log_file *files, size_t count)
{
    if (count > 0)
        qsort(files, count, sizeof *files, compare_names);
}

void log_names_order(log_file *files, size_t count)
{
    if (count > 0)
        qsort(files, count, sizeof *files, compare_ages);
}
