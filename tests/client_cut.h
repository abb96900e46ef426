/*
 * The connection is cut after every single byte of either side, and the memory after every
 * allocation: each recipient's outcome must be the one that is true. Called by client_test.c.
 */
#ifndef TESTS_CLIENT_CUT_H
#define TESTS_CLIENT_CUT_H

#include <stddef.h>

/* Runs all; returns how many runs there were. Prints what is wrong; *failed counts. */
size_t cut_connections(size_t *failed);
size_t cut_memory(size_t *failed);

#endif
