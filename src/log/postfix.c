/*
 * Postfix: a line for each delivery attempt (smtp, lmtp, local, virtual, pipe, error and whatever
 * else delivers), joined with what smtpd, pickup, cleanup and qmgr said of the message; recipients
 * that still waited when qmgr gave the message up; refusals of smtpd, cleanup and postscreen.
 *
 * Left out: probes of addresses (status=deliverable, undeliverable), as nothing was to be
 * delivered; mails that were accepted and discarded or held. A connection that was lost while the
 * end of data was sent is `delayed`, not `in-doubt`: Postfix keeps the mail and says so.
 */
#include "log/postfix.h"

enum flags {
    CAME_FROM_HERE = 1 << 0, /* taken in from this machine: perhaps from a filter */
    CAME_BACK = 1 << 1       /* another message says that it was this one */
};

/* --- whose line ----------------------------------------------------------------------------- */

/* Programs of Postfix whose name means nothing else behind a slash. */
static const char *const programs[] = {"smtp",    "smtpd",  "qmgr",  "cleanup",         "lmtp",
                                       "local",   "pipe",   "error", "bounce",          "virtual",
                                       "pickup",  "nqmgr",  "retry", "postscreen",      "discard",
                                       "master",  "anvil",  "defer", "trivial-rewrite", "tlsproxy",
                                       "dnsblog", "scache", "verify"};

static bool is_program(sst_span program)
{
    size_t slash = program.len;
    while (slash > 0 && program.ptr[slash - 1] != '/')
        slash--;
    if (slash == 0)
        return false;
    sst_span name = words_from(program, slash);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (span_is(name, programs[i], false))
            return true;
    }
    return false;
}

/* Letters and digits. */
static const bool is_id_byte[256] = {
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true,
    ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true, ['A'] = true, ['B'] = true,
    ['C'] = true, ['D'] = true, ['E'] = true, ['F'] = true, ['G'] = true, ['H'] = true,
    ['I'] = true, ['J'] = true, ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true,
    ['O'] = true, ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true,
    ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true, ['Y'] = true, ['Z'] = true,
    ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
    ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true,
    ['m'] = true, ['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true,
    ['s'] = true, ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,
    ['y'] = true, ['z'] = true,
};

/* The queue id before ": "; takes both off. Short ones are hexadecimal, long ones letters without
 * vowels and digits; all are taken that look like either. */
static bool take_id(sst_span *text, sst_span *id)
{
    size_t n = 0;
    size_t most = text->len < 32 ? text->len : 32;
    while (n < most && is_id_byte[(unsigned char)text->ptr[n]])
        n++;
    if (n < 4 || n + 2 > text->len || text->ptr[n] != ':' || text->ptr[n + 1] != ' ')
        return false;
    *id = (sst_span){text->ptr, n};
    *text = words_from(*text, n + 2);
    return true;
}

/* Without a tag: the forms that nothing else has. */
static bool is_untagged(sst_span text)
{
    sst_span id;
    if (!take_id(&text, &id))
        return false;
    switch (text.len > 0 ? text.ptr[0] : '\0') {
    case 't':
        return words_begin(text, "to=<") && words_find(text, ", delays=") < text.len;
    case 'f':
        return words_begin(text, "from=<") &&
               (words_end(text, " (queue active)") || words_end(text, ", returned to sender"));
    case 'm':
        return words_begin(text, "message-id=") || words_begin(text, "milter-reject: ");
    case 'c':
        return words_begin(text, "client=") && text.ptr[text.len - 1] != ' ';
    case 'r':
        return span_is(text, "removed", false) ||
               (words_begin(text, "reject: ") && words_find(text, "; from=<") < text.len);
    case 'u':
        return words_begin(text, "uid=") && words_find(text, " from=<") < text.len;
    default:
        return false;
    }
}

static bool owns(sst_log_reader *reader, const log_line *line)
{
    (void)reader;
    if (!line->program.ptr)
        return is_untagged(line->text);
    return words_begin(line->program, "postfix") || is_program(line->program);
}

/* --- taking in ------------------------------------------------------------------------------ */

static bool is_end(const char *ends, char byte)
{
    while (*ends && *ends != byte)
        ends++;
    return *ends != '\0';
}

bool sst_postfix_address(sst_span *text, const char *ends, sst_span *address)
{
    size_t at = 0;
    if (text->len > 0 && text->ptr[0] == '"') {
        for (at = 1; at < text->len && text->ptr[at] != '"'; at++)
            at += text->ptr[at] == '\\';
        at = at < text->len ? at : 0;
    }
    while (at < text->len) {
        const char *close = memchr(text->ptr + at, '>', text->len - at);
        if (!close)
            return false;
        at = (size_t)(close - text->ptr) + 1;
        if (at == text->len || is_end(ends, text->ptr[at])) {
            *address = (sst_span){text->ptr, at - 1};
            *text = words_from(*text, at);
            return true;
        }
    }
    return false;
}

sst_span sst_postfix_host_name(sst_span host)
{
    const char *open = host.len > 0 ? memchr(host.ptr, '[', host.len) : NULL;
    if (open && open > host.ptr)
        host.len = (size_t)(open - host.ptr);
    return host;
}

static bool is_local(sst_span client)
{
    return words_end(client, "[127.0.0.1]") || words_end(client, "[::1]");
}

/* smtpd: "client=mail.example.org[192.0.2.9], sasl_method=PLAIN, sasl_username=jo", and behind a
 * filter that tells "orig_queue_id=4Xabc, orig_client=...". */
static void read_client(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    log_mail *mail = sst_log_open(reader, line, id);
    sst_span client = words_until(&text, ',');
    if (!mail)
        return;
    sst_log_numbers(mail)->arrived_ms = line->has_time ? line->time_ms : 0;
    if (is_local(client))
        sst_log_numbers(mail)->flags |= CAME_FROM_HERE;
    while (text.len > 0) {
        sst_span field = words_until(&text, ',');
        words_take(&field, " ");
        if (words_take(&field, "sasl_username=")) {
            client = field;
        } else if (words_take(&field, "orig_queue_id=")) {
            log_mail *before = sst_log_find(reader, line, field);
            if (before)
                sst_log_numbers(before)->flags |= CAME_BACK;
        }
    }
    sst_log_set(reader, mail, LOG_CLIENT, client);
}

/* pickup: "uid=1000 from=<jo@example.org>". */
static void read_pickup(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    log_mail *mail = sst_log_open(reader, line, id);
    sst_span sender;
    if (!mail)
        return;
    sst_log_numbers(mail)->arrived_ms = line->has_time ? line->time_ms : 0;
    sst_log_numbers(mail)->flags |= CAME_FROM_HERE;
    sst_log_set(reader, mail, LOG_CLIENT, words_until(&text, ' '));
    if (words_take(&text, "from=<") && sst_postfix_address(&text, " ,", &sender))
        sst_log_set(reader, mail, LOG_SENDER, sender);
}

/* cleanup: "message-id=<1@example.org>". */
static void read_message_id(sst_log_reader *reader, const log_line *line, sst_span id,
                            sst_span text)
{
    log_mail *mail = sst_log_open(reader, line, id);
    if (!mail || text.len == 0)
        return;
    sst_log_set(reader, mail, LOG_MESSAGE_ID, text);
    if (text.len > strlen("<>") && (sst_log_numbers(mail)->flags & CAME_FROM_HERE))
        sst_log_alias(reader, mail, text);
}

/* qmgr: "from=<jo@example.org>, size=1234, nrcpt=1 (queue active)", "from=<jo@example.org>,
 * status=expired, returned to sender". */
static void read_queue(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    sst_span sender;
    uint64_t number;
    if (!sst_postfix_address(&text, ",", &sender))
        return;
    log_mail *mail = sst_log_open(reader, line, id);
    if (!mail)
        return;
    sst_log_set(reader, mail, LOG_SENDER, sender);
    if (words_take(&text, ", size=") && words_number(&text, &number))
        sst_log_numbers(mail)->size = number;
    else if (words_begin(text, ", status=expired") || words_begin(text, ", status=force-expired"))
        sst_log_expire(reader, line, mail);
}

/* --- delivery ------------------------------------------------------------------------------- */

/* A delivery line, taken apart: each span as it stands there. */
typedef struct attempt {
    sst_span recipient;
    sst_span original;
    sst_span relay;
    sst_span delay;
    sst_span dsn;
    sst_span status;
    sst_span words;
} attempt;

/* "status=sent (250 2.0.0 Ok)": the words may be cut off, and then lack their bracket. */
static void take_status(sst_span text, attempt *a)
{
    a->status = words_until(&text, ' ');
    if (!words_take(&text, "("))
        return;
    if (text.len > 0 && text.ptr[text.len - 1] == ')')
        text.len--;
    a->words = text;
}

/* Behind "to=<"; false where it has not the form. */
static bool take_attempt(sst_span text, attempt *a)
{
    const sst_span nothing = {"", 0};
    *a = (attempt){.relay = nothing, .delay = nothing, .dsn = nothing, .words = nothing};
    if (!sst_postfix_address(&text, ",", &a->recipient))
        return false;
    while (words_take(&text, ", ")) {
        if (words_take(&text, "status=")) {
            take_status(text, a);
            return true;
        }
        if (words_take(&text, "orig_to=<")) {
            if (!sst_postfix_address(&text, ",", &a->original))
                return false;
            continue;
        }
        sst_span *field = words_take(&text, "relay=")   ? &a->relay
                          : words_take(&text, "delay=") ? &a->delay
                          : words_take(&text, "dsn=")   ? &a->dsn
                                                        : NULL;
        sst_span value = words_until(&text, ',');
        if (field)
            *field = value;
        if (text.ptr[-1] != ',')
            return false;
        text = (sst_span){text.ptr - 1, text.len + 1};
    }
    return false;
}

static sst_kind kind_of(sst_span status)
{
    static const struct {
        const char *status;
        sst_kind kind;
    } kinds[] = {{"sent", SST_KIND_DELIVERED},
                 {"deferred", SST_KIND_DELAYED},
                 {"bounced", SST_KIND_FAILED},
                 {"expired", SST_KIND_FAILED},
                 {"SOFTBOUNCE", SST_KIND_DELAYED}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (span_is(status, kinds[i].status, false))
            return kinds[i].kind;
    }
    return SST_KIND_NONE;
}

/* "1.2" seconds. */
static void take_delay(sst_span text, sst_record *record)
{
    uint64_t seconds;
    uint64_t ms = 0;
    if (!words_number(&text, &seconds) || seconds > UINT32_MAX)
        return;
    if (words_take(&text, ".")) {
        for (uint64_t unit = 100; unit > 0 && text.len > 0 && ascii_is_digit(text.ptr[0]);
             unit /= 10) {
            ms += (uint64_t)(text.ptr[0] - '0') * unit;
            text = words_from(text, 1);
        }
    }
    record->has_delay = true;
    record->delay_ms = seconds * 1000 + ms;
}

/* The id at the end of "... queued as 4Xabc", "forwarded as 4Xabc"; takes it off. */
static sst_span take_last_id(sst_span *words)
{
    size_t n = words->len;
    while (n > 0 && is_id_byte[(unsigned char)words->ptr[n - 1]])
        n--;
    sst_span id = words_from(*words, n);
    words->len = n;
    return id;
}

/*
 * A mail that was sent is not delivered yet where it comes back: the reply names another message of
 * this log, another message said that it was this one, or what was handed to a program or to this
 * machine has come in again under another id.
 */
static sst_kind kind_of_sent(sst_log_reader *reader, const log_line *line, const attempt *a,
                             log_mail *mail)
{
    sst_span words = a->words;
    sst_span next = take_last_id(&words);
    if (words_end(words, "forwarded as "))
        return SST_KIND_EXPANDED;
    if (words_end(words, "queued as ") && sst_log_is_known(reader, line, next))
        return SST_KIND_RELAYED;
    if (!mail)
        return SST_KIND_DELIVERED;
    bool host = a->relay.len > 0 && memchr(a->relay.ptr, '[', a->relay.len) != NULL;
    if (host && (sst_log_numbers(mail)->flags & CAME_BACK))
        return SST_KIND_RELAYED;
    bool here = words_find(a->relay, "[127.0.0.1]") < a->relay.len ||
                words_find(a->relay, "[::1]") < a->relay.len || words_end(line->program, "/pipe");
    return here && sst_log_is_elsewhere(reader, mail) ? SST_KIND_RELAYED : SST_KIND_DELIVERED;
}

static void read_delivery(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text)
{
    attempt a;
    if (!take_attempt(text, &a)) {
        sst_log_not_understood(reader);
        return;
    }
    sst_kind kind = kind_of(a.status);
    if (kind == SST_KIND_NONE)
        return;
    log_mail *mail = sst_log_find(reader, line, id);
    if (!mail && kind == SST_KIND_DELAYED)
        mail = sst_log_open(reader, line, id);
    sst_record *record = sst_log_add(reader, line);
    record->kind = kind == SST_KIND_DELIVERED ? kind_of_sent(reader, line, &a, mail) : kind;
    record->recipient = a.recipient;
    record->original_recipient = a.original;
    if (a.relay.len > 0 && memchr(a.relay.ptr, '[', a.relay.len))
        record->remote = sst_postfix_host_name(a.relay);
    take_delay(a.delay, record);
    sst_postfix_words(reader, record, a.words);
    if (record->enhanced.status_class == 0)
        sst_enhanced_parse(a.dsn.ptr, a.dsn.len, &record->enhanced);
    sst_log_join(record, mail, line, id);
    if (record->kind == SST_KIND_DELAYED)
        sst_log_wait(reader, mail, record);
    else
        sst_log_settle(reader, mail, a.recipient);
    if (record->kind == SST_KIND_DELIVERED && words_end(line->program, "/pipe"))
        sst_log_hold(reader, line, a.relay);
}

/* --- all lines ------------------------------------------------------------------------------ */

static void read(sst_log_reader *reader, const log_line *line)
{
    sst_span text = line->text;
    sst_span id;
    /* A third of all lines. */
    if (words_begin(text, "connect from ") || words_begin(text, "disconnect from ") ||
        !take_id(&text, &id) || text.len == 0)
        return;
    switch (text.ptr[0]) {
    case 't':
        if (words_take(&text, "to=<"))
            read_delivery(reader, line, id, text);
        break;
    case 'f':
        if (words_take(&text, "from=<"))
            read_queue(reader, line, id, text);
        break;
    case 'm':
        if (words_take(&text, "message-id="))
            read_message_id(reader, line, id, text);
        else if (words_take(&text, "milter-reject: "))
            sst_postfix_refusal(reader, line, id, text);
        break;
    case 'c':
        if (words_take(&text, "client="))
            read_client(reader, line, id, text);
        break;
    case 'r':
        if (span_is(text, "removed", false))
            sst_log_close(reader, sst_log_find(reader, line, id));
        else if (words_take(&text, "reject: "))
            sst_postfix_refusal(reader, line, id, text);
        break;
    case 'u':
        if (words_begin(text, "uid="))
            read_pickup(reader, line, id, text);
        break;
    case 'p': /* a filter that smtpd asks while the client waits */
        if (words_take(&text, "proxy-reject: "))
            sst_postfix_refusal(reader, line, id, text);
        break;
    default:
        break;
    }
}

const log_format sst_log_postfix = {SST_LOG_FORMAT_POSTFIX, "postfix", owns, read};
