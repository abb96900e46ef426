/* A message's header, gone through once, so that many fields can be asked for. */
#ifndef BOUNCE_HEADER_H
#define BOUNCE_HEADER_H

#include "mime/field.h"

/* The most fields that are remembered: Microsoft's systems add about a hundred. */
#define BOUNCE_MAX_FIELDS 256

typedef struct bounce_header {
    size_t count;
    mime_field fields[BOUNCE_MAX_FIELDS];
} bounce_header;

void sst_bounce_index_header(bounce_header *header, sst_span text);

/* The value of the first field of that name; absent where there is none. */
sst_span sst_bounce_field(const bounce_header *header, const char *name);

#endif
