/*
 * Deliveries to a program that may be a filter: what it was given can come in again a moment after
 * the line that says that it was delivered. Such a record is held back until its Message-ID comes
 * in under another queue id, and then is of kind relayed; or until so much time has gone by that
 * this will not happen. Programs that never gave a mail back are soon not waited for.
 */
#ifndef LOG_HELD_H
#define LOG_HELD_H

#include "log/format.h"
#include "log/stamp.h"

/* How many are held at once: a busy server hands some tens of mails a second to a filter. */
#define SST_MAX_LOG_HELD ((size_t)128)

/* Programs that are known by name: a configuration has a few. */
#define SST_MAX_LOG_PROGRAMS ((size_t)16)

typedef enum held_text {
    HELD_RECIPIENT,
    HELD_ORIGINAL,
    HELD_SENDER,
    HELD_MESSAGE_ID,
    HELD_QUEUE_ID,
    HELD_REPORTER,
    HELD_TEXT,
    HELD_CLIENT,
    HELD_PROGRAM,
    HELD_TEXT_COUNT
} held_text;

enum { HELD_SIZE = 2048, HELD_PROGRAM_SIZE = 48 };

typedef struct log_held {
    const log_format *format; /* NULL: given out */
    uint64_t number;
    uint64_t size;
    uint64_t delay_ms;
    int64_t time_ms;
    sst_enhanced enhanced;
    bool has_delay;
    bool has_time;
    bool zoned;
    uint16_t start[HELD_TEXT_COUNT]; /* in bytes */
    uint16_t len[HELD_TEXT_COUNT];   /* UINT16_MAX: absent */
    char time[STAMP_TEXT_SIZE];
    char bytes[HELD_SIZE];
} log_held;

typedef struct held_program {
    char name[HELD_PROGRAM_SIZE];
    size_t len;
    unsigned kept; /* mails that did not come in again */
    bool is_filter;
} held_program;

/* A ring twice as long as what is in it, so that nothing is written over that records of this line
 * point at. */
typedef struct log_holding {
    log_held *ring;
    size_t first;
    size_t count;
    held_program programs[SST_MAX_LOG_PROGRAMS];
    size_t known;
} log_holding;

int sst_log_holding_init(log_holding *holding, const sst_allocator *allocator);
void sst_log_holding_free(log_holding *holding, const sst_allocator *allocator);

/* Gives out those whose time has come by this line; all where line is NULL. */
void sst_log_release_due(sst_log_reader *reader, const log_line *line);

/* A Message-ID has come in under a queue id: those that were held with it under another are given
 * out as relayed. */
void sst_log_release_relayed(sst_log_reader *reader, sst_span message_id, sst_span queue_id);

#endif
