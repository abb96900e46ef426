/*
 * "smtpstatus probe": opens a session, goes as far as it is asked to, and shows what the server
 * says and offers. Nothing is ever delivered. What is shown to people is in probe_page.c.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "probe.h"
#include "rules_file.h"

#define PORT_SMTP 25

/* How far a session goes. */
typedef enum phase {
    PHASE_CONNECT,
    PHASE_EHLO,
    PHASE_TLS,
    PHASE_AUTH,
    PHASE_MAIL,
    PHASE_RCPT,
    PHASE_COUNT
} phase;

static const char *const phase_names[PHASE_COUNT] = {"connect", "ehlo", "tls",
                                                     "auth",    "mail", "rcpt"};

typedef struct probe {
    const options *given;
    output *out;
    session_setup setup;
    sst_rules *rules;
    phase last;
    sst_net *net;
    uint64_t start;
    probe_page page;
    buffer text; /* of the record being made */
    uint64_t records;
    bool opened;
    bool refused; /* some recipient was not accepted */
    bool told;    /* the fate of a recipient was given */
} probe;

/* --- records -------------------------------------------------------------------------------- */

static void write_record(probe *all, sst_record *record)
{
    const options *given = all->given;
    const sst_record_options how = {sizeof how, given->language, given->flags[OPTION_EXPLAIN],
                                    given->flags[OPTION_CSV_SAFE]};
    sst_sink sink = output_sink(all->out);
    record->index = ++all->records;
    if (given->format == FORMAT_CSV)
        sst_record_write_csv(record, &how, &sink);
    else
        sst_record_write_json(record, &how, &sink);
    output_flush(all->out);
}

/* Takes in a reply to anything but what concerns a recipient. */
static void take_reply(probe *all, const sst_client_event *event)
{
    const sst_reply *reply = event->reply;
    sst_record record;
    memset(&record, 0, sizeof record);
    /* What goes to and fro within AUTH says nothing to people. */
    if (event->command == SST_COMMAND_AUTH && reply->code / 100 == 3)
        return;
    record.command = event->command;
    buffer_clear(&all->text);
    buffer_reserve(&all->text, reply->whole.len);
    if (sst_record_from_reply(&record, reply, all->text.data, all->text.size) != SST_OK)
        return;
    record.source = span_from(all->page.server);
    record.remote = span_from(all->setup.url.host ? all->setup.url.host : "localhost");
    sst_record_decide(&record, all->rules);
    if (all->given->format == FORMAT_TEXT)
        probe_page_reply(&all->page, reply, &record);
    else
        write_record(all, &record);
}

static void take_recipient(probe *all, const sst_client_event *event)
{
    const words *to = &all->given->values[OPTION_TO];
    sst_record record;
    memset(&record, 0, sizeof record);
    /* Without recipients one was made up, for MAIL alone; it is not there for anybody. */
    if (event->recipient >= to->count)
        return;
    all->told = true;
    buffer_clear(&all->text);
    buffer_reserve(&all->text, event->reply ? event->reply->whole.len : 0);
    record.recipient = span_from(to->list[event->recipient]);
    record.sender = all->page.sender;
    if (sst_net_record(all->net, event, &record, all->text.data, all->text.size) != SST_OK)
        return;
    sst_record_decide(&record, all->rules);
    /* Where the session ends behind MAIL on purpose, no recipient was asked about. */
    if (all->last >= PHASE_RCPT && record.kind != SST_KIND_ACCEPTED)
        all->refused = true;
    if (all->given->format == FORMAT_TEXT)
        probe_page_recipient(&all->page, &record);
    else
        write_record(all, &record);
}

/* That the session failed on this side is a status too, unless a recipient has been told of it. */
static void take_end(probe *all, const sst_client_event *event)
{
    sst_client_event told = *event;
    sst_record record;
    bool on_purpose = event->local_error == SST_LOCAL_ERROR_CANCELLED && !interrupted();
    memset(&record, 0, sizeof record);
    if (event->local_error == SST_LOCAL_ERROR_NONE || on_purpose || all->told)
        return;
    if (all->given->format == FORMAT_TEXT) {
        if (!sst_net_why(all->net))
            complain("%s", sst_client_end_text(event->end));
        return;
    }
    told.kind = SST_CLIENT_RECIPIENT;
    told.outcome = SST_OUTCOME_DEFERRED;
    told.reply = NULL;
    told.text = span_from(sst_client_end_text(event->end));
    if (sst_net_record(all->net, &told, &record, NULL, 0) != SST_OK)
        return;
    sst_record_decide(&record, all->rules);
    write_record(all, &record);
}

/* --- the session ---------------------------------------------------------------------------- */

static bool ask(probe *all, sst_command command, option_id id)
{
    const words *values = &all->given->values[id];
    for (size_t i = 0; i < values->count; i++) {
        if (sst_client_command(sst_net_client(all->net), command, span_from(values->list[i])) !=
            SST_OK) {
            complain("this cannot be asked for: '%s'", values->list[i]);
            return false;
        }
    }
    return true;
}

/* A mail that ends behind MAIL or RCPT. */
static bool try_mail(probe *all)
{
    const words *to = &all->given->values[OPTION_TO];
    size_t count = to->count > 0 ? to->count : 1;
    size_t which = SIZE_MAX;
    sst_client_mail mail = {.size = sizeof mail, .recipient_count = count};
    if (all->last < PHASE_MAIL)
        return true;
    sst_client_recipient *recipients = allocate_or_end(NULL, count, sizeof *recipients);
    memset(recipients, 0, count * sizeof *recipients);
    recipients[0].address = span_from("postmaster");
    for (size_t i = 0; i < to->count; i++)
        recipients[i].address = span_from(to->list[i]);
    mail.sender = all->page.sender;
    mail.recipients = recipients;
    mail.stop = all->last == PHASE_MAIL ? SST_CLIENT_STOP_AFTER_MAIL : SST_CLIENT_STOP_AFTER_RCPT;
    int error = sst_client_mail_queue(sst_net_client(all->net), &mail, NULL, &which);
    free(recipients);
    if (error == SST_E_NO_MEMORY)
        end_without_memory();
    if (error != SST_OK)
        complain("this cannot be a %s: '%s'", which < to->count ? "recipient" : "sender",
                 which < to->count ? to->list[which] : all->page.sender.ptr);
    return error == SST_OK;
}

/* The session is open. Returns false where nothing can be asked for. */
static bool go_on(probe *all)
{
    bool good = true;
    if (!all->opened)
        good = ask(all, SST_COMMAND_VRFY, OPTION_VRFY) && ask(all, SST_COMMAND_EXPN, OPTION_EXPN) &&
               try_mail(all);
    all->opened = true;
    sst_client_quit(sst_net_client(all->net));
    return good;
}

static bool act(probe *all, const sst_client_event *event)
{
    switch (event->kind) {
    case SST_CLIENT_REPLY:
        if (event->recipient == SST_CLIENT_NO_RECIPIENT)
            take_reply(all, event);
        if (event->command == SST_COMMAND_CONNECT && all->last == PHASE_CONNECT) {
            all->opened = event->reply->code / 100 == 2;
            sst_net_cancel(all->net);
        }
        return true;
    case SST_CLIENT_CAPABILITIES:
        probe_page_capabilities(&all->page, sst_client_capabilities(sst_net_client(all->net)));
        return true;
    case SST_CLIENT_RECIPIENT:
        take_recipient(all, event);
        return true;
    case SST_CLIENT_CLOSED:
        take_end(all, event);
        return true;
    case SST_CLIENT_TRANSCRIPT:
        if (all->setup.transcript)
            sst_net_write_transcript(event, all->start, &all->setup.transcript_sink);
        return true;
    case SST_CLIENT_READY:
        return go_on(all);
    default:
        return true;
    }
}

/* Waits for the socket, for the deadline, or for Ctrl-C. */
static void wait_for_more(probe *all)
{
    unsigned events = sst_net_events(all->net);
    short wanted =
        (short)((events & SST_NET_READ ? POLLIN : 0) | (events & SST_NET_WRITE ? POLLOUT : 0));
    struct pollfd both[] = {{.fd = sst_net_fd(all->net), .events = wanted},
                            {.fd = interrupt_file(), .events = POLLIN}};
    uint64_t when;
    int milliseconds = -1;
    if (sst_net_deadline(all->net, &when)) {
        uint64_t now = sst_net_now();
        uint64_t left = when > now ? when - now : 0;
        milliseconds = left < INT_MAX ? (int)left : INT_MAX;
    }
    if (poll(both, 2, milliseconds) < 0 && errno != EINTR)
        sst_net_cancel(all->net);
}

static bool run_session(probe *all)
{
    bool cancelled = false;
    sst_client_event event;
    while (!sst_net_is_over(all->net)) {
        while (sst_net_next(all->net, &event)) {
            if (!act(all, &event))
                return false;
        }
        if (sst_net_is_over(all->net))
            break;
        wait_for_more(all);
        if (interrupted() && !cancelled) {
            sst_net_cancel(all->net);
            cancelled = true;
        }
        sst_net_step(all->net);
    }
    return true;
}

/* --- options -------------------------------------------------------------------------------- */

static bool take_phase(const options *given, phase *last)
{
    const char *value = option_value(given, OPTION_QUIT_AFTER);
    bool to = given->flags[OPTION_TO];
    *last = to ? PHASE_RCPT : given->flags[OPTION_FROM] ? PHASE_MAIL : PHASE_AUTH;
    if (!value)
        return true;
    size_t i = 0;
    while (i < PHASE_COUNT && strcmp(value, phase_names[i]) != 0)
        i++;
    if (i == PHASE_COUNT) {
        complain("--quit-after is connect, ehlo, tls, auth, mail or rcpt, not '%s'", value);
        return false;
    }
    if (i == PHASE_RCPT && !to) {
        complain("--quit-after rcpt needs --to");
        return false;
    }
    *last = (phase)i;
    return true;
}

/* What lies beyond the last phase is not even prepared. */
static void cut_setup(probe *all)
{
    if (all->last < PHASE_TLS && all->setup.client.tls != SST_CLIENT_TLS_IMPLICIT)
        all->setup.client.tls = SST_CLIENT_TLS_OFF;
    if (all->last < PHASE_AUTH)
        all->setup.net.credentials = NULL;
}

static int finish(probe *all, bool good)
{
    const char *why = sst_net_why(all->net);
    if (all->given->format == FORMAT_TEXT)
        probe_page_write(&all->page, all->net, all->out, all->last >= PHASE_MAIL);
    output_flush(all->out);
    if (why && all->last != PHASE_CONNECT)
        complain("%s", why);
    if (interrupted())
        return interrupt_status();
    if (!good)
        return STATUS_USAGE;
    if (!all->opened)
        return STATUS_NO_SESSION;
    return all->refused ? STATUS_PARTLY : STATUS_DONE;
}

static int probe_it(probe *all)
{
    const char *sender = option_value(all->given, OPTION_FROM);
    probe_page_init(&all->page, all->given->language, all->given->arguments.list[0]);
    all->page.sender = span_from(sender ? sender : "");
    cut_setup(all);
    interrupt_catch();
    all->start = sst_net_now();
    if (all->given->format == FORMAT_CSV) {
        sst_sink sink = output_sink(all->out);
        sst_record_write_csv_header(NULL, &sink);
    }
    int error = sst_net_open(&all->setup.net, &all->net);
    int status = STATUS_USAGE;
    if (error == SST_E_INVALID)
        complain("--ehlo is a domain, or an address in brackets, as [192.0.2.1]");
    else if (error != SST_OK)
        end_without_memory();
    else
        status = finish(all, run_session(all));
    sst_net_free(all->net);
    probe_page_free(&all->page);
    return status;
}

int probe_run(const options *given, output *out)
{
    probe all = {.given = given, .out = out};
    if (given->arguments.count != 1) {
        complain("probe needs one server, as mx.example.com or smtps://mx.example.com:465");
        return STATUS_USAGE;
    }
    if (!take_phase(given, &all.last))
        return STATUS_USAGE;
    int status = session_setup_read(&all.setup, given, given->arguments.list[0], PORT_SMTP);
    if (status == STATUS_DONE)
        status = load_rules(given, &all.rules);
    if (status == STATUS_DONE)
        status = probe_it(&all);
    if (!session_setup_free(&all.setup) && status == STATUS_DONE)
        status = STATUS_IO;
    sst_rules_free(all.rules);
    buffer_free(&all.text);
    return status;
}
