/*
 * OAUTHBEARER (RFC 7628) and XOAUTH2: one message with a token, and an empty answer to the server's
 * complaint. How a token is had is not done here.
 */
#include "net/bearer.h"

#include <stdio.h>
#include <string.h>

#include "net/memory.h"

/* RFC 6750 2.1 allows letters, digits and a few marks; whatever could end the field is refused. */
static bool is_token(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

static bool is_user(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c == 0x7F)
            return false;
    }
    return true;
}

/* An authorization identity in a GS2 header: "," and "=" are written otherwise (RFC 5801 4). */
static size_t add_saslname(char *to, const char *name)
{
    size_t used = 0;
    for (; *name; name++) {
        const char *written = *name == ',' ? "=2C" : *name == '=' ? "=3D" : NULL;
        if (written) {
            memcpy(to + used, written, 3);
            used += 3;
        } else {
            to[used++] = *name;
        }
    }
    to[used] = '\0';
    return used;
}

char *sst_bearer_oauthbearer(const sst_credentials *credentials,
                             const net_sasl_situation *situation, const sst_allocator *allocator,
                             size_t *len)
{
    const char *user = credentials->authorize_as ? credentials->authorize_as : credentials->user;
    user = user ? user : "";
    if (!is_user(user) || !is_token(credentials->token) || !is_token(situation->host))
        return NULL;
    size_t size = 3 * strlen(user) + strlen(credentials->token) + strlen(situation->host) + 64;
    char *message = net_new(allocator, size);
    if (!message)
        return NULL;
    size_t used = (size_t)snprintf(message, size, "n,%s", user[0] ? "a=" : "");
    used += add_saslname(message + used, user);
    used += (size_t)snprintf(message + used, size - used,
                             ",\001host=%s\001port=%u\001auth=Bearer %s\001\001", situation->host,
                             (unsigned)situation->port, credentials->token);
    *len = used;
    return message;
}

char *sst_bearer_xoauth2(const sst_credentials *credentials, const sst_allocator *allocator,
                         size_t *len)
{
    const char *user = credentials->user ? credentials->user : "";
    if (!is_user(user) || !is_token(credentials->token))
        return NULL;
    size_t size = strlen(user) + strlen(credentials->token) + 32;
    char *message = net_new(allocator, size);
    if (message)
        *len = (size_t)snprintf(message, size, "user=%s\001auth=Bearer %s\001\001", user,
                                credentials->token);
    return message;
}
