/*
 * This report against an earlier one. The two need not be of equal length, so what is compared is
 * the share of all recipients that a cause costs.
 */
#include "report/view.h"

/* A share that grew or shrank by less than a tenth is the same. */
static view_change change_of(uint64_t before, uint64_t now)
{
    if (now == before)
        return VIEW_SAME;
    if (before == 0)
        return VIEW_NEW;
    if (now == 0)
        return VIEW_GONE;
    if (now * 10 > before * 11)
        return VIEW_WORSE;
    return now * 10 < before * 9 ? VIEW_BETTER : VIEW_SAME;
}

static const cause *find_like(const sst_report *report, const cause *like)
{
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        const cause *here = report->causes[i];
        if (here && here->actor == like->actor && here->reason == like->reason &&
            here->beneath == like->beneath && here->is_others == like->is_others)
            return here;
    }
    return NULL;
}

static uint64_t share_of(const cause *of, const sst_report *report)
{
    return of ? sst_view_share(tally_cost(&of->count), tally_sum(&report->total)) : 0;
}

static int64_t worsening(const comparison *of)
{
    return (int64_t)of->share_now - (int64_t)of->share_before;
}

static void insert(comparison *list, size_t *count, comparison fresh)
{
    size_t at = (*count)++;
    for (; at > 0 && worsening(&list[at - 1]) < worsening(&fresh); at--)
        list[at] = list[at - 1];
    list[at] = fresh;
}

static comparison compare(const view *all, const cause *now, const cause *before)
{
    comparison out = {.now = now, .before = before};
    out.share_now = share_of(now, all->report);
    out.share_before = share_of(before, all->before);
    out.change = change_of(out.share_before, out.share_now);
    return out;
}

size_t sst_view_compare(const view *all, comparison list[VIEW_COMPARISONS])
{
    size_t count = 0;
    if (!all->before)
        return 0;
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        const cause *now = all->report->causes[i];
        const cause *before = now ? find_like(all->before, now) : NULL;
        if (now && (tally_cost(&now->count) > 0 || (before && tally_cost(&before->count) > 0)))
            insert(list, &count, compare(all, now, before));
    }
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        const cause *before = all->before->causes[i];
        if (before && tally_cost(&before->count) > 0 && !find_like(all->report, before))
            insert(list, &count, compare(all, NULL, before));
    }
    return count;
}

const char *sst_view_change_id(view_change change)
{
    static const char *const ids[VIEW_CHANGES] = {
        [VIEW_SAME] = "same",     [VIEW_NEW] = "new",   [VIEW_WORSE] = "worse",
        [VIEW_BETTER] = "better", [VIEW_GONE] = "gone",
    };
    return ids[change];
}
