/*
 * PowerMTA's accounting files: CSV, a line for each thing that happened to a recipient. A header
 * names the columns, which depend on the configuration; it may come again where files were put
 * together. Without one the documented order is taken.
 *
 * There is no queue id. Where no column holds the Message-ID either, the time at which the message
 * was queued stands for it, so that the attempts for one recipient are known to belong together.
 * A status that PowerMTA chose for a reply without one is not taken, as no server sent it. Messages
 * received (r) say nothing of their fate.
 */
#include "log/csv.h"
#include "log/format.h"
#include "log/words.h"

#define COLUMN_LIST(X)                                                                             \
    X(TYPE, "type")                                                                                \
    X(LOGGED, "timeLogged")                                                                        \
    X(QUEUED, "timeQueued")                                                                        \
    X(SENDER, "orig")                                                                              \
    X(RECIPIENT, "rcpt")                                                                           \
    X(ORIGINAL, "orcpt")                                                                           \
    X(ACTION, "dsnAction")                                                                         \
    X(STATUS, "dsnStatus")                                                                         \
    X(DIAGNOSTIC, "dsnDiag")                                                                       \
    X(REMOTE, "dsnMta")                                                                            \
    X(CATEGORY, "bounceCat")                                                                       \
    X(CLIENT, "srcMta")                                                                            \
    X(SIZE, "dlvSize")                                                                             \
    X(MESSAGE_ID, "header_Message-Id")                                                             \
    X(SUBJECT, "header_Subject")                                                                   \
    X(REPORTED_RECIPIENT, "originalRcptTo")                                                        \
    X(REPORTED_SENDER, "originalMailFrom")

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

static const char default_header[] =
    "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,"
    "srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,"
    "envId";
#define DEFAULT_COLUMNS 21

static const struct type {
    const char *name;
    sst_kind kind; /* NONE: by the action */
} types[] = {
    {"d", SST_KIND_DELIVERED}, {"b", SST_KIND_FAILED},  {"t", SST_KIND_DELAYED},
    {"tq", SST_KIND_DELAYED},  {"rb", SST_KIND_NONE},   {"rs", SST_KIND_NONE},
    {"f", SST_KIND_COMPLAINT}, {"r", SST_KIND_ACCEPTED} /* nothing is made of it */
};

static const struct type *type_of(sst_span name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (span_is(name, types[i].name, false))
            return &types[i];
    }
    return NULL;
}

static bool is_header(sst_span text)
{
    csv_field first;
    sst_span rest = text;
    return sst_csv_next(&rest, &first) && span_is(first.raw, "type", true) &&
           (words_find(text, "timeLogged") < text.len || words_find(text, "dsnAction") < text.len);
}

/* --- whose line it is, and its columns ------------------------------------------------------- */

/* The last header's map is kept as a message under way, which no other line can name. */
static const char columns_id[] = "columns";

static log_mail *find_columns(sst_log_reader *reader, const log_line *line)
{
    return sst_log_find(reader, line, span_of(columns_id));
}

static void read_header(sst_log_reader *reader, const log_line *line)
{
    unsigned char map[COLUMN_COUNT];
    (void)sst_csv_map(line->text, column_names, COLUMN_COUNT, map);
    sst_log_set(reader, sst_log_open(reader, line, span_of(columns_id)), LOG_TEXT,
                (sst_span){(const char *)map, sizeof map});
}

static size_t count_fields(sst_span rest)
{
    csv_field field;
    size_t count = 0;
    while (sst_csv_next(&rest, &field))
        count++;
    return count;
}

/* A type of one or two letters, and a stamp: a date, or seconds since 1970. Before any header the
 * line must be as long as the documented one. */
static bool owns(sst_log_reader *reader, const log_line *line)
{
    sst_span rest = line->text;
    csv_field type;
    csv_field stamp;
    if (line->program.ptr || rest.len < 3 || !(ascii_is_alpha(rest.ptr[0]) || rest.ptr[0] == '"'))
        return false;
    if (is_header(rest))
        return true;
    if (!sst_csv_next(&rest, &type) || !type_of(type.raw) || !sst_csv_next(&rest, &stamp))
        return false;
    sst_span digits = stamp.raw;
    uint64_t number;
    if (!words_number(&digits, &number) ||
        !(digits.len == 0 ? stamp.raw.len >= 9 : stamp.raw.len >= 19 && digits.ptr[0] == '-'))
        return false;
    log_line own = *line;
    own.format = &sst_log_powermta;
    return find_columns(reader, &own) || count_fields(rest) >= DEFAULT_COLUMNS - 2;
}

/* A line while it is read. */
typedef struct entry {
    sst_log_reader *reader;
    log_line line; /* with the time that the entry tells */
    csv_field fields[COLUMN_COUNT];
} entry;

static void split(entry *e)
{
    unsigned char map[COLUMN_COUNT];
    log_mail *columns = find_columns(e->reader, &e->line);
    sst_span kept = columns ? sst_log_get(columns, LOG_TEXT) : (sst_span){NULL, 0};
    if (kept.len == sizeof map)
        memcpy(map, kept.ptr, sizeof map);
    else
        (void)sst_csv_map(span_of(default_header), column_names, COLUMN_COUNT, map);
    sst_csv_pick(e->line.text, map, e->fields, COLUMN_COUNT);
}

/* A field's text; absent where it is empty. */
static sst_span text_of(const entry *e, enum column which)
{
    csv_field field = e->fields[which];
    char *room = field.doubled ? sst_log_scratch(e->reader, field.raw.len) : NULL;
    if (field.raw.len == 0 || (field.doubled && !room))
        return (sst_span){NULL, 0};
    return sst_csv_text(field, room);
}

/* Seconds since 1970, or a date; false where it is neither. */
static bool take_stamp(const entry *e, enum column which, log_line *line)
{
    sst_span text = text_of(e, which);
    sst_span digits = text;
    uint64_t seconds;
    if (!text.ptr)
        return false;
    if (words_number(&digits, &seconds) && digits.len == 0 && seconds < UINT64_C(253402300800)) {
        line->has_time = true;
        line->zoned = true;
        line->time_ms = (int64_t)seconds * 1000;
        return true;
    }
    return sst_log_stamp(e->reader, text, line) > 0;
}

/* --- what was said --------------------------------------------------------------------------- */

/* "mx.example.com (192.0.2.1)": the name; what is not known is empty. */
static sst_span host_of(sst_span host)
{
    sst_span name;
    sst_span rest;
    if (!host.ptr || !words_part(host, " (", &name, &rest))
        return host;
    return name.len > 0 ? name : words_until(&rest, ')');
}

/* "5.1.1 (bad destination mailbox address)" */
static sst_span words_of_status(sst_span status, sst_enhanced *code)
{
    sst_span before;
    sst_span words;
    (void)sst_enhanced_parse(status.ptr, status.len, code);
    if (!words_part(status, " (", &before, &words))
        return (sst_span){NULL, 0};
    if (words_end(words, ")"))
        words.len--;
    return words;
}

/* "smtp;550 5.1.1 User unknown" is a reply; what has another type is PowerMTA's own. */
static void take_words(const entry *e, sst_record *record)
{
    sst_span diagnostic = text_of(e, DIAGNOSTIC);
    sst_span status = text_of(e, STATUS);
    sst_enhanced own = {0, 0, 0};
    sst_span words = status.ptr ? words_of_status(status, &own) : status;
    bool expired = own.subject == 4 && own.detail == 7;
    if (diagnostic.ptr && words_begin(diagnostic, "x-"))
        (void)words_until(&diagnostic, ';');
    if (diagnostic.len > 0)
        sst_log_reply(e->reader, record, diagnostic);
    if (record->code == SST_CODE_NOT_DEFINED && record->enhanced.status_class == 0)
        record->enhanced = own;
    if (!record->text.ptr)
        record->text = words;
    if (record->kind == SST_KIND_FAILED &&
        (expired || span_is(text_of(e, CATEGORY), "message-expired", true)))
        record->gave_up = true;
}

/* What a report that came back, or a status sent by the far end, says. */
static sst_kind kind_of_action(sst_span action)
{
    static const struct {
        const char *words;
        sst_kind kind;
    } actions[] = {
        {"delayed", SST_KIND_DELAYED},
        {"delivered", SST_KIND_DELIVERED},
        {"relayed", SST_KIND_RELAYED},
        {"expanded", SST_KIND_EXPANDED},
    };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (span_is(action, actions[i].words, true))
            return actions[i].kind;
    }
    return SST_KIND_FAILED;
}

static sst_span first_of(const entry *e, enum column first, enum column second)
{
    sst_span text = text_of(e, first);
    return words_unbracket(text.ptr ? text : text_of(e, second));
}

static void take_addresses(const entry *e, sst_record *record)
{
    bool complaint = record->kind == SST_KIND_COMPLAINT;
    sst_span original = text_of(e, ORIGINAL);
    record->recipient = first_of(e, complaint ? REPORTED_RECIPIENT : RECIPIENT, RECIPIENT);
    record->sender = first_of(e, complaint ? REPORTED_SENDER : SENDER, SENDER);
    if (span_is(text_of(e, SENDER), "<>", false) && !complaint)
        record->sender = span_of("");
    if (original.ptr && words_begin(original, "rfc822;"))
        (void)words_until(&original, ';');
    if (original.len > 0 && (original.len != record->recipient.len ||
                             memcmp(original.ptr, record->recipient.ptr, original.len) != 0))
        record->original_recipient = original;
}

static void take_delay(const entry *e, sst_record *record)
{
    log_line queued = e->line;
    if (!take_stamp(e, QUEUED, &queued) || !e->line.has_time || queued.time_ms > e->line.time_ms)
        return;
    record->has_delay = true;
    record->delay_ms = (uint64_t)(e->line.time_ms - queued.time_ms);
}

static void read_entry(const entry *e, const struct type *type)
{
    sst_record *record = sst_log_add(e->reader, &e->line);
    uint64_t size;
    if (!record)
        return;
    record->kind = type->kind ? type->kind : kind_of_action(text_of(e, ACTION));
    if (record->kind == SST_KIND_DELIVERED && span_is(text_of(e, ACTION), "expanded", true))
        record->kind = SST_KIND_EXPANDED;
    take_addresses(e, record);
    record->message_id = text_of(e, MESSAGE_ID);
    if (!record->message_id.ptr)
        record->queue_id = text_of(e, QUEUED);
    record->subject = text_of(e, SUBJECT);
    record->client = host_of(text_of(e, CLIENT));
    sst_span digits = e->fields[SIZE].raw;
    if (digits.len > 0 && words_number(&digits, &size))
        record->size = size;
    if (record->kind == SST_KIND_COMPLAINT)
        return;
    record->remote = host_of(text_of(e, REMOTE));
    take_delay(e, record);
    take_words(e, record);
}

static void read_line(sst_log_reader *reader, const log_line *line)
{
    if (is_header(line->text)) {
        read_header(reader, line);
        return;
    }
    entry e = {.reader = reader, .line = *line};
    split(&e);
    const struct type *type = type_of(text_of(&e, TYPE));
    if (type && type->kind == SST_KIND_ACCEPTED)
        return;
    /* Only a queue's trouble is nobody's. */
    bool complete =
        text_of(&e, RECIPIENT).ptr || (type && span_is(span_of(type->name), "tq", false));
    if (!type || !complete || !take_stamp(&e, LOGGED, &e.line))
        sst_log_not_understood(reader);
    else
        read_entry(&e, type);
}

const log_format sst_log_powermta = {SST_LOG_FORMAT_POWERMTA, "powermta", owns, read_line};
