/*
 * KumoMTA: one JSON object a line for each thing that happened to a message. Each says all of it,
 * but for the client and the Message-ID, which are known where the message came in.
 *
 * A reply that KumoMTA made up itself ("KumoMTA internal: ...", the end of a message's time, an
 * operator's bounce) has a number that no server sent: it is left out. AdminRebind, XferIn, XferOut
 * and their like move messages within the queue and say nothing of their fate.
 */
#include "log/format.h"
#include "log/json.h"
#include "log/words.h"

#define VALUE_LIST(X)                                                                              \
    X(TYPE, "type")                                                                                \
    X(ID, "id")                                                                                    \
    X(SENDER, "sender")                                                                            \
    X(RECIPIENT, "recipient")                                                                      \
    X(SIZE, "size")                                                                                \
    X(CODE, "response.code")                                                                       \
    X(CLASS, "response.enhanced_code.class")                                                       \
    X(SUBJECT, "response.enhanced_code.subject")                                                   \
    X(DETAIL, "response.enhanced_code.detail")                                                     \
    X(CONTENT, "response.content")                                                                 \
    X(COMMAND, "response.command")                                                                 \
    X(PEER_NAME, "peer_address.name")                                                              \
    X(PEER_ADDRESS, "peer_address.addr")                                                           \
    X(TIMESTAMP, "timestamp")                                                                      \
    X(CREATED, "created")                                                                          \
    X(REPORTED_RECIPIENT, "feedback_report.original_rcpt_to")                                      \
    X(REPORTED_SENDER, "feedback_report.original_mail_from")                                       \
    X(MESSAGE_ID, "headers.Message-ID")                                                            \
    X(MESSAGE_ID_TOO, "headers.Message-Id")

enum value {
#define X(ident, path) ident,
    VALUE_LIST(X)
#undef X
        VALUE_COUNT
};

static const char *const value_paths[] = {
#define X(ident, path) path,
    VALUE_LIST(X)
#undef X
};

/* What the types of a record stand for. */
typedef enum event {
    EVENT_NONE,
    EVENT_RECEPTION,
    EVENT_REPLY,    /* kind as it stands */
    EVENT_OWN,      /* likewise, and the response is KumoMTA's own */
    EVENT_RETURNED, /* a bounce that came back by mail */
    EVENT_COMPLAINT,
    EVENT_REFUSED_CLIENT
} event;

static const struct type {
    const char *name;
    event event;
    sst_kind kind;
    bool gave_up;
    bool last; /* the message is done */
} types[] = {
    {"Delivery", EVENT_REPLY, SST_KIND_DELIVERED, false, true},
    {"TransientFailure", EVENT_REPLY, SST_KIND_DELAYED, false, false},
    {"Bounce", EVENT_REPLY, SST_KIND_FAILED, false, true},
    {"Reception", EVENT_RECEPTION, SST_KIND_NONE, false, false},
    {"Expiration", EVENT_OWN, SST_KIND_FAILED, true, true},
    {"AdminBounce", EVENT_OWN, SST_KIND_FAILED, false, true},
    {"Delayed", EVENT_OWN, SST_KIND_DELAYED, false, false},
    {"OOB", EVENT_RETURNED, SST_KIND_NONE, false, false},
    {"Feedback", EVENT_COMPLAINT, SST_KIND_COMPLAINT, false, false},
    {"Rejection", EVENT_REFUSED_CLIENT, SST_KIND_NONE, false, false},
    {"AdminRebind", EVENT_NONE, SST_KIND_NONE, false, false},
    {"DeferredInjectionRebind", EVENT_NONE, SST_KIND_NONE, false, false},
    {"XferIn", EVENT_NONE, SST_KIND_NONE, false, false},
    {"XferOut", EVENT_NONE, SST_KIND_NONE, false, true},
};

/* A line while it is read. */
typedef struct entry {
    sst_log_reader *reader;
    log_line line; /* with the time that the entry tells */
    json_value values[VALUE_COUNT];
    const struct type *type;
    sst_span id;
    log_mail *mail;
    size_t limit; /* of what the records of the line share */
} entry;

static const struct type *type_of(sst_span name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (span_is(name, types[i].name, false))
            return &types[i];
    }
    return NULL;
}

/* Type and id are the first members as KumoMTA writes them; other programs may have put them
 * elsewhere. */
static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    static const char *const paths[] = {"type", "timestamp", "response.content"};
    sst_span text = line->text;
    if (text.len == 0 || text.ptr[0] != '{')
        return false;
    if (words_take(&text, "{\"type\":\"") && type_of(words_until(&text, '"')) &&
        words_begin(text, ",\"id\":\""))
        return true;
    json_value values[3];
    (void)sst_json_pick(line->text, paths, 3, values);
    return values[0].kind == JSON_STRING && type_of(values[0].raw) &&
           values[1].kind == JSON_NUMBER && values[2].kind == JSON_STRING;
}

static sst_span text_of(const entry *e, json_value value)
{
    sst_span absent = {NULL, 0};
    if (value.kind != JSON_STRING)
        return absent;
    if (!sst_json_is_escaped(value))
        return words_cut(value.raw, e->limit);
    char *room = sst_log_scratch(e->reader, value.raw.len);
    return room ? words_cut(sst_json_text(value, room), e->limit) : absent;
}

static sst_span member(const entry *e, enum value which)
{
    return text_of(e, e->values[which]);
}

static int64_t number(const entry *e, enum value which)
{
    int64_t found;
    return sst_json_integer(e->values[which], &found) && found > 0 ? found : 0;
}

/* The peer by name, by address where it has none. */
static sst_span peer(const entry *e)
{
    sst_span name = member(e, PEER_NAME);
    if (name.len == 0)
        return member(e, PEER_ADDRESS);
    if (name.ptr[name.len - 1] == '.')
        name.len--;
    return name;
}

/* --- the response ---------------------------------------------------------------------------- */

static sst_enhanced enhanced_of(const entry *e)
{
    sst_enhanced none = {0, 0, 0};
    int64_t status_class = number(e, CLASS);
    int64_t subject = number(e, SUBJECT);
    int64_t detail = number(e, DETAIL);
    if ((status_class != 2 && status_class != 4 && status_class != 5) || subject > 999 ||
        detail > 999)
        return none;
    sst_enhanced code = none;
    code.status_class = (uint16_t)status_class;
    code.subject = (uint16_t)subject;
    code.detail = (uint16_t)detail;
    return code;
}

static void take_response(const entry *e, sst_record *record)
{
    sst_span content = member(e, CONTENT);
    sst_span command = member(e, COMMAND);
    record->enhanced = enhanced_of(e);
    if (!words_begin(content, "KumoMTA internal: ") && e->type->event != EVENT_OWN) {
        int64_t code = number(e, CODE);
        record->code = code >= 200 && code <= 599 ? (int)code : 0;
        record->remote = peer(e);
        (void)sst_command_parse(command.ptr, command.len, &record->command);
    } else if (words_find(content, "failed to connect") < content.len) {
        record->command = SST_COMMAND_CONNECT;
    }
    if (content.len > 0)
        sst_log_reply(e->reader, record, content);
}

/* --- records --------------------------------------------------------------------------------- */

static void take_delay(const entry *e, sst_record *record)
{
    int64_t arrived = number(e, CREATED);
    int64_t now = number(e, TIMESTAMP);
    if (arrived == 0 || now < arrived)
        return;
    record->has_delay = true;
    record->delay_ms = (uint64_t)(now - arrived) * 1000;
}

/* All but the recipient. A report that came back and one about a complaint have the sender of the
 * mail that they are about. */
static void fill(const entry *e, sst_record *record)
{
    event what = e->type->event;
    bool complaint = what == EVENT_COMPLAINT;
    record->kind = e->type->kind;
    record->gave_up = e->type->gave_up;
    record->sender = words_unbracket(member(e, complaint ? REPORTED_SENDER : SENDER));
    sst_log_join(record, e->mail, &e->line, e->id);
    if (complaint)
        return;
    if (what == EVENT_REPLY || what == EVENT_OWN) {
        record->size = (uint64_t)number(e, SIZE);
        take_delay(e, record);
    }
    take_response(e, record);
    if (what == EVENT_RETURNED && record->kind != SST_KIND_DELAYED)
        record->kind = SST_KIND_FAILED;
    if (what == EVENT_REFUSED_CLIENT) {
        record->direction = span_of("in");
        record->remote = member(e, PEER_ADDRESS);
    }
}

static void read_reception(entry *e)
{
    e->mail = sst_log_open(e->reader, &e->line, e->id);
    if (!e->mail)
        return;
    sst_span message_id = member(e, MESSAGE_ID);
    if (!message_id.ptr)
        message_id = member(e, MESSAGE_ID_TOO);
    if (message_id.ptr)
        sst_log_set(e->reader, e->mail, LOG_MESSAGE_ID, message_id);
    sst_span client = member(e, PEER_ADDRESS);
    if (client.ptr)
        sst_log_set(e->reader, e->mail, LOG_CLIENT, client);
}

static size_t count_elements(json_value array)
{
    size_t count = 0;
    json_value element;
    while (array.kind == JSON_ARRAY && sst_json_next(&array.raw, &element))
        count++;
    return count;
}

/* A recipient is a string; since 2025 several may stand in an array. What they share is read once.
 */
static void read_recipients(entry *e)
{
    json_value value =
        e->values[e->type->event == EVENT_COMPLAINT ? REPORTED_RECIPIENT : RECIPIENT];
    json_value one = value;
    const sst_record *first = NULL;
    e->limit = words_shared_limit(count_elements(value));
    while (value.kind != JSON_ARRAY || sst_json_next(&value.raw, &one)) {
        sst_record *record = sst_log_add(e->reader, &e->line);
        if (!record)
            return;
        if (first)
            *record = *first;
        else
            fill(e, record);
        first = record;
        record->recipient = words_unbracket(text_of(e, one));
        if (value.kind != JSON_ARRAY)
            return;
    }
}

static void read_line(sst_log_reader *reader, const log_line *line)
{
    entry e = {.reader = reader, .line = *line, .limit = SIZE_MAX};
    bool whole = sst_json_pick(line->text, value_paths, VALUE_COUNT, e.values);
    e.type = type_of(e.values[TYPE].raw);
    if (!e.type || e.type->event == EVENT_NONE)
        return;
    if (!whole) {
        sst_log_not_understood(reader);
        return;
    }
    int64_t seconds = number(&e, TIMESTAMP);
    if (seconds > 0 && seconds < INT64_MAX / 1000) {
        e.line.has_time = true;
        e.line.zoned = true;
        e.line.time_ms = seconds * 1000;
    }
    e.id = words_cut(member(&e, ID), SST_MAX_LOG_FIELD);
    if (e.type->event == EVENT_RECEPTION) {
        read_reception(&e);
        return;
    }
    e.mail = sst_log_find(reader, &e.line, e.id);
    read_recipients(&e);
    if (e.type->last && e.mail)
        sst_log_close(reader, e.mail);
}

const log_format sst_log_kumomta = {SST_LOG_FORMAT_KUMOMTA, "kumomta", owns, read_line};
