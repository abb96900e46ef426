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

/* Many texts: who gives them, by number, and takes what was met in them. */
typedef struct sst_scan_batch {
    size_t count;
    void (*begin)(void *context, size_t number, sst_hits *hits); /* calls sst_hits_init */
    void (*finish)(void *context, size_t number, const sst_hits *hits);
    void *context;
} sst_scan_batch;

/* Scans all texts of a batch, several side by side; they are finished in no particular order. */
void sst_scan_all(const sst_ruleset *set, const sst_scan_batch *batch);

#endif
