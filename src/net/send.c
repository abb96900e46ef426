/*
 * Everything in one call: a session in a loop over poll, the messages fed to it, the outcomes kept
 * as records.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "net/memory.h"
#include "net/result.h"
#include "net/session.h"

/* A piece of a message that is read: as much as the engine takes at once. */
#define PIECE_SIZE ((size_t)16384)

typedef struct sending {
    const sst_send_options *options;
    const sst_send_mail *mails;
    size_t count;
    net_result *result;
    sst_net *net;
    uint64_t start;
    /* Of the message being sent: */
    size_t first_record;    /* of the mail of the last event, */
    uint64_t at_mail;       /* which has this number */
    uint64_t started;       /* its number */
    size_t sent;            /* of a text */
    char piece[PIECE_SIZE]; /* of one that is read */
    size_t piece_len;
    size_t piece_used;
    bool at_end;
} sending;

/* --- the message ---------------------------------------------------------------------------- */

/* Goes to the start of the message, back to it if it has been there before. */
static bool start_message(sending *s, const sst_send_mail *mail, uint64_t number)
{
    bool again = s->started == number;
    s->started = number;
    s->sent = 0;
    s->piece_len = 0;
    s->piece_used = 0;
    s->at_end = false;
    return !again || !mail->read || (mail->rewind && mail->rewind(mail->context));
}

static void feed_text(sending *s, const sst_send_mail *mail)
{
    const char *text = mail->text.ptr ? mail->text.ptr + s->sent : "";
    ptrdiff_t taken = sst_client_body(sst_net_client(s->net), text, mail->text.len - s->sent, true);
    if (taken > 0)
        s->sent += (size_t)taken;
}

/* The next piece. False where it cannot be had. */
static bool read_piece(sending *s, const sst_send_mail *mail)
{
    ptrdiff_t got = mail->read(mail->context, s->piece, sizeof s->piece);
    if (got < 0 || (size_t)got > sizeof s->piece)
        return false;
    s->piece_len = (size_t)got;
    s->piece_used = 0;
    s->at_end = got == 0;
    return true;
}

static void feed_read(sending *s, const sst_send_mail *mail)
{
    sst_client *client = sst_net_client(s->net);
    for (;;) {
        if (s->piece_used == s->piece_len && !s->at_end && !read_piece(s, mail)) {
            (void)sst_client_body_cancel(client, sst_net_now());
            return;
        }
        size_t left = s->piece_len - s->piece_used;
        ptrdiff_t taken = sst_client_body(client, s->piece + s->piece_used, left, s->at_end);
        if (taken > 0)
            s->piece_used += (size_t)taken;
        if (taken < 0 || (size_t)taken < left || s->at_end)
            return;
    }
}

static void feed(sending *s, const sst_client_event *event)
{
    if (event->mail == 0 || event->mail > s->count)
        return;
    const sst_send_mail *mail = &s->mails[event->mail - 1];
    if (event->start && !start_message(s, mail, event->mail))
        (void)sst_client_body_cancel(sst_net_client(s->net), sst_net_now());
    else if (mail->read)
        feed_read(s, mail);
    else
        feed_text(s, mail);
}

/* --- events --------------------------------------------------------------------------------- */

/* The index of a recipient's record. Mails end in the order in which they were queued. */
static size_t record_of(sending *s, const sst_client_event *event)
{
    if (event->mail == 0 || event->mail > s->count)
        return SIZE_MAX;
    if (event->mail < s->at_mail) {
        s->at_mail = 1;
        s->first_record = 0;
    }
    for (; s->at_mail < event->mail; s->at_mail++)
        s->first_record += s->mails[s->at_mail - 1].envelope->recipient_count;
    return s->first_record + event->recipient;
}

static void write_transcript(sending *s, const sst_client_event *event)
{
    sst_send_result *seen = &s->result->open;
    if (s->options->transcript && !seen->transcript_failed &&
        sst_net_write_transcript(event, s->start, s->options->transcript) != SST_OK)
        seen->transcript_failed = true;
}

/* Whether an event shows that mails could be sent: the commands from MAIL on, answered or not, come
 * after TLS and AUTH, and a QUIT that is not for a failure of these comes when there is nothing to
 * be done. */
static bool shows_open(const sst_client_event *event)
{
    bool is_of_command = event->kind == SST_CLIENT_REPLY || event->kind == SST_CLIENT_RECIPIENT;
    return event->kind == SST_CLIENT_READY || event->kind == SST_CLIENT_NEED_BODY ||
           (is_of_command && event->command >= SST_COMMAND_MAIL &&
            event->command != SST_COMMAND_QUIT) ||
           (event->kind == SST_CLIENT_RECIPIENT && event->refusal != SST_CLIENT_REFUSAL_NONE) ||
           (event->kind == SST_CLIENT_CLOSED && event->end == SST_CLIENT_END_QUIT);
}

static void act(sending *s, const sst_client_event *event)
{
    if (s->options->event)
        s->options->event(s->options->context, s->net, event);
    if (shows_open(event))
        s->result->open.opened = true;
    switch (event->kind) {
    case SST_CLIENT_TRANSCRIPT:
        write_transcript(s, event);
        break;
    case SST_CLIENT_NEED_BODY:
        feed(s, event);
        break;
    case SST_CLIENT_RECIPIENT:
        sst_result_keep(s->result, record_of(s, event), event);
        break;
    case SST_CLIENT_CLOSED:
        s->result->open.end = event->end;
        break;
    default:
        break;
    }
}

/* --- the loop ------------------------------------------------------------------------------- */

/* How long poll may wait, in its terms. */
static int time_left(const sst_net *net)
{
    uint64_t when;
    if (!sst_net_deadline(net, &when))
        return -1;
    uint64_t now = sst_net_now();
    if (when <= now)
        return 0;
    const uint64_t most = 60000; /* far below what an int holds; a step too early does no harm */
    return (int)(when - now < most ? when - now : most);
}

/* Waits for the session. False where it was cancelled. */
static bool wait_for(const sending *s)
{
    unsigned events = sst_net_events(s->net);
    struct pollfd fds[2] = {
        {sst_net_fd(s->net), 0, 0},
        {s->options->has_cancel_fd ? s->options->cancel_fd : -1, POLLIN, 0},
    };
    fds[0].events =
        (short)((events & SST_NET_READ ? POLLIN : 0) | (events & SST_NET_WRITE ? POLLOUT : 0));
    int ready = poll(fds, 2, time_left(s->net));
    return ready <= 0 || fds[1].revents == 0;
}

static void run(sending *s)
{
    sst_client_event event;
    for (;;) {
        while (sst_net_next(s->net, &event))
            act(s, &event);
        if (sst_net_is_over(s->net))
            return;
        if (wait_for(s))
            sst_net_step(s->net);
        else
            sst_net_cancel(s->net);
    }
}

/* --- setting up ----------------------------------------------------------------------------- */

static bool is_valid(const sst_send_options *options, const sst_send_mail *mails, size_t count)
{
    if (!options || options->size != sizeof *options || !options->net || (count > 0 && !mails))
        return false;
    for (size_t i = 0; i < count; i++) {
        const sst_client_mail *envelope = mails[i].envelope;
        if (!envelope || envelope->size != sizeof *envelope ||
            (!mails[i].read && !mails[i].text.ptr && mails[i].text.len > 0))
            return false;
    }
    return true;
}

static int queue_mails(sending *s, sst_send_fault *fault)
{
    sst_client *client = sst_net_client(s->net);
    for (size_t i = 0; i < s->count; i++) {
        size_t which = SIZE_MAX;
        const sst_send_mail *mail = &s->mails[i];
        sst_client_mail envelope = *mail->envelope;
        envelope.body_again = !mail->read || mail->rewind;
        int error = sst_client_mail_queue(client, &envelope, NULL, &which);
        if (error == SST_OK)
            continue;
        if (fault) {
            fault->mail = i;
            fault->recipient = which;
        }
        return error;
    }
    sst_client_quit(client);
    return SST_OK;
}

static int send_all(sending *s, sst_send_fault *fault)
{
    sst_client_options client = {.size = sizeof client};
    sst_net_options net = *s->options->net;
    if (net.client)
        client = *net.client;
    client.transcript = client.transcript || s->options->transcript;
    net.client = &client;
    s->start = sst_net_now();
    int error = sst_net_open(&net, &s->result->net);
    if (error != SST_OK)
        return error;
    s->net = s->result->net;
    error = queue_mails(s, fault);
    if (error != SST_OK)
        return error;
    run(s);
    if (s->result->no_memory)
        return SST_E_NO_MEMORY;
    sst_result_finish(s->result, s->options->rules);
    return SST_OK;
}

int sst_send(const sst_send_options *options, const sst_send_mail *mails, size_t count,
             sst_send_result **result, sst_send_fault *fault)
{
    if (!result || !is_valid(options, mails, count) || options->net->size != sizeof *options->net)
        return SST_E_INVALID;
    const sst_client_options *client = options->net->client;
    const sst_allocator *allocator = client ? client->allocator : NULL;
    sending *s = net_new(allocator, sizeof *s);
    if (!s)
        return SST_E_NO_MEMORY;
    s->options = options;
    s->mails = mails;
    s->count = count;
    s->at_mail = 1;
    s->result = sst_result_new(allocator, mails, count);
    int error = s->result ? send_all(s, fault) : SST_E_NO_MEMORY;
    if (error == SST_OK)
        *result = &s->result->open;
    else if (s->result)
        sst_result_free(s->result);
    net_delete(allocator, s);
    return error;
}

void sst_send_free(sst_send_result *result)
{
    if (result)
        sst_result_free((net_result *)result);
}
