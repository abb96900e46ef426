/*
 * Authentication by GNU SASL: PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), SCRAM-SHA-1 and -256
 * with and without channel binding (RFC 5802, RFC 7677, RFC 9266), EXTERNAL (RFC 4422 A); and of
 * our own the two that carry a token.
 *
 * The base64 of SMTP, the command AUTH and its replies are the engine's. Secrets: what is copied
 * here is overwritten before it is freed, GNU SASL's copies of them as far as it lets us reach
 * them.
 */
#include "net/sasl.h"

#include <gsasl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/ascii.h"
#include "net/bearer.h"
#include "net/memory.h"

/* What a mechanism needs of the credentials. */
enum needs { NEEDS_PASSWORD, NEEDS_TOKEN, NEEDS_CERTIFICATE };

/* The strongest first. */
typedef struct mechanism {
    const char *name;
    enum needs needs;
    bool is_plain;     /* hands the secret over: only where nobody listens in */
    bool is_bound;     /* ties itself to the TLS connection */
    bool client_first; /* the client speaks first */
} mechanism;

static const mechanism mechanisms[] = {
    {"OAUTHBEARER", NEEDS_TOKEN, true, false, true},
    {"XOAUTH2", NEEDS_TOKEN, true, false, true},
    {"SCRAM-SHA-256-PLUS", NEEDS_PASSWORD, false, true, true},
    {"SCRAM-SHA-1-PLUS", NEEDS_PASSWORD, false, true, true},
    {"SCRAM-SHA-256", NEEDS_PASSWORD, false, false, true},
    {"SCRAM-SHA-1", NEEDS_PASSWORD, false, false, true},
    {"CRAM-MD5", NEEDS_PASSWORD, false, false, false},
    {"PLAIN", NEEDS_PASSWORD, true, false, true},
    {"LOGIN", NEEDS_PASSWORD, true, false, false},
    {"EXTERNAL", NEEDS_CERTIFICATE, false, false, true},
};
#define MECHANISMS (sizeof mechanisms / sizeof mechanisms[0])

struct net_sasl {
    const sst_allocator *allocator;
    const sst_credentials *credentials;
    const mechanism *mechanism;
    bool complete;
    /* GNU SASL's part, where it does it: */
    Gsasl *library;
    Gsasl_session *session;
    const net_tls *binding; /* what to bind to; NULL: nothing */
    char *output;
    size_t output_len;
    /* The one message of the mechanisms with a token: */
    char *message;
    size_t message_len;
};

/* --- the choice ----------------------------------------------------------------------------- */

static bool is_offered(const net_sasl_situation *situation, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < situation->offered_count; i++) {
        const char *offered = situation->offered[i];
        if (strlen(offered) == len && ascii_equal_fold(offered, name, len))
            return true;
    }
    return false;
}

static bool is_forced(const sst_credentials *credentials, const char *name)
{
    const char *forced = credentials->mechanism;
    size_t len = strlen(name);
    return forced && strlen(forced) == len && ascii_equal_fold(forced, name, len);
}

/* A certificate is used for this only where there is nothing else, or where it is asked for. */
static bool has_what_it_needs(const mechanism *one, const sst_credentials *credentials,
                              const net_sasl_situation *situation)
{
    switch (one->needs) {
    case NEEDS_TOKEN:
        return credentials->token != NULL;
    case NEEDS_PASSWORD:
        return credentials->password && credentials->user &&
               (!credentials->token || is_forced(credentials, one->name));
    default:
        return is_forced(credentials, one->name) ||
               (situation->has_certificate && !credentials->password && !credentials->token);
    }
}

static bool can_bind(const net_tls *tls)
{
    unsigned char binding[NET_MAX_BINDING];
    return tls && (sst_tls_exporter(tls, binding) > 0 || sst_tls_unique(tls, binding) > 0);
}

static bool is_private(const sst_credentials *credentials, const net_sasl_situation *situation)
{
    return situation->tls || situation->is_local || credentials->allow_clear;
}

/* Says why no mechanism was found. */
static void say_none(const sst_credentials *credentials, bool only_in_clear, net_failure *failure)
{
    sst_local_error error = SST_LOCAL_ERROR_SASL;
    if (only_in_clear)
        sst_failure_set(failure, error,
                        "without TLS the server offers only mechanisms that would "
                        "hand the secret over to listeners");
    else if (credentials->mechanism)
        sst_failure_set(failure, error,
                        "the mechanism %.32s is not offered, not known, or lacks credentials",
                        credentials->mechanism);
    else
        sst_failure_set(failure, error, "the server offers no mechanism for these credentials");
}

static const mechanism *choose(const sst_credentials *credentials,
                               const net_sasl_situation *situation, net_failure *failure)
{
    bool only_in_clear = false;
    for (size_t i = 0; i < MECHANISMS; i++) {
        const mechanism *one = &mechanisms[i];
        if (!is_offered(situation, one->name) || !has_what_it_needs(one, credentials, situation) ||
            (credentials->mechanism && !is_forced(credentials, one->name)) ||
            (one->is_bound && !can_bind(situation->tls)))
            continue;
        if (!one->is_plain || is_private(credentials, situation))
            return one;
        only_in_clear = true;
    }
    say_none(credentials, only_in_clear, failure);
    return NULL;
}

/* --- GNU SASL ------------------------------------------------------------------------------- */

/* GNU SASL takes the data of a binding in base64. */
static int give_binding(Gsasl_session *session, Gsasl_property property, size_t len,
                        const unsigned char *binding)
{
    unsigned char text[NET_MAX_BINDING * 2];
    if (len == 0)
        return GSASL_NO_CALLBACK;
    (void)EVP_EncodeBlock(text, binding, (int)len);
    return gsasl_property_set(session, property, (const char *)text);
}

static int give_text(Gsasl_session *session, Gsasl_property property, const char *text)
{
    return text ? gsasl_property_set(session, property, text) : GSASL_NO_CALLBACK;
}

/* What GNU SASL asks for while it works. */
static int give(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    const net_sasl *sasl = gsasl_callback_hook_get(library);
    unsigned char binding[NET_MAX_BINDING];
    switch (property) {
    case GSASL_AUTHID:
        return give_text(session, property, sasl->credentials->user);
    case GSASL_AUTHZID:
        return give_text(session, property, sasl->credentials->authorize_as);
    case GSASL_PASSWORD:
        return give_text(session, property, sasl->credentials->password);
    case GSASL_CB_TLS_EXPORTER:
        if (!sasl->binding)
            return GSASL_NO_CALLBACK;
        return give_binding(session, property, sst_tls_exporter(sasl->binding, binding), binding);
    case GSASL_CB_TLS_UNIQUE:
        if (!sasl->binding)
            return GSASL_NO_CALLBACK;
        return give_binding(session, property, sst_tls_unique(sasl->binding, binding), binding);
    default:
        return GSASL_NO_CALLBACK;
    }
}

static bool start_library(net_sasl *sasl, net_failure *failure)
{
    int status = gsasl_init(&sasl->library);
    if (status == GSASL_OK) {
        gsasl_callback_hook_set(sasl->library, sasl);
        gsasl_callback_set(sasl->library, give);
        status = gsasl_client_start(sasl->library, sasl->mechanism->name, &sasl->session);
    }
    if (status == GSASL_OK)
        return true;
    sst_failure_set(failure, SST_LOCAL_ERROR_SASL, "%s: %s", sasl->mechanism->name,
                    gsasl_strerror(status));
    return false;
}

/* Overwrites what the library keeps of a secret, which it would free as it is. */
static void wipe(Gsasl_session *session, Gsasl_property property)
{
    char *secret = (char *)gsasl_property_fast(session, property);
    if (secret)
        OPENSSL_cleanse(secret, strlen(secret));
}

static void free_output(net_sasl *sasl)
{
    if (!sasl->output)
        return;
    OPENSSL_cleanse(sasl->output, sasl->output_len);
    gsasl_free(sasl->output);
    sasl->output = NULL;
    sasl->output_len = 0;
}

static bool step_library(net_sasl *sasl, const char *challenge, size_t len, sst_span *answer,
                         net_failure *failure)
{
    free_output(sasl);
    int status = gsasl_step(sasl->session, challenge ? challenge : "", len, &sasl->output,
                            &sasl->output_len);
    if (status != GSASL_OK && status != GSASL_NEEDS_MORE) {
        sst_failure_set(failure, SST_LOCAL_ERROR_SASL, "%s: %s", sasl->mechanism->name,
                        gsasl_strerror(status));
        return false;
    }
    sasl->complete = status == GSASL_OK;
    answer->ptr = sasl->output ? sasl->output : "";
    answer->len = sasl->output ? sasl->output_len : 0;
    return true;
}

/* --- tokens --------------------------------------------------------------------------------- */

static bool start_token(net_sasl *sasl, const net_sasl_situation *situation, net_failure *failure)
{
    if (sasl->mechanism == &mechanisms[0])
        sasl->message = sst_bearer_oauthbearer(sasl->credentials, situation, sasl->allocator,
                                               &sasl->message_len);
    else
        sasl->message = sst_bearer_xoauth2(sasl->credentials, sasl->allocator, &sasl->message_len);
    if (!sasl->message)
        sst_failure_set(failure, SST_LOCAL_ERROR_SASL,
                        "%s: the token or the user name has characters that may not stand there",
                        sasl->mechanism->name);
    return sasl->message != NULL;
}

/* A challenge behind the message is the server's complaint in JSON; it wants an answer before it
 * says no (RFC 7628 3.2.3: one byte; XOAUTH2: nothing). */
static bool step_token(net_sasl *sasl, sst_span *answer)
{
    bool complaint = sasl->complete;
    sasl->complete = true;
    if (!complaint) {
        answer->ptr = sasl->message;
        answer->len = sasl->message_len;
        return true;
    }
    answer->ptr = "\001";
    answer->len = sasl->mechanism == &mechanisms[0] ? 1 : 0;
    return true;
}

/* --- one authentication --------------------------------------------------------------------- */

net_sasl *sst_sasl_start(const sst_credentials *credentials, const net_sasl_situation *situation,
                         const sst_allocator *allocator, net_failure *failure)
{
    const mechanism *chosen = choose(credentials, situation, failure);
    if (!chosen)
        return NULL;
    net_sasl *sasl = net_new(allocator, sizeof *sasl);
    if (!sasl) {
        sst_failure_set(failure, SST_LOCAL_ERROR_LOCAL, "out of memory");
        return NULL;
    }
    sasl->allocator = allocator;
    sasl->credentials = credentials;
    sasl->mechanism = chosen;
    /* To a mechanism without binding none is shown: SCRAM would then have to tell the server that
     * we could have bound (RFC 5802 6), which GNU SASL 2.2 does not do: it fails. */
    sasl->binding = chosen->is_bound ? situation->tls : NULL;
    bool started = chosen->needs == NEEDS_TOKEN ? start_token(sasl, situation, failure)
                                                : start_library(sasl, failure);
    if (started)
        return sasl;
    sst_sasl_free(sasl);
    return NULL;
}

const char *sst_sasl_mechanism(const net_sasl *sasl)
{
    return sasl->mechanism->name;
}

bool sst_sasl_is_client_first(const net_sasl *sasl)
{
    return sasl->mechanism->client_first;
}

bool sst_sasl_is_complete(const net_sasl *sasl)
{
    return sasl->complete;
}

bool sst_sasl_step(net_sasl *sasl, const char *challenge, size_t len, sst_span *answer,
                   net_failure *failure)
{
    if (sasl->mechanism->needs == NEEDS_TOKEN)
        return step_token(sasl, answer);
    return step_library(sasl, challenge, len, answer, failure);
}

void sst_sasl_free(net_sasl *sasl)
{
    if (!sasl)
        return;
    free_output(sasl);
    if (sasl->session) {
        wipe(sasl->session, GSASL_PASSWORD);
        wipe(sasl->session, GSASL_SCRAM_SALTED_PASSWORD);
        gsasl_finish(sasl->session);
    }
    if (sasl->library)
        gsasl_done(sasl->library);
    if (sasl->message)
        OPENSSL_cleanse(sasl->message, sasl->message_len);
    net_delete(sasl->allocator, sasl->message);
    net_delete(sasl->allocator, sasl);
}
