/* Connecting to one of several addresses: each in turn, each with a deadline of its own. */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "net/resolve.h"

typedef enum net_dial_state {
    NET_DIAL_WAITING, /* until the socket is writable, or the deadline */
    NET_DIAL_CONNECTED,
    NET_DIAL_FAILED
} net_dial_state;

typedef struct net_dial {
    const net_addresses *addresses;
    size_t next;         /* the address to be tried after the current one */
    int fd;              /* -1: none */
    uint64_t deadline;   /* of the current address, ms */
    uint64_t each_ms;    /* how long each may take */
    net_failure failure; /* of the addresses so far, what tells most */
    int failure_rank;
} net_dial;

/* addresses is kept, and must outlive the dial. */
void sst_dial_start(net_dial *dial, const net_addresses *addresses, uint64_t each_ms);

/* Goes on; now in ms. When connected, fd is the caller's to close. */
net_dial_state sst_dial_step(net_dial *dial, uint64_t now);

/* Closes an attempt under way. */
void sst_dial_stop(net_dial *dial);

/* The address that is being tried, or that was tried last; NULL before the first. */
const net_address *sst_dial_address(const net_dial *dial);

/* The address of a Unix socket. False where the path is too long for one. */
bool sst_dial_unix(const char *path, net_addresses *addresses);

#endif
