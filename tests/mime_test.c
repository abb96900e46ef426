/* Mail syntax: fields, encodings, charsets, encoded words, parameters, parts, addresses, dates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/address.h"
#include "mime/charset.h"
#include "mime/date.h"
#include "mime/encoding.h"
#include "mime/field.h"
#include "mime/line.h"
#include "mime/parts.h"
#include "mime/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char room[4096];

static mime_buffer fresh(void)
{
    return (mime_buffer){room, 0, sizeof room, false};
}

static void assert_text(sst_span got, const char *expected)
{
    if (got.len != strlen(expected) || memcmp(got.ptr, expected, got.len) != 0)
        fail_msg("got '%.*s', expected '%s'", (int)got.len, got.ptr, expected);
}

static void fields_are_taken_one_by_one(void **state)
{
    (void)state;
    sst_span rest =
        span_of("Subject: a\n b\n\tc \nthis is no field\n: neither\nTo :x\nEmpty:\n\nbody: x\n");
    mime_field field;
    assert_true(sst_mime_next_field(&rest, &field));
    assert_text(field.name, "Subject");
    assert_text(field.value, "a\n b\n\tc");
    assert_true(sst_mime_next_field(&rest, &field));
    assert_text(field.name, "To");
    assert_text(field.value, "x");
    assert_true(sst_mime_next_field(&rest, &field));
    assert_text(field.name, "Empty");
    assert_text(field.value, "");
    assert_false(sst_mime_next_field(&rest, &field));
    assert_text(rest, "body: x\n");
    assert_text(sst_mime_find_field(span_of("A: 1\nb: 2\nB: 3\n"), "B"), "2");
    assert_null(sst_mime_find_field(span_of("A: 1\n\nB: 2\n"), "B").ptr);
    assert_null(sst_mime_find_field((sst_span){NULL, 0}, "B").ptr);
}

static void header_and_body_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *text, *header, *body;
    } cases[] = {
        {"A: 1\nB: 2\n\nbody\n", "A: 1\nB: 2\n\n", "body\n"},
        {"A: 1\n", "A: 1\n", ""},
        {"no header\nhere: x\n", "", "no header\nhere: x\n"},
        {"\nbody", "", "body"},
        {"", "", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sst_span header;
        sst_span body;
        sst_mime_split(span_of(cases[i].text), &header, &body);
        assert_text(header, cases[i].header);
        assert_text(body, cases[i].body);
    }
}

static void encodings_are_undone_even_when_broken(void **state)
{
    (void)state;
    static const struct {
        const char *field, *text, *decoded;
    } cases[] = {
        {"quoted-printable", "a=3Db =\nc  \nd=\n", "a=b c\nd"},
        {"Quoted-Printable; x", "=E9=e9", "\xE9\xE9"},
        {"quoted-printable", "1=2 =zz =4", "1=2 =zz =4"},
        {"quoted-printable", "end=", "end"},
        {"base64", "aGVsbG8=\n", "hello"},
        {"BASE64", "aGVs\nbG8", "hello"},
        {"base64", "aGVsbG8=d29ybGQ=", "helloworld"},
        {"base64", "a*G?V,s", "hel"},
        {"base64", "aGVs\n-- \nlist footer\n", "hel-- \nlist footer\n"},
        {"base64", "", ""},
        {"7bit", "a=3Db", "a=3Db"},
        {"base64x", "aGVs", "aGVs"},
        {"", "aGVs", "aGVs"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mime_buffer out = fresh();
        sst_mime_decode(span_of(cases[i].text), sst_mime_encoding_parse(span_of(cases[i].field)),
                        &out);
        assert_text(mime_written(&out), cases[i].decoded);
    }
}

static void a_full_buffer_cuts(void **state)
{
    (void)state;
    mime_buffer out = {room, 0, 3, false};
    sst_mime_decode(span_of("aGVsbG8="), MIME_ENCODING_BASE64, &out);
    assert_text(mime_written(&out), "hel");
    assert_true(out.cut);
    out = (mime_buffer){room, 0, 2, false};
    sst_mime_to_utf8(span_of("a\xE9"), span_of("iso-8859-1"), NULL, &out);
    assert_text(mime_written(&out), "a"); /* no half character */
    assert_true(out.cut);
}

/* A converter that knows one charset, and fails on the word "bad". */
static ptrdiff_t convert(void *context, const char *charset, size_t charset_len, const char *text,
                         size_t len, char *out, size_t size)
{
    (void)context;
    if (charset_len != 4 || memcmp(charset, "koi8", 4) != 0 || memcmp(text, "bad", 3) == 0)
        return -1;
    assert_true(size >= len);
    for (size_t i = 0; i < len; i++)
        out[i] = (char)ascii_upper(text[i]);
    return (ptrdiff_t)len;
}

static void charsets_become_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *charset, *text, *utf8;
        bool understood;
    } cases[] = {
        {"utf-8", "gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F", true},
        {"UTF-8",
         "a\xFF"
         "b\xC3",
         "a\xEF\xBF\xBD"
         "b\xEF\xBF\xBD",
         false},
        {"utf-8", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", false},
        {"utf-8", "\xF0\x9F\x93\xA7", "\xF0\x9F\x93\xA7", true},
        {"iso-8859-1", "caf\xE9 \x80", "caf\xC3\xA9 \xE2\x82\xAC", true},
        {"windows-1252",
         "\x93"
         "a\x94\x81",
         "\xE2\x80\x9C"
         "a\xE2\x80\x9D\xEF\xBF\xBD",
         false},
        {"ISO-8859-15", "\xA4\xE9", "\xE2\x82\xAC\xC3\xA9", true},
        {"us-ascii", "caf\xE9", "caf\xC3\xA9", false},
        {"", "caf\xE9", "caf\xC3\xA9", false},
        {"koi8", "abc", "ABC", true},
        {"koi8", "bad\xC1", "bad\xEF\xBF\xBD", false},
        {"x-none", "a\xC1", "a\xEF\xBF\xBD", false},
        {"x-none", "abc", "abc", true},
    };
    mime_converter converter = {convert, NULL};
    for (size_t i = 0; i < COUNT(cases); i++) {
        mime_buffer out = fresh();
        bool understood =
            sst_mime_to_utf8(span_of(cases[i].text), span_of(cases[i].charset), &converter, &out);
        assert_text(mime_written(&out), cases[i].utf8);
        assert_int_equal(understood, cases[i].understood);
    }
}

static void encoded_words_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *value, *decoded;
    } cases[] = {
        {"plain  words", "plain words"},
        {"=?utf-8?Q?caf=C3=A9_au?= lait", "caf\xC3\xA9 au lait"},
        {"=?ISO-8859-1?q?caf=E9?=", "caf\xC3\xA9"},
        {"=?utf-8?B?aGVsbG8=?= =?utf-8?B?IHdvcmxk?=", "hello world"},
        {"=?utf-8?B?aGVsbG8=?=\n =?utf-8?q?!?= x", "hello! x"},
        {"=?utf-8?B?4pyF?=tail", "\xE2\x9C\x85tail"},
        {"=?utf-8?Q?=E2=9C?= =?utf-8?Q?=85?=", "\xE2\x9C\x85"},
        {"=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "\xC3\xA9\xC3\xA9"},
        {"=?utf-8*en?q?hi?=", "hi"},
        {"=?utf-8?x?hi?=", "=?utf-8?x?hi?="},
        {"=?utf-8?q?hi", "=?utf-8?q?hi"},
        {"=?=?=?=?", "=?=?=?=?"},
        {"a = b =? c", "a = b =? c"},
        {"  \n ", ""},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mime_buffer out = fresh();
        sst_mime_decode_words(span_of(cases[i].value), NULL, &out);
        assert_text(mime_written(&out), cases[i].decoded);
    }
}

static void parameters_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *value, *name, *parameter;
    } cases[] = {
        {"multipart/report; boundary=abc; report-type=delivery-status", "boundary", "abc"},
        {"multipart/report; boundary = \"a b;\\\"c\" ; x=y", "boundary", "a b;\"c"},
        {"multipart/report;\n REPORT-TYPE=delivery-status", "report-type", "delivery-status"},
        {"text/plain; charset", "charset", NULL},
        {"text/plain", "charset", NULL},
        {"text/plain; xcharset=a; charsets=b", "charset", NULL},
        {"text/plain; name*0=\"ab\"; name*1=cd", "name", "abcd"},
        {"text/plain; name*=utf-8'en'a%20b%zz", "name", "a b%zz"},
        {"text/plain; name*0*=utf-8''a%20; name*1*=b%21; name*2=c", "name", "a b!c"},
        {"text/plain; charset=\"utf-8", "charset", "utf-8"},
        {"text/plain;; ;=x; charset=a", "charset", "a"},
        {"", "charset", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mime_buffer out = fresh();
        bool found = sst_mime_parameter(span_of(cases[i].value), cases[i].name, &out);
        assert_int_equal(found, cases[i].parameter != NULL);
        if (found)
            assert_text(mime_written(&out), cases[i].parameter);
    }
    assert_text(sst_mime_value_token(span_of("text/plain; x")), "text/plain");
}

/* The walk written down: "messages type [body]" for each leaf, "messages header" for a message. */
static void walk_to_text(const char *text, char *out, size_t size)
{
    mime_walk walk;
    mime_part part;
    size_t n = 0;
    out[0] = '\0';
    sst_mime_walk_start(&walk, span_of(text));
    while (sst_mime_walk_next(&walk, &part) && n < size) {
        int written =
            part.is_header
                ? snprintf(out + n, size - n, "%u header %d;", part.messages, (int)part.header.len)
                : snprintf(out + n, size - n, "%u %.*s [%.*s];", part.messages, (int)part.type.len,
                           part.type.ptr ? part.type.ptr : "", (int)part.body.len, part.body.ptr);
        n += (size_t)written;
    }
}

static void parts_are_walked(void **state)
{
    (void)state;
    static const struct {
        const char *message, *parts;
    } cases[] = {
        {"Subject: x\n\nbody\n", "0  [body\n];"},
        {"Content-Type: text/html\n\nbody", "0 text/html [body];"},
        {"Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\nContent-Type: a/b\n\none\n"
         "--b\n\ntwo\n\n--b--\nepilogue\n",
         "0 a/b [one];0  [two\n];"},
        /* the empty line and the closing line are lost */
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: a/b\n--b\nA: x\n\ntwo",
         "0 a/b [];0  [two];"},
        /* boundaries that begin alike */
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/x; "
         "boundary=bb\n\n--bb\n\nin\n--bb--\n--b\n\nout\n--b--\n",
         "0  [in];0  [out];"},
        {"Content-Type: multipart/mixed; boundary=bb\n\n--bb\nContent-Type: multipart/x; "
         "boundary=b\n\n--b\n\nin\n--bb\n\nout\n--bb--\n",
         "0  [in];0  [out];"},
        /* a message inside, and what follows it */
        {"Content-Type: multipart/report; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: "
         "message/rfc822\n\nSubject: in\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n"
         "--c--\n--b\n\nlast\n--b--\n",
         "0  [hi];1 header 54;1  [x];0  [last];"},
        {"Content-Type: message/rfc822\n\nA: 1\n\nbody", "1 header 5;1  [body];"},
        {"Content-Type: message/global\nContent-Transfer-Encoding: base64\n\nQTogMQo=",
         "0 message/global [QTogMQo=];"},
        {"Content-Type: multipart/mixed\n\n--b\n\nx\n", "0 multipart/mixed [--b\n\nx\n];"},
        {"Content-Type: multipart/mixed; boundary=\"\"\n\nx", "0 multipart/mixed [x];"},
        {"Content-Type: multipart/mixed; boundary=b\n\nno boundary at all\n",
         "0 multipart/mixed [no boundary at all\n];"},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b", ""},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b--\n", ""},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char parts[400];
        walk_to_text(cases[i].message, parts, sizeof parts);
        if (strcmp(parts, cases[i].parts) != 0)
            fail_msg("case %zu: got '%s'", i, parts);
    }
}

static void nesting_costs_neither_stack_nor_time(void **state)
{
    (void)state;
    static const char one[] = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
    size_t times = 100000;
    size_t len = sizeof one - 1;
    char *text = malloc(times * len);
    assert_non_null(text);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * len, one, len);
    mime_walk walk;
    mime_part part;
    size_t parts = 0;
    sst_mime_walk_start(&walk, (sst_span){text, times * len});
    while (sst_mime_walk_next(&walk, &part))
        parts++;
    assert_true(parts > 0 && parts <= times);
    free(text);
}

static void addresses_are_found_in_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *address;
    } cases[] = {
        {"<a@example.com>:", "a@example.com"},
        {"write to a.b+c@sub.example.com.", "a.b+c@sub.example.com"},
        {"mailto:a@example.com", "a@example.com"},
        {"RCPT TO:<a@example.com>", "a@example.com"},
        {"to=<a@example.com>", "a@example.com"},
        {"'a@example.com'", "a@example.com"},
        {"\"a b\"@example.com x", "\"a b\"@example.com"},
        {"a@[192.0.2.1]", "a@[192.0.2.1]"},
        {"\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B.example",
         "\xE7\x94\xA8\xE6\x88\xB7@\xE4\xBE\x8B.example"},
        {"a@example.com\xE3\x80\x82 x", "a@example.com"},
        {"@ @example.com a@ b@example.org", "b@example.org"},
        {"a@b-.", "a@b"},
        {"nothing here", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sst_span found = sst_mime_find_address(span_of(cases[i].text), NULL);
        assert_int_equal(found.ptr != NULL, cases[i].address != NULL);
        if (found.ptr)
            assert_text(found, cases[i].address);
    }
    assert_text(sst_mime_typed_address(span_of("rfc822; <a@example.com>")), "a@example.com");
    assert_text(sst_mime_typed_address(span_of("RFC822;a@example.com (x)")), "a@example.com");
    assert_text(sst_mime_typed_address(span_of("utf-8; a@example.com")), "a@example.com");
    assert_text(sst_mime_typed_address(span_of("local; root")), "root");
    assert_text(sst_mime_typed_address(span_of("  ")), "");
}

static void dates_become_rfc_3339(void **state)
{
    (void)state;
    static const struct {
        const char *date, *stamp;
        bool zoned;
    } cases[] = {
        {"Tue, 3 Mar 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00", true},
        {"3 Mar 2026 10:00:00 GMT", "2026-03-03T10:00:00Z", true},
        {"Tue, 03 Mar 26 10:00 -0530 (x)", "2026-03-03T10:00:00-05:30", true},
        {"Tue Mar  3 10:00:00 2026 JST", "2026-03-03T10:00:00+09:00", true},
        {"3 Mar 99 10:00:00", "1999-03-03T10:00:00Z", false},
        {"3 Mar 102 10:00:00 EST", "2002-03-03T10:00:00-05:00", true},
        {"3 Mar 2026", NULL, false},
        {"32 Mar 2026 10:00", NULL, false},
        {"3 Mar 2026 25:00", NULL, false},
        {"99999999999999999999", NULL, false},
        {"", NULL, false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[MIME_DATE_SIZE];
        bool zoned = false;
        size_t len = sst_mime_date(span_of(cases[i].date), out, &zoned);
        assert_int_equal(len > 0, cases[i].stamp != NULL);
        if (len > 0) {
            assert_string_equal(out, cases[i].stamp);
            assert_int_equal(zoned, cases[i].zoned);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_taken_one_by_one),
        cmocka_unit_test(header_and_body_are_split),
        cmocka_unit_test(encodings_are_undone_even_when_broken),
        cmocka_unit_test(a_full_buffer_cuts),
        cmocka_unit_test(charsets_become_utf8),
        cmocka_unit_test(encoded_words_are_decoded),
        cmocka_unit_test(parameters_are_found),
        cmocka_unit_test(parts_are_walked),
        cmocka_unit_test(nesting_costs_neither_stack_nor_time),
        cmocka_unit_test(addresses_are_found_in_text),
        cmocka_unit_test(dates_become_rfc_3339),
    };
    return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
