/*
 * Choosing and ordering what is shown. Nothing is allocated: only the first rows of long lists are
 * ever shown, and they are found in one pass.
 */
#include "report/view.h"

#include <smtpstatus/group.h>

/* --- causes --------------------------------------------------------------------------------- */

bool sst_view_actionable(sst_actor actor)
{
    return actor == SST_ACTOR_SENDER_ADMIN || actor == SST_ACTOR_SENDER;
}

static bool costs_more(const cause *one, const cause *other)
{
    uint64_t cost = tally_cost(&one->count);
    uint64_t other_cost = tally_cost(&other->count);
    if (one->is_others != other->is_others)
        return other->is_others;
    if (cost != other_cost)
        return cost > other_cost;
    if (one->count.of[FATE_LATER] != other->count.of[FATE_LATER])
        return one->count.of[FATE_LATER] > other->count.of[FATE_LATER];
    if (one->attempts != other->attempts)
        return one->attempts > other->attempts;
    return one->reason < other->reason;
}

/* Whoever runs the sending system is the likeliest reader. */
static int rank_of(sst_actor actor)
{
    static const int ranks[VIEW_ACTORS] = {
        [SST_ACTOR_SENDER_ADMIN] = 0, [SST_ACTOR_SENDER] = 1, [SST_ACTOR_RECIPIENT_ADMIN] = 2,
        [SST_ACTOR_RECIPIENT] = 3,    [SST_ACTOR_NOBODY] = 4,
    };
    return ranks[actor];
}

/* What costs nothing comes last; what the reader can mend comes before the rest. */
static bool group_before(const cause_group *one, const cause_group *other)
{
    bool mine = sst_view_actionable(one->actor);
    if ((one->cost > 0) != (other->cost > 0))
        return one->cost > 0;
    if (mine != sst_view_actionable(other->actor))
        return mine;
    if (one->cost != other->cost)
        return one->cost > other->cost;
    if (one->later != other->later)
        return one->later > other->later;
    return rank_of(one->actor) < rank_of(other->actor);
}

static void find_groups(view *all, cause_group groups[VIEW_ACTORS])
{
    const sst_report *report = all->report;
    for (size_t i = 0; i < VIEW_ACTORS; i++)
        groups[i].actor = (sst_actor)i;
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        const cause *here = report->causes[i];
        if (!here || (unsigned)here->actor >= VIEW_ACTORS || tally_sum(&here->count) == 0)
            continue;
        cause_group *group = &groups[here->actor];
        group->count++;
        group->cost += tally_cost(&here->count);
        group->later += here->count.of[FATE_LATER];
    }
}

/* The causes of one actor, sorted, behind those that are there. */
static void take_group(view *all, cause_group group)
{
    group.first = all->cause_count;
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        const cause *here = all->report->causes[i];
        if (!here || here->actor != group.actor || tally_sum(&here->count) == 0)
            continue;
        size_t at = all->cause_count++;
        for (; at > group.first && costs_more(here, all->causes[at - 1]); at--)
            all->causes[at] = all->causes[at - 1];
        all->causes[at] = here;
    }
    all->groups[all->group_count++] = group;
}

static void take_causes(view *all)
{
    cause_group groups[VIEW_ACTORS] = {{.count = 0}};
    find_groups(all, groups);
    for (;;) {
        size_t best = VIEW_ACTORS;
        for (size_t i = 0; i < VIEW_ACTORS; i++) {
            if (groups[i].count > 0 &&
                (best == VIEW_ACTORS || group_before(&groups[i], &groups[best])))
                best = i;
        }
        if (best == VIEW_ACTORS)
            break;
        take_group(all, groups[best]);
        groups[best].count = 0;
    }
}

const cause *sst_view_headline(const view *all)
{
    const cause *first = all->cause_count > 0 ? all->causes[0] : NULL;
    return first && tally_cost(&first->count) > 0 && sst_view_actionable(first->actor) ? first
                                                                                       : NULL;
}

/* --- examples ------------------------------------------------------------------------------- */

static size_t put_template(char *into, size_t size, sst_span text)
{
    size_t whole = sst_group_template(text.ptr, text.len, into, size);
    size_t len = whole < size ? whole : size;
    while (whole > size && len > 0 && ((unsigned char)into[len - 1] & 0x80) != 0)
        len--;
    return len;
}

size_t sst_view_example(const cause *of, char text[VIEW_EXAMPLE])
{
    const reply_example *best = NULL;
    for (size_t i = 0; i < of->example_count; i++) {
        const reply_example *here = &of->examples[i];
        if (!best || (here->len > 0 && best->len == 0) ||
            (here->count > best->count && (here->len > 0 || best->len == 0)))
            best = here;
    }
    if (!best)
        return 0;
    size_t len = sst_report_codes(best->code, best->enhanced, text);
    sst_span words = {best->text, best->len};
    len += put_template(text + len, VIEW_EXAMPLE - len, words);
    return len > 0 && text[len - 1] == ' ' ? len - 1 : len;
}

size_t sst_view_reply(const view *all, const sst_report_event *event, char text[VIEW_EXAMPLE])
{
    size_t len = sst_report_codes(event->code, event->enhanced, text);
    size_t room = VIEW_EXAMPLE - len;
    if (all->report->options.anonymize) {
        len += put_template(text + len, room, event->text);
    } else if (event->text.len > 0) {
        room = event->text.len < room ? event->text.len : room;
        memcpy(text + len, event->text.ptr, room);
        len += room;
    }
    return len > 0 && text[len - 1] == ' ' ? len - 1 : len;
}

/* --- sharers -------------------------------------------------------------------------------- */

static sharers find_sharers(const uint64_t *counts, size_t named, size_t most)
{
    sharers out = {.count = 0};
    for (size_t i = 0; i <= most; i++) {
        uint64_t count = counts[i];
        if (count == 0 || (i >= named && i < most))
            continue;
        if (i == most) {
            out.others += count;
            continue;
        }
        size_t at = out.count < VIEW_SHARERS ? out.count++ : VIEW_SHARERS;
        uint64_t pushed = at == VIEW_SHARERS ? out.top[VIEW_SHARERS - 1].recipients : 0;
        if (at == VIEW_SHARERS && pushed >= count) {
            out.others += count;
            continue;
        }
        out.others += pushed;
        at = at == VIEW_SHARERS ? VIEW_SHARERS - 1 : at;
        for (; at > 0 && out.top[at - 1].recipients < count; at--)
            out.top[at] = out.top[at - 1];
        out.top[at].name = (uint32_t)i;
        out.top[at].recipients = count;
    }
    return out;
}

sharers sst_view_providers(const view *all, const cause *of)
{
    return find_sharers(of->providers, all->report->providers.count, SST_MAX_REPORT_PROVIDERS);
}

sharers sst_view_senders(const view *all, const cause *of)
{
    return find_sharers(of->senders, all->report->senders.count, SST_MAX_REPORT_SENDERS);
}

/* --- listings ------------------------------------------------------------------------------- */

static bool name_before(const name_row *one, const name_row *other, bool by_cost)
{
    uint64_t cost = by_cost ? tally_cost(&one->count) : 0;
    uint64_t other_cost = by_cost ? tally_cost(&other->count) : 0;
    uint64_t sum = tally_sum(&one->count);
    uint64_t other_sum = tally_sum(&other->count);
    size_t shorter = one->len < other->len ? one->len : other->len;
    if (cost != other_cost)
        return cost > other_cost;
    if (sum != other_sum)
        return sum > other_sum;
    int order = memcmp(one->text, other->text, shorter);
    return order != 0 ? order < 0 : one->len < other->len;
}

static void add_tally(tally *to, const tally *from)
{
    for (size_t i = 0; i < FATE_STATES; i++)
        to->of[i] += from->of[i];
}

static void list_names(listing *into, const names *of, bool by_cost)
{
    memset(into, 0, sizeof *into);
    into->of = of;
    into->others = of->others;
    for (size_t i = 0; i < of->count; i++) {
        const name_row *here = &of->list[i];
        if (tally_sum(&here->count) == 0)
            continue;
        size_t at = into->count;
        if (at == SST_MAX_REPORT_ROWS) {
            const name_row *last = &of->list[into->top[at - 1]];
            bool better = name_before(here, last, by_cost);
            add_tally(&into->others, better ? &last->count : &here->count);
            into->others_count++;
            if (!better)
                continue;
            at--;
        } else {
            into->count++;
        }
        for (; at > 0 && name_before(here, &of->list[into->top[at - 1]], by_cost); at--)
            into->top[at] = into->top[at - 1];
        into->top[at] = (uint32_t)i;
    }
    into->has_others = tally_sum(&into->others) > 0;
}

/* --- reasons -------------------------------------------------------------------------------- */

static void take_reasons(view *all)
{
    const tally *by = all->report->by_reason;
    for (size_t i = 0; i < SST_REASON_COUNT; i++) {
        if (tally_sum(&by[i]) == 0)
            continue;
        size_t at = all->reason_count++;
        for (; at > 0; at--) {
            const tally *above = &by[all->reasons[at - 1]];
            if (tally_cost(above) > tally_cost(&by[i]) ||
                (tally_cost(above) == tally_cost(&by[i]) && tally_sum(above) >= tally_sum(&by[i])))
                break;
            all->reasons[at] = all->reasons[at - 1];
        }
        all->reasons[at] = (sst_reason)i;
    }
}

static void take_inbound_reasons(view *all)
{
    const uint64_t *by = all->report->inbound.by_reason;
    for (size_t i = 0; i < SST_REASON_COUNT; i++) {
        if (by[i] == 0)
            continue;
        size_t at = all->inbound_reason_count++;
        for (; at > 0 && by[all->inbound_reasons[at - 1]] < by[i]; at--)
            all->inbound_reasons[at] = all->inbound_reasons[at - 1];
        all->inbound_reasons[at] = (sst_reason)i;
    }
}

/* --- public --------------------------------------------------------------------------------- */

int sst_view_make(view *all, const sst_report *report, const sst_report_style *style)
{
    static const sst_report_style plain = {.size = sizeof plain};
    if (!report || (style && style->size != sizeof *style))
        return SST_E_INVALID;
    memset(all, 0, sizeof *all);
    all->report = report;
    all->style = style ? style : &plain;
    all->before = all->style->before;
    all->language = all->style->language;
    all->recipients = tally_sum(&report->total);
    all->timeline = report->timeline;
    all->window = sst_timeline_fit(&all->timeline);
    take_causes(all);
    take_reasons(all);
    take_inbound_reasons(all);
    list_names(&all->domains, &report->domains, true);
    list_names(&all->providers, &report->providers, false);
    list_names(&all->templates, &report->templates, false);
    list_names(&all->clients, &report->inbound.clients, false);
    return SST_OK;
}

uint64_t sst_view_share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (part * 1000000 + whole / 2) / whole;
}
