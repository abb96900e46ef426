/* What gateways, mail programs and people do to reports, undone before these are read. */
#ifndef BOUNCE_MEND_H
#define BOUNCE_MEND_H

#include "mime/parts.h"

/*
 * Copies a message into room for SST_MAX_BOUNCE_MESSAGE bytes, with LF as line ends, and without
 * empty lines and the "From " line of a mailbox before it. UTF-16 becomes UTF-8; where every line
 * is followed by an empty one, those go. What goes over the room is cut off.
 */
sst_span sst_bounce_copy(const char *message, size_t len, char *room);

/* The encoding of a part: as its header tells, and base64 where its lines are nothing else. */
mime_encoding sst_bounce_encoding(const mime_part *part);

/*
 * Takes the marks of quoted text ("> ", ">> ") off the lines, in place, where most lines have them.
 * Returns the new length. The ">>>" of a transcript is none.
 */
size_t sst_bounce_unquote(char *text, size_t len);

#endif
