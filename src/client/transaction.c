/*
 * One mail: MAIL, RCPT for each recipient, DATA or BDAT, and the answers (RFC 5321 3.3, RFC 2920,
 * RFC 3030, RFC 2033, draft-hall-prdr, and RFC 9422 for the limits of a server).
 *
 * A recipient that is refused never stops the others. Where the server pipelines, MAIL, all RCPT
 * and DATA go out together; BDAT waits until a recipient was accepted, and its last chunk until
 * those before it were, so that no chunk is lost without the last one being known to be refused.
 * Behind the end of a message nothing is sent before its answer.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "client/session.h"

static const sst_span no_argument = {NULL, 0};

static bool offers(const sst_client *c, uint32_t extensions)
{
    return (c->capabilities.extensions & extensions) == extensions;
}

/* What the mail needs and the server lacks. */

/* Date-times in UTC, without fractions, are in order as texts; of others the server decides. */
static bool is_later(sst_span a, sst_span b)
{
    return a.ptr && b.ptr && a.len == 20 && b.len == 20 && a.ptr[19] == 'Z' && b.ptr[19] == 'Z' &&
           memcmp(a.ptr, b.ptr, 20) > 0;
}

static bool may_hold(const sst_client *c, const sst_client_mail *mail)
{
    uint64_t most = c->capabilities.release_max;
    return offers(c, SST_EXTENSION_FUTURERELEASE) && (most == 0 || mail->hold_for <= most) &&
           !is_later(mail->hold_until, c->capabilities.release_until);
}

static bool may_deliver_by(const sst_client *c, const sst_client_mail *mail)
{
    return offers(c, SST_EXTENSION_DELIVERBY) &&
           (mail->deliver_by_mode != 'R' ||
            (uint64_t)mail->deliver_by >= c->capabilities.deliver_by_min);
}

static sst_client_refusal refusal_of_mail(const sst_client *c, const client_job *job)
{
    const sst_client_mail *mail = &job->mail;
    uint64_t size_max = c->capabilities.size_max;
    const struct {
        bool is_missing;
        sst_client_refusal refusal;
    } needs[] = {
        {size_max > 0 && mail->message_size > size_max, SST_CLIENT_REFUSAL_SIZE},
        {mail->body == SST_CLIENT_BODY_8BITMIME && !offers(c, SST_EXTENSION_EIGHT_BIT_MIME),
         SST_CLIENT_REFUSAL_EIGHT_BIT_MIME},
        {mail->body == SST_CLIENT_BODY_BINARYMIME &&
             !offers(c, SST_EXTENSION_BINARYMIME | SST_EXTENSION_CHUNKING),
         SST_CLIENT_REFUSAL_BINARYMIME},
        {job->is_utf8 && !offers(c, SST_EXTENSION_SMTPUTF8), SST_CLIENT_REFUSAL_SMTPUTF8},
        {mail->requiretls && !(c->under_tls && offers(c, SST_EXTENSION_REQUIRETLS)),
         SST_CLIENT_REFUSAL_REQUIRETLS},
        {mail->deliver_by_mode != 0 && !may_deliver_by(c, mail), SST_CLIENT_REFUSAL_DELIVERBY},
        {(mail->hold_for > 0 || mail->hold_until.ptr) && !may_hold(c, mail),
         SST_CLIENT_REFUSAL_FUTURERELEASE},
        {!offers(c, mail->required), SST_CLIENT_REFUSAL_EXTENSION},
    };
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (needs[i].is_missing)
            return needs[i].refusal;
    }
    return SST_CLIENT_REFUSAL_NONE;
}

static session_cause refused(sst_outcome outcome, sst_command command, sst_client_refusal refusal)
{
    session_cause cause = sst_report_local(outcome, command, SST_LOCAL_ERROR_LOCAL);
    cause.refusal = refusal;
    return cause;
}

/* Domains compare by a hash of their letters without case. */
static uint64_t domain_hash(sst_span domain)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < domain.len; i++)
        hash = (hash ^ (unsigned char)ascii_lower(domain.ptr[i])) * 1099511628211u;
    return hash;
}

/* No server that says how many domains it takes says more than a few. */
#define MAX_DOMAINS ((size_t)64)

/* Whether the recipient's domain is one more than the server takes in a session (RFC 9422). One
 * that is taken is kept in mind. */
static bool exceeds_domains(sst_client *c, const job_recipient *recipient)
{
    size_t most = c->capabilities.rcpt_domain_max;
    uint64_t hash;
    if (most == 0)
        return false;
    if (most > MAX_DOMAINS)
        most = MAX_DOMAINS;
    hash = domain_hash(sst_command_domain(recipient->given.address));
    for (size_t i = 0; i < c->domains.count; i++) {
        if (c->domains.hashes[i] == hash)
            return false;
    }
    if (!c->domains.hashes)
        c->domains.hashes = sst_allocate(c->allocator, MAX_DOMAINS, sizeof *c->domains.hashes);
    if (c->domains.count >= most || !c->domains.hashes)
        return true;
    c->domains.hashes[c->domains.count++] = hash;
    return false;
}

/* Reports a recipient that is not to be sent at all. */
static bool refuse_recipient(sst_client *c, size_t at)
{
    job_recipient *recipient = &c->tx.mail->recipients[at];
    session_cause cause;
    if (recipient->is_utf8 && !offers(c, SST_EXTENSION_SMTPUTF8))
        cause = refused(SST_OUTCOME_REJECTED, SST_COMMAND_RCPT, SST_CLIENT_REFUSAL_SMTPUTF8);
    else if (exceeds_domains(c, recipient))
        cause = refused(SST_OUTCOME_NOT_TRIED, SST_COMMAND_RCPT, SST_CLIENT_REFUSAL_DOMAIN_LIMIT);
    else
        return false;
    recipient->state = JOB_SETTLED;
    sst_report_recipient(c, c->tx.mail, at, cause);
    return true;
}

/* The beginning. */

static void begin(sst_client *c, client_job *job, size_t at)
{
    session_transaction *tx = &c->tx;
    memset(tx, 0, sizeof *tx);
    tx->mail = job;
    tx->stage = TRANSACTION_ENVELOPE;
    tx->begin = tx->next = at;
    tx->doubt_at = UINT64_MAX;
    tx->is_line_start = true;
    tx->use_bdat = job->mail.body == SST_CLIENT_BODY_BINARYMIME ||
                   (job->mail.chunking && offers(c, SST_EXTENSION_CHUNKING));
    uint32_t most = c->capabilities.mail_max;
    if (most > 0 && c->transactions >= most) {
        session_cause cause =
            refused(SST_OUTCOME_NOT_TRIED, SST_COMMAND_MAIL, SST_CLIENT_REFUSAL_MAIL_LIMIT);
        sst_report_walk(c, job, at, job->mail.recipient_count, ~0u, cause);
        tx->stage = TRANSACTION_DONE;
        tx->next = job->mail.recipient_count;
    }
}

void sst_transaction_begin(sst_client *c, client_job *mail)
{
    size_t count = mail->mail.recipient_count;
    sst_client_refusal refusal = refusal_of_mail(c, mail);
    begin(c, mail, 0);
    if (c->tx.stage == TRANSACTION_DONE)
        return;
    if (refusal == SST_CLIENT_REFUSAL_NONE) {
        mail->dropped = mail->asks & ~c->capabilities.extensions;
        return;
    }
    sst_report_walk(c, mail, 0, count, ~0u,
                    refused(SST_OUTCOME_REJECTED, SST_COMMAND_MAIL, refusal));
    c->tx.stage = TRANSACTION_DONE;
    c->tx.next = count;
}

/* MAIL, RCPT, DATA. */

static char *reserve_line(sst_client *c, command_line *line)
{
    line->to = sst_output_reserve(&c->output, c->allocator, COMMAND_MAX);
    line->len = 0;
    line->is_bad = false;
    if (!line->to)
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
    return line->to;
}

/* The line was checked when it was queued; should it be bad all the same, nothing of it leaves. */
static void commit(sst_client *c, const command_line *line, sst_command command, size_t recipient)
{
    if (line->is_bad)
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
    else
        sst_session_commit(c, line, command, recipient);
}

static void send_mail(sst_client *c)
{
    command_line line;
    if (!reserve_line(c, &line))
        return;
    c->tx.mail_at = output_end(&c->output);
    c->tx.mail_sent = true;
    c->transactions++;
    sst_command_mail(&line, c->tx.mail, c->capabilities.extensions);
    commit(c, &line, SST_COMMAND_MAIL, SST_CLIENT_NO_RECIPIENT);
}

static void send_rcpt(sst_client *c, size_t at)
{
    command_line line;
    if (!reserve_line(c, &line))
        return;
    sst_command_rcpt(&line, &c->tx.mail->recipients[at].given, c->capabilities.extensions);
    c->tx.sent++;
    commit(c, &line, SST_COMMAND_RCPT, at);
}

/* Whether another command may be sent behind those that are not answered. */
static bool has_room(const sst_client *c)
{
    return c->slot_count < SST_MAX_CLIENT_OUTSTANDING &&
           output_waiting(&c->output) < SST_CLIENT_WINDOW &&
           (c->slot_count == 0 || sst_session_may_pipeline(c));
}

/* The next recipient, or that there is none for this transaction. */
static bool advance_recipient(sst_client *c)
{
    session_transaction *tx = &c->tx;
    size_t count = tx->mail->mail.recipient_count;
    uint32_t most = c->capabilities.rcpt_max;
    bool is_full = most > 0 && tx->sent >= most;
    if (tx->mail->mail.stop == SST_CLIENT_STOP_AFTER_MAIL && tx->mail_sent)
        tx->next = count;
    if (tx->next == count || is_full) {
        tx->all_sent = true;
        return true;
    }
    if (!has_room(c))
        return false;
    if (refuse_recipient(c, tx->next)) {
        tx->next++;
        return true;
    }
    if (tx->mail_sent) {
        send_rcpt(c, tx->next++);
    } else if (c->needs_reset) {
        c->needs_reset = false;
        c->is_resetting = true;
        sst_session_send(c, SST_COMMAND_RSET, no_argument);
    } else {
        send_mail(c);
    }
    return true;
}

/* The envelope is sent: on to the message, or not. */
static bool advance_message(sst_client *c)
{
    session_transaction *tx = &c->tx;
    bool is_answered = c->slot_count == 0;
    bool stops = tx->mail->mail.stop != SST_CLIENT_STOP_NOWHERE;
    if (is_answered && (stops || tx->accepted == 0)) {
        c->needs_reset = tx->mail_accepted;
        tx->stage = TRANSACTION_DONE;
        return true;
    }
    if (tx->data_sent || stops || !has_room(c) || (tx->use_bdat && !is_answered))
        return false;
    if (tx->use_bdat) {
        tx->stage = TRANSACTION_BODY;
        return true;
    }
    tx->data_sent = true;
    sst_session_send(c, SST_COMMAND_DATA, no_argument);
    return true;
}

static bool advance_envelope(sst_client *c)
{
    if (c->is_resetting)
        return false;
    return c->tx.all_sent ? advance_message(c) : advance_recipient(c);
}

/* The end of a transaction: of its mail too, unless recipients are left. */

static bool finish(sst_client *c)
{
    client_job *job = c->tx.mail;
    size_t count = job->mail.recipient_count;
    size_t next = c->tx.next;
    bool again = job->mail.body_again || job->mail.stop != SST_CLIENT_STOP_NOWHERE;
    if (c->slot_count > 0)
        return false;
    c->was_used = true;
    if (next < count && again) {
        begin(c, job, next);
        return true;
    }
    if (next < count) {
        c->tx.next = count;
        sst_report_walk(
            c, job, next, count, ~0u,
            refused(SST_OUTCOME_NOT_TRIED, SST_COMMAND_RCPT, SST_CLIENT_REFUSAL_RECIPIENT_LIMIT));
        return true;
    }
    c->tx.mail = NULL;
    c->tx.stage = TRANSACTION_NONE;
    sst_session_finish_mail(c, job);
    return true;
}

bool sst_transaction_advance(sst_client *c)
{
    switch (c->tx.stage) {
    case TRANSACTION_ENVELOPE:
        return advance_envelope(c);
    case TRANSACTION_BODY:
        return sst_body_advance(c);
    case TRANSACTION_DONE:
        return finish(c);
    default:
        return false;
    }
}

/* The answers. */

static void unexpected(sst_client *c)
{
    sst_session_end(c, SST_CLIENT_END_UNEXPECTED, SST_LOCAL_ERROR_PROTOCOL_VIOLATION, true);
}

void sst_transaction_settle(sst_client *c, session_cause cause)
{
    session_transaction *tx = &c->tx;
    sst_report_walk(c, tx->mail, tx->begin, tx->next, 1u << JOB_ACCEPTED | 1u << JOB_PASSED, cause);
    tx->stage = TRANSACTION_DONE;
}

static void take_mail(sst_client *c)
{
    session_transaction *tx = &c->tx;
    client_job *job = tx->mail;
    session_cause cause = sst_report_cause(c, SST_COMMAND_MAIL);
    tx->mail_answered = true;
    tx->mail_accepted = cause.outcome == SST_OUTCOME_ACCEPTED;
    if (tx->mail_accepted && job->mail.stop != SST_CLIENT_STOP_AFTER_MAIL)
        return;
    if (tx->mail_accepted) {
        cause.outcome = SST_OUTCOME_NOT_TRIED;
        c->needs_reset = true;
    }
    sst_report_walk(c, job, 0, job->mail.recipient_count, ~0u, cause);
    tx->next = job->mail.recipient_count;
    tx->stage = TRANSACTION_DONE;
}

static void take_rcpt(sst_client *c, size_t at)
{
    job_recipient *recipient = &c->tx.mail->recipients[at];
    session_cause cause = sst_report_cause(c, SST_COMMAND_RCPT);
    bool stops = c->tx.mail->mail.stop != SST_CLIENT_STOP_NOWHERE;
    if (recipient->state == JOB_SETTLED)
        return; /* MAIL was refused */
    if (cause.outcome == SST_OUTCOME_ACCEPTED && !stops) {
        recipient->state = JOB_ACCEPTED;
        c->tx.accepted++;
        return;
    }
    recipient->state = JOB_SETTLED;
    sst_report_recipient(c, c->tx.mail, at, cause);
}

/* A pipelined DATA that was taken although no recipient was: the message ends before it begins (RFC
 * 2920 3.1). In LMTP there is nobody to be answered for. */
static void send_lone_dot(sst_client *c)
{
    sst_span dot = {".\r\n", 3};
    char *to = sst_output_reserve(&c->output, c->allocator, dot.len);
    if (!to) {
        sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
        return;
    }
    memcpy(to, dot.ptr, dot.len);
    output_commit(&c->output, dot.len);
    sst_transcript_add(&c->transcript, c->allocator, c->now, false, SST_COMMAND_EOM, dot);
    if (!c->lmtp)
        sst_session_expect(c, SST_COMMAND_EOM, SST_CLIENT_NO_RECIPIENT);
    c->tx.stage = TRANSACTION_DONE;
    c->needs_reset = false;
}

static void take_data(sst_client *c)
{
    session_transaction *tx = &c->tx;
    bool is_wanted = tx->stage == TRANSACTION_ENVELOPE && tx->accepted > 0;
    bool is_refused = sst_code_class(c->reply.code) >= 4;
    if (c->reply.code == SST_CODE_START_MAIL_INPUT) {
        if (is_wanted)
            tx->stage = TRANSACTION_BODY;
        else
            send_lone_dot(c);
    } else if (!is_refused) {
        unexpected(c);
    } else {
        c->needs_reset = tx->mail_accepted;
        if (tx->stage == TRANSACTION_ENVELOPE)
            sst_transaction_settle(c, sst_report_cause(c, SST_COMMAND_DATA));
    }
}

/* The recipient whose turn it is to be answered for. */
static size_t next_answered(sst_client *c)
{
    session_transaction *tx = &c->tx;
    while (tx->answer < tx->next && tx->mail->recipients[tx->answer].state != JOB_ACCEPTED)
        tx->answer++;
    return tx->answer++;
}

static void take_answer_for(sst_client *c, session_cause cause)
{
    size_t at = next_answered(c);
    job_recipient *recipient = &c->tx.mail->recipients[at];
    if (c->tx.is_prdr && cause.outcome == SST_OUTCOME_ACCEPTED) {
        recipient->state = JOB_PASSED;
        return;
    }
    recipient->state = JOB_SETTLED;
    sst_report_recipient(c, c->tx.mail, at, cause);
}

/* 353: one answer for each recipient, and one for the whole. */
static void begin_prdr(sst_client *c, session_slot slot)
{
    c->tx.is_prdr = true;
    sst_session_expect(c, slot.command, SST_CLIENT_NO_RECIPIENT);
    c->slots[c->slot_first].replies = c->tx.accepted + 1;
    c->slots[c->slot_first].last = slot.last;
}

static void take_end_of_message(sst_client *c, session_slot slot, bool is_last)
{
    session_cause cause = sst_report_cause(c, slot.command);
    bool asked_prdr = c->tx.mail->mail.prdr && offers(c, SST_EXTENSION_PRDR) && !c->lmtp;
    if (c->tx.stage != TRANSACTION_END)
        return; /* the lone dot */
    if (c->reply.code == SST_CODE_PER_RECIPIENT_REPLIES_FOLLOW && asked_prdr && !c->tx.is_prdr) {
        begin_prdr(c, slot);
        return;
    }
    if (sst_code_class(c->reply.code) == 3) {
        unexpected(c);
        return;
    }
    if (c->lmtp || !is_last)
        take_answer_for(c, cause);
    else
        sst_transaction_settle(c, cause);
    if (is_last) {
        c->tx.stage = TRANSACTION_DONE;
        c->needs_reset = c->tx.use_bdat && cause.outcome != SST_OUTCOME_ACCEPTED && !c->lmtp;
    }
}

static void take_bdat(sst_client *c, session_slot slot, bool is_last)
{
    if (slot.last) {
        take_end_of_message(c, slot, is_last);
    } else if (sst_code_class(c->reply.code) >= 4) {
        c->needs_reset = true;
        if (c->tx.stage == TRANSACTION_BODY)
            sst_transaction_settle(c, sst_report_cause(c, SST_COMMAND_BDAT));
    }
}

static void take_rset(sst_client *c)
{
    if (c->is_resetting && sst_code_class(c->reply.code) != 2)
        unexpected(c);
    c->is_resetting = false;
}

void sst_transaction_reply(sst_client *c, session_slot slot, bool is_last)
{
    bool may_be_3 = slot.command == SST_COMMAND_DATA || slot.command == SST_COMMAND_EOM ||
                    (slot.command == SST_COMMAND_BDAT && slot.last);
    if (sst_code_class(c->reply.code) == 3 && !may_be_3) {
        unexpected(c);
        return;
    }
    switch (slot.command) {
    case SST_COMMAND_MAIL:
        take_mail(c);
        break;
    case SST_COMMAND_RCPT:
        take_rcpt(c, slot.recipient);
        break;
    case SST_COMMAND_DATA:
        take_data(c);
        break;
    case SST_COMMAND_EOM:
        take_end_of_message(c, slot, is_last);
        break;
    case SST_COMMAND_BDAT:
        take_bdat(c, slot, is_last);
        break;
    case SST_COMMAND_RSET:
        take_rset(c);
        break;
    default:
        c->was_used = true;
        break;
    }
}

/* In LMTP 421 answers for one recipient; of the others nothing is known. */
void sst_transaction_closing(sst_client *c, session_slot slot)
{
    bool is_end =
        slot.command == SST_COMMAND_EOM || (slot.command == SST_COMMAND_BDAT && slot.last);
    if (c->lmtp && is_end && c->tx.stage == TRANSACTION_END)
        take_answer_for(c, sst_report_cause(c, slot.command));
}
