/*
 * A session against a server that answers as it should, and then as the input says.
 *
 * The input is a program: its first bytes choose options and the mail, then each byte is a step:
 * an answer that fits the oldest command (so that the fuzzer gets past the opening), a refusal, raw
 * bytes, a part of the output sent, time, TLS, the end. What is sent is read by a small parser of
 * commands, which knows what must never leave: a bare CR or LF, a NUL, a command that is none, a
 * second end of a message, QUIT behind the dot. In the end every recipient has one outcome, and
 * accepted was said of none before the end of a message had left and something was heard since.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/client.h>
#include <smtpstatus/code.h>
#include <smtpstatus/vocabulary.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_INPUT      4096
#define MAX_MAILS      4
#define MAX_RECIPIENTS 3
#define MAX_ASKED      512

static void require(int holds)
{
    if (!holds)
        abort();
}

typedef struct world {
    const uint8_t *data;
    size_t size;
    size_t at;
    sst_client *client;
    uint64_t now;
    size_t sum;
    bool lmtp;
    bool is_closed;
    bool wants_tls;
    bool wants_auth;
    bool wants_response;
    bool wants_body;
    size_t mails;
    unsigned reported[MAX_MAILS][MAX_RECIPIENTS];
    unsigned done[MAX_MAILS];
    size_t recipients[MAX_MAILS];
    /* The parser of what is sent. */
    char line[20000];
    size_t line_len;
    bool in_message;
    size_t message_lines;
    bool in_auth;
    size_t in_chunk;
    bool last_chunk;
    bool ended;                   /* the end of a message has left */
    bool heard;                   /* something since */
    const char *asked[MAX_ASKED]; /* what fits commands that were sent and are not answered */
    size_t asked_first;
    size_t asked_count;
} world;

static unsigned take(world *w)
{
    return w->at < w->size ? w->data[w->at++] : 0;
}

static sst_span take_span(world *w, size_t most)
{
    size_t len = take(w) % (most + 1);
    if (len > w->size - w->at)
        len = w->size - w->at;
    sst_span span = {(const char *)w->data + w->at, len};
    w->at += len;
    return span;
}

static void ask(world *w, const char *answer)
{
    size_t at = (w->asked_first + w->asked_count++) % MAX_ASKED;
    require(w->asked_count <= MAX_ASKED);
    w->asked[at] = answer;
}

static const char hello[] =
    "250-mx.example.com\r\n250-PIPELINING\r\n250-SIZE 99\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
    "250-DSN\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250-CHUNKING\r\n250-BINARYMIME\r\n"
    "250-REQUIRETLS\r\n250-LIMITS RCPTMAX=2 MAILMAX=3\r\n250-DELIVERBY\r\n250-MT-PRIORITY\r\n"
    "250-PRDR\r\n250 FUTURERELEASE 9 2027-01-01T00:00:00Z\r\n";

static const struct {
    const char *verb;
    const char *answer;
} verbs[] = {
    {"EHLO ", hello},
    {"LHLO ", hello},
    {"HELO ", "250 mx\r\n"},
    {"STARTTLS", "220 go\r\n"},
    {"AUTH ", "235 in\r\n"},
    {"MAIL FROM:<", "250 Ok\r\n"},
    {"RCPT TO:<", "250 Ok\r\n"},
    {"DATA", "354 go\r\n"},
    {"RSET", "250 Ok\r\n"},
    {"NOOP", "250 Ok\r\n"},
    {"VRFY ", "252 ?\r\n"},
    {"EXPN ", "250 x\r\n"},
    {"HELP", "214 x\r\n"},
    {"ETRN ", "250 Ok\r\n"},
    {"QUIT", "221 Bye\r\n"},
};

static bool is_base64_line(const world *w)
{
    for (size_t i = 0; i < w->line_len; i++) {
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=*",
                    w->line[i]))
            return false;
    }
    return true;
}

static bool begins(const world *w, const char *word)
{
    size_t len = strlen(word);
    return w->line_len >= len && memcmp(w->line, word, len) == 0;
}

/* A whole line that is a command. */
static void check_command(world *w)
{
    require(memchr(w->line, '\r', w->line_len) == NULL);
    require(memchr(w->line, '\0', w->line_len) == NULL);
    w->line[w->line_len] = '\0';
    if (begins(w, "BDAT ")) {
        char *rest;
        w->in_chunk = strtoul(w->line + 5, &rest, 10);
        w->last_chunk = strcmp(rest, " LAST") == 0;
        require(w->last_chunk || *rest == '\0');
        ask(w, "250 Ok\r\n");
        w->ended = w->ended || w->last_chunk;
        w->heard = w->heard && !w->last_chunk;
        return;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (!begins(w, verbs[i].verb))
            continue;
        require(!(w->ended && !w->heard)); /* nothing behind the end of a message */
        ask(w, verbs[i].answer);
        w->in_auth = begins(w, "AUTH ");
        return;
    }
    if (begins(w, ".") && w->line_len == 1) /* the lone dot */
        ask(w, "554 none\r\n");
    else
        require(w->in_auth && is_base64_line(w));
    if (w->in_auth)
        ask(w, "235 in\r\n");
}

static void check_line(world *w)
{
    if (!w->in_message) {
        check_command(w);
    } else if (w->line_len == 1 && w->line[0] == '.') {
        /* In LMTP nobody answers a message for nobody. */
        bool is_lone = w->lmtp && w->message_lines == 0;
        w->in_message = false;
        w->ended = true;
        w->heard = is_lone;
        if (!is_lone)
            ask(w, "250 Ok: queued\r\n");
    } else {
        w->message_lines++;
        require(w->line_len == 0 || w->line[0] != '.' || w->line[1] == '.');
        require(memchr(w->line, '\r', w->line_len) == NULL);
    }
}

static void check_sent(world *w, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (w->in_chunk > 0) {
            w->in_chunk--;
            continue;
        }
        require(w->line_len < sizeof w->line - 1);
        w->line[w->line_len++] = bytes[i];
        if (bytes[i] != '\n')
            continue;
        require(w->line_len >= 2 && w->line[w->line_len - 2] == '\r'); /* no bare LF */
        w->line_len -= 2;
        check_line(w);
        w->line_len = 0;
    }
}

static void send_some(world *w, size_t most)
{
    const char *bytes;
    size_t len = sst_client_output(w->client, &bytes);
    len = len < most ? len : most;
    check_sent(w, bytes, len);
    sst_client_sent(w->client, len, w->now);
}

static void take_event(world *w, const sst_client_event *event)
{
    require(!w->is_closed);
    switch (event->kind) {
    case SST_CLIENT_RECIPIENT:
        require(event->mail <= w->mails && event->recipient < w->recipients[event->mail - 1]);
        require(w->reported[event->mail - 1][event->recipient]++ == 0);
        require(event->outcome != SST_OUTCOME_ACCEPTED || event->command == SST_COMMAND_RCPT ||
                (w->ended && w->heard));
        require(event->outcome != SST_OUTCOME_ACCEPTED || sst_code_class(event->reply->code) == 2);
        break;
    case SST_CLIENT_MAIL_DONE:
        require(w->done[event->mail - 1]++ == 0);
        break;
    case SST_CLIENT_TLS_WANTED:
        w->wants_tls = true;
        break;
    case SST_CLIENT_AUTH_WANTED:
    case SST_CLIENT_AUTH_DONE:
        w->wants_auth =
            event->kind == SST_CLIENT_AUTH_WANTED || event->outcome != SST_OUTCOME_ACCEPTED;
        break;
    case SST_CLIENT_CHALLENGE:
        w->wants_response = true;
        break;
    case SST_CLIENT_NEED_BODY:
        require(event->room > 0);
        w->wants_body = true;
        break;
    case SST_CLIENT_CLOSED:
        w->is_closed = true;
        break;
    default:
        break;
    }
    for (size_t i = 0; i < event->text.len; i++) /* every byte can be read */
        w->sum += (unsigned char)event->text.ptr[i];
}

static void pull(world *w)
{
    sst_client_event event;
    while (sst_client_next(w->client, &event))
        take_event(w, &event);
}

static void hear(world *w, const char *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);
    if (!copy)
        exit(1);
    if (len > 0)
        memcpy(copy, bytes, len);
    w->heard = w->heard || len > 0;
    sst_client_receive(w->client, copy, len, w->now);
    free(copy);
}

/* The oldest command is answered: as it should be, or with a code of the input's. */
static void answer(world *w, bool fits)
{
    static const char codes[][8] = {"250 ", "550 ", "450 ", "421 ", "552 ", "354 ", "334 ", "353 "};
    const char *text = "250 Ok\r\n";
    if (w->asked_count > 0) {
        text = w->asked[w->asked_first];
        w->asked_first = (w->asked_first + 1) % MAX_ASKED;
        w->asked_count--;
    }
    bool is_data = strcmp(text, "354 go\r\n") == 0;
    unsigned which = fits ? 0 : take(w) % 8;
    if (is_data && (fits || which == 5)) {
        w->in_message = true;
        w->message_lines = 0;
    }
    if (fits) {
        hear(w, text, strlen(text));
        return;
    }
    hear(w, codes[which], 4);
    hear(w, "x\r\n", 3);
}

static void queue_mail(world *w)
{
    unsigned how = take(w);
    unsigned more = take(w);
    sst_client_recipient recipients[MAX_RECIPIENTS];
    sst_client_mail mail = {.size = sizeof mail, .recipients = recipients};
    memset(recipients, 0, sizeof recipients);
    mail.recipient_count = 1 + how % MAX_RECIPIENTS;
    for (size_t i = 0; i < mail.recipient_count; i++) {
        sst_span raw = how & 8 ? take_span(w, 31) : (sst_span){"b@example.com", 13};
        recipients[i].address = raw;
        recipients[i].notify = more & 1 ? take(w) : 0;
        if (more & 2)
            recipients[i].orcpt = take_span(w, 15);
    }
    if (how & 16)
        mail.sender = take_span(w, 31);
    if (more & 4)
        mail.envid = take_span(w, 15);
    if (more & 8)
        mail.hold_until = take_span(w, 31);
    mail.chunking = (how & 32) != 0;
    mail.body = how & 64 ? SST_CLIENT_BODY_BINARYMIME : SST_CLIENT_BODY_UNDECLARED;
    mail.prdr = (how & 128) != 0;
    mail.body_again = (more & 16) != 0;
    mail.stop = more & 32 ? SST_CLIENT_STOP_AFTER_RCPT : SST_CLIENT_STOP_NOWHERE;
    mail.requiretls = (more & 64) != 0;
    mail.has_priority = (more & 128) != 0;
    mail.priority = (int)(more & 15);
    uint64_t number = 0;
    if (w->mails == MAX_MAILS || sst_client_mail_queue(w->client, &mail, &number, NULL) != SST_OK)
        return;
    require(number == w->mails + 1);
    w->recipients[w->mails++] = mail.recipient_count;
}

static void give_body(world *w)
{
    sst_span bytes = take_span(w, 63);
    bool last = take(w) & 1;
    ptrdiff_t taken = sst_client_body(w->client, bytes.ptr, bytes.len, last);
    require(taken <= (ptrdiff_t)bytes.len);
}

static void authenticate(world *w)
{
    unsigned how = take(w);
    sst_span text = take_span(w, 31);
    if (w->wants_response)
        (void)(how & 1 ? sst_client_auth_cancel(w->client)
                       : sst_client_auth_respond(w->client, text));
    else if (how % 4 == 0)
        (void)sst_client_auth_skip(w->client);
    else if (how % 4 == 1)
        (void)sst_client_auth_give_up(w->client);
    else
        (void)sst_client_auth(w->client, "PLAIN", text);
    w->wants_response = false;
}

static void command(world *w)
{
    static const sst_command commands[] = {SST_COMMAND_NOOP, SST_COMMAND_VRFY, SST_COMMAND_EXPN,
                                           SST_COMMAND_HELP, SST_COMMAND_ETRN, SST_COMMAND_RSET};
    sst_command which = commands[take(w) % 6];
    (void)sst_client_command(w->client, which, take_span(w, 31));
}

static void step(world *w)
{
    unsigned what = take(w);
    sst_span raw;
    switch (what % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
        send_some(w, SIZE_MAX);
        answer(w, true);
        break;
    case 4:
        send_some(w, SIZE_MAX);
        answer(w, false);
        break;
    case 5:
        raw = take_span(w, 63);
        hear(w, raw.ptr, raw.len);
        break;
    case 6:
        send_some(w, take(w));
        break;
    case 7:
        give_body(w);
        break;
    case 8:
        queue_mail(w);
        break;
    case 9:
        command(w);
        break;
    case 10:
        sst_client_tls_started(w->client, (what & 16) == 0, w->now);
        break;
    case 11:
        authenticate(w);
        break;
    case 12:
        w->now += (uint64_t)take(w) * 4096;
        sst_client_tick(w->client, w->now);
        break;
    case 13:
        sst_client_closed(w->client, (sst_local_error)(take(w) % 10), w->now);
        break;
    case 14:
        if (what & 16)
            (void)sst_client_body_cancel(w->client, w->now);
        else
            sst_client_quit(w->client);
        break;
    default:
        send_some(w, SIZE_MAX);
        break;
    }
    if ((what & 128) == 0)
        pull(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MAX_INPUT)
        return 0;
    world *w = calloc(1, sizeof *w);
    if (!w)
        exit(1);
    w->data = data;
    w->size = size;
    unsigned how = take(w);
    w->lmtp = (how & 1) != 0;
    sst_client_options options = {.size = sizeof options, .lmtp = w->lmtp};
    options.tls = (sst_client_tls)(how >> 1 & 3);
    options.authenticate = (how & 8) != 0;
    options.no_pipelining = (how & 16) != 0;
    options.transcript = (how & 32) != 0;
    require(sst_client_new(&options, &w->client) == SST_OK);
    ask(w, "220 mx\r\n");
    if ((how & 64) == 0)
        sst_client_connected(w->client, 0);
    while (w->at < w->size && !w->is_closed)
        step(w);
    pull(w);
    sst_client_closed(w->client, SST_LOCAL_ERROR_NONE, w->now);
    pull(w);
    require(w->is_closed);
    for (size_t i = 0; i < w->mails; i++) {
        require(w->done[i] == 1);
        for (size_t k = 0; k < w->recipients[i]; k++)
            require(w->reported[i][k] == 1);
    }
    sst_client_free(w->client);
    free(w);
    return 0;
}
