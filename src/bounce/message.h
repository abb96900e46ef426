/*
 * What a message that came back is made of, before anything is concluded: the human part, the
 * machine-readable parts, and the message that it returns. All text is UTF-8 with LF line ends.
 */
#ifndef BOUNCE_MESSAGE_H
#define BOUNCE_MESSAGE_H

#include "mime/charset.h"
#include "mime/parts.h"

/* A report inside a forwarded mail lies one or two messages deep; nothing deeper is looked at. */
#define BOUNCE_MAX_LEVELS 4

/* The parts that lie at one level of message in message. Absent where there is none. */
typedef struct bounce_message {
    sst_span header;   /* of the message at this level */
    sst_span human;    /* the words for people: all text before the returned message, decoded */
    sst_span status;   /* message/delivery-status, decoded; several in a row are joined */
    sst_span feedback; /* message/feedback-report (RFC 5965) */
    sst_span receipt;  /* message/disposition-notification (RFC 8098) */
    sst_span returned; /* header of the returned message, or the whole of it where it is encoded */
} bounce_message;

/*
 * Takes a message apart. Decoded text goes into out, which is the caller's and must live as long as
 * the result. levels gets at most BOUNCE_MAX_LEVELS entries, the outermost message first. Returns
 * how many.
 */
size_t sst_bounce_take_apart(sst_span message, const mime_converter *converter, mime_buffer *out,
                             bounce_message levels[BOUNCE_MAX_LEVELS]);

#endif
