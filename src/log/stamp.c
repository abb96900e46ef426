/*
 * Stamps to milliseconds since 1970, and back.
 */
#include "log/stamp.h"

#include <string.h>

#include "base/ascii.h"
#include "base/calendar.h"

#define DAY_SECONDS INT64_C(86400)

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* --- reading -------------------------------------------------------------------------------- */

/* Two digits, or -1. */
static int two(const char *p)
{
    if (!ascii_is_digit(p[0]) || !ascii_is_digit(p[1]))
        return -1;
    return (p[0] - '0') * 10 + (p[1] - '0');
}

/* "10:00:00" as seconds of the day, or -1; a leap second counts as the one before. */
static int32_t clock_time(const char *p)
{
    int hour = two(p);
    int minute = two(p + 3);
    int second = two(p + 6);
    if (p[2] != ':' || p[5] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return -1;
    return hour * 3600 + minute * 60 + (second == 60 ? 59 : second);
}

static int month_of_name(const char *p)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++) {
        if (memcmp(names + 3 * i, p, 3) == 0)
            return i + 1;
    }
    return 0;
}

static int days_of_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

void sst_log_clock_begin(log_clock *clock, int64_t newest, int year)
{
    clock->newest = year == 0 ? newest : 0;
    clock->year = year;
    clock->month = 0;
    clock->has_last = false;
}

/*
 * The year of a stamp without one. Where the newest time is known, it is the latest year with which
 * the stamp lies before the day after it; 29 February goes back to a leap year. Otherwise the year
 * counts on when December is followed by January, and back where a late line of December comes
 * after it; a log may say nothing for most of a year.
 */
static int64_t infer_year(log_clock *clock, int month, int day, int32_t seconds)
{
    int64_t year = clock->year;
    if (clock->newest != 0) {
        int m;
        int d;
        int64_t limit = clock->newest + DAY_SECONDS;
        year = calendar_date(floor_div(limit, DAY_SECONDS), &m, &d);
        for (int i = 0; i < 9; i++, year--) {
            int64_t at =
                calendar_days(year, month, day) * DAY_SECONDS + seconds - clock->utc_offset;
            if (day <= days_of_month(year, month) && at <= limit)
                break;
        }
        return year;
    }
    if (year == 0)
        year = 1970;
    if (clock->month - month > 6)
        year++;
    else if (clock->month != 0 && clock->month <= 2 && month >= 11)
        year--;
    clock->year = (int)year;
    clock->month = month;
    while (day > days_of_month(year, month))
        year--;
    return year;
}

bool sst_log_clock_3164(log_clock *clock, const char *text, int64_t *ms)
{
    if (clock->has_last && memcmp(clock->last, text, STAMP_3164_LEN) == 0) {
        *ms = clock->last_ms;
        return true;
    }
    int month = month_of_name(text);
    int day = text[4] == ' ' && ascii_is_digit(text[5]) ? text[5] - '0' : two(text + 4);
    int32_t seconds = clock_time(text + 7);
    if (month == 0 || text[3] != ' ' || text[6] != ' ' || day < 1 ||
        day > days_of_month(2000, month) || seconds < 0)
        return false;
    int64_t year = infer_year(clock, month, day, seconds);
    *ms = (calendar_days(year, month, day) * DAY_SECONDS + seconds - clock->utc_offset) * 1000;
    memcpy(clock->last, text, STAMP_3164_LEN);
    clock->last_ms = *ms;
    clock->has_last = true;
    return true;
}

/* A zone at the start of a text, in seconds east; returns its length, 0 where there is none. */
static size_t read_zone(const char *p, size_t len, int32_t *offset)
{
    *offset = 0;
    if (len >= 1 && (p[0] == 'Z' || p[0] == 'z'))
        return 1;
    if (len < 3 || (p[0] != '+' && p[0] != '-') || two(p + 1) < 0)
        return 0;
    size_t n = 3;
    int32_t minutes = two(p + 1) * 60;
    size_t colon = n < len && p[n] == ':';
    if (len >= n + colon + 2 && two(p + n + colon) >= 0) {
        minutes += two(p + n + colon);
        n += colon + 2;
    }
    *offset = (p[0] == '-' ? -minutes : minutes) * 60;
    return n;
}

/* A fraction of a second in milliseconds; returns its length with the mark, 0 where there is none.
 */
static size_t read_fraction(const char *p, size_t len, int *ms)
{
    size_t n = 1;
    int unit = 100;
    *ms = 0;
    if (len < 2 || (p[0] != '.' && p[0] != ',') || !ascii_is_digit(p[1]))
        return 0;
    for (; n < len && n < 20 && ascii_is_digit(p[n]); n++) {
        *ms += (p[n] - '0') * unit;
        unit /= 10;
    }
    return n;
}

size_t sst_log_clock_iso(const log_clock *clock, sst_span text, int64_t *ms, bool *zoned)
{
    const char *p = text.ptr;
    if (text.len < 19 || p[4] != '-' || p[7] != '-' || (p[10] != 'T' && p[10] != ' '))
        return 0;
    int century = two(p);
    int year = two(p + 2);
    int month = two(p + 5);
    int day = two(p + 8);
    int32_t seconds = clock_time(p + 11);
    if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 ||
        day > days_of_month(century * 100 + year, month) || seconds < 0)
        return 0;
    int fraction;
    int32_t offset;
    size_t n = 19 + read_fraction(p + 19, text.len - 19, &fraction);
    size_t zone = read_zone(p + n, text.len - n, &offset);
    size_t blank = zone == 0 && n < text.len && p[n] == ' ';
    if (blank) {
        zone = read_zone(p + n + 1, text.len - n - 1, &offset);
        /* A word that only begins as a zone does. */
        bool whole =
            n + 1 + zone == text.len || (n + 1 + zone < text.len && p[n + 1 + zone] == ' ');
        zone = zone >= 5 && whole ? zone : 0;
    }
    *zoned = zone != 0;
    n += zone ? blank + zone : 0;
    int64_t east = zone ? offset : clock->utc_offset;
    *ms = (calendar_days(century * 100 + year, month, day) * DAY_SECONDS + seconds - east) * 1000 +
          fraction;
    return n;
}

/* --- writing -------------------------------------------------------------------------------- */

static char *put(char *out, int64_t number, int digits, char behind)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
    out[digits] = behind;
    return out + digits + 1;
}

size_t sst_log_write_time(int64_t ms, char out[STAMP_TEXT_SIZE])
{
    int month;
    int day;
    char *p = out;
    /* RFC 3339 has years of four digits. */
    const int64_t first = INT64_C(-62167219200000);
    const int64_t last = INT64_C(253402300799999);
    ms = ms < first ? first : ms > last ? last : ms;
    int64_t seconds = floor_div(ms, 1000);
    int64_t days = floor_div(seconds, DAY_SECONDS);
    int64_t of_day = seconds - days * DAY_SECONDS;
    int64_t year = calendar_date(days, &month, &day);
    ms -= seconds * 1000;
    p = put(p, year, 4, '-');
    p = put(p, month, 2, '-');
    p = put(p, day, 2, 'T');
    p = put(p, of_day / 3600, 2, ':');
    p = put(p, of_day / 60 % 60, 2, ':');
    p = put(p, of_day % 60, 2, ms ? '.' : 'Z');
    if (ms)
        p = put(p, ms, 3, 'Z');
    return (size_t)(p - out);
}
