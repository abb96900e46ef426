/*
 * The state machine of a session (RFC 5321 3, RFC 3207, RFC 4954): takes replies one after the
 * other, counts them against the commands that are outstanding, and does the next thing.
 *
 * What keeps it safe stands here. A reply is looked at only if a command, sent to its last byte, is
 * waiting for it; everything else that comes ends the session, but for a whole 421 once TLS is
 * settled. All input is looked at before anything new is sent, so that what came too early is seen.
 * When TLS begins, input and output must be empty, and what the server offered is forgotten.
 */
#include "client/session.h"

#include <string.h>

#include "base/alloc.h"
#include "client/capability.h"

static const sst_span no_argument = {NULL, 0};

bool sst_session_may_pipeline(const sst_client *c)
{
    return !c->no_pipelining && (c->capabilities.extensions & SST_EXTENSION_PIPELINING) != 0;
}

void sst_session_expect(sst_client *c, sst_command command, size_t recipient)
{
    size_t at = (c->slot_first + c->slot_count++) % SST_MAX_CLIENT_OUTSTANDING;
    session_slot *slot = &c->slots[at];
    slot->end = output_end(&c->output);
    slot->recipient = recipient;
    slot->replies = 1;
    slot->command = command;
    slot->last = false;
    c->clock = c->now;
}

void sst_session_send(sst_client *c, sst_command command, sst_span argument)
{
    char *to = sst_output_reserve(&c->output, c->allocator, COMMAND_MAX);
    command_line line = {to, 0, false};
    bool utf8 = (c->capabilities.extensions & SST_EXTENSION_SMTPUTF8) != 0;
    if (to)
        sst_command_simple(&line, command, argument, utf8);
    if (!to || line.is_bad) {
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
        return;
    }
    sst_session_commit(c, &line, command, SST_CLIENT_NO_RECIPIENT);
}

void sst_session_commit(sst_client *c, const command_line *line, sst_command command,
                        size_t recipient)
{
    sst_span text = {line->to, line->len};
    sst_transcript_add(&c->transcript, c->allocator, c->now, false, command, text);
    output_commit(&c->output, line->len);
    sst_session_expect(c, command, recipient);
}

sst_command sst_session_waits_for(const sst_client *c)
{
    static const sst_command by_state[] = {
        [SESSION_NEW] = SST_COMMAND_CONNECT,       [SESSION_GREETING] = SST_COMMAND_CONNECT,
        [SESSION_EHLO] = SST_COMMAND_EHLO,         [SESSION_HELO] = SST_COMMAND_HELO,
        [SESSION_STARTTLS] = SST_COMMAND_STARTTLS, [SESSION_HANDSHAKE] = SST_COMMAND_STARTTLS,
        [SESSION_AUTH_TURN] = SST_COMMAND_AUTH,    [SESSION_AUTH] = SST_COMMAND_AUTH,
        [SESSION_CHALLENGED] = SST_COMMAND_AUTH,   [SESSION_OPEN] = SST_COMMAND_NONE,
        [SESSION_QUITTING] = SST_COMMAND_QUIT,     [SESSION_OVER] = SST_COMMAND_NONE,
    };
    bool is_in_message = c->tx.stage == TRANSACTION_END && c->output.sent <= c->tx.doubt_at;
    if (c->slot_count > 0 && !is_in_message)
        return c->slots[c->slot_first].command;
    if (c->state == SESSION_OPEN && (c->tx.stage == TRANSACTION_BODY || is_in_message))
        return c->tx.use_bdat ? SST_COMMAND_BDAT : SST_COMMAND_DATA;
    if (c->state == SESSION_OPEN && c->tx.mail)
        return c->last_command;
    return by_state[c->state];
}

/* The end. */

/* What becomes of the mail in whose transaction the session ended. */
static void settle_current(sst_client *c, session_cause cause)
{
    client_job *mail = c->tx.mail;
    bool is_begun = c->output.sent > c->tx.mail_at && c->tx.mail_sent;
    session_cause never = cause;
    never.outcome = SST_OUTCOME_NOT_TRIED;
    never.command = SST_COMMAND_NONE;
    if (!is_begun) {
        sst_report_walk(c, mail, 0, mail->mail.recipient_count, ~0u, never);
        return;
    }
    cause.stale = c->was_used && !c->tx.mail_answered;
    cause.outcome = SST_OUTCOME_DEFERRED;
    if (cause.stale && cause.with_reply)
        cause.outcome = SST_OUTCOME_NOT_TRIED;
    session_walk *walk = sst_report_walk(c, mail, 0, mail->mail.recipient_count, ~0u, cause);
    walk->beyond = c->tx.all_sent ? c->tx.next : mail->mail.recipient_count;
    walk->causes[JOB_BEYOND] = never;
    bool is_answer = c->ending.end == SST_CLIENT_END_SERVER && c->ending.is_answer && !c->lmtp;
    if (c->output.sent > c->tx.doubt_at && !is_answer) {
        session_cause doubt = cause;
        doubt.outcome = SST_OUTCOME_IN_DOUBT;
        doubt.command = c->tx.use_bdat ? SST_COMMAND_BDAT : SST_COMMAND_EOM;
        walk->causes[JOB_ACCEPTED] = walk->causes[JOB_PASSED] = doubt;
    }
}

void sst_session_end(sst_client *c, sst_client_end end, sst_local_error error, bool with_reply)
{
    if (c->state == SESSION_OVER)
        return;
    session_cause cause = sst_report_local(SST_OUTCOME_NOT_TRIED, sst_session_waits_for(c), error);
    bool is_refusal = with_reply && error == SST_LOCAL_ERROR_NONE;
    if (c->state == SESSION_QUITTING && end == SST_CLIENT_END_LOST)
        end = SST_CLIENT_END_QUIT;
    c->ending.end = end;
    c->ending.error = end == SST_CLIENT_END_QUIT ? SST_LOCAL_ERROR_NONE : error;
    if (c->state == SESSION_QUITTING && c->ending.refused != SST_CLIENT_END_NOT_YET) {
        c->ending.end = c->ending.refused;
        c->ending.error = c->flush_cause.local_error;
    }
    c->ending.command = cause.command;
    c->ending.with_reply = with_reply;
    cause.with_reply = is_refusal;
    if (!c->was_open && is_refusal)
        cause = sst_report_cause(c, cause.command);
    else if (!c->was_open)
        cause.outcome = SST_OUTCOME_DEFERRED;
    if (c->tx.stage != TRANSACTION_NONE && c->tx.mail && !c->walk.mail)
        settle_current(c, cause);
    c->state = SESSION_OVER;
    c->slot_count = 0;
    c->is_flushing = true;
    if (c->was_open) {
        cause.outcome = SST_OUTCOME_NOT_TRIED;
        cause.command = SST_COMMAND_NONE;
    }
    c->flush_cause = cause;
    sst_output_drop(&c->output);
    sst_auth_forget(c);
}

void sst_session_refuse(sst_client *c, session_cause cause)
{
    c->is_flushing = true;
    c->flush_cause = cause;
    c->ending.refused =
        cause.local_error == SST_LOCAL_ERROR_TLS ? SST_CLIENT_END_TLS : SST_CLIENT_END_REFUSED;
    c->state = SESSION_QUITTING;
}

void sst_session_finish_mail(sst_client *c, client_job *mail)
{
    sst_report_push(c, SST_CLIENT_MAIL_DONE)->mail = mail->number;
    sst_deallocate(c->allocator, mail);
}

/* One of those who share the fate of the session. Returns false when all have. */
static bool flush(sst_client *c)
{
    client_job *job = c->tx.mail;
    if (job) { /* its recipients were reported */
        c->tx.mail = NULL;
        c->tx.stage = TRANSACTION_NONE;
        sst_session_finish_mail(c, job);
        return true;
    }
    if (!c->jobs.first)
        return false;
    job = sst_job_take(&c->jobs);
    if (job->command != SST_COMMAND_NONE) {
        sst_deallocate(c->allocator, job);
        return true;
    }
    c->tx.mail = job;
    sst_report_walk(c, job, 0, job->mail.recipient_count, ~0u, c->flush_cause);
    return true;
}

/* The opening. */

static void send_hello(sst_client *c)
{
    sst_span name = {c->name, strlen(c->name)};
    sst_session_send(c, c->lmtp ? SST_COMMAND_LHLO : SST_COMMAND_EHLO, name);
    if (c->state != SESSION_OVER)
        c->state = SESSION_EHLO;
}

void sst_session_open(sst_client *c)
{
    c->state = SESSION_OPEN;
    c->was_open = true;
}

static void refuse_by_reply(sst_client *c, sst_command command)
{
    sst_session_refuse(c, sst_report_cause(c, command));
}

/* There is no TLS, and without it there is no session. */
static void refuse_without_tls(sst_client *c)
{
    sst_session_refuse(
        c, sst_report_local(SST_OUTCOME_DEFERRED, SST_COMMAND_STARTTLS, SST_LOCAL_ERROR_TLS));
}

static void go_on_after_tls(sst_client *c)
{
    c->is_settled = true;
    if (c->authenticate) {
        c->state = SESSION_AUTH_TURN;
        sst_report_push(c, SST_CLIENT_AUTH_WANTED);
    } else {
        sst_session_open(c);
    }
}

static void go_on_after_hello(sst_client *c, bool extended)
{
    if (!sst_capability_read(&c->capabilities, &c->reply, extended, c->allocator, &c->raw)) {
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
        return;
    }
    session_event *event = sst_report_push(c, SST_CLIENT_CAPABILITIES);
    event->cause.with_reply = true;
    event->command = sst_session_waits_for(c);
    bool is_offered = (c->capabilities.extensions & SST_EXTENSION_STARTTLS) != 0;
    if (c->is_settled || c->under_tls) {
        go_on_after_tls(c);
    } else if (is_offered) {
        sst_session_send(c, SST_COMMAND_STARTTLS, no_argument);
        c->state = c->state == SESSION_OVER ? SESSION_OVER : SESSION_STARTTLS;
    } else if (c->tls == SST_CLIENT_TLS_REQUIRED) {
        refuse_without_tls(c);
    } else {
        go_on_after_tls(c);
    }
}

static void take_greeting(sst_client *c)
{
    if (sst_code_class(c->reply.code) == 2)
        send_hello(c);
    else
        refuse_by_reply(c, SST_COMMAND_CONNECT);
}

/* A server that does not know EHLO (50z) is greeted as of old (RFC 5321 3.2), where the old
 * greeting is enough. One that knows it and wants none of us (55z) has said so. */
static void take_hello(sst_client *c)
{
    int digit = sst_code_class(c->reply.code);
    bool is_unknown = digit == 5 && sst_code_category(c->reply.code) == 0;
    bool needs_tls = c->tls == SST_CLIENT_TLS_REQUIRED && !c->under_tls;
    sst_span name = {c->name, strlen(c->name)};
    if (digit == 2) {
        go_on_after_hello(c, true);
    } else if (is_unknown && !c->lmtp && !needs_tls) {
        sst_session_send(c, SST_COMMAND_HELO, name);
        c->state = c->state == SESSION_OVER ? SESSION_OVER : SESSION_HELO;
    } else {
        refuse_by_reply(c, c->lmtp ? SST_COMMAND_LHLO : SST_COMMAND_EHLO);
    }
}

static void take_old_hello(sst_client *c)
{
    if (sst_code_class(c->reply.code) == 2)
        go_on_after_hello(c, false);
    else
        refuse_by_reply(c, SST_COMMAND_HELO);
}

static void take_starttls(sst_client *c)
{
    if (c->reply.code == SST_CODE_SERVICE_READY) {
        if (input_waiting(&c->input) > 0) {
            sst_session_end_stray(c, SST_CLIENT_END_BEFORE_TLS);
            return;
        }
        memset(&c->capabilities, 0, sizeof c->capabilities);
        c->state = SESSION_HANDSHAKE;
        c->clock = c->now;
        sst_report_push(c, SST_CLIENT_TLS_WANTED);
    } else if (sst_code_class(c->reply.code) < 4) {
        sst_session_end(c, SST_CLIENT_END_UNEXPECTED, SST_LOCAL_ERROR_PROTOCOL_VIOLATION, true);
    } else if (c->tls == SST_CLIENT_TLS_REQUIRED) {
        refuse_by_reply(c, SST_COMMAND_STARTTLS);
    } else {
        go_on_after_tls(c);
    }
}

void sst_client_tls_started(sst_client *client, bool ok, uint64_t now)
{
    session_set_time(client, now);
    if (client->state != SESSION_HANDSHAKE)
        return;
    if (!ok || client->is_lost) {
        sst_session_end(client, SST_CLIENT_END_TLS, SST_LOCAL_ERROR_TLS, false);
        return;
    }
    if (input_waiting(&client->input) > 0 || client->is_flooded) {
        sst_session_end_stray(client, SST_CLIENT_END_BEFORE_TLS);
        return;
    }
    client->under_tls = true;
    send_hello(client);
}

/* Replies. */

void sst_session_end_stray(sst_client *c, sst_client_end end)
{
    char *bytes = c->input.bytes + c->input.at;
    bool is_in_auth =
        c->auth.count > 0 && (c->state == SESSION_AUTH || c->state == SESSION_CHALLENGED);
    size_t len = input_waiting(&c->input);
    if (len > 0 && is_in_auth) /* it may be a part of what was sent, and no part is shown */
        memset(bytes, '*', len);
    else
        sst_auth_mask(c, bytes, len);
    c->stray.ptr = bytes;
    c->stray.len = len < STRAY_SHOWN ? len : STRAY_SHOWN;
    sst_transcript_add(&c->transcript, c->allocator, c->now, true, SST_COMMAND_NONE, c->stray);
    sst_session_end(c, end, SST_LOCAL_ERROR_PROTOCOL_VIOLATION, false);
}

/* Whether the bytes can be the beginning of a 421. */
static bool may_be_421(const char *bytes, size_t len)
{
    return memcmp(bytes, "421", len < 3 ? len : 3) == 0;
}

static void take_answer(sst_client *c, session_slot slot, bool is_last)
{
    switch (c->state) {
    case SESSION_GREETING:
        take_greeting(c);
        break;
    case SESSION_EHLO:
        take_hello(c);
        break;
    case SESSION_HELO:
        take_old_hello(c);
        break;
    case SESSION_STARTTLS:
        take_starttls(c);
        break;
    case SESSION_AUTH:
        sst_auth_reply(c);
        break;
    case SESSION_QUITTING:
        sst_session_end(c, SST_CLIENT_END_QUIT, SST_LOCAL_ERROR_NONE, false);
        break;
    default:
        sst_transaction_reply(c, slot, is_last);
        break;
    }
}

/* A whole reply that a command waits for. */
static void take_reply(sst_client *c)
{
    session_slot *head = &c->slots[c->slot_first];
    session_slot slot = *head;
    sst_transcript_add(&c->transcript, c->allocator, c->now, true, slot.command, c->reply.whole);
    session_event *event = sst_report_push(c, SST_CLIENT_REPLY);
    event->command = slot.command;
    event->cause = sst_report_cause(c, slot.command);
    if (c->tx.mail && c->state == SESSION_OPEN) {
        event->mail = c->tx.mail->number;
        event->recipient = slot.recipient;
    }
    int digit = sst_code_class(c->reply.code);
    if (c->reply.code == SST_CODE_SERVICE_NOT_AVAILABLE && c->state != SESSION_QUITTING) {
        sst_transaction_closing(c, slot);
        c->ending.is_answer = slot.command == SST_COMMAND_EOM || slot.command == SST_COMMAND_BDAT;
        sst_session_end(c, SST_CLIENT_END_SERVER, SST_LOCAL_ERROR_NONE, true);
        return;
    }
    if (--head->replies == 0) {
        c->slot_first = (c->slot_first + 1) % SST_MAX_CLIENT_OUTSTANDING;
        c->slot_count--;
    }
    c->last_command = slot.command;
    c->clock = c->now;
    c->is_expired = false;
    if ((digit < 2 || digit > 5) && c->state != SESSION_QUITTING)
        sst_session_end(c, SST_CLIENT_END_UNEXPECTED, SST_LOCAL_ERROR_PROTOCOL_VIOLATION, true);
    else
        take_answer(c, slot, head->replies == 0);
}

/* Before anybody sees the current reply. Returns false without memory. */
static bool hide_secrets(sst_client *c)
{
    bool is_challenge = c->state == SESSION_AUTH && c->reply.code == SST_CODE_BASE64_RESPONSE;
    bool done = !is_challenge || sst_auth_read_challenge(c);
    sst_auth_mask(c, c->input.bytes + c->reply_at, c->reply.whole.len);
    return done;
}

/* Parses what is there. Returns whether something was done. */
static bool take_input(sst_client *c)
{
    size_t len = input_waiting(&c->input);
    if (len == 0)
        return false;
    const char *bytes = c->input.bytes + c->input.at;
    bool is_asked = c->slot_count > 0 && c->slots[c->slot_first].end <= c->input.answerable;
    if (!is_asked && (!c->is_settled || !may_be_421(bytes, len))) {
        sst_session_end_stray(c, c->state == SESSION_HANDSHAKE ? SST_CLIENT_END_BEFORE_TLS
                                                               : SST_CLIENT_END_UNASKED);
        return true;
    }
    ptrdiff_t consumed;
    sst_reply reply;
    sst_reply_status status = sst_reply_parse(&c->parser, bytes, len, &reply, &consumed);
    if (status == SST_REPLY_INCOMPLETE)
        return false;
    if (status == SST_REPLY_MALFORMED) {
        sst_session_end_stray(c, SST_CLIENT_END_MALFORMED);
        return true;
    }
    c->reply = reply;
    c->reply_at = c->input.at;
    c->has_reply = true;
    c->has_words = false;
    c->auth.was_refused = false;
    if (!hide_secrets(c)) {
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
        return true;
    }
    if (is_asked) {
        c->input.at += (size_t)consumed;
        take_reply(c);
    } else if (reply.code == SST_CODE_SERVICE_NOT_AVAILABLE) {
        c->input.at += (size_t)consumed;
        sst_transcript_add(&c->transcript, c->allocator, c->now, true, SST_COMMAND_NONE,
                           reply.whole);
        sst_session_end(c, SST_CLIENT_END_SERVER, SST_LOCAL_ERROR_NONE, true);
    } else {
        sst_session_end_stray(c, SST_CLIENT_END_UNASKED);
    }
    return true;
}

/* What ends a session, once all that was received has been looked at. */
static bool take_end(sst_client *c)
{
    if (c->no_memory)
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
    else if (c->is_flooded)
        sst_session_end(c, SST_CLIENT_END_FLOOD, SST_LOCAL_ERROR_PROTOCOL_VIOLATION, false);
    else if (c->is_lost)
        sst_session_end(c, SST_CLIENT_END_LOST, c->lost_error, false);
    else if (c->is_expired)
        sst_session_end(c, SST_CLIENT_END_TIMEOUT, SST_LOCAL_ERROR_TIMEOUT, false);
    else
        return false;
    return true;
}

/* Jobs. */

static bool begin_job(sst_client *c)
{
    client_job *job = c->jobs.first;
    if (c->slot_count > 0)
        return false;
    c->is_clock_old = c->is_clock_old || (c->is_idle && (job || c->wants_quit));
    if (!job && c->wants_quit) {
        c->state = SESSION_QUITTING;
        return true;
    }
    if (!job) {
        bool is_new = !c->is_idle;
        if (is_new)
            sst_report_push(c, SST_CLIENT_READY);
        c->is_idle = c->was_used = true;
        return is_new;
    }
    c->is_idle = false;
    job = sst_job_take(&c->jobs);
    if (job->command == SST_COMMAND_NONE) {
        sst_transaction_begin(c, job);
        return true;
    }
    sst_session_send(c, job->command, job->argument);
    sst_deallocate(c->allocator, job);
    return true;
}

bool sst_session_advance(sst_client *c)
{
    if (c->is_flushing) {
        if (flush(c))
            return true;
        c->is_flushing = false;
    }
    if (c->state == SESSION_OVER) {
        if (c->ending.is_reported)
            return false;
        c->ending.is_reported = true;
        session_event *event = sst_report_push(c, SST_CLIENT_CLOSED);
        event->end = c->ending.end;
        event->command = c->ending.command;
        event->cause.local_error = c->ending.error;
        event->cause.with_reply = c->ending.with_reply;
        return true;
    }
    if (take_input(c) || take_end(c))
        return true;
    if (input_waiting(&c->input) > 0) /* half a reply: nothing is said meanwhile */
        return false;
    if (c->state == SESSION_QUITTING && !c->is_quit_sent) {
        c->is_quit_sent = true;
        sst_session_send(c, SST_COMMAND_QUIT, no_argument);
        return true;
    }
    if (c->state != SESSION_OPEN)
        return false;
    return c->tx.mail ? sst_transaction_advance(c) : begin_job(c);
}
