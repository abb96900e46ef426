/*
 * Replies from the command's inputs, as decided records, one after the other.
 */
#ifndef REPLIES_H
#define REPLIES_H

#include <smtpstatus/record.h>

#include "buffer.h"
#include "fields.h"
#include "options.h"
#include "source.h"

/* What is done with a record; flags are the reply's (sst_reply_flags). The record's spans live
 * until it returns. */
typedef void replies_take(void *context, const sst_record *record, uint32_t flags);

/* Records are decided in blocks, which is faster than one by one. */
#define REPLIES_BLOCK ((size_t)16)

typedef struct replies {
    const options *given;
    const sst_rules *rules;
    output *out; /* flushed before waiting for input */
    replies_take *take;
    void *context;

    uint64_t inputs;
    uint64_t records;
    uint64_t not_understood;
    bool io_failed;
    bool message; /* an input begins as a message does */

    /* The block. */
    sst_record block[REPLIES_BLOCK];
    uint32_t flags[REPLIES_BLOCK];
    fields *fields[REPLIES_BLOCK];
    size_t count;
    buffer texts; /* of the block's records; does not move while there are any */

    /* The source that is being read. */
    source source;
    uint64_t index;
    uint64_t line;
} replies;

/* STATUS_DONE, or the exit status where replies cannot be read so; that has been said. */
int replies_check(const options *given);

void replies_init(replies *from, const options *given, const sst_rules *rules, output *out,
                  replies_take *take, void *context);
void replies_free(replies *from);

/* One reply, given as an argument. */
void replies_read_argument(replies *from, sst_span text);

/* Every file that was given; standard input where none was. */
void replies_read_files(replies *from);

/* Says on stderr how many there were, where summary is set, and returns the exit status. */
int replies_finish(replies *from, bool summary);

#endif
