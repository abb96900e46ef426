/*
 * The histogram. A value is told by its highest bits: six below the first, so that a step is at
 * most a 64th of where it begins, and its middle at most a 128th off.
 */
#include "report/delay.h"

#define HALF ((uint64_t)1 << (DELAY_BITS - 1))

const uint64_t sst_delay_edges[DELAY_EDGES] = {
#define DELAY_VALUE(edge) edge,
    DELAY_EDGE_LIST(DELAY_VALUE)
#undef DELAY_VALUE
};

/* How many bits must go so that less than 2^DELAY_BITS is left. */
static unsigned shift_of(uint64_t value)
{
    unsigned shift = 0;
    for (unsigned part = 32; part > 0; part /= 2) {
        if (value >> (shift + part) >= HALF * 2)
            shift += part;
    }
    return value >> shift >= HALF * 2 ? shift + 1 : shift;
}

void sst_delay_add(delays *all, uint64_t milliseconds)
{
    const uint64_t longest = ((uint64_t)1 << DELAY_POWERS) - 1;
    uint64_t value = milliseconds < longest ? milliseconds : longest;
    unsigned shift = shift_of(value);
    size_t edge = 0;
    all->steps[(size_t)shift * HALF + (value >> shift)]++;
    while (edge < DELAY_EDGES && milliseconds >= sst_delay_edges[edge])
        edge++;
    all->coarse[edge]++;
    all->count++;
    if (milliseconds > all->most)
        all->most = milliseconds;
}

/* The middle of a step. */
static uint64_t value_of(size_t step)
{
    if (step < 2 * HALF)
        return step;
    unsigned shift = (unsigned)(step / HALF - 1);
    uint64_t first = (step - shift * HALF) << shift;
    return first + (((uint64_t)1 << shift) - 1) / 2;
}

uint64_t sst_delay_percentile(const delays *all, unsigned hundredths)
{
    /* The smallest number of delays that is at least so many hundredths of all. */
    uint64_t wanted = all->count / 100 * hundredths + (all->count % 100 * hundredths + 99) / 100;
    uint64_t below = 0;
    for (size_t step = 0; step < DELAY_STEPS; step++) {
        below += all->steps[step];
        if (below >= wanted && below > 0) {
            uint64_t value = value_of(step);
            return value < all->most ? value : all->most;
        }
    }
    return 0;
}
