/* Makes the texts for the benchmark of verdicts out of templates, by a small generator of numbers
 * that always starts the same. */
#include "verdict_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct template
{
    int code;
    sst_enhanced enhanced;
    const char
        *text; /* {a} address, {h} host, {i} IP address, {q} queue id, {n} number, {u} user */
}
template;

/* Written for this file after the wording of servers and providers. */
static const template templates[] = {
    {550, {5, 1, 1}, "<{a}>: Recipient address rejected: User unknown in local recipient table"},
    {550, {5, 1, 1}, "<{a}>: Recipient address rejected: User unknown in virtual mailbox table"},
    {550,
     {5, 1, 1},
     "The email account that you tried to reach does not exist. Please try double-checking the "
     "recipient's email address for typos or unnecessary spaces. {q}.{n} - gsmtp"},
    {550,
     {5, 7, 26},
     "This mail has been blocked because the sender is unauthenticated. Authentication results: "
     "DKIM = did not pass SPF [{h}] with ip: [{i}] = did not pass {q} - gsmtp"},
    {421,
     {4, 7, 28},
     "[{i} {n}] Our system has detected an unusual rate of unsolicited mail originating from your "
     "IP address. To protect our users from spam, mail has been temporarily rate limited. {q} - "
     "gsmtp"},
    {452, {4, 2, 2}, "The recipient's inbox is out of storage space. {q} - gsmtp"},
    {554, {5, 7, 1}, "<{h}[{i}]>: Client host rejected: Access denied"},
    {554, {5, 7, 1}, "<{a}>: Relay access denied"},
    {450, {4, 7, 1}, "Client host rejected: cannot find your reverse hostname, [{i}]"},
    {450,
     {4, 2, 0},
     "<{a}>: Recipient address rejected: Greylisted, see "
     "http://postgrey.example.org/help/{h}.html"},
    {451, {4, 7, 1}, "Greylisting in action, please come back in 00:0{n}:59"},
    {452, {4, 3, 1}, "Insufficient system storage"},
    {552, {5, 3, 4}, "Message size exceeds fixed limit"},
    {552, {5, 2, 2}, "Mailbox full: {u} is over quota by {n} bytes"},
    {550,
     {5, 7, 1},
     "Service unavailable, Client host [{i}] blocked using Spamhaus. To request removal from this "
     "list see https://www.spamhaus.org/query/ip/{i} (AS{n}) [{q}.prod.protection.outlook.com]"},
    {550,
     {5, 7, 1},
     "Unfortunately, messages from [{i}] weren't sent. Please contact your Internet service "
     "provider since part of their network is on our block list (S3140)."},
    {451,
     {4, 7, 0},
     "Temporary server error. Please try again later. PRX{n} [{q}.eurprd02.prod.outlook.com]"},
    {550,
     {5, 4, 1},
     "Recipient address rejected: Access denied. For more information see "
     "https://aka.example.com/EXOSmtpErrors [{q}.prod.protection.outlook.com]"},
    {421,
     {4, 7, 0},
     "[TSS04] Messages from {i} temporarily deferred due to unexpected volume or user complaints - "
     "{q}; see https://postmaster.example.com/error-codes"},
    {554,
     {0, 0, 0},
     "delivery error: dd This user doesn't have a yahoo.com account ({a}) [{n}] - "
     "mta{n}.mail.example.com"},
    {550,
     {5, 7, 1},
     "[CS01] Message rejected due to local policy. Please visit "
     "https://support.example.com/en-us/{n}"},
    {554,
     {0, 0, 0},
     "Transaction failed: Reject due to policy restrictions. For explanation visit "
     "https://postmaster.example.net/error-messages?ip={i}&c={q}"},
    {554, {5, 7, 1}, "Message rejected as spam by content filtering. id={q}"},
    {550, {5, 7, 1}, "Message contains a virus (Eicar-Test-Signature-{n}) and was rejected"},
    {554, {5, 7, 0}, "Reject, id={q}-{n} - BANNED: application/x-msdownload,.exe,invoice-{n}.exe"},
    {421, {4, 4, 2}, "{h} Error: timeout exceeded"},
    {421, {4, 7, 0}, "{h} Error: too many errors"},
    {421,
     {4, 7, 0},
     "Too many concurrent SMTP connections from {i}; please try again in {n} minutes"},
    {452, {4, 5, 3}, "Error: too many recipients"},
    {530, {5, 7, 0}, "Must issue a STARTTLS command first"},
    {535, {5, 7, 8}, "Error: authentication failed: {q}"},
    {550, {5, 7, 23}, "SPF validation failed: {h} does not designate {i} as permitted sender"},
    {550, {5, 7, 1}, "Email rejected per DMARC policy for {h}"},
    {501, {5, 1, 3}, "Bad recipient address syntax"},
    {503, {5, 5, 1}, "Error: need MAIL command"},
    {550, {5, 2, 1}, "The email account that you tried to reach is disabled. {q}"},
    {550, {0, 0, 0}, "5.1.1 {u}... User unknown"},
    {550, {0, 0, 0}, "#5.1.0 Address rejected {a}"},
    {554, {5, 4, 6}, "Too many hops {n} (30 max): from {a} via {h}, to {a}"},
    {451, {4, 3, 0}, "Temporary lookup failure {q}"},
    {550, {0, 0, 0}, "Verification failed for <{a}> No Such User Here Sender verify failed"},
    {550, {0, 0, 0}, "Unrouteable address {a}"},
    {0, {4, 4, 1}, "connect to {h}[{i}]:25: Connection timed out"},
    {0,
     {5, 4, 4},
     "Host or domain name not found. Name service error for name={h} type=A: Host not found"},
    {550,
     {5, 1, 1},
     "Das angegebene Postfach {a} existiert nicht. Bitte pr\xc3\xbc"
     "fen Sie die Adresse."},
    {550, {5, 1, 1}, "Adresse inconnue. LPN007_{n}. Merci de verifier {a}"},
    {421, {0, 0, 0}, "Service refuse. Veuillez essayer plus tard. {q} OFR_{n}"},
    {550, {0, 0, 0}, "Mailbox not found http://service.mail.example.cn/cgi-bin/help?id={n} {q}"},
    {550,
     {5, 7, 1},
     "spam message rejected. Please visit http://help.mail.example.ru/notspam-support/id?c={q} or "
     "report details to {a}. Error code: {q}. ID: {n}"},
    {451, {0, 0, 0}, "Your message has been delayed, please try again in {n} seconds ({q})"},
};

static const char *const latin[] = {
    "lorem",      "ipsum",        "dolor",
    "sit",        "amet",         "consectetur",
    "adipiscing", "elit",         "sed",
    "do",         "eiusmod",      "tempor",
    "incididunt", "ut",           "labore",
    "et",         "dolore",       "magna",
    "aliqua",     "enim",         "ad",
    "minim",      "veniam",       "quis",
    "nostrud",    "exercitation", "ullamco",
    "laboris",    "nisi",         "aliquip",
    "ex",         "ea",           "commodo",
    "consequat",  "duis",         "aute",
    "irure",      "in",           "reprehenderit",
    "voluptate",  "velit",        "esse",
    "cillum",     "eu",           "fugiat",
    "nulla",      "pariatur",     "excepteur",
    "sint",       "occaecat",     "cupidatat",
    "non",        "proident",     "sunt",
    "culpa",      "qui",          "officia",
    "deserunt",   "mollit",       "anim",
    "id",         "est",          "laborum",
    "arma",       "virumque",     "cano",
    "gallia",     "omnis",        "divisa",
    "partes",     "tres",         "quousque",
    "tandem",     "abutere",      "patientia",
    "nostra",
};

enum { ROOM = 512 };

static uint32_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 32);
}

static int fill_in(char *to, size_t room, char what, uint64_t *state)
{
    uint32_t a = next_number(state);
    uint32_t b = next_number(state);
    switch (what) {
    case 'a':
        return snprintf(to, room, "user%u.x%u@mail%u.example.com", a % 9973, b % 97, b % 211);
    case 'h':
        return snprintf(to, room, "mx%u.host%u.example.net", a % 31, b % 4001);
    case 'i':
        return snprintf(to, room, "198.51.100.%u", a % 256);
    case 'q':
        return snprintf(to, room, "%08X%04x", a, b & 0xffff);
    case 'u':
        return snprintf(to, room, "person%u", a % 100003);
    default:
        return snprintf(to, room, "%u", a % 60);
    }
}

static size_t make_reply(char *to, const char *text, uint64_t *state)
{
    size_t len = 0;
    for (; *text && len < ROOM - 64; text++) {
        if (text[0] == '{' && text[1] && text[2] == '}') {
            len += (size_t)fill_in(to + len, ROOM - len, text[1], state);
            text += 2;
        } else {
            to[len++] = *text;
        }
    }
    return len;
}

static size_t make_paragraph(char *to, uint64_t *state)
{
    size_t wanted = 150 + next_number(state) % 251;
    size_t len = 0;
    while (len < wanted) {
        const char *word = latin[next_number(state) % (sizeof latin / sizeof *latin)];
        size_t size = strlen(word);
        if (len + size + 2 > wanted)
            break;
        memcpy(to + len, word, size);
        len += size;
        if (next_number(state) % 9 == 0)
            to[len++] = next_number(state) & 1 ? ',' : '.';
        to[len++] = ' ';
    }
    while (len < wanted)
        to[len++] = 'x';
    return len;
}

char *verdict_data_make(sst_evidence *evidence, size_t count, size_t *size)
{
    char *block = malloc(count * ROOM);
    uint64_t state = 88172645463325252u;
    size_t used = 0;
    if (!block)
        return NULL;
    memset(evidence, 0, count * sizeof *evidence);
    for (size_t i = 0; i < count; i++) {
        const template *t =
            &templates[next_number(&state) % (sizeof templates / sizeof *templates)];
        bool paragraph = i % 2 == 1;
        evidence[i].text.ptr = block + used;
        evidence[i].text.len = paragraph ? make_paragraph(block + used, &state)
                                         : make_reply(block + used, t->text, &state);
        evidence[i].code = paragraph ? 550 : t->code;
        if (!paragraph)
            evidence[i].enhanced = t->enhanced;
        used += evidence[i].text.len;
    }
    *size = used;
    return block;
}
