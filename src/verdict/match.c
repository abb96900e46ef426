/*
 * Which rules hold. Only those are looked at that hang on a phrase that was met, or, without words,
 * on the attempt's codes: the number of rules does not matter.
 */
#include "verdict/match.h"

#include "rules/ruleset.h"

static unsigned first_digit(int code)
{
    return code >= 200 && code <= 599 ? (unsigned)code / 100 : 0;
}

static bool test_code(const uint16_t *values, size_t count, int code)
{
    for (size_t i = 0; i < count; i++) {
        bool is_class = values[i] > 0 && values[i] < 10;
        if (is_class ? values[i] == first_digit(code) : values[i] == code)
            return true;
    }
    return false;
}

static bool test_enhanced(const uint16_t *values, size_t count, sst_enhanced e)
{
    if (e.status_class == 0)
        return false;
    for (size_t i = 0; i + 3 < count; i += 4) {
        const uint16_t *v = values + i;
        if ((v[0] == 0 || v[0] == e.status_class) && v[1] == e.subject && v[2] <= e.detail &&
            e.detail <= v[3])
            return true;
    }
    return false;
}

static bool test_number(const uint16_t *values, size_t count, unsigned number)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i] == number)
            return true;
    }
    return false;
}

static bool test_any(const uint16_t *phrases, size_t count, const sst_hits *hits)
{
    for (size_t i = 0; i < count; i++) {
        if (sst_hits_have(hits, phrases[i]))
            return true;
    }
    return false;
}

static bool holds(const sst_view *view, const uint16_t *test)
{
    const sst_evidence *evidence = view->evidence;
    const uint16_t *values = test + 2;
    size_t count = test[1];
    switch (test[0]) {
    case SST_TEST_PROVIDER:
        return test_number(values, count, view->provider);
    case SST_TEST_CODE:
        return test_code(values, count, evidence->code);
    case SST_TEST_ENHANCED:
        return test_enhanced(values, count, evidence->enhanced);
    case SST_TEST_COMMAND:
        return test_number(values, count, evidence->command);
    case SST_TEST_LOCAL:
        return test_number(values, count, evidence->local_error);
    case SST_TEST_ANY:
        return test_any(values, count, view->hits);
    default:
        return !test_any(values, count, view->hits);
    }
}

static bool all_hold(const sst_view *view, const uint16_t *test)
{
    for (; *test != SST_TEST_END; test += test[1] + 2) {
        if (!holds(view, test))
            return false;
    }
    return true;
}

bool sst_rule_holds(const sst_view *view, size_t rule)
{
    return all_hold(view, view->set->tests + view->set->rules[rule].tests);
}

/* Takes a rule for the best so far if it goes before that and holds. Where one of the phrases that
 * it hangs on was met, its first test is known to hold. */
static size_t better(const sst_view *view, sst_reason skip, size_t best, size_t rule,
                     bool by_phrase)
{
    if (rule >= best || view->set->rules[rule].reason == skip)
        return best;
    const uint16_t *test = view->set->tests + view->set->rules[rule].tests;
    test += by_phrase ? test[1] + 2 : 0;
    return all_hold(view, test) ? rule : best;
}

static size_t best_of_phrase(const sst_view *view, sst_reason skip, size_t best, unsigned phrase)
{
    const sst_ruleset *set = view->set;
    for (uint32_t i = set->phrases[phrase].rules; i < set->phrases[phrase + 1].rules; i++)
        best = better(view, skip, best, set->key_rules[i], true);
    return best;
}

static size_t best_by_words(const sst_view *view, sst_reason skip)
{
    const sst_hits *hits = view->hits;
    size_t best = view->set->rule_count;
    size_t first = hits->first_rule;
    if (!(hits->flags & SST_OUT_KEY))
        return best;
    /* The one that goes before all others mostly holds, and no other need be looked at. */
    if (better(view, skip, best, first, true) == first)
        return first;
    if (hits->count > SST_MAX_PLACES) {
        for (unsigned i = 0; i < view->set->phrase_count; i++) {
            if (sst_hits_have(hits, i))
                best = best_of_phrase(view, skip, best, i);
        }
        return best;
    }
    for (size_t i = 0; i < hits->count; i++) {
        uint32_t output = hits->places[i].output;
        if (output & SST_OUT_KEY)
            best = best_of_phrase(view, skip, best, SST_OUT_PHRASE(output));
    }
    return best;
}

static size_t best_of_key(const sst_view *view, sst_reason skip, size_t best, uint32_t key)
{
    const sst_ruleset *set = view->set;
    uint32_t i = SST_KEY_HASH(key) & set->key_mask;
    while (set->keys[i].key && set->keys[i].key != key)
        i = (i + 1) & set->key_mask;
    if (!set->keys[i].key)
        return best;
    const uint16_t *rule = set->key_rules + set->keys[i].rules;
    for (; !(*rule & SST_LAST); rule++)
        best = better(view, skip, best, *rule, false);
    return better(view, skip, best, *rule & ~SST_LAST, false);
}

/* Rules without words, for one provider or for any. */
static size_t best_by_codes(const sst_view *view, sst_reason skip, size_t best, unsigned provider)
{
    const sst_evidence *e = view->evidence;
    if (e->enhanced.status_class && e->enhanced.subject < 1000 && e->enhanced.detail < 1000) {
        uint32_t value = SST_KEY_OF_ENHANCED(e->enhanced.subject, e->enhanced.detail);
        best = best_of_key(view, skip, best, SST_KEY(provider, SST_KEY_ENHANCED, value));
    }
    if (e->code >= 0 && e->code < 1000)
        best = best_of_key(view, skip, best, SST_KEY(provider, SST_KEY_CODE, e->code));
    if (first_digit(e->code))
        best = best_of_key(view, skip, best, SST_KEY(provider, SST_KEY_CODE, first_digit(e->code)));
    if (e->local_error)
        best = best_of_key(view, skip, best, SST_KEY(provider, SST_KEY_LOCAL, e->local_error));
    return best_of_key(view, skip, best, SST_KEY(provider, SST_KEY_ALWAYS, 0));
}

size_t sst_first_rule(const sst_view *view, sst_reason skip)
{
    size_t best = best_by_words(view, skip);
    if (view->provider != SST_NO_PROVIDER)
        best = best_by_codes(view, skip, best, view->provider);
    if (best >= view->set->first_below_phrase)
        best = best_by_codes(view, skip, best, SST_NO_PROVIDER);
    return best;
}

/* The longest phrase so far; of several, the one with the lowest number. */
typedef struct longest {
    unsigned phrase;
    unsigned length;    /* 0: none */
    const sst_hit *hit; /* where it was met, if that is known already */
} longest;

static void take_longer(const sst_ruleset *set, longest *l, unsigned phrase, const sst_hit *hit)
{
    unsigned length = set->phrases[phrase].length;
    if (length > l->length || (length == l->length && phrase < l->phrase)) {
        l->phrase = phrase;
        l->length = length;
        l->hit = hit;
    }
}

static bool hangs_on(const sst_ruleset *set, size_t rule, unsigned phrase)
{
    uint32_t i = set->phrases[phrase].rules;
    uint32_t end = set->phrases[phrase + 1].rules;
    while (i < end && set->key_rules[i] != rule)
        i++;
    return i < end;
}

/* Of the phrases that a rule hangs on, the longest that was met. The lists are long, the phrases
 * that were met are few. */
static void longest_key(const sst_view *view, size_t rule, longest *l)
{
    for (size_t i = 0; i < view->hits->count; i++) {
        const sst_hit *hit = &view->hits->places[i];
        unsigned phrase = SST_OUT_PHRASE(hit->output);
        if ((hit->output & SST_OUT_KEY) && hit->first_rule <= rule &&
            (hit->first_rule == rule || hangs_on(view->set, rule, phrase)))
            take_longer(view->set, l, phrase, hit);
    }
}

void sst_rule_span(const sst_view *view, size_t rule, size_t *start, size_t *end)
{
    const sst_ruleset *set = view->set;
    const uint16_t *test = set->tests + set->rules[rule].tests;
    longest l = {0, 0, NULL};
    *start = 0;
    *end = 0;
    if (*test == SST_TEST_ANY && view->hits->count <= SST_MAX_PLACES) {
        longest_key(view, rule, &l);
        test += test[1] + 2;
    }
    for (; *test != SST_TEST_END; test += test[1] + 2) {
        for (size_t i = 0; test[0] == SST_TEST_ANY && i < test[1]; i++) {
            if (sst_hits_have(view->hits, test[2 + i]))
                take_longer(set, &l, test[2 + i], NULL);
        }
    }
    if (l.length == 0)
        return;
    *end = l.hit ? l.hit->end : sst_hits_end(set, view->hits, l.phrase);
    *start = sst_hits_start(view->hits, *end, l.length);
}
