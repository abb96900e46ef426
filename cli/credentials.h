/*
 * Who logs in, and with what secret. A secret comes from a file, an environment variable or a netrc
 * file, never from the command line, where every user of the machine could read it.
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "options.h"

/* More than this is no password and no token. */
#define CREDENTIALS_MAX_SECRET ((size_t)16384)

typedef struct credentials {
    char *user;   /* NULL: no login */
    char *secret; /* a password or token; terminated */
} credentials;

/*
 * Reads them as the options say, for a host; url_user is the user named in the server's address, or
 * NULL. Returns STATUS_DONE, also where no login is asked for, or the exit status of what went
 * wrong, which has been said without the secret.
 */
int credentials_read(const options *given, const char *host, const char *url_user,
                     credentials *taken);

/* Wipes the secret. */
void credentials_free(credentials *taken);

#endif
