/*
 * Collecting records into groups and rows.
 */
#include "digest.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "kept.h"

/* Twice the rows, a power of two. */
#define SLOTS (2 * DIGEST_ROWS)

/* Of a reply, so many bytes are shown: a few lines. */
#define REPLY_BYTES ((size_t)320)

void digest_init(digest *all)
{
    memset(all, 0, sizeof *all);
    all->rows = allocate_or_end(NULL, DIGEST_ROWS, sizeof *all->rows);
    all->slots = allocate_or_end(NULL, SLOTS, sizeof *all->slots);
    memset(all->slots, 0, SLOTS * sizeof *all->slots);
}

void digest_free(digest *all)
{
    arena_free(&all->memory);
    free(all->groups);
    free(all->rows);
    free(all->slots);
}

/* --- groups --------------------------------------------------------------------------------- */

/* What all records of a group have in common, and nothing else. */
static sst_record common_of(const sst_record *record)
{
    sst_record like = {.kind = record->kind, .provider = record->provider};
    like.decided = sst_record_is_judged(record);
    if (like.decided) {
        const sst_verdict *verdict = &record->verdict;
        like.verdict.kind = verdict->kind;
        like.verdict.reason = verdict->reason;
        like.verdict.permanence = verdict->permanence;
        like.verdict.actor = verdict->actor;
        like.verdict.retry = verdict->retry;
        like.verdict.retry_after = -1;
        like.verdict.suppress = verdict->suppress;
    }
    return like;
}

static bool is_alike(const sst_record *a, const sst_record *b)
{
    const sst_verdict *one = &a->verdict;
    const sst_verdict *other = &b->verdict;
    return a->kind == b->kind && a->decided == b->decided && one->reason == other->reason &&
           one->permanence == other->permanence && one->actor == other->actor &&
           one->retry == other->retry && one->suppress == other->suppress;
}

static bool same_span(sst_span a, sst_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* There are few groups: as many as reasons, or a few more. */
static size_t group_of(digest *all, const sst_record *record)
{
    const sst_record like = common_of(record);
    for (size_t i = 0; i < all->group_count; i++) {
        digest_group *group = &all->groups[i];
        if (!is_alike(&group->like, &like))
            continue;
        if (!same_span(group->like.provider, like.provider))
            group->like.provider = (sst_span){NULL, 0};
        return i;
    }
    if (all->group_count == all->group_size) {
        all->group_size = all->group_size > 0 ? 2 * all->group_size : 16;
        all->groups = allocate_or_end(all->groups, all->group_size, sizeof *all->groups);
    }
    digest_group *fresh = &all->groups[all->group_count];
    *fresh = (digest_group){.like = like, .first = all->group_count};
    fresh->like.provider = arena_copy(&all->memory, like.provider);
    return all->group_count++;
}

/* --- rows ----------------------------------------------------------------------------------- */

/* FNV-1a: inputs are the user's own, and the number of rows is bounded. */
static uint64_t hash(size_t group, sst_span recipient)
{
    uint64_t value = UINT64_C(14695981039346656037) ^ group;
    for (size_t i = 0; i < recipient.len; i++)
        value = (value ^ (unsigned char)recipient.ptr[i]) * UINT64_C(1099511628211);
    return value ^ value >> 32;
}

static size_t *slot_for(const digest *all, size_t group, sst_span recipient)
{
    size_t at = (size_t)hash(group, recipient) & (SLOTS - 1);
    for (; all->slots[at] != 0; at = (at + 1) & (SLOTS - 1)) {
        const digest_row *row = &all->rows[all->slots[at] - 1];
        if (row->group == group && same_span(row->recipient, recipient))
            break;
    }
    return &all->slots[at];
}

/* The text of a record up to so many bytes, not cut within a character. */
static sst_span shortened(sst_span text)
{
    if (text.len <= REPLY_BYTES)
        return text;
    text.len = REPLY_BYTES;
    while (text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xC0) == 0x80)
        text.len--;
    return text;
}

void digest_name_reply(buffer *into, const sst_record *record)
{
    char enhanced[SST_ENHANCED_STRING_MAX];
    size_t start = into->len;
    sst_sink sink = buffer_sink(into);
    sst_span text = shortened(record->text);
    if (record->code > 0)
        buffer_number(into, record->code);
    if (sst_enhanced_to_string(record->enhanced, enhanced, sizeof enhanced) > 0) {
        buffer_text(into, into->len > start ? " " : "");
        buffer_text(into, enhanced);
    }
    if (text.len > 0) {
        buffer_text(into, into->len > start ? " " : "");
        sst_write_safe_text(text, &sink);
        buffer_text(into, text.len < record->text.len ? "\xE2\x80\xA6" : "");
    }
}

static sst_span reply_of(digest *all, const sst_record *record)
{
    buffer reply = {NULL, 0, 0};
    digest_name_reply(&reply, record);
    sst_span kept = arena_copy(&all->memory, buffer_span(&reply));
    buffer_free(&reply);
    return kept;
}

static size_t new_row(digest *all, size_t group, const sst_record *record)
{
    digest_row *fresh = &all->rows[all->row_count++];
    digest_group *in = &all->groups[group];
    fresh->group = group;
    fresh->next = 0;
    fresh->recipient = arena_copy(&all->memory, record->recipient);
    fresh->reply = reply_of(all, record);
    fresh->times = 0;
    if (in->first_row == 0)
        in->first_row = all->row_count;
    else
        all->rows[in->last_row - 1].next = all->row_count;
    in->last_row = all->row_count;
    return all->row_count;
}

static void add_row(digest *all, size_t group, const sst_record *record)
{
    size_t *slot = slot_for(all, group, record->recipient);
    if (*slot == 0) {
        if (all->row_count == DIGEST_ROWS || all->memory.used >= DIGEST_BYTES)
            return;
        *slot = new_row(all, group, record);
    }
    all->rows[*slot - 1].times++;
    all->groups[group].listed++;
}

void digest_add(digest *all, const sst_record *record)
{
    if (all->count++ == 0) {
        all->first = *record;
        record_keep(&all->first, &all->memory);
    }
    size_t group = group_of(all, record);
    all->groups[group].count++;
    if (record->kind != SST_KIND_NOT_A_REPORT)
        add_row(all, group, record);
}
