/* TLS over a socket that never blocks: OpenSSL 3, told how to read and write so that no signal
 * comes. */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdatomic.h>

#include <openssl/ssl.h>

#include "net/failure.h"

/* What every session with the same settings shares. Never changed once it is made. */
struct sst_tls {
    const sst_allocator *allocator;
    SSL_CTX *context;
    BIO_METHOD *socket_method;
    bool no_verify;
    bool has_certificate; /* of the client's */
    atomic_int holders;
    char problem[SST_MAX_NET_TEXT]; /* why it cannot be used; empty: it can */
};

/* What a call came to. */
typedef enum net_tls_result {
    NET_TLS_DONE,
    NET_TLS_WANTS_READ,
    NET_TLS_WANTS_WRITE,
    NET_TLS_CLOSED, /* the other side has gone, with or without saying so */
    NET_TLS_FAILED  /* the failure is said */
} net_tls_result;

/* The TLS of one session. */
typedef struct net_tls net_tls;

/* One more holder of the settings; each lets go with sst_tls_free. */
sst_tls *sst_tls_hold(sst_tls *tls);

/*
 * TLS over fd, to a server that is to prove that it is name (a host name, or an address as text).
 * fd stays the caller's. NULL with the failure said.
 */
net_tls *sst_tls_open(sst_tls *settings, int fd, const char *name, net_failure *failure);

/* Goes on with the handshake. */
net_tls_result sst_tls_handshake(net_tls *tls, net_failure *failure);

/* Read and write at most so many bytes; *done are how many it were. */
net_tls_result sst_tls_read(net_tls *tls, void *bytes, size_t size, size_t *done,
                            net_failure *failure);
net_tls_result sst_tls_write(net_tls *tls, const void *bytes, size_t len, size_t *done,
                             net_failure *failure);

/* Says goodbye (close_notify), as far as that goes without waiting. */
void sst_tls_goodbye(net_tls *tls);

/* What is known of the other side; filled as far as the handshake came. */
const sst_tls_info *sst_tls_get_info(const net_tls *tls);

/*
 * The data that ties an authentication to this connection: tls-exporter (RFC 9266), tls-unique
 * (RFC 5929, TLS 1.2 only). The number of bytes; 0 where there is none.
 */
#define NET_MAX_BINDING 64
size_t sst_tls_exporter(const net_tls *tls, unsigned char binding[NET_MAX_BINDING]);
size_t sst_tls_unique(const net_tls *tls, unsigned char binding[NET_MAX_BINDING]);

/* NULL is allowed. */
void sst_tls_close(net_tls *tls);

#endif
