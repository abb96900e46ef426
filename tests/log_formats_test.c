/*
 * Formats of logs: what their records hold and do not show when they are written (client, size,
 * delay), how many messages stay under way, and that no line is read beyond its end. What they
 * show is in tests/cases/log/.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, of guard.h */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/log.h>

#include "guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define EXIM  "2026-03-02 09:15:"
#define SM    " mail sm-mta[1]: 622900A1004711: "
#define SMTPD " mail smtpd[71]: "
#define ID    "id=000000000012A34B.0000000065928000.00001234"

static const struct format_case {
    const char *log;
    size_t records; /* all of the log; of the last: */
    const char *client;
    uint64_t size;
    int64_t delay_ms; /* -1: not known */
} cases[] = {
    {EXIM "01.123 [2211] 1wXyZa-000000000Zb-1Kq2 <= news@example.org H=client.example.org (helo) "
          "[192.0.2.9]:41234 I=[192.0.2.1]:587 P=esmtpsa A=plain:news S=4711 id=abc@example.org "
          "T=\"a \\\"b\\\" \\303\\251\" from <news@example.org> for ann@example.com\n" EXIM
          "02.001 [2213] 1wXyZa-000000000Zb-1Kq2 == ann@example.com R=dnslookup T=remote_smtp "
          "defer (-44) H=mx.example.com [192.0.2.10]:25: SMTP error from remote mail server after "
          "RCPT TO:<ann@example.com>: 450 4.2.1 Later\n" EXIM
          "03.123 [2213] 1wXyZa-000000000Zb-1Kq2 => ann@example.com R=dnslookup T=remote_smtp "
          "H=mx.example.com [192.0.2.10]:25 C=\"250 2.0.0 Ok\\n\"\n" EXIM
          "03.124 1wXyZa-000000000Zb-1Kq2 Completed\n",
     2, "client.example.org[192.0.2.9]", 4711, 2000},
    {EXIM "09 1rKabc-0003Xy-2z => ann <ann@example.org> R=local T=mail QT=1d2h3m4.050s DT=0s\n", 1,
     NULL, 0, ((26 * 60 + 3) * 60 + 4) * INT64_C(1000) + 50},
    {EXIM "09 1rKabc-0003Xy-2z <= root U=root P=local S=12\n" EXIM
          "10 1rKabc-0003Xy-2z ** a@example.com: Unrouteable address\n",
     1, "root", 12, 1000},
    {EXIM "10 H=client.example.net (helo) [192.0.2.66]:4 F=<> rejected RCPT <a@example.org>: no\n",
     1, "client.example.net[192.0.2.66]", 0, -1},
    {"Mar  2 09:00:00" SM "from=<news@example.org>, size=4711, class=0, nrcpts=2, msgid=<a@b>, "
     "proto=ESMTP, daemon=MTA, relay=client.example.org [192.0.2.9] (may be forged)\n"
     "Mar  3 10:00:01" SM "to=<a@example.com>,<b@example.com>, delay=1+01:00:01, "
     "xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.com. [192.0.2.10], dsn=2.0.0, "
     "stat=Sent (Ok)\n",
     2, "client.example.org[192.0.2.9]", 4711, (25 * 3600 + 1) * INT64_C(1000)},
    {"Mar  2 09:00:00" SM "from=bob, size=1, class=0, nrcpts=1, relay=bob@localhost\n"
     "Mar  2 09:00:01" SM "to=a@example.com, mailer=esmtp, stat=User unknown\n",
     1, "bob@localhost", 1, 1000},
    {"Mar  2 09:00:00" SMTPD "5f3a000000000001 smtp connected address=192.0.2.9 host=c.example\n"
     "Mar  2 09:00:00" SMTPD "5f3a000000000001 smtp message msgid=aabbccdd size=4711 nrcpt=1 "
     "proto=ESMTP\n"
     "Mar  2 09:00:00" SMTPD "5f3a000000000001 smtp disconnected reason=quit\n"
     "Mar  2 09:00:01" SMTPD "5f3a000000000002 mta delivery evpid=aabbccdd00000001 from=<b@c> "
     "to=<a@example.com> rcpt=<-> source=\"192.0.2.1\" relay=\"192.0.2.10 (mx.example.com)\" "
     "delay=1h1s result=\"Ok\" stat=\"250 2.0.0 Ok\"\n",
     1, "c.example[192.0.2.9]", 4711, 3601000},
    {"Mar  2 09:00:00 mail courierd: newmsg," ID ": dns; h (c.example.org [::ffff:192.0.2.9])\n"
     "Mar  2 09:00:01 mail courieresmtp: " ID ",from=<b@c>,addr=<a@example.com>: 250 Ok\n"
     "Mar  2 09:00:02 mail courieresmtp: " ID ",from=<b@c>,addr=<a@example.com>,size=4711,"
     "success: delivered: mx.example.com [192.0.2.10]\n"
     "Mar  2 09:00:02 mail courieresmtp: " ID ",from=<b@c>,addr=<a@example.com>,status: success\n"
     "Mar  2 09:00:02 mail courierd: completed," ID "\n",
     1, "c.example.org[192.0.2.9]", 4711, 2000},
    {"Mar  2 09:00:00 mail courieresmtpd: error,relay=::ffff:192.0.2.66,port=1,from=<>,to=<a@b>: "
     "550-User\n"
     "Mar  2 09:00:00 mail courieresmtpd: error,relay=::ffff:192.0.2.66,port=1,from=<>,to=<a@b>: "
     "550 unknown.\n",
     1, "unknown[192.0.2.66]", 0, -1},
};

static sst_log_reader *make(size_t max_open)
{
    sst_log_options options = {.size = sizeof options, .max_open = max_open};
    sst_log_reader *reader = NULL;
    assert_int_equal(sst_log_reader_new(&options, &reader), SST_OK);
    sst_log_begin(reader, 0, 2026);
    return reader;
}

static void assert_last(const struct format_case *c, const sst_record *last)
{
    if (c->client) {
        assert_int_equal(last->client.len, strlen(c->client));
        assert_memory_equal(last->client.ptr, c->client, last->client.len);
    } else {
        assert_null(last->client.ptr);
    }
    assert_int_equal(last->size, c->size);
    assert_int_equal(last->has_delay, c->delay_ms >= 0);
    if (c->delay_ms >= 0)
        assert_int_equal(last->delay_ms, c->delay_ms);
}

static void records_hold_what_is_not_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct format_case *c = &cases[i];
        sst_log_reader *reader = make(0);
        sst_record record;
        size_t count = 0;
        sst_log_feed(reader, c->log, strlen(c->log));
        while (sst_log_next(reader, &record)) {
            if (++count == c->records)
                assert_last(c, &record);
        }
        assert_int_equal(count, c->records);
        sst_log_reader_free(reader);
    }
}

/* Reads all records to their last byte; how many there were. */
static size_t take(sst_log_reader *reader)
{
    sst_record record;
    size_t count = 0;
    for (; sst_log_next(reader, &record); count++) {
        const sst_span spans[] = {record.recipient, record.sender, record.text,
                                  record.remote,    record.client, record.subject};
        for (size_t i = 0; i < COUNT(spans); i++)
            assert_true(!spans[i].ptr || memchr(spans[i].ptr, -1, spans[i].len) == NULL);
    }
    return count;
}

/* A log that ends anywhere is not read beyond its end, and a line that lacks its end does no harm.
 */
static void any_end_is_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].log);
        sst_log_reader *reader = make(64);
        for (size_t at = 0; at <= len; at++) {
            sst_log_begin(reader, 0, 2026);
            sst_log_feed(reader, guard_end(0, cases[i].log, at), at);
            take(reader);
            sst_log_end(reader);
            take(reader);
        }
        sst_log_reader_free(reader);
    }
}

/* A line of which anything is missing in front, behind the prefix, is not read beyond its end
 * either. */
static void any_middle_may_be_missing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].log);
        sst_log_reader *reader = make(64);
        for (size_t at = 20; at + 3 < len; at++) {
            char *copy = guard_end(0, NULL, len - 3);
            memcpy(copy, cases[i].log, at);
            memcpy(copy + at, cases[i].log + at + 3, len - at - 3);
            sst_log_begin(reader, 0, 2026);
            sst_log_feed(reader, copy, len - 3);
            take(reader);
            sst_log_end(reader);
            take(reader);
        }
        sst_log_reader_free(reader);
    }
}

/* Lines of one message each; %T stands for a stamp, %N for the message's number. */
static const char *const messages[] = {
    "%T 1rKabc-000%N-2z <= a@example.org P=local S=1\n"
    "%T 1rKabc-000%N-2z == b@example.com R=x T=y defer (0): later\n"
    "%T 1rKabc-000%N-2z => b@example.com R=x T=y\n"
    "%T 1rKabc-000%N-2z Completed\n",
    "%T 6229000001%N: from=<a@example.org>, size=1, class=0, nrcpts=1, relay=x\n"
    "%T 6229000001%N: to=<b@example.com>, mailer=esmtp, dsn=4.0.0, stat=Deferred\n"
    "%T 6229000001%N: to=<b@example.com>, mailer=esmtp, dsn=2.0.0, stat=Sent\n",
    "%T 5f3a000000000%N smtp connected address=192.0.2.9 host=x\n"
    "%T 5f3a000000000%N smtp message msgid=aabbc%N size=1 nrcpt=1 proto=ESMTP\n"
    "%T 5f3a000000000%N smtp disconnected reason=quit\n"
    "%T 5f3a000000000%N mta delivery evpid=aabbc%N00000001 from=<b@c> to=<a@example.com> "
    "rcpt=<-> delay=1s result=\"Ok\" stat=\"250 Ok\"\n",
    "%T newmsg,id=000000000012A34B.0000000065928000.00001%N: dns; x (x [192.0.2.9])\n"
    "%T id=000000000012A34B.0000000065928000.00001%N,from=<b@c>,addr=<a@b>: 250 Ok\n"
    "%T id=000000000012A34B.0000000065928000.00001%N,from=<b@c>,addr=<a@b>,success: x\n"
    "%T completed,id=000000000012A34B.0000000065928000.00001%N\n",
};

static size_t write_message(const char *form, unsigned number, char *out)
{
    const char digits[] = {(char)('0' + number / 100), (char)('0' + number / 10 % 10),
                           (char)('0' + number % 10), '\0'};
    size_t len = 0;
    for (; *form; form++) {
        if (*form != '%') {
            out[len++] = *form;
            continue;
        }
        const char *what = *++form == 'T' ? "2026-03-02 09:00:00" : digits;
        memcpy(out + len, what, strlen(what));
        len += strlen(what);
    }
    return len;
}

/* What is done with is let go of: the cap is never met, however long the log. */
static void messages_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        sst_log_reader *reader = make(64);
        for (unsigned n = 0; n < 500; n++) {
            char lines[1024];
            sst_log_feed(reader, lines, write_message(messages[i], n, lines));
            assert_true(take(reader) > 0);
        }
        sst_log_counts counts;
        sst_log_get_counts(reader, &counts);
        assert_int_equal(counts.let_go, 0);
        sst_log_reader_free(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_hold_what_is_not_written),
        cmocka_unit_test(any_end_is_one),
        cmocka_unit_test(any_middle_may_be_missing),
        cmocka_unit_test(messages_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
