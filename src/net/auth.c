/*
 * Between the engine's events of AUTH and the mechanisms. One mechanism is tried: after a refusal
 * there is no second one, which would be a weaker one.
 */
#include "net/session.h"

#include <openssl/crypto.h>

#include "net/memory.h"

/* RFC 5321 4.5.3.1.5 bounds the line that they come in, with room for long lists of names. */
#define MAX_MECHANISMS 64
#define MAX_LIST       2048

typedef struct mechanism_list {
    const char *names[MAX_MECHANISMS];
    size_t count;
    char text[MAX_LIST];
} mechanism_list;

/* The words of a list, terminated each. What has no room is none that is known here. */
static void split(sst_span words, mechanism_list *list)
{
    size_t used = 0;
    list->count = 0;
    for (size_t i = 0; i < words.len && used + 1 < sizeof list->text;) {
        if (words.ptr[i] == ' ') {
            i++;
            continue;
        }
        if (list->count == MAX_MECHANISMS)
            return;
        list->names[list->count++] = list->text + used;
        while (i < words.len && words.ptr[i] != ' ' && used + 1 < sizeof list->text)
            list->text[used++] = words.ptr[i++];
        list->text[used++] = '\0';
    }
}

static bool begin(sst_net *net)
{
    mechanism_list list;
    split(sst_client_capabilities(net->client)->auth, &list);
    net_sasl_situation situation = {
        .offered = list.names,
        .offered_count = list.count,
        .tls = net->tls,
        .is_local = net->is_unix,
        .has_certificate = net->tls && net->settings->has_certificate,
        .host = net->host,
        .port = net->port,
    };
    net->sasl = sst_sasl_start(net->credentials, &situation, net->allocator, &net->failure);
    if (!net->sasl)
        return false;
    net->mechanism = sst_sasl_mechanism(net->sasl);
    sst_span initial = {NULL, 0};
    if (sst_sasl_is_client_first(net->sasl) &&
        !sst_sasl_step(net->sasl, NULL, 0, &initial, &net->failure))
        return false;
    if (sst_client_auth(net->client, net->mechanism, initial) == SST_OK)
        return true;
    sst_failure_set(&net->failure, SST_LOCAL_ERROR_SASL, "%s: the credentials are too long",
                    net->mechanism);
    return false;
}

static void end(sst_net *net)
{
    sst_sasl_free(net->sasl);
    net->sasl = NULL;
}

bool sst_net_auth_wanted(sst_net *net)
{
    if (begin(net))
        return false;
    end(net);
    (void)sst_client_auth_give_up(net->client);
    return false;
}

bool sst_net_auth_challenge(sst_net *net, const sst_client_event *event)
{
    sst_span answer = {"", 0};
    if (net->sasl &&
        sst_sasl_step(net->sasl, event->text.ptr, event->text.len, &answer, &net->failure) &&
        sst_client_auth_respond(net->client, answer) == SST_OK)
        return false;
    /* A server that has not proved what it had to prove, or that talks nonsense: whatever it would
     * answer to a cancellation is of no interest. */
    if (net->failure.error != SST_LOCAL_ERROR_SASL)
        sst_failure_set(&net->failure, SST_LOCAL_ERROR_SASL, "the response is too long");
    end(net);
    sst_net_fail(net, SST_LOCAL_ERROR_SASL);
    return false;
}

bool sst_net_auth_done(sst_net *net, const sst_client_event *event)
{
    bool accepted = event->outcome == SST_OUTCOME_ACCEPTED;
    bool complete = net->sasl && sst_sasl_is_complete(net->sasl);
    end(net);
    if (accepted && !complete) {
        sst_failure_set(&net->failure, SST_LOCAL_ERROR_SASL,
                        "%s: the server has not proved that it knows the password", net->mechanism);
        net->unproven = true;
        sst_net_fail(net, SST_LOCAL_ERROR_SASL);
        return false;
    }
    net->give_up = !accepted;
    return true;
}

void sst_net_auth_give_up(sst_net *net)
{
    net->give_up = false;
    (void)sst_client_auth_give_up(net->client);
}
