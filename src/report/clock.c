/*
 * Days of the proleptic Gregorian calendar, and RFC 3339 5.6. A leap second counts as the second
 * before it.
 */
#include "report/clock.h"

#include "base/ascii.h"

/* Days from 1970-01-01; the year is counted from March, so that the leap day ends it. */
static int64_t days_from(int year, int month, int day)
{
    int64_t y = year - (month <= 2 ? 1 : 0);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t in_era = y - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t in_era = days - era * 146097;
    int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100);
    int64_t m = (5 * in_year + 2) / 153;
    *day = (int)(in_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2 ? 1 : 0));
}

/* The number in count digits at *at; -1 where they are none. */
static int digits(sst_span text, size_t at, size_t count)
{
    int number = 0;
    for (size_t i = at; i < at + count; i++) {
        if (i >= text.len || !ascii_is_digit(text.ptr[i]))
            return -1;
        number = number * 10 + (text.ptr[i] - '0');
    }
    return number;
}

static bool is_at(sst_span text, size_t at, char c)
{
    return at < text.len && text.ptr[at] == c;
}

/* The zone at the end, in seconds east of UTC. */
static bool read_zone(sst_span text, size_t at, int *east)
{
    *east = 0;
    if (at + 1 == text.len)
        return ascii_upper(text.ptr[at]) == 'Z';
    int hours = digits(text, at + 1, 2);
    int minutes = digits(text, at + 4, 2);
    if (at + 6 != text.len || hours < 0 || minutes < 0 || hours > 23 || minutes > 59)
        return false;
    *east = (hours * 60 + minutes) * 60;
    if (is_at(text, at, '-'))
        *east = -*east;
    return is_at(text, at + 3, ':') && (is_at(text, at, '-') || is_at(text, at, '+'));
}

bool sst_clock_read(sst_span text, int64_t *seconds)
{
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 2);
    int day = digits(text, 8, 2);
    int hour = digits(text, 11, 2);
    int minute = digits(text, 14, 2);
    int second = digits(text, 17, 2);
    int east;
    size_t at = 19;
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60 || !is_at(text, 4, '-') ||
        !is_at(text, 7, '-') || !is_at(text, 13, ':') || !is_at(text, 16, ':') ||
        (ascii_upper(text.ptr[10]) != 'T' && text.ptr[10] != ' '))
        return false;
    if (is_at(text, at, '.')) {
        do
            at++;
        while (at < text.len && ascii_is_digit(text.ptr[at]));
    }
    if (at >= text.len || !read_zone(text, at, &east))
        return false;
    *seconds = days_from(year, month, day) * DAY + hour * 3600 + minute * 60 +
               (second == 60 ? 59 : second) - east;
    return true;
}

static size_t put(char *out, size_t at, int number, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        out[at + i - 1] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + count;
}

/* "2026-11-22", and " 10:00" with seconds to follow. */
static size_t put_date(char *out, int64_t seconds, char between, bool time)
{
    int64_t days = sst_clock_floor(seconds, DAY) / DAY;
    int rest = (int)(seconds - days * DAY);
    int year, month, day;
    date_of(days, &year, &month, &day);
    size_t at = put(out, 0, year < 0 ? 0 : year > 9999 ? 9999 : year, 4);
    out[at++] = '-';
    at = put(out, at, month, 2);
    out[at++] = '-';
    at = put(out, at, day, 2);
    if (!time)
        return at;
    out[at++] = between;
    at = put(out, at, rest / 3600, 2);
    out[at++] = ':';
    return put(out, at, rest / 60 % 60, 2);
}

size_t sst_clock_write(int64_t seconds, char out[CLOCK_SIZE])
{
    size_t at = put_date(out, seconds, 'T', true);
    out[at++] = ':';
    at = put(out, at, (int)(seconds - sst_clock_floor(seconds, 60)), 2);
    out[at++] = 'Z';
    out[at] = '\0';
    return at;
}

size_t sst_clock_show(int64_t seconds, bool days, char out[CLOCK_SIZE])
{
    size_t at = put_date(out, seconds, ' ', !days);
    out[at] = '\0';
    return at;
}

int64_t sst_clock_floor(int64_t seconds, int64_t width)
{
    const int64_t monday = 4 * DAY; /* 1970-01-05 */
    int64_t from = seconds - monday;
    int64_t part = from % width;
    return seconds - (part < 0 ? part + width : part);
}
