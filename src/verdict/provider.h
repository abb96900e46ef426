/* Recognises providers: by identifier, by host name, by marks in the text. */
#ifndef SST_VERDICT_PROVIDER_H
#define SST_VERDICT_PROVIDER_H

#include "verdict/hits.h"

/* Each returns the provider's number in the set, or SST_NO_PROVIDER. */
unsigned sst_provider_by_id(const sst_ruleset *set, sst_span id);
unsigned sst_provider_by_host(const sst_ruleset *set, sst_span host);
unsigned sst_provider_by_mark(const sst_ruleset *set, const sst_hits *hits);

#endif
