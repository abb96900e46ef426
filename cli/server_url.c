/*
 * URLs of servers. smtp, smtps and lmtp are what programs have in common; none of them is
 * registered. A path, and a password, have no place in them.
 */
#include "server_url.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "command.h"

#define PORT_IMPLICIT 465

typedef struct scheme {
    const char *name;
    uint16_t port;
    bool implicit_tls;
    bool lmtp;
} scheme;

static const scheme schemes[] = {
    {"smtp://", 25, false, false},        {"smtps://", PORT_IMPLICIT, true, false},
    {"submission://", 587, false, false}, {"submissions://", PORT_IMPLICIT, true, false},
    {"lmtp://", 24, false, true},
};

#define SCHEMES (sizeof schemes / sizeof schemes[0])

static char *copy(const char *from, size_t len)
{
    char *text = allocate_or_end(NULL, len + 1, 1);
    memcpy(text, from, len);
    text[len] = '\0';
    return text;
}

/* The first such character before the end; NULL where there is none. */
static const char *find(const char *at, const char *end, char wanted)
{
    while (at < end && *at != wanted)
        at++;
    return at < end ? at : NULL;
}

/* Letters without case (RFC 3986 3.1). */
static bool begins_with(const char *text, const char *prefix)
{
    for (; *prefix; text++, prefix++) {
        bool upper = *text >= 'A' && *text <= 'Z';
        if ((upper ? *text - 'A' + 'a' : *text) != *prefix)
            return false;
    }
    return true;
}

/* "unix:/path", "lmtp+unix:///path", or a path itself. */
static const char *socket_path(const char *text)
{
    static const char *const before[] = {"lmtp+unix://", "unix://", "unix:"};
    if (text[0] == '/')
        return text;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        size_t len = strlen(before[i]);
        if (begins_with(text, before[i]) && text[len] == '/')
            return text + len;
    }
    return NULL;
}

static bool refuse(const char *text, const char *why)
{
    complain(
        "'%s' is no server: %s; give it as smtp://mx.example.com:25, smtps://, lmtp://, a host "
        "name, or unix:/path",
        text, why);
    return false;
}

/* "user@" before the host. A password there would be seen by everybody who lists the processes. */
static bool take_user(const char *text, const char **at, const char *end, server_url *url)
{
    const char *mark = find(*at, end, '@');
    if (!mark)
        return true;
    if (find(*at, mark, ':')) {
        /* The address is not repeated: it has the password in it. */
        complain("a password does not belong into the server's address, where all can see it; use "
                 "--password-file, --password-env or --netrc");
        return false;
    }
    if (mark == *at)
        return refuse(text, "no user before '@'");
    url->user = copy(*at, (size_t)(mark - *at));
    *at = mark + 1;
    return true;
}

static bool take_port(const char *text, const char *at, const char *end, server_url *url)
{
    unsigned long port = 0;
    if (at == end)
        return true;
    if (*at != ':' || at + 1 == end)
        return refuse(text, "a port is a number behind ':'");
    for (at++; at < end; at++) {
        if (*at < '0' || *at > '9')
            return refuse(text, "a port is a number behind ':'");
        port = port * 10 + (unsigned long)(*at - '0');
        if (port > UINT16_MAX)
            return refuse(text, "ports end at 65535");
    }
    if (port == 0)
        return refuse(text, "there is no port 0");
    url->port = (uint16_t)port;
    return true;
}

/* "host", "host:port", "[2001:db8::1]:port", or an IPv6 address alone. */
static bool take_host(const char *text, const char *at, const char *end, server_url *url)
{
    const char *host_end;
    bool bracket = at < end && *at == '[';
    const char *colon = find(at, end, ':');
    bool address = colon && find(colon + 1, end, ':');
    if (bracket) {
        at++;
        host_end = find(at, end, ']');
        if (!host_end)
            return refuse(text, "a ']' is missing");
    } else {
        host_end = address || !colon ? end : colon;
    }
    if (host_end == at)
        return refuse(text, "no host");
    for (const char *c = at; c < host_end; c++) {
        if ((unsigned char)*c <= ' ' || *c == '/' || *c == '?' || *c == '#' || *c == 0x7F)
            return refuse(text, "a host has no such characters");
    }
    url->host = copy(at, (size_t)(host_end - at));
    return take_port(text, host_end + (bracket ? 1 : 0), end, url);
}

bool server_url_read(const char *text, uint16_t default_port, server_url *url)
{
    const server_url none = {.port = default_port};
    const char *path = socket_path(text);
    const char *at = text;
    *url = none;
    if (path) {
        url->path = copy(path, strlen(path));
        url->lmtp = true;
        return true;
    }
    for (size_t i = 0; i < SCHEMES; i++) {
        size_t len = strlen(schemes[i].name);
        if (!begins_with(text, schemes[i].name))
            continue;
        at += len;
        url->port = schemes[i].port;
        url->implicit_tls = schemes[i].implicit_tls;
        url->lmtp = schemes[i].lmtp;
    }
    if (at == text && strstr(text, "://"))
        return refuse(text, "no such scheme");
    const char *end = text + strlen(text);
    if (end > at && end[-1] == '/')
        end--;
    bool good = take_user(text, &at, end, url) && take_host(text, at, end, url);
    if (url->port == PORT_IMPLICIT && !url->lmtp)
        url->implicit_tls = true;
    if (!good)
        server_url_free(url);
    return good;
}

void server_url_free(server_url *url)
{
    const server_url none = {.port = 0};
    free(url->host);
    free(url->path);
    free(url->user);
    *url = none;
}
