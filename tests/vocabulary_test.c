/*
 * Verdicts as the vocabulary wants them: the rules that hold over all reasons, and cases in a file.
 */
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
#include "verdict/axes.h"

/* The rules that hold over the table, whatever the reason, the claim, the kind and the rule say. */
static void check_axes(const sst_verdict *v, sst_permanence column)
{
    if (v->reason == SST_REASON_EXPIRED) {
        assert_int_equal(v->permanence, column);
        return;
    }
    if (v->claimed == SST_PERMANENCE_TRANSIENT)
        assert_int_equal(v->permanence, SST_PERMANENCE_TRANSIENT);
    if (v->claimed == SST_PERMANENCE_PERMANENT)
        assert_int_equal(v->permanence, column == SST_PERMANENCE_TRANSIENT
                                            ? SST_PERMANENCE_TRANSIENT
                                            : SST_PERMANENCE_PERMANENT);
    if (v->claimed == SST_PERMANENCE_UNKNOWN)
        assert_int_equal(v->permanence,
                         column == SST_PERMANENCE_CLAIMED || v->kind == SST_KIND_IN_DOUBT
                             ? SST_PERMANENCE_UNKNOWN
                             : column);
    if (v->permanence == SST_PERMANENCE_TRANSIENT) {
        assert_int_not_equal(v->retry, SST_RETRY_NO);
        assert_int_not_equal(v->suppress, SST_SUPPRESS_YES);
    }
}

static void axes_follow_the_vocabulary(void **state)
{
    static const sst_kind kinds[] = {SST_KIND_NONE, SST_KIND_FAILED, SST_KIND_DELAYED,
                                     SST_KIND_IN_DOUBT};
    (void)state;
    for (int reason = 0; reason < SST_REASON_COUNT; reason++) {
        sst_reason_defaults row = sst_reason_get_defaults((sst_reason)reason);
        for (int claimed = 0; claimed <= SST_PERMANENCE_PERMANENT; claimed++) {
            for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
                sst_verdict v = {0};
                v.reason = (sst_reason)reason;
                v.claimed = (sst_permanence)claimed;
                v.kind = kinds[k];
                sst_fill_axes(&v, NULL);
                check_axes(&v, row.permanence);
                assert_int_equal(v.scope, row.scope);
                assert_int_equal(v.actor, row.actor);
                assert_true(v.retry <= SST_RETRY_AFTER_FIX);
            }
        }
    }
}

static void a_rule_may_differ_from_its_reason(void **state)
{
    sst_ruleset_rule rule;
    sst_verdict v = {0};
    (void)state;
    memset(&rule, SST_DEFAULT_OF_REASON, sizeof rule);
    rule.reason = SST_REASON_POLICY;
    rule.permanence = SST_PERMANENCE_TRANSIENT;
    rule.retry = SST_RETRY_NO;
    rule.suppress = SST_SUPPRESS_YES;
    rule.actor = SST_ACTOR_RECIPIENT;
    v.reason = SST_REASON_POLICY;
    v.claimed = SST_PERMANENCE_PERMANENT;
    sst_fill_axes(&v, &rule);
    assert_int_equal(v.permanence, SST_PERMANENCE_TRANSIENT);
    assert_int_equal(v.actor, SST_ACTOR_RECIPIENT);
    assert_int_equal(v.scope, SST_SCOPE_SENDER);
    assert_int_equal(v.retry, SST_RETRY_LATER);
    assert_int_equal(v.suppress, SST_SUPPRESS_AFTER_REPEATS);
    /* A rule that gave the cause has no say in what `expired` means. */
    v.reason = SST_REASON_EXPIRED;
    sst_fill_axes(&v, &rule);
    assert_int_equal(v.permanence, SST_PERMANENCE_PERMANENT);
    assert_int_equal(v.actor, SST_ACTOR_RECIPIENT_ADMIN);
}

/* One block of a file of cases. */
typedef struct test_case {
    unsigned line;
    sst_evidence evidence;
    char told[8][2000];
    unsigned told_count;
    char expected[20][300];
    unsigned expected_count;
} test_case;

static sst_span keep_value(test_case *c, const char *value)
{
    assert_true(c->told_count < 8 && strlen(value) < sizeof c->told[0]);
    strcpy(c->told[c->told_count], value);
    return span_of(c->told[c->told_count++]);
}

static sst_local_error local_of(const char *id)
{
    for (int i = 0; i <= SST_LOCAL_ERROR_LOCAL; i++) {
        if (strcmp(sst_local_error_id((sst_local_error)i), id) == 0)
            return (sst_local_error)i;
    }
    fail_msg("%s is no local error", id);
    return SST_LOCAL_ERROR_NONE;
}

static void tell(test_case *c, const char *key, const char *value)
{
    sst_evidence *e = &c->evidence;
    bool good = true;
    if (strcmp(key, "code") == 0)
        e->code = (int)strtol(value, NULL, 10);
    else if (strcmp(key, "enhanced") == 0)
        good = sst_enhanced_parse(value, strlen(value), &e->enhanced) > 0;
    else if (strcmp(key, "text") == 0)
        e->text = keep_value(c, value);
    else if (strcmp(key, "host") == 0)
        e->remote = keep_value(c, value);
    else if (strcmp(key, "provider") == 0)
        e->provider = keep_value(c, value);
    else if (strcmp(key, "recipient") == 0)
        e->recipient = keep_value(c, value);
    else if (strcmp(key, "command") == 0)
        good = sst_command_parse(value, strlen(value), &e->command);
    else if (strcmp(key, "kind") == 0)
        good = sst_kind_parse(value, strlen(value), &e->kind);
    else if (strcmp(key, "local") == 0)
        e->local_error = local_of(value);
    else if (strcmp(key, "gave_up") == 0)
        e->gave_up = true;
    else
        good = false;
    if (!good)
        fail_msg("line %u: %s %s", c->line, key, value);
}

static void value_of(const test_case *c, const sst_verdict *v, const char *key, char *to, size_t n)
{
    const struct {
        const char *key;
        const char *value;
    } ids[] = {
        {"kind", sst_kind_id(v->kind)},
        {"reason", sst_reason_id(v->reason)},
        {"cause", sst_reason_id(v->cause)},
        {"claimed", sst_permanence_id(v->claimed)},
        {"permanence", sst_permanence_id(v->permanence)},
        {"scope", sst_scope_id(v->scope)},
        {"actor", sst_actor_id(v->actor)},
        {"retry", sst_retry_id(v->retry)},
        {"suppress", sst_suppress_id(v->suppress)},
        {"level", sst_level_id(v->level)},
    };
    snprintf(to, n, "(no such key)");
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (strcmp(ids[i].key, key) == 0)
            snprintf(to, n, "%s", ids[i].value);
    }
    if (strcmp(key, "retry_after") == 0)
        snprintf(to, n, "%d", (int)v->retry_after);
    if (strcmp(key, "provider") == 0)
        snprintf(to, n, "%.*s", (int)v->provider.len, v->provider.len ? v->provider.ptr : "");
    if (strcmp(key, "span") == 0)
        snprintf(to, n, "%.*s", (int)(v->span_end - v->span_start),
                 v->span_end ? c->evidence.text.ptr + v->span_start : "");
}

static unsigned run_case(const test_case *c)
{
    sst_verdict v;
    unsigned faults = 0;
    sst_verdict_decide(&c->evidence, NULL, &v);
    for (unsigned i = 0; i < c->expected_count; i++) {
        char key[40] = "";
        char got[300];
        int taken = 0;
        sscanf(c->expected[i], "%39s %n", key, &taken);
        value_of(c, &v, key, got, sizeof got);
        if (strcmp(got, c->expected[i] + taken) != 0) {
            print_message("# line %u: %s expected, got %s by %s\n", c->line, c->expected[i], got,
                          v.rule ? v.rule : "no rule");
            faults++;
        }
    }
    return faults;
}

static void take_line(test_case *c, char *line)
{
    char *value = line + strcspn(line, " ");
    if (*line == '=') {
        assert_true(c->expected_count < 20);
        snprintf(c->expected[c->expected_count++], sizeof c->expected[0], "%s", value + 1);
        return;
    }
    if (*value)
        *value++ = '\0';
    tell(c, line, value);
}

static void cases_of_the_vocabulary(void **state)
{
    char line[2100];
    test_case c = {0};
    unsigned faults = 0;
    unsigned count = 0;
    unsigned number = 0;
    FILE *stream = fopen("tests/cases/verdict/vocabulary.cases", "r");
    (void)state;
    assert_non_null(stream);
    for (bool more = true; more;) {
        more = fgets(line, sizeof line, stream) != NULL;
        number++;
        line[more ? strcspn(line, "\n") : 0] = '\0';
        if (line[0] == '#')
            continue;
        if (line[0] == '\0') {
            count += c.expected_count > 0;
            faults += run_case(&c);
            memset(&c, 0, sizeof c);
            c.line = number + 1;
        } else {
            take_line(&c, line);
        }
    }
    fclose(stream);
    assert_true(count > 50);
    assert_int_equal(faults, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_follow_the_vocabulary),
        cmocka_unit_test(a_rule_may_differ_from_its_reason),
        cmocka_unit_test(cases_of_the_vocabulary),
    };
    return cmocka_run_group_tests_name("vocabulary", tests, NULL, NULL);
}
