/* A line of Haraka in any of its three formats (default, logfmt, JSON), as the default one has it.
 */
#ifndef LOG_HARAKA_LINE_H
#define LOG_HARAKA_LINE_H

#include "log/format.h"

typedef struct haraka_line {
    sst_span id;     /* of a connection, transaction or mail; "-": none */
    sst_span source; /* core, outbound, a plugin */
    sst_span words;  /* the message, and behind it " key=value" and " key=\"value\"" */
} haraka_line;

/* Whether a text is a line of Haraka. */
bool sst_haraka_is_line(sst_span text);

/* Takes a line apart. Words are put together in scratch where the format has them apart. Returns
 * false where it is none. */
bool sst_haraka_take_line(sst_log_reader *reader, sst_span text, haraka_line *line);

/* The value behind " key=": to the next blank, or within quotes. Absent where there is none. */
sst_span sst_haraka_value(sst_span words, const char *key);

#endif
