/* The time that a reply states for the next try. */
#ifndef SST_VERDICT_RETRY_TIME_H
#define SST_VERDICT_RETRY_TIME_H

#include "verdict/hits.h"

/* In seconds, or -1. Only next to a phrase about waiting is a time one for the next try. */
int32_t sst_retry_time(const sst_ruleset *set, const sst_hits *hits);

#endif
