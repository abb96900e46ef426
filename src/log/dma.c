/*
 * The DragonFly Mail Agent: each message for each recipient has a queue id, which stands in the tag
 * of its lines. What went wrong is told on one line, and that it is returned on the next.
 */
#include "log/format.h"
#include "log/words.h"

/* A flag of a message: what was said last was to be tried again. */
#define PUT_OFF 1u

/* The process or queue id. journald's identifier holds the tag whole. */
static sst_span id_of(const log_line *line)
{
    sst_span id = line->program;
    if (!words_take(&id, "dma["))
        return line->pid;
    return words_until(&id, ']');
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    return span_is(line->program, "dma", false) || words_begin(line->program, "dma[");
}

/* "new mail from user=root uid=8 envelope_from=<a@example.org>" */
static void read_new(sst_log_reader *reader, const log_line *line, sst_span id, sst_span rest)
{
    sst_span before;
    if (words_part(rest, "envelope_from=<", &before, &rest))
        sst_log_set(reader, sst_log_open(reader, line, id), LOG_SENDER, words_until(&rest, '>'));
}

/* "mail to=<b@example.com> queued as 78.564bda204910" */
static void read_queued(sst_log_reader *reader, const log_line *line, sst_span id, sst_span rest)
{
    sst_span recipient;
    if (!words_part(rest, "> queued as ", &recipient, &rest))
        return;
    log_mail *process = sst_log_find(reader, line, id);
    sst_span sender = process ? sst_log_get(process, LOG_SENDER) : (sst_span){NULL, 0};
    log_mail *mail = sst_log_open(reader, line, words_until(&rest, ' '));
    if (!mail)
        return;
    if (sender.ptr)
        sst_log_set(reader, mail, LOG_SENDER, sender);
    sst_log_set(reader, mail, LOG_RECIPIENT, recipient);
    if (line->has_time)
        sst_log_numbers(mail)->arrived_ms = line->time_ms;
}

static sst_record *add(sst_log_reader *reader, const log_line *line, sst_span id,
                       const log_mail *mail, sst_kind kind)
{
    sst_record *record = sst_log_add(reader, line);
    if (!record)
        return NULL;
    record->kind = kind;
    if (mail)
        record->recipient = sst_log_get(mail, LOG_RECIPIENT);
    sst_log_join(record, mail, line, id);
    return record;
}

/* "mx.example.com [192.0.2.1] failed after RCPT TO: 450 ...", "connect to mx.example.com
 * [192.0.2.1] failed: Connection refused" */
static void take_words(sst_log_reader *reader, sst_record *record, sst_span words)
{
    static const char *const before_host[] = {
        "remote delivery to ",
        "remote delivery deferred: ",
        "connect to ",
        "Could not perform server greeting at ",
    };
    static const struct {
        const char *words;
        sst_command command;
    } stages[] = {
        {"] failed after RCPT TO: ", SST_COMMAND_RCPT},
        {"] failed after MAIL FROM: ", SST_COMMAND_MAIL},
        {"] failed after final DATA: ", SST_COMMAND_EOM},
        {"] failed after DATA: ", SST_COMMAND_DATA},
        {"] failed: ", SST_COMMAND_CONNECT},
    };
    sst_span rest = words;
    sst_span host;
    sst_span reply;
    bool named = false;
    for (size_t i = 0; i < sizeof before_host / sizeof before_host[0] && !named; i++)
        named = words_take(&rest, before_host[i]);
    if (named && words_part(rest, " [", &host, &reply))
        record->remote = host;
    for (size_t i = 0; named && i < sizeof stages / sizeof stages[0]; i++) {
        if (!words_part(rest, stages[i].words, &host, &reply))
            continue;
        record->command = stages[i].command;
        if (record->command != SST_COMMAND_CONNECT)
            words = reply;
        break;
    }
    if (named && words_part(rest, "]: ", &host, &reply) && record->command == SST_COMMAND_NONE) {
        words = reply;
        record->command = SST_COMMAND_EHLO;
    }
    sst_log_reply(reader, record, words);
}

static void read_put_off(sst_log_reader *reader, const log_line *line, sst_span id, log_mail *mail)
{
    sst_record *record = add(reader, line, id, mail, SST_KIND_DELAYED);
    if (record)
        take_words(reader, record, line->text);
    if (!mail)
        return;
    sst_log_set(reader, mail, LOG_TEXT, line->text);
    sst_log_numbers(mail)->flags |= PUT_OFF;
}

static void read_fault(sst_log_reader *reader, const log_line *line, log_mail *mail)
{
    if (!mail)
        return;
    sst_log_set(reader, mail, LOG_TEXT, line->text);
    sst_log_numbers(mail)->flags &= ~PUT_OFF;
}

/* "delivery failed, bouncing as 7a" */
static void read_returned(sst_log_reader *reader, const log_line *line, sst_span id, log_mail *mail)
{
    sst_record *record = add(reader, line, id, mail, SST_KIND_FAILED);
    sst_span words = mail ? sst_log_get(mail, LOG_TEXT) : (sst_span){NULL, 0};
    if (record && words.len > 0) {
        record->gave_up = sst_log_numbers(mail)->flags & PUT_OFF;
        take_words(reader, record, words);
    }
    sst_log_close(reader, mail);
}

static void read_line(sst_log_reader *reader, const log_line *line)
{
    sst_span id = id_of(line);
    sst_span text = line->text;
    if (!id.ptr)
        return;
    if (words_begin(text, "new mail from ")) {
        read_new(reader, line, id, text);
        return;
    }
    if (words_take(&text, "mail to=<")) {
        read_queued(reader, line, id, text);
        return;
    }
    log_mail *mail = sst_log_find(reader, line, id);
    if (words_begin(text, "remote delivery deferred: ") || words_begin(text, "connect to ") ||
        words_begin(text, "local delivery deferred: ")) {
        read_put_off(reader, line, id, mail);
    } else if (words_begin(text, "remote delivery ") || words_begin(text, "local delivery ") ||
               words_begin(text, "Could not perform ")) {
        read_fault(reader, line, mail);
    } else if (words_begin(text, "delivery failed, bouncing as ")) {
        read_returned(reader, line, id, mail);
    } else if (words_take(&text, "<") && words_end(text, "> delivery successful")) {
        sst_record *record = add(reader, line, id, mail, SST_KIND_DELIVERED);
        if (record)
            record->recipient = words_until(&text, '>');
        sst_log_close(reader, mail);
    }
}

const log_format sst_log_dma = {SST_LOG_FORMAT_DMA, "dma", owns, read_line};
