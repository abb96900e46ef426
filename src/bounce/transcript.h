/* Transcripts of SMTP sessions in a report: commands marked ">>>", replies marked "<<<". */
#ifndef BOUNCE_TRANSCRIPT_H
#define BOUNCE_TRANSCRIPT_H

#include "bounce/entry.h"

/*
 * Completes an entry from a transcript within words: the refusal that answered its RCPT command, or
 * the last one that no other recipient's RCPT brought about; the command and the host. An entry's
 * words, where it has some with a reply in them, are kept. Does nothing where there is no
 * transcript.
 */
void sst_bounce_transcript_for(sst_span words, bounce_entry *entry);

#endif
