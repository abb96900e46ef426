/*
 * Dates of header fields. Read token by token in any order that mail systems use: "Tue, 3 Mar 2026
 * 10:00:00 +0100", "3-Mar-26 10:00", "Tue Mar  3 10:00:00 2026 JST".
 */
#include "mime/date.h"

#include "base/ascii.h"

typedef struct stamp {
    int year, month, day, hour, minute, second;
    int zone; /* minutes east */
    bool has_zone, has_time;
} stamp;

static const struct {
    const char *name;
    int minutes;
} zones[] = {
    {"UTC", 0},    {"GMT", 0},    {"UT", 0},     {"Z", 0},      {"EST", -300}, {"EDT", -240},
    {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
    {"JST", 540},  {"CET", 60},   {"CEST", 120}, {"MET", 60},   {"MEST", 120}, {"MSK", 180},
    {"BST", 60},   {"EET", 120},  {"EEST", 180}, {"WET", 0},
};

static int month_of(sst_span word)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (word.len < 3)
        return 0;
    for (int m = 0; m < 12; m++) {
        if (ascii_equal_fold(word.ptr, names + m * 3, 3))
            return m + 1;
    }
    return 0;
}

/* The number at the front, of at most nine digits; *digits is how many there were. */
static int take_number(sst_span *text, int *digits)
{
    int number = 0;
    *digits = 0;
    while (text->len > 0 && ascii_is_digit(text->ptr[0]) && *digits < 9) {
        number = number * 10 + (text->ptr[0] - '0');
        text->ptr++;
        text->len--;
        ++*digits;
    }
    return number;
}

/* "10:00" or "10:00:00", whose hour has been read. */
static void take_time(sst_span *text, int hour, stamp *s)
{
    int digits;
    int *parts[] = {&s->minute, &s->second};
    s->hour = hour;
    s->has_time = true;
    for (size_t i = 0; i < 2 && text->len > 1 && text->ptr[0] == ':'; i++) {
        text->ptr++;
        text->len--;
        *parts[i] = take_number(text, &digits);
    }
}

static void take_digits(sst_span *text, stamp *s)
{
    int digits;
    int number = take_number(text, &digits);
    if (text->len > 0 && text->ptr[0] == ':' && !s->has_time)
        take_time(text, number, s);
    else if (digits <= 2 && s->day == 0)
        s->day = number;
    else if (digits == 4 && s->year == 0)
        s->year = number;
    else if (digits <= 3 && s->year == 0 && s->month > 0) /* RFC 5322 4.3 */
        s->year = number + (digits == 3 || number >= 50 ? 1900 : 2000);
}

static void take_word(sst_span *text, stamp *s)
{
    size_t len = 0;
    while (len < text->len && ascii_is_alpha(text->ptr[len]))
        len++;
    sst_span word = {text->ptr, len};
    text->ptr += len;
    text->len -= len;
    if (s->month == 0 && month_of(word) > 0) {
        s->month = month_of(word);
        return;
    }
    for (size_t i = 0; i < sizeof zones / sizeof zones[0] && s->has_time && !s->has_zone; i++) {
        if (span_is(word, zones[i].name, true)) {
            s->zone = zones[i].minutes;
            s->has_zone = true;
        }
    }
}

static void take_zone(sst_span *text, stamp *s)
{
    int sign = text->ptr[0] == '-' ? -1 : 1;
    int digits;
    text->ptr++;
    text->len--;
    int number = take_number(text, &digits);
    if (digits != 4 || number / 100 > 14 || number % 100 > 59)
        return;
    s->zone = sign * (number / 100 * 60 + number % 100);
    s->has_zone = true;
}

static stamp read_stamp(sst_span text)
{
    stamp s = {0};
    while (text.len > 0) {
        char c = text.ptr[0];
        if (ascii_is_digit(c)) {
            take_digits(&text, &s);
        } else if (ascii_is_alpha(c)) {
            take_word(&text, &s);
        } else if ((c == '+' || c == '-') && s.has_time && !s.has_zone) {
            take_zone(&text, &s);
        } else if (c == '(') { /* a comment ends what counts */
            break;
        } else {
            text.ptr++;
            text.len--;
        }
    }
    return s;
}

static char *put_digits(char *p, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return p + digits;
}

size_t sst_mime_date(sst_span value, char out[MIME_DATE_SIZE], bool *zoned)
{
    stamp s = read_stamp(value);
    if (s.month == 0 || s.day < 1 || s.day > 31 || s.year < 1970 || s.year > 9999 || s.hour > 23 ||
        s.minute > 59 || s.second > 60 || !s.has_time)
        return 0;
    char *p = put_digits(out, s.year, 4);
    *p++ = '-';
    p = put_digits(p, s.month, 2);
    *p++ = '-';
    p = put_digits(p, s.day, 2);
    *p++ = 'T';
    p = put_digits(p, s.hour, 2);
    *p++ = ':';
    p = put_digits(p, s.minute, 2);
    *p++ = ':';
    p = put_digits(p, s.second, 2);
    if (s.zone == 0) {
        *p++ = 'Z';
    } else {
        int minutes = s.zone < 0 ? -s.zone : s.zone;
        *p++ = s.zone < 0 ? '-' : '+';
        p = put_digits(p, minutes / 60, 2);
        *p++ = ':';
        p = put_digits(p, minutes % 60, 2);
    }
    *p = '\0';
    *zoned = s.has_zone;
    return (size_t)(p - out);
}
