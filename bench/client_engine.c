/*
 * client_engine_bench [MODE [BYTES]]: how many transactions a second the session engine does alone,
 * in memory, on one core: MAIL, RCPT, DATA, the message, its answer, all events pulled. The other
 * side costs as little as can be: answers are there beforehand, and what is sent is only counted.
 *
 * MODE is pipelined (the default), plain (one command after the other), bdat or lmtp; BYTES is the
 * length of the message (1024). Prints one line of key=value figures.
 */
#include <string.h>

#include <smtpstatus/client.h>

#include "bench.h"

/* Of one pass: short ones, so that on a busy machine some are not interrupted. */
#define TRANSACTIONS(len) ((size_t)2000000 / ((len) + 1000) + 1)
#define MESSAGE_LEN       ((size_t)1024)

/* What a server says, each piece when everything sent so far has left. */
typedef struct mode {
    const char *name;
    const char *hello;
    const char *answers[4]; /* to one transaction */
    bool chunking;
    bool lmtp;
} mode;

static const mode modes[] = {
    {"pipelined",
     "250-mx.example.com\r\n250 PIPELINING\r\n",
     {"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n",
      "250 2.0.0 Ok: queued as 4XyZ\r\n", NULL, NULL},
     false,
     false},
    {"plain",
     "250 mx.example.com\r\n",
     {"250 2.1.0 Ok\r\n", "250 2.1.5 Ok\r\n", "354 End data with <CR><LF>.<CR><LF>\r\n",
      "250 2.0.0 Ok: queued as 4XyZ\r\n"},
     false,
     false},
    {"bdat",
     "250-mx.example.com\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
     {"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n", "250 2.0.0 Ok: queued as 4XyZ\r\n", NULL, NULL},
     true,
     false},
    {"lmtp",
     "250-mx.example.com\r\n250 PIPELINING\r\n",
     {"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n",
      "250 2.0.0 <b@example.com> 4XyZ Saved\r\n", NULL, NULL},
     false,
     true},
};

typedef struct world {
    const mode *mode;
    sst_client *client;
    const char *message;
    size_t message_len;
    size_t given; /* of the message */
    size_t accepted;
    size_t events;
    size_t sent;
} world;

static void fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(3);
}

static void give(world *w, bool start)
{
    w->given = start ? 0 : w->given;
    size_t rest = w->message_len - w->given;
    ptrdiff_t taken = sst_client_body(w->client, w->message + w->given, rest, true);
    w->given += taken > 0 ? (size_t)taken : 0;
}

static void pull(world *w)
{
    sst_client_event event;
    while (sst_client_next(w->client, &event)) {
        w->events++;
        if (event.kind == SST_CLIENT_NEED_BODY)
            give(w, event.start);
        else if (event.kind == SST_CLIENT_RECIPIENT)
            w->accepted += event.outcome == SST_OUTCOME_ACCEPTED;
        else if (event.kind == SST_CLIENT_CLOSED)
            fail("the session has ended");
    }
}

/* A chunk of BDAT that is not the last one is answered at once. */
static void send_all(world *w)
{
    const char *data;
    for (size_t len; (len = sst_client_output(w->client, &data)) > 0; pull(w)) {
        bool is_chunk = len > 5 && memcmp(data, "BDAT", 4) == 0 && w->given < w->message_len;
        sst_client_sent(w->client, len, 0);
        w->sent += len;
        if (is_chunk)
            sst_client_receive(w->client, "250 Ok\r\n", 8, 0);
    }
}

static void hear(world *w, const char *answer)
{
    sst_client_receive(w->client, answer, strlen(answer), 0);
    pull(w);
}

static void transact(world *w, const sst_client_mail *mail)
{
    if (sst_client_mail_queue(w->client, mail, NULL, NULL) != SST_OK)
        fail("the mail was not taken");
    pull(w);
    for (size_t i = 0; i < 4 && w->mode->answers[i]; i++) {
        send_all(w);
        hear(w, w->mode->answers[i]);
    }
}

static void open_session(world *w)
{
    sst_client_options options = {.size = sizeof options, .tls = SST_CLIENT_TLS_OFF};
    options.lmtp = w->mode->lmtp;
    if (sst_client_new(&options, &w->client) != SST_OK)
        fail("no session");
    sst_client_connected(w->client, 0);
    hear(w, "220 mx.example.com ESMTP\r\n");
    send_all(w);
    hear(w, w->mode->hello);
}

static const char *make_message(size_t len)
{
    char *message = malloc(len);
    if (!message)
        fail("no memory");
    for (size_t i = 0; i < len; i++)
        message[i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : 'x';
    memcpy(message + len - 2, "\r\n", 2);
    return message;
}

static double measure(world *w)
{
    static const sst_client_recipient recipient = {.address = {"recipient@example.com", 21}};
    sst_client_mail mail = {.size = sizeof mail, .recipients = &recipient, .recipient_count = 1};
    mail.sender.ptr = "sender@example.org";
    mail.sender.len = 18;
    mail.chunking = w->mode->chunking;
    double fastest = 1e9;
    for (double begin = bench_now(); bench_now() - begin < 4 * BENCH_SECONDS;) {
        double start = bench_now();
        for (size_t i = 0; i < TRANSACTIONS(w->message_len); i++)
            transact(w, &mail);
        double seconds = bench_now() - start;
        fastest = seconds < fastest ? seconds : fastest;
    }
    return fastest;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "pipelined";
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(modes[i].name, name) != 0)
            continue;
        world w = {.mode = &modes[i], .message_len = MESSAGE_LEN};
        if (argc > 2 && strtoul(argv[2], NULL, 10) >= 2)
            w.message_len = strtoul(argv[2], NULL, 10);
        w.message = make_message(w.message_len);
        open_session(&w);
        double seconds = measure(&w);
        printf("client_engine mode=%s transactions_per_s=%.0f events_per_transaction=%.1f "
               "bytes_per_transaction=%zu accepted=%zu\n",
               name, (double)TRANSACTIONS(w.message_len) / seconds,
               (double)w.events / (double)w.accepted, w.sent / w.accepted, w.accepted);
        sst_client_free(w.client);
        free((void *)w.message);
        return 0;
    }
    fprintf(stderr, "usage: client_engine_bench [pipelined|plain|bdat|lmtp [BYTES]]\n");
    return 2;
}
