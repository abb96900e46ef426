/*
 * The summary.
 */
#include "summary.h"

#include <inttypes.h>

#include "command.h"

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void summary_write(uint64_t inputs, uint64_t records, uint64_t not_understood)
{
    complain("%" PRIu64 " input%s, %" PRIu64 " record%s, %" PRIu64 " not understood", inputs,
             plural(inputs), records, plural(records), not_understood);
}
