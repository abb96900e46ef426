/*
 * Verdicts: every example of the built-in rules, and what must not matter: case, blanks, the batch,
 * the memory about a text. What the vocabulary says is in vocabulary_test.c.
 */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <smtpstatus/verdict.h>

#include "base/ascii.h"
#include "guard.h"
#include "rules/compile.h"
#include "verdict/builtin.h"
#include "verdict/check.h"
#include "verdict/scan.h"

/* The built-in rules read anew from their files. */
static struct {
    sst_arena arena;
    sst_arena keep;
    sst_model model;
    sst_ruleset set;
    char names[400][300];
    unsigned count;
} built;

static uint32_t next_number(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32);
}

static void read_rules(const char *path)
{
    sst_rules_fault fault = {0, 0, ""};
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    char *text = malloc(1 << 21);
    assert_non_null(text);
    size_t len = fread(text, 1, 1 << 21, stream);
    fclose(stream);
    snprintf(built.names[built.count++], sizeof built.names[0], "%s", path);
    if (sst_model_read(&built.model, text, len, &fault) != SST_OK)
        fail_msg("%s:%zu: %s", path, fault.line, fault.message);
    free(text);
}

static int only_rules(const struct dirent *entry)
{
    return strstr(entry->d_name, ".rules") != NULL;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int build_rules(void **state)
{
    struct dirent **entries;
    (void)state;
    sst_arena_init(&built.arena, NULL);
    sst_arena_init(&built.keep, NULL);
    assert_int_equal(sst_model_init(&built.model, &built.arena), SST_OK);
    read_rules("data/providers.rules");
    int count = scandir("data/rules", &entries, only_rules, by_name);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[300];
        snprintf(path, sizeof path, "data/rules/%.250s", entries[i]->d_name);
        read_rules(path);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(sst_rules_compile(&built.model, false, &built.keep, &built.set), SST_OK);
    return 0;
}

static int drop_rules(void **state)
{
    (void)state;
    sst_arena_free(&built.keep);
    sst_arena_free(&built.arena);
    return 0;
}

/* src/gen/rules.c is what its sources say. */
static void compiled_rules_are_up_to_date(void **state)
{
    const sst_ruleset *a = &sst_builtin_rules;
    const sst_ruleset *b = &built.set;
    (void)state;
    assert_int_equal(a->rule_count, b->rule_count);
    assert_int_equal(a->automaton.cell_count, b->automaton.cell_count);
    assert_memory_equal(a->automaton.cells, b->automaton.cells,
                        b->automaton.cell_count * sizeof(uint32_t));
    assert_int_equal(a->test_count, b->test_count);
    assert_memory_equal(a->tests, b->tests, b->test_count * sizeof(uint16_t));
    assert_int_equal(a->string_size, b->string_size);
    assert_memory_equal(a->strings, b->strings, b->string_size);
}

static void every_example_comes_out_right(void **state)
{
    const sst_sets sets = {NULL, &built.set};
    const sst_example *examples = built.model.examples.items;
    size_t faults = 0;
    (void)state;
    assert_true(built.model.examples.count > 1000);
    for (size_t i = 0; i < built.model.examples.count; i++) {
        sst_rules_fault fault;
        if (sst_check_example(&sets, &built.set, &examples[i], &fault) != SST_OK) {
            print_message("# %s:%zu: %s\n", built.names[fault.file], fault.line, fault.message);
            faults++;
        }
    }
    assert_int_equal(faults, 0);
}

static sst_evidence evidence_of(const char *text, size_t len, int code)
{
    sst_evidence e;
    memset(&e, 0, sizeof e);
    e.text.ptr = text;
    e.text.len = len;
    e.code = code;
    return e;
}

static bool same_verdict(const sst_verdict *a, const sst_verdict *b, bool with_span)
{
    return a->kind == b->kind && a->reason == b->reason && a->cause == b->cause &&
           a->claimed == b->claimed && a->permanence == b->permanence && a->scope == b->scope &&
           a->actor == b->actor && a->retry == b->retry && a->retry_after == b->retry_after &&
           a->suppress == b->suppress && a->level == b->level && a->rule == b->rule &&
           a->provider.len == b->provider.len &&
           (!with_span || (a->span_start == b->span_start && a->span_end == b->span_end));
}

/* An example's text, and something about it that differs from time to time. */
static sst_span example_text(size_t i)
{
    const sst_example *examples = built.model.examples.items;
    return examples[i % built.model.examples.count].text;
}

/* Changes the case of letters and the form of blanks, as may happen to a reply on its way. */
static size_t disguise(sst_span text, char *to)
{
    static const char *const blanks[] = {" ", "  ", "\t", "\r\n ", " \t ", "\n"};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (ascii_is_space(c)) {
            const char *blank = blanks[next_number() % 6];
            memcpy(to + len, blank, strlen(blank));
            len += strlen(blank);
        } else {
            to[len++] = next_number() & 1 ? ascii_upper(c) : ascii_lower(c);
        }
    }
    return len;
}

static void case_and_blanks_do_not_matter(void **state)
{
    char changed[65536];
    (void)state;
    for (size_t i = 0; i < built.model.examples.count; i++) {
        sst_span text = example_text(i);
        sst_verdict plain;
        sst_verdict other;
        sst_evidence a = evidence_of(text.ptr, text.len, 550);
        sst_verdict_decide(&a, NULL, &plain);
        for (int round = 0; round < 4; round++) {
            sst_evidence b = evidence_of(changed, disguise(text, changed), 550);
            sst_verdict_decide(&b, NULL, &other);
            if (!same_verdict(&plain, &other, false))
                fail_msg("%.*s: %s, but %s", (int)text.len, text.ptr, plain.rule, other.rule);
        }
    }
}

static void spans_are_of_the_phrase(void **state)
{
    (void)state;
    char text[] = "So:  USER \t unknown  here";
    sst_verdict v;
    sst_evidence e = evidence_of(text, strlen(text), 550);
    sst_verdict_decide(&e, NULL, &v);
    assert_int_equal(v.reason, SST_REASON_MAILBOX_UNKNOWN);
    assert_int_equal(v.span_start, 5);
    assert_int_equal(v.span_end, 19);
    for (size_t i = 0; i < built.model.examples.count; i++) {
        sst_span example = example_text(i);
        e = evidence_of(example.ptr, example.len, 550);
        sst_verdict_decide(&e, NULL, &v);
        assert_true(v.span_start <= v.span_end && v.span_end <= example.len);
        assert_true((v.span_end > 0) == (v.span_end > v.span_start));
    }
}

/* A text of several examples, as long as is wanted. */
static size_t join_examples(char *to, size_t room, size_t wanted)
{
    size_t len = 0;
    while (len < wanted) {
        sst_span text = example_text(next_number());
        size_t size = text.len < room - len ? text.len : room - len;
        memcpy(to + len, text.ptr, size);
        len += size;
        if (len < room)
            to[len++] = next_number() % 4 ? ' ' : '-';
        if (len >= room)
            break;
    }
    return len < wanted ? len : wanted;
}

static void a_batch_is_the_same(void **state)
{
    enum { MOST = 23, ROOM = 3000 };
    static char texts[MOST][ROOM];
    sst_evidence evidence[MOST];
    sst_verdict one[MOST];
    sst_verdict all[MOST];
    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t count = next_number() % (MOST + 1);
        for (size_t i = 0; i < count; i++) {
            size_t wanted = next_number() % (round % 3 ? 300 : ROOM);
            wanted = next_number() % 9 ? wanted : 0;
            size_t len = join_examples(texts[i], ROOM, wanted);
            evidence[i] = evidence_of(texts[i], len, next_number() & 1 ? 550 : 450);
            sst_verdict_decide(&evidence[i], NULL, &one[i]);
        }
        sst_verdict_decide_batch(evidence, count, NULL, all);
        for (size_t i = 0; i < count; i++) {
            if (!same_verdict(&one[i], &all[i], true))
                fail_msg("%.*s: %s, but %s", (int)evidence[i].text.len, texts[i], one[i].rule,
                         all[i].rule);
        }
    }
}

/* No reason is looked for in a delivery: what its text, or the host, says of the provider counts as
 * ever, alone and in a batch. */
static void a_delivery_has_its_provider(void **state)
{
    enum { PAIR = 2 };
    static const char *const remotes[] = {"", "mx.example.com", "gmail-smtp-in.l.google.com"};
    (void)state;
    for (size_t i = 0; i < built.model.examples.count; i++) {
        sst_span text = example_text(i);
        sst_evidence e[PAIR] = {evidence_of(text.ptr, text.len, 550),
                                evidence_of(text.ptr, text.len, 250)};
        sst_verdict v[PAIR];
        sst_verdict alone;
        e[0].remote = e[1].remote = span_of(remotes[i % 3]);
        sst_verdict_decide_batch(e, PAIR, NULL, v);
        sst_verdict_decide(&e[1], NULL, &alone);
        assert_int_equal(v[1].kind, SST_KIND_ACCEPTED);
        assert_int_equal(v[1].reason, 0);
        assert_int_equal(v[0].provider.len, v[1].provider.len);
        assert_int_equal(v[0].provider.len, alone.provider.len);
        assert_ptr_equal(v[0].provider.ptr, v[1].provider.ptr);
        assert_ptr_equal(v[0].provider.ptr, alone.provider.ptr);
        assert_true(i % 3 != 2 || v[1].provider.len > 0);
    }
}

static void the_first_match_decides(void **state)
{
    static sst_match matches[2000];
    char text[5000];
    (void)state;
    for (int round = 0; round < 500; round++) {
        sst_verdict v;
        size_t len = join_examples(text, sizeof text, next_number() % (round % 5 ? 300 : 5000));
        sst_evidence e = evidence_of(text, len, 550);
        e.enhanced.status_class = 5;
        e.enhanced.subject = (uint16_t)(next_number() % 8);
        e.enhanced.detail = (uint16_t)(next_number() % 30);
        sst_verdict_decide(&e, NULL, &v);
        size_t count = sst_verdict_matches(&e, NULL, matches, 2000);
        assert_true(count < 2000);
        if (count == 0) {
            assert_null(v.rule);
        } else if (matches[0].reason != SST_REASON_EXPIRED) {
            assert_ptr_equal(v.rule, matches[0].rule);
            assert_int_equal(v.span_start, matches[0].span_start);
            assert_int_equal(v.span_end, matches[0].span_end);
        }
        assert_int_equal(sst_verdict_matches(&e, NULL, matches, 1), count);
    }
}

/* A copy that lies right behind memory which must not be touched. */
static char *guard_start(const char *bytes, size_t len)
{
    static char *start;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (!start) {
        char *memory = mmap(NULL, page + GUARD_SIZE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(memory != MAP_FAILED && mprotect(memory, page, PROT_NONE) == 0);
        start = memory + page;
    }
    memcpy(start, bytes, len);
    return start;
}

static void nothing_about_a_text_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < built.model.examples.count; i++) {
        sst_span text = example_text(i);
        size_t len = text.len - (text.len ? next_number() % text.len % 40 : 0);
        sst_verdict v[3];
        sst_evidence e = evidence_of(text.ptr, len, 550);
        e.remote = e.text;
        e.provider.len = 0;
        e.recipient = e.text;
        sst_verdict_decide(&e, NULL, &v[0]);
        e.text.ptr = guard_end(0, text.ptr, len);
        e.remote.ptr = guard_end(1, text.ptr, len);
        e.recipient.ptr = e.remote.ptr;
        sst_verdict_decide(&e, NULL, &v[1]);
        e.text.ptr = guard_start(text.ptr, len);
        sst_verdict_decide(&e, NULL, &v[2]);
        assert_true(same_verdict(&v[0], &v[1], true) && same_verdict(&v[0], &v[2], true));
    }
}

static void only_so_much_is_looked_at(void **state)
{
    size_t size = 2 * SST_MAX_VERDICT_TEXT;
    char *text = malloc(size);
    sst_verdict v;
    (void)state;
    assert_non_null(text);
    memset(text, '.', size);
    sst_evidence e = evidence_of(text, size, 550);
    memcpy(text + SST_MAX_VERDICT_TEXT - 12, "user unknown", 12);
    sst_verdict_decide(&e, NULL, &v);
    assert_int_equal(v.reason, SST_REASON_MAILBOX_UNKNOWN);
    assert_int_equal(v.span_end, SST_MAX_VERDICT_TEXT);
    memset(text, '.', size);
    memcpy(text + SST_MAX_VERDICT_TEXT - 11, "user unknown", 12);
    sst_verdict_decide(&e, NULL, &v);
    assert_int_equal(v.reason, SST_REASON_UNKNOWN);
    free(text);
}

static void a_users_rules_go_before(void **state)
{
    static const char text[] =
        "provider acme\nname \"Acme\"\nmx .acme.example\nmark \"acme-gate\"\n"
        "for acme\nrule own/full\nreason mailbox-full\ntext \"no room\"\n"
        "for google\nrule own/google\nreason tls\ntext \"no room\"\n"
        "for any\nrule own/code\nreason malware\ncode 550\n";
    static const struct {
        const char *text;
        const char *host;
        int code;
        const char *rule;
        const char *provider;
    } cases[] = {
        {"no room", "mx1.acme.example", 452, "own/full", "acme"},
        {"no room (acme-gate)", "", 452, "own/full", "acme"},
        {"no room", "aspmx.l.google.com", 452, "own/google", "google"},
        {"no room", "", 550, "own/code", ""},
        {"User unknown", "", 550, "own/code", ""},
    };
    sst_rules *rules = NULL;
    (void)state;
    assert_int_equal(sst_rules_load(text, sizeof text - 1, NULL, NULL, &rules, NULL), SST_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sst_verdict v[4];
        sst_evidence e[4];
        e[0] = evidence_of(cases[i].text, strlen(cases[i].text), cases[i].code);
        e[0].remote = span_of(cases[i].host);
        e[3] = e[2] = e[1] = e[0];
        sst_verdict_decide(&e[0], rules, &v[0]);
        assert_string_equal(v[0].rule, cases[i].rule);
        assert_int_equal(v[0].level, SST_LEVEL_USER);
        assert_true(span_is(v[0].provider, cases[i].provider, false) || !v[0].provider.len);
        sst_verdict_decide_batch(e, 4, rules, v);
        assert_string_equal(v[3].rule, cases[i].rule);
    }
    sst_evidence e = evidence_of("User unknown", 12, 551);
    sst_verdict v;
    sst_verdict_decide(&e, rules, &v);
    assert_int_equal(v.reason, SST_REASON_MAILBOX_UNKNOWN);
    assert_int_equal(v.level, SST_LEVEL_PHRASE);
    sst_rules_free(rules);
}

static void providers_can_be_listed(void **state)
{
    sst_provider_info info;
    sst_provider_info again;
    (void)state;
    assert_true(sst_provider_count() >= 30);
    for (size_t i = 0; i < sst_provider_count(); i++) {
        assert_true(sst_provider_at(i, &info));
        assert_true(info.id[0] && info.name[0] && info.short_name[0] && info.kind[0]);
        assert_true(sst_provider_find(info.id, strlen(info.id), &again));
        assert_ptr_equal(info.id, again.id);
    }
    assert_false(sst_provider_at(sst_provider_count(), &info));
    assert_false(sst_provider_find("nobody", 6, &info));
    assert_false(sst_provider_find("", 0, &info));
    assert_true(sst_rules_count(NULL) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiled_rules_are_up_to_date),
        cmocka_unit_test(every_example_comes_out_right),
        cmocka_unit_test(case_and_blanks_do_not_matter),
        cmocka_unit_test(spans_are_of_the_phrase),
        cmocka_unit_test(a_batch_is_the_same),
        cmocka_unit_test(a_delivery_has_its_provider),
        cmocka_unit_test(the_first_match_decides),
        cmocka_unit_test(nothing_about_a_text_is_read),
        cmocka_unit_test(only_so_much_is_looked_at),
        cmocka_unit_test(a_users_rules_go_before),
        cmocka_unit_test(providers_can_be_listed),
    };
    return cmocka_run_group_tests_name("verdict", tests, build_rules, drop_rules);
}
