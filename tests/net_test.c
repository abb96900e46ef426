/*
 * The transport's parts that need no server: which mechanism is chosen, what each says, against the
 * server's side of GNU SASL; addresses; connecting in turn; what an option may be. Everything over
 * a connection is in net_test.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <gsasl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"
#include "net/sasl.h"
#include "net/session.h"

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

/* ---- every mechanism against a server ---- */

static int serve(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
    const char *password = gsasl_callback_hook_get(library);
    switch (property) {
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
static talk converse(const char *mechanism, const char *password, bool tamper)
{
    talk seen = {false, false, false, ""};
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    sst_credentials credentials = {.user = "ursel", .password = "gr\303\274n 1"};
    if (strcmp(mechanism, "EXTERNAL") == 0)
        credentials.mechanism = mechanism;
    net_sasl_situation situation = situation_of(&mechanism, 1);
    situation.is_local = true;
    net_sasl *client = sst_sasl_start(&credentials, &situation, NULL, &failure);
    assert_non_null(client);
    Gsasl *library;
    Gsasl_session *server;
    assert_int_equal(gsasl_init(&library), GSASL_OK);
    gsasl_callback_set(library, serve);
    gsasl_callback_hook_set(library, (void *)(uintptr_t)password);
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
        talk seen = converse(names[i], "gr\303\274n 1", false);
        assert_true(seen.server_said_yes);
        assert_false(seen.client_failed);
        assert_true(seen.client_complete);
        if (strcmp(names[i], "EXTERNAL") == 0)
            continue;
        seen = converse(names[i], "another", false);
        assert_false(seen.server_said_yes);
    }
}

/* A server that does not know the password cannot prove that it does. */
static void test_false_server(void **state)
{
    (void)state;
    static const char *const names[] = {"SCRAM-SHA-1", "SCRAM-SHA-256"};
    for (size_t i = 0; i < COUNT(names); i++) {
        talk seen = converse(names[i], "gr\303\274n 1", true);
        assert_true(seen.client_failed);
        assert_false(seen.client_complete);
        assert_memory_equal(seen.client_first, "n,,n=ursel,r=", 13);
    }
}

/* ---- addresses ---- */

static void test_literals(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        const char *name; /* NULL: not an address */
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[192.0.2.1]", NULL},
        {"mx.example.com", NULL},
        {"", NULL},
        {"[]", NULL},
        {"[2001:db8::1", NULL},
        {"192.0.2.256", NULL},
        {"2001:db8::1::", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        net_addresses addresses;
        bool found = sst_resolve_literal(rows[i].host, 25, &addresses);
        assert_int_equal(found, rows[i].name != NULL);
        if (found) {
            assert_int_equal(addresses.count, 1);
            assert_string_equal(addresses.list[0].name, rows[i].name);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    char name[300];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_null(sst_resolver_start(name, 25, AF_UNSPEC, &failure));
    assert_int_equal(failure.error, SST_LOCAL_ERROR_HOST_NOT_FOUND);
    assert_null(sst_resolver_start("", 25, AF_UNSPEC, &failure));
    net_resolver *resolver = sst_resolver_start("localhost", 25, AF_INET, &failure);
    assert_non_null(resolver);
    net_addresses addresses;
    struct pollfd one = {sst_resolver_fd(resolver), POLLIN, 0};
    assert_int_equal(poll(&one, 1, 20000), 1);
    failure.error = SST_LOCAL_ERROR_NONE;
    assert_true(sst_resolver_finish(resolver, &addresses, &failure));
    assert_int_equal(failure.error, SST_LOCAL_ERROR_NONE);
    assert_string_equal(addresses.list[0].name, "127.0.0.1");
    sst_resolver_free(resolver);
    /* Given up at once: the thread frees what they share. */
    sst_resolver_free(sst_resolver_start("localhost", 25, AF_UNSPEC, &failure));
}

/* ---- connecting ---- */

/* A listening socket on loopback, or one that is bound and does not listen. */
static int bound_socket(bool listens, uint16_t *port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof where;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&where, len), 0);
    if (listens)
        assert_int_equal(listen(fd, 5), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&where, &len), 0);
    *port = ntohs(where.sin_port);
    return fd;
}

static void add_address(net_addresses *addresses, const char *host, uint16_t port)
{
    net_addresses one;
    assert_true(sst_resolve_literal(host, port, &one));
    addresses->list[addresses->count++] = one.list[0];
}

static net_dial_state run_dial(net_dial *dial, const net_addresses *addresses)
{
    sst_dial_start(dial, addresses, 200);
    for (;;) {
        net_dial_state now = sst_dial_step(dial, sst_net_now());
        if (now != NET_DIAL_WAITING)
            return now;
        struct pollfd one = {dial->fd, POLLOUT, 0};
        poll(&one, 1, 20);
    }
}

static void test_dial(void **state)
{
    (void)state;
    uint16_t open_port;
    uint16_t closed_port;
    int listener = bound_socket(true, &open_port);
    int closed = bound_socket(false, &closed_port);
    net_addresses addresses = {.count = 0};
    net_dial dial;
    add_address(&addresses, "::1", closed_port);
    add_address(&addresses, "127.0.0.1", closed_port);
    assert_int_equal(run_dial(&dial, &addresses), NET_DIAL_FAILED);
    assert_int_equal(dial.failure.error, SST_LOCAL_ERROR_REFUSED);
    assert_string_equal(dial.failure.text, "127.0.0.1: connection refused");
    add_address(&addresses, "127.0.0.1", open_port);
    assert_int_equal(run_dial(&dial, &addresses), NET_DIAL_CONNECTED);
    assert_ptr_equal(sst_dial_address(&dial), &addresses.list[2]);
    sst_dial_stop(&dial);
    close(closed);
    close(listener);
}

/* A server whose queue is full does not answer: the next address is tried after a while. */
static void test_dial_silence(void **state)
{
    (void)state;
    uint16_t silent_port;
    uint16_t open_port;
    int silent = bound_socket(false, &silent_port);
    assert_int_equal(listen(silent, 0), 0);
    int listener = bound_socket(true, &open_port);
    net_addresses one = {.count = 0};
    add_address(&one, "127.0.0.1", silent_port);
    net_dial fillers[3];
    for (size_t i = 0; i < COUNT(fillers); i++) {
        sst_dial_start(&fillers[i], &one, 60000);
        (void)sst_dial_step(&fillers[i], sst_net_now());
    }
    net_dial dial;
    assert_int_equal(run_dial(&dial, &one), NET_DIAL_FAILED);
    assert_int_equal(dial.failure.error, SST_LOCAL_ERROR_TIMEOUT);
    add_address(&one, "127.0.0.1", open_port);
    assert_int_equal(run_dial(&dial, &one), NET_DIAL_CONNECTED);
    sst_dial_stop(&dial);
    for (size_t i = 0; i < COUNT(fillers); i++)
        sst_dial_stop(&fillers[i]);
    close(listener);
    close(silent);
}

static void test_dial_unix(void **state)
{
    (void)state;
    net_addresses addresses;
    net_dial dial;
    char path[200];
    memset(path, 'p', sizeof path);
    path[sizeof path - 1] = '\0';
    assert_false(sst_dial_unix(path, &addresses));
    assert_false(sst_dial_unix("", &addresses));
    assert_true(sst_dial_unix("/nonexistent/lmtp", &addresses));
    assert_int_equal(run_dial(&dial, &addresses), NET_DIAL_FAILED);
    assert_int_equal(dial.failure.error, SST_LOCAL_ERROR_REFUSED);
    assert_string_equal(dial.failure.text, "/nonexistent/lmtp: no such file");
}

/* ---- settings of TLS ---- */

static void test_tls_settings(void **state)
{
    (void)state;
    sst_tls *tls = NULL;
    sst_tls_options options = {.size = sizeof options - 1};
    assert_int_equal(sst_tls_new(&options, &tls), SST_E_INVALID);
    assert_int_equal(sst_tls_new(NULL, NULL), SST_E_INVALID);
    assert_null(tls);
    options.size = sizeof options;
    options.ca_file = "/nonexistent/ca.pem";
    assert_int_equal(sst_tls_new(&options, &tls), SST_OK);
    assert_non_null(strstr(sst_tls_problem(tls), "/nonexistent/ca.pem"));
    sst_tls_free(tls);
    options.ca_file = NULL;
    options.certificate_file = "/nonexistent/certificate.pem";
    assert_int_equal(sst_tls_new(&options, &tls), SST_OK);
    assert_non_null(strstr(sst_tls_problem(tls), "/nonexistent/certificate.pem"));
    sst_tls_free(tls);
    assert_int_equal(sst_tls_new(NULL, &tls), SST_OK);
    assert_null(sst_tls_problem(tls));
    sst_tls_free(tls);
    sst_tls_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),         cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_tokens_refused), cmocka_unit_test(test_mechanisms),
        cmocka_unit_test(test_false_server),   cmocka_unit_test(test_literals),
        cmocka_unit_test(test_names),          cmocka_unit_test(test_dial),
        cmocka_unit_test(test_dial_silence),   cmocka_unit_test(test_dial_unix),
        cmocka_unit_test(test_tls_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
