/*
 * Clients that this system refused: attempts of others, counted apart. Their queue ids and
 * Message-IDs are seldom known, so each record is one refusal.
 */
#include "report/hash.h"
#include "report/model.h"

#define SALT_CLIENT 9

void sst_report_add_inbound(sst_report *report, const sst_record *record, int64_t time)
{
    inbound *into = &report->inbound;
    sst_reason reason = sst_record_is_judged(record) ? record->verdict.reason : SST_REASON_UNKNOWN;
    into->records++;
    if (time != NO_TIME) {
        into->first = time < into->first ? time : into->first;
        into->last = time > into->last ? time : into->last;
    }
    if (record->kind != SST_KIND_FAILED && record->kind != SST_KIND_DELAYED)
        return;
    bool failed = record->kind == SST_KIND_FAILED;
    uint64_t hash = hash_span(report->options.seed, SALT_CLIENT, record->remote);
    size_t client = sst_names_find(&into->clients, record->remote, hash, true);
    names_tally(&into->clients, client)->of[failed ? FATE_FAILED : FATE_WAITING]++;
    into->by_reason[(unsigned)reason < SST_REASON_COUNT ? reason : SST_REASON_UNKNOWN]++;
    into->refused += failed ? 1 : 0;
    into->put_off += failed ? 0 : 1;
}
