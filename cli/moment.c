/*
 * Times over the proleptic Gregorian calendar. Of the C library only the clock and, for zones that
 * have a name, mktime and localtime with TZ are used (POSIX).
 */
#define _POSIX_C_SOURCE 200809L

#include "moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

#define MINUTE INT64_C(60)
#define HOUR   INT64_C(3600)
#define DAY    INT64_C(86400)
#define WEEK   (7 * DAY)

/* --- the calendar --------------------------------------------------------------------------- */

/* Days since 1970-01-01. Years are counted from March on, so that the leap day is the last one. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2 ? 1 : 0;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted + (shifted < 10 ? 3 : -9));
    *year = (int)(years + era * 400 + (*month <= 2 ? 1 : 0));
}

static int64_t floor_to(int64_t value, int64_t unit)
{
    int64_t rest = value % unit;
    return value - (rest < 0 ? rest + unit : rest);
}

/* --- zones ---------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits of a fixed number. Moves on, or returns false. */
static bool take_number(const char **at, const char *end, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (*at == end || !is_digit(**at))
            return false;
        *value = *value * 10 + (**at - '0');
    }
    return true;
}

static bool take_char(const char **at, const char *end, const char *any)
{
    if (*at == end || **at == '\0' || !strchr(any, **at))
        return false;
    ++*at;
    return true;
}

/* "Z", "+01:00", "+0100", "-03" up to the end. */
static bool take_offset(const char **at, const char *end, int32_t *offset)
{
    int hours = 0;
    int minutes = 0;
    *offset = 0;
    if (take_char(at, end, "Zz"))
        return *at == end;
    bool west = *at < end && **at == '-';
    if (!take_char(at, end, "+-") || !take_number(at, end, 2, &hours))
        return false;
    take_char(at, end, ":");
    if (*at < end && !take_number(at, end, 2, &minutes))
        return false;
    *offset = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
    return *at == end && hours <= 14 && minutes < 60;
}

/* Whether the system has a zone of this name. Where it has not, TZ would silently mean UTC. */
static bool has_zone(const char *name)
{
    static const char *const places[] = {NULL, "/usr/share/zoneinfo", "/usr/share/lib/zoneinfo",
                                         "/etc/zoneinfo"};
    const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    if (name[0] == '\0' || name[0] == '/' || name[strspn(name, letters)] != '\0')
        return false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[512];
        const char *place = i == 0 ? getenv("TZDIR") : places[i];
        int len = place ? snprintf(path, sizeof path, "%s/%s", place, name) : 0;
        if (len > 0 && (size_t)len < sizeof path && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

bool zone_read(const char *word, zone *into)
{
    memset(into, 0, sizeof *into);
    if (!word || strcmp(word, "UTC") == 0)
        return true;
    const char *at = word;
    if (take_offset(&at, word + strlen(word), &into->offset))
        return true;
    bool named = strcmp(word, "local") != 0;
    if (named && !has_zone(word)) {
        complain("--tz is an offset as +01:00, Z, local, or a zone as Europe/Madrid, not '%s'",
                 word);
        return false;
    }
    if (named && setenv("TZ", word, 1) != 0) {
        complain("out of memory");
        return false;
    }
    tzset();
    into->of_system = true;
    into->offset = 0;
    return true;
}

/* By mktime, which knows what the zone's clocks showed. */
static int64_t system_to_utc(int64_t wall)
{
    struct tm parts;
    int64_t days = floor_to(wall, DAY) / DAY;
    int64_t rest = wall - days * DAY;
    memset(&parts, 0, sizeof parts);
    date_of(days, &parts.tm_year, &parts.tm_mon, &parts.tm_mday);
    parts.tm_year -= 1900;
    parts.tm_mon--;
    parts.tm_hour = (int)(rest / HOUR);
    parts.tm_min = (int)(rest % HOUR / MINUTE);
    parts.tm_sec = (int)(rest % MINUTE);
    parts.tm_isdst = -1;
    time_t time = mktime(&parts);
    return time == (time_t)-1 ? wall : (int64_t)time;
}

int64_t zone_to_utc(zone *in, int64_t wall)
{
    if (!in->of_system)
        return wall - in->offset;
    /* Clocks are changed at full quarters of an hour everywhere. */
    int64_t quarter = floor_to(wall, 15 * MINUTE);
    if (!in->known || quarter != in->hour) {
        in->known = true;
        in->hour = quarter;
        in->shift = quarter - system_to_utc(quarter);
    }
    return wall - in->shift;
}

/* What a wall clock in the zone shows. */
static int64_t zone_to_wall(const zone *in, int64_t utc)
{
    struct tm parts;
    time_t time = (time_t)utc;
    if (!in->of_system)
        return utc + in->offset;
    if (!localtime_r(&time, &parts))
        return utc;
    return days_of(parts.tm_year + INT64_C(1900), parts.tm_mon + 1, parts.tm_mday) * DAY +
           parts.tm_hour * HOUR + parts.tm_min * MINUTE + parts.tm_sec;
}

/* --- moments -------------------------------------------------------------------------------- */

/* "2026-03-01", seconds since 1970. */
static bool take_date(const char **at, const char *end, int64_t *seconds)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year;
    int month;
    int day;
    if (!take_number(at, end, 4, &year) || !take_char(at, end, "-") ||
        !take_number(at, end, 2, &month) || !take_char(at, end, "-") ||
        !take_number(at, end, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
        return false;
    *seconds = days_of(year, month, day) * DAY;
    return true;
}

/* "10:00", "10:00:00", "10:00:00.123", milliseconds. */
static bool take_time(const char **at, const char *end, int64_t *ms)
{
    int hour;
    int minute;
    int second = 0;
    int64_t unit = 100;
    if (!take_number(at, end, 2, &hour) || !take_char(at, end, ":") ||
        !take_number(at, end, 2, &minute))
        return false;
    if (take_char(at, end, ":") && !take_number(at, end, 2, &second))
        return false;
    *ms = (hour * HOUR + minute * MINUTE + second) * 1000;
    if (take_char(at, end, ".,")) {
        for (; *at < end && is_digit(**at); ++*at, unit /= 10)
            *ms += (**at - '0') * unit;
    }
    return hour < 24 && minute < 60 && second <= 60;
}

/* A date, perhaps with a time, perhaps with a zone. */
static bool read_iso(const char *at, const char *end, zone *in, int64_t *ms)
{
    int64_t seconds;
    int64_t of_day = 0;
    int32_t offset = 0;
    if (!take_date(&at, end, &seconds))
        return false;
    if (take_char(&at, end, "Tt ") && !take_time(&at, end, &of_day))
        return false;
    int64_t whole = seconds + of_day / 1000;
    if (at < end) {
        if (!take_offset(&at, end, &offset))
            return false;
        whole -= offset;
    } else {
        whole = zone_to_utc(in, whole);
    }
    *ms = whole * 1000 + of_day % 1000;
    return true;
}

/* "2h": so long ago, in seconds. */
static bool read_ago(const char *word, int64_t *seconds)
{
    static const char letters[] = "smhdw";
    static const int64_t units[] = {1, MINUTE, HOUR, DAY, WEEK};
    int64_t count = 0;
    const char *at = word;
    for (; is_digit(*at) && at - word < 9; at++)
        count = count * 10 + (*at - '0');
    const char *unit = *at ? strchr(letters, *at) : NULL;
    if (at == word || !unit || at[1] != '\0')
        return false;
    *seconds = count * units[unit - letters];
    return true;
}

bool moment_read(const char *word, zone *in, int64_t now, int64_t *ms)
{
    int64_t ago;
    int64_t today = floor_to(zone_to_wall(in, now), DAY);
    if (strcmp(word, "now") == 0)
        *ms = now * 1000;
    else if (strcmp(word, "today") == 0)
        *ms = zone_to_utc(in, today) * 1000;
    else if (strcmp(word, "yesterday") == 0)
        *ms = zone_to_utc(in, today - DAY) * 1000;
    else if (read_ago(word, &ago))
        *ms = (now - ago) * 1000;
    else
        return read_iso(word, word + strlen(word), in, ms);
    return true;
}

bool moment_of_record(sst_span time, int64_t *ms)
{
    zone utc = {.of_system = false};
    return time.ptr && read_iso(time.ptr, time.ptr + time.len, &utc, ms);
}

/* A number with zeros before it, and what stands behind it. */
static char *put(char *at, int number, int digits, char behind)
{
    for (int i = digits; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    at[digits] = behind;
    return at + digits + 1;
}

size_t moment_write(int64_t ms, char into[MOMENT_MAX])
{
    int64_t seconds = floor_to(ms, 1000) / 1000;
    int64_t days = floor_to(seconds, DAY) / DAY;
    int of_day = (int)(seconds - days * DAY);
    int rest = (int)(ms - seconds * 1000);
    int year;
    int month;
    int day;
    date_of(days, &year, &month, &day);
    char *at = put(into, year, 4, '-');
    at = put(at, month, 2, '-');
    at = put(at, day, 2, 'T');
    at = put(at, of_day / 3600, 2, ':');
    at = put(at, of_day / 60 % 60, 2, ':');
    at = put(at, of_day % 60, 2, rest > 0 ? '.' : 'Z');
    if (rest > 0)
        at = put(at, rest, 3, 'Z');
    return (size_t)(at - into);
}

int64_t moment_now(void)
{
    return (int64_t)time(NULL);
}
