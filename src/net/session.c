/*
 * A session over a socket that never blocks: looks up the host, connects, and then carries bytes
 * between the engine (src/client) and the socket, through TLS once the engine asks for it.
 *
 * The engine decides everything about the protocol; here is only what a system call or OpenSSL can
 * say. Waiting is the caller's.
 */
#include "net/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "net/memory.h"
#include "net/socket.h"

/* A TLS record has no more (RFC 8446 5.1), so that none is left behind where poll cannot see it. On
 * the stack. */
#define READ_SIZE 16384

uint64_t sst_net_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sst_net_close(sst_net *net)
{
    sst_resolver_free(net->resolver);
    net->resolver = NULL;
    sst_dial_stop(&net->dial);
    if (net->fd != -1)
        close(net->fd);
    net->fd = -1;
}

void sst_net_fail(sst_net *net, sst_local_error error)
{
    if (net->state >= NET_ENDING)
        return;
    net->state = NET_ENDING;
    sst_client_closed(net->client, error, sst_net_now());
    sst_net_close(net);
}

/* --- the way there -------------------------------------------------------------------------- */

/* The connection can be used: the greeting comes next. */
static void open_session(sst_net *net)
{
    net->state = NET_OPEN;
    sst_client_connected(net->client, sst_net_now());
}

static void end_handshake(sst_net *net, bool ok)
{
    net->state = NET_OPEN;
    if (!net->implicit)
        sst_client_tls_started(net->client, ok, sst_net_now());
    else if (ok)
        open_session(net);
    else
        sst_net_fail(net, net->failure.error);
}

static void shake(sst_net *net)
{
    switch (sst_tls_handshake(net->tls, &net->failure)) {
    case NET_TLS_WANTS_READ:
        net->waits_for = SST_NET_READ;
        break;
    case NET_TLS_WANTS_WRITE:
        net->waits_for = SST_NET_WRITE;
        break;
    case NET_TLS_DONE:
        end_handshake(net, true);
        break;
    default:
        end_handshake(net, false);
    }
}

static void start_tls(sst_net *net)
{
    net->state = NET_SHAKING;
    net->deadline = sst_net_now() + net->handshake_ms;
    if (!net->settings && sst_tls_new(NULL, &net->settings) != SST_OK)
        sst_failure_set(&net->failure, SST_LOCAL_ERROR_LOCAL, "out of memory");
    else
        net->tls = sst_tls_open(net->settings, net->fd, net->tls_name, &net->failure);
    if (net->tls)
        shake(net);
    else
        end_handshake(net, false);
}

static void dial(sst_net *net)
{
    switch (sst_dial_step(&net->dial, sst_net_now())) {
    case NET_DIAL_WAITING:
        break;
    case NET_DIAL_FAILED:
        net->failure = net->dial.failure;
        sst_net_fail(net, net->failure.error);
        break;
    case NET_DIAL_CONNECTED:
        net->fd = net->dial.fd;
        net->dial.fd = -1;
        net->connected = true;
        if (net->implicit)
            start_tls(net);
        else
            open_session(net);
    }
}

static void start_dialing(sst_net *net)
{
    net->state = NET_DIALING;
    sst_dial_start(&net->dial, &net->addresses, net->connect_ms);
    dial(net);
}

static void resolve(sst_net *net)
{
    if (sst_resolver_finish(net->resolver, &net->addresses, &net->failure)) {
        sst_resolver_free(net->resolver);
        net->resolver = NULL;
        if (net->failure.error == SST_LOCAL_ERROR_NONE)
            start_dialing(net);
        else
            sst_net_fail(net, net->failure.error);
    } else if (sst_net_now() >= net->deadline) {
        sst_failure_set(&net->failure, SST_LOCAL_ERROR_HOST_NOT_FOUND,
                        "%s: the name servers gave no answer in time, which may pass", net->host);
        sst_net_fail(net, net->failure.error);
    }
}

static void start_unix(sst_net *net)
{
    if (sst_dial_unix(net->source, &net->addresses)) {
        start_dialing(net);
        return;
    }
    sst_failure_set(&net->failure, SST_LOCAL_ERROR_LOCAL, "the path of the socket is too long");
    sst_net_fail(net, SST_LOCAL_ERROR_LOCAL);
}

static void start(sst_net *net)
{
    if (net->is_unix) {
        start_unix(net);
    } else if (sst_resolve_literal(net->host, net->port, &net->addresses)) {
        start_dialing(net);
    } else {
        net->state = NET_RESOLVING;
        net->deadline = sst_net_now() + net->resolve_ms;
        net->resolver = sst_resolver_start(net->host, net->port, net->family, &net->failure);
        if (!net->resolver)
            sst_net_fail(net, net->failure.error);
    }
}

/* --- the session ---------------------------------------------------------------------------- */

/* Writes what it may of some bytes. Returns how many were handed over; 0: no more go now. */
static size_t write_some(sst_net *net, const char *data, size_t len)
{
    if (net->tls) {
        size_t done;
        net_tls_result result = sst_tls_write(net->tls, data, len, &done, &net->failure);
        net->write_blocked = result != NET_TLS_DONE;
        net->broken = result == NET_TLS_CLOSED || result == NET_TLS_FAILED;
        return done;
    }
    ssize_t sent = sst_socket_send(net->fd, data, len, sst_client_has_more(net->client));
    net->write_blocked = sent < 0 || (size_t)sent < len;
    net->broken = sent < 0 && errno != EAGAIN;
    return sent > 0 ? (size_t)sent : 0;
}

/* Hands the engine's bytes to the system as far as it takes them. Whether anything has changed. */
static bool flush(sst_net *net)
{
    bool some = false;
    const char *data;
    size_t len;
    while (net->state == NET_OPEN && !net->write_blocked && !net->broken &&
           (len = sst_client_output(net->client, &data)) > 0) {
        size_t done = write_some(net, data, len);
        if (done > 0)
            sst_client_sent(net->client, done, sst_net_now());
        some = some || done > 0;
    }
    if (net->state == NET_OPEN && net->broken && net->failure.error == SST_LOCAL_ERROR_TLS) {
        sst_net_fail(net, SST_LOCAL_ERROR_TLS);
        some = true;
    }
    return some;
}

/* What reading came to: more than 0: bytes; 0: nothing now; -1: the connection is over. */
static ptrdiff_t read_some(sst_net *net, char *buffer, size_t size)
{
    if (net->tls) {
        size_t done;
        switch (sst_tls_read(net->tls, buffer, size, &done, &net->failure)) {
        case NET_TLS_DONE:
            return (ptrdiff_t)done;
        case NET_TLS_WANTS_READ:
        case NET_TLS_WANTS_WRITE:
            return 0;
        default:
            return -1;
        }
    }
    ssize_t got = sst_socket_receive(net->fd, buffer, size);
    if (got > 0)
        return got;
    return got < 0 && errno == EAGAIN ? 0 : -1;
}

static void read_once(sst_net *net)
{
    char buffer[READ_SIZE];
    ptrdiff_t got = read_some(net, buffer, sizeof buffer);
    if (got > 0)
        sst_client_receive(net->client, buffer, (size_t)got, sst_net_now());
    else if (got < 0 && net->failure.error == SST_LOCAL_ERROR_TLS)
        sst_net_fail(net, SST_LOCAL_ERROR_TLS);
    else if (got < 0)
        sst_net_fail(net, SST_LOCAL_ERROR_CLOSED);
}

/* The engine's own deadline. */
static void tick(sst_net *net)
{
    uint64_t when;
    uint64_t now = sst_net_now();
    if (sst_client_deadline(net->client, &when) && now >= when)
        sst_client_tick(net->client, now);
}

static void step_handshake(sst_net *net)
{
    shake(net);
    if (net->state != NET_SHAKING)
        return;
    if (!net->implicit) {
        tick(net);
    } else if (sst_net_now() >= net->deadline) {
        sst_failure_set(&net->failure, SST_LOCAL_ERROR_TIMEOUT,
                        "the server did not answer in the TLS handshake");
        sst_net_fail(net, SST_LOCAL_ERROR_TIMEOUT);
    }
}

void sst_net_step(sst_net *net)
{
    switch (net->state) {
    case NET_NEW:
        start(net);
        break;
    case NET_RESOLVING:
        resolve(net);
        break;
    case NET_DIALING:
        dial(net);
        break;
    case NET_SHAKING:
        step_handshake(net);
        break;
    case NET_OPEN:
        net->write_blocked = false;
        read_once(net);
        if (net->state == NET_OPEN)
            tick(net);
        break;
    default:
        break;
    }
}

/* --- events --------------------------------------------------------------------------------- */

static void end_session(sst_net *net)
{
    if (net->tls && net->fd != -1 && !net->broken)
        sst_tls_goodbye(net->tls);
    sst_net_close(net);
    net->state = NET_OVER;
}

/* Does what is the transport's. Whether the caller is to see the event. */
static bool act(sst_net *net, sst_client_event *event)
{
    switch (event->kind) {
    case SST_CLIENT_RECIPIENT:
        if (net->unproven) { /* for the engine the session was open */
            event->outcome = SST_OUTCOME_DEFERRED;
            event->command = SST_COMMAND_AUTH;
        }
        return true;
    case SST_CLIENT_TLS_WANTED:
        start_tls(net);
        return false;
    case SST_CLIENT_AUTH_WANTED:
        return sst_net_auth_wanted(net);
    case SST_CLIENT_CHALLENGE:
        return sst_net_auth_challenge(net, event);
    case SST_CLIENT_AUTH_DONE:
        return sst_net_auth_done(net, event);
    case SST_CLIENT_CLOSED:
        end_session(net);
        return true;
    default:
        return true;
    }
}

bool sst_net_next(sst_net *net, sst_client_event *event)
{
    if (net->state == NET_NEW)
        start(net);
    if (net->give_up)
        sst_net_auth_give_up(net);
    if (net->state == NET_OVER)
        return false;
    do {
        while (sst_client_next(net->client, event)) {
            if (act(net, event))
                return true;
        }
    } while (flush(net));
    return false;
}

void sst_net_cancel(sst_net *net)
{
    if (net->state >= NET_ENDING)
        return;
    sst_failure_set(&net->failure, SST_LOCAL_ERROR_CANCELLED, "cancelled");
    sst_net_fail(net, SST_LOCAL_ERROR_CANCELLED);
}

/* --- what is waited for --------------------------------------------------------------------- */

int sst_net_fd(const sst_net *net)
{
    switch (net->state) {
    case NET_RESOLVING:
        return sst_resolver_fd(net->resolver);
    case NET_DIALING:
        return net->dial.fd;
    default:
        return net->fd;
    }
}

unsigned sst_net_events(const sst_net *net)
{
    switch (net->state) {
    case NET_RESOLVING:
        return SST_NET_READ;
    case NET_DIALING:
        return SST_NET_WRITE;
    case NET_SHAKING:
        return net->waits_for;
    case NET_OPEN:
        return net->write_blocked && !net->broken ? SST_NET_READ | SST_NET_WRITE : SST_NET_READ;
    default:
        return 0;
    }
}

bool sst_net_deadline(const sst_net *net, uint64_t *when)
{
    switch (net->state) {
    case NET_RESOLVING:
        *when = net->deadline;
        return true;
    case NET_DIALING:
        *when = net->dial.deadline;
        return true;
    case NET_SHAKING:
        *when = net->deadline;
        return net->implicit || sst_client_deadline(net->client, when);
    case NET_OPEN:
        return sst_client_deadline(net->client, when);
    default:
        *when = 0; /* there are events to be pulled, or there is nothing any more */
        return net->state == NET_ENDING || net->state == NET_NEW;
    }
}

bool sst_net_is_over(const sst_net *net)
{
    return net->state == NET_OVER;
}

sst_client *sst_net_client(sst_net *net)
{
    return net->client;
}

const sst_tls_info *sst_net_tls(const sst_net *net)
{
    return net->tls ? sst_tls_get_info(net->tls) : NULL;
}

const char *sst_net_address(const sst_net *net)
{
    return net->connected ? sst_dial_address(&net->dial)->name : NULL;
}

const char *sst_net_mechanism(const sst_net *net)
{
    return net->mechanism;
}

const char *sst_net_why(const sst_net *net)
{
    return net->failure.error != SST_LOCAL_ERROR_NONE ? net->failure.text : NULL;
}
