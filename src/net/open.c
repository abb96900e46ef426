/* Opening a session from its options, and freeing it. */
#include "net/session.h"

#include <stdio.h>
#include <string.h>

#include "net/memory.h"

#define CONNECT_MS   10000
#define RESOLVE_MS   30000
#define HANDSHAKE_MS 120000 /* as the engine's SST_CLIENT_TIMEOUT_TLS */

#define PORT_SMTP  25
#define PORT_SMTPS 465 /* RFC 8314 7.3 */
#define PORT_LMTP  24  /* RFC 2033 2; by convention */

static const sst_client_options default_client = {.size = sizeof default_client};

static uint16_t default_port(const sst_client_options *client)
{
    if (client->lmtp)
        return PORT_LMTP;
    return client->tls == SST_CLIENT_TLS_IMPLICIT ? PORT_SMTPS : PORT_SMTP;
}

static uint64_t given_or(uint32_t given, uint64_t otherwise)
{
    return given ? given : otherwise;
}

/* host and port as they are written together: an IPv6 address in brackets. */
static void name_places(sst_net *net, const sst_net_options *options)
{
    if (options->unix_path) {
        (void)snprintf(net->source, sizeof net->source, "%s", options->unix_path);
        (void)snprintf(net->host, sizeof net->host, "localhost");
    } else {
        size_t len = strlen(options->host);
        bool brackets = len > 2 && options->host[0] == '[' && options->host[len - 1] == ']';
        (void)snprintf(net->host, sizeof net->host, "%.*s", (int)(brackets ? len - 2 : len),
                       options->host + (brackets ? 1 : 0));
        bool literal = strchr(net->host, ':') != NULL;
        (void)snprintf(net->source, sizeof net->source, "%s%.300s%s:%u", literal ? "[" : "",
                       net->host, literal ? "]" : "", (unsigned)net->port);
    }
    const char *name = options->tls_name ? options->tls_name : options->host;
    if (name && !options->tls_name)
        name = net->host;
    (void)snprintf(net->tls_name, sizeof net->tls_name, "%.255s", name ? name : "");
}

static bool is_valid(const sst_net_options *options)
{
    return options && options->size == sizeof *options &&
           (options->host != NULL) != (options->unix_path != NULL) &&
           (!options->tls_name || strlen(options->tls_name) < 256) &&
           (!options->client || options->client->size == sizeof *options->client);
}

static void set_up(sst_net *net, const sst_net_options *options, const sst_client_options *client)
{
    static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
    net->fd = -1;
    net->dial.fd = -1;
    net->is_unix = options->unix_path != NULL;
    net->port = options->port ? options->port : default_port(client);
    net->implicit = client->tls == SST_CLIENT_TLS_IMPLICIT;
    net->family = families[options->family];
    net->resolve_ms = given_or(options->resolve_ms, RESOLVE_MS);
    net->connect_ms = given_or(options->connect_ms, CONNECT_MS);
    net->handshake_ms = given_or(client->timeouts[SST_CLIENT_TIMEOUT_TLS], HANDSHAKE_MS);
    net->credentials = options->credentials;
    net->settings = options->tls ? sst_tls_hold(options->tls) : NULL;
    name_places(net, options);
}

int sst_net_open(const sst_net_options *options, sst_net **net)
{
    if (!net || !is_valid(options) || (unsigned)options->family > SST_NET_IPV6)
        return SST_E_INVALID;
    sst_client_options client = options->client ? *options->client : default_client;
    client.authenticate = options->credentials != NULL;
    sst_net *made = net_new(client.allocator, sizeof *made);
    if (!made)
        return SST_E_NO_MEMORY;
    made->allocator = client.allocator;
    int error = sst_client_new(&client, &made->client);
    if (error != SST_OK) {
        net_delete(made->allocator, made);
        return error;
    }
    set_up(made, options, &client);
    *net = made;
    return SST_OK;
}

void sst_net_free(sst_net *net)
{
    if (!net)
        return;
    sst_net_close(net);
    sst_sasl_free(net->sasl);
    sst_tls_close(net->tls);
    sst_tls_free(net->settings);
    sst_client_free(net->client);
    net_delete(net->allocator, net);
}
