/*
 * Files given with --rules, and to "rules check".
 */
#ifndef RULES_FILE_H
#define RULES_FILE_H

#include <smtpstatus/rules.h>

#include "buffer.h"
#include "options.h"

/* Reads a whole file. Returns false where it cannot be read, which has been said. */
bool read_whole_file(const char *name, buffer *into);

/*
 * Loads every file of --rules; *rules is NULL where there are none. Returns STATUS_DONE, or the
 * exit status of what went wrong, which has been said.
 */
int load_rules(const options *given, sst_rules **rules);

#endif
