/*
 * Unit tests of reports: fates joined over records, exact totals under every limit, memory, the
 * histogram's error, time, pseudonyms, the writers with hostile names and failing sinks.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/report.h>

#include "base/product.h"
#include "guard.h"
#include "report/clock.h"
#include "report/model.h"
#include "report/view.h"

/* --- memory --------------------------------------------------------------------------------- */

/* Counts bytes, and fails from the nth allocation on. */
typedef struct meter {
    size_t used;
    size_t most;
    size_t calls;
    size_t fail_at; /* 0: never */
} meter;

static void *metered(void *context, void *block, size_t size)
{
    meter *of = context;
    size_t *head = block ? (size_t *)block - 2 : NULL;
    size_t old = head ? head[0] : 0;
    if (size == 0) {
        of->used -= old;
        free(head);
        return NULL;
    }
    if (++of->calls >= of->fail_at && of->fail_at > 0)
        return NULL;
    size_t *fresh = realloc(head, size + 2 * sizeof *fresh);
    assert_non_null(fresh);
    fresh[0] = size;
    /* While a block moves, both are there. */
    size_t peak = of->used + size;
    of->most = peak > of->most ? peak : of->most;
    of->used = of->used - old + size;
    return fresh + 2;
}

static sst_report *new_report(void)
{
    sst_report *report = NULL;
    assert_int_equal(sst_report_new(NULL, &report), SST_OK);
    return report;
}

static sst_report_totals totals_of(const sst_report *report)
{
    sst_report_totals totals;
    sst_report_get_totals(report, &totals);
    return totals;
}

/* --- records -------------------------------------------------------------------------------- */

static sst_span text(const char *of)
{
    sst_span span = {of, of ? strlen(of) : 0};
    return span;
}

static sst_record record_of(sst_kind kind, const char *mail, const char *recipient,
                            const char *time)
{
    sst_record record;
    memset(&record, 0, sizeof record);
    record.kind = kind;
    record.direction = text("out");
    record.message_id = text(mail);
    record.recipient = text(recipient);
    record.sender = text("s@example.org");
    record.time = text(time);
    if (kind == SST_KIND_FAILED || kind == SST_KIND_DELAYED || kind == SST_KIND_IN_DOUBT) {
        record.decided = true;
        record.verdict.kind = kind;
        record.verdict.reason =
            kind == SST_KIND_FAILED ? SST_REASON_MAILBOX_UNKNOWN : SST_REASON_GREYLISTED;
        record.verdict.actor = kind == SST_KIND_FAILED ? SST_ACTOR_SENDER : SST_ACTOR_NOBODY;
        record.verdict.suppress = kind == SST_KIND_FAILED ? SST_SUPPRESS_YES : SST_SUPPRESS_NO;
        record.text = text("User unknown");
        record.code = kind == SST_KIND_FAILED ? 550 : 450;
    }
    return record;
}

static void add(sst_report *report, sst_kind kind, const char *mail, const char *recipient,
                const char *time)
{
    sst_record record = record_of(kind, mail, recipient, time);
    sst_report_add(report, &record);
}

#define T0 "2026-03-03T10:00:00Z"
#define T1 "2026-03-03T10:05:00Z"
#define T2 "2026-03-03T11:00:00Z"

/* --- fates ---------------------------------------------------------------------------------- */

static void expect(const sst_report *report, uint64_t mails, uint64_t first, uint64_t later,
                   uint64_t failed, uint64_t waiting, uint64_t in_doubt)
{
    sst_report_totals is = totals_of(report);
    assert_int_equal(is.mails, mails);
    assert_int_equal(is.delivered_first, first);
    assert_int_equal(is.delivered_later, later);
    assert_int_equal(is.failed, failed);
    assert_int_equal(is.waiting, waiting);
    assert_int_equal(is.in_doubt, in_doubt);
    assert_int_equal(is.recipients, first + later + failed + waiting + in_doubt);
}

static void test_fates(void **state)
{
    (void)state;
    sst_report *report = new_report();
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T0);
    expect(report, 1, 1, 0, 0, 0, 0);
    add(report, SST_KIND_DELIVERED, "1@x", "A@Example.com", T0); /* told again */
    expect(report, 1, 1, 0, 0, 0, 0);
    add(report, SST_KIND_DELAYED, "<1@x>", "b@example.com", T0); /* another recipient */
    add(report, SST_KIND_DELAYED, "<1@x>", "b@example.com", T1);
    expect(report, 1, 1, 0, 0, 1, 0);
    add(report, SST_KIND_DELIVERED, "<1@x>", "b@example.com", T2);
    expect(report, 1, 1, 1, 0, 0, 0);
    add(report, SST_KIND_FAILED, "<2@x>", "a@example.com", T0);
    add(report, SST_KIND_FAILED, "<2@x>", "a@example.com", T1); /* the bounce of the same */
    expect(report, 2, 1, 1, 1, 0, 0);
    add(report, SST_KIND_IN_DOUBT, "<3@x>", "a@example.com", T0);
    expect(report, 3, 1, 1, 1, 0, 1);
    add(report, SST_KIND_DELIVERED, "<3@x>", "a@example.com", T1);
    expect(report, 3, 1, 2, 1, 0, 0);
    assert_int_equal(totals_of(report).duplicates, 2);
    assert_int_equal(totals_of(report).records, 9);
    sst_report_free(report);
}

/* A bounce that comes after the delivery to the next host, read before or after the log. */
static void test_bounce_after_delivery(void **state)
{
    (void)state;
    sst_report *report = new_report();
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T0);
    add(report, SST_KIND_FAILED, "<1@x>", "a@example.com", T1);
    expect(report, 1, 0, 0, 1, 0, 0);
    sst_report_free(report);
    report = new_report();
    add(report, SST_KIND_FAILED, "<1@x>", "a@example.com", T1);
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T0);
    expect(report, 1, 0, 0, 1, 0, 0);
    sst_report_free(report);
    report = new_report();
    add(report, SST_KIND_DELAYED, "<1@x>", "a@example.com", T0);
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T1);
    add(report, SST_KIND_FAILED, "<1@x>", "a@example.com", T2);
    expect(report, 1, 0, 0, 1, 0, 0);
    sst_report_free(report);
}

static void test_no_names(void **state)
{
    (void)state;
    sst_report *report = new_report();
    add(report, SST_KIND_FAILED, NULL, NULL, NULL);
    add(report, SST_KIND_FAILED, NULL, NULL, NULL);
    expect(report, 2, 0, 0, 2, 0, 0);
    sst_record record = record_of(SST_KIND_DELIVERED, NULL, "a@example.com", T0);
    record.queue_id = text("4XyZ");
    sst_report_add(report, &record);
    sst_report_add(report, &record);
    expect(report, 3, 1, 0, 2, 0, 0);
    record.reporter = text("other"); /* queue ids are a host's own */
    sst_report_add(report, &record);
    expect(report, 4, 2, 0, 2, 0, 0);
    sst_report_free(report);
}

static void test_not_counted(void **state)
{
    (void)state;
    sst_report *report = new_report();
    sst_record record = record_of(SST_KIND_FAILED, "<1@x>", "a@example.com", T0);
    record.direction = text("in");
    sst_report_add(report, &record);
    add(report, SST_KIND_AUTO_REPLY, "<1@x>", "a@example.com", T0);
    add(report, SST_KIND_NOT_A_REPORT, NULL, NULL, NULL);
    add(report, SST_KIND_COMPLAINT, "<1@x>", "a@example.com", T0);
    expect(report, 0, 0, 0, 0, 0, 0);
    assert_int_equal(totals_of(report).inbound, 1);
    assert_int_equal(totals_of(report).complaints, 1);
    record = record_of(SST_KIND_ACCEPTED, "<2@x>", "a@example.com", T0);
    record.command = SST_COMMAND_RCPT; /* a step only */
    sst_report_add(report, &record);
    expect(report, 0, 0, 0, 0, 0, 0);
    record.command = SST_COMMAND_EOM;
    sst_report_add(report, &record);
    expect(report, 1, 1, 0, 0, 0, 0);
    sst_report_free(report);
}

/* What is relayed may come back from a filter, and then only what becomes of it counts. */
static void test_relayed(void **state)
{
    (void)state;
    sst_report *report = new_report();
    add(report, SST_KIND_RELAYED, "<1@x>", "a@example.com", T0);
    expect(report, 1, 1, 0, 0, 0, 0);
    add(report, SST_KIND_RELAYED, "<1@x>", "a@example.com", T0);
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T1);
    expect(report, 1, 1, 0, 0, 0, 0);
    add(report, SST_KIND_RELAYED, "<2@x>", "a@example.com", T0);
    add(report, SST_KIND_DELAYED, "<2@x>", "a@example.com", T1);
    expect(report, 2, 1, 0, 0, 1, 0);
    add(report, SST_KIND_RELAYED, "<2@x>", "a@example.com", T1);
    expect(report, 2, 1, 1, 0, 0, 0);
    add(report, SST_KIND_DELAYED, "<2@x>", "a@example.com", T2);
    expect(report, 2, 1, 0, 0, 1, 0);
    add(report, SST_KIND_RELAYED, "<3@x>", "a@example.com", T0);
    add(report, SST_KIND_FAILED, "<3@x>", "a@example.com", T1);
    expect(report, 3, 1, 0, 1, 1, 0);
    /* An alias that stands for two. */
    add(report, SST_KIND_RELAYED, "<4@x>", "all@example.com", T0);
    sst_record record = record_of(SST_KIND_DELIVERED, "<4@x>", "b@example.com", T1);
    record.original_recipient = text("all@example.com");
    sst_report_add(report, &record);
    record.recipient = text("c@example.com");
    sst_report_add(report, &record);
    expect(report, 4, 3, 0, 1, 1, 0);
    assert_int_equal(report->relayed, 0);
    add(report, SST_KIND_RELAYED, "<5@x>", "a@example.com", T0);
    expect(report, 5, 4, 0, 1, 1, 0);
    assert_int_equal(report->relayed, 1);
    /* Delivered twice behind it. */
    add(report, SST_KIND_DELIVERED, "<5@x>", "a@example.com", T1);
    add(report, SST_KIND_DELIVERED, "<5@x>", "a@example.com", T1);
    expect(report, 5, 4, 0, 1, 1, 0);
    assert_int_equal(report->relayed, 0);
    sst_report_free(report);
}

/* --- order ---------------------------------------------------------------------------------- */

#define STORY_MAILS 60

/* The records of some mails, of which each third is delayed first and each fifth bounces. */
static size_t make_story(sst_record *records, char mails[][32])
{
    size_t count = 0;
    for (size_t i = 0; i < STORY_MAILS; i++) {
        snprintf(mails[i], sizeof mails[i], "<%zu@x>", i);
        if (i % 3 == 0)
            records[count++] = record_of(SST_KIND_DELAYED, mails[i], "a@example.com", T0);
        if (i % 4 != 0)
            records[count++] = record_of(SST_KIND_DELIVERED, mails[i], "a@example.com", T1);
        if (i % 5 == 0)
            records[count++] = record_of(SST_KIND_FAILED, mails[i], "a@example.com", T2);
    }
    return count;
}

/* The same as one record after the other, however many are added at once. */
static void expect_batches(const sst_record *records, size_t count, size_t some,
                           const sst_report_totals *wanted)
{
    const sst_record *list[3 * STORY_MAILS];
    sst_report *report = new_report();
    for (size_t i = 0; i < count; i++)
        list[i] = &records[i];
    for (size_t i = 0; i < count; i += some)
        sst_report_add_batch(report, list + i, some < count - i ? some : count - i);
    sst_report_totals is = totals_of(report);
    assert_memory_equal(&is, wanted, sizeof is);
    sst_report_free(report);
}

static void test_order(void **state)
{
    (void)state;
    static sst_record records[3 * STORY_MAILS];
    static char mails[STORY_MAILS][32];
    size_t count = make_story(records, mails);
    sst_report_totals first = {0};
    uint32_t random = 1;
    for (size_t round = 0; round < 50; round++) {
        sst_report *report = new_report();
        for (size_t i = 0; i < count; i++)
            sst_report_add(report, &records[i]);
        sst_report_totals is = totals_of(report);
        expect_batches(records, count, 1 + round, &is);
        if (round == 0)
            first = is;
        assert_int_equal(is.mails, first.mails);
        assert_int_equal(is.delivered_first, first.delivered_first);
        assert_int_equal(is.delivered_later, first.delivered_later);
        assert_int_equal(is.failed, first.failed);
        assert_int_equal(is.waiting, first.waiting);
        sst_report_free(report);
        for (size_t i = count; i > 1; i--) {
            random = random * 1664525u + 1013904223u;
            size_t other = (random >> 8) % i;
            sst_record kept = records[i - 1];
            records[i - 1] = records[other];
            records[other] = kept;
        }
    }
    assert_int_equal(first.failed, STORY_MAILS / 5);
}

/* --- rows add up ---------------------------------------------------------------------------- */

static void add_tallies(tally *sum, const tally *count)
{
    for (size_t i = 0; i < FATE_STATES; i++)
        sum->of[i] += count->of[i];
}

static void check_names(const sst_report *report, const names *of)
{
    tally sum = of->others;
    for (size_t i = 0; i < of->count; i++)
        add_tallies(&sum, &of->list[i].count);
    assert_memory_equal(&sum, &report->total, sizeof sum);
}

/* Every way of dividing the recipients gives all of them; so do the rows that are shown. */
static void check_sums(const sst_report *report)
{
    view all;
    tally causes = {{0}}, reasons = {{0}};
    check_names(report, &report->domains);
    check_names(report, &report->providers);
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        const cause *here = report->causes[i];
        uint64_t sharing = 0;
        if (!here)
            continue;
        add_tallies(&causes, &here->count);
        for (size_t k = 0; k <= SST_MAX_REPORT_SENDERS; k++)
            sharing += here->senders[k];
        assert_int_equal(sharing, tally_sum(&here->count));
        sharing = 0;
        for (size_t k = 0; k <= SST_MAX_REPORT_PROVIDERS; k++)
            sharing += here->providers[k];
        assert_int_equal(sharing, tally_sum(&here->count));
    }
    for (size_t i = 0; i < SST_REASON_COUNT; i++)
        add_tallies(&reasons, &report->by_reason[i]);
    for (size_t i = FATE_LATER; i < FATE_STATES; i++) {
        assert_int_equal(causes.of[i], report->total.of[i]);
        assert_int_equal(reasons.of[i], report->total.of[i]);
    }
    assert_int_equal(sst_view_make(&all, report, NULL), SST_OK);
    tally shown = all.domains.others;
    for (size_t i = 0; i < all.domains.count; i++)
        add_tallies(&shown, &all.domains.of->list[all.domains.top[i]].count);
    assert_memory_equal(&shown, &report->total, sizeof shown);
}

/* Many mails to many domains, so that every limit is met. */
static void add_crowd(sst_report *report, size_t count)
{
    static const sst_kind kinds[] = {SST_KIND_DELIVERED, SST_KIND_FAILED, SST_KIND_DELAYED};
    for (size_t i = 0; i < count; i++) {
        char mail[32], recipient[64], sender[64], provider[32], words[64], remote[64];
        snprintf(mail, sizeof mail, "<%zu@x>", i);
        snprintf(recipient, sizeof recipient, "u%zu@d%zu.example.com", i, i % 20000);
        snprintf(sender, sizeof sender, "s%zu@example.org", i % 5000);
        snprintf(provider, sizeof provider, "p%zu", i % 400);
        snprintf(words, sizeof words, "Odd word%c%c%c%c here", 'a' + (char)(i % 26),
                 'a' + (char)(i / 26 % 26), 'a' + (char)(i / 676 % 26),
                 'a' + (char)(i / 17576 % 26));
        snprintf(remote, sizeof remote, "c%zu.example.net", i % 7000);
        sst_record record = record_of(kinds[i % 3], mail, recipient, T0);
        record.sender = text(sender);
        record.provider = text(provider);
        record.remote = text(remote);
        record.text = text(words);
        record.verdict.reason = (sst_reason)(i / 3 % SST_REASON_COUNT);
        record.verdict.actor = (sst_actor)(i / 3 % 5);
        sst_report_add(report, &record);
        record.direction = text("in");
        record.kind = SST_KIND_FAILED;
        sst_report_add(report, &record);
    }
}

static void test_limits(void **state)
{
    (void)state;
    const size_t crowd = 600000;
    meter of = {0};
    sst_allocator allocator = {metered, &of};
    const sst_report_options options = {.size = sizeof options, .allocator = &allocator};
    sst_report *report = NULL;
    assert_int_equal(sst_report_new(&options, &report), SST_OK);
    add_crowd(report, crowd);
    expect(report, crowd, crowd / 3, 0, crowd / 3, crowd / 3, 0);
    check_sums(report);
    for (int i = 0; i < SST_REPORT_LIMIT_COUNT; i++) {
        bool met = sst_report_limit_met(report, (sst_report_limit)i);
        assert_true(met || i == SST_REPORT_LIMIT_CAUSES);
        assert_true(sst_report_limit_id((sst_report_limit)i)[0] != '\0');
    }
    assert_int_equal(totals_of(report).inbound, crowd);
    print_message("# at most %zu KiB\n", of.most / 1024);
    assert_true(of.most <= (size_t)24 << 20);
    sst_report_free(report);
    assert_int_equal(of.used, 0);
}

/* With no memory for more, rows are others earlier, and all sums stay. */
static void test_no_memory(void **state)
{
    (void)state;
    for (size_t n = 1; n < 50; n++) {
        meter of = {.fail_at = n};
        sst_allocator allocator = {metered, &of};
        const sst_report_options options = {.size = sizeof options, .allocator = &allocator};
        sst_report *report = NULL;
        int error = sst_report_new(&options, &report);
        if (error != SST_OK) {
            assert_int_equal(error, SST_E_NO_MEMORY);
            assert_null(report);
            assert_int_equal(of.used, 0);
            continue;
        }
        add_crowd(report, 1500);
        expect(report, 1500, 500, 0, 500, 500, 0);
        check_sums(report);
        sst_report_free(report);
        assert_int_equal(of.used, 0);
    }
}

/* --- cache ---------------------------------------------------------------------------------- */

static void test_cache(void **state)
{
    (void)state;
    static const cache_shape shape = {
        .entry = 8, .ways = 4, .first = 2, .most = 64, .mask = ~UINT64_C(0), .shift = 0};
    const sst_report *report = new_report();
    cache all;
    assert_true(sst_cache_init(&all, &shape, report->allocator));
    for (uint64_t key = 1; key <= 100; key++) {
        assert_null(cache_find(&all, &shape, key));
        sst_cache_put(&all, key, NULL);
        for (uint64_t old = 1; old <= key; old++)
            assert_non_null(cache_find(&all, &shape, old));
    }
    assert_int_equal(all.count, 100);
    assert_int_equal(all.let_go, 0);
    sst_cache_remove(&all, cache_find(&all, &shape, 50));
    assert_null(cache_find(&all, &shape, 50));
    assert_non_null(cache_find(&all, &shape, 49));
    for (uint64_t key = 101; key <= 5000; key++)
        sst_cache_put(&all, key, NULL);
    assert_true(all.let_go > 0);
    assert_true(all.buckets == 64 && all.count <= 256);
    assert_non_null(cache_find(&all, &shape, 5000)); /* the youngest stay */
    assert_null(cache_find(&all, &shape, 1));
    sst_cache_free(&all);
    sst_report_free((sst_report *)report);
}

/* --- delay ---------------------------------------------------------------------------------- */

static void test_delay_error(void **state)
{
    (void)state;
    static delays all;
    for (uint64_t value = 0; value < UINT64_C(1) << 44; value += value / 37 + 1) {
        memset(&all, 0, sizeof all);
        sst_delay_add(&all, value);
        sst_delay_add(&all, UINT64_C(1) << 44);
        uint64_t got = sst_delay_percentile(&all, 50);
        uint64_t off = got > value ? got - value : value - got;
        assert_true((double)off <= SST_REPORT_DELAY_ERROR * (double)value);
    }
    memset(&all, 0, sizeof all);
    for (uint64_t value = 1; value <= 1000; value++)
        sst_delay_add(&all, value * 1000);
    assert_in_range(sst_delay_percentile(&all, 50), 495000, 505000);
    assert_in_range(sst_delay_percentile(&all, 95), 940500, 959500);
    assert_int_equal(all.coarse[0], 0); /* 1 s is not below 1 s */
    assert_int_equal(all.coarse[1], 4);
    assert_int_equal(all.most, 1000000);
    sst_delay_add(&all, UINT64_MAX);
    assert_int_equal(all.most, UINT64_MAX);
    /* The smallest that is not below so many hundredths: of one to ten, ten is not below 95. */
    memset(&all, 0, sizeof all);
    for (uint64_t value = 1; value <= 10; value++)
        sst_delay_add(&all, value);
    assert_int_equal(sst_delay_percentile(&all, 50), 5);
    assert_int_equal(sst_delay_percentile(&all, 95), 10);
    assert_int_equal(sst_delay_percentile(&all, 91), 10);
    assert_int_equal(sst_delay_percentile(&all, 90), 9);
    memset(&all, 0, sizeof all);
    assert_int_equal(sst_delay_percentile(&all, 95), 0);
}

static void test_delay_joined(void **state)
{
    (void)state;
    sst_report *report = new_report();
    add(report, SST_KIND_DELAYED, "<1@x>", "a@example.com", T0);
    add(report, SST_KIND_DELAYED, "<1@x>", "a@example.com", T1);
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T2);
    assert_int_equal(report->delays.most, 3600000);
    sst_record record = record_of(SST_KIND_DELIVERED, "<2@x>", "a@example.com", T2);
    sst_report_add(report, &record); /* nothing is known of its arrival */
    assert_int_equal(report->delays.count, 1);
    record = record_of(SST_KIND_DELIVERED, "<3@x>", "a@example.com", T2);
    record.has_delay = true;
    record.delay_ms = 7;
    sst_report_add(report, &record);
    assert_int_equal(report->delays.count, 2);
    /* It had waited for an hour before the attempt that is known. */
    record = record_of(SST_KIND_DELAYED, "<4@x>", "a@example.com", T0);
    record.has_delay = true;
    record.delay_ms = 3600000;
    sst_report_add(report, &record);
    add(report, SST_KIND_DELIVERED, "<4@x>", "a@example.com", T2);
    assert_int_equal(report->delays.most, 7200000);
    sst_report_free(report);
}

/* --- causes --------------------------------------------------------------------------------- */

static void test_causes(void **state)
{
    (void)state;
    sst_report *report = new_report();
    sst_record record = record_of(SST_KIND_FAILED, "<1@x>", "a@example.com", T1);
    record.verdict.reason = SST_REASON_EXPIRED;
    record.verdict.cause = SST_REASON_MAILBOX_FULL;
    record.text = text("");
    sst_report_add(report, &record);
    record.message_id = text("<2@x>");
    record.time = text(T0);
    record.text = text("Mailbox full");
    sst_report_add(report, &record);
    record.message_id = text("<3@x>");
    record.time = text(T2);
    record.text = text("Over quota");
    sst_report_add(report, &record);
    record.message_id = text("<4@x>");
    record.verdict.cause = SST_REASON_UNREACHABLE;
    sst_report_add(report, &record);
    assert_int_equal(report->cause_count, 2);
    const cause *full = report->causes[0];
    assert_int_equal(full->beneath, SST_REASON_MAILBOX_FULL);
    assert_int_equal(full->attempts, 3);
    assert_int_equal(full->last - full->first, 3600); /* though the first came second */
    /* The first reply that has words, and not the one after it. */
    assert_int_equal(full->example_count, 1);
    assert_int_equal(full->examples[0].count, 3);
    assert_int_equal(full->examples[0].len, strlen("Mailbox full"));
    assert_memory_equal(full->examples[0].text, "Mailbox full", strlen("Mailbox full"));
    sst_report_free(report);
}

/* --- time ----------------------------------------------------------------------------------- */

static void test_product(void **state)
{
    static const uint64_t values[] = {0,
                                      1,
                                      UINT32_MAX,
                                      UINT64_C(1) << 32,
                                      UINT64_MAX,
                                      UINT64_C(0x9E3779B97F4A7C15),
                                      UINT64_C(0xD6E8FEB86659FD93)};
    (void)state;
    for (size_t i = 0; i < 7; i++) {
        for (size_t k = 0; k < 7; k++)
            assert_true(product_of(values[i], values[k]) ==
                        product_of_halves(values[i], values[k]));
    }
    /* (2^64 - 1)^2 = (2^64 - 2) * 2^64 + 1 */
    assert_true(product_of_halves(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

static void test_clock(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } times[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2000-02-29T12:00:00Z", 951825600},
        {"2026-11-22T10:00:00+01:00", 1795338000},
        {"2026-11-22t10:00:00.123456-00:30", 1795343400},
        {"1969-12-31T23:59:59Z", -1},
        {"0000-03-01T00:00:00Z", -62162035200},
        {"9999-12-31T23:59:60Z", 253402300799},
    };
    static const char *const bad[] = {"",
                                      "2026-11-22",
                                      "2026-11-22T10:00:00",
                                      "2026-13-22T10:00:00Z",
                                      "2026-11-22T24:00:00Z",
                                      "2026-11-22T10:00:00+0100",
                                      "2026-11-22T10:00:00Z ",
                                      "2026-11-22T10:00:00.Zx",
                                      "2O26-11-22T10:00:00Z"};
    char out[CLOCK_SIZE];
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        size_t len = strlen(times[i].text);
        sst_span guarded = {guard_end(0, times[i].text, len), len};
        int64_t seconds = 1;
        assert_true(sst_clock_read(guarded, &seconds));
        assert_int_equal(seconds, times[i].seconds);
        for (size_t cut = 0; cut < len; cut++) {
            sst_span part = {guard_end(0, times[i].text, cut), cut};
            assert_false(sst_clock_read(part, &seconds));
        }
        int64_t again;
        sst_span written = {out, sst_clock_write(times[i].seconds, out)};
        assert_true(sst_clock_read(written, &again));
        assert_int_equal(again, times[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t seconds;
        assert_false(sst_clock_read(text(bad[i]), &seconds));
    }
    assert_int_equal(sst_clock_floor(1795338000, 7 * DAY) % (7 * DAY), 4 * DAY); /* a Monday */
    assert_int_equal(sst_clock_floor(-1, 60), -60);
}

static uint64_t sum_timeline(const timeline *all)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < all->count; i++) {
        assert_true(i == 0 || all->list[i].start > all->list[i - 1].start);
        for (size_t k = 0; k < ATTEMPT_COUNT; k++)
            sum += all->list[i].of[k];
    }
    return sum;
}

static void test_timeline(void **state)
{
    (void)state;
    static timeline forward, backward;
    const size_t count = 5000;
    for (size_t i = 0; i < count; i++) {
        sst_timeline_add(&forward, (int64_t)i * 3000, ATTEMPT_DELIVERED);
        sst_timeline_add(&backward, (int64_t)(count - 1 - i) * 3000, ATTEMPT_DELIVERED);
    }
    assert_int_equal(forward.width, backward.width);
    assert_int_equal(forward.count, backward.count);
    assert_memory_equal(forward.list, backward.list, forward.count * sizeof forward.list[0]);
    assert_int_equal(sum_timeline(&forward), count);
    assert_true(forward.count <= SST_MAX_REPORT_PERIODS);
    /* One wrong date widens nothing, and is told of as outside. */
    int64_t width = sst_timeline_width(&forward);
    sst_timeline_add(&forward, -62162035200, ATTEMPT_FAILED);
    assert_int_equal(sst_timeline_width(&forward), width);
    window in = sst_timeline_fit(&forward);
    assert_int_equal(in.outside, 1);
    assert_true(in.columns <= SST_MAX_REPORT_PERIODS);
}

static void test_timeline_of_all_time(void **state)
{
    (void)state;
    static timeline all;
    for (int64_t year = 0; year < 10000; year++)
        sst_timeline_add(&all, -62162035200 + year * 31556952, ATTEMPT_FAILED);
    assert_int_equal(sum_timeline(&all), 10000);
    assert_true(all.count <= SST_MAX_REPORT_PERIODS);
    window in = sst_timeline_fit(&all);
    assert_int_equal(sum_timeline(&all), 10000);
    assert_true(in.columns <= SST_MAX_REPORT_PERIODS && in.outside <= 100);
}

/* --- addresses ------------------------------------------------------------------------------ */

static bool standing_after(const char *days)
{
    sst_report_standing standing = {.wanted = false};
    for (const char *day = days; *day; day++) {
        sst_report_event event = {.suppress = SST_SUPPRESS_AFTER_REPEATS, .has_time = true};
        event.time = (*day - 'a') * DAY;
        if (*day == '!')
            event.suppress = SST_SUPPRESS_YES;
        event.has_time = *day != '?';
        event.delivered = *day == '+';
        sst_report_standing_add(&standing, &event);
    }
    return standing.wanted;
}

static void test_standing(void **state)
{
    (void)state;
    assert_false(standing_after(""));
    assert_false(standing_after("a"));
    assert_false(standing_after("aaaa")); /* one day */
    assert_false(standing_after("aabb"));
    assert_true(standing_after("abc"));
    assert_false(standing_after("ab+c")); /* a delivery in between */
    assert_true(standing_after("ab+cde"));
    assert_true(standing_after("!"));
    assert_false(standing_after("!+"));
    assert_false(standing_after("????"));
    assert_true(standing_after("?ab"));
}

static int events;
static bool last_delivered;

static void count_event(void *context, const sst_report_event *event)
{
    (void)context;
    events++;
    last_delivered = event->delivered;
}

static void test_events(void **state)
{
    (void)state;
    const sst_report_options options = {.size = sizeof options, .event = count_event};
    sst_report *report = NULL;
    assert_int_equal(sst_report_new(&options, &report), SST_OK);
    events = 0;
    add(report, SST_KIND_DELIVERED, "<1@x>", "a@example.com", T0);
    assert_int_equal(events, 0);
    add(report, SST_KIND_FAILED, "<2@x>", "a@example.com", T0);
    add(report, SST_KIND_FAILED, "<2@x>", "a@example.com", T0); /* told again */
    assert_int_equal(events, 1);
    add(report, SST_KIND_DELIVERED, "<3@x>", "A@EXAMPLE.COM", T1);
    assert_int_equal(events, 2);
    assert_true(last_delivered);
    add(report, SST_KIND_DELIVERED, "<4@x>", "a@example.com", T2);
    assert_int_equal(events, 2);
    add(report, SST_KIND_COMPLAINT, "<4@x>", "a@example.com", T2);
    assert_int_equal(events, 3);
    add(report, SST_KIND_DELAYED, "<5@x>", "b@example.com", T2);
    assert_int_equal(events, 3);
    /* One that is only put off is no suspect, whatever is said of it. */
    sst_record record = record_of(SST_KIND_DELAYED, "<6@x>", "b@example.com", T2);
    record.verdict.suppress = SST_SUPPRESS_AFTER_REPEATS;
    sst_report_add(report, &record);
    assert_int_equal(events, 3);
    sst_report_free(report);
}

/* --- names ---------------------------------------------------------------------------------- */

static int collect(void *context, const char *data, size_t len)
{
    char *into = context;
    size_t used = strlen(into);
    assert_true(used + len < 512);
    memcpy(into + used, data, len);
    into[used + len] = '\0';
    return 0;
}

static const char *name_of(const sst_report *report, const char *name, char out[512])
{
    const sst_sink sink = {collect, out};
    out[0] = '\0';
    assert_int_equal(sst_report_write_name(report, text(name), &sink), SST_OK);
    return out;
}

static void test_pseudonyms(void **state)
{
    (void)state;
    static const char *const internal[] = {"mail",       "mx.local",     "db.corp",
                                           "10.1.2.3",   "fe80::1",      "192.168.0.9",
                                           "172.20.0.1", "gw[10.0.0.1]", "fd00::5"};
    static const char *const external[] = {"mx.example.com", "192.0.2.1", "172.32.0.1",
                                           "2001:db8::1", "unknown[198.51.100.1]"};
    const sst_report_options options = {.size = sizeof options, .seed = {1, 2}, .anonymize = true};
    sst_report *report = NULL;
    char out[512], again[512];
    assert_int_equal(sst_report_new(&options, &report), SST_OK);
    name_of(report, "anna@example.com", out);
    assert_null(strstr(out, "anna"));
    assert_non_null(strstr(out, "@example.com"));
    assert_string_equal(out, name_of(report, "ANNA@example.com", again) ? out : "");
    assert_string_not_equal(out, name_of(report, "berta@example.com", again));
    assert_string_equal(name_of(report, "anna@example.com", again), out);
    for (size_t i = 0; i < sizeof internal / sizeof internal[0]; i++)
        assert_int_equal(strncmp(name_of(report, internal[i], out), "host-", 5), 0);
    for (size_t i = 0; i < sizeof external / sizeof external[0]; i++)
        assert_string_equal(name_of(report, external[i], out), external[i]);
    sst_report_free(report);
    report = new_report();
    assert_string_equal(name_of(report, "anna@mail", out), "anna@mail");
    sst_report_free(report);
}

/* --- writers -------------------------------------------------------------------------------- */

typedef struct written {
    size_t len;
    size_t fail_at;
    char *bytes;
} written;

static int keep(void *context, const char *data, size_t len)
{
    written *to = context;
    if (to->fail_at > 0 && to->len + len >= to->fail_at)
        return 1;
    to->bytes = realloc(to->bytes, to->len + len + 1);
    assert_non_null(to->bytes);
    memcpy(to->bytes + to->len, data, len);
    to->len += len;
    to->bytes[to->len] = '\0';
    return 0;
}

typedef int write_report(const sst_report *report, const sst_report_style *style,
                         const sst_sink *sink);

static write_report *const writers[] = {sst_report_write_text, sst_report_write_json,
                                        sst_report_write_csv, sst_report_write_html};

#define HOSTILE "<script>\"'&\x1b[31m\x07\xff\xe2\x80\xae\r\n=1+1\x7f"

/* Every name is hostile, and right before memory that must not be touched. */
static void add_hostile(sst_report *report)
{
    static const sst_kind kinds[] = {SST_KIND_FAILED, SST_KIND_DELAYED, SST_KIND_DELIVERED,
                                     SST_KIND_COMPLAINT};
    for (size_t i = 0; i < 8; i++) {
        sst_record record = record_of(kinds[i % 4], HOSTILE, HOSTILE "@" HOSTILE, HOSTILE);
        sst_span name = {guard_end(1, HOSTILE, sizeof HOSTILE - 1), sizeof HOSTILE - 1};
        record.sender = record.provider = record.remote = record.format = record.text = name;
        record.verdict.reason = SST_REASON_UNKNOWN;
        record.direction = text(i < 4 ? "out" : "in");
        sst_report_add(report, &record);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    sst_report *report = new_report();
    add_hostile(report);
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        written to = {0};
        const sst_sink sink = {keep, &to};
        const sst_report_style style = {.size = sizeof style, .csv_safe = true};
        assert_int_equal(writers[i](report, &style, &sink), SST_OK);
        assert_true(to.len > 100);
        bool csv = i == 2;
        for (size_t k = 0; k < to.len; k++) {
            unsigned char c = (unsigned char)to.bytes[k];
            assert_true(csv || c == '\n' || (c >= ' ' && (c != 0x7F || i == 1)));
        }
        assert_true(csv || i == 1 || !strstr(to.bytes, "\xe2\x80\xae"));
        assert_true(i != 3 || !strstr(to.bytes, "<script"));
        free(to.bytes);
    }
    sst_report_free(report);
}

static void test_writers(void **state)
{
    (void)state;
    sst_report *report = new_report();
    sst_report *before = new_report();
    add_crowd(report, 500);
    add_crowd(before, 100);
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        written to = {0};
        const sst_sink sink = {keep, &to};
        sst_report_style style = {.size = sizeof style, .before = before, .language = "zh"};
        assert_int_equal(writers[i](report, &style, &sink), SST_OK);
        size_t whole = to.len;
        for (size_t at = 1; at < whole; at += whole / 7 + 1) {
            to.len = 0;
            to.fail_at = at;
            assert_int_equal(writers[i](report, &style, &sink), SST_E_SINK);
        }
        style.size = 1;
        assert_int_equal(writers[i](report, &style, &sink), SST_E_INVALID);
        assert_int_equal(writers[i](NULL, NULL, &sink), SST_E_INVALID);
        assert_int_equal(writers[i](report, NULL, NULL), SST_E_INVALID);
        free(to.bytes);
    }
    sst_report_free(report);
    sst_report_free(before);
}

static void test_empty(void **state)
{
    (void)state;
    sst_report *report = new_report();
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        written to = {0};
        const sst_sink sink = {keep, &to};
        assert_int_equal(writers[i](report, NULL, &sink), SST_OK);
        assert_true(to.len > 0);
        free(to.bytes);
    }
    sst_report_free(report);
    sst_report_free(NULL);
    const sst_report_options wrong = {.size = 1};
    assert_int_equal(sst_report_new(&wrong, &report), SST_E_INVALID);
    assert_int_equal(sst_report_new(NULL, NULL), SST_E_INVALID);
    assert_string_equal(sst_report_limit_id(SST_REPORT_LIMIT_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fates),        cmocka_unit_test(test_bounce_after_delivery),
        cmocka_unit_test(test_no_names),     cmocka_unit_test(test_not_counted),
        cmocka_unit_test(test_relayed),      cmocka_unit_test(test_order),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_cache),        cmocka_unit_test(test_delay_error),
        cmocka_unit_test(test_delay_joined), cmocka_unit_test(test_causes),
        cmocka_unit_test(test_clock),        cmocka_unit_test(test_product),
        cmocka_unit_test(test_timeline),     cmocka_unit_test(test_timeline_of_all_time),
        cmocka_unit_test(test_standing),     cmocka_unit_test(test_events),
        cmocka_unit_test(test_pseudonyms),   cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_writers),      cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
