/*
 * Records read back from lines of JSON, as --format jsonl writes them.
 */
#ifndef RECORD_OBJECT_H
#define RECORD_OBJECT_H

#include <smtpstatus/record.h>

#include "buffer.h"

typedef struct record_object record_object;

/*
 * Reads a line into a record, whose spans live until record_object_free. A verdict that stands in
 * it is kept; without one it is decided over what there is. words is memory for the text of a
 * reply. Returns NULL where the line is no such object, and says why in message.
 */
record_object *record_object_read(sst_span line, const sst_rules *rules, buffer *words,
                                  sst_record *record, char *message, size_t size);
void record_object_free(record_object *taken);

/* Whether the first line of an input looks like one of them, and not like that of a log. */
bool record_object_is_likely(sst_span line);

#endif
