/*
 * How far it is, on one line of a terminal's stderr, where it takes longer than a second.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* The clock starts. Nothing is ever shown where stderr is no terminal, or where quiet is set. */
void progress_begin(bool quiet);

/* Whether the line is to be written anew. */
bool progress_is_due(void);

/* Writes it: how many there were so far of something, as "messages", bytes so far, and how much of
 * the way is done, from 0 to 1. */
void progress_show(uint64_t count, const char *of, uint64_t bytes, double done);

/* Wipes it off, before something else is written. */
void progress_wipe(void);

#endif
