/*
 * Looks up the addresses of a host through the system's resolver (getaddrinfo, RFC 3493), each name
 * in a thread of its own, since the system's resolver blocks and cannot be interrupted.
 *
 * The thread and the session share a small block that the last of the two frees: a session that
 * ends before its answer came leaves the thread to end by itself. The block is malloc's, since the
 * caller's allocator may belong to one thread. MX records are not looked up: which server to ask is
 * the caller's business.
 */
#include "net/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/socket.h"

/* RFC 1035 2.3.4: 253 letters, and the dot at the end that some people write. */
#define MAX_HOST ((size_t)254)

struct net_resolver {
    atomic_int holders; /* the session and the thread */
    int ends[2];        /* the thread writes a byte to the second when it is done */
    atomic_bool done;
    int family;
    char host[MAX_HOST + 1];
    char port[8];
    int status; /* of getaddrinfo */
    int number; /* errno, where status is EAI_SYSTEM */
    struct addrinfo *found;
};

static void let_go(net_resolver *resolver)
{
    if (atomic_fetch_sub(&resolver->holders, 1) > 1)
        return;
    if (resolver->found)
        freeaddrinfo(resolver->found);
    close(resolver->ends[0]);
    close(resolver->ends[1]);
    free(resolver);
}

static int look_up(const char *host, const char *port, int family, int flags,
                   struct addrinfo **found)
{
    struct addrinfo hints = {
        .ai_family = family,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_NUMERICSERV | flags,
    };
    return getaddrinfo(host, port, &hints, found);
}

static void *run(void *context)
{
    net_resolver *resolver = context;
    resolver->status =
        look_up(resolver->host, resolver->port, resolver->family, 0, &resolver->found);
    resolver->number = errno;
    atomic_store(&resolver->done, true);
    (void)!write(resolver->ends[1], "", 1); /* both ends are open as long as the block is there */
    let_go(resolver);
    return NULL;
}

/* A detached thread that gets no signal: those are for the program's own threads. */
static int start_thread(net_resolver *resolver)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_attr_t attributes;
    int number = pthread_attr_init(&attributes);
    if (number != 0)
        return number;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    number = pthread_create(&thread, &attributes, run, resolver);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return number;
}

static net_resolver *new_resolver(const char *host, uint16_t port, int family)
{
    net_resolver *resolver = calloc(1, sizeof *resolver);
    if (!resolver)
        return NULL;
    if (!sst_socket_pipe(resolver->ends)) {
        free(resolver);
        return NULL;
    }
    atomic_init(&resolver->holders, 1);
    atomic_init(&resolver->done, false);
    resolver->family = family;
    memcpy(resolver->host, host, strlen(host) + 1);
    (void)snprintf(resolver->port, sizeof resolver->port, "%u", (unsigned)port);
    return resolver;
}

net_resolver *sst_resolver_start(const char *host, uint16_t port, int family, net_failure *failure)
{
    if (host[0] == '\0' || strlen(host) > MAX_HOST) {
        sst_failure_set(failure, SST_LOCAL_ERROR_HOST_NOT_FOUND, "this is no name of a host");
        return NULL;
    }
    net_resolver *resolver = new_resolver(host, port, family);
    if (!resolver) {
        sst_failure_set_errno(failure, SST_LOCAL_ERROR_LOCAL, "looking up the host", errno);
        return NULL;
    }
    atomic_fetch_add(&resolver->holders, 1);
    int number = start_thread(resolver);
    if (number != 0) {
        let_go(resolver);
        let_go(resolver);
        sst_failure_set_errno(failure, SST_LOCAL_ERROR_LOCAL, "looking up the host", number);
        return NULL;
    }
    return resolver;
}

int sst_resolver_fd(const net_resolver *resolver)
{
    return resolver->ends[0];
}

void sst_resolver_free(net_resolver *resolver)
{
    if (resolver)
        let_go(resolver);
}

/* --- the answer ----------------------------------------------------------------------------- */

static void add_address(net_addresses *addresses, const struct addrinfo *info)
{
    net_address *address = &addresses->list[addresses->count];
    if (info->ai_addrlen > sizeof address->where)
        return;
    memset(address, 0, sizeof *address);
    memcpy(&address->where, info->ai_addr, info->ai_addrlen);
    address->len = info->ai_addrlen;
    if (getnameinfo(info->ai_addr, info->ai_addrlen, address->name, sizeof address->name, NULL, 0,
                    NI_NUMERICHOST) != 0)
        address->name[0] = '\0';
    addresses->count++;
}

/* The next one of a family, or not of it, from a place of the list. */
static const struct addrinfo *next_of(const struct addrinfo *info, int family, bool same)
{
    while (info && (info->ai_family == family) != same)
        info = info->ai_next;
    return info;
}

/* The families in turn, so that one without a route costs one wait and not many (RFC 8305 4). */
static void take_in_turn(net_addresses *addresses, const struct addrinfo *found)
{
    int first_family = found->ai_family;
    const struct addrinfo *next[2] = {found, next_of(found, first_family, false)};
    addresses->count = 0;
    for (size_t turn = 0; next[0] || next[1]; turn ^= 1) {
        if (addresses->count == SST_MAX_ADDRESSES)
            return;
        if (!next[turn])
            continue;
        add_address(addresses, next[turn]);
        next[turn] = next_of(next[turn]->ai_next, first_family, turn == 0);
    }
}

/*
 * A host that is not there, and one of which nothing could be learnt now, are both host-not-found;
 * the words tell them apart.
 */
static void say_why(const net_resolver *resolver, net_failure *failure)
{
    sst_local_error error = SST_LOCAL_ERROR_HOST_NOT_FOUND;
    switch (resolver->status) {
    case EAI_NONAME:
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        sst_failure_set(failure, error, "%s: the name servers know no address of this name",
                        resolver->host);
        break;
    case EAI_AGAIN:
    case EAI_FAIL:
        sst_failure_set(failure, error, "%s: the name servers gave no answer, which may pass",
                        resolver->host);
        break;
    case EAI_SYSTEM:
        sst_failure_set_errno(failure, SST_LOCAL_ERROR_LOCAL, "looking up the host",
                              resolver->number);
        break;
    default:
        sst_failure_set(failure, SST_LOCAL_ERROR_LOCAL, "%s: the host could not be looked up",
                        resolver->host);
    }
}

bool sst_resolver_finish(net_resolver *resolver, net_addresses *addresses, net_failure *failure)
{
    if (!atomic_load(&resolver->done))
        return false;
    if (resolver->status == 0 && resolver->found)
        take_in_turn(addresses, resolver->found);
    else
        say_why(resolver, failure);
    return true;
}

bool sst_resolve_literal(const char *host, uint16_t port, net_addresses *addresses)
{
    char bare[64];
    char service[8];
    size_t len = strlen(host);
    bool brackets = len > 2 && host[0] == '[' && host[len - 1] == ']';
    size_t inner = brackets ? len - 2 : len;
    if (inner == 0 || inner >= sizeof bare)
        return false;
    memcpy(bare, host + (brackets ? 1 : 0), inner);
    bare[inner] = '\0';
    (void)snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo *found = NULL;
    if (look_up(bare, service, brackets ? AF_INET6 : AF_UNSPEC, AI_NUMERICHOST, &found) != 0)
        return false;
    take_in_turn(addresses, found);
    freeaddrinfo(found);
    return addresses->count > 0;
}
