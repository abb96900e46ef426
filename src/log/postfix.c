/*
 * Postfix: one line for each delivery attempt, joined with what smtpd, cleanup and qmgr said of the
 * message before.
 */
#include "log/format.h"

#include <string.h>

#include "base/ascii.h"

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    return line->program.len >= 7 && memcmp(line->program.ptr, "postfix", 7) == 0;
}

static const char *find(sst_span text, const char *words)
{
    size_t len = strlen(words);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.ptr + i, words, len) == 0)
            return text.ptr + i;
    }
    return NULL;
}

static sst_span between(sst_span text, const char *before, char end)
{
    const char *p = find(text, before);
    sst_span none = {NULL, 0};
    if (!p)
        return none;
    p += strlen(before);
    size_t left = (size_t)(text.ptr + text.len - p);
    const char *close = memchr(p, end, left);
    return (sst_span){p, close ? (size_t)(close - p) : left};
}

static void read_delivery(sst_log_reader *reader, const log_line *line, sst_span id)
{
    static const struct {
        const char *status;
        sst_kind kind;
    } kinds[] = {
        {"sent", SST_KIND_DELIVERED}, {"bounced", SST_KIND_FAILED}, {"deferred", SST_KIND_DELAYED}};
    sst_span status = between(line->text, ", status=", ' ');
    sst_span relay = between(line->text, ", relay=", ',');
    sst_span dsn = between(line->text, ", dsn=", ',');
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (span_is(status, kinds[i].status, false))
            record->kind = kinds[i].kind;
    }
    record->recipient = between(line->text, "to=<", '>');
    sst_enhanced_parse(dsn.ptr, dsn.len, &record->enhanced);
    if (relay.ptr && !span_is(relay, "none", false))
        record->remote = relay;
    const char *words = find(line->text, " (");
    if (words)
        sst_log_reply(reader, record,
                      (sst_span){words + 2, (size_t)(line->text.ptr + line->text.len - words) - 3});
    sst_log_join(record, sst_log_find(reader, line, id), line, id);
}

static void read(sst_log_reader *reader, const log_line *line)
{
    const char *colon = memchr(line->text.ptr, ':', line->text.len);
    if (!colon)
        return;
    sst_span id = {line->text.ptr, (size_t)(colon - line->text.ptr)};
    sst_span from = between(line->text, ": from=<", '>');
    sst_span message_id = between(line->text, ": message-id=<", '>');
    if (from.ptr)
        sst_log_set(reader, sst_log_open(reader, line, id), LOG_SENDER, from);
    else if (message_id.ptr)
        sst_log_set(reader, sst_log_open(reader, line, id), LOG_MESSAGE_ID, message_id);
    else if (find(line->text, "to=<") && find(line->text, ", status="))
        read_delivery(reader, line, id);
    else if (find(line->text, ": removed"))
        sst_log_close(reader, sst_log_find(reader, line, id));
}

const log_format sst_log_postfix = {SST_LOG_FORMAT_POSTFIX, "postfix", owns, read};
