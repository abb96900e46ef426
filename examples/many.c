/*
 * Many sessions at once, in one thread and one loop over poll: each sends a small mail to the same
 * server, and its outcome is printed as one line: the number of the session, the outcome, and the
 * local error where there is one.
 *
 *     cc many.c $(pkg-config --cflags --libs smtpstatus-net) -o many
 *     ./many 192.0.2.1 25 1000 a@example.org b@example.com
 *
 * The host should be an address: names are looked up in a thread for each session.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/net.h>

static const char message[] = "Subject: one of many\r\n\r\nHello.\r\n";

typedef struct session {
    sst_net *net;
    size_t sent; /* bytes of the message that the engine has taken */
} session;

static sst_span span_of(const char *text)
{
    sst_span span = {text, strlen(text)};
    return span;
}

/* Opens a session, and says what it is to do. */
static int open_session(session *one, size_t number, char **argv)
{
    /* Where a session fails in a loop with many, it need not wait for minutes. */
    sst_client_options client = {.size = sizeof client, .name = "client.example.org"};
    client.timeouts[SST_CLIENT_TIMEOUT_GREETING] = 60000;
    sst_net_options options = {
        .size = sizeof options,
        .client = &client,
        .host = argv[1],
        .port = (uint16_t)strtoul(argv[2], NULL, 10),
    };
    char sender[300];
    (void)snprintf(sender, sizeof sender, "%zu-%s", number, argv[4]);
    sst_client_recipient recipient = {.address = span_of(argv[5])};
    sst_client_mail mail = {
        .size = sizeof mail,
        .sender = span_of(sender),
        .recipients = &recipient,
        .recipient_count = 1,
    };
    one->sent = 0;
    int error = sst_net_open(&options, &one->net);
    if (error == SST_OK)
        error = sst_client_mail_queue(sst_net_client(one->net), &mail, NULL, NULL);
    if (error == SST_OK)
        sst_client_quit(sst_net_client(one->net));
    return error;
}

static void feed(session *one, bool from_start)
{
    size_t len = sizeof message - 1;
    if (from_start)
        one->sent = 0;
    ptrdiff_t taken =
        sst_client_body(sst_net_client(one->net), message + one->sent, len - one->sent, true);
    if (taken > 0)
        one->sent += (size_t)taken;
}

/* Acts on all events that are there. */
static void pull(session *one, size_t number)
{
    sst_client_event event;
    while (sst_net_next(one->net, &event)) {
        if (event.kind == SST_CLIENT_NEED_BODY)
            feed(one, event.start);
        else if (event.kind == SST_CLIENT_RECIPIENT)
            printf("%zu %s %s\n", number, sst_outcome_id(event.outcome),
                   sst_local_error_id(event.local_error));
    }
}

/* What poll is to wait for, and how long at most. */
static void prepare(const session *one, struct pollfd *fd, uint64_t *soonest)
{
    unsigned events = sst_net_events(one->net);
    uint64_t when;
    fd->fd = sst_net_fd(one->net);
    fd->events = 0;
    if (events & SST_NET_READ)
        fd->events |= POLLIN;
    if (events & SST_NET_WRITE)
        fd->events |= POLLOUT;
    if (sst_net_deadline(one->net, &when) && when < *soonest)
        *soonest = when;
}

/* Whether there is something to be done for a session. */
static bool is_due(const session *one, const struct pollfd *fd, uint64_t now)
{
    uint64_t when;
    return fd->revents != 0 || (sst_net_deadline(one->net, &when) && now >= when);
}

/* Pulls and prepares; a session that is over makes room for the last one. Returns how many go on.
 */
static size_t prepare_all(session *sessions, size_t *numbers, struct pollfd *fds, size_t count,
                          uint64_t *soonest)
{
    for (size_t i = 0; i < count;) {
        pull(&sessions[i], numbers[i]);
        if (sst_net_is_over(sessions[i].net)) {
            sst_net_free(sessions[i].net);
            count--;
            sessions[i] = sessions[count];
            numbers[i] = numbers[count];
        } else {
            prepare(&sessions[i], &fds[i], soonest);
            i++;
        }
    }
    return count;
}

static void run(session *sessions, size_t *numbers, struct pollfd *fds, size_t count)
{
    for (;;) {
        uint64_t now = sst_net_now();
        uint64_t soonest = now + 1000;
        count = prepare_all(sessions, numbers, fds, count, &soonest);
        if (count == 0)
            return;
        (void)poll(fds, (nfds_t)count, soonest > now ? (int)(soonest - now) : 0);
        now = sst_net_now();
        for (size_t i = 0; i < count; i++) {
            if (is_due(&sessions[i], &fds[i], now))
                sst_net_step(sessions[i].net);
        }
    }
}

int main(int argc, char **argv)
{
    size_t count = argc == 6 ? strtoul(argv[3], NULL, 10) : 0;
    if (count == 0 || count > 100000) {
        fprintf(stderr, "usage: many HOST PORT COUNT SENDER RECIPIENT\n");
        return 2;
    }
    session *sessions = calloc(count, sizeof *sessions);
    size_t *numbers = calloc(count, sizeof *numbers);
    struct pollfd *fds = calloc(count, sizeof *fds);
    int error = sessions && numbers && fds ? SST_OK : SST_E_NO_MEMORY;
    size_t opened = 0;
    while (error == SST_OK && opened < count) {
        numbers[opened] = opened;
        error = open_session(&sessions[opened], opened, argv);
        opened++;
    }
    if (error == SST_OK)
        run(sessions, numbers, fds, count);
    else
        for (size_t i = 0; sessions && i < opened; i++)
            sst_net_free(sessions[i].net);
    if (error != SST_OK)
        fprintf(stderr, "%s\n", sst_strerror(error));
    free(fds);
    free(numbers);
    free(sessions);
    return error == SST_OK ? 0 : 2;
}
