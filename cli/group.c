/*
 * "smtpstatus group": replies that are alike, counted.
 *
 * Two replies are alike where template, codes, provider and what was decided are the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/group.h>
#include <smtpstatus/record.h>

#include "command.h"
#include "language.h"
#include "list.h"
#include "page.h"
#include "replies.h"
#include "rules_file.h"

/* --- the table ------------------------------------------------------------------------------ */

typedef struct group_row {
    uint64_t count;
    uint64_t hash;
    size_t first;      /* when it was seen first: the order of equals */
    sst_record record; /* only what follows from the template: codes, kind, verdict; text is it */
    char *memory;      /* of the template and the provider */
} group_row;

typedef struct groups {
    const options *given;
    group_row *rows;
    size_t count;
    size_t size;
    size_t *slots; /* a power of two of them: 1 + position of a row, 0 where free */
    size_t slot_count;
    buffer template;
} groups;

/* FNV-1a. The inputs are the user's own logs: nobody gains by making them collide. */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

static bool same_span(sst_span a, sst_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static uint64_t hash_record(const sst_record *record, sst_span template)
{
    const int numbers[] = {record->code,
                           record->enhanced.status_class,
                           record->enhanced.subject,
                           record->enhanced.detail,
                           (int)record->kind,
                           record->decided ? (int)record->verdict.reason : -1,
                           (int)record->verdict.permanence};
    uint64_t hash = hash_bytes(UINT64_C(14695981039346656037), numbers, sizeof numbers);
    hash = hash_bytes(hash, record->provider.ptr, record->provider.len);
    return hash_bytes(hash, template.ptr, template.len);
}

static bool same_record(const sst_record *a, const sst_record *b)
{
    return a->code == b->code && a->enhanced.status_class == b->enhanced.status_class &&
           a->enhanced.subject == b->enhanced.subject && a->enhanced.detail == b->enhanced.detail &&
           a->kind == b->kind && a->decided == b->decided &&
           a->verdict.reason == b->verdict.reason &&
           a->verdict.permanence == b->verdict.permanence && same_span(a->provider, b->provider) &&
           same_span(a->text, b->text);
}

/* The slot where a record is, or where it would be. */
static size_t *find_slot(const groups *all, const sst_record *record, uint64_t hash)
{
    size_t at = (size_t)hash & (all->slot_count - 1);
    while (all->slots[at] != 0) {
        const group_row *row = &all->rows[all->slots[at] - 1];
        if (row->hash == hash && same_record(&row->record, record))
            break;
        at = (at + 1) & (all->slot_count - 1);
    }
    return &all->slots[at];
}

static void grow(groups *all)
{
    all->size = all->size > 0 ? all->size * 2 : 64;
    all->rows = allocate_or_end(all->rows, all->size, sizeof *all->rows);
    all->slot_count = all->size * 2;
    free(all->slots);
    all->slots = allocate_or_end(NULL, all->slot_count, sizeof *all->slots);
    memset(all->slots, 0, all->slot_count * sizeof *all->slots);
    for (size_t i = 0; i < all->count; i++)
        *find_slot(all, &all->rows[i].record, all->rows[i].hash) = i + 1;
}

/* Copies what the record of a row points to. */
static void own_record(group_row *row, const sst_record *record)
{
    sst_span template = record->text;
    sst_span provider = record->provider;
    row->memory = allocate_or_end(NULL, template.len + provider.len + 1, 1);
    memcpy(row->memory, template.ptr, template.len);
    if (provider.len > 0)
        memcpy(row->memory + template.len, provider.ptr, provider.len);
    row->record = *record;
    row->record.text.ptr = row->memory;
    if (provider.ptr)
        row->record.provider.ptr = row->memory + template.len;
}

static void make_template(buffer *into, sst_span text)
{
    buffer_clear(into);
    if (text.len == 0)
        return;
    /* A template has at most 8 bytes for each byte (group.h). */
    buffer_reserve(into, text.len * 8);
    into->len = sst_group_template(text.ptr, text.len, into->data, into->size);
}

static bool is_wanted(const groups *all, const sst_record *record)
{
    if (!all->given->flags[OPTION_UNKNOWN])
        return true;
    return sst_record_is_judged(record) && record->verdict.reason == SST_REASON_UNKNOWN;
}

static void count_record(void *context, const sst_record *record, uint32_t flags)
{
    groups *all = context;
    (void)flags;
    if (!is_wanted(all, record))
        return;
    make_template(&all->template, record->text);
    /* Nothing else of the record is kept: it would be one mail's. */
    sst_record kept = {.kind = record->kind,
                       .provider = record->provider,
                       .code = record->code,
                       .enhanced = record->enhanced,
                       .text = buffer_span(&all->template),
                       .decided = record->decided,
                       .verdict = record->verdict};
    uint64_t hash = hash_record(&kept, kept.text);
    if (all->count == all->size)
        grow(all);
    size_t *slot = find_slot(all, &kept, hash);
    if (*slot == 0) {
        group_row *row = &all->rows[all->count];
        row->count = 0;
        row->hash = hash;
        row->first = all->count;
        own_record(row, &kept);
        *slot = ++all->count;
    }
    all->rows[*slot - 1].count++;
}

/* The most frequent first. */
static int compare(const void *a, const void *b)
{
    const group_row *one = a;
    const group_row *other = b;
    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    return one->first < other->first ? -1 : 1;
}

/* --- output --------------------------------------------------------------------------------- */

enum {
    GROUP_COUNT,
    GROUP_CODE,
    GROUP_ENHANCED,
    GROUP_TEMPLATE,
    GROUP_PROVIDER,
    GROUP_KIND,
    GROUP_REASON,
    GROUP_PERMANENCE,
    GROUP_SCOPE,
    GROUP_ACTOR,
    GROUP_RETRY,
    GROUP_SUPPRESS,
    GROUP_RULE,
    GROUP_LEVEL,
    GROUP_COLUMNS
};

static const column group_columns[GROUP_COLUMNS] = {
    [GROUP_COUNT] = {"count", "label.count"},
    [GROUP_CODE] = {"code", "label.code"},
    [GROUP_ENHANCED] = {"enhanced", "label.enhanced"},
    [GROUP_TEMPLATE] = {"template", "label.text"},
    [GROUP_PROVIDER] = {"provider", "label.provider"},
    [GROUP_KIND] = {"kind", "label.kind"},
    [GROUP_REASON] = {"reason", "label.reason"},
    [GROUP_PERMANENCE] = {"permanence", "label.permanence"},
    [GROUP_SCOPE] = {"scope", "label.scope"},
    [GROUP_ACTOR] = {"actor", "label.actor"},
    [GROUP_RETRY] = {"retry", "label.retry"},
    [GROUP_SUPPRESS] = {"suppress", "label.suppress"},
    [GROUP_RULE] = {"rule", "label.rule"},
    [GROUP_LEVEL] = {"level", "label.level"},
};

static size_t count_groups(const list_source *from)
{
    return ((const groups *)from->rows)->count;
}

static void cell_span(cell *into, sst_span text)
{
    cell_text(into, "");
    buffer_put(&into->text, text.ptr, text.len);
}

static void fill_verdict(const sst_verdict *verdict, cell *cells)
{
    cell_text(&cells[GROUP_REASON], sst_reason_id(verdict->reason));
    cell_text(&cells[GROUP_PERMANENCE], sst_permanence_id(verdict->permanence));
    cell_text(&cells[GROUP_SCOPE], sst_scope_id(verdict->scope));
    cell_text(&cells[GROUP_ACTOR], sst_actor_id(verdict->actor));
    cell_text(&cells[GROUP_RETRY], sst_retry_id(verdict->retry));
    cell_text(&cells[GROUP_SUPPRESS], sst_suppress_id(verdict->suppress));
    cell_text(&cells[GROUP_RULE], verdict->rule);
    cell_text(&cells[GROUP_LEVEL], sst_level_id(verdict->level));
}

static void fill_group(const list_source *from, size_t position, cell *cells)
{
    const group_row *row = &((const groups *)from->rows)->rows[position];
    const sst_record *record = &row->record;
    char enhanced[SST_ENHANCED_STRING_MAX];
    cell_number(&cells[GROUP_COUNT], (long)row->count);
    if (record->code != SST_CODE_NOT_DEFINED)
        cell_number(&cells[GROUP_CODE], record->code);
    if (sst_enhanced_to_string(record->enhanced, enhanced, sizeof enhanced) > 0)
        cell_text(&cells[GROUP_ENHANCED], enhanced);
    cell_span(&cells[GROUP_TEMPLATE], record->text);
    if (record->provider.ptr)
        cell_span(&cells[GROUP_PROVIDER], record->provider);
    if (record->kind != SST_KIND_NONE)
        cell_text(&cells[GROUP_KIND], sst_kind_id(record->kind));
    if (sst_record_is_judged(record))
        fill_verdict(&record->verdict, cells);
}

static const topic group_topic = {
    .name = "groups",
    .heading = "heading.rules",
    .columns = group_columns,
    .column_count = GROUP_COLUMNS,
    .count = count_groups,
    .fill = fill_group,
};

/* "550 5.1.1 <address>: User unknown" */
static void name_group(buffer *into, const sst_record *record)
{
    char enhanced[SST_ENHANCED_STRING_MAX];
    sst_sink sink = buffer_sink(into);
    if (record->code != SST_CODE_NOT_DEFINED) {
        buffer_number(into, record->code);
        buffer_text(into, " ");
    }
    if (sst_enhanced_to_string(record->enhanced, enhanced, sizeof enhanced) > 0) {
        buffer_text(into, enhanced);
        buffer_text(into, " ");
    }
    sst_write_safe_text(record->text, &sink);
    if (into->len == 0) /* an object without code and text */
        buffer_text(into, "-");
}

/* "Mailbox full (mailbox-full), temporary, Google" */
static void name_verdict(buffer *into, const sst_record *record, const char *language)
{
    sst_sink sink = buffer_sink(into);
    if (!sst_record_is_judged(record)) {
        buffer_text(into, sst_kind_text(record->kind, language));
    } else {
        buffer_text(into, sst_reason_text_title(record->verdict.reason, language));
        buffer_text(into, " (");
        buffer_text(into, sst_reason_id(record->verdict.reason));
        buffer_text(into, "), ");
        buffer_text(into, sst_permanence_text(record->verdict.permanence, language));
    }
    if (record->provider.len > 0) {
        buffer_text(into, ", ");
        sst_write_safe_text(record->provider, &sink);
    }
}

/* The counts right-aligned, the template beside it, and below what was decided. */
static void write_pages(const groups *all, output *out)
{
    layout page;
    char count[24];
    int width = all->count > 0 ? snprintf(count, sizeof count, "%" PRIu64, all->rows[0].count) : 0;
    layout_init(&page, out);
    page.plain_labels = true;
    for (size_t i = 0; i < all->count; i++) {
        const group_row *row = &all->rows[i];
        buffer template = {NULL, 0, 0};
        buffer verdict = {NULL, 0, 0};
        snprintf(count, sizeof count, "%*" PRIu64, width, row->count);
        name_group(&template, &row->record);
        name_verdict(&verdict, &row->record, all->given->language);
        layout_gap(&page);
        layout_row(&page, count, (size_t)width, buffer_span(&template));
        layout_faint(&page, (size_t)width + 2, buffer_span(&verdict));
        buffer_free(&template);
        buffer_free(&verdict);
    }
}

static void write_groups(groups *all, output *out)
{
    const list_source from = {all->given->language, NULL, all};
    if (all->count > 0)
        qsort(all->rows, all->count, sizeof *all->rows, compare);
    if (all->given->format == FORMAT_TEXT)
        write_pages(all, out);
    else
        list_write(&group_topic, &from, all->given, out);
}

static void free_groups(groups *all)
{
    for (size_t i = 0; i < all->count; i++)
        free(all->rows[i].memory);
    free(all->rows);
    free(all->slots);
    buffer_free(&all->template);
}

/* Arguments are files here: a reply alone need not be counted. */
static options with_files(const options *given)
{
    options out = *given;
    if (given->values[OPTION_FILE].count == 0)
        out.values[OPTION_FILE] = given->arguments;
    return out;
}

int group_run(const options *given, output *out)
{
    options all_files = with_files(given);
    groups all = {.given = &all_files};
    replies from;
    sst_rules *rules;
    if (given->arguments.count > 0 && given->values[OPTION_FILE].count > 0) {
        complain("give files as arguments or with --file, not both");
        return STATUS_USAGE;
    }
    int status = replies_check(&all_files);
    if (status == STATUS_DONE)
        status = load_rules(given, &rules);
    if (status != STATUS_DONE)
        return status;
    replies_init(&from, &all_files, rules, out, count_record, &all);
    replies_read_files(&from);
    write_groups(&all, out);
    status = replies_finish(&from, true);
    free_groups(&all);
    replies_free(&from);
    sst_rules_free(rules);
    return status;
}
