/* Between the two files that read Sendmail's logs. */
#ifndef LOG_SENDMAIL_H
#define LOG_SENDMAIL_H

#include "log/format.h"

/* What a format keeps of a message in log_numbers.flags: its refusal was told already. */
#define SENDMAIL_REFUSED ((uint32_t)1)

/* The value of "key=" in a list of "key=value, ...", up to the next of these or the end; absent
 * where the key is not there. Keys begin with ", ", but for the first in the list. */
sst_span sst_sendmail_value(sst_span text, const char *key, const char *const *next);

/* Reads a line that may tell of a client or of a message that was refused; id is absent where the
 * line has none, text is what stands behind it. Other lines say nothing here. */
void sst_sendmail_read_refusal(sst_log_reader *reader, const log_line *line, sst_span id,
                               sst_span text);

/* One recipient of a message that was refused once it was sent: "to=<a@example.org>, delay=...,
 * stat=Spam", without a mailer. */
void sst_sendmail_add_refused(sst_log_reader *reader, const log_line *line, sst_span id,
                              sst_span recipient, sst_span words);

#endif
