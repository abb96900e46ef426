/*
 * The parts of a line of Exim's logs: the message's id, and the fields behind the address. Which
 * fields there are is up to the configuration (log_selector); their order is not relied on.
 */
#ifndef LOG_EXIM_FIELDS_H
#define LOG_EXIM_FIELDS_H

#include "log/client.h"

/* The fields that say something for a record. Their letters mean different things in lines of
 * arrival and of delivery: R= is a message that bounced, or a router; T= a subject, or a transport;
 * P= a protocol, or a return path; F= a sender. */
typedef enum exim_key {
    EXIM_KEY_F,
    EXIM_KEY_R,
    EXIM_KEY_T,
    EXIM_KEY_U,
    EXIM_KEY_P,
    EXIM_KEY_S,
    EXIM_KEY_C,
    EXIM_KEY_A,
    EXIM_KEY_ID,
    EXIM_KEY_QT,
    EXIM_KEY_COUNT
} exim_key;

typedef struct exim_fields {
    sst_span of[EXIM_KEY_COUNT]; /* values without their quotes or brackets; absent: not there */
    log_host host;               /* H= */
    sst_span words;              /* behind the fields, and behind the colon where there is one */
} exim_fields;

/*
 * Reads fields up to a word by itself that begins with a small letter ("rejected", "from", "for"),
 * or up to a colon before a blank where colon is set. "defer" and "routing", which stand among the
 * fields of a deferral, are passed over.
 */
void sst_exim_read_fields(sst_span text, bool colon, exim_fields *fields);

/* Takes what may stand before the message's id and is no stamp of the line any more off a line:
 * "[1234]", and the stamp that Exim writes in messages to syslog. */
sst_span sst_exim_without_prefix(sst_span text);

/* Takes a message's id off a line: 1rKabc-0003Xy-2z, or since 4.97 1rKabc-000000003Xy-2zAb. Absent
 * where the line does not begin with one. */
sst_span sst_exim_take_id(sst_span *text);

/* Words as they were before Exim wrote them on one line: \n, \t and \303 undone. */
sst_span sst_exim_unescape(sst_log_reader *reader, sst_span text);

/* A time as Exim writes it, "1d2h3m4s" or "0.123s", in milliseconds; false where it is none. */
bool sst_exim_time(sst_span text, uint64_t *ms);

#endif
