/*
 * The page of a digest: an overview, then each group with what happened, what to do, and whom it
 * concerns. What failed comes first, and of that what happened most often.
 */
#include "digest.h"

#include <stdlib.h>

#include "buffer.h"
#include "language.h"
#include "page.h"
#include "wrap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define INDENT       ((size_t)2)

/* Of a line, so much at most is for the recipient's address. */
#define ADDRESS_SHARE(width) ((width)*2 / 5)

/* --- order ---------------------------------------------------------------------------------- */

/* Who can mend something is to see it first; then failures before delays; what is no failure comes
 * last, and of that complaints first. */
static int rank_of(const sst_record *like)
{
    static const sst_actor actors[] = {SST_ACTOR_SENDER_ADMIN, SST_ACTOR_SENDER,
                                       SST_ACTOR_RECIPIENT_ADMIN, SST_ACTOR_RECIPIENT,
                                       SST_ACTOR_NOBODY};
    const int count = (int)COUNT(actors);
    int rank = 0;
    while (like->decided && rank < count && actors[rank] != like->verdict.actor)
        rank++;
    if (like->decided)
        return 2 * rank + (like->kind == SST_KIND_FAILED ? 0 : 1);
    return 2 * count + (like->kind == SST_KIND_COMPLAINT      ? 0
                        : like->kind == SST_KIND_NOT_A_REPORT ? 2
                                                              : 1);
}

static int compare_groups(const void *a, const void *b)
{
    const digest_group *one = *(const digest_group *const *)a;
    const digest_group *other = *(const digest_group *const *)b;
    int difference = rank_of(&one->like) - rank_of(&other->like);
    if (difference != 0)
        return difference;
    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    return one->first < other->first ? -1 : 1;
}

static const digest_group **sort_groups(const digest *all)
{
    const digest_group **sorted = allocate_or_end(NULL, all->group_count + 1, sizeof *sorted);
    for (size_t i = 0; i < all->group_count; i++)
        sorted[i] = &all->groups[i];
    qsort(sorted, all->group_count, sizeof *sorted, compare_groups);
    return sorted;
}

/* --- the overview --------------------------------------------------------------------------- */

/* "Mailbox full", or what sort of report it is. */
static const char *title_of(const sst_record *like, const char *language)
{
    return like->decided ? sst_reason_text_title(like->verdict.reason, language)
                         : sst_kind_text(like->kind, language);
}

/* "failed, temporary" */
static void name_outcome(buffer *into, const sst_record *like, const char *language)
{
    buffer_text(into, sst_kind_text(like->kind, language));
    if (like->verdict.permanence == SST_PERMANENCE_UNKNOWN)
        return;
    buffer_text(into, ", ");
    buffer_text(into, sst_permanence_text(like->verdict.permanence, language));
}

static size_t widest_title(const digest *all, const char *language)
{
    size_t widest = 0;
    for (size_t i = 0; i < all->group_count; i++) {
        const sst_record *like = &all->groups[i].like;
        size_t width = like->decided ? text_width(span_from(title_of(like, language))) : 0;
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t count_width(const digest *all)
{
    uint64_t most = 0;
    size_t width = 1;
    for (size_t i = 0; i < all->group_count; i++)
        most = all->groups[i].count > most ? all->groups[i].count : most;
    for (; most >= 10; most /= 10)
        width++;
    return width;
}

static void put_padded_number(buffer *into, uint64_t number, size_t width)
{
    size_t start = into->len;
    buffer digits = {NULL, 0, 0};
    buffer_number(&digits, (long)number);
    while (into->len - start + digits.len < width)
        buffer_text(into, " ");
    buffer_put(into, digits.data, digits.len);
    buffer_free(&digits);
}

/* "Who can mend it: your mail administrator", where it is another one than for the group before. */
static void put_actor(layout *page, const digest_group *group, const digest_group *before,
                      const char *language)
{
    buffer text = {NULL, 0, 0};
    if (before && before->like.decided == group->like.decided &&
        before->like.verdict.actor == group->like.verdict.actor)
        return;
    layout_gap(page);
    if (group->like.decided) {
        buffer_text(&text, label("label.actor", language));
        buffer_text(&text, ": ");
        buffer_text(&text, sst_actor_text(group->like.verdict.actor, language));
        layout_heading(page, buffer_span(&text));
    }
    buffer_free(&text);
}

/* How many, why, and what became of it. */
static void put_count(layout *page, const digest_group *group, size_t digits, size_t width,
                      const char *language)
{
    buffer name = {NULL, 0, 0};
    buffer outcome = {NULL, 0, 0};
    put_padded_number(&name, group->count, digits);
    buffer_text(&name, "  ");
    buffer_text(&name, title_of(&group->like, language));
    if (group->like.decided) {
        name_outcome(&outcome, &group->like, language);
        layout_row(page, buffer_string(&name), width, buffer_span(&outcome));
    } else {
        layout_paragraph(page, buffer_span(&name), false);
    }
    buffer_free(&name);
    buffer_free(&outcome);
}

/* A line for each group, under those who can mend it. */
static void put_overview(layout *page, const digest *all, const digest_group **groups,
                         const char *language)
{
    size_t digits = count_width(all);
    size_t width = digits + 2 + widest_title(all, language);
    page->plain_labels = true;
    for (size_t i = 0; i < all->group_count; i++) {
        put_actor(page, groups[i], i > 0 ? groups[i - 1] : NULL, language);
        page->indent += INDENT;
        put_count(page, groups[i], digits, width, language);
        page->indent -= INDENT;
    }
}

/* --- a group -------------------------------------------------------------------------------- */

static void put_sentence(layout *page, const digest_group *group, const char *language)
{
    buffer sentence = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&sentence);
    sst_record_write_sentence(&group->like, language, &sink);
    layout_paragraph(page, buffer_span(&sentence), false);
    buffer_free(&sentence);
}

/* Whether the advice for a group was given above, to the same people. */
static bool is_advised(const digest_group **groups, size_t at)
{
    const sst_verdict *verdict = &groups[at]->like.verdict;
    for (size_t i = 0; i < at; i++) {
        const sst_record *above = &groups[i]->like;
        if (above->decided && above->verdict.reason == verdict->reason &&
            above->verdict.actor == verdict->actor)
            return true;
    }
    return false;
}

static void put_advice(layout *page, const digest_group *group, const char *language)
{
    buffer advice = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&advice);
    sst_record_write_advice(&group->like, language, &sink);
    if (advice.len > 0) {
        layout_gap(page);
        layout_paragraph(page, buffer_span(&advice), false);
    }
    buffer_free(&advice);
}

/* "a@example.com (3)" where it was three times. */
static void name_row(buffer *into, const digest_row *row)
{
    sst_sink sink = buffer_sink(into);
    if (row->recipient.len > 0)
        sst_write_safe_text(row->recipient, &sink);
    else
        buffer_text(into, "?");
    if (row->times > 1) {
        buffer_text(into, " (");
        buffer_number(into, (long)row->times);
        buffer_text(into, ")");
    }
}

/* The width of the column of addresses: that of the widest that fits into its share. */
static size_t address_width(const layout *page, const digest *all, const digest_group *group)
{
    size_t widest = 0;
    for (size_t at = group->first_row; at != 0; at = all->rows[at - 1].next) {
        buffer name = {NULL, 0, 0};
        name_row(&name, &all->rows[at - 1]);
        size_t width = text_width(buffer_span(&name));
        if (width > widest && width <= ADDRESS_SHARE(page->width))
            widest = width;
        buffer_free(&name);
    }
    return widest > 0 ? widest : ADDRESS_SHARE(page->width) / 2;
}

static void put_row(layout *page, const digest_row *row, size_t width)
{
    buffer name = {NULL, 0, 0};
    const char *label = "";
    name_row(&name, row);
    if (text_width(buffer_span(&name)) > width || row->reply.len == 0)
        layout_paragraph(page, buffer_span(&name), false);
    else
        label = buffer_string(&name);
    layout_row(page, label, width, row->reply);
    buffer_free(&name);
}

static void put_rows(layout *page, const digest *all, const digest_group *group)
{
    size_t width = address_width(page, all, group);
    if (group->first_row != 0)
        layout_gap(page);
    for (size_t at = group->first_row; at != 0; at = all->rows[at - 1].next)
        put_row(page, &all->rows[at - 1], width);
    if (group->first_row != 0 && group->listed < group->count) {
        buffer more = {NULL, 0, 0};
        buffer_text(&more, "\xE2\x80\xA6 + ");
        buffer_number(&more, (long)(group->count - group->listed));
        layout_paragraph(page, buffer_span(&more), false);
        buffer_free(&more);
    }
}

static void put_group(layout *page, const digest *all, const digest_group **groups, size_t at,
                      const char *language)
{
    const digest_group *group = groups[at];
    buffer heading = {NULL, 0, 0};
    buffer_text(&heading, title_of(&group->like, language));
    if (group->like.decided) {
        buffer_text(&heading, ": ");
        name_outcome(&heading, &group->like, language);
    }
    buffer_text(&heading, " (");
    buffer_number(&heading, (long)group->count);
    buffer_text(&heading, ")");
    layout_gap(page);
    layout_heading(page, buffer_span(&heading));
    page->indent += INDENT;
    put_sentence(page, group, language);
    if (!is_advised(groups, at))
        put_advice(page, group, language);
    put_rows(page, all, group);
    page->indent -= INDENT;
    buffer_free(&heading);
}

/* --- the page ------------------------------------------------------------------------------- */

void digest_write(digest *all, layout *page, const char *language)
{
    if (all->count == 1) {
        page_record(page, &all->first, 0, language);
        return;
    }
    const digest_group **groups = sort_groups(all);
    if (all->group_count > 1)
        put_overview(page, all, groups, language);
    for (size_t i = 0; i < all->group_count; i++)
        put_group(page, all, groups, i, language);
    free(groups);
}
