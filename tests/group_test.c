/* Templates of replies: what is replaced, what stays, and the bounds of the writing. */
#define _DEFAULT_SOURCE /* mmap */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/group.h>

#include "guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char room[1 << 20];

static void assert_template(const char *text, const char *expected)
{
    size_t len = strlen(text);
    size_t used = sst_group_template(guard_end(0, text, len), len, room, sizeof room - 1);
    assert_true(used <= 8 * len);
    room[used] = '\0';
    assert_string_equal(room, expected);
}

typedef struct pair {
    const char *text;
    const char *template;
} pair;

static void assert_templates(const pair *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_template(rows[i].text, rows[i].template);
}

static void addresses(void **state)
{
    static const pair rows[] = {
        {"<a@example.com>: User unknown", "<address>: User unknown"},
        {"a.b+c=d@mail.example.com... no", "<address>... no"},
        {"to=<a@example.com>, from=a@b.c", "to=<address>, from=<address>"},
        {"\"john doe\"@example.com is gone", "<address> is gone"},
        {"<SRS0=ab=cd=example.org=a@example.net>", "<address>"},
        {"IMCEAEX-_O=X_CN=john@example.com", "<address>"},
        {"/o=Example/ou=Exchange/cn=john not found", "<address> not found"},
        {"o'brien@example.com", "<address>"},
        {"\xe7\x94\xa8\xe6\x88\xb7@example.com", "<address>"},
        {"mail @ home", "mail @ home"},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

static void hosts_and_urls(void **state)
{
    static const pair rows[] = {
        {"mx1.mail.example.com said", "<host> said"},
        {"[mx.example.com]", "[<host>]"},
        {"see https://example.com/a?b=c#d.", "see <url>."},
        {"see http://192.0.2.1/x", "see <url>"},
        {"see www.example.com/help", "see <url>"},
        {"xn--e1afmkfd.xn--p1ai", "<host>"},
        {"<mx.example.com>: Helo rejected", "<host>: Helo rejected"},
        /* Exchange's own parts look like hosts. */
        {"RESOLVER.ADR.RecipientNotFound; not found", "RESOLVER.ADR.RecipientNotFound; not found"},
        {"STOREDRV.Deliver; failed", "STOREDRV.Deliver; failed"},
        {"e.g. this", "e.g. this"},
        {"A/AAAA or SPF/DKIM", "A/AAAA or SPF/DKIM"},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

static void ip_addresses(void **state)
{
    static const pair rows[] = {
        {"[192.0.2.1]:25", "[<ip>]:<number>"},
        {"192.0.2.1:2525", "<ip>"},
        {"192.0.2.0/24 is listed", "<ip> is listed"},
        {"[IPv6:2001:db8::1]", "[<ip>]"},
        {"2001:db8:0:0:0:0:0:1", "<ip>"},
        {"fe80::1%eth0", "<ip>"},
        {"host ::1 or 2001:db8::", "host <ip> or <ip>"},
        {"999.1.1.1", "<id>"},
        {"4.16.55.1", "<ip>"},
        {"ip=192.0.2.1", "ip=<ip>"},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

static void times(void **state)
{
    static const pair rows[] = {
        {"at 10:00:00", "at <time>"},
        {"2026-11-22", "<time>"},
        {"on 2026-11-22T10:00:00.123Z", "on <time>"},
        {"Mon, 22 Nov 2026 10:00:00 +0000 (UTC).", "<time>."},
        {"22 Nov 2026", "<time>"},
        {"Nov 22 10:00:00 mail", "<time> mail"},
        {"22/11/2026", "<time>"},
        {"22-Nov-26", "<time>"},
        {"since=2026-11-22", "since=<time>"},
        {"you may try at 10", "you may try at <number>"},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

static void numbers_and_ids(void **state)
{
    static const pair rows[] = {
        {"try again in 300 seconds", "try again in <number> seconds"},
        {"limit 25MB, 10K, 1.5 GB", "limit <number>MB, <number>K, <number> GB"},
        {"queued as 4XyZ", "queued as <id>"},
        {"id=1abcde-0001-AB", "id=<id>"},
        {"x1-20si123.4 - gsmtp", "<id> - gsmtp"},
        {"a640c23a62f3a-ab34567890", "<id>"},
        {"<x1-20si123>", "<id>"},
        {"(#5.7.1)", "(#5.7.1)"},
        {"4.7.500 busy", "4.7.500 busy"},
        /* A provider's numbers for what is wrong are the same for everybody. */
        {"[TSS04] (S3150) IB101 OU-001 AUP#1260", "[TSS04] (S3150) IB101 OU-001 AUP#1260"},
        {"IPv6, 8BITMIME, TLSv1.2, UTF-8", "IPv6, 8BITMIME, TLSv1.2, UTF-8"},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

static void names(void **state)
{
    static const pair rows[] = {
        {"User unknown", "User unknown"},
        {"User john unknown", "User <name> unknown"},
        {"no such user: john", "no such user: <name>"},
        {"unknown user: \"john\"", "unknown user: \"<name>\""},
        {"<john>: unknown", "<name>: unknown"},
        {"<john+x>: unknown", "<name>: unknown"},
        {"john... User unknown", "<name>... User unknown"},
        {"Mailbox john is full", "Mailbox <name> is full"},
        {"The user. Please wait", "The user. Please wait"},
        {"user=john", "user=<name>"},
        {"<john@example.com>: john is not here", "<address>: <name> is not here"},
        {"JOHN moved to <john@example.com>", "<name> moved to <address>"},
        {"<postmaster@example.com> bare <CR> and <LF>", "<address> bare <CR> and <LF>"},
        {"<user@example.com>: user unknown", "<address>: user unknown"},
        {"the recipient's mailbox is full", "the recipient's mailbox is full"},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

static void blanks_are_folded(void **state)
{
    static const pair rows[] = {
        {"  two  \t words\r\n ", "two words"},
        {"", ""},
        {" \t\r\n", ""},
        {"\xe6\x9c\xaa\xe7\x9f\xa5", "\xe6\x9c\xaa\xe7\x9f\xa5"},
        {"<>", "<>"},
        {"<<<", "<<<"},
        {"\"\"\"", "\"\"\""},
    };
    (void)state;
    assert_templates(rows, COUNT(rows));
}

/* What a mail puts in does not change the template. */
static void replies_that_differ_in_data_only_fall_together(void **state)
{
    static const char *const alike[] = {
        "<a@example.com>: host mx.example.com[192.0.2.1] said at 10:00:00: id 4XyZ1",
        "<bob.b@mail.example.org>: host a.b.example.net[2001:db8::1] said at 23:59:59: id 9AbC2",
    };
    char first[512];
    (void)state;
    size_t used = sst_group_template(alike[0], strlen(alike[0]), first, sizeof first - 1);
    first[used] = '\0';
    assert_template(alike[1], first);
}

/* A template of a template is the same: nothing is left to replace. */
static void marks_stay(void **state)
{
    static const char text[] = "<address>: host <host>[<ip>] said <number>, <time>, <id>, <url>";
    (void)state;
    char first[512];
    size_t used = sst_group_template(text, strlen(text), first, sizeof first - 1);
    first[used] = '\0';
    assert_template(first, first);
}

/* Whatever the buffer's size, the length is that of the whole and nothing is written beyond. */
static void a_small_buffer_cuts(void **state)
{
    static const char text[] = "<a@example.com>: 5 tries from 192.0.2.1";
    static const char whole[] = "<address>: <number> tries from <ip>";
    (void)state;
    for (size_t size = 0; size <= sizeof whole; size++) {
        char *buffer = guard_end(1, NULL, size);
        size_t used = sst_group_template(text, sizeof text - 1, buffer, size);
        assert_int_equal(used, sizeof whole - 1);
        assert_memory_equal(buffer, whole, size < used ? size : used);
    }
}

/* Every byte, alone and doubled, and every one before and behind an address. */
static void any_byte_may_stand_anywhere(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[32];
        memset(text, byte, sizeof text);
        memcpy(text + 8, "a@example.com", 13);
        for (size_t len = 0; len <= sizeof text; len++) {
            const char *copy = guard_end(0, text, len);
            assert_true(sst_group_template(copy, len, room, sizeof room) <= 8 * len);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(hosts_and_urls),
        cmocka_unit_test(ip_addresses),
        cmocka_unit_test(times),
        cmocka_unit_test(numbers_and_ids),
        cmocka_unit_test(names),
        cmocka_unit_test(blanks_are_folded),
        cmocka_unit_test(replies_that_differ_in_data_only_fall_together),
        cmocka_unit_test(marks_stay),
        cmocka_unit_test(a_small_buffer_cuts),
        cmocka_unit_test(any_byte_may_stand_anywhere),
    };
    return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
