/* Where the report ends and the returned message begins, when both stand in one text. */
#ifndef BOUNCE_DIVIDE_H
#define BOUNCE_DIVIDE_H

#include "bounce/phrase.h"

/* Indexes the dividing lines that are known, for sst_bounce_divide. */
void sst_bounce_index_dividers(bounce_phrase_index *index);

/*
 * Cuts the report's own words off at the line that announces the returned message, or at its first
 * trace field. *returned gets what follows, from its first field on; absent where there is none.
 */
sst_span sst_bounce_divide(const bounce_phrase_index *index, sst_span human, sst_span *returned);

#endif
