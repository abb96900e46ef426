/*
 * qmail and its kin (netqmail, notqmail, s/qmail), under multilog or splogger: qmail-send's lines
 * about messages and numbered deliveries, and refusals by chkuser, by s/qmail's qmail-smtpd and by
 * rblsmtpd.
 *
 * qmail-send writes a report with its blanks, and all that is not printable, as '_', and its line
 * ends as '/'. Both are turned back where the words allow: an underscore within <...> belongs to an
 * address, and a slash ends a line where qmail begins one. A local recipient of a virtual domain
 * has a prefix that only the configuration tells from its name; it is taken off where it is the
 * domain itself, as vpopmail has it.
 *
 * A message's number is that of its file, and stands for another message as soon as it is free. The
 * queue id of a record is therefore the number and, with a hyphen, that of the process that queued
 * it ("qp").
 */
#include "log/format.h"
#include "log/words.h"

/* --- whose line it is ------------------------------------------------------------------------ */

/* splogger puts seconds before what it hands to syslog: "1704103200.123456 new msg 12345". */
static bool take_seconds(sst_span *text, int64_t *ms)
{
    sst_span rest = *text;
    uint64_t seconds;
    uint64_t micros;
    if (!words_number(&rest, &seconds) || seconds > UINT64_C(253402300799) ||
        !words_take(&rest, ".") || rest.len < 7 || rest.ptr[6] != ' ' ||
        !words_number(&rest, &micros) || !words_take(&rest, " "))
        return false;
    *text = rest;
    *ms = (int64_t)(seconds * 1000 + micros / 1000);
    return true;
}

static const char *const beginnings[] = {
    "new msg ",        "info msg ",         "starting delivery ",
    "end msg ",        "status: local ",    "bounce msg ",
    "triple bounce: ", "double bounce: ",   "status: exiting",
    "rblsmtpd: ",      "CHKUSER accepted ", "CHKUSER rejected ",
    "qmail-smtpd: ",   "warning: trouble",  "alert: ",
};

/* "delivery " begins other programs' lines too: a number and a colon must follow. */
static bool is_delivery(sst_span text)
{
    uint64_t number;
    return words_take(&text, "delivery ") && words_number(&text, &number) &&
           words_begin(text, ": ");
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    static const char *const tags[] = {"qmail", "smtpd", "vpopmail"};
    sst_span text = line->text;
    bool is_tag = !line->program.ptr;
    int64_t ms;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        is_tag = is_tag || words_begin(line->program, tags[i]);
    if (!is_tag)
        return span_is(line->program, "rblsmtpd", false);
    (void)take_seconds(&text, &ms);
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        if (words_begin(text, beginnings[i]))
            return true;
    }
    return is_delivery(text);
}

/* --- reports --------------------------------------------------------------------------------- */

/* What qmail-remote and its patches begin a line with. */
static const char *const line_beginnings[] = {
    "Remote_host_said:", "Giving_up_on_", "Connected_to_", "I'm_not_going_to_try_again",
    "STARTTLS_",         "TLS_",          "did_",          "qp_",
};

/* Whether a line begins behind a slash: nothing, one of qmail's own, or a line of a reply. */
static bool begins_line(sst_span rest)
{
    if (rest.len == 0)
        return true;
    for (size_t i = 0; i < sizeof line_beginnings / sizeof line_beginnings[0]; i++) {
        if (words_begin(rest, line_beginnings[i]))
            return true;
    }
    return rest.len >= 4 && ascii_is_digit(rest.ptr[0]) && ascii_is_digit(rest.ptr[1]) &&
           ascii_is_digit(rest.ptr[2]) && (rest.ptr[3] == '-' || rest.ptr[3] == '_');
}

/* The words of a report as they were before they were logged. */
static sst_span unlogged(sst_log_reader *reader, sst_span report)
{
    char *room = sst_log_scratch(reader, report.len);
    if (!room)
        return report;
    bool in_address = false;
    for (size_t i = 0; i < report.len; i++) {
        char c = report.ptr[i];
        if (c == '<' || c == '>')
            in_address = c == '<';
        if (c == '_' && !in_address)
            c = ' ';
        else if (c == '/' && begins_line(words_from(report, i + 1)))
            c = '\n';
        room[i] = c;
    }
    sst_span words = {room, report.len};
    while (words.len > 0 && ascii_is_space(words.ptr[words.len - 1]))
        words.len--;
    return words;
}

/* "did 1+0+0": written to so many mailboxes, forwarded to so many addresses, given to so many
 * programs. A forward alone is a new message, whose fate is told under its own number. */
static sst_kind kind_of_success(sst_span words)
{
    size_t at = words_find(words, "did ");
    sst_span rest = words_from(words, at);
    uint64_t files;
    uint64_t forwards;
    uint64_t programs;
    if (!words_take(&rest, "did ") || !words_number(&rest, &files) || !words_take(&rest, "+") ||
        !words_number(&rest, &forwards) || !words_take(&rest, "+") ||
        !words_number(&rest, &programs))
        return SST_KIND_DELIVERED;
    if (files > 0 || programs > 0 || forwards == 0)
        return SST_KIND_DELIVERED;
    return forwards == 1 ? SST_KIND_RELAYED : SST_KIND_EXPANDED;
}

/* The connection was lost: before the answer to a message that was sent whole, the message may be
 * there or not. */
static void note_lost_connection(sst_record *record, sst_span words)
{
    if (words_find(words, "connection died.") == words.len)
        return;
    record->code = SST_CODE_GENERAL_FAILURE;
    record->local_error = SST_LOCAL_ERROR_CLOSED;
    if (words_take(&words, "Connected to "))
        record->remote = words_until(&words, ' ');
    if (words_find(words, "Possible duplicate!") == words.len)
        return;
    record->kind = SST_KIND_IN_DOUBT;
    record->command = SST_COMMAND_EOM;
}

static void take_report(sst_log_reader *reader, sst_record *record, sst_span words)
{
    sst_span rest = words;
    if (words_take(&rest, "success: ")) {
        rest = unlogged(reader, rest);
        record->kind = kind_of_success(rest);
    } else if (words_take(&rest, "failure: ")) {
        rest = unlogged(reader, rest);
        record->kind = SST_KIND_FAILED;
        record->gave_up = words_find(rest, "I'm not going to try again") < rest.len;
    } else {
        if (words_take(&rest, "deferral: "))
            rest = unlogged(reader, rest);
        record->kind = SST_KIND_DELAYED; /* also: "report mangled, will defer" */
        note_lost_connection(record, rest);
    }
    sst_log_reply(reader, record, rest);
}

/* --- messages and deliveries ----------------------------------------------------------------- */

/* Numbers of messages and of deliveries are counted apart: "42" and "d42". */
#define KEY_SIZE 24

static sst_span delivery_key(sst_span digits, char room[KEY_SIZE])
{
    size_t len = digits.len < KEY_SIZE - 1 ? digits.len : KEY_SIZE - 1;
    room[0] = 'd';
    memcpy(room + 1, digits.ptr, len);
    return (sst_span){room, len + 1};
}

/* Digits off the front. */
static sst_span take_digits(sst_span *text)
{
    size_t len = 0;
    while (len < text->len && ascii_is_digit(text->ptr[len]))
        len++;
    sst_span digits = {text->ptr, len};
    *text = words_from(*text, len);
    return digits;
}

/* A number that was used before stands for something new. */
static log_mail *open_anew(sst_log_reader *reader, const log_line *line, sst_span id)
{
    sst_log_close(reader, sst_log_find(reader, line, id));
    return sst_log_open(reader, line, id);
}

/* "new msg 12345" */
static void read_new(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    log_mail *mail = open_anew(reader, line, take_digits(&rest));
    if (mail && line->has_time)
        sst_log_numbers(mail)->arrived_ms = line->time_ms;
}

/* "12345-6789" */
static sst_span queue_id_of(sst_log_reader *reader, sst_span number, sst_span process)
{
    size_t len = number.len + 1 + process.len;
    char *room = process.len > 0 ? sst_log_scratch(reader, len) : NULL;
    if (!room)
        return number;
    if (number.len > 0)
        memcpy(room, number.ptr, number.len);
    room[number.len] = '-';
    memcpy(room + number.len + 1, process.ptr, process.len);
    return (sst_span){room, len};
}

/* "info msg 12345: bytes 1234 from <sender@example.org> qp 6789 uid 1000" */
static void read_info(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    sst_span id = take_digits(&rest);
    uint64_t size;
    sst_span sender;
    if (!words_take(&rest, ": bytes ") || !words_number(&rest, &size) ||
        !words_take(&rest, " from <") || !words_part(rest, "> qp ", &sender, &rest))
        return;
    log_mail *mail = sst_log_open(reader, line, id);
    if (!mail)
        return;
    sst_log_set(reader, mail, LOG_SENDER, sender);
    sst_log_set(reader, mail, LOG_NEXT, queue_id_of(reader, id, take_digits(&rest)));
    sst_log_numbers(mail)->size = size;
}

/* "starting delivery 42: msg 12345 to remote user@example.com" */
static void read_start(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    char room[KEY_SIZE];
    sst_span key = delivery_key(take_digits(&rest), room);
    if (!words_take(&rest, ": msg "))
        return;
    sst_span message = take_digits(&rest);
    bool local = words_take(&rest, " to local ");
    if (!local && !words_take(&rest, " to remote "))
        return;
    log_mail *delivery = open_anew(reader, line, key);
    sst_span domain = words_from(rest, words_find(rest, "@"));
    if (local && words_take(&domain, "@") && rest.len > domain.len + 1 &&
        memcmp(rest.ptr, domain.ptr, domain.len) == 0 && rest.ptr[domain.len] == '-')
        rest = words_from(rest, domain.len + 1);
    sst_log_set(reader, delivery, LOG_RECIPIENT, rest);
    sst_log_set(reader, delivery, LOG_NEXT, message);
}

/* "delivery 42: failure: ..." */
static void read_result(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    char room[KEY_SIZE];
    sst_span key = delivery_key(take_digits(&rest), room);
    sst_record *record = words_take(&rest, ": ") ? sst_log_add(reader, line) : NULL;
    if (!record)
        return;
    log_mail *delivery = sst_log_find(reader, line, key);
    if (delivery) {
        sst_span number = sst_log_get(delivery, LOG_NEXT);
        log_mail *message = sst_log_find(reader, line, number);
        sst_span id = message ? sst_log_get(message, LOG_NEXT) : number;
        record->recipient = sst_log_get(delivery, LOG_RECIPIENT);
        sst_log_join(record, message, line, id.ptr ? id : number);
    }
    take_report(reader, record, rest);
    sst_log_close(reader, delivery);
}

static void read_end(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    sst_log_close(reader, sst_log_find(reader, line, take_digits(&rest)));
}

/* --- refusals -------------------------------------------------------------------------------- */

static sst_record *add_refusal(sst_log_reader *reader, const log_line *line)
{
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return NULL;
    record->direction = span_of("in");
    return record;
}

/* "rblsmtpd: 192.0.2.66 pid 1234: 451 Blocked - see https://..." */
static void read_rblsmtpd(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    sst_span remote = words_until(&rest, ' ');
    sst_span pid;
    sst_record *record = NULL;
    if (words_begin(rest, "pid ") && words_part(rest, ": ", &pid, &rest))
        record = add_refusal(reader, line);
    if (!record)
        return;
    record->remote = remote;
    sst_log_reply(reader, record, rest);
}

/* What stands behind the last colon of "helo:name:192.0.2.66", or all. */
static sst_span last_part(sst_span text)
{
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != ':')
        at--;
    return words_from(text, at);
}

/*
 * "CHKUSER rejected rcpt: from <a@example.net:user:> remote <helo:name:192.0.2.66> rcpt
 * <b@example.org> : not existing recipient"
 */
static void read_chkuser(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    sst_span what;
    sst_span sender;
    sst_span remote;
    sst_span recipient;
    if (!words_part(rest, ": from <", &what, &rest) ||
        !words_part(rest, "> remote <", &sender, &rest) ||
        !words_part(rest, "> rcpt <", &remote, &rest) ||
        !words_part(rest, "> : ", &recipient, &rest)) {
        sst_log_not_understood(reader);
        return;
    }
    sst_record *record = add_refusal(reader, line);
    if (!record)
        return;
    record->kind = SST_KIND_FAILED;
    record->sender = words_until(&sender, ':');
    record->remote = last_part(remote);
    if (recipient.len > 0)
        record->recipient = recipient;
    record->command = span_is(what, "sender", false) ? SST_COMMAND_MAIL : SST_COMMAND_RCPT;
    record->text = rest;
}

/* "S:name:192.0.2.66" and the like among the words of a refusal; absent where it is not there. */
static sst_span labelled(sst_span text, const char *label)
{
    sst_span before;
    if (!words_part(text, label, &before, &text))
        return (sst_span){NULL, 0};
    return words_until(&text, ' ');
}

/*
 * s/qmail: "qmail-smtpd: pid 1234 Reject::RCPT::Failed_Rcptto P:ESMTP S:name:192.0.2.66 H:helo
 * F:a@example.net T:b@example.org"
 */
static void read_smtpd(sst_log_reader *reader, const log_line *line, sst_span rest)
{
    static const struct {
        const char *words;
        sst_command command;
    } stages[] = {
        {"ORIG", SST_COMMAND_MAIL}, {"SNDR", SST_COMMAND_MAIL}, {"RCPT", SST_COMMAND_RCPT},
        {"DATA", SST_COMMAND_EOM},  {"AUTH", SST_COMMAND_AUTH}, {"TLS", SST_COMMAND_STARTTLS},
    };
    sst_span before;
    sst_record *record = NULL;
    if (words_part(rest, "Reject::", &before, &rest))
        record = add_refusal(reader, line);
    if (!record)
        return;
    sst_span recipient = words_unbracket(labelled(rest, " T:"));
    sst_span sender = labelled(rest, " F:");
    record->kind = SST_KIND_FAILED;
    record->remote = last_part(labelled(rest, " S:"));
    record->sender = words_unbracket(sender);
    if (recipient.len > 0)
        record->recipient = recipient;
    sst_span stage = words_until(&rest, ':');
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        if (span_is(stage, stages[i].words, false))
            record->command = stages[i].command;
    }
    (void)words_take(&rest, ":");
    record->text = unlogged(reader, words_until(&rest, ' '));
}

/* --- lines ----------------------------------------------------------------------------------- */

static const struct {
    const char *words;
    void (*read)(sst_log_reader *reader, const log_line *line, sst_span rest);
} lines[] = {
    {"new msg ", read_new},
    {"info msg ", read_info},
    {"starting delivery ", read_start},
    {"delivery ", read_result},
    {"end msg ", read_end},
    {"rblsmtpd: ", read_rblsmtpd},
    {"CHKUSER rejected ", read_chkuser},
    {"qmail-smtpd: ", read_smtpd},
};

static void read_line(sst_log_reader *reader, const log_line *line)
{
    log_line own = *line;
    if (take_seconds(&own.text, &own.time_ms)) {
        own.has_time = true;
        own.zoned = true;
    }
    if (span_is(own.program, "rblsmtpd", false)) {
        read_rblsmtpd(reader, &own, own.text);
        return;
    }
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (words_begin(own.text, lines[i].words)) {
            lines[i].read(reader, &own, words_from(own.text, strlen(lines[i].words)));
            return;
        }
    }
}

const log_format sst_log_qmail = {SST_LOG_FORMAT_QMAIL, "qmail", owns, read_line};
