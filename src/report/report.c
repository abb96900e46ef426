/*
 * A report's life, and what can be asked of it.
 */
#include <smtpstatus/report.h>

#include "base/alloc.h"
#include "report/model.h"

/* Bytes of names; what is longer than usual takes from the others. */
#define DOMAIN_BYTES   ((size_t)512 << 10)
#define SENDER_BYTES   ((size_t)128 << 10)
#define CLIENT_BYTES   ((size_t)128 << 10)
#define TEMPLATE_BYTES ((size_t)256 << 10)
#define SMALL_BYTES    ((size_t)16 << 10)
#define MAX_FORMATS    ((size_t)31)

static const cache_shape seen_shape = {
    .entry = sizeof(uint64_t),
    .ways = 8,
    .first = 512,
    .most = SST_MAX_REPORT_SEEN / 8,
    .mask = MARK_MASK,
    .shift = MARK_BITS,
};

#define FATE_WAYS 16

/* The first entry from the end that failed; where all wait, the last. */
static size_t oldest_failed(const unsigned char *bucket)
{
    for (size_t i = FATE_WAYS; i > 0; i--) {
        fate here;
        memcpy(&here, bucket + (i - 1) * sizeof here, sizeof here);
        if (here.state == FATE_FAILED)
            return i - 1;
    }
    return FATE_WAYS - 1;
}

static const cache_shape fate_shape = {
    .entry = sizeof(fate),
    .ways = FATE_WAYS,
    .first = 64,
    .most = SST_MAX_REPORT_FATES / FATE_WAYS,
    .mask = MARK_MASK,
    .shift = MARK_BITS,
    .victim = oldest_failed,
};

static const cache_shape suspect_shape = {
    .entry = sizeof(uint64_t),
    .ways = 8,
    .first = 16,
    .most = SST_MAX_REPORT_ADDRESSES / 8,
    .mask = MARK_MASK,
    .shift = MARK_BITS,
};

static void init_names(sst_report *report)
{
    const sst_allocator *from = report->allocator;
    sst_names_init(&report->domains, SST_MAX_REPORT_DOMAINS, DOMAIN_BYTES, from);
    sst_names_init(&report->providers, SST_MAX_REPORT_PROVIDERS, SMALL_BYTES, from);
    sst_names_init(&report->senders, SST_MAX_REPORT_SENDERS, SENDER_BYTES, from);
    sst_names_init(&report->formats, MAX_FORMATS, SMALL_BYTES, from);
    sst_names_init(&report->templates, SST_MAX_REPORT_TEMPLATES, TEMPLATE_BYTES, from);
    sst_names_init(&report->inbound.clients, SST_MAX_REPORT_CLIENTS, CLIENT_BYTES, from);
}

/* The row of the other causes is there from the beginning, so that none is ever lost. */
static bool init(sst_report *report)
{
    init_names(report);
    report->first = report->inbound.first = INT64_MAX;
    report->last = report->inbound.last = NO_TIME;
    cause *others =
        sst_report_new_cause(report, SST_ACTOR_NOBODY, SST_REASON_UNKNOWN, SST_REASON_UNKNOWN);
    if (others)
        others->is_others = true;
    report->causes[SST_MAX_REPORT_CAUSES] = others;
    report->troubled = sst_allocate(report->allocator, TROUBLE_PLACES, 1);
    if (report->troubled)
        memset(report->troubled, 0, TROUBLE_PLACES);
    return others && report->troubled &&
           sst_cache_init(&report->seen, &seen_shape, report->allocator) &&
           sst_cache_init(&report->fates, &fate_shape, report->allocator) &&
           sst_cache_init(&report->suspects, &suspect_shape, report->allocator);
}

int sst_report_new(const sst_report_options *options, sst_report **report)
{
    if (!report || (options && options->size != sizeof *options))
        return SST_E_INVALID;
    const sst_allocator *allocator = sst_allocator_or_default(options ? options->allocator : NULL);
    sst_report *fresh = sst_allocate(allocator, 1, sizeof *fresh);
    if (!fresh)
        return SST_E_NO_MEMORY;
    memset(fresh, 0, sizeof *fresh);
    fresh->allocator = allocator;
    if (options)
        fresh->options = *options;
    if (!init(fresh)) {
        sst_report_free(fresh);
        return SST_E_NO_MEMORY;
    }
    *report = fresh;
    return SST_OK;
}

void sst_report_free(sst_report *report)
{
    if (!report)
        return;
    names *lists[] = {&report->domains, &report->providers, &report->senders,
                      &report->formats, &report->templates, &report->inbound.clients};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        sst_names_free(lists[i]);
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++) {
        if (report->causes[i])
            sst_deallocate(report->allocator, report->causes[i]);
    }
    if (report->troubled)
        sst_deallocate(report->allocator, report->troubled);
    sst_cache_free(&report->seen);
    sst_cache_free(&report->fates);
    sst_cache_free(&report->suspects);
    sst_deallocate(report->allocator, report);
}

void sst_report_get_totals(const sst_report *report, sst_report_totals *totals)
{
    const tally *total = &report->total;
    const sst_report_totals out = {
        .records = report->records,
        .duplicates = report->duplicates,
        .mails = report->mails,
        .recipients = tally_sum(total),
        .delivered_first = total->of[FATE_FIRST],
        .delivered_later = total->of[FATE_LATER],
        .failed = total->of[FATE_FAILED],
        .waiting = total->of[FATE_WAITING],
        .in_doubt = total->of[FATE_DOUBT],
        .complaints = report->complaints,
        .inbound = report->inbound.records,
    };
    *totals = out;
}

bool sst_report_limit_met(const sst_report *report, sst_report_limit limit)
{
    switch (limit) {
    case SST_REPORT_LIMIT_SEEN:
        return report->seen.let_go > 0;
    case SST_REPORT_LIMIT_FATES:
        return report->fates.let_go > 0;
    case SST_REPORT_LIMIT_ADDRESSES:
        return report->suspects.let_go > 0;
    case SST_REPORT_LIMIT_DOMAINS:
        return report->domains.turned_away > 0;
    case SST_REPORT_LIMIT_PROVIDERS:
        return report->providers.turned_away > 0;
    case SST_REPORT_LIMIT_SENDERS:
        return report->senders.turned_away > 0;
    case SST_REPORT_LIMIT_CAUSES:
        return tally_sum(&report->causes[SST_MAX_REPORT_CAUSES]->count) > 0;
    case SST_REPORT_LIMIT_TEMPLATES:
        return report->templates.turned_away > 0;
    case SST_REPORT_LIMIT_CLIENTS:
        return report->inbound.clients.turned_away > 0;
    default:
        return false;
    }
}

const char *sst_report_limit_id(sst_report_limit limit)
{
    static const char *const ids[] = {
#define LIMIT_ID(ident, id, value) [SST_REPORT_LIMIT_##ident] = id,
        SST_REPORT_LIMIT_LIST(LIMIT_ID)
#undef LIMIT_ID
    };
    return (unsigned)limit < SST_REPORT_LIMIT_COUNT ? ids[limit] : "";
}

/* --- the standing of an address ------------------------------------------------------------- */

void sst_report_standing_add(sst_report_standing *standing, const sst_report_event *event)
{
    const sst_report_standing cleared = {0};
    if (event->delivered) {
        *standing = cleared;
        return;
    }
    /* Failures without a time count as those of one day. */
    int64_t day = event->has_time ? event->time / 86400 : NO_TIME;
    if (standing->days < SST_REPORT_REPEATS &&
        (standing->against == 0 || day != standing->last_day))
        standing->days++;
    standing->last_day = day;
    standing->against++;
    if (event->suppress == SST_SUPPRESS_YES || standing->days >= SST_REPORT_REPEATS)
        standing->wanted = true;
}
