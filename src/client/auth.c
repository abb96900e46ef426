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

static void forget(sst_client *c, session_secret *secret)
{
    sst_output_wipe(secret->bytes, secret->len);
    sst_deallocate(c->allocator, secret->bytes);
    secret->bytes = NULL;
}

void sst_auth_forget(sst_client *c)
{
    for (size_t i = 0; i < c->auth.count; i++)
        forget(c, &c->auth.secrets[i]);
    c->auth.count = 0;
    c->auth.is_postponed = false;
}

/* Where the part begins that hands something over, and how long it is: the last one, behind the NUL
 * of PLAIN, or behind ^A and the word of a token (RFC 7628 3.1, RFC 6750 2.1). A password may have
 * blanks. */
static size_t last_part(sst_span bytes, size_t *len)
{
    static const char bearer[] = "auth=Bearer ";
    size_t before = sizeof bearer - 1;
    size_t end = bytes.len;
    while (end > 0 && (unsigned char)bytes.ptr[end - 1] < ' ')
        end--;
    size_t at = end;
    while (at > 0 && (unsigned char)bytes.ptr[at - 1] >= ' ')
        at--;
    if (end - at > before && memcmp(bytes.ptr + at, bearer, before) == 0)
        at += before;
    *len = end - at;
    return at;
}

/*
 * Keeps what is sent, so that a server that repeats it does not bring it into a transcript or an
 * event: as it is, in base64, and the last part alone in base64. Returns an error.
 */
static int remember(sst_client *c, sst_span bytes)
{
    session_secret kept = {.raw_len = bytes.len, .encoded_len = BASE64_LEN(bytes.len)};
    if (kept.encoded_len > SST_MAX_CLIENT_AUTH)
        return SST_E_LIMIT;
    kept.part_at = last_part(bytes, &kept.part_len);
    size_t both = kept.raw_len + kept.encoded_len;
    kept.len = both + BASE64_LEN(kept.part_len);
    kept.bytes = sst_allocate(c->allocator, kept.len + 1, 1);
    if (!kept.bytes)
        return SST_E_NO_MEMORY;
    if (bytes.len > 0)
        memcpy(kept.bytes, bytes.ptr, bytes.len);
    sst_base64_encode(kept.bytes, kept.raw_len, kept.bytes + kept.raw_len);
    sst_base64_encode(kept.bytes + kept.part_at, kept.part_len, kept.bytes + both);
    if (c->auth.count == SESSION_SECRETS)
        forget(c, &c->auth.secrets[--c->auth.count]);
    c->auth.secrets[c->auth.count++] = kept;
    return SST_OK;
}

/* What was remembered last, as it goes out. */
static sst_span remembered(const sst_client *c)
{
    const session_secret *last = &c->auth.secrets[c->auth.count - 1];
    sst_span encoded = {last->bytes + last->raw_len, last->encoded_len};
    return encoded;
}

/* After the exchange only the last response that says something is kept: it is what could be of use
 * to others. A name of a user that comes in later replies is shown. */
static void forget_all_but_last(sst_client *c)
{
    session_auth *auth = &c->auth;
    while (auth->count > 0 && auth->secrets[auth->count - 1].part_len == 0)
        forget(c, &auth->secrets[--auth->count]);
    for (size_t i = 0; i + 1 < auth->count; i++)
        forget(c, &auth->secrets[i]);
    if (auth->count > 1)
        auth->secrets[0] = auth->secrets[auth->count - 1];
    auth->count = auth->count > 0 ? 1 : 0;
    auth->is_postponed = false;
}

/* Overwrites a secret wherever it stands. Returns whether it did. */
static bool mask(char *text, size_t len, const char *secret, size_t secret_len)
{
    bool found_any = false;
    if (secret_len < LEAST_SECRET)
        return false;
    for (size_t at = 0; at + secret_len <= len;) {
        const char *found = memchr(text + at, secret[0], len - secret_len + 1 - at);
        if (!found)
            break;
        at = (size_t)(found - text);
        if (memcmp(found, secret, secret_len) == 0) {
            memset(text + at, '*', secret_len);
            at += secret_len;
            found_any = true;
        } else {
            at++;
        }
    }
    return found_any;
}

static bool mask_secret(char *text, size_t len, const session_secret *secret)
{
    const char *raw = secret->bytes;
    const char *part = raw + secret->raw_len + secret->encoded_len;
    bool found = mask(text, len, raw + secret->raw_len, secret->encoded_len);
    found = mask(text, len, raw, secret->raw_len) || found;
    found = mask(text, len, part, BASE64_LEN(secret->part_len)) || found;
    return mask(text, len, raw + secret->part_at, secret->part_len) || found;
}

/* The words of what was sent: those of PLAIN lie between NULs, those of OAuth between ^A and
 * blanks. */
static void mask_words(char *text, size_t len, const session_secret *secret)
{
    size_t start = 0;
    size_t words = 0;
    for (size_t i = 0; i <= secret->raw_len && words < MOST_WORDS; i++) {
        if (i < secret->raw_len && (unsigned char)secret->bytes[i] > ' ')
            continue;
        (void)mask(text, len, secret->bytes + start, i - start);
        words += i > start;
        start = i + 1;
    }
}

void sst_auth_mask(sst_client *c, char *text, size_t len)
{
    for (size_t i = 0; i < c->auth.count; i++) {
        (void)mask_secret(text, len, &c->auth.secrets[i]);
        if (c->state == SESSION_AUTH)
            mask_words(text, len, &c->auth.secrets[i]);
    }
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
    client->auth.is_postponed = true;
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

sst_span sst_auth_challenge(const sst_client *c)
{
    sst_span challenge = {c->words, c->words_len};
    return challenge;
}

/* A secret may stand in a challenge, too, where base64 hides it from the eye alone: the servers'
 * complaints about tokens are JSON in base64. Such a challenge is not shown at all; nor is one that
 * cannot be read. */
static bool repeats_secret(const sst_client *c, sst_span challenge, char *copy)
{
    bool found = false;
    if (challenge.len > 0)
        memcpy(copy, challenge.ptr, challenge.len);
    for (size_t i = 0; i < c->auth.count; i++)
        found = mask_secret(copy, challenge.len, &c->auth.secrets[i]) || found;
    return found;
}

static void hide_challenge(sst_client *c)
{
    sst_reply_line_iterator lines = {0};
    sst_reply_line line = {0};
    while (sst_reply_next_line(&c->reply, &lines, &line)) {
        if (line.text.len > 0)
            memset(c->input.bytes + (line.text.ptr - c->input.bytes), '*', line.text.len);
    }
}

bool sst_auth_read_challenge(sst_client *c)
{
    sst_reply_line_iterator lines = {0};
    sst_reply_line line = {0};
    c->reply.whole.ptr = c->input.bytes + c->reply_at;
    (void)sst_reply_next_line(&c->reply, &lines, &line);
    char *room = sst_report_room(c, 2 * line.text.len + 1);
    if (!room)
        return false;
    ptrdiff_t len = sst_base64_decode(line.text.ptr, line.text.len, room);
    bool is_good = len >= 0 && c->reply.lines == 1;
    c->auth.is_bad_challenge = c->auth.is_bad_challenge || !is_good;
    c->words_len = is_good ? (size_t)len : 0;
    sst_span challenge = {room, c->words_len};
    if (c->auth.count > 0 && (!is_good || repeats_secret(c, challenge, room + c->words_len)))
        hide_challenge(c);
    return true;
}

/* 334: the server asks. */
static void take_challenge(sst_client *c)
{
    sst_span none = {NULL, 0};
    int error = SST_OK;
    if (c->auth.is_bad_challenge) {
        c->auth.is_cancelled = true;
        error = send_line(c, none, span_of("*"));
    } else if (c->auth.is_postponed && c->words_len == 0) {
        c->auth.is_postponed = false;
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
    forget_all_but_last(c);
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
