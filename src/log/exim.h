/* Between the two files that read Exim's logs. */
#ifndef LOG_EXIM_H
#define LOG_EXIM_H

#include "log/format.h"

/* Reads a line that may tell of a client or of a message that Exim refused; id is absent where the
 * line has none, text is what stands behind it. Other lines say nothing here. */
void sst_exim_read_refusal(sst_log_reader *reader, const log_line *line, sst_span id,
                           sst_span text);

#endif
