/* The record: what it takes from a reply, and its writers, as a user of the library sees them. */
#define _DEFAULT_SOURCE /* mmap */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/record.h>

#include "guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- a sink --------------------------------------------------------------------------------- */

typedef struct page {
    char text[65536];
    size_t len;
    size_t calls;
    size_t fail_at; /* the call that fails, from 1; 0: none does */
} page;

static int write_page(void *context, const char *data, size_t len)
{
    page *to = context;
    to->calls++;
    if (to->calls == to->fail_at)
        return 1;
    assert_true(to->len + len < sizeof to->text);
    memcpy(to->text + to->len, data, len);
    to->len += len;
    to->text[to->len] = '\0';
    return 0;
}

static page out;

static sst_sink fresh_sink(void)
{
    out.text[0] = '\0';
    out.len = 0;
    out.calls = 0;
    out.fail_at = 0;
    return (sst_sink){write_page, &out};
}

static sst_span span(const char *text)
{
    return (sst_span){text, strlen(text)};
}

/* --- records -------------------------------------------------------------------------------- */

static char joined[65536];

/* A record read from a reply, not decided. */
static sst_record read_record(const char *text)
{
    sst_record record;
    sst_reply reply;
    memset(&record, 0, sizeof record);
    sst_reply_read(text, strlen(text), &reply);
    assert_int_equal(sst_record_from_reply(&record, &reply, joined, sizeof joined), SST_OK);
    return record;
}

static void assert_span(sst_span got, const char *expected)
{
    if (!expected) {
        assert_null(got.ptr);
        return;
    }
    assert_non_null(got.ptr);
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.ptr, expected, got.len);
}

static void a_reply_gives_kind_code_and_text(void **state)
{
    static const struct {
        const char *reply;
        sst_kind kind;
        int code;
        const char *text;
    } rows[] = {
        {"250 2.0.0 Ok", SST_KIND_ACCEPTED, 250, "Ok"},
        {"354 Go ahead", SST_KIND_NONE, 354, "Go ahead"},
        {"451 4.3.0 Fault", SST_KIND_DELAYED, 451, "Fault"},
        {"550 5.1.1 User unknown", SST_KIND_FAILED, 550, "User unknown"},
        {"5.1.1 User unknown", SST_KIND_FAILED, 0, "User unknown"},
        {"4.2.2 Mailbox full", SST_KIND_DELAYED, 0, "Mailbox full"},
        {"2.1.5 Fine", SST_KIND_ACCEPTED, 0, "Fine"},
        {"Mailbox full", SST_KIND_NONE, 0, "Mailbox full"},
        {"421", SST_KIND_DELAYED, 421, NULL},
        {"", SST_KIND_NONE, 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_record record = read_record(rows[i].reply);
        assert_int_equal(record.kind, rows[i].kind);
        assert_int_equal(record.code, rows[i].code);
        assert_span(record.text, rows[i].text);
    }
}

static void what_is_there_is_kept(void **state)
{
    const char *text = "host mx.example.net said: 550 5.1.1 <b@example.com>: User unknown";
    sst_record record;
    sst_reply reply;
    (void)state;
    memset(&record, 0, sizeof record);
    record.code = 452;
    record.enhanced = (sst_enhanced){4, 2, 2};
    record.recipient = span("a@example.com");
    record.remote = span("mx.example.com");
    record.command = SST_COMMAND_DATA;
    sst_reply_read(text, strlen(text), &reply);
    assert_int_equal(sst_record_from_reply(&record, &reply, joined, sizeof joined), SST_OK);
    assert_int_equal(record.code, 452);
    assert_int_equal(record.enhanced.detail, 2);
    assert_int_equal(record.kind, SST_KIND_DELAYED); /* by the code that was there */
    assert_int_equal(record.command, SST_COMMAND_DATA);
    assert_span(record.recipient, "a@example.com");
    assert_span(record.remote, "mx.example.com");
}

static void a_buffer_too_small_leaves_the_record(void **state)
{
    sst_record record;
    sst_reply reply;
    char small[4];
    (void)state;
    memset(&record, 0, sizeof record);
    sst_reply_read("550 User unknown", 16, &reply);
    assert_int_equal(sst_record_from_reply(&record, &reply, small, sizeof small), SST_E_NO_SPACE);
    assert_int_equal(record.code, 0);
    assert_null(record.text.ptr);
}

static void addresses_are_taken_where_they_stand_first(void **state)
{
    static const struct {
        const char *reply;
        const char *recipient;
        const char *sender;
    } rows[] = {
        {"550 5.1.1 <a@example.com>: Recipient address rejected", "a@example.com", NULL},
        {"550 5.1.1 <a@example.com>... User unknown", "a@example.com", NULL},
        {"450 4.1.8 <s@example.org>: Sender address rejected: Domain not found", NULL,
         "s@example.org"},
        {"250 2.1.0 <s@example.org>... Sender ok", NULL, "s@example.org"},
        {"501 5.1.8 <s@example.org>... Domain of sender address does not exist", NULL,
         "s@example.org"},
        {"554 5.7.1 <unknown[192.0.2.1]>: Client host rejected", NULL, NULL},
        {"504 5.5.2 <localhost>: Helo command rejected", NULL, NULL},
        {"550 <>: no", NULL, NULL},
        {"550 <@example.com>: no", NULL, NULL},
        {"550 <a@>: no", NULL, NULL},
        {"550 <a b@example.com>: no", NULL, NULL},
        {"550 <a@example.com: no", NULL, NULL},
        {"550 no such user <a@example.com>", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_record record = read_record(rows[i].reply);
        assert_span(record.recipient, rows[i].recipient);
        assert_span(record.sender, rows[i].sender);
    }
}

static void at_mail_an_address_is_the_senders(void **state)
{
    sst_record record;
    sst_reply reply;
    const char *text = "550 <s@example.org>: go away";
    (void)state;
    memset(&record, 0, sizeof record);
    record.command = SST_COMMAND_MAIL;
    sst_reply_read(text, strlen(text), &reply);
    assert_int_equal(sst_record_from_reply(&record, &reply, joined, sizeof joined), SST_OK);
    assert_span(record.sender, "s@example.org");
    assert_null(record.recipient.ptr);
}

static void queue_ids_are_taken_from_successes(void **state)
{
    static const struct {
        const char *reply;
        const char *id;
    } rows[] = {
        {"250 2.0.0 Ok: queued as 4XyZ", "4XyZ"},
        {"250 2.0.0 Ok: Queued as 4XyZ.", "4XyZ"},
        {"250 OK id=1abcde-0001-AB", "1abcde-0001-AB"},
        {"250 2.0.0 4AM0abc123456 Message accepted for delivery", "4AM0abc123456"},
        {"250 2.0.0 OK  1700000000 x1-20si123.4 - gsmtp", "x1-20si123.4"},
        {"250 ok 1700000000 qp 12345", "12345"},
        {"250 2.6.0 <1@example.org> [InternalId=123456, Hostname=mx.example.com] Queued mail for "
         "delivery",
         "123456"},
        {"250 2.0.0 Ok: queued as ", NULL},
        {"250 Message accepted for delivery", NULL},
        {"250 ok", NULL},
        {"451 4.3.0 not queued as 4XyZ", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_span(read_record(rows[i].reply).queue_id, rows[i].id);
}

static void the_remote_host_is_a_name_where_it_has_one(void **state)
{
    static const char *const rows[][2] = {
        {"mx.example.com[192.0.2.1]:25", "mx.example.com"},
        {"mx.example.com [192.0.2.1]", "mx.example.com"},
        {"mx.example.com", "mx.example.com"},
        {"unknown[192.0.2.1]", "unknown[192.0.2.1]"},
        {"[192.0.2.1]", "[192.0.2.1]"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_record record;
        sst_reply reply;
        memset(&record, 0, sizeof record);
        sst_reply_read("550 no", 6, &reply);
        reply.remote = span(rows[i][0]);
        assert_int_equal(sst_record_from_reply(&record, &reply, joined, sizeof joined), SST_OK);
        assert_span(record.remote, rows[i][1]);
    }
}

/* --- deciding ------------------------------------------------------------------------------- */

static void a_verdict_fills_kind_and_provider(void **state)
{
    sst_record record = read_record("452 4.2.2 The mailbox is over quota - gsmtp");
    (void)state;
    sst_record_decide(&record, NULL);
    assert_true(record.decided);
    assert_true(sst_record_is_judged(&record));
    assert_int_equal(record.verdict.reason, SST_REASON_MAILBOX_FULL);
    assert_span(record.provider, "google");
}

static void a_provider_that_was_told_is_kept(void **state)
{
    sst_record record = read_record("452 4.2.2 The mailbox is over quota - gsmtp");
    (void)state;
    record.provider = span("somebody");
    sst_record_decide(&record, NULL);
    assert_span(record.provider, "somebody");
}

static void successes_and_intermediate_replies_are_not_judged(void **state)
{
    sst_record accepted = read_record("250 ok");
    sst_record more = read_record("354 go ahead");
    (void)state;
    assert_false(sst_record_is_judged(&accepted));
    sst_record_decide(&accepted, NULL);
    sst_record_decide(&more, NULL);
    assert_false(sst_record_is_judged(&accepted));
    assert_false(sst_record_is_judged(&more));
}

/* More than a block of the batch. */
static void a_batch_decides_as_one_by_one(void **state)
{
    static const char *const replies[] = {"550 5.1.1 User unknown", "452 4.2.2 Mailbox full",
                                          "250 ok", "421 4.7.0 Try again later"};
    enum { MANY = 150 };
    static char texts[MANY][64];
    static sst_record records[MANY];
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        const char *text = replies[i % COUNT(replies)];
        sst_reply reply;
        memset(&records[i], 0, sizeof records[i]);
        sst_reply_read(text, strlen(text), &reply);
        sst_record_from_reply(&records[i], &reply, texts[i], sizeof texts[i]);
    }
    sst_record_decide_batch(records, MANY, NULL);
    for (size_t i = 0; i < MANY; i++) {
        sst_record alone = read_record(replies[i % COUNT(replies)]);
        sst_record_decide(&alone, NULL);
        assert_int_equal(records[i].verdict.reason, alone.verdict.reason);
        assert_int_equal(records[i].verdict.permanence, alone.verdict.permanence);
        assert_int_equal(records[i].kind, alone.kind);
    }
}

/* --- JSON ----------------------------------------------------------------------------------- */

/* Every member set, so that each key is written. */
static sst_record full_record(void)
{
    sst_record record = {
        .source = span("mail.log"),
        .index = 7,
        .line = 120,
        .has_offset = true,
        .offset = 0,
        .direction = span("out"),
        .kind = SST_KIND_FAILED,
        .recipient = span("a@example.com"),
        .original_recipient = span("b@example.com"),
        .sender = span("s@example.org"),
        .message_id = span("<1@example.org>"),
        .queue_id = span("4XyZ"),
        .subject = span("Hello"),
        .reporter = span("mail"),
        .remote = span("mx.example.com"),
        .provider = span("google"),
        .format = span("postfix"),
        .command = SST_COMMAND_RCPT,
        .code = 550,
        .enhanced = {5, 4, 7},
        .local_error = SST_LOCAL_ERROR_TIMEOUT,
        .text = span("expired"),
        .decided = true,
        .verdict = {.kind = SST_KIND_FAILED,
                    .reason = SST_REASON_EXPIRED,
                    .cause = SST_REASON_UNREACHABLE,
                    .claimed = SST_PERMANENCE_TRANSIENT,
                    .permanence = SST_PERMANENCE_PERMANENT,
                    .scope = SST_SCOPE_PATH,
                    .actor = SST_ACTOR_RECIPIENT_ADMIN,
                    .retry = SST_RETRY_NO,
                    .retry_after = 300,
                    .suppress = SST_SUPPRESS_AFTER_REPEATS,
                    .level = SST_LEVEL_PHRASE,
                    .rule = "path/expired",
                    .span_start = 0,
                    .span_end = 7},
        .time = span("2026-03-03T10:00:00Z"),
    };
    return record;
}

static void json_has_every_key_in_order(void **state)
{
    sst_record record = full_record();
    sst_sink sink = fresh_sink();
    (void)state;
    assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    assert_string_equal(
        out.text,
        "{\"schema\":1,\"source\":\"mail.log\",\"index\":7,\"line\":120,\"offset\":0,"
        "\"direction\":\"out\",\"kind\":\"failed\",\"recipient\":\"a@example.com\","
        "\"original_recipient\":\"b@example.com\",\"sender\":\"s@example.org\","
        "\"message_id\":\"<1@example.org>\",\"queue_id\":\"4XyZ\",\"subject\":\"Hello\","
        "\"reporter\":\"mail\",\"remote\":\"mx.example.com\",\"provider\":\"google\","
        "\"format\":\"postfix\",\"command\":\"RCPT\",\"code\":550,\"name\":\"MailboxUnavailable\","
        "\"enhanced\":\"5.4.7\",\"local_error\":\"timeout\",\"text\":\"expired\","
        "\"reason\":\"expired\",\"claimed\":\"transient\",\"permanence\":\"permanent\","
        "\"scope\":\"path\",\"actor\":\"recipient-admin\",\"retry\":\"no\",\"retry_after\":300,"
        "\"suppress\":\"after-repeats\",\"cause\":\"unreachable\",\"rule\":\"path/expired\","
        "\"level\":\"phrase\",\"span\":[0,7],\"time\":\"2026-03-03T10:00:00Z\"}\n");
}

static void json_of_an_empty_record_is_the_schema(void **state)
{
    sst_record record;
    sst_sink sink = fresh_sink();
    (void)state;
    memset(&record, 0, sizeof record);
    assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    assert_string_equal(out.text, "{\"schema\":1}\n");
}

/* The kinds that tell of no failure have no verdict, but a complaint says to stop. */
static void json_leaves_out_the_verdict_of_other_kinds(void **state)
{
    static const sst_kind kinds[] = {SST_KIND_ACCEPTED,    SST_KIND_DELIVERED,  SST_KIND_RELAYED,
                                     SST_KIND_EXPANDED,    SST_KIND_AUTO_REPLY, SST_KIND_NOT_TRIED,
                                     SST_KIND_NOT_A_REPORT};
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        sst_record record = full_record();
        sst_sink sink = fresh_sink();
        record.kind = kinds[i];
        assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
        assert_null(strstr(out.text, "\"reason\""));
        assert_null(strstr(out.text, "\"suppress\""));
        assert_null(strstr(out.text, "\"span\""));
        assert_non_null(strstr(out.text, "\"time\""));
    }
    sst_record complaint = {.kind = SST_KIND_COMPLAINT, .decided = true};
    sst_sink sink = fresh_sink();
    assert_int_equal(sst_record_write_json(&complaint, NULL, &sink), SST_OK);
    assert_string_equal(out.text, "{\"schema\":1,\"kind\":\"complaint\",\"suppress\":\"yes\"}\n");
}

static void json_names_only_codes_of_the_enumeration(void **state)
{
    static const struct {
        int code;
        const char *json;
    } rows[] = {
        {550, "{\"schema\":1,\"code\":550,\"name\":\"MailboxUnavailable\"}\n"},
        {-1, "{\"schema\":1,\"name\":\"GeneralFailure\"}\n"},
        {0, "{\"schema\":1}\n"},
        {571, "{\"schema\":1,\"code\":571}\n"},
        {599, "{\"schema\":1,\"code\":599}\n"},
        {999, "{\"schema\":1,\"code\":999}\n"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_record record = {.code = rows[i].code};
        sst_sink sink = fresh_sink();
        assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
        assert_string_equal(out.text, rows[i].json);
    }
}

/* Offsets count in the text as it is written: a byte that is no UTF-8 takes three there. */
static void span_counts_what_is_written(void **state)
{
    sst_record record = {.text = span("\xff\xc3\xa9 full"),
                         .kind = SST_KIND_FAILED,
                         .decided = true,
                         .verdict = {.retry_after = -1, .span_start = 4, .span_end = 8}};
    sst_sink sink = fresh_sink();
    (void)state;
    assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    assert_non_null(strstr(out.text, "\"text\":\"\xEF\xBF\xBD\xc3\xa9 full\""));
    assert_non_null(strstr(out.text, "\"span\":[6,10]"));
    sink = fresh_sink();
    assert_int_equal(sst_record_write_csv(&record, NULL, &sink), SST_OK);
    assert_non_null(strstr(out.text, ",6-10,"));
    record.text = span("\x1b\xe2\x80\xae full");
    sink = fresh_sink();
    assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    assert_non_null(strstr(out.text, "\"span\":[4,8]"));
    sink = fresh_sink();
    assert_int_equal(sst_record_write_csv(&record, NULL, &sink), SST_OK);
    assert_non_null(strstr(out.text, ",6-10,"));
}

static void texts_are_added_where_asked_for(void **state)
{
    sst_record record = read_record("452 4.2.2 Mailbox full");
    const sst_record_options how = {sizeof how, "es", true, false};
    sst_sink sink = fresh_sink();
    (void)state;
    sst_record_decide(&record, NULL);
    assert_int_equal(sst_record_write_json(&record, &how, &sink), SST_OK);
    const char *explanation = sst_reason_text_full(SST_REASON_MAILBOX_FULL, "es");
    const char *advice = sst_reason_text_advice(SST_REASON_MAILBOX_FULL, SST_ACTOR_RECIPIENT, "es");
    assert_non_null(strstr(out.text, explanation));
    assert_non_null(strstr(out.text, advice));
}

static void wrong_arguments_are_refused(void **state)
{
    sst_record record = {.code = 550};
    const sst_record_options bad = {1, NULL, false, false};
    sst_sink sink = fresh_sink();
    (void)state;
    assert_int_equal(sst_record_write_json(NULL, NULL, &sink), SST_E_INVALID);
    assert_int_equal(sst_record_write_json(&record, NULL, NULL), SST_E_INVALID);
    assert_int_equal(sst_record_write_json(&record, &bad, &sink), SST_E_INVALID);
    assert_int_equal(sst_record_write_csv(NULL, NULL, &sink), SST_E_INVALID);
    assert_int_equal(sst_record_write_csv(&record, &bad, &sink), SST_E_INVALID);
    assert_int_equal(sst_record_write_csv_header(&bad, &sink), SST_E_INVALID);
    assert_int_equal(sst_record_write_csv_header(NULL, NULL), SST_E_INVALID);
    assert_int_equal(sst_record_write_sentence(NULL, "en", &sink), SST_E_INVALID);
    assert_int_equal(sst_record_write_explanation(&record, "en", NULL), SST_E_INVALID);
    assert_int_equal(sst_record_write_advice(NULL, "en", &sink), SST_E_INVALID);
    assert_int_equal(out.calls, 0);
}

/* A sink that fails at any call ends the writing with the error, and is not called again. */
static void a_failing_sink_is_reported(void **state)
{
    static char text[9000];
    sst_record record = {.code = 550, .text = {text, sizeof text}};
    (void)state;
    memset(text, 'x', sizeof text);
    sst_sink sink = fresh_sink();
    assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_OK);
    size_t calls = out.calls;
    assert_true(calls > 3);
    for (size_t i = 1; i <= calls; i++) {
        sink = fresh_sink();
        out.fail_at = i;
        assert_int_equal(sst_record_write_json(&record, NULL, &sink), SST_E_SINK);
        assert_int_equal(out.calls, i);
    }
}

/* --- strings and cells ---------------------------------------------------------------------- */

typedef struct pair {
    const char *text;
    size_t len;
    const char *written;
} pair;

#define PAIR(text, written)                                                                        \
    {                                                                                              \
        text, sizeof text - 1, written                                                             \
    }

static void json_strings(void **state)
{
    static const pair rows[] = {
        PAIR("", "\"\""),
        PAIR("plain", "\"plain\""),
        PAIR("\"\\/", "\"\\\"\\\\/\""),
        PAIR("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""),
        PAIR("\0\x01\x1f\x7f", "\"\\u0000\\u0001\\u001f\\u007f\""),
        PAIR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""),
        /* No UTF-8: a lone byte, a cut character, an overlong form, a surrogate, too high. */
        PAIR("\xff", "\"\xEF\xBF\xBD\""),
        PAIR("\xe2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""),
        PAIR("\xc0\xaf", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""),
        PAIR("\xed\xa0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""),
        PAIR("\xf4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""),
        /* What ends a line for some readers. */
        PAIR("\xc2\x85\xe2\x80\xa8\xe2\x80\xa9", "\"\\u0085\\u2028\\u2029\""),
        /* What turns the direction of writing. */
        PAIR("\xe2\x80\xae"
             "a\xe2\x81\xa6",
             "\"\\u202ea\\u2066\""),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_sink sink = fresh_sink();
        sst_span text = {guard_end(0, rows[i].text, rows[i].len), rows[i].len};
        assert_int_equal(sst_write_json_string(text, &sink), SST_OK);
        assert_string_equal(out.text, rows[i].written);
    }
}

/* An odd byte at each place of texts of each length: they are looked at in blocks. */
static void json_strings_in_blocks(void **state)
{
    static const pair odd[] = {PAIR("\"", "\\\""),           PAIR("\\", "\\\\"),
                               PAIR("\x1f", "\\u001f"),      PAIR("\x7f", "\\u007f"),
                               PAIR("\xff", "\xEF\xBF\xBD"), PAIR("\0", "\\u0000")};
    (void)state;
    for (size_t len = 1; len <= 40; len++) {
        for (size_t i = 0; i < len * COUNT(odd); i++) {
            const pair *row = &odd[i % COUNT(odd)];
            size_t at = i / COUNT(odd);
            char text[40];
            char expected[64];
            memset(text, 'a', sizeof text);
            text[at] = row->text[0];
            snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", (int)at, text, row->written,
                     (int)(len - at - 1), text + at + 1);
            sst_sink sink = fresh_sink();
            sst_span span = {guard_end(0, text, len), len};
            assert_int_equal(sst_write_json_string(span, &sink), SST_OK);
            assert_string_equal(out.text, expected);
        }
    }
}

static void csv_cells(void **state)
{
    static const pair rows[] = {
        PAIR("", ""),
        PAIR("plain", "plain"),
        PAIR("a,b", "\"a,b\""),
        PAIR("say \"hi\"", "\"say \"\"hi\"\"\""),
        PAIR("a\r\nb", "\"a\r\nb\""),
        PAIR("a\0b", "a\xEF\xBF\xBD"
                     "b"),
        PAIR("\xff", "\xEF\xBF\xBD"),
        PAIR("a\tb\x1b[31m", "a\tb\xEF\xBF\xBD[31m"),
        PAIR("\x7f", "\xEF\xBF\xBD"),
        PAIR("\xc2\x9b"
             "31m",
             "\xEF\xBF\xBD"
             "31m"),
        PAIR("\xe2\x80\xae"
             "caf\xc3\xa9",
             "\xEF\xBF\xBD"
             "caf\xc3\xa9"),
        PAIR("=1+1", "=1+1"),
    };
    static const pair guarded[] = {
        PAIR("", ""),      PAIR("=1+1", "'=1+1"), PAIR("+1", "'+1"),     PAIR("-1", "'-1"),
        PAIR("@x", "'@x"), PAIR("a=1", "a=1"),    PAIR("\t=1", "'\t=1"), PAIR("=a,b", "\"'=a,b\""),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_sink sink = fresh_sink();
        sst_span text = {guard_end(0, rows[i].text, rows[i].len), rows[i].len};
        assert_int_equal(sst_write_csv_cell(text, false, &sink), SST_OK);
        assert_string_equal(out.text, rows[i].written);
    }
    for (size_t i = 0; i < COUNT(guarded); i++) {
        sst_sink sink = fresh_sink();
        sst_span text = {guarded[i].text, guarded[i].len};
        assert_int_equal(sst_write_csv_cell(text, true, &sink), SST_OK);
        assert_string_equal(out.text, guarded[i].written);
    }
}

static void safe_texts(void **state)
{
    static const pair rows[] = {
        PAIR("plain \\ text", "plain \\ text"),
        PAIR("\x1b[31m\x07\n\t\0", "\\x1b[31m\\x07\\x0a\\x09\\x00"),
        PAIR("\x7f", "\\x7f"),
        PAIR("\xc2\x9b"
             "31m",
             "\\u{9b}31m"),
        PAIR("\xd8\x9c\xe2\x80\x8e\xe2\x80\xae\xe2\x81\xa6", "\\u{61c}\\u{200e}\\u{202e}\\u{2066}"),
        PAIR("\xff\xc3", "\\xff\\xc3"),
        PAIR("caf\xc3\xa9 \xe4\xb8\xad", "caf\xc3\xa9 \xe4\xb8\xad"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_sink sink = fresh_sink();
        sst_span text = {guard_end(0, rows[i].text, rows[i].len), rows[i].len};
        assert_int_equal(sst_write_safe_text(text, &sink), SST_OK);
        assert_string_equal(out.text, rows[i].written);
    }
}

static void csv_header_and_line_have_the_same_columns(void **state)
{
    const sst_record_options with_texts = {sizeof with_texts, "en", true, false};
    const sst_record_options *options[] = {NULL, &with_texts};
    const size_t columns[] = {36, 38};
    (void)state;
    for (size_t i = 0; i < COUNT(options); i++) {
        sst_record record = {.code = 571};
        sst_sink sink = fresh_sink();
        size_t commas = 0;
        assert_int_equal(sst_record_write_csv_header(options[i], &sink), SST_OK);
        for (size_t j = 0; j < out.len; j++)
            commas += out.text[j] == ',' ? 1 : 0;
        assert_int_equal(commas + 1, columns[i]);
        assert_memory_equal(out.text, "schema,source,index,", 20);
        if (i == 0) {
            sink = fresh_sink();
            assert_int_equal(sst_record_write_csv(&record, NULL, &sink), SST_OK);
            assert_string_equal(out.text, "1,,,,,,,,,,,,,,,,,,571,,,,,,,,,,,,,,,,,\n");
        }
    }
}

/* --- sentences ------------------------------------------------------------------------------ */

/* Whether the sentence of a record begins with the text of a label, up to its first mark. */
static void assert_opening(const sst_record *record, const char *language, const char *key)
{
    const char *text = sst_label(key, language);
    sst_sink sink = fresh_sink();
    assert_non_null(text);
    assert_int_equal(sst_record_write_sentence(record, language, &sink), SST_OK);
    const char *behind = strstr(text, "}");
    const char *words = behind && text[0] == '{' ? behind + 1 : text;
    size_t len = strcspn(words, "{");
    char piece[256];
    assert_true(len < sizeof piece);
    memcpy(piece, words, len);
    piece[len] = '\0';
    assert_non_null(strstr(out.text, piece));
    assert_null(strstr(out.text, "{"));
}

static void every_kind_has_a_sentence(void **state)
{
    static const struct {
        sst_kind kind;
        int code;
        sst_reason reason;
        sst_permanence permanence;
        const char *key;
    } rows[] = {
        {SST_KIND_FAILED, 550, SST_REASON_TLS, SST_PERMANENCE_PERMANENT, "sentence.failed"},
        {SST_KIND_FAILED, 550, SST_REASON_RATE_LIMITED, SST_PERMANENCE_TRANSIENT,
         "sentence.failed-for-now"},
        {SST_KIND_FAILED, 550, SST_REASON_UNKNOWN, SST_PERMANENCE_PERMANENT,
         "sentence.failed.unknown"},
        {SST_KIND_FAILED, 0, SST_REASON_EXPIRED, SST_PERMANENCE_PERMANENT,
         "sentence.not-delivered"},
        {SST_KIND_FAILED, -1, SST_REASON_TLS, SST_PERMANENCE_PERMANENT, "sentence.not-delivered"},
        {SST_KIND_DELAYED, 450, SST_REASON_GREYLISTED, SST_PERMANENCE_TRANSIENT,
         "sentence.delayed"},
        {SST_KIND_DELAYED, 450, SST_REASON_UNKNOWN, SST_PERMANENCE_TRANSIENT,
         "sentence.delayed.unknown"},
        {SST_KIND_DELAYED, -1, SST_REASON_UNREACHABLE, SST_PERMANENCE_TRANSIENT,
         "sentence.not-delivered-yet"},
        {SST_KIND_IN_DOUBT, -1, SST_REASON_UNREACHABLE, SST_PERMANENCE_UNKNOWN,
         "sentence.in-doubt"},
        {SST_KIND_NONE, 0, SST_REASON_REVERSE_DNS, SST_PERMANENCE_UNKNOWN, "sentence.no-kind"},
        {SST_KIND_NONE, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.no-kind.unknown"},
        {SST_KIND_NONE, -1, SST_REASON_UNREACHABLE, SST_PERMANENCE_UNKNOWN,
         "sentence.not-delivered-yet"},
        {SST_KIND_ACCEPTED, 250, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.accepted"},
        {SST_KIND_DELIVERED, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.delivered"},
        {SST_KIND_RELAYED, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.relayed"},
        {SST_KIND_EXPANDED, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.expanded"},
        {SST_KIND_COMPLAINT, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.complaint"},
        {SST_KIND_AUTO_REPLY, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.auto-reply"},
        {SST_KIND_NOT_TRIED, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN, "sentence.not-tried"},
        {SST_KIND_NOT_A_REPORT, 0, SST_REASON_UNKNOWN, SST_PERMANENCE_UNKNOWN,
         "sentence.not-a-report"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_record record = {.kind = rows[i].kind,
                             .code = rows[i].code,
                             .decided = true,
                             .verdict = {.reason = rows[i].reason,
                                         .permanence = rows[i].permanence,
                                         .retry_after = -1}};
        for (size_t j = 0; j < sst_language_count(); j++)
            assert_opening(&record, sst_language_tag(j), rows[i].key);
    }
    sst_record more = {.code = 354};
    assert_opening(&more, "en", "sentence.intermediate");
}

static void a_sentence_tells_provider_wait_and_suppression(void **state)
{
    sst_record record = {.kind = SST_KIND_DELAYED,
                         .code = 450,
                         .provider = span("google"),
                         .decided = true,
                         .verdict = {.reason = SST_REASON_MAILBOX_FULL,
                                     .permanence = SST_PERMANENCE_TRANSIENT,
                                     .actor = SST_ACTOR_RECIPIENT,
                                     .retry = SST_RETRY_LATER,
                                     .suppress = SST_SUPPRESS_AFTER_REPEATS,
                                     .retry_after = 300}};
    sst_sink sink = fresh_sink();
    (void)state;
    assert_int_equal(sst_record_write_sentence(&record, "en", &sink), SST_OK);
    assert_non_null(strstr(out.text, "Google "));
    assert_null(strstr(out.text, "Workspace"));
    assert_non_null(strstr(out.text, sst_label("sentence.do.recipient.later", "en")));
    assert_non_null(strstr(out.text, " 5 min "));
    assert_non_null(strstr(out.text, sst_label("sentence.suppress.after-repeats", "en")));
}

static void waits_are_told_in_the_unit_that_fits(void **state)
{
    static const struct {
        int32_t seconds;
        const char *words;
    } rows[] = {{1, " 1 s "}, {90, " 90 s "}, {7200, " 2 h "}, {86400, " 1 d "}, {90000, " 25 h "}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sst_record record = {.kind = SST_KIND_DELAYED,
                             .decided = true,
                             .verdict = {.retry = SST_RETRY_LATER, .retry_after = rows[i].seconds}};
        sst_sink sink = fresh_sink();
        assert_int_equal(sst_record_write_sentence(&record, "en", &sink), SST_OK);
        assert_non_null(strstr(out.text, rows[i].words));
    }
    sst_record now = {
        .kind = SST_KIND_DELAYED, .decided = true, .verdict = {.retry = SST_RETRY_LATER}};
    sst_sink sink = fresh_sink();
    assert_int_equal(sst_record_write_sentence(&now, "en", &sink), SST_OK);
    assert_null(strstr(out.text, " 0 "));
}

/* Chinese: no blank behind a full stop of full width, one between Latin and Chinese words. */
static void chinese_sentences_are_set_as_chinese(void **state)
{
    sst_record record = {.kind = SST_KIND_FAILED,
                         .code = 550,
                         .provider = span("google"),
                         .decided = true,
                         .verdict = {.reason = SST_REASON_MAILBOX_UNKNOWN,
                                     .permanence = SST_PERMANENCE_PERMANENT,
                                     .retry_after = -1,
                                     .suppress = SST_SUPPRESS_YES}};
    sst_sink sink = fresh_sink();
    (void)state;
    assert_int_equal(sst_record_write_sentence(&record, "zh", &sink), SST_OK);
    assert_memory_equal(out.text, "Google \xe6", 8);
    assert_null(strstr(out.text, "\xe3\x80\x82 ")); /* U+3002 and a blank */
}

static void advice_is_for_the_actor_or_what_usually_helps(void **state)
{
    sst_record record = {.kind = SST_KIND_FAILED,
                         .decided = true,
                         .verdict = {.reason = SST_REASON_TLS, .actor = SST_ACTOR_SENDER_ADMIN}};
    sst_sink sink = fresh_sink();
    (void)state;
    assert_int_equal(sst_record_write_advice(&record, "en", &sink), SST_OK);
    assert_string_equal(out.text,
                        sst_reason_text_advice(SST_REASON_TLS, SST_ACTOR_SENDER_ADMIN, "en"));
    record.verdict.actor = SST_ACTOR_NOBODY;
    sink = fresh_sink();
    assert_int_equal(sst_record_write_advice(&record, "en", &sink), SST_OK);
    assert_true(out.len > 0);
    record.kind = SST_KIND_ACCEPTED;
    record.code = 250;
    sink = fresh_sink();
    assert_int_equal(sst_record_write_advice(&record, "en", &sink), SST_OK);
    assert_int_equal(out.len, 0);
    assert_int_equal(sst_record_write_explanation(&record, "en", &sink), SST_OK);
    assert_string_equal(out.text, sst_code_text_full(250, "en"));
    record.code = 0;
    sink = fresh_sink();
    assert_int_equal(sst_record_write_explanation(&record, "en", &sink), SST_OK);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reply_gives_kind_code_and_text),
        cmocka_unit_test(what_is_there_is_kept),
        cmocka_unit_test(a_buffer_too_small_leaves_the_record),
        cmocka_unit_test(addresses_are_taken_where_they_stand_first),
        cmocka_unit_test(at_mail_an_address_is_the_senders),
        cmocka_unit_test(queue_ids_are_taken_from_successes),
        cmocka_unit_test(the_remote_host_is_a_name_where_it_has_one),
        cmocka_unit_test(a_verdict_fills_kind_and_provider),
        cmocka_unit_test(a_provider_that_was_told_is_kept),
        cmocka_unit_test(successes_and_intermediate_replies_are_not_judged),
        cmocka_unit_test(a_batch_decides_as_one_by_one),
        cmocka_unit_test(json_has_every_key_in_order),
        cmocka_unit_test(json_of_an_empty_record_is_the_schema),
        cmocka_unit_test(json_leaves_out_the_verdict_of_other_kinds),
        cmocka_unit_test(json_names_only_codes_of_the_enumeration),
        cmocka_unit_test(span_counts_what_is_written),
        cmocka_unit_test(texts_are_added_where_asked_for),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(a_failing_sink_is_reported),
        cmocka_unit_test(json_strings),
        cmocka_unit_test(json_strings_in_blocks),
        cmocka_unit_test(csv_cells),
        cmocka_unit_test(safe_texts),
        cmocka_unit_test(csv_header_and_line_have_the_same_columns),
        cmocka_unit_test(every_kind_has_a_sentence),
        cmocka_unit_test(a_sentence_tells_provider_wait_and_suppression),
        cmocka_unit_test(waits_are_told_in_the_unit_that_fits),
        cmocka_unit_test(chinese_sentences_are_set_as_chinese),
        cmocka_unit_test(advice_is_for_the_actor_or_what_usually_helps),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
