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

/* The reply in a transcript within words of which first is the first line ("554-mx.example.com"),
 * with its further lines; first itself where it is not there. */
sst_span sst_bounce_whole_reply(sst_span words, sst_span first);

/*
 * The same for mail that a program on the system itself refused: its words stand above what the
 * system concludes from its exit status ("554 5.0.0 Service unavailable"), and say more. An entry
 * gets them where the conclusion names it or it is the only one.
 */
void sst_bounce_read_local(sst_span words, bounce_entries *entries, size_t first);

#endif
