/*
 * The leaves of a MIME message (RFC 2046), without recursion: multiparts are opened up by following
 * their boundaries line by line, a message/rfc822 by reading the header inside it. Works over text
 * whose lines end with LF.
 */
#ifndef MIME_PARTS_H
#define MIME_PARTS_H

#include "mime/encoding.h"

/*
 * How deep multiparts may lie in one another: no mail program writes more than a handful; deeper
 * ones are taken as text.
 */
#define MIME_MAX_DEPTH 16

/* A boundary is at most 70 bytes (RFC 2046 5.1.1); some systems write longer ones. */
#define MIME_MAX_BOUNDARY 200

typedef struct mime_part {
    sst_span header;       /* of the part; of the message itself where that is no multipart */
    sst_span body;         /* still encoded */
    sst_span type;         /* "text/plain", as it stands; absent: none is given */
    sst_span content_type; /* the whole value, for its parameters */
    mime_encoding encoding;
    unsigned messages; /* how many messages this part lies inside: 0 the outermost one */
    bool is_header;    /* not a leaf: the header of a message that lies inside another one */
} mime_part;

/* A walk in progress. The members are this module's. */
typedef struct mime_walk {
    sst_span rest;
    bool at_part;      /* rest begins with the header of a part, or of a message */
    unsigned messages; /* how many messages rest lies inside */
    bool unopened;     /* of the innermost multipart no boundary has been seen yet */
    size_t depth;      /* how many multiparts are open */
    struct {
        char text[MIME_MAX_BOUNDARY];
        size_t len;
        unsigned messages;
    } boundary[MIME_MAX_DEPTH];
} mime_walk;

void sst_mime_walk_start(mime_walk *walk, sst_span message);

/*
 * The next leaf in the order of the text, or the header of a message inside the message (is_header;
 * its parts follow with a greater "messages"). Returns false at the end. Preambles are passed over,
 * what stands behind the last boundary too; a multipart whose boundary never comes is one leaf.
 */
bool sst_mime_walk_next(mime_walk *walk, mime_part *part);

#endif
