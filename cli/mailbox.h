/*
 * The messages of one input: the one that it is, or those of an mbox (mboxo, mboxrd), one after the
 * other. An input of any size is read in the same memory: of each message only the first
 * SST_MAX_BOUNCE_MESSAGE bytes are kept.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <smtpstatus/base.h>

#include "stream.h"

/* The bytes that a mailbox reads at once. */
#define MAILBOX_PIECE ((size_t)262144)

typedef struct message {
    sst_span text;
    bool in_mbox;
    uint64_t offset; /* of its separator, where it lies in an mbox; in the unpacked bytes */
} message;

typedef struct mailbox {
    stream *from;
    char *data;      /* allocated once, for one input after the other */
    size_t start;    /* of the message */
    size_t len;      /* of what is there */
    size_t line;     /* where the line begins that is looked at, */
    size_t seen;     /* and up to where it has no end */
    uint64_t base;   /* what must be added to a place from line on to have it in the input */
    uint64_t offset; /* of the message's separator, in the input */
    char line_end;
    bool begun;
    bool done;
    bool one;     /* a single message, whatever it begins with */
    bool is_mbox; /* begins with a separator */
    bool in_line; /* what stands at line goes on a line that is no separator */
    bool blank;   /* the line before was empty */
    bool quoted;  /* the message has quoted lines */
} mailbox;

void mailbox_init(mailbox *box);
void mailbox_free(mailbox *box);

/* Begins an input. one: it is a single message, whatever it begins with. */
void mailbox_open(mailbox *box, stream *from, bool one);

/* The next message, which lives until the next call. Returns false where there is none. */
bool mailbox_next(mailbox *box, message *out);

#endif
