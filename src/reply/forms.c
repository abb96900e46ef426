/*
 * The tables of relaxed reading: how Postfix, Exim, qmail, Sendmail, Courier, Exchange and others
 * introduce the replies that they quote, and what they write behind them. In the tables letters are
 * small; see phrase.h. No phrase begins with a blank.
 */
#include "reply/forms.h"

#include "base/ascii.h"
#include "reply/phrase.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What may stand before a code at the start of the text, in any order. */
static const struct {
    const char *words;
    bool is_mark; /* a bracket or quote, which may as well belong to the text */
} openings[] = {
    {"smtp;", false}, {"lmtp;", false}, {"x-postfix;", false}, {"diagnostic-code:", false},
    {"<<<", false},   {"<--", false},   {"#", true},           {"<", true},
    {"(", true},      {"[", true},      {"'", true},           {"\"", true},
};

size_t sst_forms_skip_opening(sst_span text, bool marks)
{
    size_t at = sst_phrase_skip_blanks(text, 0);
    for (size_t i = 0; i < COUNT_OF(openings); i++) {
        size_t end = sst_phrase_at(text, at, openings[i].words);
        if (end == PHRASE_NONE || (openings[i].is_mark && !marks))
            continue;
        at = sst_phrase_skip_blanks(text, end);
        i = (size_t)-1; /* from the first row again */
    }
    return at;
}

/* What stands right before a reply. */
static const struct {
    const char *words;
    bool any_code;
} introductions[] = {
    {"said:", true},       /* Postfix, qmail */
    {"talk to me:", true}, /* Postfix: "refused to talk to me:" */
    {"smtp;", true},       /* the type of a Diagnostic-Code */
    {"lmtp;", true},
    {"<<<", true},       /* Sendmail's and Courier's transcripts */
    {"<--", true},       /* MDaemon's */
    {"received:", true}, /* hMailServer's log */
    {"replied:", true},  /* hMailServer */
    {"reply:", true},
    {"response:", true},     /* KumoMTA */
    {"response was:", true}, /* Gmail */
    {"server was:", true},   /* Gmail: "The response from the remote server was:" */
    {"returned was:", true}, /* Gmail, until 2016 */
    {"told me:", true},      /* James */
    {"this error:", true},   /* Exchange Online: "gave this error:" */
    {"returned", false},     /* Exchange: "Remote Server returned '" */
    {"with code", true},     /* Stalwart */
    {"error", false},
    {"failed", false},
    {"responsecode", true}, /* Zoho */
    {"error code", false},
    {"error_code :", false}, /* Zoho */
    {"error code :", false}, /* Zoho */
    {"reason:", true},       /* Sendmail: "(reason: 550 ...)" */
    {"mail+rcpt", false},    /* chasquid */
    {"data closing", false}, /* chasquid */
    {"data", false},         /* chasquid */
    {"reply=", true},        /* Sendmail's log */
    {"reject=", true},
    {"stat=", true}, /* OpenSMTPD's log */
    {"result=", true},
    {"response=", true}, /* Haraka's log */
    {"c=", true},        /* Exim's log */
    {"->", true},
    {"=>", true},
};

bool sst_forms_introduced(sst_span text, size_t at, bool *any_code)
{
    for (int marks = 0; marks < 4; marks++) {
        at = sst_phrase_unskip_blanks(text, at);
        for (size_t i = 0; i < COUNT_OF(introductions); i++) {
            if (sst_phrase_before(text, at, introductions[i].words) != PHRASE_NONE) {
                *any_code = introductions[i].any_code;
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
static const char *const before_host[] = {
    "host ",               /* Postfix, Exim */
    "host '",              /* Stalwart */
    "host: ",              /* GMX */
    "talking to ",         /* Sendmail */
    "communicating with ", /* KumoMTA */
    "delivery via ",       /* Postfix */
    "connected to ",       /* qmail */
    "server at ",          /* Exchange Online */
    "server (",            /* hMailServer */
    "by ",                 /* Gmail: "rejected by ... by HOST" */
    "h=",                  /* Exim's log */
    "relay=",              /* Postfix's log */
};

static const char *const behind_host[] = {
    "does not like recipient", /* qmail */
    "failed after i sent",     /* qmail */
    "failed on data command",  /* qmail */
    "accepted message",        /* qmail */
    "gave this error",         /* Exchange Online */
    "#",                       /* Exchange: "HOST #5.1.1 smtp;550 ..." */
    "[",                       /* Courier: "HOST [192.0.2.1]:" */
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
    size_t end;
    for (size_t i = 0; i < COUNT_OF(before_host); i++) {
        if (sst_phrase_find_last(introduction, before_host[i], &end) == PHRASE_NONE)
            continue;
        sst_span found = sst_forms_host_at(introduction, end);
        if (found.ptr && (!best.ptr || found.ptr > best.ptr))
            best = found;
    }
    for (size_t i = 0; i < COUNT_OF(behind_host); i++) {
        size_t at = sst_phrase_find_last(introduction, behind_host[i], &end);
        sst_span found = host_before(introduction, at == PHRASE_NONE ? 0 : at);
        if (found.ptr && (!best.ptr || found.ptr > best.ptr))
            best = found;
    }
    return best;
}

/* Words that name a command, and words that a command follows. */
static const struct {
    const char *words;
    sst_command command; /* NONE: it stands behind the words */
} commands[] = {
    {"mail server after ", SST_COMMAND_NONE},   /* Exim */
    {"remote server after ", SST_COMMAND_NONE}, /* Mail.ru */
    {"remote server for ", SST_COMMAND_NONE},   /* GMX */
    {">>> ", SST_COMMAND_NONE},                 /* Sendmail, Courier */
    {"--> ", SST_COMMAND_NONE},                 /* MDaemon */
    {"sent: ", SST_COMMAND_NONE},               /* hMailServer */
    {"rejected command '", SST_COMMAND_NONE},   /* Stalwart */
    {"command=\"", SST_COMMAND_NONE},           /* OpenSMTPD's log */
    {"reject: ", SST_COMMAND_NONE},             /* Postfix's log */
    {"end-of-message", SST_COMMAND_EOM},
    {"mail+rcpt", SST_COMMAND_RCPT},     /* chasquid, which sends both at once */
    {"data closing", SST_COMMAND_EOM},   /* chasquid */
    {"talk to me", SST_COMMAND_CONNECT}, /* Postfix */
    {"does not like recipient", SST_COMMAND_RCPT},
    {"sender was rejected", SST_COMMAND_MAIL},
    {"my name was rejected", SST_COMMAND_HELO},
    {"but greeting failed", SST_COMMAND_CONNECT},
    {"failed on data command", SST_COMMAND_DATA},
    {"failed after i sent the message", SST_COMMAND_EOM},
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
    sst_command best = SST_COMMAND_NONE;
    size_t last = 0;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        size_t end;
        size_t at = sst_phrase_find_last(introduction, commands[i].words, &end);
        if (at == PHRASE_NONE || at < last)
            continue;
        sst_command found = commands[i].command;
        if (found == SST_COMMAND_NONE)
            found = command_at(introduction, end);
        if (found != SST_COMMAND_NONE) {
            best = found;
            last = at;
        }
    }
    return best;
}

/* What stands behind a reply, to the end of the text. */
static const struct {
    const char *begins;
    const char *ends; /* the last bytes of the text must be these */
    bool names_command;
} trailers[] = {
    {"(in reply to ", ")", true},         /* Postfix */
    {"(in reply to ", "command", true},   /* the same, cut off */
    {"(delivery attempts: ", ")", false}, /* Amazon SES */
    {"#smtp#", "#", false},               /* Exchange */
    {"##", "##", false},                  /* Exchange */
    {"; from=<", "", false},              /* Postfix's log */
    {", stat=", "", false},               /* Sendmail's log */
    {"giving up on ", ".", false},        /* qmail */
};

static bool ends_with(sst_span text, const char *ending)
{
    size_t len = strlen(ending);
    return text.len >= len && ascii_equal_fold(text.ptr + text.len - len, ending, len);
}

size_t sst_forms_trailer(sst_span text, sst_command *command)
{
    for (size_t i = 0; i < COUNT_OF(trailers); i++) {
        size_t end;
        if (!ends_with(text, trailers[i].ends))
            continue;
        size_t at = sst_phrase_find_last(text, trailers[i].begins, &end);
        if (at == PHRASE_NONE)
            continue;
        if (trailers[i].names_command)
            *command = command_at(text, end);
        return at;
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
