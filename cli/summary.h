/*
 * The last line on stderr: how many inputs there were, and what came of them.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdint.h>

void summary_write(uint64_t inputs, uint64_t records, uint64_t not_understood);

#endif
