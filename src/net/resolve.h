/* The addresses of a host, looked up in a thread of their own: getaddrinfo blocks, a loop must not.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stdint.h>
#include <sys/socket.h>

#include "net/failure.h"

/* More addresses of one host than anybody waits for; Google's servers have about ten. */
#define SST_MAX_ADDRESSES 16

/* An address, and how it is written: "192.0.2.1", "2001:db8::1", the path of a Unix socket. */
typedef struct net_address {
    struct sockaddr_storage where;
    socklen_t len;
    char name[128];
} net_address;

typedef struct net_addresses {
    net_address list[SST_MAX_ADDRESSES];
    size_t count;
} net_addresses;

/* A look-up under way. */
typedef struct net_resolver net_resolver;

/*
 * The addresses of a host that is written as an address: IPv4, IPv6 with or without brackets. False
 * where it is a name.
 */
bool sst_resolve_literal(const char *host, uint16_t port, net_addresses *addresses);

/*
 * Starts to look up a name. family: AF_UNSPEC, AF_INET, AF_INET6. NULL, with the failure said,
 * where it could not be started.
 */
net_resolver *sst_resolver_start(const char *host, uint16_t port, int family, net_failure *failure);

/* What becomes readable when the answer is there. */
int sst_resolver_fd(const net_resolver *resolver);

/*
 * Whether the answer is there. If so, either addresses has at least one, IPv6 and IPv4 in turn
 * beginning with the family that the system prefers, or the failure is said.
 */
bool sst_resolver_finish(net_resolver *resolver, net_addresses *addresses, net_failure *failure);

/* Gives the look-up up, whether it is done or not. NULL is allowed. */
void sst_resolver_free(net_resolver *resolver);

#endif
