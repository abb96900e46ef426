/*
 * The scanner of lines, against one that looks at one byte after the other: every place of odd
 * bytes about the sizes of its blocks, every split, up against memory that must not be read. And
 * the look-ups over short runs.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ascii.h"
#include "base/scan.h"
#include "guard.h"

/* What scan.h says, in the plainest way. */
static size_t scan_plainly(const char *data, size_t at, size_t len, unsigned *seen)
{
    for (; at < len; at++) {
        unsigned char byte = (unsigned char)data[at];
        unsigned after_cr = *seen & SCAN_AFTER_CR;
        *seen &= ~(unsigned)SCAN_AFTER_CR;
        if (byte == '\n') {
            *seen |= after_cr ? 0u : SCAN_BARE_LF;
            return at;
        }
        *seen |= after_cr ? SCAN_BARE_CR : 0u;
        *seen |= byte == 0 ? SCAN_NUL : 0u;
        *seen |= byte > 127 ? SCAN_8BIT : 0u;
        *seen |= byte == '\r' ? SCAN_AFTER_CR : 0u;
    }
    return len;
}

/* All lines of a text, one after the other. */
static void check_lines(const char *data, size_t len)
{
    scan_window window = {0};
    for (size_t at = 0; at <= len; at++) {
        unsigned seen = 0;
        unsigned expected_seen = 0;
        size_t expected = scan_plainly(data, at, len, &expected_seen);
        at = scan_next_line(&window, data, at, len, &seen);
        assert_int_equal(at, expected);
        assert_int_equal(seen, expected_seen);
    }
}

static void check(const char *data, size_t at, size_t len, unsigned seen)
{
    unsigned expected_seen = seen;
    size_t expected = scan_plainly(data, at, len, &expected_seen);
    assert_int_equal(sst_scan_line(data, at, len, &seen), expected);
    assert_int_equal(seen, expected_seen);
}

/* A line of ordinary bytes with one or two others in it. */
static void every_byte_at_every_place(void **state)
{
    (void)state;
    static const char others[] = {0,  1,  9,   '\n', '\v',      '\r',
                                  13, 14, ' ', 127,  (char)128, (char)255};
    for (size_t len = 0; len <= 150; len += len < 20 ? 1 : 13) {
        for (size_t i = 0; i < len * sizeof others; i++) {
            char *data = guard_end(0, NULL, len);
            memset(data, 'a', len);
            data[i / sizeof others] = others[i % sizeof others];
            check(data, 0, len, 0);
            check(data, 0, len, SCAN_AFTER_CR);
            data[len - 1] = '\n';
            check(data, 0, len, 0);
            if (len > 1)
                data[len - 2] = '\r';
            check(data, 0, len, 0);
            check(data, len / 2, len, SCAN_8BIT | SCAN_NUL);
        }
    }
}

static void every_pair_about_a_block(void **state)
{
    (void)state;
    static const char pairs[][2] = {{'\r', '\n'},      {'\r', '\r'}, {'\n', '\r'}, {'\r', 'a'},
                                    {(char)200, '\n'}, {'\0', '\n'}, {'\r', '\0'}};
    for (size_t at = 0; at < 140; at++) {
        for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
            char *data = guard_end(0, NULL, 200);
            memset(data, 'a', 200);
            memcpy(data + at, pairs[i], 2);
            memcpy(data + 198, "\r\n", 2);
            for (size_t start = 0; start <= at; start += at < 16 ? 1 : 7)
                check(data, start, 200, 0);
        }
    }
}

/* Two calls see what one does. */
static void every_split(void **state)
{
    (void)state;
    static const char line[] =
        "250 caf\xC3\xA9 \r \0 and so on, until it is longer than any block of "
        "bytes that could be looked at in one go\r\r\n";
    size_t len = sizeof line - 1;
    unsigned whole = 0;
    assert_int_equal(scan_plainly(line, 0, len, &whole), len - 1);
    for (size_t split = 0; split < len; split++) {
        unsigned seen = 0;
        const char *first = guard_end(0, line, split);
        assert_int_equal(sst_scan_line(first, 0, split, &seen), split);
        const char *second = guard_end(0, line, len);
        assert_int_equal(sst_scan_line(second, split, len, &seen), len - 1);
        assert_int_equal(seen, whole);
    }
}

/* Lines of all lengths, with line ends and other odd bytes here and there; always the same. */
static void many_texts(void **state)
{
    (void)state;
    static const char bytes[] = {'\n', '\r', '\0', (char)200, '\t', 127};
    uint32_t random = 1;
    for (size_t round = 0; round < 3000; round++) {
        char *data = guard_end(0, NULL, round % 700);
        for (size_t i = 0; i < round % 700; i++) {
            random = random * 1664525 + 1013904223;
            uint32_t dice = random >> 16;
            data[i] = 'a';
            if (dice % (round % 50 + 1) == 0)
                data[i] = round % 3 == 0 ? bytes[dice % sizeof bytes] : '\n';
            if (data[i] == '\n' && i > 0 && round % 5 > 0)
                data[i - 1] = '\r';
        }
        check_lines(data, round % 700);
    }
}

/* Runs of all lengths up to memory's end, with each of the three at each place, or none. */
static void the_first_of_three(void **state)
{
    (void)state;
    static const char three[] = ":[]";
    for (size_t len = 0; len <= 50; len++) {
        char *data = guard_end(0, NULL, len);
        if (len > 0)
            memset(data, 'a', len);
        assert_int_equal(scan_first_of(data, len, ':', '[', ']'), len);
        for (size_t at = len; at-- > 0;) {
            data[at] = three[at % 3]; /* and those behind it */
            assert_int_equal(scan_first_of(data, len, ':', '[', ']'), at);
        }
    }
}

/* The same with a pair; single ones of its bytes, and the first at the end, do not count. */
static void the_first_pair(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 70; len++) {
        char *data = guard_end(0, NULL, len);
        for (size_t i = 0; i < len; i++)
            data[i] = i % 3 == 0 ? '-' : 'a';
        if (len > 0)
            data[len - 1] = '\n';
        assert_int_equal(scan_find_pair(data, len, '\n', '-'), len);
        for (size_t at = len; at-- > 0;) {
            if (at + 1 == len)
                continue;
            memcpy(data + at, "\n-", 2);
            assert_int_equal(scan_find_pair(data, len, '\n', '-'), at);
            data[at] = '\n';
            data[at + 1] = '\n';
            assert_int_equal(scan_find_pair(data, len, '\n', '\n'), at);
            data[at + 1] = '-';
        }
    }
}

/* Each byte at each place of a run: nothing is passed that may not be, and enough of the rest. */
static void runs_of_plain_bytes(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 40; len++) {
        for (size_t i = 0; i < len * 256; i++) {
            size_t at = i / 256;
            unsigned char byte = (unsigned char)i;
            char *data = guard_end(0, NULL, len);
            memset(data, 'a', len);
            data[at] = (char)byte;
            bool printable = byte >= ' ' && byte < 127 && byte != '"' && byte != '\\';
            bool of_name = byte > ' ' && byte < 127 && !memchr(":<@", byte, 3);
            size_t found = scan_printable(data, len);
            assert_true(found <= (printable ? len : at));
            assert_true(found + 8 > (printable ? len : at));
            assert_true(scan_name(data, len) <= (of_name ? len : at));
        }
    }
}

/* Every byte against its neighbours in the other case, at every place of runs of all lengths. */
static void comparing_without_case(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 26; len++) {
        for (size_t i = 0; i < len * 256; i++) {
            size_t at = i / 256;
            char byte = (char)(unsigned char)i;
            const unsigned char others[] = {0x00, 0x20, 0x01, 0x80};
            for (size_t k = 0; k < sizeof others; k++) {
                char *a = guard_end(0, "Abcdefghijklmnopqrstuvwxyz", len);
                char *b = guard_end(1, "aBCDEFGHIJKLMNOPQRSTUVWXYZ", len);
                a[at] = byte;
                b[at] = (char)((unsigned char)byte ^ others[k]);
                assert_int_equal(ascii_equal_fold(a, b, len),
                                 ascii_lower(a[at]) == ascii_lower(b[at]));
            }
        }
    }
    assert_true(ascii_equal_fold(NULL, NULL, 0));
}

/* Whether nothing is to be changed in what was copied, and whether it was enough: a line that
 * is plain is copied but for the last bytes of the text. */
static void check_copy(const char *data, size_t len, size_t first_odd)
{
    char to[400];
    memset(to, '#', sizeof to);
    size_t copied = sst_scan_copy_plain(to, data, len);
    assert_true(copied <= len && copied <= first_odd);
    assert_true(copied + 66 > len || copied + 66 > first_odd);
    assert_memory_equal(to, data, copied);
    assert_true(copied == 0 || data[copied - 1] != '\r');
    for (size_t i = len; i < sizeof to; i++)
        assert_int_equal(to[i], '#');
}

/* Where the first byte stands that is to be changed, or has something to be put before it. */
static size_t first_to_change(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char before = '\n';
        if (i > 0)
            before = data[i - 1];
        if ((before == '\n' && data[i] == '.') ||
            (i > 0 && (before == '\r') != (data[i] == '\n')) || (i == 0 && data[i] == '\n'))
            return i;
    }
    return len;
}

static void plain_lines_are_copied(void **state)
{
    static const char some[] = "\r\n.a\r\n";
    (void)state;
    for (size_t len = 0; len < 300; len++) {
        char *data = guard_end(0, NULL, len);
        for (size_t length = 1; length < 80; length += 3) {
            for (size_t i = 0; i < len; i++)
                data[i] = i % (length + 2) < length    ? 'a'
                          : i % (length + 2) == length ? '\r'
                                                       : '\n';
            check_copy(data, len, first_to_change(data, len));
            for (size_t at = 0; at < len; at += 1 + len / 20) {
                char kept = data[at];
                data[at] = some[(at + length) % (sizeof some - 1)];
                check_copy(data, len, first_to_change(data, len));
                data[at] = kept;
            }
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_at_every_place),
        cmocka_unit_test(every_pair_about_a_block),
        cmocka_unit_test(every_split),
        cmocka_unit_test(many_texts),
        cmocka_unit_test(the_first_of_three),
        cmocka_unit_test(the_first_pair),
        cmocka_unit_test(runs_of_plain_bytes),
        cmocka_unit_test(comparing_without_case),
        cmocka_unit_test(plain_lines_are_copied),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
