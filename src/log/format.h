/*
 * What a log format is to the reader, and what the reader offers to it. Each format stands in a
 * file of its own; the reader takes prefixes off, asks the formats whose line it is, and hands out
 * the records that they make of it.
 */
#ifndef LOG_FORMAT_H
#define LOG_FORMAT_H

#include <smtpstatus/log.h>

typedef struct log_format log_format;

/* A line without its prefix. Spans live as long as the line is read. */
typedef struct log_line {
    sst_span text;    /* what the program said, without line end */
    sst_span program; /* its name in the tag, as "postfix/smtp"; absent: no tag */
    sst_span pid;     /* behind it in brackets; absent: none */
    sst_span host;    /* that logged; absent: not said */
    uint64_t number;  /* 1-based in its source */
    bool has_time;
    bool zoned;               /* the stamp had a zone */
    int64_t time_ms;          /* since 1970, UTC */
    const log_format *format; /* whose it is; set before it is read */
} log_line;

struct log_format {
    sst_log_format number;
    const char *id; /* as in SST_LOG_FORMAT_LIST */
    /* Whether the line is of this format; cheap, and sure: by the tag, or by a form that nothing
     * else has. */
    bool (*owns)(sst_log_reader *reader, const log_line *line);
    /* Takes in what the line says: about a message under way, or records. */
    void (*read)(sst_log_reader *reader, const log_line *line);
};

/* In src/log/formats.c, in the order in which they are asked. */
extern const log_format *const sst_log_formats[];

extern const log_format sst_log_postfix;
extern const log_format sst_log_exim;
extern const log_format sst_log_sendmail;
extern const log_format sst_log_opensmtpd;
extern const log_format sst_log_qmail;
extern const log_format sst_log_courier;
extern const log_format sst_log_dovecot;
extern const log_format sst_log_haraka;
extern const log_format sst_log_exchange;
extern const log_format sst_log_powermta;
extern const log_format sst_log_kumomta;
extern const log_format sst_log_chasquid;
extern const log_format sst_log_dma;
extern const log_format sst_log_nullmailer;

/*
 * Reads an ISO stamp (with T or a blank, fraction or none, zone or none) at the start of a text,
 * and puts the time into the line; returns its length, or 0 where there is none. A stamp at the
 * start of a line was taken off already, also one that no host and tag follow ("2024-01-01 10:00:02
 * 1rKabc-... => ..."), and so was multilog's. For formats that have a time elsewhere: copy the
 * line, put the time into the copy, and give that to sst_log_add.
 */
size_t sst_log_stamp(const sst_log_reader *reader, sst_span text, log_line *line);

/* --- records -------------------------------------------------------------------------------- */

/*
 * A new record of this line, zeroed but for line, direction "out", reporter, format and time, to be
 * filled in. A line may make many: those of one line are handed out before the next line is read.
 * NULL when SST_MAX_LOG_RECORDS were made of the line already.
 */
sst_record *sst_log_add(sst_log_reader *reader, const log_line *line);

/* How many records a line can make: more recipients than any server takes in one transaction. */
#define SST_MAX_LOG_RECORDS ((size_t)10000)

/*
 * Memory for texts that do not stand in the line as they are to be written (unescaped, joined): it
 * lives as long as the records of the line. Returns size bytes, or NULL beyond
 * 4 * SST_MAX_LOG_LINE in one line.
 */
char *sst_log_scratch(sst_log_reader *reader, size_t size);

/*
 * Reads a reply in the log's words with relaxed reading and puts into the record what it says:
 * kind, code, enhanced code, text, and remote and command where its introduction names them.
 * Members that are there already are kept.
 */
void sst_log_reply(sst_log_reader *reader, sst_record *record, sst_span words);

/* Counts a line that has the form of a delivery or refusal and could not be read. */
void sst_log_not_understood(sst_log_reader *reader);

/* --- messages under way ---------------------------------------------------------------------- */

/* What is kept of a message; each a copy, cut at SST_MAX_LOG_FIELD bytes. */
typedef enum log_field {
    LOG_SENDER,
    LOG_MESSAGE_ID,
    LOG_CLIENT,
    LOG_RECIPIENT, /* for formats that name it on another line than its fate */
    LOG_TEXT,      /* likewise for words */
    LOG_NEXT,      /* another queue id of the same mail */
    LOG_FIELD_COUNT
} log_field;

#define SST_MAX_LOG_FIELD ((size_t)998) /* a line of mail, RFC 5322 2.1.1 */

typedef struct log_mail log_mail;

/*
 * The message with a queue id, of one host and format: any bytes that name it within the log
 * ("d42" may be delivery 42). find returns NULL where there is none; open makes one. Pointers hold
 * while the line is read. close lets go of it once the records of the line were handed out.
 */
log_mail *sst_log_find(sst_log_reader *reader, const log_line *line, sst_span id);
log_mail *sst_log_open(sst_log_reader *reader, const log_line *line, sst_span id);
void sst_log_close(sst_log_reader *reader, log_mail *mail);

/* Fields: set copies the bytes; get returns a span that lives as long as the records of the line,
 * absent where nothing was set. The null sender is an empty span that is present. */
void sst_log_set(sst_log_reader *reader, log_mail *mail, log_field field, sst_span value);
sst_span sst_log_get(const log_mail *mail, log_field field);

/*
 * Recipients that wait. wait keeps what a record says of an attempt that was put off, instead of
 * what was kept of the recipient before; settle forgets it; expire makes a failed record of each
 * that waits, for a line that says that the queue gave the message up. is_waiting tells whether one
 * waits; recall fills in what was kept of the record's recipient, for a line that gives that one
 * up, and returns false where nothing was. mail may be NULL.
 */
void sst_log_wait(sst_log_reader *reader, log_mail *mail, const sst_record *record);
void sst_log_settle(sst_log_reader *reader, log_mail *mail, sst_span recipient);
void sst_log_expire(sst_log_reader *reader, const log_line *line, log_mail *mail);
bool sst_log_is_waiting(sst_log_reader *reader, const log_mail *mail, sst_span recipient);
bool sst_log_recall(sst_log_reader *reader, const log_mail *mail, sst_record *record);

/*
 * Mails that are handed to a filter and taken back. is_known: whether an id that a reply names
 * ("queued as") is one of this format's in the log, on whatever host. alias: from now on the
 * Message-ID stands for this mail, the last that was taken in with it. is_elsewhere: whether the
 * Message-ID of a mail stands for another.
 */
bool sst_log_is_known(sst_log_reader *reader, const log_line *line, sst_span id);
void sst_log_alias(sst_log_reader *reader, log_mail *mail, sst_span message_id);
bool sst_log_is_elsewhere(sst_log_reader *reader, const log_mail *mail);

/*
 * Holds back the record made last. hold: of a mail that was delivered to a program that may give it
 * back in a moment; if the Message-ID comes in under another queue id (alias), the record is of
 * kind relayed. hold_agent: of a delivery agent; if a mail system, whose line follows, tells of the
 * same mail, that record is the one. Where nothing is to be expected, by what the program or agent
 * did before, the record stays as it is.
 */
void sst_log_hold(sst_log_reader *reader, const log_line *line, sst_span program);
void sst_log_hold_agent(sst_log_reader *reader, const log_line *line);

/* Numbers that go with it. */
typedef struct log_numbers {
    uint64_t size;       /* octets of the message */
    uint64_t recipients; /* still to be heard of, where the log tells */
    int64_t arrived_ms;  /* since 1970; 0: not known */
    uint32_t flags;      /* the format's own */
} log_numbers;

log_numbers *sst_log_numbers(log_mail *mail);

/* Fills in what is known of the message: queue_id, sender, message_id, client, size, and delay
 * where arrived_ms is known. mail may be NULL; members that are there already are kept. */
void sst_log_join(sst_record *record, const log_mail *mail, const log_line *line, sst_span id);

#endif
