/*
 * Compiles rules: the order of precedence, the phrase that each rule hangs on, the tables by which
 * rules without phrases and providers are found, and the automaton.
 */
#include "rules/compile.h"

#include <string.h>

#include "base/ascii.h"
#include "rules/automaton.h"

typedef struct compiler {
    sst_model *model;
    sst_arena *keep;
    sst_arena arena;
    sst_ruleset *set;
    bool user;
    uint32_t *order;     /* of the rules: position to number in the model */
    sst_output *outputs; /* by phrase */
    sst_vec tests;       /* uint16_t */
} compiler;

/* The level that a rule has by what it asks for. */
static sst_level level_of(const sst_model_rule *rule)
{
    uint32_t given = rule->given;
    bool words = (given & SST_GIVEN_TEXT) != 0;
    bool subcode = (given & SST_GIVEN_SUBCODE) != 0;
    if (given & SST_GIVEN_PROVIDER)
        return words && !subcode ? SST_LEVEL_PROVIDER_TEXT : SST_LEVEL_PROVIDER_CODE;
    if (words || subcode)
        return SST_LEVEL_PHRASE;
    return given & SST_GIVEN_ENHANCED ? SST_LEVEL_ENHANCED : SST_LEVEL_BASIC;
}

/* The place of a reason among reasons: as listed, unknown last. */
static unsigned rank_of(unsigned reason)
{
    return reason == SST_REASON_UNKNOWN ? SST_REASON_COUNT : reason;
}

/* Whether rule a goes before rule b. */
static bool goes_before(const compiler *c, uint32_t a, uint32_t b)
{
    const sst_model_rule *rules = c->model->rules.items;
    const sst_model_rule *x = &rules[a];
    const sst_model_rule *y = &rules[b];
    sst_level level_x = level_of(x);
    sst_level level_y = level_of(y);
    unsigned rank_x = rank_of(x->compiled.reason);
    unsigned rank_y = rank_of(y->compiled.reason);
    if (c->user && x->file != y->file)
        return x->file > y->file;
    if (level_x != level_y)
        return level_x > level_y;
    /* The same words mean something else in answer to MAIL: who says so knows more. */
    if ((x->given ^ y->given) & SST_GIVEN_COMMAND)
        return x->given & SST_GIVEN_COMMAND;
    if (rank_x != rank_y)
        return rank_x < rank_y;
    return a < b;
}

/* Merge sort: stable or not does not matter, the order is total. */
static void sort_rules(const compiler *c, uint32_t *items, uint32_t *spare, size_t count)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    sort_rules(c, items, spare, half);
    sort_rules(c, items + half, spare, count - half);
    memcpy(spare, items, half * sizeof *items);
    size_t left = 0;
    size_t right = half;
    for (size_t i = 0; left < half; i++) {
        if (right < count && goes_before(c, items[right], spare[left]))
            items[i] = items[right++];
        else
            items[i] = spare[left++];
    }
}

static sst_ruleset_rule *make_rules(compiler *c)
{
    size_t count = c->model->rules.count;
    sst_model_rule *rules = c->model->rules.items;
    uint32_t *spare = sst_arena_take(&c->arena, count, sizeof *spare);
    uint32_t *position = sst_arena_take(&c->arena, count, sizeof *position);
    sst_ruleset_rule *out = sst_arena_take(c->keep, count, sizeof *out);
    c->order = sst_arena_take(&c->arena, count, sizeof *c->order);
    if (!spare || !position || !out || !c->order)
        return NULL;
    for (size_t i = 0; i < count; i++)
        c->order[i] = (uint32_t)i;
    sort_rules(c, c->order, spare, count);
    c->set->first_below_phrase = c->user ? 0 : (uint32_t)count;
    for (size_t i = count; i-- > 0;) {
        sst_model_rule *rule = &rules[c->order[i]];
        sst_level level = level_of(rule);
        position[c->order[i]] = (uint32_t)i;
        out[i] = rule->compiled;
        out[i].level = (uint8_t)(c->user ? SST_LEVEL_USER : level);
        if (!c->user && level < SST_LEVEL_PHRASE)
            c->set->first_below_phrase = (uint32_t)i;
    }
    sst_example *examples = c->model->examples.items;
    for (size_t i = 0; i < c->model->examples.count; i++) {
        if (examples[i].kind != SST_EXAMPLE_TIME)
            examples[i].rule = position[examples[i].rule];
    }
    c->set->rules = out;
    c->set->rule_count = (uint32_t)count;
    return out;
}

/*
 * The list of phrases that a rule hangs on: of those of which one must be there, the one whose
 * shortest phrase is the longest, as the rarest. NULL for a rule without words.
 */
static const uint16_t *key_list(const compiler *c, const sst_model_rule *rule)
{
    const sst_model_phrase *phrases = c->model->phrases.items;
    const uint16_t *test = (const uint16_t *)c->model->tests.items + rule->tests;
    const uint16_t *best = NULL;
    unsigned best_length = 0;
    for (; *test != SST_TEST_END; test += test[1] + 2) {
        if (*test != SST_TEST_ANY)
            continue;
        unsigned shortest = SST_MAX_PHRASE;
        for (size_t i = 0; i < test[1]; i++) {
            unsigned length = phrases[test[2 + i]].length;
            shortest = length < shortest ? length : shortest;
        }
        if (shortest > best_length) {
            best = test;
            best_length = shortest;
        }
    }
    return best;
}

static const sst_model_rule *rule_at(const compiler *c, size_t position)
{
    return (const sst_model_rule *)c->model->rules.items + c->order[position];
}

static bool make_phrase_rules(compiler *c, sst_ruleset_phrase *out, sst_vec *key_rules)
{
    size_t count = c->model->phrases.count;
    uint32_t *size = sst_arena_take(&c->arena, count + 1, sizeof *size);
    if (!size)
        return false;
    for (size_t i = 0; i < c->set->rule_count; i++) {
        const uint16_t *key = key_list(c, rule_at(c, i));
        for (size_t k = 0; key && k < key[1]; k++)
            size[key[2 + k]]++;
    }
    uint32_t total = 0;
    for (size_t i = 0; i <= count; i++) {
        out[i].rules = total;
        total += i < count ? size[i] : 0;
    }
    uint16_t *rules = sst_vec_add(&c->arena, key_rules, total, sizeof *rules);
    if (!rules)
        return false;
    memset(size, 0, count * sizeof *size);
    for (size_t i = 0; i < c->set->rule_count; i++) {
        const uint16_t *key = key_list(c, rule_at(c, i));
        for (size_t k = 0; key && k < key[1]; k++)
            rules[out[key[2 + k]].rules + size[key[2 + k]]++] = (uint16_t)i;
    }
    return true;
}

static bool make_phrases(compiler *c, sst_vec *key_rules)
{
    size_t count = c->model->phrases.count;
    const sst_model_phrase *phrases = c->model->phrases.items;
    sst_ruleset_phrase *out = sst_arena_take(c->keep, count + 1, sizeof *out);
    if (!out)
        return false;
    for (size_t i = 0; i < count; i++) {
        out[i].length = phrases[i].length;
        out[i].mark = phrases[i].mark;
    }
    c->set->phrases = out;
    c->set->phrase_count = (uint32_t)count;
    return make_phrase_rules(c, out, key_rules);
}

/* What the scan is told about each phrase. */
static bool make_outputs(compiler *c, const sst_vec *key_rules)
{
    const sst_model_phrase *phrases = c->model->phrases.items;
    const sst_ruleset_phrase *compiled = c->set->phrases;
    c->outputs = sst_arena_take(&c->arena, c->set->phrase_count, sizeof *c->outputs);
    for (size_t i = 0; c->outputs && i < c->set->phrase_count; i++) {
        sst_output *out = &c->outputs[i];
        out->what = (uint32_t)i | phrases[i].wait;
        out->what |= phrases[i].ends_word ? SST_OUT_ENDS_WORD : 0;
        out->what |= phrases[i].is_word ? SST_OUT_IS_WORD : 0;
        out->what |= phrases[i].mark != SST_NO_PROVIDER ? SST_OUT_MARK : 0;
        if (compiled[i].rules < compiled[i + 1].rules) {
            out->what |= SST_OUT_KEY;
            out->first_rule = ((const uint16_t *)key_rules->items)[compiled[i].rules];
        }
    }
    return c->outputs != NULL;
}

/* Copies one test of a rule. */
static bool add_test(compiler *c, const uint16_t *test)
{
    size_t size = *test == SST_TEST_END ? 1 : test[1] + 2u;
    uint16_t *to = sst_vec_add(&c->arena, &c->tests, size, sizeof *to);
    if (to)
        memcpy(to, test, size * sizeof *to);
    return to != NULL;
}

/* The tests of all rules in their order, in each rule first that of the list it hangs on: where one
 * of these was met, that test is known to hold. */
static bool make_tests(compiler *c, sst_ruleset_rule *rules)
{
    for (size_t i = 0; i < c->set->rule_count; i++) {
        const uint16_t *key = key_list(c, rule_at(c, i));
        const uint16_t *test = (const uint16_t *)c->model->tests.items + rule_at(c, i)->tests;
        rules[i].tests = (uint32_t)c->tests.count;
        if (key && !add_test(c, key))
            return false;
        for (; *test != SST_TEST_END; test += test[1] + 2) {
            if (test != key && !add_test(c, test))
                return false;
        }
        if (!add_test(c, test))
            return false;
    }
    return true;
}

/* A rule without words, under one of the keys by which it is found. */
typedef struct keyed {
    uint32_t key;
    uint16_t rule;
    uint32_t next; /* with the same key: number + 1 */
} keyed;

static const uint16_t *find_test(const compiler *c, const sst_model_rule *rule, unsigned op)
{
    const uint16_t *test = (const uint16_t *)c->model->tests.items + rule->tests;
    while (*test != SST_TEST_END && *test != op)
        test += test[1] + 2;
    return *test == op ? test : NULL;
}

static bool add_keyed(compiler *c, sst_vec *all, uint32_t key, size_t rule)
{
    keyed *added = sst_vec_add(&c->arena, all, 1, sizeof *added);
    if (!added)
        return false;
    added->key = key;
    added->rule = (uint16_t)rule;
    return true;
}

/* The keys of one rule for one provider: its enhanced codes, else its codes, else its local
 * errors; and where it has none of these, the one key under which rules are always looked at. */
static bool add_keys(compiler *c, sst_vec *all, size_t position, unsigned provider)
{
    const sst_model_rule *rule = rule_at(c, position);
    const uint16_t *enhanced = find_test(c, rule, SST_TEST_ENHANCED);
    const uint16_t *code = find_test(c, rule, SST_TEST_CODE);
    const uint16_t *local = find_test(c, rule, SST_TEST_LOCAL);
    const uint16_t *test = enhanced ? enhanced : code ? code : local;
    unsigned kind = enhanced ? SST_KEY_ENHANCED : code ? SST_KEY_CODE : SST_KEY_LOCAL;
    if (!test)
        return add_keyed(c, all, SST_KEY(provider, SST_KEY_ALWAYS, 0), position);
    bool good = true;
    for (size_t i = 0; good && i < test[1]; i += enhanced ? 4 : 1) {
        const uint16_t *v = test + 2 + i;
        if (!enhanced)
            good = add_keyed(c, all, SST_KEY(provider, kind, v[0]), position);
        for (unsigned detail = v[2]; enhanced && good && detail <= v[3]; detail++) {
            uint32_t value = SST_KEY_OF_ENHANCED(v[1], detail);
            good = add_keyed(c, all, SST_KEY(provider, kind, value), position);
        }
    }
    return good;
}

static bool collect_keys(compiler *c, sst_vec *all)
{
    for (size_t i = 0; i < c->set->rule_count; i++) {
        const sst_model_rule *rule = rule_at(c, i);
        if (key_list(c, rule))
            continue;
        const uint16_t *providers = find_test(c, rule, SST_TEST_PROVIDER);
        size_t count = providers ? providers[1] : 1;
        for (size_t k = 0; k < count; k++) {
            unsigned provider = providers ? providers[2 + k] : SST_NO_PROVIDER;
            if (!add_keys(c, all, i, provider))
                return false;
        }
    }
    return true;
}

/* The size of a hash table for a number of entries: a power of two, at most half full. */
static uint32_t table_size(size_t entries)
{
    uint32_t size = 16;
    while (size < entries * 2)
        size *= 2;
    return size;
}

static sst_ruleset_key *key_slot(sst_ruleset_key *table, uint32_t mask, uint32_t key)
{
    uint32_t i = SST_KEY_HASH(key) & mask;
    while (table[i].key && table[i].key != key)
        i = (i + 1) & mask;
    return &table[i];
}

static bool make_keys(compiler *c, sst_vec *key_rules)
{
    sst_vec all = {0};
    if (!collect_keys(c, &all))
        return false;
    keyed *entries = all.items;
    uint32_t size = table_size(all.count);
    sst_ruleset_key *table = sst_arena_take(c->keep, size, sizeof *table);
    if (!table)
        return false;
    /* First the table's `rules` head a list of entries, the last rule first; then each list is
     * written out, so that it ends up in order. */
    for (size_t i = all.count; i-- > 0;) {
        sst_ruleset_key *slot = key_slot(table, size - 1, entries[i].key);
        slot->key = entries[i].key;
        entries[i].next = slot->rules;
        slot->rules = (uint32_t)i + 1;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (!table[i].key)
            continue;
        uint32_t at = table[i].rules;
        table[i].rules = (uint32_t)key_rules->count;
        for (; at; at = entries[at - 1].next) {
            uint16_t *rule = sst_vec_add(&c->arena, key_rules, 1, sizeof *rule);
            if (!rule)
                return false;
            *rule = (uint16_t)(entries[at - 1].rule | (entries[at - 1].next ? 0 : SST_LAST));
        }
    }
    c->set->keys = table;
    c->set->key_mask = size - 1;
    return true;
}

static void add_name(compiler *c, sst_ruleset_name *table, uint32_t mask, sst_span text,
                     unsigned kind, size_t provider)
{
    uint32_t hash = SST_HASH_START;
    for (size_t i = text.len; i-- > 0;)
        hash = SST_HASH_STEP(hash, (unsigned char)text.ptr[i]);
    uint32_t at = hash & mask;
    while (table[at].kind != SST_NAME_FREE)
        at = (at + 1) & mask;
    table[at].text = sst_model_add_string(c->model, text.ptr, text.len);
    table[at].length = (uint16_t)text.len;
    table[at].kind = (uint8_t)kind;
    table[at].provider = (uint16_t)provider;
}

/* Providers, and the table of their identifiers and hosts. */
static bool make_providers(compiler *c)
{
    const sst_model_provider *providers = c->model->providers.items;
    const sst_model_host *hosts = c->model->hosts.items;
    size_t count = c->model->providers.count;
    uint32_t size = table_size(count + c->model->hosts.count);
    sst_ruleset_provider *out = sst_arena_take(c->keep, count, sizeof *out);
    sst_ruleset_name *table = sst_arena_take(c->keep, size, sizeof *table);
    if (!out || !table)
        return false;
    for (size_t i = 0; i < count; i++) {
        out[i] = providers[i].compiled;
        sst_span id = span_of(sst_model_string_at(c->model, out[i].id));
        char *lower = sst_arena_copy(&c->arena, id.ptr, id.len);
        if (!lower)
            return false;
        for (size_t k = 0; k < id.len; k++)
            lower[k] = ascii_lower(lower[k]);
        add_name(c, table, size - 1, span_of(lower), SST_NAME_ID, i);
    }
    for (size_t i = 0; i < c->model->hosts.count; i++)
        add_name(c, table, size - 1, hosts[i].text, hosts[i].kind, hosts[i].provider);
    c->set->providers = out;
    c->set->provider_count = (uint32_t)count;
    c->set->names = table;
    c->set->name_mask = size - 1;
    return true;
}

/* Copies what the model holds as it is. */
static const void *keep_vec(compiler *c, const sst_vec *vec, size_t size, uint32_t *count)
{
    void *copy = sst_arena_take(c->keep, vec->count, size);
    if (copy && vec->count)
        memcpy(copy, vec->items, vec->count * size);
    *count = (uint32_t)vec->count;
    return copy;
}

static int compile(compiler *c)
{
    sst_vec key_rules = {0};
    sst_ruleset *set = c->set;
    sst_ruleset_rule *rules = make_rules(c);
    if (!rules || !make_tests(c, rules) || !make_phrases(c, &key_rules) ||
        !make_outputs(c, &key_rules) || !make_keys(c, &key_rules) || !make_providers(c))
        return SST_E_NO_MEMORY;
    set->key_rules = keep_vec(c, &key_rules, sizeof(uint16_t), &set->key_rule_count);
    set->tests = keep_vec(c, &c->tests, sizeof(uint16_t), &set->test_count);
    set->units = keep_vec(c, &c->model->units, sizeof(sst_ruleset_unit), &set->unit_count);
    set->strings = keep_vec(c, &c->model->bytes, 1, &set->string_size);
    if (c->keep->failed || c->arena.failed || c->model->arena->failed)
        return SST_E_NO_MEMORY;
    return sst_automaton_build(c->model, c->outputs, c->keep, &set->automaton);
}

int sst_rules_compile(sst_model *model, bool user, sst_arena *keep, sst_ruleset *set)
{
    compiler c = {0};
    c.model = model;
    c.keep = keep;
    c.set = set;
    c.user = user;
    memset(set, 0, sizeof *set);
    sst_arena_init(&c.arena, keep->allocator);
    int error = compile(&c);
    sst_arena_free(&c.arena);
    return error;
}
