/* What mail systems write around the replies that they quote. */
#ifndef REPLY_FORMS_H
#define REPLY_FORMS_H

#include <smtpstatus/reply.h>

/* Passes by what may open a pasted text: "smtp;", "Diagnostic-Code:", "<<<"; with marks also
 * brackets and quotes, which may as well belong to the text. */
size_t sst_forms_skip_opening(sst_span text, bool marks);

/* Whether an introduction ends before a position, blanks and opening brackets and quotes between.
 * *any_code: a code of any class may follow it, not only one of a refusal. */
bool sst_forms_introduced(sst_span text, size_t at, bool *any_code);

/* The host that gave the reply and the command that it answers, as the words before it say; an
 * absent span, SST_COMMAND_NONE where they do not. */
sst_span sst_forms_host(sst_span introduction);
sst_command sst_forms_command(sst_span introduction);

/* A host name or address at a position; an absent span where there is none. */
sst_span sst_forms_host_at(sst_span text, size_t at);

/* Where the words behind a reply begin that reach to the end of the text, or text.len. *command is
 * set where they name it. */
size_t sst_forms_trailer(sst_span text, sst_command *command);

/* Whether a line, which begins at a position, is no further line of a reply: a command in a
 * transcript, or a field of a delivery report. */
bool sst_forms_ends_reply(sst_span text, size_t at);

#endif
