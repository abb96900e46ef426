/*
 * A line of --input jsonl: an object with any of text, code, enhanced, command, remote, provider
 * and recipient.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>

#include <smtpstatus/record.h>

/* Whether this build can read JSON at all. */
bool fields_supported(void);

/* What a line was read into; the record's spans point into it. */
typedef struct fields fields;

/*
 * Reads a line into a record; the words go to *text, which is absent where there are none. Returns
 * NULL where the line is not such an object, and says why in message.
 */
fields *fields_read(sst_span line, sst_record *record, sst_span *text, char *message, size_t size);
void fields_free(fields *taken);

#endif
