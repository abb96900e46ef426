/*
 * The reader of logs, through its public header, and the memory of the messages under way. What is
 * read out of each format is the business of tests/cases/log/.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, of guard.h */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "guard.h"
#include "log/open.h"
#include "log/postfix.h"
#include "log/stamp.h"
#include "log/store.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define SENT                                                                                       \
    "relay=mx.example.com[192.0.2.1]:25, delay=1.2, delays=0/0/1/0, dsn=2.0.0, status=sent "       \
    "(250 2.0.0 Ok)\n"

/* Every sort of prefix, a mail of more than one line, recipients that wait, a refusal, bytes that
 * are no text, and a last line without an end. */
static const char sample[] =
    "Nov 22 10:00:00 mail postfix/smtpd[1]: 4Xaa: client=c.example.org[192.0.2.9]\n"
    "Nov 22 10:00:00 mail postfix/cleanup[1]: 4Xaa: message-id=<1@example.org>\r\n"
    "Nov 22 10:00:00 mail postfix/qmgr[1]: 4Xaa: from=<s@example.org>, size=9, nrcpt=2 (queue "
    "active)\n"
    "\n"
    "Nov 22 10:00:01 mail postfix/smtp[1]: 4Xaa: to=<a@example.com>, " SENT
    "Nov 22 10:00:02 mail postfix/smtp[1]: 4Xaa: to=<b@example.com>, relay=none, delay=3, "
    "delays=0/0/3/0, dsn=4.4.1, status=deferred (connect to mx.example.com[192.0.2.1]:25: "
    "Connection refused)\n"
    "\x80\x00\xff garbage \x01\n"
    "Nov 27 10:00:02 mail postfix/qmgr[1]: 4Xaa: from=<s@example.org>, status=expired, returned to "
    "sender\n"
    "Nov 27 10:00:02 mail postfix/qmgr[1]: 4Xaa: removed\n"
    "<22>1 2026-11-27T11:00:03.5+01:00 mail postfix/smtp 1 - [x y=\"\\\"]\"] 4Xbb: "
    "to=<c@e.example>, " SENT
    "{\"log\":\"Nov 27 10:00:04 mail postfix/smtp[1]: 4Xcc: to=<d@e.example>, relay=none, "
    "delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 Ok \\u00e9)\\n\",\"stream\":\"stdout\","
    "\"time\":\"2026-11-27T10:00:05Z\"}\n"
    "postfix-1 | postfix/smtp[1]: 4Xdd: to=<e@e.example>, " SENT
    "Nov 27 10:00:06 mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 554 "
    "5.7.1 <a@example.org>: Relay access denied; from=<x@s.example> to=<a@example.org> proto=ESMTP "
    "helo=<x>";

#define SAMPLE_LEN     (sizeof sample - 1)
#define SAMPLE_RECORDS 7

/* --- texts ---------------------------------------------------------------------------------- */

static void assert_same(const text *got, const text *expected)
{
    if (got->len != expected->len || memcmp(got->bytes, expected->bytes, got->len) != 0)
        fail_msg("got:\n%.*s\nexpected:\n%.*s", (int)got->len, got->bytes, (int)expected->len,
                 expected->bytes);
}

static uint32_t next_number(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(*state >> 33);
}

/* --- reading -------------------------------------------------------------------------------- */

static sst_log_reader *make(size_t max_open)
{
    sst_log_options options = {.size = sizeof options, .max_open = max_open};
    sst_log_reader *reader = NULL;
    assert_int_equal(sst_log_reader_new(&options, &reader), SST_OK);
    sst_log_begin(reader, 0, 2026);
    return reader;
}

/* Writes the records that are there; returns how many. */
static size_t take(sst_log_reader *reader, text *into)
{
    sst_record record;
    size_t count = 0;
    sst_sink sink = {add, into};
    for (; sst_log_next(reader, &record); count++)
        assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    return count;
}

static size_t give(sst_log_reader *reader, const char *bytes, size_t len, text *into)
{
    sst_log_feed(reader, bytes, len);
    return take(reader, into);
}

static size_t give_string(sst_log_reader *reader, const char *string, text *into)
{
    return give(reader, string, strlen(string), into);
}

static size_t end(sst_log_reader *reader, text *into)
{
    sst_log_end(reader);
    return take(reader, into);
}

static sst_log_counts counts_of(const sst_log_reader *reader)
{
    sst_log_counts counts;
    sst_log_get_counts(reader, &counts);
    return counts;
}

static void the_sample_is_read(void **state)
{
    (void)state;
    sst_log_reader *reader = make(0);
    text got = {0};
    size_t count = give(reader, sample, SAMPLE_LEN, &got);
    count += end(reader, &got);
    assert_int_equal(count, SAMPLE_RECORDS);
    sst_log_counts counts = counts_of(reader);
    assert_int_equal(counts.bytes, SAMPLE_LEN);
    assert_int_equal(counts.records, SAMPLE_RECORDS);
    assert_int_equal(counts.lines, 13);
    assert_int_equal(counts.recognised, 11);
    assert_int_equal(counts.zoneless, 4);
    assert_int_equal(counts.let_go + counts.cut_lines + counts.not_understood + counts.back, 0);
    sst_log_reader_free(reader);
    release(&got);
}

static void any_split_gives_the_same(void **state)
{
    (void)state;
    text whole = {0};
    sst_log_reader *reader = make(0);
    give(reader, sample, SAMPLE_LEN, &whole);
    end(reader, &whole);
    sst_log_reader_free(reader);
    for (size_t at = 0; at <= SAMPLE_LEN; at++) {
        text got = {0};
        reader = make(64);
        give(reader, guard_end(0, sample, at), at, &got);
        give(reader, guard_end(0, sample + at, SAMPLE_LEN - at), SAMPLE_LEN - at, &got);
        end(reader, &got);
        assert_same(&got, &whole);
        sst_log_reader_free(reader);
        release(&got);
    }
    release(&whole);
}

/* A source that ends anywhere does no harm, and the next begins anew. */
static void any_end_is_one(void **state)
{
    (void)state;
    sst_log_reader *reader = make(64);
    for (size_t at = 0; at <= SAMPLE_LEN; at++) {
        text got = {0};
        sst_log_begin(reader, 0, 2026);
        give(reader, guard_end(0, sample, at), at, &got);
        end(reader, &got);
        release(&got);
    }
    sst_log_reader_free(reader);
}

static void options_are_checked(void **state)
{
    (void)state;
    sst_log_reader *reader = NULL;
    sst_log_options options = {.size = 1};
    assert_int_equal(sst_log_reader_new(&options, &reader), SST_E_INVALID);
    options.size = sizeof options;
    options.format = SST_LOG_FORMAT_COUNT;
    assert_int_equal(sst_log_reader_new(&options, &reader), SST_E_INVALID);
    assert_null(reader);
    assert_int_equal(sst_log_reader_new(NULL, &reader), SST_OK);
    sst_log_reader_free(reader);
    sst_log_reader_free(NULL);
    assert_string_equal(sst_log_format_id(SST_LOG_FORMAT_ANY), "");
    assert_string_equal(sst_log_format_id(SST_LOG_FORMAT_POSTFIX), "postfix");
    assert_string_equal(sst_log_format_id(SST_LOG_FORMAT_KUMOMTA), "kumomta");
    assert_string_equal(sst_log_format_id(SST_LOG_FORMAT_COUNT), "");
}

static void one_format_alone(void **state)
{
    (void)state;
    sst_log_options options = {.size = sizeof options, .format = SST_LOG_FORMAT_EXIM};
    sst_log_reader *reader = NULL;
    text got = {0};
    assert_int_equal(sst_log_reader_new(&options, &reader), SST_OK);
    sst_log_begin(reader, 0, 2026);
    assert_int_equal(give(reader, sample, SAMPLE_LEN, &got), 0);
    sst_log_reader_free(reader);
    options.format = SST_LOG_FORMAT_POSTFIX;
    options.undecided = true;
    assert_int_equal(sst_log_reader_new(&options, &reader), SST_OK);
    sst_log_begin(reader, 0, 2026);
    assert_int_equal(give(reader, sample, SAMPLE_LEN, &got), SAMPLE_RECORDS - 1);
    add(&got, "", 1);
    assert_null(strstr(got.bytes, "\"reason\""));
    sst_log_reader_free(reader);
    release(&got);
}

/* --- memory --------------------------------------------------------------------------------- */

typedef struct budget {
    size_t left; /* how many allocations succeed */
    size_t live;
    size_t calls;
} budget;

static void *resize(void *context, void *block, size_t size)
{
    budget *b = context;
    b->calls++;
    if (size == 0) {
        b->live -= block != NULL;
        free(block);
        return NULL;
    }
    if (b->left == 0)
        return NULL;
    b->left--;
    b->live += block == NULL;
    return realloc(block, size);
}

static void memory_is_taken_at_the_start(void **state)
{
    (void)state;
    for (size_t n = 0;; n++) {
        budget b = {.left = n};
        sst_allocator allocator = {resize, &b};
        sst_log_options options = {.size = sizeof options, .allocator = &allocator, .max_open = 64};
        sst_log_reader *reader = NULL;
        int error = sst_log_reader_new(&options, &reader);
        if (error == SST_OK) {
            text got = {0};
            size_t calls = b.calls;
            sst_log_begin(reader, 0, 2026);
            give(reader, sample, SAMPLE_LEN, &got);
            assert_int_equal(b.calls, calls);
            sst_log_reader_free(reader);
            assert_int_equal(b.live, 0);
            release(&got);
            assert_true(n > 3);
            return;
        }
        assert_int_equal(error, SST_E_NO_MEMORY);
        assert_null(reader);
        assert_int_equal(b.live, 0);
    }
}

static void the_oldest_is_let_go(void **state)
{
    (void)state;
    enum { CAP = 64, ALL = 300 };
    sst_log_reader *reader = make(CAP);
    char line[256];
    text got = {0};
    for (int i = 0; i < ALL; i++) {
        snprintf(line, sizeof line,
                 "Nov 22 10:00:00 mail postfix/qmgr[1]: 4X1%d: from=<s%d@example.org>, size=1, "
                 "nrcpt=1 (queue active)\n",
                 i, i);
        give_string(reader, line, &got);
        /* The first is heard of again and again. */
        give_string(reader, "Nov 22 10:00:00 mail postfix/cleanup[1]: 4X00: message-id=<m@x>\n",
                    &got);
    }
    assert_int_equal(counts_of(reader).let_go, ALL + 1 - CAP);
    const char *const ids[] = {"4X00", "4X1299", "4X10"};
    const char *const expected[] = {"\"message_id\":\"<m@x>\"", "\"sender\":\"s299@example.org\"",
                                    NULL};
    for (size_t i = 0; i < COUNT(ids); i++) {
        snprintf(line, sizeof line,
                 "Nov 22 10:00:00 mail postfix/smtp[1]: %s: to=<a@b.example>, %s", ids[i], SENT);
        release(&got);
        assert_int_equal(give_string(reader, line, &got), 1);
        add(&got, "", 1);
        if (expected[i])
            assert_non_null(strstr(got.bytes, expected[i]));
        else
            assert_null(strstr(got.bytes, "sender"));
    }
    sst_log_reader_free(reader);
    release(&got);
}

/* Long texts under many ids: the storage is full before the table is. */
static void full_storage_lets_go_too(void **state)
{
    (void)state;
    sst_log_reader *reader = make(64);
    static char line[4096];
    char filler[SST_MAX_LOG_FIELD + 100];
    text got = {0};
    memset(filler, 'x', sizeof filler);
    for (int i = 0; i < 200; i++) {
        snprintf(line, sizeof line,
                 "Nov 22 10:00:00 mail postfix/qmgr[1]: 4X1%d: from=<%.*s>, size=1, nrcpt=1 (queue "
                 "active)\nNov 22 10:00:00 mail postfix/smtp[1]: 4X1%d: to=<a%d@b.example>, "
                 "relay=none, delay=1, delays=0/0/0/0, dsn=4.0.0, status=deferred (%.*s)\n"
                 "Nov 22 10:00:00 mail postfix/cleanup[1]: 4X1%d: message-id=<%d%.*s>\n",
                 i, (int)sizeof filler, filler, i, i, (int)sizeof filler, filler, i, i,
                 (int)sizeof filler, filler);
        assert_int_equal(give_string(reader, line, &got), 1);
    }
    assert_true(counts_of(reader).let_go > 180);
    release(&got);
    assert_int_equal(
        give_string(reader,
                    "Nov 22 10:00:00 mail postfix/qmgr[1]: 4X1199: from=<s@e.example>, "
                    "status=expired, returned to sender\n",
                    &got),
        1);
    sst_log_reader_free(reader);
    release(&got);
}

static void long_lines_are_cut(void **state)
{
    (void)state;
    sst_log_reader *reader = make(64);
    size_t len = SST_MAX_LOG_LINE + 1000;
    char *line = malloc(len + 2);
    text whole = {0};
    text got = {0};
    assert_non_null(line);
    memset(line, 'x', len);
    static const char start[] = "Nov 22 10:00:00 mail postfix/smtp[1]: 4Xll: to=<a@b.example>, "
                                "relay=none, delay=1, delays=0/0/0/0, dsn=5.1.1, status=bounced (";
    memcpy(line, start, sizeof start - 1);
    line[len] = '\n';
    assert_int_equal(give(reader, line, len + 1, &whole), 1);
    assert_int_equal(counts_of(reader).cut_lines, 1);
    for (size_t at = 0; at <= len; at += 65000)
        give(reader, line + at, len + 1 - at < 65000 ? len + 1 - at : 65000, &got);
    assert_int_equal(counts_of(reader).cut_lines, 2);
    assert_int_equal(counts_of(reader).records, 2);
    assert_true(whole.len > SST_MAX_VERDICT_TEXT);
    sst_log_reader_free(reader);
    release(&whole);
    release(&got);
    free(line);
}

/* What costs the sender nothing must not cost the reader much: ids without end, each with a
 * recipient that waits, a line of 100 MB, bytes of no text. That it ends soon is the check. */
static void hostile_logs_are_read(void **state)
{
    (void)state;
    enum { PIECE = 1 << 20, IDS = 200000 };
    sst_log_reader *reader = make(10000);
    char *bytes = malloc(PIECE);
    text got = {0};
    size_t used = 0;
    assert_non_null(bytes);
    for (int i = 0; i < IDS; i++) {
        used += (size_t)snprintf(bytes + used, PIECE - used,
                                 "Nov 22 10:00:00 mail postfix/smtp[1]: %X: to=<a%d@b.example>, "
                                 "relay=none, delay=1, delays=0/0/0/0, dsn=4.0.0, status=deferred "
                                 "(no)\n",
                                 0x10000 + i, i);
        if (used > PIECE - 500 || i + 1 == IDS) {
            give(reader, bytes, used, &got);
            release(&got);
            used = 0;
        }
    }
    assert_int_equal(counts_of(reader).records, IDS);
    assert_true(counts_of(reader).let_go >= IDS - 10000);
    memset(bytes, 'x', PIECE);
    for (int i = 0; i < 100; i++)
        give(reader, bytes, PIECE, &got);
    uint64_t random = 1;
    for (size_t i = 0; i < PIECE; i++)
        bytes[i] = (char)(next_number(&random) >> 7);
    for (int i = 0; i < 10; i++)
        give(reader, bytes, PIECE, &got);
    assert_int_equal(counts_of(reader).records, IDS);
    assert_int_equal(counts_of(reader).cut_lines, 1);
    sst_log_reader_free(reader);
    release(&got);
    free(bytes);
}

/* --- state ---------------------------------------------------------------------------------- */

static int refuse(void *context, const char *bytes, size_t len)
{
    size_t *left = context;
    (void)bytes;
    if (len > *left)
        return 1;
    *left -= len;
    return 0;
}

static void another_run_goes_on(void **state)
{
    (void)state;
    text whole = {0};
    sst_log_reader *reader = make(0);
    give(reader, sample, SAMPLE_LEN, &whole);
    sst_log_reader_free(reader);
    for (const char *at = sample; at; at = memchr(at, '\n', (size_t)(sample + SAMPLE_LEN - at))) {
        at += at > sample;
        text got = {0};
        text saved = {0};
        sst_sink sink = {add, &saved};
        reader = make(64);
        give(reader, sample, (size_t)(at - sample), &got);
        assert_int_equal(sst_log_save(reader, &sink), SST_OK);
        size_t room = saved.len - 1;
        sst_sink full = {refuse, &room};
        assert_int_equal(sst_log_save(reader, &full), SST_E_SINK);
        uint64_t number = counts_of(reader).lines;
        sst_log_reader_free(reader);
        reader = make(64);
        assert_int_equal(sst_log_restore(reader, guard_end(0, saved.bytes, saved.len), saved.len),
                         SST_OK);
        for (uint64_t i = 0; i < number; i++) /* so that lines have their numbers */
            give_string(reader, "\n", &got);
        give(reader, at, (size_t)(sample + SAMPLE_LEN - at), &got);
        assert_same(&got, &whole);
        sst_log_reader_free(reader);
        release(&got);
        release(&saved);
        at = at == sample ? at + 1 : at;
    }
    release(&whole);
}

static void broken_states_are_refused(void **state)
{
    (void)state;
    sst_log_reader *reader = make(64);
    text got = {0};
    text saved = {0};
    sst_sink sink = {add, &saved};
    give(reader, sample, SAMPLE_LEN / 2, &got);
    assert_int_equal(sst_log_save(reader, &sink), SST_OK);
    assert_true(saved.len > 100);
    sst_log_reader *other = make(64);
    for (size_t len = 0; len < saved.len; len++)
        assert_int_equal(sst_log_restore(other, guard_end(0, saved.bytes, len), len),
                         SST_E_INVALID);
    add(&saved, "x", 1);
    assert_int_equal(sst_log_restore(other, saved.bytes, saved.len), SST_E_INVALID);
    saved.len--;
    for (size_t i = 0; i < saved.len; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            char *bytes = guard_end(0, saved.bytes, saved.len);
            bytes[i] = (char)(bytes[i] ^ 1 << bit);
            sst_log_restore(other, bytes, saved.len);
            give(other, sample, SAMPLE_LEN, &got);
            release(&got);
        }
    }
    sst_log_reader_free(reader);
    sst_log_reader_free(other);
    release(&saved);
}

/* --- time ----------------------------------------------------------------------------------- */

static void years_are_inferred(void **state)
{
    (void)state;
    static const struct {
        const char *stamp;
        int64_t newest;
        int year;
        int32_t offset;
        const char *expected;
    } cases[] = {
        {"Nov 22 10:00:00", 1795341600, 0, 0, "2026-11-22T10:00:00Z"},
        {"Nov 23 09:59:59", 1795341600, 0, 0, "2026-11-23T09:59:59Z"}, /* a clock that is ahead */
        {"Nov 23 10:00:01", 1795341600, 0, 0, "2025-11-23T10:00:01Z"},
        {"Dec 31 23:59:59", 1798761600, 0, 0, "2026-12-31T23:59:59Z"}, /* read on 1 January */
        {"Jan  1 10:00:00", 1798761600 - 3600, 0, 0, "2027-01-01T10:00:00Z"},
        {"Feb 29 10:00:00", 1795341600, 0, 0, "2024-02-29T10:00:00Z"},
        {"Feb 29 10:00:00", 4117903200, 0, 0, "2096-02-29T10:00:00Z"}, /* 2100 has none */
        {"Nov 22 10:00:00", 1795341600, 2020, 0, "2020-11-22T10:00:00Z"},
        {"Nov 22 10:00:00", 0, 0, 0, "1970-11-22T10:00:00Z"},
        {"Nov 22 00:30:00", 0, 2026, 3600, "2026-11-21T23:30:00Z"},
        {"Nov 22 23:30:00", 0, 2026, -5 * 3600, "2026-11-23T04:30:00Z"},
        {"Jan  1 00:00:00", 0, 2026, 0, "2026-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        log_clock clock = {.utc_offset = cases[i].offset};
        char out[STAMP_TEXT_SIZE];
        int64_t ms = 0;
        sst_log_clock_begin(&clock, cases[i].newest, cases[i].year);
        assert_true(sst_log_clock_3164(&clock, guard_end(0, cases[i].stamp, 15), &ms));
        size_t len = sst_log_write_time(ms, out);
        if (len != strlen(cases[i].expected) || memcmp(out, cases[i].expected, len) != 0)
            fail_msg("%s: %.*s, expected %s", cases[i].stamp, (int)len, out, cases[i].expected);
    }
}

/* With a first year, the year goes on with the months. */
static void years_are_counted(void **state)
{
    (void)state;
    static const char *const stamps[][2] = {
        {"Mar 29 10:00:00", "2026-03-29T10:00:00Z"},
        {"Oct 25 10:00:00", "2026-10-25T10:00:00Z"}, /* nothing for months */
        {"Dec 31 23:59:59", "2026-12-31T23:59:59Z"},
        {"Jan  1 00:00:01", "2027-01-01T00:00:01Z"},
        {"Dec 31 23:59:58", "2026-12-31T23:59:58Z"}, /* a line that comes late */
        {"Jan  1 00:00:02", "2027-01-01T00:00:02Z"},
        {"Oct  1 00:00:00", "2027-10-01T00:00:00Z"},
        {"Feb  1 00:00:00", "2028-02-01T00:00:00Z"},
        {"Jan 31 23:59:59", "2028-01-31T23:59:59Z"},
    };
    log_clock clock = {0};
    sst_log_clock_begin(&clock, 0, 2026);
    for (size_t i = 0; i < COUNT(stamps); i++) {
        char out[STAMP_TEXT_SIZE];
        int64_t ms = 0;
        assert_true(sst_log_clock_3164(&clock, guard_end(0, stamps[i][0], 15), &ms));
        size_t len = sst_log_write_time(ms, out);
        if (len != strlen(stamps[i][1]) || memcmp(out, stamps[i][1], len) != 0)
            fail_msg("%s: %.*s, expected %s", stamps[i][0], (int)len, out, stamps[i][1]);
    }
}

static void iso_stamps_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *stamp;
        size_t len;
        const char *expected;
    } cases[] = {
        {"2026-11-22T10:00:00Z", 20, "2026-11-22T10:00:00Z"},
        {"2026-11-22 10:00:00 +0100 x", 25, "2026-11-22T09:00:00Z"},
        {"2026-11-22 10:00:00 +01x", 19, "2026-11-22T10:00:00Z"},
        {"2026-11-22T10:00:00.123456789-05:30", 35, "2026-11-22T15:30:00.123Z"},
        {"2026-11-22T10:00:00,5+01", 24, "2026-11-22T09:00:00.500Z"},
        {"2026-11-22T10:00:00. x", 19, "2026-11-22T10:00:00Z"},
        {"2024-02-29T23:59:60Z", 20, "2024-02-29T23:59:59Z"},
        {"0000-01-01T00:00:00+23:59", 25, "0000-01-01T00:00:00Z"}, /* no year before it */
        {"9999-12-31T23:59:59-23:59", 25, "9999-12-31T23:59:59.999Z"},
        {"2026-02-29T10:00:00Z", 0, ""},
        {"2026-11-22T24:00:00Z", 0, ""},
        {"2026-11-22", 0, ""},
        {"2026/11/22 10:00:00", 0, ""},
    };
    log_clock clock = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[STAMP_TEXT_SIZE];
        int64_t ms;
        bool zoned;
        size_t all = strlen(cases[i].stamp);
        sst_span stamp = {guard_end(0, cases[i].stamp, all), all};
        size_t len = sst_log_clock_iso(&clock, stamp, &ms, &zoned);
        assert_int_equal(len, cases[i].len);
        if (len == 0)
            continue;
        len = sst_log_write_time(ms, out);
        if (len != strlen(cases[i].expected) || memcmp(out, cases[i].expected, len) != 0)
            fail_msg("%s: %.*s", cases[i].stamp, (int)len, out);
    }
}

static void days_go_there_and_back(void **state)
{
    (void)state;
    char out[STAMP_TEXT_SIZE];
    char expected[STAMP_TEXT_SIZE];
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = calendar_days(1896, 1, 1);
    for (int year = 1896; year <= 2104; year++) {
        for (int month = 1; month <= 12; month++) {
            bool leap = year % 4 == 0 && year % 100 != 0;
            int last = days[month - 1] + (month == 2 && (leap || year == 2000));
            for (int d = 1; d <= last; d++, day++) {
                assert_int_equal(calendar_days(year, month, d), day);
                sst_log_write_time(day * 86400000, out);
                snprintf(expected, sizeof expected, "%04d-%02d-%02dT00:00:00Z", year, month, d);
                assert_memory_equal(out, expected, 20);
            }
        }
    }
    assert_int_equal(calendar_days(1970, 1, 1), 0);
}

static void clocks_that_go_back_are_counted(void **state)
{
    (void)state;
    sst_log_reader *reader = make(64);
    text got = {0};
    give_string(reader, "Nov 22 10:00:00 a b: x\nNov 22 09:59:01 a b: x\nNov 22 09:58:00 a b: x\n",
                &got);
    assert_int_equal(counts_of(reader).back, 1);
    sst_log_reader_free(reader);
    release(&got);
}

/* --- storage -------------------------------------------------------------------------------- */

static void blocks_do_not_touch(void **state)
{
    (void)state;
    enum { BLOCKS = 200 };
    log_store store;
    uint32_t blocks[BLOCKS];
    uint64_t random = 1;
    size_t failures = 0;
    assert_int_equal(sst_log_store_init(&store, NULL, 8 * STORE_MAX_SIZE), SST_OK);
    memset(blocks, 0xFF, sizeof blocks);
    for (int i = 0; i < 20000; i++) {
        size_t which = next_number(&random) % BLOCKS;
        if (blocks[which] != STORE_NONE) {
            const char *bytes = log_store_at(&store, blocks[which]);
            size_t size = sst_log_store_size(&store, blocks[which]);
            for (size_t at = 0; at < size; at++)
                assert_int_equal(bytes[at], (char)which);
            sst_log_store_give_back(&store, blocks[which]);
            blocks[which] = STORE_NONE;
            continue;
        }
        size_t size = (size_t)1 << next_number(&random) % 14;
        blocks[which] = sst_log_store_take(&store, size);
        if (blocks[which] == STORE_NONE) {
            failures++;
            continue;
        }
        assert_true(sst_log_store_size(&store, blocks[which]) >= size);
        memset(log_store_at(&store, blocks[which]), (char)which,
               sst_log_store_size(&store, blocks[which]));
    }
    assert_true(failures > 0);
    assert_int_equal(sst_log_store_take(&store, STORE_MAX_SIZE + 1), STORE_NONE);
    for (size_t i = 0; i < BLOCKS; i++) {
        if (blocks[i] != STORE_NONE)
            sst_log_store_give_back(&store, blocks[i]);
    }
    /* All is joined again. */
    for (int i = 0; i < 8; i++)
        assert_int_not_equal(sst_log_store_take(&store, STORE_MAX_SIZE), STORE_NONE);
    assert_int_equal(sst_log_store_take(&store, 1), STORE_NONE);
    sst_log_store_free(&store, NULL);
}

/* --- words ---------------------------------------------------------------------------------- */

/* What is read directly is what relaxed reading would say. */
static void words_are_read_as_relaxed_reading_does(void **state)
{
    (void)state;
    static const char *const words[] = {
        "250 2.0.0 Ok: queued as 9ABCD",
        "250 ok",
        "250  two blanks ",
        "550",
        "550 ",
        "550 5.1.1",
        "host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command)",
        "host mx.example.com[192.0.2.1] said: 550 No (in reply to end of DATA command)",
        "host mx.example.com[192.0.2.1] said: 550 (in reply to MAIL FROM command)",
        "host mx.example.com[192.0.2.1] said: 451 4.7.1 (a) [b] (c) (in reply to DATA command)",
        "host m.example[192.0.2.1] said: 550-5.7.1 a 550 5.7.1 b (in reply to RCPT TO command)",
        "host mx.example.com[192.0.2.1] said: 550 5.1.1 cut off (in reply to RCPT",
        "host [192.0.2.1] said: 554 no (in reply to EHLO command)",
        "host mx.example.com[2001:db8::1] refused to talk to me: 421 4.7.0 Busy",
        "host mx.example.com[192.0.2.1] said: 550 4.1.1 other class (in reply to RCPT TO command)",
        "host mx.example.com[192.0.2.1] said: 550 5.1.1: colon (in reply to RCPT TO command)",
    };
    sst_log_reader *reader = make(64);
    for (size_t i = 0; i < COUNT(words); i++) {
        sst_reply reply;
        char buffer[256];
        sst_record relaxed = {.kind = SST_KIND_FAILED};
        sst_record direct = {.kind = SST_KIND_FAILED};
        size_t len = strlen(words[i]);
        sst_reply_read(words[i], len, &reply);
        assert_int_equal(sst_record_from_reply(&relaxed, &reply, buffer, sizeof buffer), SST_OK);
        sst_postfix_words(reader, &direct, (sst_span){guard_end(0, words[i], len), len});
        bool same = direct.code == relaxed.code && direct.command == relaxed.command &&
                    memcmp(&direct.enhanced, &relaxed.enhanced, sizeof direct.enhanced) == 0 &&
                    direct.text.len == relaxed.text.len &&
                    (direct.text.len == 0 ||
                     memcmp(direct.text.ptr, relaxed.text.ptr, direct.text.len) == 0);
        if (!same)
            fail_msg("%s: %d %u.%u.%u '%.*s', expected %d %u.%u.%u '%.*s'", words[i], direct.code,
                     direct.enhanced.status_class, direct.enhanced.subject, direct.enhanced.detail,
                     (int)direct.text.len, direct.text.ptr, relaxed.code,
                     relaxed.enhanced.status_class, relaxed.enhanced.subject,
                     relaxed.enhanced.detail, (int)relaxed.text.len, relaxed.text.ptr);
    }
    sst_log_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_is_read),
        cmocka_unit_test(any_split_gives_the_same),
        cmocka_unit_test(any_end_is_one),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(one_format_alone),
        cmocka_unit_test(memory_is_taken_at_the_start),
        cmocka_unit_test(the_oldest_is_let_go),
        cmocka_unit_test(full_storage_lets_go_too),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(hostile_logs_are_read),
        cmocka_unit_test(another_run_goes_on),
        cmocka_unit_test(broken_states_are_refused),
        cmocka_unit_test(years_are_inferred),
        cmocka_unit_test(years_are_counted),
        cmocka_unit_test(iso_stamps_are_read),
        cmocka_unit_test(days_go_there_and_back),
        cmocka_unit_test(clocks_that_go_back_are_counted),
        cmocka_unit_test(blocks_do_not_touch),
        cmocka_unit_test(words_are_read_as_relaxed_reading_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
