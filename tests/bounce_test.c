/*
 * The reader of bounces, through its public header. The messages are those that the fuzz target
 * starts from, fuzz/corpus/bounce/, which are small and of every kind. What is read out of real
 * mails is the business of tests/cases/bounce/.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/bounce.h>

#include "guard.h"
#include "text.h"

#define CORPUS "fuzz/corpus/bounce"
#define MOST   64

/* --- texts ---------------------------------------------------------------------------------- */

static void add_string(text *to, const char *string)
{
    add(to, string, strlen(string));
}

/* --- messages ------------------------------------------------------------------------------- */

typedef struct seed {
    char name[256];
    text message;
} seed;

static seed seeds[MOST];
static size_t seed_count;

static int load(void **state)
{
    (void)state;
    DIR *directory = opendir(CORPUS);
    assert_non_null(directory);
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char path[512];
        char piece[4096];
        size_t count;
        if (entry->d_name[0] == '.')
            continue;
        assert_true(seed_count < MOST);
        seed *fresh = &seeds[seed_count++];
        snprintf(path, sizeof path, CORPUS "/%s", entry->d_name);
        snprintf(fresh->name, sizeof fresh->name, "%s", entry->d_name);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        while ((count = fread(piece, 1, sizeof piece, file)) > 0)
            add(&fresh->message, piece, count);
        fclose(file);
    }
    closedir(directory);
    assert_true(seed_count >= 10);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    for (size_t i = 0; i < seed_count; i++)
        release(&seeds[i].message);
    return 0;
}

static sst_bounce_reader *fresh_reader(void)
{
    sst_bounce_reader *reader = NULL;
    assert_int_equal(sst_bounce_reader_new(NULL, &reader), SST_OK);
    return reader;
}

/* The records of a message as JSON lines. */
static text records_of(sst_bounce_reader *reader, const char *message, size_t len)
{
    text out = {NULL, 0, 0};
    sst_sink sink = {add, &out};
    sst_record record;
    bool understood = sst_bounce_read(reader, message, len) == SST_BOUNCE_UNDERSTOOD;
    size_t count = 0;
    for (; sst_bounce_next(reader, &record); count++)
        assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    assert_int_equal(count > 0, understood);
    assert_false(sst_bounce_next(reader, &record));
    return out;
}

static void assert_same(const text *got, const text *expected, const char *name, const char *what)
{
    if (got->len == expected->len && memcmp(got->bytes, expected->bytes, got->len) == 0)
        return;
    fail_msg("%s, %s:\n%.*s\ninstead of\n%.*s", name, what, (int)got->len, got->bytes,
             (int)expected->len, expected->bytes);
}

/* --- tests ---------------------------------------------------------------------------------- */

static void options_are_checked(void **state)
{
    (void)state;
    sst_bounce_options options = {0};
    sst_bounce_reader *reader = NULL;
    assert_int_equal(sst_bounce_reader_new(&options, &reader), SST_E_INVALID);
    assert_null(reader);
    options.size = sizeof options;
    assert_int_equal(sst_bounce_reader_new(&options, &reader), SST_OK);
    sst_bounce_reader_free(reader);
    sst_bounce_reader_free(NULL);
}

static void nothing_is_no_report(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    static const char *const empty[] = {"", "\n", "\r\n\r\n", "\r", " ", "From x\n", "From "};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        sst_record record;
        assert_int_equal(sst_bounce_read(reader, empty[i], strlen(empty[i])),
                         SST_BOUNCE_UNDERSTOOD);
        assert_true(sst_bounce_next(reader, &record));
        assert_int_equal(record.kind, SST_KIND_NOT_A_REPORT);
        assert_null(record.recipient.ptr);
    }
    sst_bounce_reader_free(reader);
}

static void nothing_comes_before_the_first_message(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    sst_record record;
    assert_false(sst_bounce_next(reader, &record));
    sst_bounce_reader_free(reader);
}

/* What was read before, and whatever it was, changes nothing. */
static void a_reader_is_used_again(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    for (size_t i = 0; i < seed_count; i++) {
        const text *message = &seeds[i].message;
        sst_bounce_reader *unused = fresh_reader();
        text expected = records_of(unused, message->bytes, message->len);
        sst_bounce_reader_free(unused);
        for (size_t j = 0; j < seed_count; j++) {
            sst_bounce_read(reader, seeds[j].message.bytes, seeds[j].message.len);
            text got = records_of(reader, message->bytes, message->len);
            assert_same(&got, &expected, seeds[i].name, seeds[j].name);
            release(&got);
        }
        release(&expected);
    }
    sst_bounce_reader_free(reader);
}

/* Records come from the reader's own copy. */
static void a_message_may_go_at_once(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    for (size_t i = 0; i < seed_count; i++) {
        const text *message = &seeds[i].message;
        text expected = records_of(reader, message->bytes, message->len);
        char *copy = malloc(message->len);
        assert_non_null(copy);
        memcpy(copy, message->bytes, message->len);
        sst_bounce_result result = sst_bounce_read(reader, copy, message->len);
        memset(copy, 'x', message->len);
        free(copy);
        text got = {NULL, 0, 0};
        sst_sink sink = {add, &got};
        sst_record record;
        while (sst_bounce_next(reader, &record))
            sst_record_write_json(&record, NULL, &sink);
        assert_int_equal(result, SST_BOUNCE_UNDERSTOOD);
        assert_same(&got, &expected, seeds[i].name, "the message is gone");
        release(&got);
        release(&expected);
    }
    sst_bounce_reader_free(reader);
}

/* A message with other line ends; NUL and CR that are no line ends stay out of this. */
static text with_line_ends(const text *message, const char *line_end)
{
    text out = {NULL, 0, 0};
    for (size_t i = 0; i < message->len; i++) {
        if (message->bytes[i] == '\n')
            add_string(&out, line_end);
        else
            add(&out, message->bytes + i, 1);
    }
    return out;
}

static void all_line_ends_are_alike(void **state)
{
    (void)state;
    static const char *const line_ends[] = {"\r\n", "\r"};
    sst_bounce_reader *reader = fresh_reader();
    for (size_t i = 0; i < seed_count; i++) {
        const text *message = &seeds[i].message;
        if (memchr(message->bytes, '\r', message->len))
            continue;
        text expected = records_of(reader, message->bytes, message->len);
        for (size_t j = 0; j < 2; j++) {
            text other = with_line_ends(message, line_ends[j]);
            text got = records_of(reader, other.bytes, other.len);
            assert_same(&got, &expected, seeds[i].name, j == 0 ? "CRLF" : "CR");
            release(&got);
            release(&other);
        }
        release(&expected);
    }
    sst_bounce_reader_free(reader);
}

/* A message may end anywhere. Nothing behind it is read. */
static void a_message_is_cut_at_every_byte(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    for (size_t i = 0; i < seed_count; i++) {
        const text *message = &seeds[i].message;
        for (size_t len = 0; len <= message->len; len++) {
            text got = records_of(reader, guard_end(0, message->bytes, len), len);
            release(&got);
        }
    }
    sst_bounce_reader_free(reader);
}

/* A message may begin anywhere too: with half a line, or in the middle of a part. */
static void a_message_begins_at_every_byte(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    for (size_t i = 0; i < seed_count; i++) {
        const text *message = &seeds[i].message;
        for (size_t from = 0; from < message->len; from++) {
            size_t len = message->len - from;
            text got = records_of(reader, guard_end(0, message->bytes + from, len), len);
            release(&got);
        }
    }
    sst_bounce_reader_free(reader);
}

/* --- memory --------------------------------------------------------------------------------- */

typedef struct meter {
    size_t calls;
    size_t fails_at; /* 0: never */
    size_t blocks;
    bool closed; /* no more allocations are allowed */
} meter;

static void *metered(void *context, void *block, size_t size)
{
    meter *of = context;
    if (size == 0) {
        of->blocks -= block ? 1 : 0;
        free(block);
        return NULL;
    }
    assert_false(of->closed);
    if (++of->calls == of->fails_at)
        return NULL;
    of->blocks += block ? 0 : 1;
    return realloc(block, size);
}

static int new_metered(meter *of, sst_bounce_reader **reader)
{
    static sst_allocator allocator;
    allocator = (sst_allocator){metered, of};
    sst_bounce_options options = {0};
    options.size = sizeof options;
    options.allocator = &allocator;
    return sst_bounce_reader_new(&options, reader);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    sst_bounce_reader *reader = NULL;
    for (size_t n = 1; n < 100; n++) {
        meter of = {.fails_at = n};
        if (new_metered(&of, &reader) == SST_OK) {
            assert_true(n > 1);
            sst_bounce_reader_free(reader);
            assert_int_equal(of.blocks, 0);
            return;
        }
        assert_null(reader);
        assert_int_equal(of.blocks, 0);
    }
    fail_msg("the reader never stops allocating");
}

static void reading_allocates_nothing(void **state)
{
    (void)state;
    meter of = {0};
    sst_bounce_reader *reader = NULL;
    assert_int_equal(new_metered(&of, &reader), SST_OK);
    of.closed = true;
    for (size_t i = 0; i < seed_count; i++) {
        text got = records_of(reader, seeds[i].message.bytes, seeds[i].message.len);
        release(&got);
    }
    sst_bounce_reader_free(reader);
    assert_int_equal(of.blocks, 0);
}

/* --- limits --------------------------------------------------------------------------------- */

static const char report_head[] =
    "From: MAILER-DAEMON@mail.example.org\nTo: karl@example.org\nSubject: Undelivered\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    "--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mail.example.org\n";

static void add_recipient(text *to, size_t number)
{
    char block[128];
    snprintf(block, sizeof block,
             "\nFinal-Recipient: rfc822; r%zu@example.com\nAction: failed\nStatus: 5.1.1\n",
             number);
    add_string(to, block);
}

static size_t count_records(sst_bounce_reader *reader, const text *message)
{
    sst_record record;
    size_t count = 0;
    sst_bounce_read(reader, message->bytes, message->len);
    while (sst_bounce_next(reader, &record))
        count++;
    return count;
}

static void recipients_are_bounded(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    text message = {NULL, 0, 0};
    add_string(&message, report_head);
    for (size_t i = 1; i <= SST_MAX_BOUNCE_RECIPIENTS + 5; i++) {
        add_recipient(&message, i);
        if (i >= SST_MAX_BOUNCE_RECIPIENTS - 1)
            assert_int_equal(count_records(reader, &message),
                             i < SST_MAX_BOUNCE_RECIPIENTS ? i : SST_MAX_BOUNCE_RECIPIENTS);
    }
    release(&message);
    sst_bounce_reader_free(reader);
}

/* What stands behind the limit might as well not be there. */
static void a_message_is_bounded(void **state)
{
    (void)state;
    sst_bounce_reader *reader = fresh_reader();
    text message = {NULL, 0, 0};
    add_string(&message, report_head);
    add_recipient(&message, 1);
    add_string(&message, "\n--b\nContent-Type: application/octet-stream\n\n");
    while (message.len < SST_MAX_BOUNCE_MESSAGE)
        add_string(&message, "bytes that nobody looks at\n");
    message.len = SST_MAX_BOUNCE_MESSAGE;
    text expected = records_of(reader, message.bytes, message.len);
    for (size_t i = 0; i < 10; i++)
        add_recipient(&message, 100 + i);
    text got = records_of(reader, message.bytes, message.len);
    assert_same(&got, &expected, "a long message", "its end");
    assert_non_null(strstr((add(&got, "", 1), got.bytes), "r1@example.com"));
    release(&got);
    release(&expected);
    release(&message);
    sst_bounce_reader_free(reader);
}

/* --- charsets ------------------------------------------------------------------------------- */

typedef struct converter {
    size_t calls;
    char charset[32];
    ptrdiff_t answer; /* -1: not known; else how many bytes of "?" are written, if they fit */
} converter;

static ptrdiff_t convert(void *context, const char *charset, size_t charset_len, const char *bytes,
                         size_t len, char *out, size_t size)
{
    converter *of = context;
    of->calls++;
    assert_true(charset_len < sizeof of->charset);
    memcpy(of->charset, charset, charset_len);
    of->charset[charset_len] = '\0';
    assert_true(len == 0 || bytes);
    if (of->answer < 0)
        return -1;
    size_t count = (size_t)of->answer < size ? (size_t)of->answer : size;
    memset(out, '?', count);
    return (ptrdiff_t)count;
}

static void other_charsets_are_the_callers(void **state)
{
    (void)state;
    static const char message[] = "From: MAILER-DAEMON@example.org\nTo: karl@example.org\n"
                                  "Subject: Undelivered\n"
                                  "Content-Type: text/plain; charset=\"X-Other\"\n\n"
                                  "<anna@example.com>: 550 5.1.1 \xE1\xE2 User unknown\n";
    static const ptrdiff_t answers[] = {-1, 0, 5, 1000000};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        converter of = {.answer = answers[i]};
        sst_bounce_options options = {0};
        sst_bounce_reader *reader = NULL;
        options.size = sizeof options;
        options.convert = convert;
        options.convert_context = &of;
        assert_int_equal(sst_bounce_reader_new(&options, &reader), SST_OK);
        text got = records_of(reader, message, sizeof message - 1);
        assert_true(of.calls > 0);
        assert_string_equal(of.charset, "X-Other");
        /* Without a converter the text is kept, with U+FFFD for what is not ASCII. */
        if (answers[i] < 0)
            assert_non_null(strstr((add(&got, "", 1), got.bytes), "\xEF\xBF\xBD\xEF\xBF\xBD User"));
        release(&got);
        sst_bounce_reader_free(reader);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(nothing_is_no_report),
        cmocka_unit_test(nothing_comes_before_the_first_message),
        cmocka_unit_test(a_reader_is_used_again),
        cmocka_unit_test(a_message_may_go_at_once),
        cmocka_unit_test(all_line_ends_are_alike),
        cmocka_unit_test(a_message_is_cut_at_every_byte),
        cmocka_unit_test(a_message_begins_at_every_byte),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(reading_allocates_nothing),
        cmocka_unit_test(recipients_are_bounded),
        cmocka_unit_test(a_message_is_bounded),
        cmocka_unit_test(other_charsets_are_the_callers),
    };
    return cmocka_run_group_tests_name("bounce", tests, load, unload);
}
