/* What a report says of one recipient, before it becomes a record. Spans point into the reader. */
#ifndef BOUNCE_ENTRY_H
#define BOUNCE_ENTRY_H

#include <smtpstatus/bounce.h>

#include "bounce/message.h"
#include "bounce/paragraph.h"

typedef struct bounce_entry {
    sst_kind kind;
    sst_span recipient;
    sst_span original_recipient;
    sst_enhanced status; /* as a field of its own gives it */
    sst_span words;      /* the reply or the system's own words, codes and all */
    bounce_worth worth;  /* how much words that were found beside it say */
    sst_span conclusion; /* what the system drew from words that are no reply: its code counts */
    bool said; /* the words stood apart from the status: the more exact of their codes counts */
    sst_span remote;
    sst_command command;
    sst_span time;      /* as the header field has it */
    const char *format; /* which reader understood it */
} bounce_entry;

/* What a report says of the mail as a whole. */
typedef struct bounce_envelope {
    sst_span sender;
    sst_span message_id;
    sst_span queue_id;
    sst_span subject; /* still encoded */
    sst_span reporter;
    sst_span time;
} bounce_envelope;

/* A list of bounded length; what goes over it is dropped. */
typedef struct bounce_entries {
    bounce_entry *at;
    size_t count;
    size_t size;
} bounce_entries;

/* A new entry at the end, zeroed; NULL where the list is full. */
bounce_entry *sst_bounce_add(bounce_entries *entries, const char *format);

/* The entry for a recipient (letters without case), or NULL. */
bounce_entry *sst_bounce_entry_for(const bounce_entries *entries, sst_span recipient);

#endif
