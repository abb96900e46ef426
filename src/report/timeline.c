/*
 * The periods, sorted by time. The width that they end up with is the least with which they are not
 * too many, in whatever order the attempts come.
 */
#include "report/timeline.h"

#include <string.h>

#include "report/clock.h"

/* Each divides the next, so that periods can be put together. The last ones are for hostile dates:
 * with them all years from 0 to 9999 fit. */
static const int64_t widths[] = {60,  300,     900,      3600,      3 * 3600,   6 * 3600,   DAY / 2,
                                 DAY, 7 * DAY, 28 * DAY, 364 * DAY, 3640 * DAY, 36400 * DAY};
#define WIDTHS (sizeof widths / sizeof widths[0])

int64_t sst_timeline_width(const timeline *all)
{
    return widths[all->width];
}

/* The position of the period that begins at start, or where it would stand. */
static size_t find(const timeline *all, int64_t start)
{
    size_t low = 0;
    size_t high = all->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all->list[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void widen(timeline *all)
{
    size_t kept = 0;
    all->width++;
    for (size_t i = 0; i < all->count; i++) {
        period *from = &all->list[i];
        from->start = sst_clock_floor(from->start, widths[all->width]);
        if (kept > 0 && all->list[kept - 1].start == from->start) {
            for (size_t k = 0; k < ATTEMPT_COUNT; k++)
                all->list[kept - 1].of[k] += from->of[k];
        } else {
            all->list[kept++] = *from;
        }
    }
    all->count = kept;
    all->last = 0;
}

void sst_timeline_add(timeline *all, int64_t time, attempt what)
{
    int64_t width = widths[all->width];
    if (all->count > 0 && time - all->list[all->last].start < width &&
        time >= all->list[all->last].start) {
        all->list[all->last].of[what]++;
        return;
    }
    int64_t start = sst_clock_floor(time, width);
    size_t at = find(all, start);
    if (at == all->count || all->list[at].start != start) {
        memmove(&all->list[at + 1], &all->list[at], (all->count - at) * sizeof all->list[0]);
        memset(&all->list[at], 0, sizeof all->list[at]);
        all->list[at].start = start;
        all->count++;
    }
    all->list[at].of[what]++;
    all->last = at;
    while (all->count > SST_MAX_REPORT_PERIODS && all->width + 1 < WIDTHS)
        widen(all);
}

/* --- what a chart shows --------------------------------------------------------------------- */

static uint64_t sum_of(const uint64_t of[ATTEMPT_COUNT])
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ATTEMPT_COUNT; i++)
        sum += of[i];
    return sum;
}

/* The stretch of SST_MAX_REPORT_PERIODS periods, empty ones among them, with the most attempts. */
static window find_window(const timeline *all)
{
    const int64_t columns = (int64_t)SST_MAX_REPORT_PERIODS;
    int64_t width = sst_timeline_width(all);
    window best = {.end = 0};
    uint64_t within = 0;
    uint64_t most_within = 0;
    size_t first = 0;
    for (size_t end = 0; end < all->count; end++) {
        uint64_t sum = sum_of(all->list[end].of);
        within += sum;
        best.outside += sum;
        while ((all->list[end].start - all->list[first].start) / width >= columns)
            within -= sum_of(all->list[first++].of);
        if (within >= most_within) {
            most_within = within;
            best.first = first;
            best.end = end + 1;
        }
    }
    best.outside -= most_within;
    return best;
}

window sst_timeline_fit(timeline *all)
{
    uint64_t timed = 0;
    for (size_t i = 0; i < all->count; i++)
        timed += sum_of(all->list[i].of);
    window best = find_window(all);
    while (best.outside > 1 && best.outside > timed / 100 && all->width + 1 < WIDTHS) {
        widen(all);
        best = find_window(all);
    }
    for (size_t i = best.first; i < best.end; i++) {
        uint64_t sum = sum_of(all->list[i].of);
        best.most = sum > best.most ? sum : best.most;
    }
    if (best.end > 0)
        best.columns = (size_t)((all->list[best.end - 1].start - all->list[best.first].start) /
                                sst_timeline_width(all)) +
                       1;
    best.outside += sum_of(all->untimed);
    return best;
}
