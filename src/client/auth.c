/*
 * The exchange of AUTH (RFC 4954): base64 on the way out and in, and secrets kept no longer than
 * they are needed. Which mechanism, and what it says, is the caller's business.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "client/base64.h"
#include "client/session.h"

/* RFC 5321 4.5.3.1.4: a command line with CR LF. An initial response that makes it longer waits
 * until the server asks (RFC 4954 4). */
#define COMMAND_LINE 512

/* A server that repeats less than this of a secret repeats nothing. */
#define LEAST_SECRET 4

/* No mechanism sends more words than a few. */
#define MOST_WORDS 16

static void forget(sst_client *c, char **bytes, size_t *len)
{
    if (*bytes)
        sst_output_wipe(*bytes, *len);
    sst_deallocate(c->allocator, *bytes);
    *bytes = NULL;
    *len = 0;
}

void sst_auth_forget(sst_client *c)
{
    forget(c, &c->auth.secret, &c->auth.secret_len);
    forget(c, &c->auth.initial, &c->auth.initial_len);
}

/*
 * Keeps what is sent now, so that a server that repeats it does not bring it into a transcript or
 * an event: as it is, and in base64 behind that. Returns an error.
 */
static int remember(sst_client *c, sst_span bytes)
{
    size_t encoded = BASE64_LEN(bytes.len);
    if (encoded > SST_MAX_CLIENT_AUTH)
        return SST_E_LIMIT;
    char *secret = sst_allocate(c->allocator, bytes.len + encoded + 1, 1);
    if (!secret)
        return SST_E_NO_MEMORY;
    if (bytes.len > 0)
        memcpy(secret, bytes.ptr, bytes.len);
    sst_base64_encode(secret, bytes.len, secret + bytes.len);
    forget(c, &c->auth.secret, &c->auth.secret_len);
    c->auth.secret = secret;
    c->auth.raw_len = bytes.len;
    c->auth.secret_len = bytes.len + encoded;
    return SST_OK;
}

static sst_span remembered(const sst_client *c)
{
    sst_span encoded = {c->auth.secret + c->auth.raw_len, c->auth.secret_len - c->auth.raw_len};
    return encoded;
}

/* Overwrites a secret wherever it stands in a reply. */
static void mask(char *reply, size_t len, const char *secret, size_t secret_len)
{
    if (secret_len < LEAST_SECRET)
        return;
    for (size_t at = 0; at + secret_len <= len;) {
        const char *found = memchr(reply + at, secret[0], len - secret_len + 1 - at);
        if (!found)
            return;
        at = (size_t)(found - reply);
        if (memcmp(found, secret, secret_len) == 0) {
            memset(reply + at, '*', secret_len);
            at += secret_len;
        } else {
            at++;
        }
    }
}

/* The words of what was sent: those of PLAIN lie between NULs, those of OAuth between ^A and
 * blanks. */
static void mask_words(char *reply, size_t len, const char *secret, size_t secret_len)
{
    size_t start = 0;
    size_t words = 0;
    for (size_t i = 0; i <= secret_len && words < MOST_WORDS; i++) {
        if (i < secret_len && (unsigned char)secret[i] > ' ')
            continue;
        mask(reply, len, secret + start, i - start);
        words += i > start;
        start = i + 1;
    }
}

void sst_auth_mask(sst_client *c, char *reply, size_t len)
{
    if (!c->auth.secret)
        return;
    mask(reply, len, c->auth.secret + c->auth.raw_len, c->auth.secret_len - c->auth.raw_len);
    mask(reply, len, c->auth.secret, c->auth.raw_len);
    mask_words(reply, len, c->auth.secret, c->auth.raw_len);
}

static void transcribe(sst_client *c, const char *before, sst_span mechanism, const char *behind)
{
    char text[32];
    size_t len = 0;
    memcpy(text, before, strlen(before));
    len += strlen(before);
    memcpy(text + len, mechanism.ptr, mechanism.len);
    len += mechanism.len;
    memcpy(text + len, behind, strlen(behind));
    len += strlen(behind);
    sst_span line = {text, len};
    sst_transcript_add(&c->transcript, c->allocator, c->now, false, SST_COMMAND_AUTH, line);
}

/* Sends a line of the exchange, made by command_auth or command_response, and waits. */
static int send_line(sst_client *c, sst_span mechanism, sst_span response)
{
    char *to = sst_output_reserve(&c->output, c->allocator, COMMAND_MAX);
    command_line line = {to, 0, false};
    if (!to)
        return SST_E_NO_MEMORY;
    if (mechanism.ptr)
        sst_command_auth(&line, mechanism, response);
    else
        sst_command_response(&line, response);
    if (line.is_bad)
        return SST_E_INVALID;
    if (mechanism.ptr)
        transcribe(c, "AUTH ", mechanism, response.ptr ? " ***" : "");
    else
        transcribe(c, "", span_of(span_is(response, "*", false) ? "*" : "***"), "");
    output_commit(&c->output, line.len);
    sst_session_expect(c, SST_COMMAND_AUTH, SST_CLIENT_NO_RECIPIENT);
    c->state = SESSION_AUTH;
    c->is_clock_old = true;
    return SST_OK;
}

/* Puts an initial response aside until it is asked for. */
static void postpone(sst_client *c)
{
    c->auth.initial = c->auth.secret;
    c->auth.initial_len = c->auth.secret_len;
    c->auth.secret = NULL;
    c->auth.secret_len = 0;
}

int sst_client_auth(sst_client *client, const char *mechanism, sst_span initial)
{
    sst_span none = {NULL, 0};
    sst_span name = span_of(mechanism);
    if (client->state != SESSION_AUTH_TURN || !mechanism || name.len > 20)
        return SST_E_INVALID;
    sst_auth_forget(client);
    client->auth.is_bad_challenge = false;
    client->auth.is_cancelled = false;
    if (!initial.ptr)
        return send_line(client, name, none);
    int error = remember(client, initial);
    if (error != SST_OK)
        return error;
    if (strlen("AUTH  \r\n") + name.len + remembered(client).len <= COMMAND_LINE)
        return send_line(client, name, remembered(client));
    postpone(client);
    return send_line(client, name, none);
}

int sst_client_auth_respond(sst_client *client, sst_span response)
{
    sst_span none = {NULL, 0};
    if (client->state != SESSION_CHALLENGED)
        return SST_E_INVALID;
    int error = remember(client, response);
    return error != SST_OK ? error : send_line(client, none, remembered(client));
}

int sst_client_auth_cancel(sst_client *client)
{
    sst_span none = {NULL, 0};
    if (client->state != SESSION_CHALLENGED)
        return SST_E_INVALID;
    client->auth.is_cancelled = true;
    return send_line(client, none, span_of("*"));
}

int sst_client_auth_skip(sst_client *client)
{
    if (client->state != SESSION_AUTH_TURN)
        return SST_E_INVALID;
    sst_session_open(client);
    return SST_OK;
}

int sst_client_auth_give_up(sst_client *client)
{
    if (client->state != SESSION_AUTH_TURN)
        return SST_E_INVALID;
    session_cause cause =
        sst_report_local(SST_OUTCOME_DEFERRED, SST_COMMAND_AUTH, SST_LOCAL_ERROR_SASL);
    if (client->auth.was_refused)
        cause = sst_report_cause(client, SST_COMMAND_AUTH);
    sst_session_refuse(client, cause);
    return SST_OK;
}

sst_span sst_auth_challenge(sst_client *c)
{
    sst_span none = {"", 0};
    sst_reply_line_iterator lines = {0};
    sst_reply_line line = {0};
    c->reply.whole.ptr = c->input.bytes + c->reply_at;
    (void)sst_reply_next_line(&c->reply, &lines, &line);
    char *room = sst_report_room(c, line.text.len + 1);
    ptrdiff_t len = room ? sst_base64_decode(line.text.ptr, line.text.len, room) : 0;
    sst_span challenge = {room, (size_t)(len > 0 ? len : 0)};
    return room ? challenge : none;
}

static bool is_good_challenge(sst_client *c, size_t *len)
{
    char some[4];
    sst_reply_line_iterator lines = {0};
    sst_reply_line line = {0};
    (void)sst_reply_next_line(&c->reply, &lines, &line);
    *len = line.text.len;
    for (size_t i = 0; i < line.text.len; i += 4) {
        size_t have = line.text.len - i < 4 ? line.text.len - i : 4;
        ptrdiff_t got = sst_base64_decode(line.text.ptr + i, have, some);
        if (got < 0 || (got < 3 && i + 4 < line.text.len))
            return false;
    }
    return c->reply.lines == 1;
}

/* 334: the server asks. */
static void take_challenge(sst_client *c)
{
    sst_span none = {NULL, 0};
    size_t len;
    int error = SST_OK;
    bool is_good = is_good_challenge(c, &len);
    if (!is_good) {
        c->auth.is_bad_challenge = c->auth.is_cancelled = true;
        error = send_line(c, none, span_of("*"));
    } else if (c->auth.initial && len == 0) {
        forget(c, &c->auth.secret, &c->auth.secret_len);
        c->auth.secret = c->auth.initial;
        c->auth.secret_len = c->auth.initial_len;
        c->auth.initial = NULL;
        error = send_line(c, none, remembered(c));
    } else {
        c->state = SESSION_CHALLENGED;
        session_event *event = sst_report_push(c, SST_CLIENT_CHALLENGE);
        event->cause.with_reply = true;
    }
    if (error != SST_OK)
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
}

void sst_auth_reply(sst_client *c)
{
    int digit = sst_code_class(c->reply.code);
    if (c->reply.code == SST_CODE_BASE64_RESPONSE) {
        take_challenge(c);
        return;
    }
    if ((digit != 2 && digit != 4 && digit != 5) || (digit == 2 && c->auth.is_cancelled)) {
        sst_session_end(c, SST_CLIENT_END_UNEXPECTED, SST_LOCAL_ERROR_PROTOCOL_VIOLATION, true);
        return;
    }
    forget(c, &c->auth.initial, &c->auth.initial_len);
    session_event *event = sst_report_push(c, SST_CLIENT_AUTH_DONE);
    event->command = SST_COMMAND_AUTH;
    event->cause = sst_report_cause(c, SST_COMMAND_AUTH);
    if (c->auth.is_bad_challenge)
        event->cause.local_error = SST_LOCAL_ERROR_SASL;
    c->auth.was_refused = digit != 2;
    if (digit == 2)
        sst_session_open(c);
    else
        c->state = SESSION_AUTH_TURN;
}
