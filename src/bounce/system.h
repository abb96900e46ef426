/* Which mail system wrote a report, by its own marks; and what kind of message it is at all. */
#ifndef BOUNCE_SYSTEM_H
#define BOUNCE_SYSTEM_H

#include "bounce/message.h"

/*
 * The identifier of the system that wrote the report, as "exim"; NULL where no mark is known. words
 * is the report without the returned message.
 */
const char *sst_bounce_system_of(const bounce_message *message, sst_span words);

/* Whether a message looks like a report on a delivery, by its header or its words. */
bool sst_bounce_is_report(const bounce_message *message, sst_span words);

/* Whether a report says that the mail is still being tried. */
bool sst_bounce_is_delay(const bounce_message *message, sst_span words);

/* Whether a message is an automatic reply of a person's (RFC 3834), marked as such or not. */
bool sst_bounce_is_auto_reply(const bounce_message *message);

#endif
