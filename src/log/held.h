/*
 * Records that are held back for a moment, as a line to come can make them what they are.
 *
 * Postfix tells of a delivery to a program before it tells that the program gave the mail back: the
 * record is of kind relayed where its Message-ID comes in under another queue id. A delivery agent
 * tells of what it took before the system that handed it over does: where that is in the log too,
 * its record is the one, and the agent's is dropped. Programs and agents of which nothing of the
 * sort was seen are soon not waited for.
 */
#ifndef LOG_HELD_H
#define LOG_HELD_H

#include "log/format.h"
#include "log/stamp.h"

/* How many are held at once: a busy server hands some tens of mails a second to a filter. */
#define SST_MAX_LOG_HELD ((size_t)128)

/* Programs that are known by name: a configuration has a few. */
#define SST_MAX_LOG_PROGRAMS ((size_t)16)

enum { HELD_SIZE = 2048, HELD_PROGRAM_SIZE = 48 };

typedef struct log_held {
    sst_record record;        /* its texts are in bytes */
    const log_format *format; /* NULL: given out or dropped */
    sst_span program;
    int64_t time_ms;
    bool agent; /* a delivery agent's */
    bool has_time;
    bool zoned;
    char time[STAMP_TEXT_SIZE];
    char bytes[HELD_SIZE];
} log_held;

typedef struct held_program {
    char name[HELD_PROGRAM_SIZE];
    size_t len;
    unsigned kept;      /* records that nothing came to */
    bool is_waited_for; /* something did */
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

/* Drops those that tell of the same as the records of the line, in another format. */
void sst_log_drop_same(sst_log_reader *reader);

#endif
