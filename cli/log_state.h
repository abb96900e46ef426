/*
 * The file of --state: how far each log was read, and the messages that were under way then.
 */
#ifndef LOG_STATE_H
#define LOG_STATE_H

#include "buffer.h"
#include "log_tail.h"

typedef struct log_state {
    log_place *places;
    size_t count;
    buffer open; /* what sst_log_save wrote */
} log_state;

/* Reads it; a file that is not there is an empty state. Returns false where it cannot be read or is
 * none, which has been said. log_state_free is due in either case. */
bool log_state_read(const char *name, log_state *into);
void log_state_free(log_state *from);

/* Writes it anew, all at once: whoever reads it sees the one before or this one. Returns false
 * where that failed, which has been said. */
bool log_state_write(const char *name, const log_tails *tails);

#endif
