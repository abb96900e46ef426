/*
 * What a report is made of. add.c fills it, the writers read it through a view (view.h).
 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include <smtpstatus/report.h>

#include "report/cache.h"
#include "report/delay.h"
#include "report/names.h"
#include "report/timeline.h"

#define NO_TIME INT64_MIN

/* "2026-11-22T10:00:00.000000+00:00", and no more, is remembered. */
#define TIME_KEPT ((size_t)32)

/* A recipient that has not got its mail: it failed, waits, or is in doubt. */
typedef struct fate {
    uint64_t key;
    int64_t first; /* when the first attempt was made, or the mail came; NO_TIME */
    uint16_t domain;
    uint16_t sender;
    uint8_t provider;
    uint8_t cause;
    uint8_t reason;
    uint8_t state;
} fate;

/* What is remembered of a recipient that got its mail stands in the low bits of its key. */
#define MARK_BITS     16u
#define MARK_MASK     (~UINT64_C(0) << MARK_BITS)
#define MARK_LATER    UINT64_C(1)
#define MARK_RELAYED  UINT64_C(2) /* perhaps only to a filter, and more is to come */
#define MARK_PROVIDER 2u          /* shift, of 7 bits */
#define MARK_CAUSE    9u          /* shift, of 7 bits */

/* Of a reply so many bytes are kept as an example: the first lines are what tells. */
#define EXAMPLE_BYTES 400
/* Rules of one cause of which examples are kept: the most frequent ones come early. */
#define EXAMPLES 6

typedef struct reply_example {
    uint64_t rule; /* hash of its identifier */
    uint64_t count;
    int code;
    sst_enhanced enhanced;
    size_t len;
    char text[EXAMPLE_BYTES];
} reply_example;

/* Why, and who can mend it. */
typedef struct cause {
    sst_actor actor;
    sst_reason reason;
    sst_reason beneath; /* with reason expired */
    bool is_others;
    tally count;
    uint64_t attempts;
    int64_t first;
    int64_t last;
    size_t example_count;
    reply_example examples[EXAMPLES];
    uint64_t providers[SST_MAX_REPORT_PROVIDERS + 1];
    uint64_t senders[SST_MAX_REPORT_SENDERS + 1];
} cause;

typedef struct inbound {
    uint64_t records;
    uint64_t refused;
    uint64_t put_off;
    uint64_t by_reason[SST_REASON_COUNT];
    names clients;
    int64_t first;
    int64_t last;
} inbound;

/* How many fates and suspects have keys that fall on each place: where it is 0 there is none, which
 * is the usual case, and saves looking. A place that is full stays so. */
#define TROUBLE_PLACES ((size_t)1 << 19)

struct sst_report {
    const sst_allocator *allocator;
    sst_report_options options;

    uint64_t records;
    uint64_t duplicates;
    uint64_t mails;
    uint64_t complaints;
    uint64_t auto_replies;
    uint64_t relayed;   /* recipients delivered so far as is known, of whom more may be heard */
    uint64_t others;    /* no delivery: not tried, ordinary mail, a reply to another command */
    uint64_t anonymous; /* keys given to records that name no mail */
    int64_t first;
    int64_t last;
    char time_text[TIME_KEPT]; /* of the last record: that of the next is mostly the same */
    size_t time_len;
    int64_t time;

    tally total;
    tally by_reason[SST_REASON_COUNT];
    names domains;
    names providers;
    names senders;
    names formats;
    names templates; /* of[FATE_FAILED]: failed, of[FATE_WAITING]: put off */
    cause *causes[SST_MAX_REPORT_CAUSES + 1]; /* the last: the others */
    size_t cause_count;
    timeline timeline;
    delays delays;
    cache seen;
    cache fates;
    cache suspects; /* addresses that failed */
    uint8_t *troubled;
    inbound inbound;
};

/* NULL where there was no memory for it: then nothing was counted under it. */
static inline cause *cause_at(const sst_report *report, size_t position)
{
    return report->causes[position < report->cause_count ? position : SST_MAX_REPORT_CAUSES];
}

/* inbound.c */
void sst_report_add_inbound(sst_report *report, const sst_record *record, int64_t time);

/* causes.c: the cause of a failure, and what an attempt adds to it. */
size_t sst_report_find_cause(sst_report *report, const sst_record *record);
void sst_report_add_attempt(sst_report *report, size_t position, const sst_record *record,
                            int64_t time);
cause *sst_report_new_cause(sst_report *report, sst_actor actor, sst_reason reason,
                            sst_reason beneath);

/* "550 5.1.1 " before a text. Returns how long it is. */
#define CODES_SIZE ((size_t)32)
size_t sst_report_codes(int code, sst_enhanced enhanced, char out[CODES_SIZE]);

#endif
