/*
 * A session's outside: making and freeing it, queueing jobs, and what the transport tells. Nothing
 * is decided here: sst_client_next takes the steps (session.c), and every call before it only
 * leaves word. So the order of events does not depend on how the transport cut its calls.
 */
#include <string.h>

#include "base/alloc.h"
#include "client/session.h"

/* Options. */

static const uint32_t default_timeouts[] = {
#define DEFAULT(ident, milliseconds) milliseconds,
    SST_CLIENT_TIMEOUT_LIST(DEFAULT)
#undef DEFAULT
};

static bool apply_options(sst_client *c, const sst_client_options *options)
{
    c->lmtp = options->lmtp;
    c->tls = options->tls;
    c->authenticate = options->authenticate;
    c->no_pipelining = options->no_pipelining;
    c->transcript.is_wanted = options->transcript;
    c->is_settled = c->tls == SST_CLIENT_TLS_OFF || c->tls == SST_CLIENT_TLS_IMPLICIT;
    for (size_t i = 0; i < SST_CLIENT_TIMEOUT_COUNT; i++)
        c->timeouts[i] = options->timeouts[i] > 0 ? options->timeouts[i] : default_timeouts[i];
    const char *name = options->name ? options->name : "localhost";
    size_t size = strlen(name) + 1;
    c->name = sst_allocate(c->allocator, size, 1);
    if (c->name)
        memcpy(c->name, name, size);
    return c->name != NULL;
}

int sst_client_new(const sst_client_options *options, sst_client **client)
{
    static const sst_client_options defaults = {.size = sizeof defaults};
    if (!options)
        options = &defaults;
    sst_span name = {options->name, options->name ? strlen(options->name) : 0};
    if (options->size != sizeof *options || (name.ptr && !sst_command_is_name(name)))
        return SST_E_INVALID;
    sst_client *made = sst_allocate(options->allocator, 1, sizeof *made);
    if (!made)
        return SST_E_NO_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = options->allocator;
    if (!apply_options(made, options)) {
        sst_client_free(made);
        return SST_E_NO_MEMORY;
    }
    *client = made;
    return SST_OK;
}

void sst_client_free(sst_client *client)
{
    if (!client)
        return;
    const sst_allocator *allocator = client->allocator;
    sst_auth_forget(client);
    sst_output_wipe(client->output.bytes, client->output.len);
    while (client->jobs.first)
        sst_deallocate(allocator, sst_job_take(&client->jobs));
    sst_deallocate(allocator, client->tx.mail);
    sst_deallocate(allocator, client->output.bytes);
    sst_deallocate(allocator, client->input.bytes);
    sst_deallocate(allocator, client->words);
    sst_deallocate(allocator, client->chunk);
    sst_deallocate(allocator, client->domains.hashes);
    sst_deallocate(allocator, client->raw);
    sst_deallocate(allocator, client->transcript.bytes);
    sst_deallocate(allocator, client->name);
    sst_deallocate(allocator, client);
}

/* Jobs. */

/* Whether a job can be queued at all. */
static int queue_error(const sst_client *c)
{
    if (c->state == SESSION_OVER || c->state == SESSION_QUITTING || c->is_lost)
        return SST_E_CLOSED;
    if (c->wants_quit)
        return SST_E_INVALID;
    return c->jobs.count >= SST_MAX_CLIENT_JOBS ? SST_E_LIMIT : SST_OK;
}

/* Texts that the encoder does not see all of at once. */
static int length_error(const sst_client_mail *mail, size_t *which)
{
    const size_t most = SST_MAX_CLIENT_ADDRESS;
    *which = SIZE_MAX;
    if (mail->size != sizeof *mail || mail->recipient_count == 0 || !mail->recipients)
        return SST_E_INVALID;
    if (mail->recipient_count > SST_MAX_CLIENT_RECIPIENTS)
        return SST_E_LIMIT;
    if (mail->sender.len > most || mail->envid.len > most || mail->auth.len > most ||
        mail->hold_until.len > most)
        return SST_E_INVALID;
    for (size_t i = 0; i < mail->recipient_count; i++) {
        const sst_client_recipient *recipient = &mail->recipients[i];
        *which = i;
        if (recipient->address.len > most || recipient->orcpt.len > most ||
            recipient->orcpt_type.len > most)
            return SST_E_INVALID;
    }
    return SST_OK;
}

/* Has the encoder try what will be sent, with everything offered. */
static int encoding_error(const client_job *job, size_t *which)
{
    command_line line = {NULL, 0, false};
    *which = SIZE_MAX;
    sst_command_mail(&line, job, ~0u);
    for (size_t i = 0; i < job->mail.recipient_count && !line.is_bad; i++) {
        *which = i;
        line.len = 0;
        sst_command_rcpt(&line, &job->recipients[i].given, ~0u);
    }
    return line.is_bad ? SST_E_INVALID : SST_OK;
}

int sst_client_mail_queue(sst_client *client, const sst_client_mail *mail, uint64_t *number,
                          size_t *which)
{
    size_t at = SIZE_MAX;
    int error = queue_error(client);
    if (error == SST_OK)
        error = length_error(mail, &at);
    client_job *job = NULL;
    if (error == SST_OK) {
        job = sst_job_of_mail(client->allocator, mail);
        error = job ? encoding_error(job, &at) : SST_E_NO_MEMORY;
    }
    if (which)
        *which = at;
    if (error != SST_OK) {
        sst_deallocate(client->allocator, job);
        return error;
    }
    job->number = ++client->numbers;
    if (number)
        *number = job->number;
    sst_job_append(&client->jobs, job);
    return SST_OK;
}

int sst_client_command(sst_client *client, sst_command command, sst_span argument)
{
    static const struct {
        sst_command command;
        bool needs_argument;
        bool may_have_argument;
    } commands[] = {
        {SST_COMMAND_NOOP, false, true}, {SST_COMMAND_RSET, false, false},
        {SST_COMMAND_VRFY, true, true},  {SST_COMMAND_EXPN, true, true},
        {SST_COMMAND_HELP, false, true}, {SST_COMMAND_ETRN, true, true},
    };
    bool is_good = false;
    bool has_argument = argument.ptr && argument.len > 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].command == command)
            is_good = has_argument ? commands[i].may_have_argument : !commands[i].needs_argument;
    }
    command_line line = {NULL, 0, false};
    if (is_good)
        sst_command_simple(&line, command, argument, false);
    int error = is_good && !line.is_bad ? queue_error(client) : SST_E_INVALID;
    if (error != SST_OK)
        return error;
    client_job *job = sst_job_of_command(client->allocator, command, argument);
    if (!job)
        return SST_E_NO_MEMORY;
    sst_job_append(&client->jobs, job);
    return SST_OK;
}

void sst_client_quit(sst_client *client)
{
    client->wants_quit = true;
}

/* What the transport tells. */

void sst_client_connected(sst_client *client, uint64_t now)
{
    session_set_time(client, now);
    if (client->state != SESSION_NEW)
        return;
    client->under_tls = client->tls == SST_CLIENT_TLS_IMPLICIT;
    sst_session_expect(client, SST_COMMAND_CONNECT, SST_CLIENT_NO_RECIPIENT);
    client->state = SESSION_GREETING;
}

/* Room for len more bytes; the current reply stays, wherever it is then. */
static bool reserve_input(sst_client *c, size_t len)
{
    size_t *keep = &c->reply_at;
    if (!c->has_reply)
        c->reply_at = c->input.at;
    return sst_input_reserve(&c->input, c->allocator, keep, len);
}

void sst_client_receive(sst_client *client, const char *data, size_t len, uint64_t now)
{
    size_t waiting = input_waiting(&client->input);
    session_set_time(client, now);
    if (client->state == SESSION_OVER || client->is_lost || len == 0)
        return;
    client->input.answerable = client->output.sent;
    if (len > SST_MAX_CLIENT_INPUT - waiting) {
        client->is_flooded = true;
        len = SST_MAX_CLIENT_INPUT - waiting;
    }
    if (len == 0)
        return;
    if (!reserve_input(client, len)) {
        client->no_memory = true;
        return;
    }
    if (waiting == 0)
        client->input.since = now;
    memcpy(client->input.bytes + client->input.len, data, len);
    client->input.len += len;
}

void sst_client_closed(sst_client *client, sst_local_error error, uint64_t now)
{
    session_set_time(client, now);
    if (client->is_lost)
        return;
    client->is_lost = true;
    client->lost_error = error == SST_LOCAL_ERROR_NONE ? SST_LOCAL_ERROR_CLOSED : error;
}

size_t sst_client_output(const sst_client *client, const char **data)
{
    size_t waiting = output_waiting(&client->output);
    *data = waiting > 0 ? client->output.bytes + client->output.at : "";
    return waiting;
}

bool sst_client_has_more(const sst_client *client)
{
    const session_transaction *tx = &client->tx;
    return client->state == SESSION_OPEN && tx->stage == TRANSACTION_BODY && tx->body_begun &&
           !tx->body_ended && !tx->use_bdat;
}

void sst_client_sent(sst_client *client, size_t len, uint64_t now)
{
    size_t waiting = output_waiting(&client->output);
    session_set_time(client, now);
    if (len > waiting)
        len = waiting;
    if (len == 0)
        return;
    sst_output_sent(&client->output, len, client->state == SESSION_AUTH);
    client->clock = now;
}

/* Deadlines. */

static sst_client_timeout timeout_of(sst_command command)
{
    switch (command) {
    case SST_COMMAND_CONNECT:
        return SST_CLIENT_TIMEOUT_GREETING;
    case SST_COMMAND_EHLO:
    case SST_COMMAND_LHLO:
    case SST_COMMAND_HELO:
    case SST_COMMAND_STARTTLS:
        return SST_CLIENT_TIMEOUT_EHLO;
    case SST_COMMAND_AUTH:
        return SST_CLIENT_TIMEOUT_AUTH;
    case SST_COMMAND_MAIL:
        return SST_CLIENT_TIMEOUT_MAIL;
    case SST_COMMAND_RCPT:
        return SST_CLIENT_TIMEOUT_RCPT;
    case SST_COMMAND_DATA:
        return SST_CLIENT_TIMEOUT_DATA;
    case SST_COMMAND_BDAT:
        return SST_CLIENT_TIMEOUT_BLOCK;
    case SST_COMMAND_EOM:
        return SST_CLIENT_TIMEOUT_END;
    case SST_COMMAND_QUIT:
        return SST_CLIENT_TIMEOUT_QUIT;
    default:
        return SST_CLIENT_TIMEOUT_COMMAND;
    }
}

bool sst_client_deadline(const sst_client *client, uint64_t *when)
{
    const session_slot *head = &client->slots[client->slot_first];
    uint64_t since = client->clock;
    sst_client_timeout timeout;
    if (client->state == SESSION_OVER || client->is_lost)
        return false;
    if (client->state == SESSION_HANDSHAKE) {
        timeout = SST_CLIENT_TIMEOUT_TLS;
    } else if (client->slot_count > 0) {
        bool is_message = head->command == SST_COMMAND_BDAT || head->command == SST_COMMAND_EOM;
        bool is_end = head->command == SST_COMMAND_BDAT && head->last;
        timeout = is_end ? SST_CLIENT_TIMEOUT_END : timeout_of(head->command);
        if (is_message && head->end > client->output.sent)
            timeout = SST_CLIENT_TIMEOUT_BLOCK;
    } else if (output_waiting(&client->output) > 0) {
        timeout = SST_CLIENT_TIMEOUT_BLOCK;
    } else if (input_waiting(&client->input) > 0) {
        timeout = SST_CLIENT_TIMEOUT_COMMAND; /* half of a 421 */
        since = client->input.since;
    } else {
        return false;
    }
    *when = since + client->timeouts[timeout];
    return true;
}

void sst_client_tick(sst_client *client, uint64_t now)
{
    uint64_t when;
    session_set_time(client, now);
    if (sst_client_deadline(client, &when) && now >= when)
        client->is_expired = true;
}

const sst_capabilities *sst_client_capabilities(const sst_client *client)
{
    return &client->capabilities;
}

bool sst_client_next(sst_client *client, sst_client_event *event)
{
    for (;;) {
        if (sst_report_next(client, event) || sst_report_walk_next(client, event))
            return true;
        if (!sst_session_advance(client))
            return sst_report_next(client, event);
    }
}
