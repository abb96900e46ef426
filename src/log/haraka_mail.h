/*
 * Who the recipients of Haraka's transactions and mails are. A transaction "UUID.1" has a mail for
 * each domain, "UUID.1.2" being the second; each of these has a chain of recipients. All are
 * messages under way, so that they are bounded as those are.
 */
#ifndef LOG_HARAKA_MAIL_H
#define LOG_HARAKA_MAIL_H

#include "log/format.h"

/* A line while it is read: its id, and the transaction or mail of that id; NULL: not known. */
typedef struct haraka_entry {
    sst_log_reader *reader;
    const log_line *line;
    sst_span id;
    log_mail *mail;
} haraka_entry;

/* Flags of a transaction: a plugin hands it on; its message came. */
#define HARAKA_HANDED_ON   1u
#define HARAKA_HAS_MESSAGE 2u

/* Adds a recipient to the transaction of an entry. */
void sst_haraka_add_recipient(const haraka_entry *entry, sst_span recipient);

/* A record about a recipient of an entry's mail, or of its transaction, joined with that; NULL as
 * from sst_log_add. */
sst_record *sst_haraka_record(const haraka_entry *entry, sst_kind kind, sst_span recipient);

/* What became of one recipient of an entry's mail: it is done, or is put off with these words. */
void sst_haraka_settle(const haraka_entry *entry, sst_span recipient);
void sst_haraka_defer(const haraka_entry *entry, sst_span recipient, sst_span words);

/* The recipients of an entry's mail that are not done, in their order. Zero all but the entry. */
typedef struct haraka_walk {
    const haraka_entry *entry;
    uint64_t group; /* of all: the mail that is gone through, from 1 on */
    sst_span next;
    bool started;
    log_mail *recipient;
    bool deferred;  /* in this attempt */
    sst_span words; /* with which it was put off last */
} haraka_walk;

bool sst_haraka_next(haraka_walk *walk, sst_span *recipient);

/* The same for all mails of an entry's transaction. */
bool sst_haraka_next_of_all(haraka_walk *walk, sst_span *recipient);

/* The recipient that was come to last is tried again. */
void sst_haraka_again(haraka_walk *walk);

/* Lets go of an entry's mail if all recipients are done, and of its transaction with the last of
 * its mails; of a transaction and all that belongs to it. */
void sst_haraka_close_if_done(const haraka_entry *entry);
void sst_haraka_close_all(const haraka_entry *entry);

#endif
