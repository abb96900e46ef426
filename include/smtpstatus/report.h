/*
 * What many records add up to: what became of every mail, what to mend first, and which addresses
 * to stop mailing. Records of logs, bounces and JSON lines may be added in any mixture.
 *
 * A recipient of a mail has one fate, whatever number of attempts and reports tell of it: they are
 * joined by Message-ID (without one: by the queue id at the reporting host) and recipient. Of what
 * is told the strongest holds: failed (a bounce may come after the delivery to the next host), then
 * delivered, then the last that was heard. Relayed counts as delivered until more is heard: a mail
 * that was handed to a filter and taken back is one mail.
 *
 * Memory is bounded by the limits below, some 22 MiB with all of them met, and totals stay exact:
 * what has no place of its own goes to a row "others". A report names the limits that it met. It is
 * used by one thread at a time.
 */
#ifndef SMTPSTATUS_REPORT_H
#define SMTPSTATUS_REPORT_H

#include <smtpstatus/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the JSON object; the value of its key "schema". */
#define SST_REPORT_SCHEMA 1

/*
 * Limits: X(ident, identifier, value).
 * Seen: mails and recipients that are remembered once they were delivered, so that none is counted
 * twice; the oldest are forgotten. Half a million mails lie between two records of one.
 * Fates: recipients that failed or wait; the oldest are forgotten, failed ones first, and stay
 * counted as they were. A queue of a hundred thousand is one that somebody looks after already.
 * Addresses: those that failed, so that a later delivery clears them; the oldest are forgotten.
 * The others are rows that a person could still look through, names of usual length.
 */
#define SST_REPORT_LIMIT_LIST(X)                                                                   \
    X(SEEN, "seen", 1048576)                                                                       \
    X(FATES, "fates", 262144)                                                                      \
    X(ADDRESSES, "addresses", 262144)                                                              \
    X(DOMAINS, "domains", 8192)                                                                    \
    X(PROVIDERS, "providers", 127)                                                                 \
    X(SENDERS, "senders", 2048)                                                                    \
    X(CAUSES, "causes", 127)                                                                       \
    X(TEMPLATES, "templates", 512)                                                                 \
    X(CLIENTS, "clients", 2048)

typedef enum sst_report_limit {
#define SST_X_REPORT_LIMIT(ident, id, value) SST_REPORT_LIMIT_##ident,
    SST_REPORT_LIMIT_LIST(SST_X_REPORT_LIMIT)
#undef SST_X_REPORT_LIMIT
        SST_REPORT_LIMIT_COUNT
} sst_report_limit;

enum {
#define SST_X_REPORT_LIMIT(ident, id, value) SST_MAX_REPORT_##ident = (value),
    SST_REPORT_LIMIT_LIST(SST_X_REPORT_LIMIT)
#undef SST_X_REPORT_LIMIT
};

/* Columns of the chart over time: as many as can still be told apart. Their width grows with the
 * time that the records span, from a minute to years. */
#define SST_MAX_REPORT_PERIODS ((size_t)200)

/* Rows of domains, of replies that no rule covers and of clients that are written; the rest is in
 * the row "others". */
#define SST_MAX_REPORT_ROWS ((size_t)25)

/* Addresses to suppress that the report itself shows. The whole list is the caller's. */
#define SST_MAX_REPORT_SUPPRESSED ((size_t)1000)

/*
 * An address whose failures say "suppress after repeats" is to be suppressed once mails to it
 * failed for good on so many different days (UTC), and none was delivered meanwhile. Three: a full
 * mailbox is often emptied within a week, and what fails on three days is seldom mended by itself.
 */
#define SST_REPORT_REPEATS 3

/* The median and the 95th percentile of the delay are off by no more than this part of them. */
#define SST_REPORT_DELAY_ERROR 0.01

/* --- what is told of an address ------------------------------------------------------------- */

/* Something that speaks for or against mailing an address. */
typedef struct sst_report_event {
    sst_span recipient;
    bool delivered;        /* a mail was delivered, which clears what was held against it; */
    sst_suppress suppress; /* else one failed: YES or AFTER_REPEATS, */
    sst_reason reason;     /* why, and the reply; complaint: reason unknown, no reply */
    bool complaint;
    int code;
    sst_enhanced enhanced;
    sst_span text;
    bool has_time;
    int64_t time; /* seconds since 1970-01-01T00:00:00Z */
} sst_report_event;

/* Whether an address is to be suppressed: zero it, give all events of the address in the order of
 * their time, and ask. */
typedef struct sst_report_standing {
    bool wanted;      /* suppress it */
    uint64_t against; /* failures since the last delivery */
    unsigned days;    /* different days on which they fell, up to SST_REPORT_REPEATS */
    int64_t last_day; /* internal */
} sst_report_standing;

SST_API void sst_report_standing_add(sst_report_standing *standing, const sst_report_event *event);

/* --- a report ------------------------------------------------------------------------------- */

typedef struct sst_report sst_report;

/* Options; size is sizeof(sst_report_options), zero the rest for the defaults. */
typedef struct sst_report_options {
    size_t size;
    const sst_allocator *allocator; /* NULL: malloc's */
    /* Random bytes, so that nobody who writes to a log can make its names collide, and that
     * pseudonyms cannot be guessed. Equal seeds give equal pseudonyms. */
    uint64_t seed[2];
    bool anonymize; /* local parts and internal hosts are written as pseudonyms */
    /* Told of each event that bears on mailing an address, spans valid during the call; may be
     * NULL. Deliveries are told of only where the address failed before. */
    void (*event)(void *context, const sst_report_event *event);
    void *context;
} sst_report_options;

/* Makes a report, to be freed with sst_report_free. options may be NULL. Returns SST_OK,
 * SST_E_INVALID (size wrong) or SST_E_NO_MEMORY, and then leaves *report. */
SST_API int sst_report_new(const sst_report_options *options, sst_report **report);

/* Frees a report; NULL is allowed. */
SST_API void sst_report_free(sst_report *report);

/*
 * Adds a decided record; what the report needs of it is copied. Where there is no memory for more
 * rows the limits are met earlier; that is the worst that can happen.
 */
SST_API void sst_report_add(sst_report *report, const sst_record *record);

/* Adds count records as sst_report_add does one after the other, in less time: memory that one
 * needs is waited for while others are added. */
SST_API void sst_report_add_batch(sst_report *report, const sst_record *const *records,
                                  size_t count);

/* What a program may want to know without reading the report. */
typedef struct sst_report_totals {
    uint64_t records;
    uint64_t duplicates; /* records that told again what was known */
    uint64_t mails;
    uint64_t recipients; /* the sum of the next five */
    uint64_t delivered_first;
    uint64_t delivered_later; /* after an attempt that was put off */
    uint64_t failed;
    uint64_t waiting;
    uint64_t in_doubt;
    uint64_t complaints;
    uint64_t inbound; /* records of direction in: not counted above, but in records */
} sst_report_totals;

SST_API void sst_report_get_totals(const sst_report *report, sst_report_totals *totals);

/* Whether a limit was met, and its identifier; "" for what is none. */
SST_API bool sst_report_limit_met(const sst_report *report, sst_report_limit limit);
SST_API const char *sst_report_limit_id(sst_report_limit limit);

/* --- writing -------------------------------------------------------------------------------- */

/* An address to suppress, as the caller decided from the events. */
typedef struct sst_report_suppressed {
    sst_report_event last; /* its last failure */
    uint64_t failures;
} sst_report_suppressed;

/* How a report is written; size is sizeof(sst_report_style), zero the rest for the defaults. */
typedef struct sst_report_style {
    size_t size;
    const char *language; /* NULL: English */
    bool colour;          /* text: bold and faint */
    size_t width;         /* text: columns; 0: 80 */
    bool csv_safe;        /* guard cells that a spreadsheet would take for formulas */

    const sst_report *before; /* an earlier report to compare with; may be NULL */

    /* What was read: files, and those parts of them that could not be understood. */
    uint64_t inputs;
    uint64_t not_understood;

    /* The addresses to suppress, in the order in which they are to be shown: how many there are,
     * and next, called with 0, 1, ..., which fills one and returns false behind the last. The spans
     * live until the next call. next may be NULL: then the report says nothing of addresses. */
    uint64_t suppress_count;
    bool (*suppress_next)(void *context, uint64_t position, sst_report_suppressed *out);
    void *suppress_context;
} sst_report_style;

/*
 * Writers. Each returns SST_OK, SST_E_SINK, SST_E_NO_MEMORY, or SST_E_INVALID (no report or sink,
 * wrong size); style may be NULL. Text is for a terminal, html one self-contained page; both hold
 * nothing from outside that is not made safe. json is one object and LF, described by
 * report.schema.json; csv has a line for each cause (RFC 4180).
 */
SST_API int sst_report_write_text(const sst_report *report, const sst_report_style *style,
                                  const sst_sink *sink);
SST_API int sst_report_write_json(const sst_report *report, const sst_report_style *style,
                                  const sst_sink *sink);
SST_API int sst_report_write_csv(const sst_report *report, const sst_report_style *style,
                                 const sst_sink *sink);
SST_API int sst_report_write_html(const sst_report *report, const sst_report_style *style,
                                  const sst_sink *sink);

/*
 * An address, or a host's name, as a report that anonymizes writes it: the local part of an address
 * and the name of a host within the own network (no dot, .local, .internal, a private IP address)
 * become pseudonyms, the same ones wherever they stand. Without anonymize it is written as it is.
 */
SST_API int sst_report_write_name(const sst_report *report, sst_span name, const sst_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
