/*
 * Runs the examples of rule files: replies as people paste them. What neither the reply says nor
 * the example, but its rule asks for, is supposed: the first provider of the rule, and for a reply
 * that must match also its first command and local error.
 */
#include "verdict/check.h"

#include <string.h>

#include <smtpstatus/reply.h>

#include "base/ascii.h"
#include "rules/load.h"
#include "verdict/axes.h"
#include "verdict/builtin.h"

static const uint16_t *find_test(const sst_ruleset *set, size_t rule, unsigned op)
{
    const uint16_t *test = set->tests + set->rules[rule].tests;
    while (*test != SST_TEST_END && *test != op)
        test += test[1] + 2;
    return *test == op ? test : NULL;
}

/* What is told with the example; else what the rule asks for and the reply is silent about. */
static void suppose(const sst_ruleset *set, const sst_example *example, sst_evidence *evidence)
{
    bool must_match = example->kind == SST_EXAMPLE_MATCH;
    const uint16_t *provider = find_test(set, example->rule, SST_TEST_PROVIDER);
    const uint16_t *command = find_test(set, example->rule, SST_TEST_COMMAND);
    const uint16_t *local = find_test(set, example->rule, SST_TEST_LOCAL);
    if (example->provider)
        evidence->provider = span_of(set->strings + example->provider);
    else if (provider)
        evidence->provider = span_of(set->strings + set->providers[provider[2]].id);
    if (example->command)
        evidence->command = (sst_command)example->command;
    else if (command && must_match && evidence->command == SST_COMMAND_NONE)
        evidence->command = (sst_command)command[2];
    if (example->local)
        evidence->local_error = (sst_local_error)example->local;
    else if (local && must_match)
        evidence->local_error = (sst_local_error)local[2];
}

static sst_evidence read_example(const sst_example *example, char *buffer)
{
    sst_evidence evidence;
    sst_reply reply;
    memset(&evidence, 0, sizeof evidence);
    sst_reply_read(example->text.ptr, example->text.len, &reply);
    size_t len = sst_reply_text(&reply, buffer, SST_MAX_EXAMPLE);
    evidence.text.ptr = buffer;
    evidence.text.len = len < SST_MAX_EXAMPLE ? len : SST_MAX_EXAMPLE;
    evidence.code = reply.code;
    evidence.enhanced = reply.enhanced;
    evidence.command = reply.command;
    evidence.remote = reply.remote;
    return evidence;
}

/* Joins words into the fault's message, as many as there is room for. Returns SST_E_RULES. */
static int describe(sst_rules_fault *fault, const sst_example *example, const char *const *words)
{
    size_t used = 0;
    fault->file = example->file;
    fault->line = example->line;
    for (; *words; words++) {
        size_t len = strlen(*words);
        size_t room = sizeof fault->message - 1 - used;
        len = len < room ? len : room;
        memcpy(fault->message + used, *words, len);
        used += len;
    }
    fault->message[used] = '\0';
    return SST_E_RULES;
}

static int check_time(const sst_sets *sets, const sst_example *example, sst_rules_fault *fault)
{
    sst_evidence evidence;
    sst_verdict verdict;
    memset(&evidence, 0, sizeof evidence);
    evidence.text = example->text;
    sst_decide(sets, &evidence, &verdict);
    if (verdict.retry_after == example->seconds)
        return SST_OK;
    const char *const words[] = {
        verdict.retry_after < 0 ? "no time was found" : "another time was found", NULL};
    return describe(fault, example, words);
}

int sst_check_example(const sst_sets *sets, const sst_ruleset *set, const sst_example *example,
                      sst_rules_fault *fault)
{
    char buffer[SST_MAX_EXAMPLE];
    sst_verdict verdict;
    if (example->kind == SST_EXAMPLE_TIME)
        return check_time(sets, example, fault);
    const sst_ruleset_rule *rule = &set->rules[example->rule];
    const char *id = set->strings + rule->id;
    sst_evidence evidence = read_example(example, buffer);
    suppose(set, example, &evidence);
    bool matches = sst_rule_matches(sets, &evidence, set, example->rule);
    if (example->kind == SST_EXAMPLE_MISS) {
        const char *const words[] = {id, " matches what it must miss", NULL};
        return matches ? describe(fault, example, words) : SST_OK;
    }
    if (!matches) {
        const char *const words[] = {id, " misses what it must match", NULL};
        return describe(fault, example, words);
    }
    sst_decide(sets, &evidence, &verdict);
    if (!sst_kind_has_reason(verdict.kind) || (unsigned)verdict.reason == rule->reason)
        return SST_OK;
    const char *const words[] = {
        id,   " matches, but another rule decides: ", verdict.rule ? verdict.rule : "none",
        " (", sst_reason_id(verdict.reason),          ")",
        NULL};
    return describe(fault, example, words);
}

size_t sst_rules_example_count(const sst_rules *rules)
{
    return rules ? rules->example_count : 0;
}

int sst_rules_check(const sst_rules *rules, size_t position, sst_rules_fault *fault)
{
    sst_rules_fault unwanted;
    if (position >= sst_rules_example_count(rules))
        return SST_E_INVALID;
    sst_sets sets = {&rules->set, &sst_builtin_rules};
    return sst_check_example(&sets, &rules->set, &rules->examples[position],
                             fault ? fault : &unwanted);
}

bool sst_rules_example_rule(const sst_rules *rules, size_t position, size_t *rule)
{
    if (!rules || position >= rules->example_count ||
        rules->examples[position].kind == SST_EXAMPLE_TIME)
        return false;
    *rule = rules->examples[position].rule;
    return true;
}
