/*
 * "smtpstatus send": sends a message, and says what became of it for each recipient.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "compose.h"
#include "digest.h"
#include "interrupt.h"
#include "language.h"
#include "page.h"
#include "rules_file.h"
#include "session_setup.h"
#include "source.h"
#include "terminal.h"

#define PORT_SMTP 25

/* What is sent is held in memory, so that it can be sent again where a server takes few recipients
 * at a time; hardly any server takes more. */
#define SEND_MAX_MESSAGE ((size_t)268435456)

#define MAX_SIZE    2000000000L
#define MAX_SECONDS 999999999L

typedef struct sending {
    const options *given;
    session_setup setup;
    sst_client_mail envelope;
    sst_client_recipient *recipients;
    buffer message;
    sst_rules *rules;
} sending;

/* --- the message ---------------------------------------------------------------------------- */

/* A line end of any kind becomes CR LF, as the message travels; so its size is known beforehand. */
static void put_lines(buffer *into, sst_span text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool cr = text.ptr[i] == '\r';
        if (!cr && text.ptr[i] != '\n')
            continue;
        buffer_put(into, text.ptr + start, i - start);
        buffer_text(into, "\r\n");
        if (cr && i + 1 < text.len && text.ptr[i + 1] == '\n')
            i++;
        start = i + 1;
    }
    if (start < text.len) {
        buffer_put(into, text.ptr + start, text.len - start);
        buffer_text(into, "\r\n");
    }
}

static int read_message(sending *all, const char *name)
{
    source from;
    int status = STATUS_IO;
    if (source_open(&from, name)) {
        while (source_rest(&from).len <= SEND_MAX_MESSAGE && source_more(&from))
            ;
        sst_span text = source_rest(&from);
        if (from.failed)
            status = STATUS_IO;
        else if (text.len > SEND_MAX_MESSAGE)
            complain("%s: more than %zu bytes are not sent", name, SEND_MAX_MESSAGE);
        else if (text.len == 0)
            complain("%s: there is no message in it", name);
        else
            status = STATUS_DONE;
        if (status == STATUS_DONE && all->given->flags[OPTION_BINARY])
            buffer_put(&all->message, text.ptr, text.len);
        else if (status == STATUS_DONE)
            put_lines(&all->message, text);
    }
    source_close(&from);
    return status;
}

static int take_message(sending *all)
{
    const options *given = all->given;
    const words *files = &given->arguments;
    bool composed = compose_is_asked(given);
    if (composed && files->count > 0) {
        complain("give a message as a file, or compose one with --subject, --body and --attach");
        return STATUS_USAGE;
    }
    if (files->count > 1) {
        complain("one message at a time: %s and %s are two", files->list[0], files->list[1]);
        return STATUS_USAGE;
    }
    if (composed)
        return compose(given, all->setup.client.name, &all->message) ? STATUS_DONE : STATUS_IO;
    if (files->count == 0 && terminal_is_input()) {
        complain("nothing to send: name a file, give a message on standard input, or compose one "
                 "with --subject and --body");
        return STATUS_USAGE;
    }
    return read_message(all, files->count > 0 ? files->list[0] : "-");
}

/* Whether the line that ends here is the empty one behind the header. In a binary message lines may
 * end in LF alone. */
static bool ends_header(sst_span text, size_t lf)
{
    size_t end = lf > 0 && text.ptr[lf - 1] == '\r' ? lf - 1 : lf;
    return end == 0 || text.ptr[end - 1] == '\n';
}

/* What the message is made of decides what the server must be able to take. */
static void look_at_message(sending *all)
{
    sst_span text = buffer_span(&all->message);
    bool in_header = true;
    bool eight_bit = false;
    for (size_t i = 0; i < text.len; i++) {
        bool high = (unsigned char)text.ptr[i] >= 0x80;
        if (in_header && text.ptr[i] == '\n' && ends_header(text, i))
            in_header = false;
        eight_bit = eight_bit || high;
        all->envelope.smtputf8 = all->envelope.smtputf8 || (in_header && high);
    }
    if (all->given->flags[OPTION_BINARY])
        all->envelope.body = SST_CLIENT_BODY_BINARYMIME;
    else if (eight_bit)
        all->envelope.body = SST_CLIENT_BODY_8BITMIME;
    if (all->envelope.message_size == 0)
        all->envelope.message_size = text.len;
}

/* --- the envelope --------------------------------------------------------------------------- */

/* "success,failure,delay", or "never". Returns false where it is neither, which has been said. */
static bool take_notify(const char *value, uint32_t *notify)
{
    static const char *const names[] = {"never", "success", "failure", "delay"};
    *notify = 0;
    for (const char *at = value; at && *at;) {
        size_t len = strcspn(at, ",");
        size_t i = 0;
        while (i < 4 && (strlen(names[i]) != len || memcmp(names[i], at, len) != 0))
            i++;
        *notify |= i < 4 ? (uint32_t)1 << i : (uint32_t)1 << 31;
        at += len + (at[len] == ',' ? 1 : 0);
    }
    bool never = (*notify & SST_CLIENT_NOTIFY_NEVER) != 0;
    if (*notify >> 4 == 0 && (!never || *notify == SST_CLIENT_NOTIFY_NEVER))
        return true;
    complain("--dsn is never, or some of success,failure,delay, not '%s'", value);
    return false;
}

static bool take_ret(const char *value, sst_client_ret *ret)
{
    if (value && strcmp(value, "full") == 0)
        *ret = SST_CLIENT_RET_FULL;
    else if (value && strcmp(value, "hdrs") == 0)
        *ret = SST_CLIENT_RET_HDRS;
    else if (value)
        complain("--ret is full or hdrs, not '%s'", value);
    return !value || *ret != SST_CLIENT_RET_NONE;
}

/* "SECONDS", with ",R" (it comes back then) or ",N" (there is a notice then) behind. */
static bool take_deliver_by(const char *value, sst_client_mail *envelope)
{
    char *end;
    if (!value)
        return true;
    long seconds = strtol(value, &end, 10);
    bool notice = strcmp(end, ",N") == 0;
    if (end == value || seconds < 1 || seconds > MAX_SECONDS ||
        (*end != '\0' && !notice && strcmp(end, ",R") != 0)) {
        complain("--deliver-by is a number of seconds, with ,R or ,N behind, not '%s'", value);
        return false;
    }
    envelope->deliver_by = (int32_t)seconds;
    envelope->deliver_by_mode = notice ? 'N' : 'R';
    return true;
}

static bool take_numbers(const options *given, sst_client_mail *envelope)
{
    long size = 0;
    long hold = 0;
    long priority = 0;
    if (!session_number(given, OPTION_SIZE, "--size", 1, MAX_SIZE, &size) ||
        !session_number(given, OPTION_HOLD_FOR, "--hold-for", 1, MAX_SECONDS, &hold) ||
        !session_number(given, OPTION_PRIORITY, "--priority", -9, 9, &priority))
        return false;
    envelope->message_size = (uint64_t)size;
    envelope->hold_for = (uint32_t)hold;
    envelope->has_priority = given->flags[OPTION_PRIORITY];
    envelope->priority = (int)priority;
    return true;
}

static sst_span span_of_value(const options *given, option_id id)
{
    const char *value = option_value(given, id);
    sst_span span = {value, value ? strlen(value) : 0};
    return span;
}

static bool take_envelope(sending *all)
{
    const options *given = all->given;
    const words *to = &given->values[OPTION_TO];
    sst_client_mail *envelope = &all->envelope;
    uint32_t notify;
    if (!take_notify(option_value(given, OPTION_DSN), &notify) ||
        !take_ret(option_value(given, OPTION_RET), &envelope->ret) ||
        !take_deliver_by(option_value(given, OPTION_DELIVER_BY), envelope) ||
        !take_numbers(given, envelope))
        return false;
    all->recipients = allocate_or_end(NULL, to->count, sizeof *all->recipients);
    for (size_t i = 0; i < to->count; i++) {
        const sst_client_recipient recipient = {.address = span_from(to->list[i]),
                                                .notify = notify};
        all->recipients[i] = recipient;
    }
    envelope->size = sizeof *envelope;
    envelope->sender = span_of_value(given, OPTION_FROM);
    envelope->recipients = all->recipients;
    envelope->recipient_count = to->count;
    envelope->envid = span_of_value(given, OPTION_ENVID);
    envelope->chunking = given->flags[OPTION_CHUNKING] || given->flags[OPTION_BINARY];
    envelope->requiretls = given->flags[OPTION_REQUIRETLS];
    envelope->prdr = given->flags[OPTION_PRDR];
    /* An option that asks for an extension does not go without it. */
    envelope->required = (given->flags[OPTION_DSN] ? SST_EXTENSION_DSN : 0u) |
                         (given->flags[OPTION_PRDR] ? SST_EXTENSION_PRDR : 0u) |
                         (given->flags[OPTION_PRIORITY] ? SST_EXTENSION_MT_PRIORITY : 0u);
    return true;
}

/* --- results -------------------------------------------------------------------------------- */

/* That the only recipient was accepted needs no explanation. */
static void write_accepted(layout *page, const sst_record *record, const char *language)
{
    const page_row rows[] = {
        {label("label.recipient", language), record->recipient, true},
        {label("label.kind", language), span_from(sst_kind_text(record->kind, language)), false},
        {label("label.reply", language), record->text, true},
    };
    page_rows(page, rows, sizeof rows / sizeof rows[0]);
}

static void write_page(const sending *all, const sst_send_result *result, output *out)
{
    layout page;
    digest fates;
    layout_init(&page, out);
    session_write_rows(&page, result->tls, option_value(all->given, OPTION_SERVER), result->address,
                       result->mechanism, true, all->given->language, (int64_t)time(NULL));
    layout_gap(&page);
    if (result->count == 1 && result->records[0].kind == SST_KIND_ACCEPTED) {
        write_accepted(&page, &result->records[0], all->given->language);
        return;
    }
    digest_init(&fates);
    for (size_t i = 0; i < result->count; i++)
        digest_add(&fates, &result->records[i]);
    digest_write(&fates, &page, all->given->language);
    digest_free(&fates);
}

static void write_records(const sending *all, const sst_send_result *result, output *out)
{
    const options *given = all->given;
    const sst_record_options how = {sizeof how, given->language, given->flags[OPTION_EXPLAIN],
                                    given->flags[OPTION_CSV_SAFE]};
    sst_sink sink = output_sink(out);
    if (given->format == FORMAT_CSV)
        sst_record_write_csv_header(&how, &sink);
    for (size_t i = 0; i < result->count; i++) {
        if (given->format == FORMAT_CSV)
            sst_record_write_csv(&result->records[i], &how, &sink);
        else
            sst_record_write_json(&result->records[i], &how, &sink);
    }
}

static int status_of(const sst_send_result *result)
{
    if (interrupted())
        return interrupt_status();
    if (!result->opened)
        return STATUS_NO_SESSION;
    for (size_t i = 0; i < result->count; i++) {
        if (result->records[i].kind != SST_KIND_ACCEPTED)
            return STATUS_PARTLY;
    }
    return STATUS_DONE;
}

static int refuse(const sending *all, int error, const sst_send_fault *fault)
{
    if (error == SST_E_NO_MEMORY)
        end_without_memory();
    if (error == SST_E_INVALID && fault->recipient < all->envelope.recipient_count)
        complain("this cannot be a recipient: '%s'",
                 all->given->values[OPTION_TO].list[fault->recipient]);
    else if (error == SST_E_INVALID)
        complain("the sender, the server's name or --ehlo, or a parameter is not of the form that "
                 "RFC 5321 allows, or has characters that do not belong there");
    else
        complain("%s", sst_strerror(error));
    return STATUS_USAGE;
}

static int send_it(sending *all, output *out)
{
    const sst_send_mail mail = {.envelope = &all->envelope, .text = buffer_span(&all->message)};
    sst_send_options how = {.size = sizeof how, .net = &all->setup.net, .rules = all->rules};
    sst_send_result *result = NULL;
    sst_send_fault fault = {0, SIZE_MAX};
    interrupt_catch();
    how.has_cancel_fd = interrupt_file() >= 0;
    how.cancel_fd = interrupt_file();
    how.transcript = all->setup.transcript ? &all->setup.transcript_sink : NULL;
    int error = sst_send(&how, &mail, 1, &result, &fault);
    if (error != SST_OK)
        return refuse(all, error, &fault);
    if (all->given->format == FORMAT_TEXT)
        write_page(all, result, out);
    else
        write_records(all, result, out);
    output_flush(out);
    if (result->why)
        complain("%s", result->why);
    int status = status_of(result);
    sst_send_free(result);
    return status;
}

static int check(const options *given)
{
    const char *missing = NULL;
    if (!given->flags[OPTION_SERVER])
        missing = "--server, as smtp://mx.example.com";
    else if (!given->flags[OPTION_FROM])
        missing = "--from, the sender's address (\"\" for none)";
    else if (!given->flags[OPTION_TO])
        missing = "--to, a recipient's address";
    if (missing)
        complain("send needs %s; see smtpstatus send --help", missing);
    return missing ? STATUS_USAGE : STATUS_DONE;
}

int send_run(const options *given, output *out)
{
    sending all = {.given = given};
    int status = check(given);
    if (status != STATUS_DONE)
        return status;
    status = session_setup_read(&all.setup, given, option_value(given, OPTION_SERVER), PORT_SMTP);
    if (status == STATUS_DONE)
        status = load_rules(given, &all.rules);
    if (status == STATUS_DONE && !take_envelope(&all))
        status = STATUS_USAGE;
    if (status == STATUS_DONE)
        status = take_message(&all);
    if (status == STATUS_DONE) {
        look_at_message(&all);
        status = send_it(&all, out);
    }
    if (!session_setup_free(&all.setup) && status == STATUS_DONE)
        status = STATUS_IO;
    sst_rules_free(all.rules);
    buffer_free(&all.message);
    free(all.recipients);
    return status;
}
