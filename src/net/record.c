/* What became of a recipient, as a record; and a line of a session, as a transcript shows it. */
#include <stdio.h>
#include <string.h>

#include "net/session.h"

static const sst_kind kinds[] = {
    [SST_OUTCOME_NOT_TRIED] = SST_KIND_NOT_TRIED, [SST_OUTCOME_ACCEPTED] = SST_KIND_ACCEPTED,
    [SST_OUTCOME_DEFERRED] = SST_KIND_DELAYED,    [SST_OUTCOME_REJECTED] = SST_KIND_FAILED,
    [SST_OUTCOME_IN_DOUBT] = SST_KIND_IN_DOUBT,
};

/* Local errors whose name leaves something to be told. */
static bool has_more_to_tell(sst_local_error error)
{
    switch (error) {
    case SST_LOCAL_ERROR_HOST_NOT_FOUND:
    case SST_LOCAL_ERROR_TLS:
    case SST_LOCAL_ERROR_SASL:
    case SST_LOCAL_ERROR_PROTOCOL_VIOLATION:
    case SST_LOCAL_ERROR_LOCAL:
        return true;
    default:
        return false;
    }
}

static sst_span span_of_text(const char *text)
{
    sst_span span = {text, strlen(text)};
    return span;
}

/* The transport knows best what went wrong with it, the engine the rest. */
static sst_span local_text(const sst_net *net, const sst_client_event *event)
{
    const sst_span none = {NULL, 0};
    if (!has_more_to_tell(event->local_error))
        return none;
    if (net->failure.error == event->local_error)
        return span_of_text(net->failure.text);
    return event->text.len > 0 ? event->text : none;
}

int sst_net_record(const sst_net *net, const sst_client_event *event, sst_record *record,
                   char *buffer, size_t size)
{
    if (event->kind != SST_CLIENT_RECIPIENT)
        return SST_E_INVALID;
    sst_record made = {
        .source = span_of_text(net->source),
        .index = record->index,
        .kind = kinds[event->outcome],
        .recipient = record->recipient,
        .sender = record->sender,
        .remote = span_of_text(net->host),
        .command = event->command,
        .local_error = event->local_error,
        .time = record->time,
    };
    if (event->local_error != SST_LOCAL_ERROR_NONE) {
        made.code = SST_CODE_GENERAL_FAILURE;
        made.text = local_text(net, event);
    } else if (event->reply) {
        int error = sst_record_from_reply(&made, event->reply, buffer, size);
        if (error != SST_OK)
            return error;
    }
    *record = made;
    return SST_OK;
}

/* --- the transcript ------------------------------------------------------------------------- */

int sst_net_write_transcript(const sst_client_event *event, uint64_t start, const sst_sink *sink)
{
    if (event->kind != SST_CLIENT_TRANSCRIPT)
        return SST_OK;
    char head[48];
    uint64_t ms = event->time > start ? event->time - start : 0;
    int len = snprintf(head, sizeof head, "%4llu.%03llu %c: ", (unsigned long long)(ms / 1000),
                       (unsigned long long)(ms % 1000), event->from_server ? 'S' : 'C');
    if (sink->write(sink->context, head, (size_t)len) != 0 ||
        sst_write_safe_text(event->text, sink) != SST_OK ||
        sink->write(sink->context, "\n", 1) != 0)
        return SST_E_SINK;
    return SST_OK;
}
