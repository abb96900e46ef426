/*
 * Sockets as a session needs them: never blocking, closed on exec, and a connection that the other
 * side has closed is an error of the call, never a signal.
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

/* A stream socket of a family; -1 with errno set. */
int sst_socket_open(int family);

/* A pipe of two sockets, the second for writing. False with errno set. */
bool sst_socket_pipe(int ends[2]);

/* As send and recv: -1 with errno EAGAIN where it would block. Interrupted calls are repeated.
 * more: other bytes follow in any case, so that packets may be filled up with them. */
ssize_t sst_socket_send(int fd, const void *bytes, size_t len, bool more);
ssize_t sst_socket_receive(int fd, void *bytes, size_t size);

/* The error of a connection attempt that has become writable; 0: it is connected. */
int sst_socket_error(int fd);

#endif
