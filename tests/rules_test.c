/*
 * Rule files: faults and their words, examples, what happens without memory, the order of
 * precedence, and the automaton against a search that does one phrase after the other.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/verdict.h>

#include "base/ascii.h"
#include "rules/compile.h"
#include "rules/load.h"
#include "verdict/scan.h"

#define CASES "tests/cases/rules/"

typedef struct file {
    char name[300];
    char *text;
    size_t len;
} file;

static file read_file(const char *path)
{
    file f = {{0}, NULL, 0};
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    snprintf(f.name, sizeof f.name, "%s", path);
    f.text = malloc(1 << 20);
    assert_non_null(f.text);
    f.len = fread(f.text, 1, 1 << 20, stream);
    fclose(stream);
    return f;
}

/* Calls check for every rule file of a directory; returns how many there were. */
static size_t each_file(const char *directory, void (*check)(const file *f))
{
    DIR *dir = opendir(directory);
    size_t count = 0;
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        char path[600];
        if (!strstr(entry->d_name, ".rules"))
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        file f = read_file(path);
        check(&f);
        free(f.text);
        count++;
    }
    closedir(dir);
    return count;
}

/* The first line of the file says what is to be found: "# line 3: message". */
static void check_fault(const file *f)
{
    sst_rules_fault fault;
    sst_rules *rules = NULL;
    unsigned line = 0;
    char expected[200] = "";
    assert_int_equal(sscanf(f->text, "# line %u: %199[^\n]", &line, expected), 2);
    int error = sst_rules_load(f->text, f->len, NULL, NULL, &rules, &fault);
    if (error != SST_E_RULES || fault.line != line ||
        strncmp(fault.message, expected, sizeof fault.message - 1) != 0)
        fail_msg("%s: error %d, line %zu: %s", f->name, error, fault.line, fault.message);
    assert_null(rules);
}

static void faults_are_named(void **state)
{
    (void)state;
    assert_true(each_file(CASES "faults", check_fault) > 40);
}

static void check_good(const file *f)
{
    sst_rules_fault fault;
    sst_rules *rules = NULL;
    int error = sst_rules_load(f->text, f->len, NULL, NULL, &rules, &fault);
    if (error != SST_OK)
        fail_msg("%s:%zu: %s", f->name, fault.line, fault.message);
    assert_true(sst_rules_example_count(rules) > 0);
    for (size_t i = 0; i < sst_rules_example_count(rules); i++) {
        if (sst_rules_check(rules, i, &fault) != SST_OK)
            fail_msg("%s:%zu: %s", f->name, fault.line, fault.message);
    }
    assert_int_equal(sst_rules_check(rules, sst_rules_example_count(rules), &fault), SST_E_INVALID);
    sst_rules_free(rules);
}

static void examples_come_out_right(void **state)
{
    (void)state;
    assert_true(each_file(CASES "good", check_good) >= 4);
}

static sst_rules *load(const char *text, const sst_rules *base)
{
    sst_rules_fault fault;
    sst_rules *rules = NULL;
    int error = sst_rules_load(text, strlen(text), base, NULL, &rules, &fault);
    if (error != SST_OK)
        fail_msg("line %zu: %s", fault.line, fault.message);
    return rules;
}

static void an_example_can_fail(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"rule a/b\nreason policy\ntext \"zebra\"\nmatch \"550 zebras\"",
         "a/b misses what it must match"},
        {"rule a/b\nreason policy\ntext \"zebra\"\nmiss \"550 zebra\"",
         "a/b matches what it must miss"},
        {"rule a/b\nreason policy\ntext \"zebra\"\nmatch \"550 zebra\"\n"
         "rule a/c\nreason tls\ntext \"zebra\"",
         "a/b matches, but another rule decides: a/c (tls)"},
        {"unit 60 \"minutes\"\nwait behind \"come in\"\ntime \"come in 5 minutes\" 301",
         "another time was found"},
        {"unit 60 \"minutes\"\nwait behind \"come in\"\ntime \"come in late\" 300",
         "no time was found"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sst_rules_fault fault;
        sst_rules *rules = load(cases[i].text, NULL);
        assert_int_equal(sst_rules_check(rules, 0, &fault), SST_E_RULES);
        assert_string_equal(fault.message, cases[i].message);
        assert_true(fault.line >= 3);
        sst_rules_free(rules);
    }
}

/* An allocator that fails from the nth allocation on, and counts what it has given out. */
typedef struct failing {
    size_t left;
    size_t live;
} failing;

static void *fail_at_last(void *context, void *block, size_t size)
{
    failing *f = context;
    if (size == 0) {
        f->live -= block != NULL;
        free(block);
        return NULL;
    }
    if (f->left == 0)
        return NULL;
    f->left--;
    f->live += block == NULL;
    return realloc(block, size);
}

static void check_without_memory(const file *f)
{
    sst_rules_fault fault;
    failing memory = {0, 0};
    const sst_allocator allocator = {fail_at_last, &memory};
    int error = SST_E_NO_MEMORY;
    for (size_t n = 0; error == SST_E_NO_MEMORY; n++) {
        sst_rules *rules = NULL;
        memory.left = n;
        error = sst_rules_load(f->text, f->len, NULL, &allocator, &rules, &fault);
        assert_true(error == SST_OK || error == SST_E_NO_MEMORY);
        assert_true((error == SST_OK) == (rules != NULL));
        sst_rules_free(rules);
        assert_int_equal(memory.live, 0);
    }
    assert_int_equal(error, SST_OK);
}

static void no_memory_is_a_clean_error(void **state)
{
    (void)state;
    (void)each_file(CASES "good", check_without_memory);
    /* More than a block's worth, so that blocks fail at every step of the way. */
    file f = read_file("data/rules/times.rules");
    check_without_memory(&f);
    free(f.text);
    f = read_file("data/providers.rules");
    check_without_memory(&f);
    free(f.text);
}

/* A file that stops anywhere is read or refused; the block is as long as the file. */
static void check_cut_off(const file *f)
{
    for (size_t len = 0; len < f->len; len += 1 + len / 97) {
        sst_rules_fault fault;
        sst_rules *rules = NULL;
        char *copy = malloc(len + 1);
        assert_non_null(copy);
        copy = realloc(copy, len ? len : 1);
        memcpy(copy, f->text, len);
        int error = sst_rules_load(copy, len, NULL, NULL, &rules, &fault);
        assert_true(error == SST_OK || error == SST_E_RULES);
        free(copy);
        sst_rules_free(rules);
    }
}

static void a_file_may_stop_anywhere(void **state)
{
    (void)state;
    (void)each_file(CASES "good", check_cut_off);
}

static const char *decide(const char *text, const sst_rules *rules, sst_level *level)
{
    sst_evidence evidence;
    sst_verdict verdict;
    memset(&evidence, 0, sizeof evidence);
    evidence.text = span_of(text);
    evidence.code = 550;
    sst_verdict_decide(&evidence, rules, &verdict);
    *level = verdict.level;
    return verdict.rule ? verdict.rule : "";
}

static void a_later_file_goes_before(void **state)
{
    sst_level level;
    (void)state;
    sst_rules *first = load("rule a/b\nreason mailbox-full\ntext \"zebra\"\n", NULL);
    sst_rules *second = load("rule c/d\nreason policy\ntext \"zebra\"\n", first);
    assert_string_equal(decide("a zebra", first, &level), "a/b");
    assert_string_equal(decide("a zebra", second, &level), "c/d");
    assert_int_equal(level, SST_LEVEL_USER);
    assert_int_equal(sst_rules_count(first), 1);
    assert_int_equal(sst_rules_count(second), 2);
    sst_rules_free(first);
    assert_string_equal(decide("a zebra", second, &level), "c/d");
    sst_rules_free(second);
}

static void a_bad_file_changes_nothing(void **state)
{
    sst_level level;
    sst_rules_fault fault;
    (void)state;
    sst_rules *first = load("rule a/b\nreason mailbox-full\ntext \"zebra\"\n", NULL);
    sst_rules *rules = first;
    const char *again =
        "rule x/y\nreason tls\ntext \"zebra\"\nrule a/b\nreason tls\ntext \"yak\"\n";
    assert_int_equal(sst_rules_load(again, strlen(again), first, NULL, &rules, &fault),
                     SST_E_RULES);
    assert_int_equal(fault.file, 1);
    assert_int_equal(fault.line, 4);
    assert_ptr_equal(rules, first);
    assert_string_equal(decide("a zebra", rules, &level), "a/b");
    assert_int_equal(sst_rules_load(NULL, 1, NULL, NULL, &rules, NULL), SST_E_INVALID);
    assert_int_equal(sst_rules_load("x", 1, NULL, NULL, NULL, NULL), SST_E_INVALID);
    assert_int_equal(sst_rules_load("x", 1, NULL, NULL, &rules, NULL), SST_E_RULES);
    sst_rules_free(first);
    sst_rules_free(NULL);
}

/* Level first, then the order of reasons with unknown last, then the order in the file. */
static void rules_are_in_order_of_precedence(void **state)
{
    static const char text[] = "rule o/unknown\nreason unknown\ntext \"zebra\"\n"
                               "rule o/code\nreason mailbox-full\ncode 550\n"
                               "rule o/enhanced\nreason mailbox-full\nenhanced X.2.2\ncode 550\n"
                               "rule o/policy2\nreason policy\ntext \"zebra\"\n"
                               "rule o/full\nreason mailbox-full\ntext \"zebra\"\n"
                               "rule o/policy1\nreason policy\ntext \"zebra\"\n"
                               "for acme\n"
                               "rule o/acme-code\nreason policy\ncode 550\n"
                               "rule o/acme-sub\nreason tls\nsubcode \"zebra\"\n"
                               "rule o/acme-text\nreason unknown\ntext \"zebra\"\n";
    static const char *const order[] = {"o/acme-text", "o/acme-sub", "o/acme-code",
                                        "o/full",      "o/policy2",  "o/policy1",
                                        "o/unknown",   "o/enhanced", "o/code"};
    static const sst_level levels[] = {
        SST_LEVEL_PROVIDER_TEXT, SST_LEVEL_PROVIDER_CODE, SST_LEVEL_PROVIDER_CODE,
        SST_LEVEL_PHRASE,        SST_LEVEL_PHRASE,        SST_LEVEL_PHRASE,
        SST_LEVEL_PHRASE,        SST_LEVEL_ENHANCED,      SST_LEVEL_BASIC};
    sst_arena arena;
    sst_arena keep;
    sst_model model;
    sst_ruleset set;
    sst_rules_fault fault;
    (void)state;
    sst_arena_init(&arena, NULL);
    sst_arena_init(&keep, NULL);
    assert_int_equal(sst_model_init(&model, &arena), SST_OK);
    assert_int_equal(sst_model_read(&model, text, sizeof text - 1, &fault), SST_OK);
    assert_int_equal(sst_rules_compile(&model, false, &keep, &set), SST_OK);
    for (size_t i = 0; i < set.rule_count; i++) {
        assert_string_equal(set.strings + set.rules[i].id, order[i]);
        assert_int_equal(set.rules[i].level, levels[i]);
    }
    assert_int_equal(set.first_below_phrase, 7);
    sst_arena_free(&keep);
    sst_arena_free(&arena);
}

static void a_rule_can_be_listed(void **state)
{
    sst_rule_info info;
    (void)state;
    sst_rules *rules = load("for acme other\nsource \"a paper\" 2026-03\n"
                            "rule a/b\nreason tls\ntext \"zebra\"\n"
                            "for any\nrule a/c\nreason tls\ncode 550\nsource \"b\"\n",
                            NULL);
    assert_true(sst_rules_at(rules, 0, &info));
    assert_string_equal(info.id, "a/b");
    assert_string_equal(info.provider, "acme other");
    assert_string_equal(info.source, "a paper 2026-03");
    assert_int_equal(info.reason, SST_REASON_TLS);
    assert_int_equal(info.level, SST_LEVEL_USER);
    assert_true(sst_rules_at(rules, 1, &info));
    assert_null(info.provider);
    assert_string_equal(info.source, "b");
    assert_false(sst_rules_at(rules, 2, &info));
    sst_rules_free(rules);
}

static void limits_hold(void **state)
{
    enum { RULES = 33000 };
    sst_rules_fault fault;
    sst_rules *rules = NULL;
    char *text = malloc((size_t)RULES * 80);
    size_t len = 0;
    (void)state;
    assert_non_null(text);
    /* As many rules as there may be, hanging on one phrase; then one too many. */
    for (int i = 0; i < RULES; i++)
        len += (size_t)sprintf(text + len, "rule a/%d\nreason tls\ntext \"zebra\"\n", i);
    assert_int_equal(sst_rules_load(text, len, NULL, NULL, &rules, &fault), SST_E_LIMIT);
    assert_int_equal(fault.line, 16384 * 3 + 1);
    len = 0;
    for (int i = 0; i < RULES; i++)
        len += (size_t)sprintf(text + len, "%s\"zebra %d\"\n",
                               i ? i % 1000 ? "| " : "text " : "rule a/b\nreason tls\ntext ", i);
    assert_int_equal(sst_rules_load(text, len, NULL, NULL, &rules, &fault), SST_E_LIMIT);
    assert_string_equal(fault.message, "too many phrases, rules or providers");
    memset(text, 'x', 20000);
    assert_int_equal(sst_rules_load(text, 20000, NULL, NULL, &rules, &fault), SST_E_RULES);
    assert_string_equal(fault.message, "expected a line of at most 16384 bytes");
    free(text);
}

/* Whether a byte is an ASCII letter or digit; outside the text there is none. */
static bool word_at(const char *text, size_t len, size_t at)
{
    return at < len && ascii_is_alnum(text[at]);
}

/* Matches a phrase at one place, as the manual says it: letters folded, runs of blanks as one.
 * Returns the end, or 0. */
static size_t match_at(const sst_model_phrase *p, const char *text, size_t len, size_t at)
{
    size_t i = at;
    for (size_t k = 0; k < p->length; k++) {
        if (i >= len)
            return 0;
        if (p->bytes[k] == ' ') {
            size_t start = i;
            while (i < len && ascii_is_space(text[i]))
                i++;
            if (i == start)
                return 0;
        } else if ((unsigned char)ascii_lower(text[i++]) != p->bytes[k]) {
            return 0;
        }
    }
    if (p->begins_word && at > 0 && word_at(text, len, at - 1))
        return 0;
    if (p->ends_word && word_at(text, len, i))
        return 0;
    if (p->is_word) {
        size_t from = at;
        size_t to = i;
        while (from > 0 && !ascii_is_space(text[from - 1]))
            from--;
        while (to < len && !ascii_is_space(text[to]))
            to++;
        if (memchr(text + from, '@', to - from))
            return 0;
    }
    return i;
}

static size_t search(const sst_model_phrase *p, const char *text, size_t len, size_t *start)
{
    size_t first = 0;
    for (size_t at = 0; at < len; at++) {
        size_t end = match_at(p, text, len, at);
        if (end && (!first || end < first)) {
            first = end;
            *start = at;
        }
    }
    return first;
}

static uint32_t next_number(void)
{
    static uint64_t state = 0x9E3779B97F4A7C15u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static size_t random_text(char *to, size_t len, const char *alphabet)
{
    size_t size = strlen(alphabet);
    for (size_t i = 0; i < len; i++)
        to[i] = alphabet[next_number() % size];
    return len;
}

/* A rule file with random phrases; few different bytes, so that they lie in one another. */
static size_t random_rules(char *to, unsigned count, const char *alphabet)
{
    size_t len = (size_t)sprintf(to, "rule a/b\nreason tls\ntext \"zebra\"\n");
    for (unsigned i = 0; i < count; i++) {
        char phrase[16];
        size_t size = random_text(phrase, 3 + next_number() % 8, alphabet);
        if (ascii_is_space(phrase[0]) || ascii_is_space(phrase[size - 1]))
            continue;
        len += (size_t)sprintf(to + len, "| \"%s%.*s%s\"\n", next_number() % 3 ? "" : "*",
                               (int)size, phrase, next_number() % 3 ? "" : "*");
    }
    return len;
}

static void compare_hits(const sst_model *model, const sst_ruleset *set, const sst_hits *hits,
                         const char *text, size_t len)
{
    const sst_model_phrase *phrases = model->phrases.items;
    size_t met = 0;
    for (unsigned i = 0; i < model->phrases.count; i++) {
        size_t start = 0;
        size_t end = search(&phrases[i], text, len, &start);
        met += end > 0;
        if ((end > 0) != sst_hits_have(hits, i))
            fail_msg("\"%.*s\" in \"%.*s\": end %zu", (int)phrases[i].length, phrases[i].bytes,
                     (int)len, text, end);
        if (end) {
            size_t found_start;
            size_t found_end;
            found_end = sst_hits_end(set, hits, i);
            found_start = sst_hits_start(hits, found_end, set->phrases[i].length);
            assert_int_equal(found_end, end);
            assert_int_equal(found_start, start);
        }
    }
    assert_int_equal(hits->count, met);
}

static void check_random(const char *alphabet, unsigned phrases)
{
    enum { ROOM = 4096, TEXTS = 60 };
    static char rules[1 << 16];
    static char text[ROOM];
    sst_arena arena;
    sst_arena keep;
    sst_model model;
    sst_ruleset set;
    sst_rules_fault fault;
    size_t size = random_rules(rules, phrases, alphabet);
    sst_span nobody = {NULL, 0};
    sst_arena_init(&arena, NULL);
    sst_arena_init(&keep, NULL);
    assert_int_equal(sst_model_init(&model, &arena), SST_OK);
    assert_int_equal(sst_model_read(&model, rules, size, &fault), SST_OK);
    assert_int_equal(sst_rules_compile(&model, false, &keep, &set), SST_OK);
    for (int i = 0; i < TEXTS; i++) {
        sst_hits hits;
        sst_scan scan;
        size_t len = random_text(text, next_number() % (i % 8 ? 200 : 2000), alphabet);
        sst_span span = {text, len};
        sst_hits_init(&hits, span, nobody);
        sst_scan_start(&set, &hits, &scan);
        sst_scan_run(&set, &scan);
        compare_hits(&model, &set, &hits, text, len);
        sst_hits_init(&hits, span, nobody);
        sst_scan_text(&set, &hits);
        compare_hits(&model, &set, &hits, text, len);
    }
    sst_arena_free(&keep);
    sst_arena_free(&arena);
}

static void the_automaton_finds_what_a_search_finds(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        check_random("ab ", 40);
        check_random("aA  b-", 60);
        check_random("ab \t@.", 60);
        check_random("a1 ()[]", 80);
        check_random("\xe3\x81\x82\xe4 a", 60);
        check_random("aaaaab ", 200);
        check_random("abcdefghijklmnopqrstuvwxyz ", 400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(examples_come_out_right),
        cmocka_unit_test(an_example_can_fail),
        cmocka_unit_test(no_memory_is_a_clean_error),
        cmocka_unit_test(a_file_may_stop_anywhere),
        cmocka_unit_test(a_later_file_goes_before),
        cmocka_unit_test(a_bad_file_changes_nothing),
        cmocka_unit_test(rules_are_in_order_of_precedence),
        cmocka_unit_test(a_rule_can_be_listed),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(the_automaton_finds_what_a_search_finds),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
