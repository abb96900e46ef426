/*
 * Delays until delivery: a histogram whose steps are less than a hundredth of their value, for
 * percentiles, and a coarse one for people, which is exact.
 */
#ifndef REPORT_DELAY_H
#define REPORT_DELAY_H

#include <smtpstatus/base.h>

/* Steps: below 2^DELAY_BITS milliseconds each one is its own; above, each power of two has as many
 * as half of that. The last power of two is over a thousand years. */
#define DELAY_BITS   7
#define DELAY_POWERS 45
#define DELAY_STEPS  ((size_t)(DELAY_POWERS - DELAY_BITS + 2) << (DELAY_BITS - 1))

/* X(milliseconds): what lies below each, and not below the one before. */
#define DELAY_EDGE_LIST(X)                                                                         \
    X(1000) X(5000) X(30000) X(120000) X(600000) X(3600000) X(14400000) X(86400000) X(432000000)

enum {
#define DELAY_ONE(edge) +1
    DELAY_EDGES = 0 DELAY_EDGE_LIST(DELAY_ONE)
#undef DELAY_ONE
};

typedef struct delays {
    uint64_t count;
    uint64_t most; /* the longest, exact */
    uint64_t steps[DELAY_STEPS];
    uint64_t coarse[DELAY_EDGES + 1]; /* the last: longer than all edges */
} delays;

extern const uint64_t sst_delay_edges[DELAY_EDGES];

void sst_delay_add(delays *all, uint64_t milliseconds);

/* The delay that so many hundredths of all do not exceed; 0 where there are none. */
uint64_t sst_delay_percentile(const delays *all, unsigned hundredths);

#endif
