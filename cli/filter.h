/*
 * Which records are wanted: --direction, --kind, --reason, --permanence, --provider, --domain,
 * --sender, --since and --until. Within an option any of its values will do; of several options all
 * must be met.
 */
#ifndef FILTER_H
#define FILTER_H

#include <smtpstatus/record.h>

#include "moment.h"
#include "options.h"

typedef struct filter_words {
    sst_span *list; /* parts of the command line */
    size_t count;
} filter_words;

typedef struct filter {
    bool any; /* whether anything is asked for at all */
    uint64_t directions;
    uint64_t kinds; /* a bit for each value; 0: all are wanted */
    uint64_t reasons;
    uint64_t permanences;
    filter_words providers;
    filter_words domains; /* of recipients; "*.example.com" or ".example.com": of what is below */
    filter_words senders; /* addresses, domains, or "<>" */
    bool has_since;
    bool has_until;
    int64_t since; /* milliseconds since 1970 */
    int64_t until; /* not included */
} filter;

/* The options of a filter, for a subcommand's table. */
#define FILTER_OPTIONS                                                                             \
    OPTION_DIRECTION, OPTION_KIND, OPTION_REASON, OPTION_PERMANENCE, OPTION_PROVIDER,              \
        OPTION_DOMAIN, OPTION_SENDER, OPTION_SINCE, OPTION_UNTIL

/* Reads the options. in is what times without a zone are in. Returns false where a value is wrong,
 * which has been said. filter_free is due in either case. */
bool filter_read(const options *given, zone *in, filter *into);
void filter_free(filter *from);

/* Whether a record may be wanted, by what is known before a verdict: this saves deciding. */
bool filter_may_pass(const filter *by, const sst_record *record);

/* Whether a decided record is wanted. */
bool filter_passes(const filter *by, const sst_record *record);

#endif
