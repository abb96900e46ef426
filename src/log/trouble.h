/* What a server says in its own words where it had no reply from the other side. */
#ifndef LOG_TROUBLE_H
#define LOG_TROUBLE_H

#include <smtpstatus/record.h>

/*
 * Sets the local error, with it GeneralFailure, and the command that was not answered, where the
 * text of a record without a reply code says so in words that are sure. Leaves other records alone.
 */
void sst_log_trouble(sst_record *record);

#endif
