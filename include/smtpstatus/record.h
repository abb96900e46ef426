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
    bool decided; /* the verdict's members below are filled */
    sst_verdict verdict;
    sst_span time; /* RFC 3339 */
} sst_record;

/*
 * Takes over from a reply what it says: kind, code, enhanced code, remote host, command, its text
 * (joined into buffer, of size bytes: reply->whole.len is always enough), the recipient where the
 * text begins with <address>, and the queue id where a server says that it queued the message.
 * Members that are already there are kept. Returns SST_OK or SST_E_NO_SPACE.
 */
SST_API int sst_record_from_reply(sst_record *record, const sst_reply *reply, char *buffer,
                                  size_t size);

/* Decides (verdict.h) over what the record holds, and fills verdict, kind and provider. */
SST_API void sst_record_decide(sst_record *record, const sst_rules *rules);

/* Which language, and whether the texts are added. size is sizeof(sst_record_options). */
typedef struct sst_record_options {
    size_t size;
    const char *language; /* NULL: English */
    bool explain;         /* add explanation and advice */
    bool csv_safe;        /* guard cells that a spreadsheet would take for formulas */
} sst_record_options;

/* One JSON object (RFC 8259) and LF. Bytes that are no UTF-8 become U+FFFD. */
SST_API int sst_record_write_json(const sst_record *record, const sst_record_options *options,
                                  const sst_sink *sink);

/* The header line, and one record as a line of CSV (RFC 4180, lines end with LF). */
SST_API int sst_record_write_csv_header(const sst_record_options *options, const sst_sink *sink);
SST_API int sst_record_write_csv(const sst_record *record, const sst_record_options *options,
                                 const sst_sink *sink);

/* Texts of a verdict in one language, for people. Each is written whole to the sink, without LF. */
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
