/*
 * Connects to a server of which several addresses are known (RFC 5321 5.1: try them in turn).
 * Addresses are tried one after the other: a second connection opened beside the first, as browsers
 * do it, would be counted by servers that limit connections.
 */
#include "net/dial.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/socket.h"

/*
 * Which local error an errno of connect is, and how much it tells: that IPv6 has no route here
 * must not hide that IPv4 was refused.
 */
static sst_local_error error_of(int number, int *rank)
{
    switch (number) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ENOENT:
        *rank = 3;
        return SST_LOCAL_ERROR_REFUSED;
    case ETIMEDOUT:
        *rank = 3;
        return SST_LOCAL_ERROR_TIMEOUT;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAGAIN: /* the queue of a Unix socket is full */
        *rank = 2;
        return SST_LOCAL_ERROR_REFUSED;
    default:
        *rank = 1;
        return SST_LOCAL_ERROR_LOCAL;
    }
}

static void note_failure(net_dial *dial, int number)
{
    int rank;
    sst_local_error error = error_of(number, &rank);
    if (rank < dial->failure_rank)
        return;
    dial->failure_rank = rank;
    sst_failure_set_errno(&dial->failure, error, sst_dial_address(dial)->name, number);
}

void sst_dial_start(net_dial *dial, const net_addresses *addresses, uint64_t each_ms)
{
    memset(dial, 0, sizeof *dial);
    dial->addresses = addresses;
    dial->fd = -1;
    dial->each_ms = each_ms;
}

const net_address *sst_dial_address(const net_dial *dial)
{
    return dial->next > 0 ? &dial->addresses->list[dial->next - 1] : NULL;
}

void sst_dial_stop(net_dial *dial)
{
    if (dial->fd != -1)
        close(dial->fd);
    dial->fd = -1;
}

/* Begins with the next address. Returns 0 when connected, EINPROGRESS, or what went wrong. */
static int begin(net_dial *dial, uint64_t now)
{
    const net_address *address = &dial->addresses->list[dial->next++];
    dial->deadline = now + dial->each_ms;
    dial->fd = sst_socket_open(address->where.ss_family);
    if (dial->fd == -1)
        return errno;
    if (connect(dial->fd, (const struct sockaddr *)&address->where, address->len) == 0)
        return 0;
    return errno == EINTR ? EINPROGRESS : errno;
}

/* How the attempt under way stands, in the same terms. */
static int look(const net_dial *dial, uint64_t now)
{
    struct pollfd one = {dial->fd, POLLOUT, 0};
    int ready = poll(&one, 1, 0);
    if (ready > 0)
        return sst_socket_error(dial->fd);
    return now >= dial->deadline ? ETIMEDOUT : EINPROGRESS;
}

net_dial_state sst_dial_step(net_dial *dial, uint64_t now)
{
    for (;;) {
        if (dial->fd == -1 && dial->next == dial->addresses->count)
            return NET_DIAL_FAILED;
        int number = dial->fd == -1 ? begin(dial, now) : look(dial, now);
        if (number == 0)
            return NET_DIAL_CONNECTED;
        if (number == EINPROGRESS)
            return NET_DIAL_WAITING;
        note_failure(dial, number);
        sst_dial_stop(dial);
    }
}

bool sst_dial_unix(const char *path, net_addresses *addresses)
{
    struct sockaddr_un where;
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof where.sun_path)
        return false;
    memset(&where, 0, sizeof where);
    where.sun_family = AF_UNIX;
    memcpy(where.sun_path, path, len + 1);
    memset(&addresses->list[0], 0, sizeof addresses->list[0]);
    memcpy(&addresses->list[0].where, &where, sizeof where);
    addresses->list[0].len = (socklen_t)sizeof where;
    memcpy(addresses->list[0].name, path, len + 1); /* sun_path is shorter than the name */
    addresses->count = 1;
    return true;
}
