/*
 * Arguments that are a reply.
 */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "buffer.h"
#include "options.h"

/* The arguments from a position on, with one blank between them, as a string; *text is it without
 * the blanks at its ends. */
void arguments_join(const options *given, size_t from, buffer *into, sst_span *text);

#endif
