/*
 * The record: one recipient, one attempt. Everything that is read (a reply, a bounce, a log line, a
 * live session) becomes records of this one shape, and is written as JSON, CSV or text from it.
 */
#ifndef SMTPSTATUS_RECORD_H
#define SMTPSTATUS_RECORD_H

#include <smtpstatus/code.h>
#include <smtpstatus/reply.h>
#include <smtpstatus/text.h>
#include <smtpstatus/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the shape; the value of the key "schema". */
#define SST_RECORD_SCHEMA 1

/*
 * The keys in the order in which they are written: X(key, type). NUMBER: a whole number; TEXT: a
 * string from outside; WORD: an identifier of ours; RANGE: two byte offsets, [start, end).
 * explanation and advice are written only where they were asked for.
 */
#define SST_RECORD_KEY_LIST(X)                                                                     \
    X(schema, NUMBER)                                                                              \
    X(source, TEXT)                                                                                \
    X(index, NUMBER)                                                                               \
    X(line, NUMBER)                                                                                \
    X(offset, NUMBER)                                                                              \
    X(direction, TEXT)                                                                             \
    X(kind, WORD)                                                                                  \
    X(recipient, TEXT)                                                                             \
    X(original_recipient, TEXT)                                                                    \
    X(sender, TEXT)                                                                                \
    X(message_id, TEXT)                                                                            \
    X(queue_id, TEXT)                                                                              \
    X(subject, TEXT)                                                                               \
    X(reporter, TEXT)                                                                              \
    X(remote, TEXT)                                                                                \
    X(provider, TEXT)                                                                              \
    X(format, TEXT)                                                                                \
    X(command, WORD)                                                                               \
    X(code, NUMBER)                                                                                \
    X(name, WORD)                                                                                  \
    X(enhanced, WORD)                                                                              \
    X(local_error, WORD)                                                                           \
    X(text, TEXT)                                                                                  \
    X(reason, WORD)                                                                                \
    X(claimed, WORD)                                                                               \
    X(permanence, WORD)                                                                            \
    X(scope, WORD)                                                                                 \
    X(actor, WORD)                                                                                 \
    X(retry, WORD)                                                                                 \
    X(retry_after, NUMBER)                                                                         \
    X(suppress, WORD)                                                                              \
    X(cause, WORD)                                                                                 \
    X(rule, WORD)                                                                                  \
    X(level, WORD)                                                                                 \
    X(span, RANGE)                                                                                 \
    X(time, TEXT)                                                                                  \
    X(explanation, WORD)                                                                           \
    X(advice, WORD)

/* A record. Every span is the caller's memory; an absent one (ptr NULL) is left out in writing.
 * Zero it first. The members stand in the order of the keys. */
typedef struct sst_record {
    sst_span source;
    uint64_t index; /* 0: left out, as with line */
    uint64_t line;
    bool has_offset;
    uint64_t offset;
    sst_span direction; /* "out", "in" */
    sst_kind kind;
    sst_span recipient;
    sst_span original_recipient;
    sst_span sender;
    sst_span message_id;
    sst_span queue_id;
    sst_span subject;
    sst_span reporter;
    sst_span remote;
    sst_span provider;
    sst_span format;
    sst_command command;
    int code; /* 0: none; GeneralFailure: the name is written, the number is not */
    sst_enhanced enhanced;
    sst_local_error local_error;
    sst_span text;
    bool gave_up; /* the report says that the queue gave up (evidence only, not written) */
    bool decided; /* the verdict's members below are filled */
    sst_verdict verdict;
    sst_span time; /* RFC 3339 */
    /* Known from a log, and not written either: */
    sst_span client;   /* the host or the user that handed the message in */
    uint64_t size;     /* octets of the message; 0: not known */
    bool has_delay;    /* delay is known: */
    uint64_t delay_ms; /* from the message's arrival to this attempt's end */
} sst_record;

/*
 * Takes over from a reply what it says: kind, code, enhanced code, remote host, command, its text
 * (joined into buffer, of size bytes: reply->whole.len is always enough), the recipient (or, where
 * the reply speaks of the sender, the sender) where the text begins with <address>, and the queue
 * id where a server says that it queued the message. Members that are already there are kept, and
 * an explicit code or enhanced code decides the kind. Returns SST_OK, or SST_E_NO_SPACE and leaves
 * the record.
 */
SST_API int sst_record_from_reply(sst_record *record, const sst_reply *reply, char *buffer,
                                  size_t size);

/*
 * Decides (verdict.h) over what the record holds, and fills verdict, kind and provider where they
 * are not there. A 3yz reply asks for more and decides nothing: it gets no verdict.
 */
SST_API void sst_record_decide(sst_record *record, const sst_rules *rules);

/* The same for count records at once, which is faster than one by one. */
SST_API void sst_record_decide_batch(sst_record *records, size_t count, const sst_rules *rules);

/*
 * Whether the record tells of a failure that a verdict explains: the keys from reason to span are
 * written. False for a success, for a 3yz reply, and for reports of another sort.
 */
SST_API bool sst_record_is_judged(const sst_record *record);

/*
 * Which language, and whether the texts are added. size is sizeof(sst_record_options). NULL stands
 * for English without texts. Every writer returns SST_OK, SST_E_SINK, or SST_E_INVALID (a wrong
 * size, or no record or sink).
 */
typedef struct sst_record_options {
    size_t size;
    const char *language; /* NULL: English */
    bool explain;         /* add explanation and advice */
    bool csv_safe;        /* guard cells that a spreadsheet would take for formulas */
} sst_record_options;

/*
 * One JSON object (RFC 8259) and LF. Each byte that is no UTF-8 becomes U+FFFD; span counts the
 * bytes of the text as it is written.
 */
SST_API int sst_record_write_json(const sst_record *record, const sst_record_options *options,
                                  const sst_sink *sink);

/* The header line, and one record as a line of CSV (RFC 4180, lines end with LF). CSV cannot
 * quote controls, so that C0 but tabs and ends of lines, DEL, C1 and bidirectional controls become
 * U+FFFD too. */
SST_API int sst_record_write_csv_header(const sst_record_options *options, const sst_sink *sink);
SST_API int sst_record_write_csv(const sst_record *record, const sst_record_options *options,
                                 const sst_sink *sink);

/*
 * Texts about a record in one language, for people. Each is written whole to the sink, without LF;
 * nothing is written where there is nothing to say.
 * Sentence: what happened, who can mend it, whether to try again, in one to four short sentences.
 * Explanation: of the reason; without a verdict, of the code. Advice: for the actor.
 */
SST_API int sst_record_write_sentence(const sst_record *record, const char *language,
                                      const sst_sink *sink);
SST_API int sst_record_write_explanation(const sst_record *record, const char *language,
                                         const sst_sink *sink);
SST_API int sst_record_write_advice(const sst_record *record, const char *language,
                                    const sst_sink *sink);

/* Pieces for other writers: a JSON string with its quotes; a CSV cell; text safe for a terminal
 * (C0, C1, DEL and bidirectional controls as \xNN or \u{...}). */
SST_API int sst_write_json_string(sst_span text, const sst_sink *sink);
SST_API int sst_write_csv_cell(sst_span text, bool guard, const sst_sink *sink);
SST_API int sst_write_safe_text(sst_span text, const sst_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
