/*
 * The encoder: every command that a session sends is made here, and every byte of an argument is
 * looked at here. The same functions check what a caller gives, writing nowhere.
 */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include <smtpstatus/client.h>

#include "client/job.h"

/* The longest command: an address, its original in xtext, and parameters; a response of AUTH is
 * longer (SST_MAX_CLIENT_AUTH). */
#define COMMAND_MAX ((size_t)16384)

/* Where a command is written. With to NULL nothing is, and only is_bad tells. */
typedef struct command_line {
    char *to;
    size_t len;
    bool is_bad; /* an argument may not be sent; nothing of the line may be used */
} command_line;

/* Whether an argument may be sent: the name of EHLO. */
bool sst_command_is_name(sst_span name);
/* Whether all is ASCII. */
bool sst_command_is_ascii(sst_span text);
/* The domain of an address; empty where it has none. */
sst_span sst_command_domain(sst_span address);

void sst_command_mail(command_line *line, const client_job *job, uint32_t offered);
void sst_command_rcpt(command_line *line, const sst_client_recipient *recipient, uint32_t offered);
/* VERB, or VERB argument: EHLO, HELO, LHLO, VRFY, EXPN, HELP, ETRN, NOOP, ... */
void sst_command_simple(command_line *line, sst_command command, sst_span argument, bool utf8);
void sst_command_bdat(command_line *line, size_t len, bool last);
/* AUTH mechanism, and an initial response that is in base64 already, or absent. */
void sst_command_auth(command_line *line, sst_span mechanism, sst_span initial);
/* A response of AUTH, in base64 already, or "*". */
void sst_command_response(command_line *line, sst_span response);

#endif
