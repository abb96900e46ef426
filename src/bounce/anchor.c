/*
 * Finding the recipient that a line of a report names. Forms, not systems: the few words that tell
 * a recipient from another address stand in tables.
 */
#include "bounce/anchor.h"

#include <smtpstatus/enhanced.h>

#include "bounce/phrase.h"
#include "mime/address.h"
#include "mime/line.h"

/* Labels, before a colon, of a recipient that failed. */
static const char *const recipient_labels[] = {
    "recipient",
    "failed",
    "final recipient",
    "final-recipient",
    "original recip",
    "original-recip",
    "intended recip",
    "addressed to",
    "address",
    "unknown user",
    "user unknown",
    "unknown host",
    "unknown local",
    "invalid recip",
    "invalid address",
    "undeliverable",
    "unable to deliv",
    "could not deliv",
    "could not be del",
    "cannot deliver",
    "not delivered",
    "was not deliver",
    "delivery fail",
    "delivery to",
    "delivery has",
    "no such user",
    "mailbox",
    "user mailbox",
    "sent to",
    "rejected recip",
    "bounced address",
    "bad recipient",
    "your message to",
    "message to",
    "destinat",
    "empf",
    "(expanded from",
    "rcpt",
    "envelope-to",
    "the following",
    "as their",
    "account",
    "宛先",
    "送信先",
    "受信者",
    "收件",
    "收信",
    "받는",
    "수신",
    "Получат",
    "получат",
    "Адресат",
    "адресат",
    "odbiorc",
    "adresat",
    "příjemc",
    "adres",
    "alıcı",
    "mottagar",
    "modtager",
    "mottaker",
    "ontvanger",
    "geadresseerde",
    "vastaanottaja",
    "címzett",
    "email address",
    "e-mail address",
    NULL,
};

/* Labels of other addresses. */
static const char *const other_labels[] = {
    "to",        "from",      "cc",           "bcc",         "subject",    "date",       "sent",
    "reply-to",  "sender",    "message-",     "return-path", "errors-to",  "x-",         "contact",
    "mail from", "mailfrom",  "received",     "in-reply-to", "references", "http",       "https",
    "mailto",    "sender-id", "delivered-to", "list-",       "disposit",   "precedence", "abuse",
    "helo",      "ehlo",      "reported-by",  "reporting",   "generating", NULL,
};

/* Words of a sentence that speaks of a delivery to the address in it. */
static const char *const delivery_words[] = {
    "deliver",  "message to", "mail to",      "sent to", "recipient", "undeliverable",
    "rejected", "not found",  "wasn't found", "unknown", "no such",   "does not exist",
    "doesn't",  "disabled",   "full",         "quota",   "mailbox",   "could not be",
    "was not",  "failed",     "blocked",      "address", "returned",  "bounced",
    "account",  "reach",      NULL,
};

/* Words before an address that is somebody else's. */
static const char *const other_words[] = {
    "contact",
    "mailto:",
    "write to",
    "send mail to",
    "send an e-mail to",
    "assistance",
    "help",
    "support",
    "questions",
    "sent by",
    "from <",
    "from:",
    "sender",
    "report this",
    "forward",
    "if you",
    "reply to",
    "mail from",
    "administrator",
    "listed in",
    "message-id",
    "please send",
    "unblock",
    NULL,
};

/* Local parts that are never the recipient that a report is about, unless it stands alone. */
static const char *const system_names[] = {"mailer-daemon@", "postmaster@", "abuse@",
                                           "no-reply@",      "noreply@",    NULL};

/* Without blanks and marks of a list before the address. */
static sst_span without_marks(sst_span line)
{
    static const char *const marks[] = {">>> ", "-> ",           "=> ",       "* ", "- ",
                                        "o ",   "\xE2\x80\xA2 ", "\xC2\xB7 ", "> ", NULL};
    line = mime_trim(line);
    for (size_t i = 0; marks[i]; i++) {
        size_t len = strlen(marks[i]);
        if (line.len > len && memcmp(line.ptr, marks[i], len) == 0)
            return mime_trim((sst_span){line.ptr + len, line.len - len});
    }
    return line;
}

/* Whether what follows an address at the start of a line shows that the line is about it. */
static bool ends_anchor(sst_span rest)
{
    static const char *const starts[] = {
        ":",  ",",      ";",  "(",  "...",          "<",   "on ", "[",       "#",
        "- ", "failed", "=>", "->", "\xEF\xBC\x9A", "<<<", "|",   "delayed", "\xE3\x80\x80",
        NULL};
    /* A tab or blanks: the next column of a table. */
    if (rest.len > 1 && (rest.ptr[0] == '\t' || (rest.ptr[0] == ' ' && rest.ptr[1] == ' ')))
        return true;
    rest = mime_trim(rest);
    return rest.len == 0 || phrase_begins_any(rest, starts);
}

/* Behind what closes an address: brackets, quotes, and the colon. */
static const char *behind(const char *p, const char *end)
{
    while (p < end && *p != '\0' && strchr(">\"'):;,", *p))
        p++;
    return p;
}

static bool is_at_start(sst_span line, sst_span address)
{
    const char *p = line.ptr;
    while (p < address.ptr && *p != '\0' && strchr("<\"'([", *p))
        p++;
    return p == address.ptr;
}

/* The colon behind the label of an address, which in Chinese and Japanese may be a wide one. */
static const char *label_end(sst_span line, sst_span address)
{
    size_t len = (size_t)(address.ptr - line.ptr);
    const char *colon = memchr(line.ptr, ':', len);
    return colon ? colon : phrase_find((sst_span){line.ptr, len}, "\xEF\xBC\x9A");
}

/* The strength of an address behind a label and a colon; NONE where no label is known. */
static anchor_strength by_label(sst_span line, sst_span address, bool *known)
{
    const char *colon = label_end(line, address);
    *known = false;
    if (!colon || colon - line.ptr > 60)
        return ANCHOR_NONE;
    *known = true;
    if (phrase_begins_any(line, other_labels)) {
        sst_span label = {line.ptr, (size_t)(colon - line.ptr)};
        /* The field "To" tells who was to get the mail, where nothing else does, as RCPT does. */
        if (span_is(label, "to", true))
            return ANCHOR_COMMAND;
        /* "to" is one, "to be delivered" is not. */
        if (!memchr(label.ptr, ' ', label.len) || label.len < 12)
            return ANCHOR_NONE;
    }
    if (phrase_begins_any(line, recipient_labels))
        return ANCHOR_LINE;
    *known = false;
    return ANCHOR_NONE;
}

/* The words before the address are looked at from a position on. */
static anchor_strength by_sentence(sst_span line, const char *from, sst_span address)
{
    sst_span before = {from, (size_t)(address.ptr - from)};
    if (phrase_find_any(before, other_words) || phrase_begins_any(address, system_names))
        return ANCHOR_NONE;
    return phrase_find_any(line, delivery_words) ? ANCHOR_SENTENCE : ANCHOR_MENTIONED;
}

/*
 * How many bytes at the start of a line are a reply's code and enhanced code: Sendmail writes
 * "550 5.1.1 <address>... User unknown" for each recipient.
 */
static size_t code_length(sst_span line)
{
    sst_enhanced enhanced;
    if (line.len < 5 || line.ptr[0] < '4' || line.ptr[0] > '5' || !ascii_is_digit(line.ptr[1]) ||
        !ascii_is_digit(line.ptr[2]) || line.ptr[3] != ' ')
        return 0;
    size_t n = 4;
    size_t more = sst_enhanced_parse(line.ptr + n, line.len - n, &enhanced);
    if (more > 0 && n + more < line.len && line.ptr[n + more] == ' ')
        n += more + 1;
    return n;
}

/* How many addresses behind the first of a line are looked at. */
#define MAX_LATER_ADDRESSES 3

static bool is_same(sst_span a, sst_span b)
{
    return a.len > 0 && a.len == b.len && ascii_equal_fold(a.ptr, b.ptr, a.len);
}

bool sst_bounce_is_other(sst_span address, const bounce_not_recipients *not_recipients)
{
    return is_same(address, not_recipients->sender) || is_same(address, not_recipients->reporter);
}

/* RCPT in a transcript, whatever stands before it: ">>>", "-->", "Sent >>>", "C:". */
static bool is_command(sst_span line, sst_span address)
{
    sst_span before = {line.ptr, (size_t)(address.ptr - line.ptr)};
    return phrase_find(before, "rcpt to:") != NULL;
}

/* The strength of an address at the start of a line: alone, or with something that is about it. */
static anchor_strength by_start(sst_span line, sst_span address, const char *rest)
{
    const char *end = address.ptr + address.len;
    bool closed = line.ptr[0] == '<' || (rest > end && (*end == '"' || *end == ':'));
    sst_span more = {rest, (size_t)(line.ptr + line.len - rest)};
    return closed || ends_anchor(more) ? ANCHOR_LINE : by_sentence(line, line.ptr, address);
}

static anchor_strength strength_of(sst_span line, sst_span address, const char *rest)
{
    bool labelled;
    if (is_command(line, address))
        return ANCHOR_COMMAND;
    if (is_at_start(line, address))
        return by_start(line, address, rest);
    anchor_strength strength = by_label(line, address, &labelled);
    return labelled ? strength : by_sentence(line, line.ptr, address);
}

/* The anchor that the first address of a line is; *certain: even if somebody else has it. */
static bounce_anchor first_anchor(sst_span words, sst_span address, const char *end, bool *certain)
{
    size_t code = code_length(words);
    sst_span named = {words.ptr + code, words.len - code};
    const char *rest = behind(end, words.ptr + words.len);
    /* What stands before the address on its line may say what happened: a reply, a label, words. */
    bool whole = code > 0 || !is_at_start(named, address);
    bounce_anchor anchor = {strength_of(named, address, rest), address, NULL, NULL};
    anchor.rest = whole && anchor.strength != ANCHOR_COMMAND ? words.ptr : rest;
    *certain = anchor.strength == ANCHOR_LINE && code == 0;
    return anchor;
}

/* The first address in a line behind from that is nobody else's, by the sentence it stands in: "A
 * message from <sender> to <address> could not be delivered". */
static bounce_anchor later_anchor(sst_span words, const char *from,
                                  const bounce_not_recipients *not_recipients)
{
    bounce_anchor anchor = {ANCHOR_NONE, {NULL, 0}, NULL, NULL};
    for (int i = 0; i < MAX_LATER_ADDRESSES; i++) {
        const char *end;
        sst_span rest = {from, (size_t)(words.ptr + words.len - from)};
        sst_span address = sst_mime_find_address(rest, &end);
        if (!address.ptr)
            break;
        if (!sst_bounce_is_other(address, not_recipients)) {
            anchor.strength = by_sentence(words, from, address);
            anchor.address = address;
            anchor.rest = words.ptr;
            break;
        }
        from = end;
    }
    return anchor;
}

bounce_anchor sst_bounce_anchor_in(sst_span line, const bounce_not_recipients *not_recipients)
{
    bounce_anchor anchor = {ANCHOR_NONE, {NULL, 0}, NULL, NULL};
    if (!memchr(line.ptr, '@', line.len))
        return anchor;
    const char *end;
    bool certain;
    sst_span words = without_marks(line);
    sst_span address = sst_mime_find_address(words, &end);
    if (!address.ptr || address.ptr[0] == '*') /* Biglobe: "********@example.com" */
        return anchor;
    anchor = first_anchor(words, address, end, &certain);
    if (!certain && sst_bounce_is_other(address, not_recipients))
        anchor = later_anchor(words, end, not_recipients);
    anchor.line = line.ptr;
    return anchor;
}
