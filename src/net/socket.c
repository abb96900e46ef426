/* The few system calls on sockets, with what differs between systems. */
#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* there SO_NOSIGPIPE does it */
#endif
#ifndef MSG_MORE
#define MSG_MORE 0
#endif

static bool set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags != -1 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1 &&
           fcntl(fd, F_SETFD, FD_CLOEXEC) != -1;
}

static void set_options(int fd, int family)
{
    int on = 1;
#ifdef SO_NOSIGPIPE
    (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    /* Commands are small, and each is waited for: without this some would wait for 40 ms. */
    if (family != AF_UNIX)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int sst_socket_open(int family)
{
#ifdef SOCK_CLOEXEC
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
    int fd = socket(family, SOCK_STREAM, 0);
    if (fd != -1 && !set_flags(fd)) {
        close(fd);
        return -1;
    }
#endif
    if (fd != -1)
        set_options(fd, family);
    return fd;
}

bool sst_socket_pipe(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return false;
    if (set_flags(ends[0]) && set_flags(ends[1]))
        return true;
    close(ends[0]);
    close(ends[1]);
    return false;
}

ssize_t sst_socket_send(int fd, const void *bytes, size_t len, bool more)
{
    int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    ssize_t sent;
    do
        sent = send(fd, bytes, len, flags);
    while (sent == -1 && errno == EINTR);
    if (sent == -1 && errno == EWOULDBLOCK)
        errno = EAGAIN;
    return sent;
}

ssize_t sst_socket_receive(int fd, void *bytes, size_t size)
{
    ssize_t got;
    do
        got = recv(fd, bytes, size, 0);
    while (got == -1 && errno == EINTR);
    if (got == -1 && errno == EWOULDBLOCK)
        errno = EAGAIN;
    return got;
}

int sst_socket_error(int fd)
{
    int number = 0;
    socklen_t len = sizeof number;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &len) != 0)
        return errno;
    return number;
}
