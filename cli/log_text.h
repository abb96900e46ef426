/*
 * Records of a log for people, one after the other.
 */
#ifndef LOG_TEXT_H
#define LOG_TEXT_H

#include <smtpstatus/record.h>

#include "layout.h"

/*
 * When, what became of it and who it was for; of a failure also what happened, who can mend it, and
 * what the server said. explain: and what to do.
 */
void log_text_write(layout *page, const sst_record *record, bool explain, const char *language);

#endif
