/* Runs the automaton over texts. */
#ifndef SST_VERDICT_SCAN_H
#define SST_VERDICT_SCAN_H

#include "verdict/hits.h"

/* How many texts are scanned side by side: enough to fill the time in which one waits for memory,
 * few enough to stay in registers. */
enum { SST_LANES = 4 };

/* A scan under way. */
typedef struct sst_scan {
    sst_hits *hits;
    const unsigned char *text; /* what is left of it */
    const unsigned char *end;
    uint32_t cell; /* the last cell: the state, and whether a phrase ends there */
    uint32_t row;  /* of defaults, by the byte before */
} sst_scan;

/* Makes a scan ready for the text of hits, which are made ready already. */
void sst_scan_start(const sst_ruleset *set, sst_hits *hits, sst_scan *scan);

/* Scans what is left. */
void sst_scan_run(const sst_ruleset *set, sst_scan *scan);

/* Scans a whole text: a longer one in parts side by side. */
void sst_scan_text(const sst_ruleset *set, sst_hits *hits);

/* Runs several scans side by side until one of them is at its end. */
void sst_scan_run_lanes(const sst_ruleset *set, sst_scan scans[SST_LANES]);

#endif
