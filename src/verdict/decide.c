/*
 * Decides. The user's rules go before ours; among ours the order of precedence is that of the
 * compiled set (rules/compile.c), so that the first rule that holds has the strongest evidence.
 */
#include "verdict/decide.h"

#include <string.h>

#include "base/ascii.h"
#include "verdict/axes.h"
#include "verdict/match.h"
#include "verdict/provider.h"
#include "verdict/retry_time.h"
#include "verdict/scan.h"

/* An attempt under examination. */
typedef struct attempt {
    const sst_evidence *evidence;
    sst_view user; /* set NULL: there are none */
    sst_view builtin;
    sst_span provider;
} attempt;

/* A rule that was found. */
typedef struct finding {
    const sst_view *view;
    size_t rule; /* view->set->rule_count: none */
} finding;

static sst_span provider_id(const sst_ruleset *set, unsigned provider)
{
    return span_of(set->strings + set->providers[provider].id);
}

/* Notes the provider that one set has recognised, and looks up what the other one knows of it. */
static void note_provider(attempt *a, sst_view *view, unsigned found)
{
    sst_view *other = view == &a->user ? &a->builtin : &a->user;
    view->provider = found;
    a->provider = provider_id(view->set, found);
    if (other->set)
        other->provider = sst_provider_by_id(other->set, a->provider);
}

/* Asks one set after the other for the provider of a host, or of the marks in the text. */
static bool ask(attempt *a, const sst_span *host)
{
    sst_view *views[] = {&a->user, &a->builtin};
    for (size_t i = 0; i < 2; i++) {
        const sst_ruleset *set = views[i]->set;
        if (!set)
            continue;
        unsigned found =
            host ? sst_provider_by_host(set, *host) : sst_provider_by_mark(set, views[i]->hits);
        if (found != SST_NO_PROVIDER) {
            note_provider(a, views[i], found);
            return true;
        }
    }
    return false;
}

/* The provider as told, else by the host; false where only the text can give it away. */
static bool recognise_host(attempt *a)
{
    const sst_evidence *e = a->evidence;
    a->provider = e->provider;
    if (e->provider.len) {
        a->builtin.provider = sst_provider_by_id(a->builtin.set, e->provider);
        if (a->user.set)
            a->user.provider = sst_provider_by_id(a->user.set, e->provider);
        return true;
    }
    return e->remote.len && ask(a, &e->remote);
}

static void recognise(attempt *a)
{
    if (!recognise_host(a))
        (void)ask(a, NULL);
}

static sst_view make_view(const sst_ruleset *set, const sst_hits *hits,
                          const sst_evidence *evidence)
{
    sst_view view = {set, hits, evidence, SST_NO_PROVIDER};
    return view;
}

static finding first(const attempt *a, sst_reason skip)
{
    finding found = {&a->builtin, a->builtin.set->rule_count};
    if (a->user.set) {
        size_t rule = sst_first_rule(&a->user, skip);
        if (rule < a->user.set->rule_count) {
            found.view = &a->user;
            found.rule = rule;
            return found;
        }
    }
    found.rule = sst_first_rule(&a->builtin, skip);
    return found;
}

static const sst_ruleset_rule *rule_of(const finding *found)
{
    const sst_ruleset *set = found->view->set;
    return found->rule < set->rule_count ? &set->rules[found->rule] : NULL;
}

/*
 * Whether a cause outlives the expiry: somebody can mend it, so that it is what must be known.
 * "Expired" says more where waiting was all that could be done. Words outrank a number here too.
 */
static bool outlives_expiry(const sst_ruleset_rule *cause, bool expiry_in_words)
{
    if (!cause || (expiry_in_words && cause->level < SST_LEVEL_PHRASE))
        return false;
    return sst_reason_get_defaults((sst_reason)cause->reason).actor != SST_ACTOR_NOBODY;
}

/*
 * The reason, and the finding that the verdict names. Where the queue gave up, the reason is
 * `expired`, and what would have been the reason is the cause, unless somebody can mend the cause.
 */
static finding find_reason(const attempt *a, sst_verdict *verdict)
{
    finding found = first(a, (sst_reason)SST_SKIP_NOTHING);
    const sst_ruleset_rule *rule = rule_of(&found);
    verdict->reason = rule ? (sst_reason)rule->reason : SST_REASON_UNKNOWN;
    if (verdict->reason != SST_REASON_EXPIRED && !a->evidence->gave_up)
        return found;
    bool said = verdict->reason == SST_REASON_EXPIRED;
    finding before = said ? first(a, SST_REASON_EXPIRED) : found;
    const sst_ruleset_rule *cause = rule_of(&before);
    sst_reason reason = cause ? (sst_reason)cause->reason : SST_REASON_UNKNOWN;
    bool outlives = outlives_expiry(cause, said && rule->level >= SST_LEVEL_PHRASE);
    verdict->reason = outlives ? reason : SST_REASON_EXPIRED;
    verdict->cause = outlives ? SST_REASON_UNKNOWN : reason;
    /* What says why is worth more than what says that it took too long. */
    return outlives || (a->evidence->gave_up && cause) ? before : found;
}

static void name_rule(const finding *found, sst_verdict *verdict)
{
    const sst_ruleset_rule *rule = rule_of(found);
    if (!rule)
        return;
    verdict->level = (sst_level)rule->level;
    verdict->rule = found->view->set->strings + rule->id;
    sst_rule_span(found->view, found->rule, &verdict->span_start, &verdict->span_end);
}

static void decide(const attempt *a, sst_verdict *verdict)
{
    finding found = find_reason(a, verdict);
    name_rule(&found, verdict);
    verdict->claimed = sst_claimed(a->evidence);
    sst_fill_axes(verdict, rule_of(&found));
    verdict->retry_after = a->user.set ? sst_retry_time(a->user.set, a->user.hits) : -1;
    if (verdict->retry_after < 0)
        verdict->retry_after = sst_retry_time(a->builtin.set, a->builtin.hits);
}

static attempt make_attempt(const sst_sets *sets, const sst_evidence *evidence,
                            const sst_hits *user, const sst_hits *builtin)
{
    attempt a = {.evidence = evidence,
                 .user = make_view(sets->user, user, evidence),
                 .builtin = make_view(sets->builtin, builtin, evidence)};
    return a;
}

/*
 * What is known without the text, whose hits are made ready. Most attempts went well: then there is
 * no reason to be found, and the text is asked for the provider alone, or not at all.
 */
static void begin_verdict(const sst_sets *sets, const sst_evidence *evidence, sst_hits *hits,
                          sst_verdict *verdict)
{
    memset(verdict, 0, sizeof *verdict);
    verdict->retry_after = -1;
    verdict->kind = sst_kind_of(evidence);
    sst_hits_init(hits, evidence->text, evidence->recipient);
    if (sst_kind_has_reason(verdict->kind))
        return;
    attempt a = make_attempt(sets, evidence, hits, hits);
    hits->only_marks = true;
    if (recognise_host(&a))
        hits->len = 0;
    verdict->provider = a.provider;
}

/* The user's set is scanned as far as ours was. */
static void scan_user(const sst_ruleset *set, const sst_hits *like, sst_hits *hits)
{
    if (!set)
        return;
    sst_span text = {(const char *)like->text, like->len};
    sst_hits_init(hits, text, like->recipient);
    hits->only_marks = like->only_marks;
    sst_scan_text(set, hits);
}

/* Our set was scanned: the rest. */
static void end_verdict(const sst_sets *sets, const sst_evidence *evidence, const sst_hits *builtin,
                        sst_verdict *verdict)
{
    sst_hits user;
    scan_user(sets->user, builtin, &user);
    attempt a = make_attempt(sets, evidence, &user, builtin);
    if (sst_kind_has_reason(verdict->kind)) {
        recognise(&a);
        verdict->provider = a.provider;
        decide(&a, verdict);
        return;
    }
    if (builtin->len > 0 && ask(&a, NULL))
        verdict->provider = a.provider;
    if (verdict->kind == SST_KIND_COMPLAINT)
        verdict->suppress = SST_SUPPRESS_YES;
}

void sst_decide(const sst_sets *sets, const sst_evidence *evidence, sst_verdict *verdict)
{
    sst_hits hits;
    begin_verdict(sets, evidence, &hits, verdict);
    sst_scan_text(sets->builtin, &hits);
    end_verdict(sets, evidence, &hits, verdict);
}

typedef struct batch {
    const sst_sets *sets;
    const sst_evidence *evidence;
    sst_verdict *verdicts;
} batch;

static void begin(void *context, size_t number, sst_hits *hits)
{
    const batch *b = context;
    begin_verdict(b->sets, &b->evidence[number], hits, &b->verdicts[number]);
}

static void finish(void *context, size_t number, const sst_hits *hits)
{
    const batch *b = context;
    end_verdict(b->sets, &b->evidence[number], hits, &b->verdicts[number]);
}

void sst_decide_batch(const sst_sets *sets, const sst_evidence *evidence, size_t count,
                      sst_verdict *verdicts)
{
    if (count == 1) { /* cut into parts, one text fills the lanes as four do */
        sst_decide(sets, evidence, verdicts);
        return;
    }
    batch b = {sets, evidence, verdicts};
    sst_scan_batch scan = {count, begin, finish, &b};
    sst_scan_all(sets->builtin, &scan);
}

static size_t add_matches(const sst_view *view, sst_match *matches, size_t size, size_t count)
{
    const sst_ruleset *set = view->set;
    for (size_t i = 0; i < set->rule_count; i++) {
        if (!sst_rule_holds(view, i))
            continue;
        if (count < size) {
            sst_match *m = &matches[count];
            m->rule = set->strings + set->rules[i].id;
            m->reason = (sst_reason)set->rules[i].reason;
            m->level = (sst_level)set->rules[i].level;
            m->provider =
                span_of(set->rules[i].providers ? set->strings + set->rules[i].providers : NULL);
            sst_rule_span(view, i, &m->span_start, &m->span_end);
        }
        count++;
    }
    return count;
}

static void scan_for(const sst_ruleset *set, const sst_evidence *evidence, sst_hits *hits)
{
    if (!set)
        return;
    sst_hits_init(hits, evidence->text, evidence->recipient);
    sst_scan_text(set, hits);
}

/* Scans an attempt with both sets and recognises its provider. */
static void examine(const sst_sets *sets, const sst_evidence *evidence, sst_hits *user,
                    sst_hits *builtin, attempt *a)
{
    scan_for(sets->user, evidence, user);
    scan_for(sets->builtin, evidence, builtin);
    *a = make_attempt(sets, evidence, user, builtin);
    recognise(a);
}

bool sst_rule_matches(const sst_sets *sets, const sst_evidence *evidence, const sst_ruleset *set,
                      size_t rule)
{
    sst_hits user;
    sst_hits builtin;
    attempt a;
    examine(sets, evidence, &user, &builtin, &a);
    return sst_rule_holds(set == sets->user ? &a.user : &a.builtin, rule);
}

size_t sst_find_matches(const sst_sets *sets, const sst_evidence *evidence, sst_match *matches,
                        size_t size)
{
    sst_hits user;
    sst_hits builtin;
    attempt a;
    examine(sets, evidence, &user, &builtin, &a);
    size_t count = sets->user ? add_matches(&a.user, matches, size, 0) : 0;
    return add_matches(&a.builtin, matches, size, count);
}
