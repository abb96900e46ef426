/* What relaxed reading and the iterator over its lines share: heads as people and logs quote them.
 */
#ifndef REPLY_RELAXED_H
#define REPLY_RELAXED_H

#include "reply/head.h"

/*
 * Reads a reply code at a position, and what belongs to it. It is 200 to 599, not part of a longer
 * word or number, and followed by a blank, a hyphen, '#', the end or an enhanced code, which may be
 * written as "#5.1.1", "(5.1.1)", "'5.1.1" or behind a colon or dot. Returns false, and leaves
 * *head, where there is none.
 */
bool sst_relaxed_head(sst_span text, size_t at, reply_head *head);

/* The position behind blanks and the mark of a reply in a transcript: "<<<" or "<--". */
size_t sst_relaxed_skip_mark(sst_span text, size_t at);

/*
 * Only what the words about the reply in a text say, as sst_reply_read would: the command that it
 * answers, and, where *remote is absent, the host that gave it.
 */
void sst_relaxed_surroundings(sst_span text, sst_command *command, sst_span *remote);

#endif
