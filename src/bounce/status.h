/* Delivery status notifications (RFC 3464), and read receipts (RFC 8098), which look like them. */
#ifndef BOUNCE_STATUS_H
#define BOUNCE_STATUS_H

#include "bounce/entry.h"

/*
 * Reads the fields of a delivery status: those of the message, and a block for each recipient.
 * Systems separate the blocks by empty lines, by none, or by several, so that a block begins with
 * any field that the one before has already.
 */
void sst_bounce_read_status(sst_span status, bounce_entries *entries, bounce_envelope *envelope);

#endif
