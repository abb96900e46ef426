/*
 * The lines of an mbox that are not mail: "From " lines, which separate messages, and the quoting
 * of lines in messages that would look like them.
 */
#ifndef SEPARATOR_H
#define SEPARATOR_H

#include <stdbool.h>

#include <smtpstatus/base.h>

/* A separator longer than this is none. */
#define SEPARATOR_MAX ((size_t)1024)

/*
 * Whether a line (without its end) looks like a separator: "From ", an address, and a date as
 * asctime(3) writes it, perhaps with a zone or without seconds. "From here on ..." is none.
 */
bool separator_is(sst_span line);

/* Whether a line is a quoted "From " line: one or more '>' before it. */
bool separator_is_quoted(sst_span line);

#endif
