/*
 * Authentication: which mechanism is chosen, and what each says, against the server's side of GNU
 * SASL; with a TLS connection to a server in the same thread for those that bind to one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gsasl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sasl.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the choice of a mechanism ---- */

static const char *const everything[] = {
    "PLAIN",
    "LOGIN",
    "CRAM-MD5",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256-PLUS",
    "EXTERNAL",
    "XOAUTH2",
    "OAUTHBEARER",
    "DIGEST-MD5",
    "GSSAPI",
};

static net_sasl_situation situation_of(const char *const *offered, size_t count)
{
    net_sasl_situation situation = {
        .offered = offered, .offered_count = count, .host = "mx.example.com", .port = 587};
    return situation;
}

/* The name of what is chosen, or the failure's text. */
static const char *chosen(const sst_credentials *credentials, const net_sasl_situation *situation)
{
    static char text[SST_MAX_NET_TEXT];
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    net_sasl *sasl = sst_sasl_start(credentials, situation, NULL, &failure);
    if (sasl)
        (void)snprintf(text, sizeof text, "%s", sst_sasl_mechanism(sasl));
    else
        (void)snprintf(text, sizeof text, "%s", failure.text);
    assert_int_equal(failure.error, sasl ? SST_LOCAL_ERROR_NONE : SST_LOCAL_ERROR_SASL);
    sst_sasl_free(sasl);
    return text;
}

static void test_choice(void **state)
{
    (void)state;
    static const char *const plain[] = {"plain", "LOGIN"};
    static const char *const old[] = {"LOGIN", "PLAIN", "CRAM-MD5"};
    sst_credentials password = {.user = "u", .password = "p"};
    sst_credentials token = {.user = "u", .token = "t"};
    sst_credentials both = {.user = "u", .password = "p", .token = "t"};
    sst_credentials forced = {.user = "u", .password = "p", .mechanism = "login"};
    sst_credentials clear = {.user = "u", .password = "p", .allow_clear = true};
    sst_credentials nothing = {.user = NULL};
    sst_credentials external = {.mechanism = "EXTERNAL"};
    net_sasl_situation in_clear = situation_of(everything, COUNT(everything));
    net_sasl_situation local = in_clear;
    local.is_local = true;
    net_sasl_situation plain_only = situation_of(plain, COUNT(plain));
    net_sasl_situation of_old = situation_of(old, COUNT(old));
    net_sasl_situation old_local = of_old;
    old_local.is_local = true;
    net_sasl_situation plain_local = plain_only;
    plain_local.is_local = true;
    net_sasl_situation certified = in_clear;
    certified.has_certificate = true;
    const char *listeners = "without TLS the server offers only mechanisms that would hand the "
                            "secret over to listeners";
    const char *none = "the server offers no mechanism for these credentials";
    const struct {
        const sst_credentials *credentials;
        const net_sasl_situation *situation;
        const char *expected;
    } rows[] = {
        {&password, &in_clear, "SCRAM-SHA-256"}, /* nothing to bind to */
        {&password, &of_old, "CRAM-MD5"},
        {&password, &old_local, "CRAM-MD5"},
        {&password, &plain_local, "PLAIN"},
        {&password, &plain_only, listeners},
        {&clear, &plain_only, "PLAIN"},
        {&token, &in_clear, listeners},
        {&token, &local, "OAUTHBEARER"},
        {&both, &local, "OAUTHBEARER"},
        {&token, &of_old, none},
        {&forced, &in_clear, listeners},
        {&forced, &local, "LOGIN"},
        {&nothing, &in_clear, none},
        {&nothing, &certified, "EXTERNAL"},
        {&password, &certified, "SCRAM-SHA-256"},
        {&external, &in_clear, "EXTERNAL"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(chosen(rows[i].credentials, rows[i].situation), rows[i].expected);
    sst_credentials unknown = {.user = "u", .password = "p", .mechanism = "GSSAPI"};
    assert_non_null(strstr(chosen(&unknown, &in_clear), "GSSAPI"));
}

/* ---- tokens ---- */

static void check_message(const sst_credentials *credentials, const char *mechanism,
                          const char *expected, size_t len, const char *last, size_t last_len)
{
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    net_sasl_situation situation = situation_of(&mechanism, 1);
    situation.is_local = true;
    net_sasl *sasl = sst_sasl_start(credentials, &situation, NULL, &failure);
    assert_non_null(sasl);
    assert_true(sst_sasl_is_client_first(sasl));
    assert_false(sst_sasl_is_complete(sasl));
    sst_span answer;
    assert_true(sst_sasl_step(sasl, NULL, 0, &answer, &failure));
    assert_int_equal(answer.len, len);
    assert_memory_equal(answer.ptr, expected, len);
    assert_true(sst_sasl_is_complete(sasl));
    assert_true(sst_sasl_step(sasl, "{\"status\":\"401\"}", 16, &answer, &failure));
    assert_int_equal(answer.len, last_len);
    assert_memory_equal(answer.ptr, last, last_len);
    sst_sasl_free(sasl);
}

static void test_tokens(void **state)
{
    (void)state;
    /* The message of RFC 7628 4.1. */
    sst_credentials one = {.user = "user@example.com",
                           .token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="};
    static const char bearer[] = "n,a=user@example.com,\001host=mx.example.com\001port=587\001"
                                 "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\001\001";
    check_message(&one, "OAUTHBEARER", bearer, sizeof bearer - 1, "\001", 1);
    static const char xoauth2[] = "user=user@example.com\001auth=Bearer "
                                  "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\001\001";
    check_message(&one, "XOAUTH2", xoauth2, sizeof xoauth2 - 1, "", 0);
    sst_credentials odd = {.user = "a,b=c", .token = "t"};
    static const char written[] =
        "n,a=a=2Cb=3Dc,\001host=mx.example.com\001port=587\001auth=Bearer t\001\001";
    check_message(&odd, "OAUTHBEARER", written, sizeof written - 1, "\001", 1);
    sst_credentials nobody = {.token = "t"};
    static const char empty[] = "n,,\001host=mx.example.com\001port=587\001auth=Bearer t\001\001";
    check_message(&nobody, "OAUTHBEARER", empty, sizeof empty - 1, "\001", 1);
}

static void test_tokens_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"a\001b", "a b", "a\n", "\303\244"};
    static const char *const names[] = {"OAUTHBEARER", "XOAUTH2"};
    for (size_t m = 0; m < COUNT(names); m++) {
        net_sasl_situation situation = situation_of(&names[m], 1);
        situation.is_local = true;
        for (size_t i = 0; i < COUNT(bad); i++) {
            sst_credentials token = {.user = "u", .token = bad[i]};
            assert_non_null(strstr(chosen(&token, &situation), "may not stand there"));
        }
        sst_credentials user = {.user = "u\001auth=x", .token = "t"};
        assert_non_null(strstr(chosen(&user, &situation), "may not stand there"));
    }
}

/* ---- a TLS connection to a server in the same thread ---- */

typedef struct pair {
    int fds[2];
    SSL_CTX *context;
    SSL *server;
    sst_tls *settings;
    net_tls *client;
} pair;

/* A certificate that nobody vouches for: what is tested here is not verification. */
static void use_certificate(SSL_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void open_pair(pair *p, int maximum)
{
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    sst_tls_options options = {.size = sizeof options, .no_verify = true};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fds), 0);
    p->context = SSL_CTX_new(TLS_server_method());
    use_certificate(p->context);
    SSL_CTX_set_max_proto_version(p->context, maximum);
    p->server = SSL_new(p->context);
    SSL_set_fd(p->server, p->fds[1]);
    assert_int_equal(sst_tls_new(&options, &p->settings), SST_OK);
    p->client = sst_tls_open(p->settings, p->fds[0], "localhost", &failure);
    assert_non_null(p->client);
    net_tls_result result;
    int accepted;
    do {
        result = sst_tls_handshake(p->client, &failure);
        accepted = SSL_accept(p->server);
    } while (result == NET_TLS_WANTS_READ || (result == NET_TLS_DONE && accepted != 1));
    assert_int_equal(result, NET_TLS_DONE);
}

static void close_pair(pair *p)
{
    sst_tls_close(p->client);
    sst_tls_free(p->settings);
    SSL_free(p->server);
    SSL_CTX_free(p->context);
    close(p->fds[0]);
    close(p->fds[1]);
}

/* What the server gets for the same binding. */
static size_t server_exporter(const pair *p, unsigned char *binding)
{
    int done = SSL_export_keying_material(p->server, binding, 32, "EXPORTER-Channel-Binding", 24,
                                          (const unsigned char *)"", 0, 1);
    return done == 1 ? 32 : 0;
}

static void test_binding(void **state)
{
    (void)state;
    const int versions[] = {TLS1_3_VERSION, TLS1_2_VERSION};
    for (size_t i = 0; i < COUNT(versions); i++) {
        unsigned char ours[NET_MAX_BINDING];
        unsigned char theirs[NET_MAX_BINDING];
        pair p;
        open_pair(&p, versions[i]);
        assert_int_equal(sst_tls_exporter(p.client, ours), 32);
        assert_int_equal(server_exporter(&p, theirs), 32);
        assert_memory_equal(ours, theirs, 32);
        size_t len = sst_tls_unique(p.client, ours);
        if (versions[i] == TLS1_2_VERSION) {
            assert_int_equal(SSL_get_peer_finished(p.server, theirs, sizeof theirs), len);
            assert_memory_equal(ours, theirs, len);
        }
        assert_int_equal(len > 0, versions[i] == TLS1_2_VERSION);
        close_pair(&p);
    }
}

/* ---- every mechanism against a server ---- */

typedef struct served {
    const char *password;
    const char *binding; /* in base64; NULL: none */
} served;

static int serve(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    const served *with = gsasl_callback_hook_get(library);
    const char *password = with->password;
    switch (property) {
    case GSASL_CB_TLS_EXPORTER:
        return with->binding ? gsasl_property_set(session, property, with->binding)
                             : GSASL_NO_CALLBACK;
    case GSASL_PASSWORD:
        return gsasl_property_set(session, property, password);
    case GSASL_VALIDATE_SIMPLE: {
        const char *given = gsasl_property_fast(session, GSASL_PASSWORD);
        const char *user = gsasl_property_fast(session, GSASL_AUTHID);
        bool right = given && user && strcmp(given, password) == 0 && strcmp(user, "ursel") == 0;
        return right ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
    }
    case GSASL_VALIDATE_EXTERNAL:
        return GSASL_OK;
    default:
        return GSASL_NO_CALLBACK;
    }
}

typedef struct talk {
    bool server_said_yes;
    bool client_failed;
    bool client_complete;
    char client_first[200];
} talk;

/* Carries bytes between a client and a server until one of them is through. tamper: the byte of
 * the server's last message that is changed. */
static talk converse(const char *mechanism, const char *password, bool tamper, const net_tls *tls,
                     const char *binding)
{
    served with = {password, binding};
    talk seen = {false, false, false, ""};
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    sst_credentials credentials = {.user = "ursel", .password = "gr\303\274n 1"};
    if (strcmp(mechanism, "EXTERNAL") == 0)
        credentials.mechanism = mechanism;
    net_sasl_situation situation = situation_of(&mechanism, 1);
    situation.is_local = true;
    situation.tls = tls;
    net_sasl *client = sst_sasl_start(&credentials, &situation, NULL, &failure);
    assert_non_null(client);
    Gsasl *library;
    Gsasl_session *server;
    assert_int_equal(gsasl_init(&library), GSASL_OK);
    gsasl_callback_set(library, serve);
    gsasl_callback_hook_set(library, &with);
    assert_int_equal(gsasl_server_start(library, mechanism, &server), GSASL_OK);
    sst_span answer = {"", 0};
    bool first = sst_sasl_is_client_first(client);
    if (first)
        assert_true(sst_sasl_step(client, NULL, 0, &answer, &failure));
    (void)snprintf(seen.client_first, sizeof seen.client_first, "%.*s", (int)answer.len,
                   answer.ptr);
    for (;;) {
        char *challenge = NULL;
        size_t len = 0;
        int status = gsasl_step(server, answer.ptr, answer.len, &challenge, &len);
        if (status != GSASL_OK && status != GSASL_NEEDS_MORE)
            break;
        seen.server_said_yes = status == GSASL_OK;
        if (status == GSASL_OK && len == 0) {
            gsasl_free(challenge);
            break;
        }
        if (tamper && status == GSASL_OK)
            challenge[4] ^= 1;
        bool ok = sst_sasl_step(client, challenge, len, &answer, &failure);
        gsasl_free(challenge);
        seen.client_failed = !ok;
        if (!ok || status == GSASL_OK)
            break;
    }
    seen.client_complete = sst_sasl_is_complete(client);
    gsasl_finish(server);
    gsasl_done(library);
    sst_sasl_free(client);
    return seen;
}

static void test_mechanisms(void **state)
{
    (void)state;
    static const char *const names[] = {"PLAIN",       "LOGIN",         "CRAM-MD5",
                                        "SCRAM-SHA-1", "SCRAM-SHA-256", "EXTERNAL"};
    for (size_t i = 0; i < COUNT(names); i++) {
        talk seen = converse(names[i], "gr\303\274n 1", false, NULL, NULL);
        assert_true(seen.server_said_yes);
        assert_false(seen.client_failed);
        assert_true(seen.client_complete);
        if (strcmp(names[i], "EXTERNAL") == 0)
            continue;
        seen = converse(names[i], "another", false, NULL, NULL);
        assert_false(seen.server_said_yes);
    }
}

/* A server that does not know the password cannot prove that it does. */
static void test_false_server(void **state)
{
    (void)state;
    static const char *const names[] = {"SCRAM-SHA-1", "SCRAM-SHA-256"};
    for (size_t i = 0; i < COUNT(names); i++) {
        talk seen = converse(names[i], "gr\303\274n 1", true, NULL, NULL);
        assert_true(seen.client_failed);
        assert_false(seen.client_complete);
        assert_memory_equal(seen.client_first, "n,,n=ursel,r=", 13);
    }
}

/* With a binding, the server sees whether it talks to the client over the same connection. */
static void test_plus(void **state)
{
    (void)state;
    static const char *const names[] = {"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"};
    unsigned char binding[NET_MAX_BINDING];
    char right[2 * NET_MAX_BINDING];
    pair p;
    open_pair(&p, TLS1_3_VERSION);
    assert_int_equal(server_exporter(&p, binding), 32);
    EVP_EncodeBlock((unsigned char *)right, binding, 32);
    for (size_t i = 0; i < COUNT(names); i++) {
        talk seen = converse(names[i], "gr\303\274n 1", false, p.client, right);
        assert_true(seen.server_said_yes && seen.client_complete && !seen.client_failed);
        assert_memory_equal(seen.client_first, "p=tls-exporter,,n=ursel,r=", 26);
        right[5] = right[5] == 'A' ? 'B' : 'A';
        seen = converse(names[i], "gr\303\274n 1", false, p.client, right);
        assert_false(seen.server_said_yes);
        EVP_EncodeBlock((unsigned char *)right, binding, 32);
    }
    /* It comes before the one without. */
    sst_credentials password = {.user = "u", .password = "p"};
    net_sasl_situation situation = situation_of(everything, COUNT(everything));
    situation.tls = p.client;
    assert_string_equal(chosen(&password, &situation), "SCRAM-SHA-256-PLUS");
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),         cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_tokens_refused), cmocka_unit_test(test_binding),
        cmocka_unit_test(test_mechanisms),     cmocka_unit_test(test_false_server),
        cmocka_unit_test(test_plus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
