/*
 * A whole session between the library and the server of client_model.h, cut anywhere. The oracle is
 * the model: which replies the client has had to their last byte, whether MAIL has left, whether
 * the dot has.
 */
#include "client_cut.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/client.h>
#include <smtpstatus/vocabulary.h>

#include "client_model.h"

#define MAILS      2
#define RECIPIENTS 3

typedef struct scenario {
    const char *name;
    model_manner manner;
    bool chunking;
    size_t message_len; /* 0: the small message; else so much of the long one */
} scenario;

/* The messages: a small one with dots, and a long one of lines of 64 bytes. */
static const char small_message[] = "Subject: x\r\n\r\nHello\r\n.dot\r\n..\r\nBye\r\n";
#define DOTS 2
#define LONG (2 * SST_CLIENT_WINDOW + 640)
static char long_message[LONG];

static const scenario scenarios[] = {
    {.name = "DATA",
     .manner = {.starttls = true, .auth = true, .rcpt = {250, 550, 250}, .end = {250}}},
    {.name = "DATA, refused", .manner = {.rcpt = {250, 450, 250}, .end = {554}}},
    {.name = "BDAT",
     .manner =
         {.starttls = true, .auth = true, .chunking = true, .rcpt = {250, 550, 250}, .end = {250}},
     .chunking = true},
    {.name = "LMTP",
     .manner = {.lmtp = true,
                .starttls = true,
                .auth = true,
                .rcpt = {250, 550, 250},
                .end = {250, 0, 452}}},
    {.name = "LMTP, BDAT",
     .manner = {.lmtp = true, .chunking = true, .rcpt = {250, 250, 250}, .end = {550, 250, 250}},
     .chunking = true},
    {.name = "DATA, long", .manner = {.rcpt = {250, 550, 250}, .end = {250}}, .message_len = LONG},
    {.name = "BDAT, several chunks",
     .manner = {.chunking = true, .rcpt = {250, 550, 250}, .end = {250}, .chunks = 2},
     .chunking = true,
     .message_len = LONG},
};

/* Where a run is cut: whichever comes first. */
typedef struct cut {
    size_t from_server; /* after so many of its bytes were received */
    size_t from_client; /* after so many were sent */
    bool answers_come;  /* with the latter: what the server says to them still arrives */
    size_t piece;       /* bytes at a time */
} cut;

/* Memory that runs out. */
typedef struct purse {
    size_t left;
    size_t in_use;
} purse;

static void *spend(void *context, void *block, size_t size)
{
    purse *p = context;
    if (size == 0) {
        p->in_use -= block != NULL;
        free(block);
        return NULL;
    }
    if (p->left == 0)
        return NULL;
    p->left--;
    void *grown = realloc(block, size);
    p->in_use += block == NULL && grown != NULL;
    return grown;
}

typedef struct world {
    const scenario *scenario;
    cut cut;
    sst_client *client;
    size_t sent;
    size_t received;
    size_t given; /* of the message */
    bool is_cut;
    bool is_closed;
    sst_outcome outcome[MAILS][RECIPIENTS];
    unsigned times[MAILS][RECIPIENTS];
    unsigned done[MAILS];
    model_server server; /* last: it is large, and begins by itself */
} world;

static void give_body(world *w, bool start)
{
    bool is_long = w->scenario->message_len > 0;
    const char *message = is_long ? long_message : small_message;
    size_t len = is_long ? w->scenario->message_len : sizeof small_message - 1;
    w->given = start ? 0 : w->given;
    ptrdiff_t taken = sst_client_body(w->client, message + w->given, len - w->given, true);
    w->given += taken > 0 ? (size_t)taken : 0;
}

static void act(world *w, const sst_client_event *event)
{
    static const char secret[] = "\0user\0secret";
    sst_span initial = {secret, sizeof secret - 1};
    switch (event->kind) {
    case SST_CLIENT_TLS_WANTED:
        if (w->server.handshake)
            sst_client_tls_started(w->client, true, 0);
        break;
    case SST_CLIENT_AUTH_WANTED:
        if (sst_client_auth(w->client, "PLAIN", initial) != SST_OK)
            (void)sst_client_auth_give_up(w->client);
        break;
    case SST_CLIENT_NEED_BODY:
        give_body(w, event->start);
        break;
    case SST_CLIENT_RECIPIENT:
        w->outcome[event->mail - 1][event->recipient] = event->outcome;
        w->times[event->mail - 1][event->recipient]++;
        break;
    case SST_CLIENT_MAIL_DONE:
        w->done[event->mail - 1]++;
        break;
    case SST_CLIENT_CLOSED:
        w->is_closed = true;
        break;
    default:
        break;
    }
}

static void pull(world *w)
{
    sst_client_event event;
    while (sst_client_next(w->client, &event))
        act(w, &event);
}

static void close_it(world *w)
{
    if (!w->is_cut)
        sst_client_closed(w->client, SST_LOCAL_ERROR_NONE, 0);
    w->is_cut = true;
    pull(w);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool to_server(world *w)
{
    const char *data;
    size_t waiting = sst_client_output(w->client, &data);
    size_t len = least(least(waiting, w->cut.piece), w->cut.from_client - w->sent);
    if (len == 0)
        return false;
    model_receive(&w->server, data, len);
    w->sent += len;
    sst_client_sent(w->client, len, 0);
    return true;
}

static bool to_client(world *w)
{
    size_t waiting = w->server.out_len - w->received;
    size_t len = least(least(waiting, w->cut.piece), w->cut.from_server - w->received);
    bool is_quiet = w->sent == w->cut.from_client && !w->cut.answers_come;
    if (len == 0 || is_quiet)
        return false;
    sst_client_receive(w->client, w->server.out + w->received, len, 0);
    w->received += len;
    pull(w);
    return true;
}

/* One side after the other, until nothing moves; then the connection is over. */
static void play(world *w)
{
    sst_client_connected(w->client, 0);
    while (!w->is_closed) {
        bool moved = false;
        while (!w->is_closed && to_server(w))
            moved = true;
        while (!w->is_closed && to_client(w))
            moved = true;
        if (!moved) {
            close_it(w);
            break;
        }
    }
    pull(w);
}

static sst_outcome by_code(int code)
{
    return code < 300   ? SST_OUTCOME_ACCEPTED
           : code < 500 ? SST_OUTCOME_DEFERRED
                        : SST_OUTCOME_REJECTED;
}

/* What is true of a recipient. */
static sst_outcome truth(const world *w, size_t mail, size_t recipient)
{
    const model_mail *m = &w->server.mail[mail];
    bool is_known = mail < w->server.mails && recipient < m->count;
    if (is_known && m->fate[recipient].code && m->fate[recipient].told_at <= w->received)
        return by_code(m->fate[recipient].code);
    if (mail < w->server.mails && m->ends_at < w->sent)
        return SST_OUTCOME_IN_DOUBT;
    size_t begins_at = mail < w->server.mails ? m->begins_at : w->server.line_at;
    bool is_begun =
        mail < w->server.mails || (mail == w->server.mails && w->sent > begins_at &&
                                   w->server.in[begins_at] == 'M' && !w->server.in_data);
    if (is_begun)
        return SST_OUTCOME_DEFERRED;
    return w->server.opened_at <= w->received ? SST_OUTCOME_NOT_TRIED : SST_OUTCOME_DEFERRED;
}

static bool check(const world *w)
{
    bool good = true;
    for (size_t mail = 0; mail < MAILS; mail++) {
        for (size_t i = 0; i < RECIPIENTS; i++) {
            sst_outcome expected = truth(w, mail, i);
            if (w->times[mail][i] == 1 && w->outcome[mail][i] == expected)
                continue;
            printf("# %s, cut after %zu of the server and %zu of the client (%s, pieces of %zu): "
                   "recipient %zu.%zu is %s (%u times), and should be %s\n",
                   w->scenario->name, w->received, w->sent, w->cut.answers_come ? "heard" : "deaf",
                   w->cut.piece, mail + 1, i, sst_outcome_id(w->outcome[mail][i]),
                   w->times[mail][i], sst_outcome_id(expected));
            good = false;
        }
        good = good && w->done[mail] == 1;
    }
    return good && w->is_closed;
}

static bool prepare(world *w, const sst_allocator *allocator)
{
    static const sst_client_recipient recipients[RECIPIENTS] = {
        {.address = {"b@example.com", 13}},
        {.address = {"c@example.com", 13}},
        {.address = {"d@example.com", 13}},
    };
    const scenario *s = w->scenario;
    sst_client_options options = {.size = sizeof options, .allocator = allocator};
    options.lmtp = s->manner.lmtp;
    options.authenticate = s->manner.auth;
    options.tls = s->manner.starttls ? SST_CLIENT_TLS_REQUIRED : SST_CLIENT_TLS_OFF;
    options.transcript = true;
    sst_client_mail mail = {.size = sizeof mail, .chunking = s->chunking};
    mail.sender.ptr = "a@example.org";
    mail.sender.len = 13;
    mail.recipients = recipients;
    mail.recipient_count = RECIPIENTS;
    model_manner manner = s->manner;
    manner.dots = s->message_len > 0 ? 0 : DOTS;
    model_begin(&w->server, &manner);
    bool good = sst_client_new(&options, &w->client) == SST_OK;
    for (size_t i = 0; i < MAILS && good; i++)
        good = sst_client_mail_queue(w->client, &mail, NULL, NULL) == SST_OK;
    if (good)
        sst_client_quit(w->client);
    return good;
}

/* Runs once; *w tells afterwards how far it came. */
static bool run(world *w, const scenario *s, cut where)
{
    memset(w, 0, offsetof(world, server));
    w->scenario = s;
    w->cut = where;
    if (!prepare(w, NULL))
        abort();
    play(w);
    bool good = check(w);
    sst_client_free(w->client);
    return good;
}

/* In a long message not every byte is worth a run: those near its ends are, near those of its
 * windows, and some in between. */
static bool is_worth_it(size_t at, size_t total)
{
    size_t in_window = at % SST_CLIENT_WINDOW;
    return total < 4096 || at < 20 || total - at < 60 || in_window < 150 ||
           SST_CLIENT_WINDOW - in_window < 20 || at % 8191 == 0;
}

static size_t cut_scenario(const scenario *s, size_t piece, size_t *failed)
{
    static world w;
    cut where = {MODEL_NEVER, MODEL_NEVER, true, piece};
    *failed += !run(&w, s, where);
    size_t of_server = w.received;
    size_t of_client = w.sent;
    size_t runs = 1;
    for (size_t at = 0; at <= of_server; at++, runs++) {
        cut server = {at, MODEL_NEVER, true, piece};
        *failed += !run(&w, s, server);
    }
    for (size_t at = 0; at <= of_client; at++) {
        cut deaf = {MODEL_NEVER, at, false, piece};
        cut heard = {MODEL_NEVER, at, true, piece};
        if (!is_worth_it(at, of_client))
            continue;
        *failed += !run(&w, s, deaf);
        *failed += !run(&w, s, heard);
        runs += 2;
    }
    return runs;
}

static void write_long_message(void)
{
    for (size_t i = 0; i < LONG; i++)
        long_message[i] = "abcdefgh"[i % 8];
    for (size_t i = 62; i + 1 < LONG; i += 64)
        memcpy(long_message + i, "\r\n", 2);
}

size_t cut_connections(size_t *failed)
{
    size_t runs = 0;
    *failed = 0;
    write_long_message();
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        runs += cut_scenario(&scenarios[i], MODEL_NEVER, failed);
        if (scenarios[i].message_len == 0)
            runs += cut_scenario(&scenarios[i], 1, failed);
    }
    return runs;
}

/* Without memory no outcome is said that is not true; that there is none is a truth too. */
static bool check_poor(const world *w)
{
    for (size_t mail = 0; mail < MAILS; mail++) {
        for (size_t i = 0; i < RECIPIENTS; i++) {
            sst_outcome said = w->outcome[mail][i];
            sst_outcome expected = truth(w, mail, i);
            bool is_safe = expected == said || said == SST_OUTCOME_NOT_TRIED ||
                           (said == SST_OUTCOME_DEFERRED && expected != SST_OUTCOME_IN_DOUBT);
            if (w->times[mail][i] > 1 || (w->times[mail][i] == 1 && !is_safe))
                return false;
        }
    }
    return true;
}

size_t cut_memory(size_t *failed)
{
    static world w;
    size_t runs = 0;
    *failed = 0;
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        bool was_enough = false;
        for (size_t left = 0; !was_enough && left < 1000; left++, runs++) {
            purse p = {left, 0};
            sst_allocator allocator = {spend, &p};
            memset(&w, 0, offsetof(world, server));
            w.scenario = &scenarios[i];
            w.cut = (cut){MODEL_NEVER, MODEL_NEVER, true, MODEL_NEVER};
            if (prepare(&w, &allocator))
                play(&w);
            was_enough = p.left > 0 && w.is_closed;
            bool good = check_poor(&w) && (!was_enough || check(&w));
            sst_client_free(w.client);
            if (!good || p.in_use != 0) {
                printf("# %s with %zu allocations: %zu blocks are left\n", scenarios[i].name, left,
                       p.in_use);
                ++*failed;
            }
        }
    }
    return runs;
}
