/*
 * The tables of relaxed reading: how Postfix, Exim, qmail, Sendmail, Courier, Exchange and others
 * introduce the replies that they quote, and what they write behind them. In the tables letters are
 * small; see phrase.h. No phrase begins with a blank.
 */
#include "reply/forms.h"

#include "base/ascii.h"
#include "reply/phrase.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What may stand before a code at the start of the text, in any order. A bracket or quote may as
 * well belong to the text. */
enum { OPENING_WORDS, OPENING_MARK };

static const phrase_entry openings[] = {
    PHRASE("smtp;", OPENING_WORDS),      PHRASE("lmtp;", OPENING_WORDS),
    PHRASE("x-postfix;", OPENING_WORDS), PHRASE("diagnostic-code:", OPENING_WORDS),
    PHRASE("<<<", OPENING_WORDS),        PHRASE("<--", OPENING_WORDS),
    PHRASE("#", OPENING_MARK),           PHRASE("<", OPENING_MARK),
    PHRASE("(", OPENING_MARK),           PHRASE("[", OPENING_MARK),
    PHRASE("'", OPENING_MARK),           PHRASE("\"", OPENING_MARK),
};

size_t sst_forms_skip_opening(sst_span text, bool marks)
{
    size_t at = sst_phrase_skip_blanks(text, 0);
    for (size_t i = 0; i < COUNT_OF(openings) && at < text.len; i++) {
        if (openings[i].words[0] != ascii_lower(text.ptr[at]) ||
            (openings[i].says == OPENING_MARK && !marks))
            continue;
        size_t end = sst_phrase_at(text, at, openings[i].words);
        if (end == PHRASE_NONE)
            continue;
        at = sst_phrase_skip_blanks(text, end);
        i = (size_t)-1; /* from the first row again */
    }
    return at;
}

/* What stands right before a reply, and which codes may follow. */
enum { LIKELY_CODE, ANY_CODE };

static const phrase_entry introductions[] = {
    PHRASE("said:", ANY_CODE),       /* Postfix, qmail */
    PHRASE("talk to me:", ANY_CODE), /* Postfix: "refused to talk to me:" */
    PHRASE("smtp;", ANY_CODE),       /* the type of a Diagnostic-Code */
    PHRASE("lmtp;", ANY_CODE),
    PHRASE("<<<", ANY_CODE),       /* Sendmail's and Courier's transcripts */
    PHRASE("<--", ANY_CODE),       /* MDaemon's */
    PHRASE("received:", ANY_CODE), /* hMailServer's log */
    PHRASE("replied:", ANY_CODE),  /* hMailServer */
    PHRASE("reply:", ANY_CODE),
    PHRASE("response:", ANY_CODE),     /* KumoMTA */
    PHRASE("response was:", ANY_CODE), /* Gmail */
    PHRASE("server was:", ANY_CODE),   /* Gmail: "The response from the remote server was:" */
    PHRASE("returned was:", ANY_CODE), /* Gmail, until 2016 */
    PHRASE("told me:", ANY_CODE),      /* James */
    PHRASE("this error:", ANY_CODE),   /* Exchange Online: "gave this error:" */
    PHRASE("returned", LIKELY_CODE),   /* Exchange: "Remote Server returned '" */
    PHRASE("with code", ANY_CODE),     /* Stalwart */
    PHRASE("error", LIKELY_CODE),
    PHRASE("failed", LIKELY_CODE),
    PHRASE("responsecode", ANY_CODE), /* Zoho */
    PHRASE("error code", LIKELY_CODE),
    PHRASE("error_code :", LIKELY_CODE), /* Zoho */
    PHRASE("error code :", LIKELY_CODE), /* Zoho */
    PHRASE("reason:", ANY_CODE),         /* Sendmail: "(reason: 550 ...)" */
    PHRASE("mail+rcpt", LIKELY_CODE),    /* chasquid */
    PHRASE("data closing", LIKELY_CODE), /* chasquid */
    PHRASE("data", LIKELY_CODE),         /* chasquid */
    PHRASE("reply=", ANY_CODE),          /* Sendmail's log */
    PHRASE("reject=", ANY_CODE),
    PHRASE("stat=", ANY_CODE), /* OpenSMTPD's log */
    PHRASE("result=", ANY_CODE),
    PHRASE("response=", ANY_CODE), /* Haraka's log */
    PHRASE("c=", ANY_CODE),        /* Exim's log */
    PHRASE("->", ANY_CODE),
    PHRASE("=>", ANY_CODE),
};

bool sst_forms_introduced(sst_span text, size_t at, bool *any_code)
{
    for (int marks = 0; marks < 4; marks++) {
        at = sst_phrase_unskip_blanks(text, at);
        for (size_t i = 0; i < COUNT_OF(introductions); i++) {
            if (sst_phrase_ends_at(text, at, &introductions[i])) {
                *any_code = introductions[i].says == ANY_CODE;
                return true;
            }
        }
        if (at == 0 || memchr("'\"[(<#", text.ptr[at - 1], 6) == NULL)
            return false;
        at--;
    }
    return false;
}

static bool is_host_byte(char byte)
{
    return ascii_is_alnum(byte) || byte == '.' || byte == '-' || byte == '_';
}

static sst_span sub(sst_span text, size_t start, size_t end)
{
    sst_span span = {text.ptr + start, end - start};
    return span;
}

/* An address in brackets, where there is no name: "host [192.0.2.1] said". */
static sst_span bracketed(sst_span text, size_t at)
{
    sst_span none = {NULL, 0};
    if (at >= text.len || text.ptr[at] != '[')
        return none;
    size_t end = ++at;
    while (end < text.len && (is_host_byte(text.ptr[end]) || text.ptr[end] == ':'))
        end++;
    return end > at && end < text.len && text.ptr[end] == ']' ? sub(text, at, end) : none;
}

sst_span sst_forms_host_at(sst_span text, size_t at)
{
    sst_span none = {NULL, 0};
    size_t end = at;
    size_t dots = 0;
    for (; end < text.len && is_host_byte(text.ptr[end]); end++)
        dots += text.ptr[end] == '.';
    if (end == at)
        return bracketed(text, at);
    if (end < text.len && text.ptr[end] == '@')
        return none;
    /* A name without a dot is one only where an address follows it: "Remote host said" is none. */
    if (dots == 0)
        return bracketed(text, sst_phrase_skip_blanks(text, end)).ptr ? sub(text, at, end) : none;
    return sub(text, at, text.ptr[end - 1] == '.' ? end - 1 : end);
}

/* What names the host: the words before it, or those behind it. */
enum { HOST_BEHIND, HOST_BEFORE };

static const phrase_entry host_words[] = {
    PHRASE("host ", HOST_BEHIND),                   /* Postfix, Exim */
    PHRASE("host '", HOST_BEHIND),                  /* Stalwart */
    PHRASE("host: ", HOST_BEHIND),                  /* GMX */
    PHRASE("talking to ", HOST_BEHIND),             /* Sendmail */
    PHRASE("communicating with ", HOST_BEHIND),     /* KumoMTA */
    PHRASE("delivery via ", HOST_BEHIND),           /* Postfix */
    PHRASE("connected to ", HOST_BEHIND),           /* qmail */
    PHRASE("server at ", HOST_BEHIND),              /* Exchange Online */
    PHRASE("server (", HOST_BEHIND),                /* hMailServer */
    PHRASE("by ", HOST_BEHIND),                     /* Gmail: "rejected by ... by HOST" */
    PHRASE("h=", HOST_BEHIND),                      /* Exim's log */
    PHRASE("relay=", HOST_BEHIND),                  /* Postfix's log */
    PHRASE("does not like recipient", HOST_BEFORE), /* qmail */
    PHRASE("failed after i sent", HOST_BEFORE),     /* qmail */
    PHRASE("failed on data command", HOST_BEFORE),  /* qmail */
    PHRASE("accepted message", HOST_BEFORE),        /* qmail */
    PHRASE("gave this error", HOST_BEFORE),         /* Exchange Online */
    PHRASE("#", HOST_BEFORE),                       /* Exchange: "HOST #5.1.1 smtp;550 ..." */
    PHRASE("[", HOST_BEFORE),                       /* Courier: "HOST [192.0.2.1]:" */
};

/* The host that ends before a position, blanks between them. */
static sst_span host_before(sst_span text, size_t at)
{
    size_t end = sst_phrase_unskip_blanks(text, at);
    size_t start = end;
    while (start > 0 && is_host_byte(text.ptr[start - 1]))
        start--;
    sst_span none = {NULL, 0};
    sst_span found = end < at ? sst_forms_host_at(sub(text, 0, end), start) : none;
    return found;
}

sst_span sst_forms_host(sst_span introduction)
{
    sst_span best = {NULL, 0};
    phrase_search search;
    size_t start;
    size_t end;
    const phrase_entry *p;
    sst_phrase_search_start(&search, introduction, host_words, COUNT_OF(host_words));
    while ((p = sst_phrase_search_next(&search, &start, &end)) != NULL) {
        sst_span found = p->says == HOST_BEHIND ? sst_forms_host_at(introduction, end)
                                                : host_before(introduction, start);
        if (found.ptr && (!best.ptr || found.ptr > best.ptr))
            best = found;
    }
    return best;
}

/* Words that name a command, and words, with none of their own, that one follows. */
static const phrase_entry commands[] = {
    PHRASE("mail server after ", SST_COMMAND_NONE),   /* Exim */
    PHRASE("remote server after ", SST_COMMAND_NONE), /* Mail.ru */
    PHRASE("remote server for ", SST_COMMAND_NONE),   /* GMX */
    PHRASE(">>> ", SST_COMMAND_NONE),                 /* Sendmail, Courier */
    PHRASE("--> ", SST_COMMAND_NONE),                 /* MDaemon */
    PHRASE("sent: ", SST_COMMAND_NONE),               /* hMailServer */
    PHRASE("rejected command '", SST_COMMAND_NONE),   /* Stalwart */
    PHRASE("command=\"", SST_COMMAND_NONE),           /* OpenSMTPD's log */
    PHRASE("reject: ", SST_COMMAND_NONE),             /* Postfix's log */
    PHRASE("end-of-message", SST_COMMAND_EOM),
    PHRASE("mail+rcpt", SST_COMMAND_RCPT),     /* chasquid, which sends both at once */
    PHRASE("data closing", SST_COMMAND_EOM),   /* chasquid */
    PHRASE("talk to me", SST_COMMAND_CONNECT), /* Postfix */
    PHRASE("does not like recipient", SST_COMMAND_RCPT),
    PHRASE("sender was rejected", SST_COMMAND_MAIL),
    PHRASE("my name was rejected", SST_COMMAND_HELO),
    PHRASE("but greeting failed", SST_COMMAND_CONNECT),
    PHRASE("failed on data command", SST_COMMAND_DATA),
    PHRASE("failed after i sent the message", SST_COMMAND_EOM),
};

/* The command at a position, up to what can be no part of its name. */
static sst_command command_at(sst_span text, size_t at)
{
    size_t end = at;
    while (end < text.len && text.ptr[end] != ':' && text.ptr[end] != '\n' &&
           text.ptr[end] != ')' && text.ptr[end] != ',')
        end++;
    sst_command command = SST_COMMAND_NONE;
    return sst_command_parse(text.ptr + at, end - at, &command) ? command : SST_COMMAND_NONE;
}

sst_command sst_forms_command(sst_span introduction)
{
    phrase_search search;
    size_t start;
    size_t end;
    const phrase_entry *p;
    sst_phrase_search_start(&search, introduction, commands, COUNT_OF(commands));
    while ((p = sst_phrase_search_next(&search, &start, &end)) != NULL) {
        sst_command found = (sst_command)p->says;
        if (found == SST_COMMAND_NONE)
            found = command_at(introduction, end);
        if (found != SST_COMMAND_NONE)
            return found;
    }
    return SST_COMMAND_NONE;
}

/* What stands behind a reply, to the end of the text; COMMAND: the command that it answers follows.
 */
enum { NOTHING, COMMAND };

static const phrase_entry trailers[] = {
    PHRASE("(in reply to ", COMMAND),        /* Postfix */
    PHRASE("(delivery attempts: ", NOTHING), /* Amazon SES */
    PHRASE("#smtp#", NOTHING),               /* Exchange */
    PHRASE("##", NOTHING),                   /* Exchange */
    PHRASE("; from=<", NOTHING),             /* Postfix's log */
    PHRASE(", stat=", NOTHING),              /* Sendmail's log */
    PHRASE("giving up on ", NOTHING),        /* qmail */
};

/* The last bytes of the text must be these, for each trailer; a command's may be cut off. */
static const char *const trailer_ends[] = {")", ")", "#", "##", "", "", "."};

static bool ends_with(sst_span text, const char *ending)
{
    size_t len = strlen(ending);
    return text.len >= len && ascii_equal_fold(text.ptr + text.len - len, ending, len);
}

/* Whether a text may have a trailer: most have none, and need not be searched. */
static bool may_have_trailer(sst_span text)
{
    char last = text.len > 0 ? ascii_lower(text.ptr[text.len - 1]) : ' ';
    return memchr(")#.d", last, 4) || memchr(text.ptr, '=', text.len);
}

size_t sst_forms_trailer(sst_span text, sst_command *command)
{
    if (!may_have_trailer(text))
        return text.len;
    phrase_search search;
    size_t start;
    size_t end;
    const phrase_entry *p;
    sst_phrase_search_start(&search, text, trailers, COUNT_OF(trailers));
    while ((p = sst_phrase_search_next(&search, &start, &end)) != NULL) {
        bool cut_off = p->says == COMMAND && ends_with(text, "command");
        if (!ends_with(text, trailer_ends[p - trailers]) && !cut_off)
            continue;
        if (p->says == COMMAND)
            *command = command_at(text, end);
        return start;
    }
    return text.len;
}

/* Fields of delivery reports whose names have no hyphen. */
static const char *const fields[] = {"action: ", "status: ", ">>>", "-->"};

bool sst_forms_ends_reply(sst_span text, size_t at)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (sst_phrase_at(text, at, fields[i]) != PHRASE_NONE)
            return true;
    }
    size_t end = at;
    size_t hyphens = 0;
    for (; end < text.len && (ascii_is_alpha(text.ptr[end]) || text.ptr[end] == '-'); end++)
        hyphens += text.ptr[end] == '-';
    return hyphens > 0 && end - at > hyphens && end < text.len && text.ptr[end] == ':';
}
