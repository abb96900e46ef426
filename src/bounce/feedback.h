/* Complaints: feedback reports (RFC 5965). */
#ifndef BOUNCE_FEEDBACK_H
#define BOUNCE_FEEDBACK_H

#include "bounce/entry.h"
#include "bounce/header.h"

/*
 * Reads a feedback report's fields: an entry of kind complaint for each original recipient that it
 * gives, else for those in the returned message's header (To, or the recipient's own trace field).
 */
void sst_bounce_read_feedback(sst_span feedback, const bounce_header *returned,
                              bounce_entries *entries, bounce_envelope *envelope);

#endif
