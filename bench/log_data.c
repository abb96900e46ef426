/*
 * Writes the log that bench/log.sh measures with: what Postfix logs of mail that it takes, hands to
 * a content filter, delivers, puts off, sends back and refuses. No two messages are the same, their
 * lines are mixed as those of a busy server, and what became of each recipient is known.
 *
 * Usage: log_data BYTES LOG TRUTH
 *
 * TRUTH gets lines of "name count": lines, bytes, messages, delivered, relayed, delayed, failed,
 * refused, and "reason.NAME count" for each reason of what was delayed, failed or refused.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ACTIVE    200   /* messages whose lines are mixed */
#define WAITING   20000 /* messages that were put off */
#define MOST_RCPT 5

/* --- chance --------------------------------------------------------------------------------- */

/* The same log each time (xorshift64*, with a fixed seed). */
static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);

static uint64_t chance(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static unsigned below(unsigned limit)
{
    return (unsigned)((chance() >> 33) % limit);
}

static bool percent(unsigned share)
{
    return below(100) < share;
}

/* --- what servers answer -------------------------------------------------------------------- */

/* %s is the recipient, %x a number that is another one each time. */
typedef struct answer {
    const char *reason;
    const char *dsn;
    const char *words;
} answer;

static const answer deferrals[] = {
    {"mailbox-full", "4.2.2",
     "host %h said: 452 4.2.2 <%s>: Mailbox full (in reply to RCPT TO command)"},
    {"greylisted", "4.7.1",
     "host %h said: 450 4.7.1 <%s>: Recipient address rejected: Greylisted, see "
     "http://postgrey.example.org/help/%x.html (in reply to RCPT TO command)"},
    {"unreachable", "4.4.1", "connect to %h:25: Connection timed out"},
    {"unreachable", "4.4.1", "connect to %h:25: Connection refused"},
    {"dns-failure", "4.4.3",
     "Host or domain name not found. Name service error for name=%d type=MX: Host not found, "
     "try again"},
    {"rate-limited", "4.7.0",
     "host %h said: 421 4.7.0 Too many messages from your IP, slow down (%x) (in reply to "
     "MAIL FROM command)"},
    {"too-many-connections", "4.7.0",
     "host %h refused to talk to me: 421 4.7.0 Too many connections from your host %x"},
};

static const answer bounces[] = {
    {"mailbox-unknown", "5.1.1",
     "host %h said: 550 5.1.1 <%s>: Recipient address rejected: User unknown in virtual "
     "mailbox table (in reply to RCPT TO command)"},
    {"mailbox-unknown", "5.1.1",
     "host %h said: 550-5.1.1 The email account that you tried to reach does not exist. "
     "550 5.1.1 User unknown %x (in reply to RCPT TO command)"},
    {"mailbox-full", "5.2.2",
     "host %h said: 552 5.2.2 <%s>: Mailbox is full (in reply to RCPT TO command)"},
    {"domain-unknown", "5.4.4",
     "Host or domain name not found. Name service error for name=%d type=AAAA: Host not found"},
    {"spam-content", "5.7.1",
     "host %h said: 554 5.7.1 Message rejected as spam, id %x (in reply to end of DATA command)"},
    {"message-too-big", "5.3.4", "message size %x exceeds size limit 10240000 of server %h"},
};

static const answer refusals[] = {
    {"relay-denied", "5.7.1", "554 5.7.1 <%s>: Relay access denied"},
    {"mailbox-unknown", "5.1.1",
     "550 5.1.1 <%s>: Recipient address rejected: User unknown in local recipient table"},
    {"ip-blocked", "5.7.1",
     "554 5.7.1 Service unavailable; Client host [%i] blocked using zen.example.net; "
     "https://www.example.net/query/ip/%i"},
    {"greylisted", "4.7.1",
     "450 4.7.1 <%s>: Recipient address rejected: Greylisted for %x seconds"},
};

/* --- truth ---------------------------------------------------------------------------------- */

typedef struct count {
    const char *name;
    uint64_t value;
} count;

static count reasons[64];
static uint64_t lines, bytes, messages, delivered, relayed, delayed, failed, refused;

static void count_reason(const char *name)
{
    size_t i = 0;
    while (i < COUNT(reasons) - 1 && reasons[i].name && strcmp(reasons[i].name, name) != 0)
        i++;
    reasons[i].name = name;
    reasons[i].value++;
}

/* --- lines ---------------------------------------------------------------------------------- */

static FILE *out;
static uint64_t clock_ms;

static void begin_line(const char *program, unsigned process)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static char stamp[32];
    static uint64_t last = UINT64_MAX;
    uint64_t seconds = clock_ms / 1000;
    clock_ms += below(100);
    if (seconds != last) {
        uint64_t day = seconds / 86400 + 59; /* 1 March */
        size_t month = 0;
        for (; day >= (uint64_t)lengths[month % 12]; month++)
            day -= (uint64_t)lengths[month % 12];
        snprintf(stamp, sizeof stamp, "%.3s %2u %02u:%02u:%02u", months + 3 * (month % 12),
                 (unsigned)day + 1, (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60),
                 (unsigned)(seconds % 60));
        last = seconds;
    }
    bytes += (uint64_t)fprintf(out, "%s mx1 %s[%u]: ", stamp, program, process);
    lines++;
}

#define PUT(...) (bytes += (uint64_t)fprintf(out, __VA_ARGS__))

/* --- messages ------------------------------------------------------------------------------- */

typedef enum step { CONNECT, CLIENT, MESSAGE_ID, QUEUED, DISCONNECT, DELIVER, TAKEN, REMOVED } step;

typedef struct message message;
struct message {
    uint64_t number; /* makes everything about it unique */
    uint64_t parent; /* what came back from the filter has the Message-ID of the one handed to it */
    uint64_t due;    /* of the next attempt */
    step step;
    unsigned size;
    unsigned count;
    unsigned at;      /* the recipient at hand */
    unsigned pending; /* a bit for each recipient that is to be tried */
    unsigned later;   /* likewise in the next attempt */
    unsigned attempts;
    bool filtered;     /* it is handed to a content filter */
    bool notification; /* it tells of a bounce */
    message *outer;    /* the one handed to the filter, until the filter says that it took it */
};

static message *active[4 * ACTIVE]; /* with those that come of others */
static size_t active_count;
static message *waiting[WAITING];
static size_t waiting_first, waiting_count;
static uint64_t next_number = 1;

/* As Postfix makes them unless told otherwise: microseconds, and the number of a file. */
static const char *queue_id(uint64_t number)
{
    static char ids[4][16];
    static unsigned turn;
    char *id = ids[turn++ % 4];
    snprintf(id, sizeof ids[0], "%05X%06X", (unsigned)(number * 7919 % 1000000),
             (unsigned)(number % 0x1000000));
    return id;
}

/* What the filter handed back goes to the recipients of the mail that it was given. */
static uint64_t first_number(const message *of)
{
    return of->parent && !of->notification ? of->parent : of->number;
}

static unsigned host_number(const message *of, unsigned recipient)
{
    return (unsigned)((first_number(of) * 31 + recipient * 7) % 997);
}

static void name_recipient(const message *of, unsigned recipient, char *into, size_t size)
{
    if (of->notification)
        snprintf(into, size, "s%" PRIu64 "@example.org", of->parent);
    else
        snprintf(into, size, "u%" PRIu64 ".%u@d%u.example.com", first_number(of), recipient,
                 host_number(of, recipient));
}

static message *new_message(uint64_t parent)
{
    message *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        exit(1);
    fresh->number = next_number++;
    fresh->parent = parent;
    fresh->size = 900 + below(60000);
    fresh->count = percent(82) ? 1 : 2 + below(MOST_RCPT - 1);
    fresh->pending = (1u << fresh->count) - 1;
    fresh->filtered = parent == 0 && percent(12);
    messages++;
    return fresh;
}

/* Puts a message among the active ones. Room for those that come of others never ends: they are
 * few.
 */
static void activate(message *what)
{
    if (active_count == COUNT(active))
        exit(1);
    active[active_count++] = what;
}

static void put_words(const answer *from, const message *of, unsigned recipient, const char *ip)
{
    char address[96];
    unsigned host = host_number(of, recipient);
    name_recipient(of, recipient, address, sizeof address);
    for (const char *c = from->words; *c; c++) {
        if (*c != '%') {
            fputc(*c, out);
            bytes++;
            continue;
        }
        switch (*++c) {
        case 's':
            PUT("%s", address);
            break;
        case 'h':
            PUT("mx%u.example.com[192.0.2.%u]", host, host % 254 + 1);
            break;
        case 'd':
            PUT("d%u.example.com", host);
            break;
        case 'i':
            PUT("%s", ip);
            break;
        default:
            PUT("%u", 10000000 + below(80000000));
            break;
        }
    }
    count_reason(from->reason);
}

static void put_relay(const message *of, unsigned recipient, bool none)
{
    unsigned host = host_number(of, recipient);
    if (none)
        PUT("relay=none, ");
    else
        PUT("relay=mx%u.example.com[192.0.2.%u]:25, ", host, host % 254 + 1);
    unsigned tenths = below(90) + 1;
    PUT("delay=%u.%u, delays=0.0%u/0.0%u/0.%u/%u.%u, ", tenths / 10 + of->attempts * 600,
        tenths % 10, below(10), below(10), below(10), tenths / 10, tenths % 10);
}

/* Nothing was reached: there was no reply. */
static bool is_unreached(const answer *from)
{
    return strncmp(from->words, "connect", 7) == 0 || strncmp(from->words, "Host", 4) == 0;
}

static void put_failure(const answer *from, const message *of, unsigned recipient,
                        const char *status)
{
    put_relay(of, recipient, is_unreached(from));
    PUT("dsn=%s, status=%s (", from->dsn, status);
    put_words(from, of, recipient, "");
    PUT(")\n");
}

static void put_sent(message *of, unsigned recipient)
{
    put_relay(of, recipient, false);
    PUT("dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as %s)\n",
        queue_id(UINT64_C(1000000000) + of->number * MOST_RCPT + recipient));
    delivered++;
}

/* Handed to the filter, which hands it back under another queue id, and only then says so. */
static void hand_to_filter(message *of)
{
    message *inner = new_message(of->number);
    inner->count = of->count;
    inner->pending = of->pending;
    inner->outer = of;
    of->step = TAKEN;
    activate(inner);
}

static void put_taken(const message *of, const message *inner)
{
    for (unsigned i = 0; i < of->count; i++) {
        char address[96];
        name_recipient(of, i, address, sizeof address);
        begin_line("postfix/smtp", 2000 + below(40));
        PUT("%s: to=<%s>, relay=127.0.0.1[127.0.0.1]:10024, delay=0.%u, delays=0.01/0/0/0.%u, "
            "dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: "
            "queued as %s)\n",
            queue_id(of->number), address, 1 + below(9), 1 + below(9), queue_id(inner->number));
        relayed++;
    }
}

static void put_bounce(message *of, unsigned recipient)
{
    put_failure(&bounces[below(COUNT(bounces))], of, recipient, "bounced");
    failed++;
    if (of->notification)
        return;
    message *told = new_message(of->number);
    told->notification = true;
    told->count = told->pending = 1;
    told->step = MESSAGE_ID;
    begin_line("postfix/bounce", 3000 + below(9));
    PUT("%s: sender non-delivery notification: %s\n", queue_id(of->number), queue_id(told->number));
    activate(told);
}

/* One recipient; those that are put off are tried again later. */
static void put_attempt(message *of)
{
    char address[96];
    unsigned at = of->at;
    bool again = of->attempts < 3;
    name_recipient(of, at, address, sizeof address);
    begin_line(of->notification ? "postfix/local" : "postfix/smtp", 2000 + below(40));
    if (of->notification) {
        PUT("%s: to=<%s>, relay=local, delay=0.0%u, delays=0.01/0/0/0.0%u, dsn=2.0.0, status=sent "
            "(delivered to "
            "mailbox)\n",
            queue_id(of->number), address, 1 + below(9), 1 + below(9));
        delivered++;
        return;
    }
    PUT("%s: to=<%s>, ", queue_id(of->number), address);
    if (again && percent(9)) {
        put_failure(&deferrals[below(COUNT(deferrals))], of, at, "deferred");
        of->later |= 1u << at;
        delayed++;
    } else if (percent(6)) {
        put_bounce(of, at);
    } else {
        put_sent(of, at);
    }
}

static void deliver(message *of)
{
    while (of->at < of->count && !(of->pending >> of->at & 1))
        of->at++;
    if (of->at < of->count) {
        put_attempt(of);
        of->at++;
    }
    bool more = of->at < of->count && of->pending >> of->at != 0;
    if (!more)
        of->step = REMOVED;
}

/* The last line of an attempt, or that the message waits for the next one. */
static void end_attempt(message *of)
{
    if (of->later == 0) {
        begin_line("postfix/qmgr", 1500);
        PUT("%s: removed\n", queue_id(of->number));
        free(of);
        return;
    }
    of->pending = of->later;
    of->later = 0;
    of->at = 0;
    of->attempts++;
    of->step = QUEUED;
    of->due = clock_ms + 300000 + below(600000);
    if (waiting_count == WAITING)
        free(of);
    else
        waiting[(waiting_first + waiting_count++) % WAITING] = of;
}

static void put_client(const message *of)
{
    if (of->parent && !of->notification)
        PUT("localhost[127.0.0.1]");
    else
        PUT("c%u.example.org[198.51.100.%u]", (unsigned)(of->number % 800),
            (unsigned)(of->number % 250) + 1);
}

static void put_queued(const message *of)
{
    begin_line("postfix/qmgr", 1500);
    PUT("%s: from=<", queue_id(of->number));
    if (!of->notification)
        PUT("s%" PRIu64 "@example.org", of->parent ? of->parent : of->number);
    PUT(">, size=%u, nrcpt=%u (queue active)", of->size, of->count);
}

/* A line before the delivery, without its end. */
static void put_step(const message *of)
{
    unsigned smtpd = 1000 + (unsigned)(of->number % 60);
    bool returned = of->parent && !of->notification;
    switch (of->step) {
    case CONNECT:
        begin_line("postfix/smtpd", smtpd);
        PUT("connect from ");
        put_client(of);
        break;
    case CLIENT:
        begin_line("postfix/smtpd", smtpd);
        PUT("%s: client=", queue_id(of->number));
        put_client(of);
        if (!of->parent)
            PUT(", sasl_method=PLAIN, sasl_username=user%u", (unsigned)(of->number % 800));
        break;
    case MESSAGE_ID:
        begin_line("postfix/cleanup", 1800 + below(20));
        PUT("%s: message-id=<%" PRIx64 ".%s@example.org>", queue_id(of->number),
            (returned ? of->parent : of->number) * UINT64_C(2654435761),
            of->notification ? "mx1" : "host");
        break;
    case QUEUED:
        put_queued(of);
        break;
    default:
        begin_line("postfix/smtpd", smtpd);
        PUT("disconnect from ");
        put_client(of);
        PUT(" ehlo=2 starttls=1 auth=1 mail=1 rcpt=%u data=1 quit=1 commands=%u", of->count,
            of->count + 7);
        break;
    }
    PUT("\n");
}

/* What the filter handed back was queued: now it says so of the message that it was given. */
static void end_filtering(message *inner)
{
    if (inner->step != DISCONNECT || !inner->outer)
        return;
    put_taken(inner->outer, inner);
    inner->outer->step = REMOVED;
    activate(inner->outer);
    inner->outer = NULL;
}

/* The next line of a message. Returns false where that was the last one for now. */
static bool advance(message *of)
{
    if (of->step == DELIVER && of->filtered) {
        hand_to_filter(of);
        return false;
    }
    if (of->step == DELIVER) {
        deliver(of);
        return true;
    }
    if (of->step > DELIVER) {
        end_attempt(of);
        return false;
    }
    put_step(of);
    /* Only the first attempt had a client. */
    of->step += of->step == QUEUED && of->attempts > 0 ? 2 : 1;
    end_filtering(of);
    return true;
}

/* --- others --------------------------------------------------------------------------------- */

static void put_refusal(void)
{
    const answer *from = &refusals[below(COUNT(refusals))];
    message stranger = {.number = next_number++, .count = 1};
    char address[96];
    char ip[32];
    snprintf(ip, sizeof ip, "198.51.100.%u", below(254) + 1);
    name_recipient(&stranger, 0, address, sizeof address);
    begin_line("postfix/smtpd", 1000 + below(60));
    PUT("connect from unknown[%s]\n", ip);
    begin_line("postfix/smtpd", 1000 + below(60));
    PUT("NOQUEUE: reject: RCPT from unknown[%s]: ", ip);
    put_words(from, &stranger, 0, ip);
    PUT("; from=<x%" PRIu64 "@example.net> to=<%s> proto=ESMTP helo=<h%u.example.net>\n",
        stranger.number, address, below(100000));
    begin_line("postfix/smtpd", 1000 + below(60));
    PUT("disconnect from unknown[%s] ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4\n", ip);
    refused++;
}

static void put_noise(void)
{
    switch (below(4)) {
    case 0:
        begin_line("postfix/anvil", 1700);
        PUT("statistics: max connection rate %u/60s for (smtp:198.51.100.%u) at Mar  1 10:00:00\n",
            1 + below(20), below(254));
        break;
    case 1:
        begin_line("postfix/smtp", 2000 + below(40));
        PUT("Trusted TLS connection established to mx%u.example.com[192.0.2.%u]:25: TLSv1.3 with "
            "cipher "
            "TLS_AES_256_GCM_SHA384 (256/256 bits)\n",
            below(997), below(254));
        break;
    case 2:
        begin_line("postfix/smtpd", 1000 + below(60));
        PUT("warning: hostname h%u.example.net does not resolve to address 198.51.100.%u\n",
            below(1000), below(254));
        break;
    default:
        begin_line("dovecot", 900);
        PUT("imap-login: Login: user=<user%u>, method=PLAIN, rip=198.51.100.%u, lip=192.0.2.1, "
            "mpid=%u, TLS\n",
            below(800), below(254), below(60000));
        break;
    }
}

/* The next message: one whose time has come, or a new one. */
static message *next_message(void)
{
    if (waiting_count == 0 || waiting[waiting_first]->due > clock_ms)
        return new_message(0);
    message *next = waiting[waiting_first];
    waiting_first = (waiting_first + 1) % WAITING;
    waiting_count--;
    return next;
}

static bool write_truth(const char *name)
{
    FILE *truth = fopen(name, "w");
    if (!truth)
        return false;
    const count all[] = {{"lines", lines},         {"bytes", bytes},     {"messages", messages},
                         {"delivered", delivered}, {"relayed", relayed}, {"delayed", delayed},
                         {"failed", failed},       {"refused", refused}};
    for (size_t i = 0; i < COUNT(all); i++)
        fprintf(truth, "%s %" PRIu64 "\n", all[i].name, all[i].value);
    for (size_t i = 0; i < COUNT(reasons) && reasons[i].name; i++)
        fprintf(truth, "reason.%s %" PRIu64 "\n", reasons[i].name, reasons[i].value);
    return fclose(truth) == 0;
}

int main(int argc, char **argv)
{
    uint64_t wanted = argc == 4 ? strtoull(argv[1], NULL, 10) : 0;
    out = argc == 4 ? fopen(argv[2], "w") : NULL;
    if (!out) {
        fputs("usage: log_data BYTES LOG TRUTH\n", stderr);
        return 2;
    }
    while (bytes < wanted) {
        while (active_count < ACTIVE)
            activate(next_message());
        size_t at = below((unsigned)active_count);
        if (!advance(active[at]))
            active[at] = active[--active_count];
        if (percent(4))
            put_refusal();
        if (percent(8))
            put_noise();
    }
    return fclose(out) == 0 && write_truth(argv[3]) ? 0 : 1;
}
