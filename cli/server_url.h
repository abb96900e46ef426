/*
 * Where to send: smtp://host:port, smtps://, submission://, lmtp://, a host alone, or the path of a
 * Unix socket.
 */
#ifndef SERVER_URL_H
#define SERVER_URL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct server_url {
    char *host; /* a name or an address without brackets; NULL with a path */
    char *path; /* of a Unix socket; NULL: host and port */
    char *user; /* as it stands before '@'; NULL: none */
    uint16_t port;
    bool implicit_tls; /* TLS before the greeting (RFC 8314): smtps, or port 465 */
    bool lmtp;
} server_url;

/*
 * Reads one. default_port is for a host without scheme and port. Returns false where it is none,
 * which has been said, with how it should look.
 */
bool server_url_read(const char *text, uint16_t default_port, server_url *url);
void server_url_free(server_url *url);

#endif
