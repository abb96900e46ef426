/* Transcripts of SMTP sessions in a report: commands marked ">>>", replies marked "<<<". */
#ifndef BOUNCE_TRANSCRIPT_H
#define BOUNCE_TRANSCRIPT_H

#include "bounce/entry.h"

/*
 * Completes the entries from number first on from a transcript within words, in one pass: each
 * whose own words hold no reply gets the refusal that answered its RCPT command, else the last
 * refusal that answered nobody's; with the command and the host. Does nothing where there is no
 * transcript.
 */
void sst_bounce_read_transcript(sst_span words, bounce_entries *entries, size_t first);

#endif
