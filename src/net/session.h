/* A session over a socket, from the inside. */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include "net/dial.h"
#include "net/resolve.h"
#include "net/sasl.h"
#include "net/tls.h"

/* A name of a host with its port, or a path of a Unix socket. */
#define NET_MAX_SOURCE 320

typedef enum net_state {
    NET_NEW, /* nothing is begun: mails are queued first, so that they share whatever happens */
    NET_RESOLVING,
    NET_DIALING,
    NET_SHAKING, /* a TLS handshake */
    NET_OPEN,
    NET_ENDING, /* the engine knows that it is over, the caller does not yet */
    NET_OVER
} net_state;

struct sst_net {
    const sst_allocator *allocator;
    sst_client *client;
    net_state state;
    net_failure failure;
    /* Where to: */
    char host[NET_MAX_SOURCE];
    char tls_name[256];
    char source[NET_MAX_SOURCE];
    uint16_t port;
    bool is_unix;
    int family;
    uint64_t connect_ms;
    uint64_t resolve_ms;
    /* On the way there: */
    net_resolver *resolver;
    net_addresses addresses;
    net_dial dial;
    uint64_t deadline; /* of looking up, and of a handshake before the greeting */
    /* There: */
    int fd;
    bool connected;     /* once */
    unsigned waits_for; /* SST_NET_... of a handshake */
    bool write_blocked; /* the system takes no more now */
    bool broken;        /* writing has failed: what the server said before may still be read */
    /* TLS: */
    sst_tls *settings;
    net_tls *tls;
    bool implicit;
    uint64_t handshake_ms;
    /* AUTH: */
    const sst_credentials *credentials;
    net_sasl *sasl;
    const char *mechanism;
    bool unproven; /* the server said yes before it had proved that it knows the password */
    bool give_up;  /* authentication has failed, and the event has been given out */
};

/* Closes the connection, or gives up the way there. */
void sst_net_close(sst_net *net);

/* What went wrong in the connection itself: tells the engine, and closes. */
void sst_net_fail(sst_net *net, sst_local_error error);

/* The events of AUTH. Whether the caller is to see the event. */
bool sst_net_auth_wanted(sst_net *net);
bool sst_net_auth_challenge(sst_net *net, const sst_client_event *event);
bool sst_net_auth_done(sst_net *net, const sst_client_event *event);

/* Ends an authentication that has failed, once the caller has seen that. */
void sst_net_auth_give_up(sst_net *net);

#endif
