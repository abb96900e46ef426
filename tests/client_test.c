/* Sessions: the dialogues of tests/cases/client, sessions that are cut, memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/code.h>

#include "client_cut.h"
#include "client_script.h"

static void dialogues(void **state)
{
    static const char *const files[] = {"arguments", "attacks",    "auth", "bdat", "body", "codes",
                                        "codes",     "extensions", "lmtp", "lost", "mail", "tls"};
    size_t all_failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        size_t failed;
        snprintf(path, sizeof path, "tests/cases/client/%s.txt", files[i]);
        size_t count = script_run(path, &failed);
        assert_true(count > 0);
        all_failed += failed;
    }
    assert_int_equal(all_failed, 0);
}

/* Each reply code of the enumeration has come out of a session in one of the dialogues, and each
 * other one that is known to answer what a client sends. */
static void codes(void **state)
{
    size_t missing = 0;
    (void)state;
    for (size_t i = 0; i < sst_code_count(); i++) {
        int code = sst_code_at(i);
        bool is_sent = sst_code_standing(code) != SST_STANDING_HISTORIC &&
                       strstr("ATRN", sst_code_commands(code)) == NULL;
        if (code <= 0 || !is_sent || script_has_seen(code))
            continue;
        print_message("# %d has not been seen\n", code);
        missing++;
    }
    assert_int_equal(missing, 0);
}

static void cut_anywhere(void **state)
{
    size_t failed;
    (void)state;
    size_t runs = cut_connections(&failed);
    print_message("# the connection was cut in %zu places\n", runs);
    assert_true(runs > 5000);
    assert_int_equal(failed, 0);
}

static void memory_runs_out(void **state)
{
    size_t failed;
    (void)state;
    assert_true(cut_memory(&failed) > 50);
    assert_int_equal(failed, 0);
}

/* What dialogues cannot show: single calls. */

static sst_span span_of_text(const char *text)
{
    sst_span span = {text, strlen(text)};
    return span;
}

static sst_client *make(sst_client_tls tls)
{
    sst_client_options options = {.size = sizeof options, .tls = tls};
    sst_client *client;
    assert_int_equal(sst_client_new(&options, &client), SST_OK);
    return client;
}

static void queue(sst_client *client, bool chunking)
{
    sst_client_recipient recipient = {.address = span_of_text("b@example.com")};
    sst_client_mail mail = {.size = sizeof mail, .recipients = &recipient, .recipient_count = 1};
    mail.chunking = chunking;
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, NULL), SST_OK);
}

static void send_all(sst_client *client)
{
    const char *data;
    sst_client_sent(client, sst_client_output(client, &data), 0);
}

/* Pulls events up to one of a kind; whether it came. */
static bool pull(sst_client *client, sst_client_event_kind kind, sst_client_event *event)
{
    while (sst_client_next(client, event)) {
        if (event->kind == kind)
            return true;
    }
    return false;
}

static bool hear(sst_client *client, const char *text, sst_client_event_kind kind,
                 sst_client_event *event)
{
    send_all(client);
    sst_client_receive(client, text, strlen(text), 0);
    return pull(client, kind, event);
}

static sst_client *make_open(const char *hello)
{
    sst_client_event event;
    sst_client *client = make(SST_CLIENT_TLS_OFF);
    sst_client_connected(client, 0);
    (void)hear(client, "220 mx.example.com\r\n", SST_CLIENT_READY, &event);
    assert_true(hear(client, hello, SST_CLIENT_READY, &event));
    return client;
}

static void nothing_survives_the_start_of_tls(void **state)
{
    static const char hello[] = "250-mx.example.com\r\n250-SIZE 5\r\n250 STARTTLS\r\n";
    sst_client_event event;
    (void)state;
    for (int injected = 0; injected < 2; injected++) {
        sst_client *client = make(SST_CLIENT_TLS_REQUIRED);
        sst_client_connected(client, 0);
        (void)hear(client, "220 mx.example.com\r\n", SST_CLIENT_CLOSED, &event);
        assert_true(hear(client, hello, SST_CLIENT_CAPABILITIES, &event));
        assert_int_equal(sst_client_capabilities(client)->size_max, 5);
        (void)pull(client, SST_CLIENT_CLOSED, &event);
        const char *go = injected ? "220 go\r\n250 Ok\r\n" : "220 go\r\n";
        assert_int_equal(hear(client, go, SST_CLIENT_TLS_WANTED, &event), !injected);
        if (!injected) {
            assert_int_equal(sst_client_capabilities(client)->size_max, 0);
            assert_int_equal(sst_client_capabilities(client)->extensions, 0);
        }
        sst_client_free(client);
    }
}

static void capabilities(void **state)
{
    static const char hello[] = "250-mx.example.com says hello\r\n"
                                "250-size 35882577\r\n250-AUTH=LOGIN PLAIN\r\n"
                                "250-AUTH  SCRAM-SHA-256\tPLAIN \r\n250-8bitmime\r\n"
                                "250-DELIVERBY 240\r\n250-FUTURERELEASE 600 "
                                "2027-01-01T00:00:00Z\r\n250-MT-PRIORITY MIXER\r\n"
                                "250-LIMITS MAILMAX=3 RCPTMAX=100 RCPTDOMAINMAX=1 OTHER=x\r\n"
                                "250-XSOMETHING\r\n250 SIZEABLE\r\n";
    sst_client *client = make_open(hello);
    const sst_capabilities *c = sst_client_capabilities(client);
    (void)state;
    assert_int_equal(c->extensions, SST_EXTENSION_SIZE | SST_EXTENSION_AUTH |
                                        SST_EXTENSION_EIGHT_BIT_MIME | SST_EXTENSION_DELIVERBY |
                                        SST_EXTENSION_FUTURERELEASE | SST_EXTENSION_MT_PRIORITY |
                                        SST_EXTENSION_LIMITS);
    assert_int_equal(c->size_max, 35882577);
    assert_int_equal(c->deliver_by_min, 240);
    assert_int_equal(c->release_max, 600);
    assert_int_equal(c->mail_max, 3);
    assert_int_equal(c->rcpt_max, 100);
    assert_int_equal(c->rcpt_domain_max, 1);
    assert_int_equal(c->name.len, strlen("mx.example.com"));
    assert_int_equal(c->raw.len, sizeof hello - 1);
    assert_true(sst_capabilities_has_mechanism(c, "login"));
    assert_true(sst_capabilities_has_mechanism(c, "PLAIN"));
    assert_false(sst_capabilities_has_mechanism(c, "PLAI"));
    assert_string_equal(sst_extension_keyword(SST_EXTENSION_EIGHT_BIT_MIME), "8BITMIME");
    assert_string_equal(sst_extension_keyword((sst_extension)3), "");
    sst_client_free(client);
}

/* A server that sends without end is not listened to without end. */
static void flood(void **state)
{
    static char bytes[SST_MAX_CLIENT_INPUT + 1];
    sst_client_event event;
    sst_client *client = make(SST_CLIENT_TLS_OFF);
    (void)state;
    memset(bytes, '2', sizeof bytes);
    memcpy(bytes, "220 ", 4);
    sst_client_connected(client, 0);
    sst_client_receive(client, bytes, sizeof bytes, 0);
    assert_true(pull(client, SST_CLIENT_CLOSED, &event));
    assert_int_equal(event.local_error, SST_LOCAL_ERROR_PROTOCOL_VIOLATION);
    sst_client_free(client);

    client = make(SST_CLIENT_TLS_OFF);
    sst_client_connected(client, 0);
    for (size_t at = 0; at < sizeof bytes; at += 8)
        memcpy(bytes + at, "220-ab\r\n", at + 8 <= sizeof bytes ? 8 : sizeof bytes - at);
    sst_client_receive(client, bytes, sizeof bytes, 0);
    assert_true(pull(client, SST_CLIENT_CLOSED, &event));
    sst_client_free(client);

    /* Answers that are all asked for, and too much together. */
    static sst_client_recipient recipients[240];
    sst_client_mail mail = {.size = sizeof mail, .recipients = recipients};
    mail.recipient_count = sizeof recipients / sizeof *recipients;
    for (size_t i = 0; i < mail.recipient_count; i++)
        recipients[i].address = span_of_text("b@example.com");
    client = make_open("250-mx.example.com\r\n250 PIPELINING\r\n");
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, NULL), SST_OK);
    (void)pull(client, SST_CLIENT_CLOSED, &event);
    send_all(client);
    for (size_t at = 0; at < sizeof bytes; at++)
        bytes[at] = at % 10000 == 9999 ? '\n' : "550 "[at % 10000 < 4 ? at % 10000 : 3];
    sst_client_receive(client, bytes, sizeof bytes, 0);
    assert_true(pull(client, SST_CLIENT_CLOSED, &event));
    assert_int_equal(event.end, SST_CLIENT_END_FLOOD);
    sst_client_free(client);
}

/* Messages of many windows, whatever room there is, and how little is sent at a time. */
static void long_messages(void **state)
{
    static char bytes[5 * SST_CLIENT_WINDOW];
    static const char hello[] = "250-mx.example.com\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : '.';
    for (int chunking = 0; chunking < 2; chunking++) {
        sst_client_event event;
        sst_client *client = make_open(hello);
        size_t given = 0;
        queue(client, chunking);
        (void)pull(client, SST_CLIENT_CLOSED, &event);
        assert_false(sst_client_has_more(client));
        bool asked =
            chunking ? hear(client, "250 Ok\r\n250 Ok\r\n", SST_CLIENT_NEED_BODY, &event)
                     : hear(client, "250 Ok\r\n250 Ok\r\n354 go\r\n", SST_CLIENT_NEED_BODY, &event);
        assert_true(asked && event.start);
        while (given < sizeof bytes) {
            ptrdiff_t taken = sst_client_body(client, bytes + given, sizeof bytes - given, true);
            assert_true(taken >= (ptrdiff_t)event.room || given + (size_t)taken == sizeof bytes);
            assert_true((size_t)taken <= SST_CLIENT_WINDOW);
            given += (size_t)taken;
            assert_int_equal(sst_client_has_more(client), !chunking && given < sizeof bytes);
            const char *data;
            while (given < sizeof bytes && !pull(client, SST_CLIENT_NEED_BODY, &event)) {
                size_t waiting = sst_client_output(client, &data);
                assert_true(waiting <= 3 * SST_CLIENT_WINDOW);
                size_t step = waiting < 4000 ? waiting : 4000;
                sst_client_sent(client, step, 0);
                if (chunking && waiting == step)
                    sst_client_receive(client, "250 Ok\r\n", 8, 0);
            }
        }
        assert_int_equal(sst_client_body(client, "", 0, true), SST_E_INVALID);
        sst_client_free(client);
    }
}

static void misuse(void **state)
{
    sst_client_options options = {.size = sizeof options - 1};
    sst_client_event event;
    sst_client *client = NULL;
    uint64_t when;
    (void)state;
    assert_int_equal(sst_client_new(&options, &client), SST_E_INVALID);
    options.size = sizeof options;
    static const char *const names[] = {"", "a b", "a\r\nMAIL FROM:<>", "[192.0.2.1", "a]", "."};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        options.name = names[i];
        assert_int_equal(sst_client_new(&options, &client), SST_E_INVALID);
    }
    sst_client_free(NULL);
    client = make(SST_CLIENT_TLS_OFF);
    assert_int_equal(sst_client_body(client, "x", 1, true), SST_E_INVALID);
    assert_int_equal(sst_client_body_cancel(client, 0), SST_E_INVALID);
    assert_int_equal(sst_client_auth(client, "PLAIN", span_of_text("x")), SST_E_INVALID);
    assert_int_equal(sst_client_auth_respond(client, span_of_text("x")), SST_E_INVALID);
    assert_int_equal(sst_client_auth_skip(client), SST_E_INVALID);
    assert_int_equal(sst_client_auth_give_up(client), SST_E_INVALID);
    assert_int_equal(sst_client_auth_cancel(client), SST_E_INVALID);
    sst_client_tls_started(client, true, 0);
    sst_client_sent(client, 5, 0);
    assert_false(sst_client_deadline(client, &when));
    assert_false(sst_client_next(client, &event));
    sst_client_mail mail = {.size = sizeof mail};
    size_t which;
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, &which), SST_E_INVALID);
    sst_client_recipient list[2] = {{.address = span_of_text("a@example.com")},
                                    {.address = span_of_text("a b@example.com")}};
    mail.recipients = list;
    mail.recipient_count = 2;
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, &which), SST_E_INVALID);
    assert_int_equal(which, 1);
    mail.recipient_count = SST_MAX_CLIENT_RECIPIENTS + 1;
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, NULL), SST_E_LIMIT);
    sst_client_quit(client);
    mail.recipient_count = 1;
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, NULL), SST_E_INVALID);
    sst_client_free(client);
}

static void auth_is_bounded(void **state)
{
    static char token[SST_MAX_CLIENT_AUTH];
    sst_client_options options = {.size = sizeof options, .tls = SST_CLIENT_TLS_OFF};
    sst_client *client;
    sst_client_event event;
    (void)state;
    options.authenticate = true;
    memset(token, 'x', sizeof token);
    assert_int_equal(sst_client_new(&options, &client), SST_OK);
    sst_client_connected(client, 0);
    (void)hear(client, "220 mx.example.com\r\n", SST_CLIENT_CLOSED, &event);
    assert_true(hear(client, "250 mx.example.com\r\n", SST_CLIENT_AUTH_WANTED, &event));
    sst_span most = {token, SST_MAX_CLIENT_AUTH / 4 * 3};
    sst_span more = {token, SST_MAX_CLIENT_AUTH / 4 * 3 + 1};
    assert_int_equal(sst_client_auth(client, "X\r\nDATA", most), SST_E_INVALID);
    assert_int_equal(sst_client_auth(client, "plain", most), SST_E_INVALID);
    assert_int_equal(sst_client_auth(client, "OAUTHBEARER", more), SST_E_LIMIT);
    assert_int_equal(sst_client_auth(client, "OAUTHBEARER", most), SST_OK);
    assert_true(!hear(client, "334 \r\n", SST_CLIENT_CHALLENGE, &event));
    const char *data;
    assert_int_equal(sst_client_output(client, &data), SST_MAX_CLIENT_AUTH + 2);
    assert_true(hear(client, "334 e30=\r\n", SST_CLIENT_CHALLENGE, &event));
    assert_memory_equal(event.text.ptr, "{}", 2);
    sst_client_free(client);
}

/* A server that takes a secret for commands, and complains of each. */
static void secrets_are_masked(void **state)
{
    static const char *const repeats[] = {
        "535 no: AHVzZXIAc2VjcmV0\r\n",     "535 no\r\n500 what is AHVzZXIAc2VjcmV0\r\n",
        "235 in\r\n500 what is secret\r\n", "421 secret\r\n",
        "334 \r\n421 secret\r\n",           "secret\r\n"};
    static const char secret[] = "\0user\0secret";
    (void)state;
    for (size_t i = 0; i < sizeof repeats / sizeof *repeats; i++) {
        sst_client_options options = {.size = sizeof options, .tls = SST_CLIENT_TLS_OFF};
        sst_client *client;
        sst_client_event event;
        size_t events = 0;
        options.authenticate = options.transcript = true;
        assert_int_equal(sst_client_new(&options, &client), SST_OK);
        sst_client_connected(client, 0);
        (void)hear(client, "220 mx.example.com\r\n", SST_CLIENT_CLOSED, &event);
        assert_true(hear(client, "250 mx.example.com\r\n", SST_CLIENT_AUTH_WANTED, &event));
        sst_span initial = {secret, sizeof secret - 1};
        assert_int_equal(sst_client_auth(client, "PLAIN", initial), SST_OK);
        send_all(client);
        sst_client_receive(client, repeats[i], strlen(repeats[i]), 0);
        for (; sst_client_next(client, &event); events++) {
            sst_span spans[] = {event.text, event.reply ? event.reply->whole : event.text};
            for (size_t k = 0; k < 2; k++) {
                char text[256] = "";
                memcpy(text, spans[k].ptr ? spans[k].ptr : "", spans[k].len);
                assert_null(strstr(text, "secret"));
                assert_null(strstr(text, "AHVzZXIAc2VjcmV0"));
            }
        }
        assert_true(events >= 2);
        sst_client_free(client);
    }
}

static void message_given_up(void **state)
{
    static const char hello[] = "250-mx.example.com\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
    (void)state;
    for (int chunking = 0; chunking < 2; chunking++) {
        sst_client_event event;
        sst_client *client = make_open(hello);
        queue(client, chunking);
        (void)pull(client, SST_CLIENT_CLOSED, &event);
        assert_true(hear(client,
                         chunking ? "250 Ok\r\n250 Ok\r\n" : "250 Ok\r\n250 Ok\r\n354 go\r\n",
                         SST_CLIENT_NEED_BODY, &event));
        assert_int_equal(sst_client_body(client, "half", 4, false), 4);
        assert_int_equal(sst_client_body_cancel(client, 0), SST_OK);
        assert_true(pull(client, SST_CLIENT_RECIPIENT, &event));
        assert_int_equal(event.outcome, SST_OUTCOME_DEFERRED);
        assert_int_equal(event.local_error, SST_LOCAL_ERROR_CANCELLED);
        assert_true(pull(client, chunking ? SST_CLIENT_READY : SST_CLIENT_CLOSED, &event));
        sst_client_free(client);
    }
}

/* Chunks of BDAT: the last one waits until those before it were taken. */
static sst_client *make_chunked(sst_client_event *event)
{
    static char bytes[2 * SST_CLIENT_WINDOW + 64];
    static const char hello[] = "250-mx.example.com\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
    sst_client *client = make_open(hello);
    queue(client, true);
    (void)pull(client, SST_CLIENT_CLOSED, event);
    assert_true(hear(client, "250 Ok\r\n250 Ok\r\n", SST_CLIENT_NEED_BODY, event));
    for (size_t given = 0; given < sizeof bytes;) {
        ptrdiff_t taken = sst_client_body(client, bytes + given, sizeof bytes - given, true);
        assert_true(taken > 0);
        given += (size_t)taken;
        (void)pull(client, SST_CLIENT_NEED_BODY, event);
        const char *data;
        if (given < sizeof bytes)
            assert_memory_equal("BDAT 65536\r\n", (sst_client_output(client, &data), data), 12);
        send_all(client);
    }
    const char *data;
    assert_int_equal(sst_client_output(client, &data), 0);
    return client;
}

static void chunks(void **state)
{
    sst_client_event event;
    const char *data;
    (void)state;
    sst_client *client = make_chunked(&event);
    assert_false(hear(client, "250 one\r\n", SST_CLIENT_NEED_BODY, &event));
    assert_int_equal(sst_client_output(client, &data), 0);
    assert_false(hear(client, "250 two\r\n", SST_CLIENT_NEED_BODY, &event));
    assert_int_equal(sst_client_output(client, &data), strlen("BDAT 64 LAST\r\n") + 64);
    assert_memory_equal(data, "BDAT 64 LAST\r\n", 14);
    assert_true(hear(client, "250 Ok\r\n", SST_CLIENT_RECIPIENT, &event));
    assert_int_equal(event.outcome, SST_OUTCOME_ACCEPTED);
    sst_client_free(client);

    client = make_chunked(&event);
    assert_true(hear(client, "552 5.3.4 too big\r\n503 no\r\n", SST_CLIENT_RECIPIENT, &event));
    assert_int_equal(event.outcome, SST_OUTCOME_REJECTED);
    assert_int_equal(event.command, SST_COMMAND_BDAT);
    assert_int_equal(event.reply->code, 552);
    assert_true(pull(client, SST_CLIENT_READY, &event));
    queue(client, false);
    (void)pull(client, SST_CLIENT_CLOSED, &event);
    assert_int_equal(sst_client_output(client, &data), strlen("RSET\r\n"));
    sst_client_free(client);
}

/* Answers each line of what is sent; returns how many there were. */
static size_t answer_lines(sst_client *client)
{
    static char answers[SST_MAX_CLIENT_OUTSTANDING * 8];
    const char *data;
    size_t len = sst_client_output(client, &data);
    size_t count = 0;
    for (size_t at = 0; at < len; at++) {
        if (data[at] != '\n')
            continue;
        assert_true(count < SST_MAX_CLIENT_OUTSTANDING);
        memcpy(answers + 8 * count++, "250 Ok\r\n", 8);
    }
    sst_client_sent(client, len, 0);
    sst_client_receive(client, answers, 8 * count, 0);
    return count;
}

/* So many recipients that not all of them can be outstanding. */
static void many_recipients(void **state)
{
    static sst_client_recipient recipients[1000];
    sst_client_mail mail = {.size = sizeof mail, .recipients = recipients};
    sst_client_event event;
    size_t accepted = 0;
    size_t rounds = 0;
    (void)state;
    mail.recipient_count = sizeof recipients / sizeof *recipients;
    for (size_t i = 0; i < mail.recipient_count; i++)
        recipients[i].address = span_of_text("b@example.com");
    mail.stop = SST_CLIENT_STOP_AFTER_RCPT;
    sst_client *client = make_open("250-mx.example.com\r\n250 PIPELINING\r\n");
    assert_int_equal(sst_client_mail_queue(client, &mail, NULL, NULL), SST_OK);
    for (bool done = false; !done; rounds++) {
        while (sst_client_next(client, &event)) {
            accepted += event.kind == SST_CLIENT_RECIPIENT;
            done = done || event.kind == SST_CLIENT_READY;
            assert_true(event.kind != SST_CLIENT_CLOSED);
        }
        assert_true(done || answer_lines(client) <= SST_MAX_CLIENT_OUTSTANDING);
    }
    assert_int_equal(accepted, mail.recipient_count);
    assert_true(rounds >= 4 && rounds < 10);
    sst_client_free(client);
}

/* MailKit#194: the answers are there, and so is the end of the connection. */
static void answers_before_the_end(void **state)
{
    sst_client_event event;
    (void)state;
    sst_client *client = make_open("250 mx.example.com\r\n");
    queue(client, false);
    (void)pull(client, SST_CLIENT_CLOSED, &event);
    send_all(client);
    sst_client_receive(client, "550 5.7.1 go away\r\n", 19, 0);
    sst_client_closed(client, SST_LOCAL_ERROR_NONE, 0);
    assert_true(pull(client, SST_CLIENT_RECIPIENT, &event));
    assert_int_equal(event.outcome, SST_OUTCOME_REJECTED);
    assert_int_equal(event.reply->code, 550);
    assert_true(pull(client, SST_CLIENT_CLOSED, &event));
    sst_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogues),
        cmocka_unit_test(codes),
        cmocka_unit_test(nothing_survives_the_start_of_tls),
        cmocka_unit_test(capabilities),
        cmocka_unit_test(flood),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(chunks),
        cmocka_unit_test(many_recipients),
        cmocka_unit_test(answers_before_the_end),
        cmocka_unit_test(misuse),
        cmocka_unit_test(auth_is_bounded),
        cmocka_unit_test(secrets_are_masked),
        cmocka_unit_test(message_given_up),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
