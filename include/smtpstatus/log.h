/*
 * Logs of mail servers: one record for each recipient and attempt, with its verdict.
 *
 * Lines of any of the formats below, in any mixture and under the usual prefixes (RFC 3164, RFC
 * 5424, ISO time, journald and Docker JSON, Kubernetes, Compose, none), are told apart line by
 * line. Lines of one message are joined by its queue id: sender, Message-ID, size and client come
 * from earlier lines than the delivery. A reader holds all memory that it will ever need from its
 * creation on. Work is linear in the log.
 */
#ifndef SMTPSTATUS_LOG_H
#define SMTPSTATUS_LOG_H

#include <smtpstatus/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Limits. Line: what of a longer line is read; log daemons cut at 1 to 8 kB, and JSON lines of a
 * message with many recipients are the longest that are no attack.
 * Open: how many messages may be under way at once, unless the options say otherwise; the one that
 * was not heard of for the longest time is let go. A busy server has some tens of thousands queued.
 */
#define SST_MAX_LOG_LINE ((size_t)1048576)
#define SST_MAX_LOG_OPEN ((size_t)100000)

/* X(ident, identifier): the formats; the identifier is the record's `format`. */
#define SST_LOG_FORMAT_LIST(X)                                                                     \
    X(POSTFIX, "postfix")                                                                          \
    X(EXIM, "exim")                                                                                \
    X(SENDMAIL, "sendmail")                                                                        \
    X(OPENSMTPD, "opensmtpd")                                                                      \
    X(QMAIL, "qmail")                                                                              \
    X(COURIER, "courier")                                                                          \
    X(DOVECOT, "dovecot")                                                                          \
    X(HARAKA, "haraka")                                                                            \
    X(EXCHANGE, "exchange")                                                                        \
    X(POWERMTA, "powermta")                                                                        \
    X(KUMOMTA, "kumomta")                                                                          \
    X(CHASQUID, "chasquid")                                                                        \
    X(DMA, "dma")                                                                                  \
    X(NULLMAILER, "nullmailer")

typedef enum sst_log_format {
    SST_LOG_FORMAT_ANY, /* each line is recognised */
#define SST_X_LOG_FORMAT(ident, id) SST_LOG_FORMAT_##ident,
    SST_LOG_FORMAT_LIST(SST_X_LOG_FORMAT)
#undef SST_X_LOG_FORMAT
        SST_LOG_FORMAT_COUNT
} sst_log_format;

/* The identifier; "" for ANY and for what is none. */
SST_API const char *sst_log_format_id(sst_log_format format);

/* Options; size is sizeof(sst_log_options), zero the rest for the defaults. */
typedef struct sst_log_options {
    size_t size;
    const sst_allocator *allocator; /* NULL: malloc's */
    const sst_rules *rules;         /* the user's own; must outlive the reader */
    sst_log_format format;          /* only this one is read; ANY: all */
    size_t max_open;                /* messages under way; 0: SST_MAX_LOG_OPEN */
    int32_t utc_offset;             /* of stamps without a zone, in seconds east of UTC */
    bool undecided;                 /* leave the verdict to the caller, who may decide batches */
} sst_log_options;

typedef struct sst_log_reader sst_log_reader;

/* Makes a reader, to be freed with sst_log_reader_free. options may be NULL. Returns SST_OK,
 * SST_E_INVALID (size wrong, no such format) or SST_E_NO_MEMORY, and then leaves *reader. */
SST_API int sst_log_reader_new(const sst_log_options *options, sst_log_reader **reader);

/* Frees a reader; NULL is allowed. */
SST_API void sst_log_reader_free(sst_log_reader *reader);

/*
 * Begins a new source: line numbers start at 1 again. Messages under way stay open, as logs are
 * rotated in their midst. newest is the latest time that a stamp can be of, in seconds since 1970
 * (the file's last change, or now): stamps without a year (RFC 3164) get the latest year with which
 * they lie before the day after it. 0: unknown, then year is taken for the first stamp, and the
 * next one for stamps after the turn of the year. With a year (not 0) newest is not looked at.
 */
SST_API void sst_log_begin(sst_log_reader *reader, int64_t newest, int year);

/*
 * Gives the next len bytes of the source, cut anywhere. They must stay where they are until
 * sst_log_next has returned false. Cannot fail.
 */
SST_API void sst_log_feed(sst_log_reader *reader, const char *bytes, size_t len);

/* Says that the source ends here: a last line without a line end is read too. */
SST_API void sst_log_end(sst_log_reader *reader);

/*
 * The next record of the bytes given. Members source and index are the caller's to fill in. A
 * record may come some seconds of the log later than its line, where it is not known before whether
 * a filter gives the mail back. Returns false when more bytes are needed. Spans live until the next
 * call of any function but sst_log_counts.
 */
SST_API bool sst_log_next(sst_log_reader *reader, sst_record *record);

/* What a reader has come across since its creation. */
typedef struct sst_log_counts {
    uint64_t bytes;
    uint64_t lines;
    uint64_t recognised; /* lines of a mail server, of a format that is read */
    uint64_t
        not_understood; /* of these: a delivery or refusal by their form, but none could be read */
    uint64_t records;
    uint64_t let_go;    /* messages under way that the cap on open messages pushed out */
    uint64_t cut_lines; /* longer than SST_MAX_LOG_LINE */
    uint64_t zoneless;  /* records whose stamp had no zone */
    uint64_t back;      /* stamps earlier than the one before by more than a minute */
} sst_log_counts;

SST_API void sst_log_get_counts(const sst_log_reader *reader, sst_log_counts *counts);

/*
 * The messages under way, for a later run that goes on where this one ends (after sst_log_end,
 * which gives out what was held back): written to a sink (returns SST_OK or SST_E_SINK), and read
 * back into a new reader (SST_OK, or SST_E_INVALID where the bytes are no such state; the reader is
 * then as it was). The form is the library's own and may change with its version, which it names.
 */
SST_API int sst_log_save(const sst_log_reader *reader, const sst_sink *sink);
SST_API int sst_log_restore(sst_log_reader *reader, const char *state, size_t len);

#ifdef __cplusplus
}
#endif
#endif
