/* What log lines are made of: values of a JSON object, fields of a CSV line. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, of guard.h */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ascii.h"
#include "guard.h"
#include "log/csv.h"
#include "log/json.h"
#include "log/words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const paths[] = {"type", "response.code", "response.enhanced.class", "list",
                                    "object"};
enum { TYPE, CODE, CLASS, LIST, OBJECT };

/* The raw value at a path of a line that ends where memory ends; "" for none. */
static sst_span picked(const char *text, size_t path, bool *whole)
{
    json_value values[COUNT(paths)];
    size_t len = strlen(text);
    sst_span line = {guard_end(0, text, len), len};
    *whole = sst_json_pick(line, paths, COUNT(paths), values);
    return values[path].kind == JSON_NONE ? span_of("") : values[path].raw;
}

static void assert_text(sst_span got, const char *expected)
{
    if (got.len != strlen(expected) || memcmp(got.ptr, expected, got.len) != 0)
        fail_msg("got '%.*s', expected '%s'", (int)got.len, got.ptr, expected);
}

static void values_are_found_at_their_paths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t path;
        const char *value;
        bool whole;
    } cases[] = {
        {"{\"type\":\"Bounce\"}", TYPE, "Bounce", true},
        {" { \"a\" : [1,{\"type\":\"x\"}] , \"type\" : \"B\" } \n", TYPE, "B", true},
        {"{\"x\":{\"type\":\"inner\"}}", TYPE, "", true},
        {"{\"type\":\"first\",\"type\":\"second\"}", TYPE, "first", true},
        {"{\"type\":\"a \\\"b\\\\\",\"x\":1}", TYPE, "a \\\"b\\\\", true},
        {"{\"response\":{\"text\":\"}\",\"code\":250},\"code\":1}", CODE, "250", true},
        {"{\"response\":{},\"type\":null}", TYPE, "null", true},
        {"{\"response\":{\"enhanced\":{\"class\":5}}}", CLASS, "5", true},
        {"{\"response\":{\"enhanced\":5}}", CLASS, "", true},
        {"{\"response\":[{\"code\":5}]}", CODE, "", true},
        {"{\"list\":[\"]\", [2]]}", LIST, "[\"]\", [2]]", true},
        {"{\"object\":{\"a\":{\"b\":\"}\"}}}", OBJECT, "{\"a\":{\"b\":\"}\"}}", true},
        {"{\"response\":{\"enhanced\":{\"class\":5},\"code\":250}}", CODE, "250", true},
        {"{}", TYPE, "", true},
        {"", TYPE, "", false},
        {"[]", TYPE, "", false},
        {"{\"type\":\"B\"", TYPE, "B", false},
        {"{\"type\":\"B\",", TYPE, "B", false},
        {"{\"type\":\"B\",}", TYPE, "B", false},
        {"{\"type\":\"B\"} x", TYPE, "B", false},
        {"{\"type\":\"B", TYPE, "", false},
        {"{\"type\":\"B\\\"}", TYPE, "", false},
        {"{\"type\" \"B\"}", TYPE, "", false},
        {"{,\"type\":\"B\"}", TYPE, "", false},
        {"{\"a\":?,\"type\":\"B\"}", TYPE, "", false},
        {"{\"a\":1 \"type\":\"B\"}", TYPE, "", false},
        {"{\"response\":{\"code\":250", CODE, "", false},
        {"{\"response\":{\"code\":250,", CODE, "250", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool whole;
        assert_text(picked(cases[i].text, cases[i].path, &whole), cases[i].value);
        if (whole != cases[i].whole)
            fail_msg("'%s': whole %d", cases[i].text, whole);
    }
    json_value value;
    assert_false(sst_json_pick((sst_span){NULL, 0}, paths, 1, &value));
    assert_int_equal(value.kind, JSON_NONE);
}

/* Every beginning of a line is read without a look behind it, and what it has is what the whole
 * line has. */
static void a_cut_line_says_what_it_has(void **state)
{
    (void)state;
    static const char text[] = "{\"type\":\"A\\u00e9\",\"response\":{\"code\":250,\"enhanced\":{"
                               "\"class\":2}},\"list\":[1,\"b\"],\"object\":{\"a\":\"b\"}}";
    json_value whole[COUNT(paths)];
    json_value cut[COUNT(paths)];
    assert_true(sst_json_pick(span_of(text), paths, COUNT(paths), whole));
    for (size_t len = 0; len < sizeof text - 1; len++) {
        sst_span line = {guard_end(0, text, len), len};
        assert_false(sst_json_pick(line, paths, COUNT(paths), cut));
        for (size_t i = 0; i < COUNT(paths); i++) {
            if (cut[i].kind == JSON_NONE)
                continue;
            assert_int_equal(cut[i].kind, whole[i].kind);
            assert_int_equal(cut[i].raw.len, whole[i].raw.len);
        }
    }
}

static void nesting_costs_no_stack(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    static const char head[] = "{\"a\":";
    char *text = guard_end(0, NULL, sizeof head - 1 + DEEP);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, '[', DEEP);
    json_value value;
    assert_false(sst_json_pick((sst_span){text, sizeof head - 1 + DEEP}, paths, 1, &value));
    memset(text + sizeof head - 1, '"', DEEP);
    assert_false(sst_json_pick((sst_span){text, sizeof head - 1 + DEEP}, paths, 1, &value));
}

static json_value json_string(const char *raw)
{
    size_t len = strlen(raw);
    return (json_value){JSON_STRING, {guard_end(0, raw, len), len}};
}

static void texts_are_unescaped(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *text;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
        {"a\\u0041\\u00e9\\u4e2d", "aA\xC3\xA9\xE4\xB8\xAD"},
        {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"},
        {"\\ud83d", "\xEF\xBF\xBD"},
        {"\\ude00\\ud83dx", "\xEF\xBF\xBD\xEF\xBF\xBDx"},
        {"\\ud83d\\u0041", "\xEF\xBF\xBD"
                           "A"},
        {"\\u00g0 \\x \\u12", "\\u00g0 \\x \\u12"},
        {"end\\", "end\\"},
        {"\xFF\\n", "\xFF\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_value value = json_string(cases[i].raw);
        char *room = guard_end(1, NULL, value.raw.len);
        assert_text(sst_json_text(value, room), cases[i].text);
    }
    json_value number = {JSON_NUMBER, span_of("12")};
    assert_text(sst_json_text(number, NULL), "12");
    json_value array = {JSON_ARRAY, span_of("[]")};
    assert_null(sst_json_text(array, NULL).ptr);
}

static void arrays_are_walked(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *elements;
    } cases[] = {
        {"[\"a\", 1,{\"b\":[2]} , [3] ]", "a;1;{\"b\":[2]};[3];"},
        {"[]", ""},
        {"[ ]", ""},
        {"[1,]", "1;"},
        {"[1 2]", "1;"},
        {"12", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char got[100] = "";
        sst_span rest = span_of(cases[i].raw);
        json_value element;
        while (sst_json_next(&rest, &element)) {
            strncat(got, element.raw.ptr, element.raw.len);
            strcat(got, ";");
        }
        assert_string_equal(got, cases[i].elements);
        assert_false(sst_json_next(&rest, &element));
    }
}

static void bytes_are_spelt_by_numbers(void **state)
{
    (void)state;
    char *room = guard_end(1, NULL, 7);
    json_value array = {JSON_ARRAY, span_of("[ 104, 105, 255]")};
    assert_text(sst_json_bytes(array, room), "hi\xFF");
    array.raw = span_of("[1000,\"1\",-1,33]");
    assert_text(sst_json_bytes(array, room), "!");
    json_value number = {JSON_NUMBER, span_of("33")};
    assert_null(sst_json_bytes(number, room).ptr);
}

static void numbers_are_whole(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        bool is;
        int64_t number;
    } cases[] = {
        {"0", true, 0},
        {"-12", true, -12},
        {"1704103200.75", true, 1704103200},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"1e3", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"12a", false, 0},
        {".5", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t number = 0;
        bool is = sst_json_integer(json_string(cases[i].raw), &number);
        if (is != cases[i].is || (is && number != cases[i].number))
            fail_msg("'%s': %d %lld", cases[i].raw, is, (long long)number);
    }
    assert_false(sst_json_integer((json_value){JSON_WORD, span_of("true")}, &(int64_t){0}));
}

/* The fields of a line that ends where memory ends, each in brackets. */
static void csv_fields_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *line, *fields;
    } cases[] = {
        {"a,b,c", "[a][b][c]"},
        {"", "[]"},
        {",", "[][]"},
        {"a,", "[a][]"},
        {"\"a,b\",c", "[a,b][c]"},
        {"\"\",\"\"", "[][]"},
        {"\"say \"\"hi\"\"\",\"\"\"\"", "[say \"hi\"][\"]"},
        {"\"open,x", "[open,x]"},
        {"\"odd\" tail,x", "[odd][x]"},
        {"a\"b\",c", "[a\"b\"][c]"},
        {"\"", "[]"},
        {"\"\"\"", "[\"]"},
        {" a , b ", "[ a ][ b ]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char got[100] = "";
        size_t len = strlen(cases[i].line);
        sst_span rest = {guard_end(0, cases[i].line, len), len};
        csv_field field;
        while (sst_csv_next(&rest, &field)) {
            sst_span text = sst_csv_text(field, guard_end(1, NULL, field.raw.len));
            strcat(got, "[");
            strncat(got, text.ptr, text.len);
            strcat(got, "]");
        }
        assert_string_equal(got, cases[i].fields);
    }
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    static const char *const names[] = {"rcpt", "type", "missing"};
    unsigned char map[3];
    csv_field fields[3];
    assert_int_equal(sst_csv_map(span_of("Type,x,rcpt,type"), names, 3, map), 2);
    assert_int_equal(map[2], CSV_NO_COLUMN);
    sst_csv_pick(span_of("d,1,a@example.com"), map, fields, 3);
    assert_text(fields[0].raw, "a@example.com");
    assert_text(fields[1].raw, "d");
    assert_null(fields[2].raw.ptr);
    sst_csv_pick(span_of("d"), map, fields, 3);
    assert_null(fields[0].raw.ptr);
    char wide[400];
    memset(wide, ',', sizeof wide);
    memcpy(wide + 300, "rcpt", 4);
    assert_int_equal(sst_csv_map((sst_span){wide, sizeof wide}, names, 3, map), 0);
}

static void words_are_taken_off(void **state)
{
    (void)state;
    sst_span rest = span_of("info msg 12: from <a@example.org> x");
    sst_span before = {NULL, 0};
    uint64_t number;
    assert_false(words_take(&rest, "new msg "));
    assert_true(words_take(&rest, "info msg "));
    assert_true(words_number(&rest, &number));
    assert_int_equal(number, 12);
    assert_false(words_number(&rest, &number));
    assert_false(words_part(rest, "bytes", &before, &rest));
    assert_true(words_part(rest, "from ", &before, &rest));
    assert_text(before, ": ");
    assert_text(words_unbracket(words_until(&rest, ' ')), "a@example.org");
    assert_text(words_until(&rest, ' '), "x");
    assert_text(rest, "");
    assert_text(words_until(&rest, ' '), "");
    rest = span_of("18446744073709551616");
    assert_false(words_number(&rest, &number));
    assert_int_equal(words_find(span_of("aab"), "ab"), 1);
    assert_int_equal(words_find(span_of("aaa"), "ab"), 3);
    assert_int_equal(words_find(span_of("a"), "ab"), 1);
    assert_true(words_end(span_of("abc"), "bc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_at_their_paths),
        cmocka_unit_test(a_cut_line_says_what_it_has),
        cmocka_unit_test(nesting_costs_no_stack),
        cmocka_unit_test(texts_are_unescaped),
        cmocka_unit_test(arrays_are_walked),
        cmocka_unit_test(bytes_are_spelt_by_numbers),
        cmocka_unit_test(numbers_are_whole),
        cmocka_unit_test(csv_fields_are_split),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(words_are_taken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
