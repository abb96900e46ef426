/*
 * Exchange's message tracking logs: CSV with a "#Fields:" line that names the columns, which vary
 * by version (2007 to 2019 and Online); without one the order of 2013 is taken, or that of 2010
 * where the line shows it. One line may hold several recipients, with a status for each.
 *
 * Each event says all of it, so that nothing is joined. Events that only move a message on within
 * the organisation (RECEIVE, SUBMIT, TRANSFER, the HA events, agents' notes) say nothing of its
 * fate, and a DSN event is told by the FAIL before it.
 */
#include "log/csv.h"
#include "log/format.h"
#include "log/words.h"

#define COLUMN_LIST(X)                                                                             \
    X(TIME, "date-time")                                                                           \
    X(CLIENT_HOST, "client-hostname")                                                              \
    X(SERVER_ADDRESS, "server-ip")                                                                 \
    X(SERVER_HOST, "server-hostname")                                                              \
    X(CONTEXT, "source-context")                                                                   \
    X(CONNECTOR, "connector-id")                                                                   \
    X(EVENT, "event-id")                                                                           \
    X(INTERNAL_ID, "internal-message-id")                                                          \
    X(MESSAGE_ID, "message-id")                                                                    \
    X(RECIPIENTS, "recipient-address")                                                             \
    X(STATUSES, "recipient-status")                                                                \
    X(SIZE, "total-bytes")                                                                         \
    X(RELATED, "related-recipient-address")                                                        \
    X(SUBJECT, "message-subject")                                                                  \
    X(SENDER, "sender-address")                                                                    \
    X(RETURN_PATH, "return-path")                                                                  \
    X(INFO, "message-info")                                                                        \
    X(CLIENT, "original-client-ip")

enum column {
#define X(ident, name) ident,
    COLUMN_LIST(X)
#undef X
        COLUMN_COUNT
};

static const char *const column_names[] = {
#define X(ident, name) name,
    COLUMN_LIST(X)
#undef X
};

static const char header_2013[] =
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,"
    "source,event-id,internal-message-id,message-id,network-message-id,recipient-address,"
    "recipient-status,total-bytes,recipient-count,related-recipient-address,reference,"
    "message-subject,sender-address,return-path,message-info,directionality,tenant-id,"
    "original-client-ip,original-server-ip,custom-data";

/* Without network-message-id. */
static const char header_2010[] =
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,"
    "source,event-id,internal-message-id,message-id,recipient-address,recipient-status,"
    "total-bytes,recipient-count,related-recipient-address,reference,message-subject,"
    "sender-address,return-path,message-info,directionality,tenant-id,original-client-ip,"
    "original-server-ip,custom-data";

#define EVENT_COLUMN   8 /* in all versions */
#define NETWORK_COLUMN 11

/* --- events ---------------------------------------------------------------------------------- */

typedef enum event {
    EVENT_NONE,
    EVENT_DELIVER, /* into a mailbox */
    EVENT_SEND,    /* by SMTP, within the organisation or out of it */
    EVENT_OUT,     /* by SMTP, out of it */
    EVENT_EXPAND,
    EVENT_FAIL,
    EVENT_DEFER
} event;

static const struct {
    const char *words;
    event event;
} events[] = {
    {"DELIVER", EVENT_DELIVER},    {"SEND", EVENT_SEND}, {"SENDEXTERNAL", EVENT_OUT},
    {"EXPAND", EVENT_EXPAND},      {"FAIL", EVENT_FAIL}, {"DEFER", EVENT_DEFER},
    {"BADMAIL", EVENT_FAIL},       /* can neither be delivered nor returned */
    {"POISONMESSAGE", EVENT_FAIL}, /* put aside, and not tried again */
};

static event event_of(sst_span name)
{
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (span_is(name, events[i].words, false))
            return events[i].event;
    }
    return EVENT_NONE;
}

/* --- whose line it is, and its columns ------------------------------------------------------- */

static const char *const remarks[] = {
    "#Software: Microsoft Exchange",
    "#Log-type: Message Tracking Log",
    "#Log-Type: Message Track",
    "#Fields: date-time,client-ip",
};

static sst_span without_mark(sst_span text)
{
    (void)words_take(&text, "\xEF\xBB\xBF");
    return text;
}

static bool is_upper_word(sst_span word)
{
    for (size_t i = 0; i < word.len; i++) {
        if (!ascii_is_upper(word.ptr[i]))
            return false;
    }
    return word.len > 3;
}

/* A stamp, and a word in capitals where the event stands. */
static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    sst_span text = without_mark(line->text);
    if (line->program.ptr || text.len < 20)
        return false;
    for (size_t i = 0; text.ptr[0] == '#' && i < sizeof remarks / sizeof remarks[0]; i++) {
        if (words_begin(text, remarks[i]))
            return true;
    }
    if (!ascii_is_digit(text.ptr[0]) || text.ptr[4] != '-' || text.ptr[10] != 'T')
        return false;
    csv_field field;
    size_t column = 0;
    while (column <= EVENT_COLUMN && sst_csv_next(&text, &field)) {
        if (column == 0 && (field.raw.len < 20 || field.raw.ptr[field.raw.len - 1] != 'Z'))
            return false;
        column++;
    }
    return column == EVENT_COLUMN + 1 && text.ptr && is_upper_word(field.raw);
}

/* The last header's map is kept as a message under way, which no other line can name. */
static const char columns_id[] = "columns";

static void read_header(sst_log_reader *reader, const log_line *line, sst_span header)
{
    unsigned char map[COLUMN_COUNT];
    (void)sst_csv_map(header, column_names, COLUMN_COUNT, map);
    sst_log_set(reader, sst_log_open(reader, line, span_of(columns_id)), LOG_TEXT,
                (sst_span){(const char *)map, sizeof map});
}

/* Whether an address stands where newer versions have the network-message-id, a GUID. */
static bool is_2010(sst_span line)
{
    csv_field field = {{NULL, 0}, false};
    for (size_t column = 0; column <= NETWORK_COLUMN && sst_csv_next(&line, &field); column++)
        continue;
    return field.raw.len > 0 && memchr(field.raw.ptr, '@', field.raw.len) != NULL;
}

/* A line while it is read. */
typedef struct entry {
    sst_log_reader *reader;
    log_line line; /* with the time and host that the entry tells */
    csv_field fields[COLUMN_COUNT];
    event event;
    size_t limit; /* of what the records of the line share */
    bool filled;
    sst_record common; /* what the records of the line share, once filled */
} entry;

static void split(entry *e)
{
    unsigned char map[COLUMN_COUNT];
    log_mail *columns = sst_log_find(e->reader, &e->line, span_of(columns_id));
    sst_span kept = columns ? sst_log_get(columns, LOG_TEXT) : (sst_span){NULL, 0};
    if (kept.len == sizeof map)
        memcpy(map, kept.ptr, sizeof map);
    else
        (void)sst_csv_map(span_of(is_2010(e->line.text) ? header_2010 : header_2013), column_names,
                          COLUMN_COUNT, map);
    sst_csv_pick(e->line.text, map, e->fields, COLUMN_COUNT);
}

/* A field's text; absent where it is empty. */
static sst_span text_of(const entry *e, enum column which)
{
    csv_field field = e->fields[which];
    char *room = field.doubled ? sst_log_scratch(e->reader, field.raw.len) : NULL;
    if (field.raw.len == 0 || (field.doubled && !room))
        return (sst_span){NULL, 0};
    return words_cut(sst_csv_text(field, room), e->limit);
}

/* --- statuses -------------------------------------------------------------------------------- */

/* Whether a status begins here: semicolons stand within them too. */
static bool begins_status(sst_span text)
{
    if (text.len == 0 || text.ptr[0] == ';' || text.ptr[0] == '[' || text.ptr[0] == '\'' ||
        text.ptr[0] == '"')
        return true;
    return text.len > 3 && ascii_is_digit(text.ptr[0]) && ascii_is_digit(text.ptr[1]) &&
           ascii_is_digit(text.ptr[2]) && text.ptr[3] == ' ';
}

/* The next of several statuses with semicolons between them, none within brackets. */
static sst_span next_status(sst_span *rest)
{
    size_t depth = 0;
    for (size_t i = 0; i < rest->len; i++) {
        char c = rest->ptr[i];
        if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth > 0)
            depth--;
        if (c != ';' || depth > 0 || !begins_status(words_from(*rest, i + 1)))
            continue;
        sst_span status = {rest->ptr, i};
        *rest = words_from(*rest, i + 1);
        return status;
    }
    sst_span status = *rest;
    *rest = words_from(*rest, rest->len);
    return status;
}

static size_t count_statuses(sst_span statuses)
{
    size_t count = 0;
    while (statuses.len > 0) {
        (void)next_status(&statuses);
        count++;
    }
    return count;
}

/* "{LED=...}" in "[{LED=...};{MSG=...};{FQDN=...};{IP=...};{LRT=...}]". */
static sst_span detail(sst_span status, const char *label)
{
    sst_span before;
    sst_span rest;
    sst_span absent = {NULL, 0};
    if (!words_part(status, label, &before, &rest))
        return absent;
    size_t end = words_find(rest, "};{");
    if (end == rest.len)
        end = words_find(rest, "}]");
    return end == 0 || end == rest.len ? absent : (sst_span){rest.ptr, end};
}

static sst_span unquoted(sst_span text)
{
    if (text.len >= 2 && (text.ptr[0] == '\'' || text.ptr[0] == '"') &&
        text.ptr[text.len - 1] == text.ptr[0])
        return (sst_span){text.ptr + 1, text.len - 2};
    return text;
}

static void take_status(const entry *e, sst_record *record, sst_span status)
{
    status = unquoted(status);
    if (record->text.ptr) /* the answer to the message says more */
        return;
    if (words_begin(status, "[{")) {
        sst_span host = detail(status, "{FQDN=");
        record->remote = host.ptr ? host : detail(status, "{IP=");
        sst_span error = detail(status, "{LED=");
        status = error.ptr ? error : detail(status, "{MSG=");
    }
    if (status.len > 0)
        sst_log_reply(e->reader, record, status);
}

/* The answer to the message itself, in the source's words: "08D1...;250 2.0.0 OK;ClientSubmit...".
 */
static sst_span answer(const entry *e)
{
    sst_span rest = text_of(e, CONTEXT);
    while (rest.len > 0) {
        sst_span part = words_until(&rest, ';');
        if (words_begin(part, "250 "))
            return part;
    }
    return (sst_span){NULL, 0};
}

/* --- records --------------------------------------------------------------------------------- */

/* Between the organisation's own servers there are connectors of this name, or none. */
static bool stays_inside(const entry *e)
{
    sst_span connector = text_of(e, CONNECTOR);
    static const char internal[] = "intra-organization";
    return connector.len == 0 || (connector.len >= sizeof internal - 1 &&
                                  ascii_equal_fold(connector.ptr, internal, sizeof internal - 1));
}

static sst_kind kind_of(const entry *e)
{
    switch (e->event) {
    case EVENT_SEND:
        return stays_inside(e) ? SST_KIND_RELAYED : SST_KIND_DELIVERED;
    case EVENT_DELIVER:
    case EVENT_OUT:
        return SST_KIND_DELIVERED;
    case EVENT_EXPAND:
        return SST_KIND_EXPANDED;
    case EVENT_DEFER:
        return SST_KIND_DELAYED;
    default:
        return SST_KIND_FAILED;
    }
}

static bool is_sent(const entry *e)
{
    return e->event == EVENT_SEND || e->event == EVENT_OUT;
}

/* message-info begins with the time at which the message came in. */
static void take_delay(const entry *e, sst_record *record)
{
    log_line arrived = e->line;
    sst_span info = text_of(e, INFO);
    if (!info.ptr || sst_log_stamp(e->reader, info, &arrived) == 0 || !e->line.has_time ||
        arrived.time_ms > e->line.time_ms)
        return;
    record->has_delay = true;
    record->delay_ms = (uint64_t)(e->line.time_ms - arrived.time_ms);
}

static void take_sender(const entry *e, sst_record *record)
{
    sst_span sender = text_of(e, RETURN_PATH);
    record->sender = words_unbracket(sender.ptr ? sender : text_of(e, SENDER));
}

static void fill(const entry *e, sst_record *record)
{
    uint64_t size;
    record->kind = kind_of(e);
    take_sender(e, record);
    record->message_id = text_of(e, MESSAGE_ID);
    record->queue_id = text_of(e, INTERNAL_ID);
    record->subject = text_of(e, SUBJECT);
    record->client = text_of(e, CLIENT);
    sst_span digits = e->fields[SIZE].raw;
    if (digits.len > 0 && words_number(&digits, &size))
        record->size = size;
    take_delay(e, record);
    if (is_sent(e)) {
        sst_span host = text_of(e, SERVER_HOST);
        sst_span reply = answer(e);
        record->remote = host.ptr ? host : text_of(e, SERVER_ADDRESS);
        take_status(e, record, reply);
    }
}

/* A record for one recipient; what they share is read once. */
static sst_record *add(entry *e, sst_span recipient)
{
    sst_record *record = sst_log_add(e->reader, &e->line);
    if (!record)
        return NULL;
    if (!e->filled) {
        fill(e, record);
        e->common = *record;
        e->filled = true;
    }
    *record = e->common;
    record->recipient = recipient;
    return record;
}

/* Recipients and statuses go side by side; where their numbers differ, one status is for all. */
static void read_recipients(entry *e)
{
    sst_span recipients = text_of(e, RECIPIENTS);
    sst_span statuses = text_of(e, STATUSES);
    size_t count = 1;
    for (size_t i = 0; i < recipients.len; i++)
        count += recipients.ptr[i] == ';';
    /* A mailbox may have a folder's name for a status. */
    if (!statuses.ptr || (e->event == EVENT_DELIVER && !begins_status(statuses)))
        statuses = span_of("");
    bool parallel = count > 1 && count_statuses(statuses) == count;
    e->limit = words_shared_limit(count);
    if (!parallel)
        statuses = words_cut(statuses, e->limit);
    while (recipients.len > 0) {
        sst_record *record = add(e, words_until(&recipients, ';'));
        if (!record)
            return;
        take_status(e, record, parallel ? next_status(&statuses) : statuses);
        if (!parallel) {
            e->common = *record;
            statuses.len = 0;
        }
    }
}

static void read_line(sst_log_reader *reader, const log_line *line)
{
    entry e = {.reader = reader, .line = *line, .limit = SIZE_MAX};
    e.line.text = without_mark(line->text);
    sst_span header = e.line.text;
    if (words_take(&header, "#Fields: "))
        read_header(reader, &e.line, header);
    if (e.line.text.ptr[0] == '#')
        return;
    split(&e);
    e.event = event_of(text_of(&e, EVENT));
    if (e.event == EVENT_NONE)
        return;
    sst_span stamp = text_of(&e, TIME);
    if (!stamp.ptr || sst_log_stamp(reader, stamp, &e.line) == 0) {
        sst_log_not_understood(reader);
        return;
    }
    sst_span group = text_of(&e, RELATED);
    e.line.host = text_of(&e, is_sent(&e) ? CLIENT_HOST : SERVER_HOST);
    if (e.event == EVENT_EXPAND && group.ptr)
        (void)add(&e, group);
    else
        read_recipients(&e);
}

const log_format sst_log_exchange = {SST_LOG_FORMAT_EXCHANGE, "exchange", owns, read_line};
