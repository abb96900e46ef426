/* Notifications that come as JSON in a mail: Amazon SES over SNS. */
#ifndef BOUNCE_NOTIFICATION_H
#define BOUNCE_NOTIFICATION_H

#include "bounce/entry.h"

/*
 * Reads a notification: an entry for each recipient that bounced, complained or was delivered to.
 * Returns false where the words are no such notification.
 */
bool sst_bounce_read_notification(sst_span words, bounce_entries *entries,
                                  bounce_envelope *envelope);

#endif
