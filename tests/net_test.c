/*
 * The transport's parts that need no server: the addresses of a host, connecting to one after the
 * other, what an option may be. Everything over a connection is in net_test.py.
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
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"
#include "net/session.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- names: the resolver of this program knows some that the system does not ---- */

typedef int (*resolve_function)(const char *, const char *, const struct addrinfo *,
                                struct addrinfo **);

/* The answers for several addresses, joined. */
static int join_answers(resolve_function next, const char *const *hosts, size_t count,
                        const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
    struct addrinfo **end = found;
    for (size_t i = 0; i < count; i++) {
        int status = next(hosts[i], port, hints, end);
        if (status != 0)
            return status;
        while (*end)
            end = &(*end)->ai_next;
    }
    return 0;
}

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **found)
{
    static const char *const both[] = {"::1", "2001:db8::1", "2001:db8::2", "127.0.0.1",
                                       "192.0.2.1"};
    resolve_function next;
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    if (strcmp(host, "nowhere.example.com") == 0)
        return EAI_NONAME;
    if (hints->ai_flags & AI_NUMERICHOST)
        return next(host, port, hints, found);
    if (strcmp(host, "later.example.com") == 0)
        return EAI_AGAIN;
    if (strcmp(host, "slow.example.com") == 0) {
        sleep(1);
        return EAI_AGAIN;
    }
    if (strcmp(host, "both.example.com") == 0)
        return join_answers(next, both, COUNT(both), port, hints, found);
    return next(host, port, hints, found);
}

/* Waits for an answer. */
static net_failure look_up(const char *name, net_addresses *addresses)
{
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    net_resolver *resolver = sst_resolver_start(name, 25, AF_UNSPEC, &failure);
    assert_non_null(resolver);
    struct pollfd one = {sst_resolver_fd(resolver), POLLIN, 0};
    assert_int_equal(poll(&one, 1, 20000), 1);
    assert_true(sst_resolver_finish(resolver, addresses, &failure));
    sst_resolver_free(resolver);
    return failure;
}

static void test_answers(void **state)
{
    (void)state;
    net_addresses addresses;
    net_failure failure = look_up("nowhere.example.com", &addresses);
    assert_int_equal(failure.error, SST_LOCAL_ERROR_HOST_NOT_FOUND);
    assert_string_equal(failure.text,
                        "nowhere.example.com: the name servers know no address of this name");
    failure = look_up("later.example.com", &addresses);
    assert_int_equal(failure.error, SST_LOCAL_ERROR_HOST_NOT_FOUND);
    assert_string_equal(failure.text,
                        "later.example.com: the name servers gave no answer, which may pass");
    failure = look_up("both.example.com", &addresses);
    assert_int_equal(failure.error, SST_LOCAL_ERROR_NONE);
    static const char *const in_turn[] = {"::1", "127.0.0.1", "2001:db8::1", "192.0.2.1",
                                          "2001:db8::2"};
    assert_int_equal(addresses.count, COUNT(in_turn));
    for (size_t i = 0; i < COUNT(in_turn); i++)
        assert_string_equal(addresses.list[i].name, in_turn[i]);
}

/* An answer that comes too late, for a session that does not wait for it. */
static void test_slow_answer(void **state)
{
    (void)state;
    net_failure failure = {SST_LOCAL_ERROR_NONE, ""};
    net_addresses addresses;
    net_resolver *resolver = sst_resolver_start("slow.example.com", 25, AF_UNSPEC, &failure);
    assert_non_null(resolver);
    assert_false(sst_resolver_finish(resolver, &addresses, &failure));
    sst_resolver_free(resolver);
    sst_client_recipient recipient = {.address = {"a@example.com", 13}};
    sst_client_mail envelope = {
        .size = sizeof envelope, .recipients = &recipient, .recipient_count = 1};
    sst_send_mail mail = {.envelope = &envelope};
    sst_net_options net = {.size = sizeof net, .host = "slow.example.com", .resolve_ms = 20};
    sst_send_options options = {.size = sizeof options, .net = &net};
    sst_send_result *result;
    uint64_t start = sst_net_now();
    assert_int_equal(sst_send(&options, &mail, 1, &result, NULL), SST_OK);
    assert_true(sst_net_now() - start < 900);
    assert_int_equal(result->count, 1);
    assert_int_equal(result->records[0].local_error, SST_LOCAL_ERROR_HOST_NOT_FOUND);
    assert_int_equal(result->records[0].verdict.reason, SST_REASON_DNS_FAILURE);
    sst_send_free(result);
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
    /* An address that cannot even be tried tells less than a refusal. */
    add_address(&addresses, "fe80::1", closed_port);
    assert_int_equal(run_dial(&dial, &addresses), NET_DIAL_FAILED);
    assert_string_equal(dial.failure.text, "127.0.0.1: connection refused");
    add_address(&addresses, "127.0.0.1", open_port);
    assert_int_equal(run_dial(&dial, &addresses), NET_DIAL_CONNECTED);
    assert_ptr_equal(sst_dial_address(&dial), &addresses.list[3]);
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

/* Given up on the way. */
static void test_cancel(void **state)
{
    (void)state;
    uint16_t port;
    int silent = bound_socket(false, &port);
    assert_int_equal(listen(silent, 0), 0);
    net_addresses one = {.count = 0};
    add_address(&one, "127.0.0.1", port);
    net_dial fillers[3];
    for (size_t i = 0; i < COUNT(fillers); i++) {
        sst_dial_start(&fillers[i], &one, 60000);
        (void)sst_dial_step(&fillers[i], sst_net_now());
    }
    sst_client_recipient recipient = {.address = {"a@example.com", 13}};
    sst_client_mail envelope = {
        .size = sizeof envelope, .recipients = &recipient, .recipient_count = 1};
    sst_net_options options = {.size = sizeof options, .host = "127.0.0.1", .port = port};
    sst_net *net;
    sst_client_event event;
    uint64_t when;
    assert_int_equal(sst_net_open(&options, &net), SST_OK);
    assert_int_equal(sst_client_mail_queue(sst_net_client(net), &envelope, NULL, NULL), SST_OK);
    assert_false(sst_net_next(net, &event));
    assert_int_equal(sst_net_events(net), SST_NET_WRITE);
    assert_true(sst_net_deadline(net, &when) && when > sst_net_now());
    sst_net_step(net);
    assert_false(sst_net_next(net, &event));
    sst_net_cancel(net);
    assert_true(sst_net_next(net, &event));
    assert_int_equal(event.kind, SST_CLIENT_RECIPIENT);
    assert_int_equal(event.outcome, SST_OUTCOME_DEFERRED);
    assert_int_equal(event.local_error, SST_LOCAL_ERROR_CANCELLED);
    while (sst_net_next(net, &event))
        ;
    assert_int_equal(event.kind, SST_CLIENT_CLOSED);
    assert_true(sst_net_is_over(net));
    assert_int_equal(sst_net_fd(net), -1);
    assert_string_equal(sst_net_why(net), "cancelled");
    sst_net_free(net);
    for (size_t i = 0; i < COUNT(fillers); i++)
        sst_dial_stop(&fillers[i]);
    close(silent);
}

/* Sessions in several threads that share their settings. */
static void *send_to_nobody(void *context)
{
    sst_tls *tls = context;
    sst_client_recipient recipient = {.address = {"a@example.com", 13}};
    sst_client_mail envelope = {
        .size = sizeof envelope, .recipients = &recipient, .recipient_count = 1};
    sst_send_mail mail = {.envelope = &envelope};
    sst_client_options client = {.size = sizeof client, .tls = SST_CLIENT_TLS_IMPLICIT};
    sst_net_options net = {
        .size = sizeof net, .client = &client, .host = "localhost", .port = 1, .tls = tls};
    sst_send_options options = {.size = sizeof options, .net = &net};
    for (int i = 0; i < 20; i++) {
        sst_send_result *result;
        if (sst_send(&options, &mail, 1, &result, NULL) != SST_OK)
            return context;
        sst_local_error error = result->records[0].local_error;
        sst_send_free(result);
        if (error != SST_LOCAL_ERROR_REFUSED)
            return context;
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    sst_tls *tls;
    assert_int_equal(sst_tls_new(NULL, &tls), SST_OK);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, send_to_nobody, tls), 0);
    for (size_t i = 0; i < COUNT(threads); i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    sst_tls_free(tls);
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

/* ---- options ---- */

static void test_options(void **state)
{
    (void)state;
    sst_net *net = NULL;
    char name[300];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    sst_client_options wrong = {.size = 1};
    sst_client_options bad_name = {.size = sizeof bad_name, .name = "a\r\nb"};
    const sst_net_options bad[] = {
        {.size = 0, .host = "127.0.0.1"},
        {.size = sizeof bad[0]},
        {.size = sizeof bad[0], .host = "127.0.0.1", .unix_path = "/tmp/x"},
        {.size = sizeof bad[0], .host = "127.0.0.1", .tls_name = name},
        {.size = sizeof bad[0], .host = "127.0.0.1", .client = &wrong},
        {.size = sizeof bad[0], .host = "127.0.0.1", .client = &bad_name},
        {.size = sizeof bad[0], .host = "127.0.0.1", .family = (sst_net_family)3},
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(sst_net_open(&bad[i], &net), SST_E_INVALID);
    assert_int_equal(sst_net_open(NULL, &net), SST_E_INVALID);
    assert_null(net);
    sst_net_free(NULL);
    sst_send_free(NULL);
    /* Freed before anything was begun, and in the middle of looking up. */
    sst_net_options good = {.size = sizeof good, .host = "slow.example.com"};
    assert_int_equal(sst_net_open(&good, &net), SST_OK);
    sst_net_free(net);
    assert_int_equal(sst_net_open(&good, &net), SST_OK);
    sst_client_event event;
    assert_false(sst_net_next(net, &event));
    assert_int_equal(sst_net_events(net), SST_NET_READ);
    assert_true(sst_net_fd(net) >= 0);
    sst_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),   cmocka_unit_test(test_slow_answer),
        cmocka_unit_test(test_literals),  cmocka_unit_test(test_names),
        cmocka_unit_test(test_dial),      cmocka_unit_test(test_dial_silence),
        cmocka_unit_test(test_cancel),    cmocka_unit_test(test_threads),
        cmocka_unit_test(test_dial_unix), cmocka_unit_test(test_tls_settings),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
