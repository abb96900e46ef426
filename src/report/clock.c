/*
 * Days of the proleptic Gregorian calendar, and RFC 3339 5.6. A leap second counts as the second
 * before it.
 */
#include "report/clock.h"

#include "base/ascii.h"
#include "base/calendar.h"

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
    *seconds = calendar_days(year, month, day) * DAY + hour * 3600 + minute * 60 +
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
    int month, day;
    int year = (int)calendar_date(days, &month, &day);
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
