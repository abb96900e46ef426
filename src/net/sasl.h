/* Authentication (RFC 4954): which mechanism, and what it answers to each challenge. */
#ifndef NET_SASL_H
#define NET_SASL_H

#include "net/tls.h"

/* What the choice of a mechanism depends on. */
typedef struct net_sasl_situation {
    const char *const *offered; /* the server's mechanisms */
    size_t offered_count;
    const net_tls *tls; /* NULL: in the clear */
    bool is_local;      /* over a Unix socket: nobody listens in */
    bool has_certificate;
    const char *host; /* as the user named it, and its port: for mechanisms that name the server */
    uint16_t port;
} net_sasl_situation;

/* One authentication. */
typedef struct net_sasl net_sasl;

/*
 * Chooses the strongest mechanism that both sides have and the credentials are for, and starts it.
 * NULL with the failure said. credentials are read as long as the authentication lasts.
 */
net_sasl *sst_sasl_start(const sst_credentials *credentials, const net_sasl_situation *situation,
                         const sst_allocator *allocator, net_failure *failure);

/* Its name, as "SCRAM-SHA-256". */
const char *sst_sasl_mechanism(const net_sasl *sasl);

/* Whether the client speaks first: what it says may go with the command AUTH. */
bool sst_sasl_is_client_first(const net_sasl *sasl);

/*
 * The answer to a challenge (decoded, of len bytes; NULL for the initial response), neither of them
 * in base64. It is the caller's to read until the next call. False with the failure said: the
 * authentication is to be cancelled.
 */
bool sst_sasl_step(net_sasl *sasl, const char *challenge, size_t len, sst_span *answer,
                   net_failure *failure);

/*
 * Whether the mechanism is through with it. Where it is not, a server that says yes has not proved
 * that it knows the password as well, and is not to be believed (RFC 5802 3).
 */
bool sst_sasl_is_complete(const net_sasl *sasl);

/* Overwrites what it knows of secrets. NULL is allowed. */
void sst_sasl_free(net_sasl *sasl);

#endif
