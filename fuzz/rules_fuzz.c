/*
 * Rule files of arbitrary bytes: they are read or refused, whatever memory there is; what was read
 * is run over its own text and its own examples.
 *
 * The input: one byte, how many allocations succeed (0: all of them), then the file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/verdict.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Allocations that are left, and blocks that are out. */
typedef struct memory {
    size_t left;
    size_t live;
} memory;

static void *resize(void *context, void *block, size_t size)
{
    memory *m = context;
    if (size == 0) {
        m->live -= block != NULL;
        free(block);
        return NULL;
    }
    if (m->left == 0)
        return NULL;
    m->left--;
    m->live += block == NULL;
    return realloc(block, size);
}

static void check_list(const sst_rules *rules)
{
    sst_rule_info info;
    size_t count = sst_rules_count(rules);
    for (size_t i = 0; i < count; i++) {
        must(sst_rules_at(rules, i, &info));
        must(strlen(info.id) > 2 && strchr(info.id, '/') != NULL);
        must(info.reason < SST_REASON_COUNT && info.level == SST_LEVEL_USER);
    }
    must(!sst_rules_at(rules, count, &info));
}

static void use(const sst_rules *rules, const char *text, size_t len)
{
    sst_rules_fault fault;
    sst_evidence e;
    sst_verdict one;
    sst_verdict all[5];
    sst_evidence batch[5];
    memset(&e, 0, sizeof e);
    e.text.ptr = text;
    e.text.len = len;
    e.code = 550;
    sst_verdict_decide(&e, rules, &one);
    must(one.span_end <= len);
    for (size_t i = 0; i < 5; i++)
        batch[i] = e;
    sst_verdict_decide_batch(batch, 5, rules, all);
    must(all[4].rule == one.rule && all[4].span_end == one.span_end);
    must(sst_verdict_matches(&e, rules, NULL, 0) > 0 || one.level == SST_LEVEL_NONE);
    for (size_t i = 0; i < sst_rules_example_count(rules) && i < 100; i++) {
        int error = sst_rules_check(rules, i, &fault);
        must(error == SST_OK || (error == SST_E_RULES && fault.line > 0));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memory m = {SIZE_MAX, 0};
    const sst_allocator allocator = {resize, &m};
    sst_rules_fault fault;
    sst_rules *rules = NULL;
    sst_rules *more = NULL;
    if (size < 1 || size > 1 << 16)
        return 0;
    const char *text = (const char *)data + 1;
    size_t len = size - 1;
    if (data[0])
        m.left = data[0];
    int error = sst_rules_load(text, len, NULL, &allocator, &rules, &fault);
    must((error == SST_OK) == (rules != NULL));
    must(error != SST_E_RULES || (fault.line > 0 && fault.message[0]));
    if (error == SST_OK) {
        check_list(rules);
        use(rules, text, len);
        /* The same again on top has every identifier twice. */
        error = sst_rules_load(text, len, rules, &allocator, &more, &fault);
        must(error != SST_OK || sst_rules_count(rules) == 0);
        sst_rules_free(more);
    }
    sst_rules_free(rules);
    must(m.live == 0);
    return 0;
}
