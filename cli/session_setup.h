/*
 * What send and probe have in common: where to, over which TLS, as whom, and the record of what
 * goes to and fro.
 */
#ifndef SESSION_SETUP_H
#define SESSION_SETUP_H

#include <stdio.h>

#include <smtpstatus/net.h>

#include "buffer.h"
#include "credentials.h"
#include "layout.h"
#include "options.h"
#include "server_url.h"

/* The parts point into each other: it stays where it was set up. */
typedef struct session_setup {
    server_url url;
    credentials login;
    sst_credentials credentials;
    char name[256]; /* this machine's */
    sst_client_options client;
    sst_tls *tls;
    sst_net_options net;
    FILE *transcript; /* NULL: none */
    sst_sink transcript_sink;
} session_setup;

/*
 * Reads the options. address is the server's, default_port for one without. Returns STATUS_DONE, or
 * the exit status of what is wrong, which has been said; either way session_setup_free is due.
 */
int session_setup_read(session_setup *setup, const options *given, const char *address,
                       uint16_t default_port);

/* Returns false where the transcript could not be written, which has been said. */
bool session_setup_free(session_setup *setup);

/* A whole number within limits, the value of an option; *number is left where it was not given.
 * Returns false where it is none, which has been said. */
bool session_number(const options *given, option_id id, const char *name, long least, long most,
                    long *number);

/* Rows for people: the server, TLS with its certificate (brief: in a line), the login. now is in
 * seconds since 1970. */
void session_write_rows(layout *page, const sst_tls_info *tls, const char *server,
                        const char *address, const char *mechanism, bool brief,
                        const char *language, int64_t now);

#endif
