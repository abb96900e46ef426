/*
 * What stands before a program's own words in a log: RFC 3164 4.1 with or without priority, RFC
 * 5424 6, rsyslog's form of it with an ISO time, journald's and Docker's JSON, Docker Compose,
 * Kubernetes CRI, multilog's TAI64N, or nothing. One may stand in another, as syslog lines of a
 * container do. A stamp with a zone outranks one without, wherever it stands.
 */
#include "log/reader.h"

#include <string.h>

#include "base/ascii.h"
#include "base/scan.h"
#include "log/json.h"

/* A line in JSON in a line of a container. */
#define MAX_LAYERS 4

static sst_span behind(sst_span text, size_t count)
{
    return (sst_span){text.ptr + count, text.len - count};
}

static void take_time(log_line *line, int64_t ms, bool zoned)
{
    if (line->has_time && line->zoned && !zoned)
        return;
    line->has_time = true;
    line->zoned = zoned;
    line->time_ms = ms;
}

/* The bytes before the first blank; all where there is none. */
static sst_span first_word(sst_span text)
{
    return (sst_span){text.ptr, scan_first_of(text.ptr, text.len, ' ', ' ', ' ')};
}

#define MAX_PID ((size_t)32) /* of the process and, with some, its thread */

/* Takes "tag: " or "tag[pid]: " at the start of a text; returns the length, or 0 and leaves the
 * line where there is none. */
static size_t take_tag(log_line *line, sst_span text, bool needs_pid)
{
    size_t name = scan_first_of(text.ptr, text.len, ':', '[', ' ');
    size_t n = name;
    sst_span pid = {NULL, 0};
    bool has_pid = n < text.len && text.ptr[n] == '[';
    if (n == 0 || (needs_pid && !has_pid))
        return 0;
    if (has_pid) {
        size_t len = scan_first_of(text.ptr + n, text.len - n, ']', ' ', ':');
        if (len > MAX_PID || n + len >= text.len || text.ptr[n + len] != ']')
            return 0;
        pid = (sst_span){text.ptr + n + 1, len - 1};
        n += len + 1;
    }
    if (n >= text.len || text.ptr[n] != ':')
        return 0;
    n++;
    if (n < text.len && text.ptr[n] != ' ')
        return 0;
    line->program = (sst_span){text.ptr, name};
    line->pid = pid;
    return n < text.len ? n + 1 : n;
}

/* Solaris writes "[ID 197553 mail.info] " behind the tag. */
static size_t skip_message_id(sst_span text)
{
    if (text.len < 5 || memcmp(text.ptr, "[ID ", 4) != 0)
        return 0;
    const char *close = memchr(text.ptr, ']', text.len < 64 ? text.len : 64);
    return close && close + 1 < text.ptr + text.len && close[1] == ' '
               ? (size_t)(close - text.ptr) + 2
               : 0;
}

/* "mail:info " (AIX), "<mail.info> " (FreeBSD): facility and severity. */
static sst_span skip_severity(sst_span text)
{
    sst_span word = first_word(text);
    bool is_severity = word.len > 2 && word.len < text.len && word.ptr[word.len - 1] != ':' &&
                       memchr(word.ptr, word.ptr[0] == '<' ? '>' : ':', word.len) &&
                       !memchr(word.ptr, '[', word.len);
    return is_severity ? behind(text, word.len + 1) : text;
}

/* "host tag[pid]: words" behind a stamp of syslog; the host may be missing. Returns false, and
 * leaves the line, where there is no tag. */
static bool take_host_and_tag(log_line *line, sst_span text, bool needs_pid)
{
    if (text.len > 0 && text.ptr[0] == '<')
        text = skip_severity(text);
    sst_span host = first_word(text);
    bool has_host = host.len < text.len && host.len > 0 && text.ptr[host.len - 1] != ':';
    sst_span rest = has_host ? behind(text, host.len + 1) : text;
    size_t tag = take_tag(line, rest, needs_pid);
    if (tag == 0) {
        rest = skip_severity(rest);
        tag = take_tag(line, rest, needs_pid);
    }
    if (tag == 0)
        return false;
    if (has_host)
        line->host = host;
    rest = behind(rest, tag);
    line->text = behind(rest, skip_message_id(rest));
    return true;
}

/* Keeps "Nov 22 10:00:00 mail " for the next line. */
static void keep_prefix(sst_log_reader *reader, sst_span text, const log_line *line)
{
    size_t len = line->host.ptr ? STAMP_3164_LEN + 1 + line->host.len + 1 : 0;
    reader->prefix_len = 0;
    if (len == 0 || len > LOG_PREFIX_SIZE || line->host.ptr != text.ptr + STAMP_3164_LEN + 1 ||
        line->program.ptr != text.ptr + len)
        return;
    memcpy(reader->prefix, text.ptr, len);
    reader->prefix_len = len;
    reader->prefix_ms = line->time_ms;
}

/* Whether stamp and host are those of the line before, and a tag follows. */
static bool take_same_prefix(const sst_log_reader *reader, log_line *line)
{
    sst_span text = line->text;
    size_t len = reader->prefix_len;
    if (len == 0 || text.len <= len || !ascii_same_bytes(text.ptr, reader->prefix, len))
        return false;
    sst_span rest = behind(text, len);
    size_t tag = take_tag(line, rest, false);
    if (tag == 0)
        return false;
    take_time(line, reader->prefix_ms, false);
    line->host = (sst_span){text.ptr + STAMP_3164_LEN + 1, len - STAMP_3164_LEN - 2};
    rest = behind(rest, tag);
    line->text = behind(rest, skip_message_id(rest));
    return true;
}

/* "Nov 22 10:00:00 mail postfix/smtp[1234]: words"; journald can add a fraction. */
static bool take_3164(sst_log_reader *reader, log_line *line)
{
    sst_span text = line->text;
    const sst_span whole = text;
    int64_t ms;
    if (text.len < STAMP_3164_LEN + 1 || !ascii_is_alpha(text.ptr[0]) ||
        !sst_log_clock_3164(&reader->clock, text.ptr, &ms))
        return false;
    text = behind(text, STAMP_3164_LEN);
    if (text.ptr[0] == '.') {
        size_t n = 1;
        int unit = 100;
        for (; n < text.len && ascii_is_digit(text.ptr[n]); n++, unit /= 10)
            ms += (text.ptr[n] - '0') * unit;
        text = behind(text, n);
    }
    if (text.len == 0 || text.ptr[0] != ' ')
        return false;
    take_time(line, ms, false);
    line->text = behind(text, 1);
    if (take_host_and_tag(line, line->text, false) && !line->zoned)
        keep_prefix(reader, whole, line);
    return true;
}

/* "stdout F " of the Kubernetes CRI, behind its stamp; returns the length. */
static size_t skip_stream(sst_span text)
{
    bool is_stream = text.len >= 9 &&
                     (memcmp(text.ptr, "stdout ", 7) == 0 || memcmp(text.ptr, "stderr ", 7) == 0);
    return is_stream && (text.ptr[7] == 'F' || text.ptr[7] == 'P') && text.ptr[8] == ' ' ? 9 : 0;
}

/* An ISO stamp: of the CRI; before host and tag; or, with a blank between date and time, before a
 * program's own words, as Exim writes it. */
static bool take_iso(sst_log_reader *reader, log_line *line, bool *more)
{
    int64_t ms;
    bool zoned;
    size_t n = sst_log_clock_iso(&reader->clock, line->text, &ms, &zoned);
    if (n == 0 || n >= line->text.len || line->text.ptr[n] != ' ')
        return false;
    bool is_syslog = line->text.ptr[10] == 'T';
    sst_span text = behind(line->text, n + 1);
    size_t stream = skip_stream(text);
    take_time(line, ms, zoned);
    *more = stream != 0;
    line->text = behind(text, stream);
    if (stream == 0)
        take_host_and_tag(line, text, !is_syslog);
    return true;
}

/* "Sun 2026-11-22 10:00:00 UTC mail postfix/smtp[1234]: words", as `journalctl -o short-full`. */
static bool take_weekday(sst_log_reader *reader, log_line *line)
{
    sst_span text = line->text;
    int64_t ms;
    bool zoned;
    if (text.len < 25 || text.ptr[3] != ' ' || !ascii_is_digit(text.ptr[4]) ||
        !ascii_is_alpha(text.ptr[2]))
        return false;
    text = behind(text, 4);
    size_t n = sst_log_clock_iso(&reader->clock, text, &ms, &zoned);
    if (n == 0 || n + 1 >= text.len || text.ptr[n] != ' ')
        return false;
    text = behind(text, n + 1);
    sst_span zone = first_word(text);
    if (zone.len == text.len)
        return false;
    bool utc = span_is(zone, "UTC", false);
    take_time(line, utc ? ms + reader->clock.utc_offset * INT64_C(1000) : ms, utc);
    line->text = behind(text, zone.len + 1);
    take_host_and_tag(line, line->text, false);
    return true;
}

/* --- RFC 5424 ------------------------------------------------------------------------------- */

/* The next field before a blank; "-" is none. */
static sst_span take_field(sst_span *text)
{
    sst_span field = first_word(*text);
    *text = behind(*text, field.len < text->len ? field.len + 1 : field.len);
    return field.len == 1 && field.ptr[0] == '-' ? (sst_span){NULL, 0} : field;
}

/* The length of structured data: "-" or elements in brackets, in whose quotes \ quotes. */
static size_t skip_structured_data(sst_span text)
{
    bool quoted = false;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted && c == '\\')
            i++;
        else if (inside && c == '"')
            quoted = !quoted;
        else if (!inside && c != '[')
            return text.len >= 1 && i == 0 ? c == '-' : i;
        else if (!quoted && (c == '[' || c == ']'))
            inside = c == '[';
    }
    return text.len;
}

static bool take_5424(sst_log_reader *reader, log_line *line)
{
    sst_span text = line->text;
    int64_t ms = 0;
    bool zoned = false;
    if (text.len < 4 || text.ptr[0] != '1' || text.ptr[1] != ' ')
        return false;
    text = behind(text, 2);
    bool nil = text.ptr[0] == '-' && text.ptr[1] == ' ';
    size_t n = nil ? 1 : sst_log_clock_iso(&reader->clock, text, &ms, &zoned);
    if (n == 0 || n >= text.len || text.ptr[n] != ' ')
        return false;
    if (!nil)
        take_time(line, ms, zoned);
    text = behind(text, n + 1);
    line->host = take_field(&text);
    line->program = take_field(&text);
    line->pid = take_field(&text);
    take_field(&text);
    text = behind(text, skip_structured_data(text));
    if (text.len > 0 && text.ptr[0] == ' ')
        text = behind(text, 1);
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0)
        text = behind(text, 3);
    line->text = text;
    return true;
}

/* "<22>": the length of a priority. */
static size_t skip_priority(sst_span text)
{
    size_t n = 1;
    if (text.len < 3 || text.ptr[0] != '<')
        return 0;
    while (n < text.len && n < 4 && ascii_is_digit(text.ptr[n]))
        n++;
    return n > 1 && n < text.len && text.ptr[n] == '>' ? n + 1 : 0;
}

/* --- containers ----------------------------------------------------------------------------- */

static sst_span json_words(sst_log_reader *reader, json_value value)
{
    sst_span none = {NULL, 0};
    bool copied = value.kind == JSON_ARRAY || sst_json_is_escaped(value);
    char *room = copied ? sst_log_scratch(reader, value.raw.len) : NULL;
    if (copied && !room)
        return none;
    sst_span words =
        value.kind == JSON_ARRAY ? sst_json_bytes(value, room) : sst_json_text(value, room);
    while (words.len > 0 && (words.ptr[words.len - 1] == '\n' || words.ptr[words.len - 1] == '\r'))
        words.len--;
    return words;
}

enum { MESSAGE, MICROSECONDS, HOST, IDENTIFIER, LOG, TIME, JSON_COUNT };

static void take_journal(sst_log_reader *reader, log_line *line, const json_value *values)
{
    int64_t us;
    if (sst_json_integer(values[MICROSECONDS], &us))
        take_time(line, us / 1000, true);
    if (values[HOST].kind == JSON_STRING)
        line->host = json_words(reader, values[HOST]);
    if (values[IDENTIFIER].kind == JSON_STRING)
        line->program = json_words(reader, values[IDENTIFIER]);
    line->text = json_words(reader, values[MESSAGE]);
}

/* journald's export, or what Docker's json-file driver writes. */
static bool take_json(sst_log_reader *reader, log_line *line)
{
    static const char *const paths[] = {
        "MESSAGE", "__REALTIME_TIMESTAMP", "_HOSTNAME", "SYSLOG_IDENTIFIER", "log", "time"};
    json_value values[JSON_COUNT];
    if (line->text.len < 2 || line->text.ptr[0] != '{')
        return false;
    sst_json_pick(line->text, paths, JSON_COUNT, values);
    json_kind message = values[MESSAGE].kind;
    bool journal =
        (message == JSON_STRING || message == JSON_ARRAY) &&
        (values[MICROSECONDS].kind == JSON_STRING || values[IDENTIFIER].kind == JSON_STRING);
    bool docker = values[LOG].kind == JSON_STRING && values[TIME].kind == JSON_STRING;
    int64_t ms;
    bool zoned;
    if (journal) {
        take_journal(reader, line, values);
    } else if (docker) {
        if (sst_log_clock_iso(&reader->clock, values[TIME].raw, &ms, &zoned) != 0)
            take_time(line, ms, zoned);
        line->text = json_words(reader, values[LOG]);
    }
    return journal || docker;
}

/* "postfix-1  | ": the name of a service, as Docker Compose puts it before each line. */
static size_t skip_service(sst_span text)
{
    size_t n = 0;
    while (n < text.len && n < 64 &&
           (ascii_is_alnum(text.ptr[n]) || text.ptr[n] == '-' || text.ptr[n] == '_' ||
            text.ptr[n] == '.'))
        n++;
    size_t name = n;
    while (n < text.len && n < 128 && text.ptr[n] == ' ')
        n++;
    return name > 0 && n > name && n + 1 < text.len && text.ptr[n] == '|' && text.ptr[n + 1] == ' '
               ? n + 2
               : 0;
}

/* "@40000000659280a00abc1234 ": seconds since 1970 TAI plus 2^62, and nanoseconds. */
static bool take_tai64n(log_line *line)
{
    uint64_t seconds = 0;
    uint64_t nanoseconds = 0;
    sst_span text = line->text;
    if (text.len < 26 || text.ptr[0] != '@' || text.ptr[25] != ' ')
        return false;
    for (size_t i = 1; i < 25; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
        uint64_t digit = (uint64_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
        if (i <= 16)
            seconds = seconds << 4 | digit;
        else
            nanoseconds = nanoseconds << 4 | digit;
    }
    /* multilog counts TAI as UTC plus ten seconds. */
    int64_t utc = (int64_t)(seconds - (UINT64_C(1) << 62)) - 10;
    if (utc < 0 || utc > INT64_C(253402300799) || nanoseconds > 999999999)
        return false;
    take_time(line, utc * 1000 + (int64_t)(nanoseconds / 1000000), true);
    line->text = behind(text, 26);
    return true;
}

/* Takes one layer off; returns whether another may stand in it. */
static bool take_layer(sst_log_reader *reader, log_line *line)
{
    bool more = false;
    size_t n;
    if (take_same_prefix(reader, line) || take_3164(reader, line))
        return false;
    if (line->text.len == 0)
        return false;
    switch (line->text.ptr[0]) {
    case '{':
        return take_json(reader, line);
    case '@':
        take_tai64n(line);
        return false;
    case '<':
        n = skip_priority(line->text);
        line->text = behind(line->text, n);
        return n != 0;
    default:
        if (take_5424(reader, line))
            return false;
        if (take_iso(reader, line, &more))
            return more;
        if (take_weekday(reader, line))
            return false;
        n = skip_service(line->text);
        line->text = behind(line->text, n);
        /* A tag that no stamp stands before, as programs write it that log to a container. */
        if (n == 0)
            line->text = behind(line->text, take_tag(line, line->text, true));
        return n != 0;
    }
}

void sst_log_take_prefix(sst_log_reader *reader, log_line *line)
{
    for (int i = 0; i < MAX_LAYERS && take_layer(reader, line); i++)
        continue;
}
