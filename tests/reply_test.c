/*
 * The reply parser. Cases are in cases/reply/: stream.txt for replies as servers send them,
 * relaxed.txt for pasted ones. A case is
 *
 *     case what it shows
 *     in "bytes, with \r \n \t \\ \" \xHH" [x times]     (several are put together)
 *     and then what must come out, in the lines that render_... below writes.
 *
 * Each input is parsed whole, byte by byte and in two parts at every split, up against memory that
 * must not be read. reply_test FILE shows what comes out now, for the inputs of a file.
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

#include <smtpstatus/reply.h>

#include "guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- text that grows ---- */

typedef struct text {
    char *bytes; /* always ends with NUL */
    size_t len;
    size_t room;
} text;

static void add_bytes(text *to, const char *bytes, size_t len)
{
    if (to->len + len >= to->room) {
        to->room = 2 * to->room + len + 100;
        to->bytes = realloc(to->bytes, to->room);
        assert_non_null(to->bytes);
    }
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    to->bytes[to->len] = '\0';
}

static void add(text *to, const char *format, ...)
{
    char piece[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(piece, sizeof piece, format, arguments);
    va_end(arguments);
    assert_in_range(len, 0, sizeof piece - 1);
    add_bytes(to, piece, (size_t)len);
}

static void add_quoted(text *to, const char *bytes, size_t len)
{
    add(to, "\"");
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == '"' || byte == '\\')
            add(to, "\\%c", byte);
        else if (byte >= ' ' && byte < 127)
            add(to, "%c", byte);
        else
            add(to, "\\x%02X", byte);
    }
    add(to, "\"");
}

/* ---- what comes out, as text ---- */

static const struct {
    uint32_t flag;
    const char *name;
} flag_names[] = {
    {SST_REPLY_NO_SEPARATOR, "no-separator"},
    {SST_REPLY_BARE_LF, "bare-lf"},
    {SST_REPLY_BARE_CR, "bare-cr"},
    {SST_REPLY_NUL, "nul"},
    {SST_REPLY_8BIT, "8bit"},
    {SST_REPLY_CODES_DIFFER, "codes-differ"},
    {SST_REPLY_ENHANCED_DIFFER, "enhanced-differ"},
    {SST_REPLY_CLASS_CONFLICT, "class-conflict"},
    {SST_REPLY_LONG_LINE, "long-line"},
    {SST_REPLY_HIGH_DIGIT, "high-digit"},
    {SST_REPLY_OUT_OF_RANGE, "out-of-range"},
    {SST_REPLY_CUT_OFF, "cut-off"},
    {SST_REPLY_INTRODUCED, "introduced"},
    {SST_REPLY_TRAILED, "trailed"},
    {SST_REPLY_JOINED_LINES, "joined-lines"},
    {SST_REPLY_MARKED_ENHANCED, "marked-enhanced"},
    {SST_REPLY_NO_CODE, "no-code"},
};

static const char *const why_names[] = {
#define WHY_NAME(ident, text) #ident,
    SST_REPLY_WHY_LIST(WHY_NAME)
#undef WHY_NAME
};

static void render_codes(text *to, int code, sst_enhanced enhanced)
{
    char string[SST_ENHANCED_STRING_MAX];
    assert_true(sst_enhanced_to_string(enhanced, string, sizeof string) >= 0);
    add(to, " %d %s", code, string[0] ? string : "-");
}

static void render_flags(text *to, uint32_t flags)
{
    for (size_t i = 0; i < COUNT(flag_names); i++) {
        if (flags & flag_names[i].flag)
            add(to, " %s", flag_names[i].name);
        flags &= ~flag_names[i].flag;
    }
    assert_int_equal(flags, 0);
}

/* Long words are shortened: both ends and the length. */
static void render_words(text *to, sst_span words)
{
    size_t shown = words.len > 300 ? 20 : words.len;
    add(to, " ");
    add_quoted(to, words.ptr, shown);
    if (shown < words.len)
        add(to, " ... %zu bytes", words.len);
}

/* The lines one by one and then their words together, which must agree. */
static void render_lines(text *to, const sst_reply *reply)
{
    sst_reply_line_iterator iterator = {0};
    sst_reply_line line;
    size_t count = 0;
    while (sst_reply_next_line(reply, &iterator, &line)) {
        if (reply->lines > 10 && ++count > 2)
            continue;
        add(to, "  line");
        render_codes(to, line.code, line.enhanced);
        render_words(to, line.text);
        add(to, "\n");
    }
    size_t len = sst_reply_text(reply, NULL, 0);
    assert_true(len <= reply->whole.len);
    char *buffer = guard_end(1, NULL, len);
    assert_int_equal(sst_reply_text(reply, buffer, len), len);
    if (reply->lines > 1) {
        sst_span words = {buffer, len};
        add(to, "  text");
        render_words(to, words);
        add(to, "\n");
    }
}

static void render_reply(text *to, sst_reply_status status, const sst_reply *reply)
{
    if (status == SST_REPLY_MALFORMED) {
        assert_true(reply->where <= reply->whole.len);
        add(to, "malformed %s at %zu of %zu", why_names[reply->why], reply->where,
            reply->whole.len);
    } else {
        assert_int_equal(reply->why, SST_REPLY_WHY_NOTHING);
        assert_int_equal(reply->where, 0);
        add(to, "complete %zu", reply->whole.len);
        render_codes(to, reply->code, reply->enhanced);
        add(to, " lines %zu", reply->lines);
    }
    render_flags(to, reply->flags);
    add(to, "\n");
    if (status == SST_REPLY_COMPLETE)
        render_lines(to, reply);
    else
        assert_int_equal(sst_reply_text(reply, NULL, 0), 0);
}

/* ---- parsing a stream that comes in pieces ---- */

/* Where the next piece ends, behind a position. */
typedef size_t cut_function(size_t at, size_t len, size_t split);

static size_t cut_nowhere(size_t at, size_t len, size_t split)
{
    (void)at;
    (void)split;
    return len;
}

static size_t cut_everywhere(size_t at, size_t len, size_t split)
{
    (void)len;
    (void)split;
    return at + 1;
}

static size_t cut_once(size_t at, size_t len, size_t split)
{
    return at < split ? split : len;
}

typedef struct way {
    bool strict;
    bool to_end; /* no more bytes come: sst_reply_finish */
    cut_function *cut;
    size_t split;
} way;

static sst_reply_status parse_piece(const way *how, sst_reply_parser *parser, const char *bytes,
                                    size_t len, bool last, sst_reply *reply, ptrdiff_t *consumed)
{
    if (how->to_end && last)
        return sst_reply_finish(parser, bytes, len, reply, consumed);
    return sst_reply_parse(parser, bytes, len, reply, consumed);
}

/* Every call gets a copy of its own, as if the caller's buffer had moved, with guards about it. */
static void render_stream(text *to, const way *how, const text *input)
{
    sst_reply_options options = {sizeof options, how->strict};
    sst_reply_parser parser;
    assert_int_equal(sst_reply_parser_init(&parser, &options), SST_OK);
    size_t start = 0;
    size_t have = 0;
    while (have < input->len) {
        have = how->cut(have, input->len, how->split);
        for (;;) {
            sst_reply reply;
            ptrdiff_t consumed = -1;
            size_t len = have - start;
            char *bytes = guard_end(0, input->bytes + start, len);
            sst_reply_status status =
                parse_piece(how, &parser, bytes, len, have == input->len, &reply, &consumed);
            if (status == SST_REPLY_INCOMPLETE) {
                assert_int_equal(consumed, 0);
                break;
            }
            assert_in_range(consumed, 1, len);
            render_reply(to, status, &reply);
            start += (size_t)consumed;
        }
    }
    if (start < have)
        add(to, "incomplete %zu\n", have - start);
}

/* All that is to be known of one input: as it is, and where strict syntax or the end of the input
 * make a difference, with them. */
static void render_stream_case(text *to, const text *input, cut_function *cut, size_t split)
{
    text plain = {NULL, 0, 0};
    text other = {NULL, 0, 0};
    render_stream(&plain, &(way){false, false, cut, split}, input);
    add_bytes(to, plain.bytes, plain.len);
    render_stream(&other, &(way){false, true, cut, split}, input);
    if (strcmp(plain.bytes, other.bytes) != 0)
        add(to, "at the end:\n%s", other.bytes);
    other.len = 0;
    render_stream(&other, &(way){true, true, cut, split}, input);
    if (strstr(other.bytes, "STRICT"))
        add(to, "strictly:\n%s", other.bytes);
    free(plain.bytes);
    free(other.bytes);
}

static void render_relaxed_case(text *to, const text *input)
{
    char *bytes = guard_end(0, input->bytes, input->len);
    sst_reply reply;
    sst_reply_read(bytes, input->len, &reply);
    assert_true(reply.relaxed);
    add(to, "read");
    render_codes(to, reply.code, reply.enhanced);
    add(to, " lines %zu", reply.lines);
    if (reply.command != SST_COMMAND_NONE)
        add(to, " command %s", sst_command_id(reply.command));
    if (reply.remote.ptr)
        add(to, " remote %.*s", (int)reply.remote.len, reply.remote.ptr);
    render_flags(to, reply.flags);
    add(to, "\n");
    render_lines(to, &reply);
}

/* ---- cases ---- */

typedef struct test_case {
    char name[120];
    bool relaxed;
    text input;
    text expected;
} test_case;

static void parse_quoted(const char *at, text *to)
{
    text once = {NULL, 0, 0};
    add_bytes(&once, "", 0);
    assert_int_equal(*at++, '"');
    for (; *at != '"'; at++) {
        unsigned value = (unsigned char)*at;
        assert_int_not_equal(*at, '\0');
        if (*at == '\\') {
            at++;
            static const char letters[] = "r\rn\nt\t";
            const char *letter = strchr(letters, *at);
            value = (unsigned char)(letter ? letter[1] : *at);
            if (*at == 'x') {
                assert_int_equal(sscanf(at + 1, "%2x", &value), 1);
                at += 2;
            }
        }
        char byte = (char)value;
        add_bytes(&once, &byte, 1);
    }
    unsigned times = 1;
    (void)sscanf(at + 1, " x %u", &times);
    while (times-- > 0)
        add_bytes(to, once.bytes, once.len);
    free(once.bytes);
}

/* Appends the cases of a file to a list. */
static void load(const char *path, test_case **cases, size_t *count)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char line[4096];
    test_case *current = NULL;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (strncmp(line, "case ", 5) == 0) {
            *cases = realloc(*cases, (*count + 1) * sizeof **cases);
            assert_non_null(*cases);
            current = &(*cases)[(*count)++];
            memset(current, 0, sizeof *current);
            current->relaxed = strstr(path, "relaxed") != NULL;
            add_bytes(&current->input, "", 0);
            add_bytes(&current->expected, "", 0);
            (void)snprintf(current->name, sizeof current->name, "%s: %.*s",
                           current->relaxed ? "relaxed" : "stream", (int)strcspn(line + 5, "\n"),
                           line + 5);
        } else if (strncmp(line, "in ", 3) == 0) {
            assert_non_null(current);
            parse_quoted(line + 3, &current->input);
        } else {
            assert_non_null(current);
            add_bytes(&current->expected, line, strlen(line));
        }
    }
    (void)fclose(file);
}

static void check(const test_case *test, const text *got, const char *how)
{
    if (strcmp(got->bytes, test->expected.bytes) != 0)
        fail_msg("%s:\n%s--- but should be:\n%s", how, got->bytes, test->expected.bytes);
}

static void check_stream(const test_case *test, const char *how, cut_function *cut, size_t split)
{
    text got = {NULL, 0, 0};
    add_bytes(&got, "", 0);
    render_stream_case(&got, &test->input, cut, split);
    check(test, &got, how);
    free(got.bytes);
}

static void run_case(void **state)
{
    const test_case *test = *state;
    if (test->relaxed) {
        text got = {NULL, 0, 0};
        add_bytes(&got, "", 0);
        render_relaxed_case(&got, &test->input);
        check(test, &got, "read");
        free(got.bytes);
        /* Cut off anywhere it is still read, and nothing outside is. */
        for (size_t len = 0; len < test->input.len; len++) {
            text cut = {test->input.bytes, len, 0};
            text any = {NULL, 0, 0};
            render_relaxed_case(&any, &cut);
            free(any.bytes);
        }
        return;
    }
    check_stream(test, "whole", cut_nowhere, 0);
    if (test->input.len > 5000)
        return;
    check_stream(test, "byte by byte", cut_everywhere, 0);
    for (size_t split = 1; split < test->input.len; split++)
        check_stream(test, "in two parts", cut_once, split);
}

/* ---- what is no case ---- */

static void options_are_checked(void **state)
{
    (void)state;
    sst_reply_parser parser;
    sst_reply_options options = {sizeof options - 1, true};
    assert_int_equal(sst_reply_parser_init(&parser, &options), SST_E_INVALID);
    assert_int_equal(sst_reply_parser_init(&parser, NULL), SST_OK);
    assert_false(parser.strict);
}

static void nothing_is_incomplete(void **state)
{
    (void)state;
    sst_reply_parser parser = {0};
    sst_reply reply;
    ptrdiff_t consumed = -1;
    assert_int_equal(sst_reply_parse(&parser, NULL, 0, &reply, &consumed), SST_REPLY_INCOMPLETE);
    assert_int_equal(sst_reply_finish(&parser, NULL, 0, &reply, &consumed), SST_REPLY_INCOMPLETE);
    assert_int_equal(consumed, 0);
}

/* 1,024 lines of 1,024 bytes are just what a reply may have; if another one is to follow it is too
 * long, and the parser goes on behind the limit. */
static void a_reply_is_bounded(void **state)
{
    (void)state;
    enum { LINE = 1024, LINES = SST_MAX_REPLY / LINE };
    char *data = guard_end(0, NULL, SST_MAX_REPLY + 5);
    memset(data, 'x', SST_MAX_REPLY);
    for (size_t i = 0; i < LINES; i++) {
        memcpy(data + i * LINE, i + 1 < LINES ? "250-" : "250 ", 4);
        memcpy(data + (i + 1) * LINE - 2, "\r\n", 2);
    }
    sst_reply_parser parser = {0};
    sst_reply reply;
    ptrdiff_t consumed;
    assert_int_equal(sst_reply_parse(&parser, data, SST_MAX_REPLY, &reply, &consumed),
                     SST_REPLY_COMPLETE);
    assert_int_equal(consumed, SST_MAX_REPLY);
    assert_int_equal(reply.lines, LINES);
    assert_int_equal(reply.flags, SST_REPLY_LONG_LINE);

    data[SST_MAX_REPLY - LINE + 3] = '-';
    memcpy(data + SST_MAX_REPLY, "250\r\n", 5);
    assert_int_equal(sst_reply_parse(&parser, data, SST_MAX_REPLY - 1, &reply, &consumed),
                     SST_REPLY_INCOMPLETE);
    assert_int_equal(sst_reply_parse(&parser, data, SST_MAX_REPLY, &reply, &consumed),
                     SST_REPLY_MALFORMED);
    assert_int_equal(reply.why, SST_REPLY_WHY_TOO_LONG);
    assert_int_equal(reply.where, SST_MAX_REPLY);
    assert_int_equal(consumed, SST_MAX_REPLY);
    assert_int_equal(sst_reply_parse(&parser, data + consumed, 5, &reply, &consumed),
                     SST_REPLY_COMPLETE);
}

static void text_is_cut_at_the_end_of_the_buffer(void **state)
{
    (void)state;
    static const char data[] = "250-one\r\n250 two\r\n";
    static const char joined[] = "one two";
    sst_reply reply;
    sst_reply_read(data, sizeof data - 1, &reply);
    for (size_t size = 0; size <= sizeof joined; size++) {
        char *buffer = guard_end(1, NULL, size);
        memset(buffer, '#', size);
        assert_int_equal(sst_reply_text(&reply, buffer, size), sizeof joined - 1);
        size_t kept = size < sizeof joined - 1 ? size : sizeof joined - 1;
        assert_memory_equal(buffer, joined, kept);
    }
}

static void every_why_has_a_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(why_names); i++)
        assert_int_not_equal(sst_reply_why_text((sst_reply_why)i)[0], '\0');
    assert_string_equal(sst_reply_why_text((sst_reply_why)COUNT(why_names)), "");
}

static void unload(test_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(cases[i].input.bytes);
        free(cases[i].expected.bytes);
    }
    free(cases);
}

static int show(const char *path)
{
    test_case *cases = NULL;
    size_t count = 0;
    load(path, &cases, &count);
    for (size_t i = 0; i < count; i++) {
        text got = {NULL, 0, 0};
        if (cases[i].relaxed)
            render_relaxed_case(&got, &cases[i].input);
        else
            render_stream_case(&got, &cases[i].input, cut_nowhere, 0);
        printf("%s\n%s\n", cases[i].name, got.bytes);
        free(got.bytes);
    }
    unload(cases, count);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(nothing_is_incomplete),
        cmocka_unit_test(a_reply_is_bounded),
        cmocka_unit_test(text_is_cut_at_the_end_of_the_buffer),
        cmocka_unit_test(every_why_has_a_text),
    };
    if (argc > 1)
        return show(argv[1]);
    test_case *cases = NULL;
    size_t count = 0;
    load("tests/cases/reply/stream.txt", &cases, &count);
    load("tests/cases/reply/relaxed.txt", &cases, &count);
    struct CMUnitTest *tests = calloc(count + COUNT(fixed), sizeof *tests);
    if (!tests)
        return 3;
    memcpy(tests, fixed, sizeof fixed);
    for (size_t i = 0; i < count; i++) {
        struct CMUnitTest test = {cases[i].name, run_case, NULL, NULL, &cases[i]};
        tests[COUNT(fixed) + i] = test;
    }
    int failed = _cmocka_run_group_tests("reply", tests, count + COUNT(fixed), NULL, NULL);
    free(tests);
    unload(cases, count);
    return failed;
}
