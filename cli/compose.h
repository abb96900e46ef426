/*
 * A small message (RFC 5322, MIME) from --subject, --body and --attach.
 */
#ifndef COMPOSE_H
#define COMPOSE_H

#include <stdbool.h>

#include "buffer.h"
#include "options.h"

/* Whether the options ask for one. */
bool compose_is_asked(const options *given);

/* Writes it, with CR LF. name is this machine's, for the Message-ID. Returns false where a file
 * cannot be read, which has been said. */
bool compose(const options *given, const char *name, buffer *into);

#endif
