/*
 * The table of options, the parser, and the help that is written from the table.
 */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "language.h"
#include "suggest.h"

typedef struct option_row {
    const char *name;
    const char *value; /* what its value is called in the help; NULL: it takes none */
    const char *help;
} option_row;

static const option_row table[OPTION_COUNT] = {
    [OPTION_FILE] = {"--file", "FILE", "read replies from FILE, \"-\" for standard input"},
    [OPTION_INPUT] = {"--input", "FORM",
                      "lines (one reply a line), smtp (raw replies) or jsonl (objects)"},
    [OPTION_FORMAT] = {"--format", "FORMAT", NULL}, /* depends on the subcommand */
    [OPTION_LANG] = {"--lang", "TAG", "language of texts and labels, as zh or es-MX"},
    [OPTION_EXPLAIN] = {"--explain", NULL, "add explanation and advice to jsonl and csv"},
    [OPTION_RULES] = {"--rules", "FILE", "rules of your own, which outrank the built-in ones"},
    [OPTION_UNKNOWN] = {"--unknown", NULL, "only replies whose reason is unknown"},
    [OPTION_STRICT] = {"--strict", NULL, "exit status 1 if some input was not understood"},
    [OPTION_STRICT_SYNTAX] = {"--strict-syntax", NULL,
                              "refuse replies that RFC 5321 does not allow"},
    [OPTION_CSV_SAFE] = {"--csv-safe", NULL, "guard cells that a spreadsheet takes for formulas"},
    [OPTION_JOBS] = {"--jobs", "N", "read with N threads, 0 for one on each processor"},
    [OPTION_LOG_FORMAT] = {"--log-format", "NAME",
                           "read lines of this log format only, as postfix"},
    [OPTION_YEAR] = {"--year", "YEAR", "of the first stamp that has none"},
    [OPTION_TZ] = {"--tz", "ZONE", "of times without one: +01:00, local, Europe/Madrid"},
    [OPTION_DIRECTION] = {"--direction", "WAY", "out (sent from here) or in (refused here)"},
    [OPTION_KIND] = {"--kind", "WORDS", "only these kinds, as failed,delayed"},
    [OPTION_REASON] = {"--reason", "WORDS", "only these reasons, as mailbox-full"},
    [OPTION_PERMANENCE] = {"--permanence", "HOW", "transient, permanent or unknown"},
    [OPTION_PROVIDER] = {"--provider", "WORDS", "only replies of these providers"},
    [OPTION_DOMAIN] = {"--domain", "NAMES", "only recipients there; *.NAME for those below"},
    [OPTION_SENDER] = {"--sender", "NAMES", "only these senders or their domains; <> for none"},
    [OPTION_SINCE] = {"--since", "TIME", "2026-03-01, 2026-03-01T10:00, 2h, 3d, today, ..."},
    [OPTION_UNTIL] = {"--until", "TIME", "likewise; what is of that time is left out"},
    [OPTION_FOLLOW] = {"--follow", NULL, "go on with what is written, through rotation"},
    [OPTION_STATE] = {"--state", "FILE", "go on where the last run with FILE ended"},
    [OPTION_OUTPUT] = {"--output", "FILE",
                       "also -o: write to FILE; .html, .json, .csv name the format"},
    [OPTION_SUPPRESS_LIST] = {"--suppress-list", "FILE", "write the addresses to stop mailing"},
    [OPTION_COMPARE] = {"--compare", "FILE", "what got better or worse since these inputs"},
    [OPTION_ANONYMIZE] = {"--anonymize", NULL, "pseudonyms for local parts and internal hosts"},
    [OPTION_SERVER] = {"--server", "URL", "smtp://HOST:PORT, smtps://, lmtp://, unix:/PATH"},
    [OPTION_FROM] = {"--from", "ADDRESS", "envelope sender; \"\" for none"},
    [OPTION_TO] = {"--to", "ADDRESS", "envelope recipient; may be given many times"},
    [OPTION_SUBJECT] = {"--subject", "TEXT", "compose a message with this subject,"},
    [OPTION_BODY] = {"--body", "TEXT", "this text,"},
    [OPTION_ATTACH] = {"--attach", "FILE", "and these files; may be given many times"},
    [OPTION_QUIT_AFTER] = {"--quit-after", "PHASE", "connect, ehlo, tls, auth, mail or rcpt"},
    [OPTION_VRFY] = {"--vrfy", "ADDRESS", "ask the server whether it knows an address"},
    [OPTION_EXPN] = {"--expn", "LIST", "ask the server who is on a list"},
    [OPTION_LMTP] = {"--lmtp", NULL, "speak LMTP: an answer for each recipient"},
    [OPTION_EHLO] = {"--ehlo", "NAME", "this machine's name; else as the system has it"},
    [OPTION_USER] = {"--user", "NAME", "log in as NAME, with the password from one of:"},
    [OPTION_PASSWORD_FILE] = {"--password-file", "FILE", "the first line of FILE"},
    [OPTION_PASSWORD_ENV] = {"--password-env", "NAME", "the environment variable NAME"},
    [OPTION_NETRC] = {"--netrc", "FILE", "the host's entry in FILE, as ~/.netrc"},
    [OPTION_AUTH] = {"--auth", "MECHANISM", "this one; with XOAUTH2, OAUTHBEARER: by token"},
    [OPTION_AUTH_AS] = {"--auth-as", "NAME", "act as another user than the one who logs in"},
    [OPTION_AUTH_CLEAR] = {"--auth-clear", NULL, "hand the password over without TLS, too"},
    [OPTION_TLS] = {"--tls", "HOW", "required, opportunistic or off"},
    [OPTION_TLS_MIN] = {"--tls-min", "VERSION", "the lowest version that will do: 1.2 or 1.3"},
    [OPTION_TLS_NAME] = {"--tls-name", "HOST",
                         "that the certificate is to be for; else the server"},
    [OPTION_TLS_NO_VERIFY] = {"--tls-no-verify", NULL, "go on with any certificate: not safe"},
    [OPTION_CA] = {"--ca", "PATH", "trust the certificates in this file or directory"},
    [OPTION_CERT] = {"--cert", "FILE", "this side's certificate, in PEM"},
    [OPTION_KEY] = {"--key", "FILE", "its key, unless it is in the same file"},
    [OPTION_REQUIRETLS] = {"--requiretls", NULL, "TLS all the way, or back (RFC 8689)"},
    [OPTION_DSN] = {"--dsn", "WHEN", "report on success,failure,delay; or never"},
    [OPTION_RET] = {"--ret", "WHAT", "of the message in such a report: full or hdrs"},
    [OPTION_ENVID] = {"--envid", "TEXT", "to be found again in such a report"},
    [OPTION_SIZE] = {"--size", "OCTETS", "announce this size instead of the real one"},
    [OPTION_CHUNKING] = {"--chunking", NULL, "send the message by BDAT where that is offered"},
    [OPTION_BINARY] = {"--binary", NULL, "send the message's bytes as they are (BINARYMIME)"},
    [OPTION_PRDR] = {"--prdr", NULL, "ask for an answer for each recipient after DATA"},
    [OPTION_DELIVER_BY] = {"--deliver-by", "SECONDS", "or it comes back; ,N behind: or a notice"},
    [OPTION_HOLD_FOR] = {"--hold-for", "SECONDS", "let the server keep it so long (RFC 4865)"},
    [OPTION_PRIORITY] = {"--priority", "N", "from -9 to 9 (RFC 6710)"},
    [OPTION_NO_PIPELINING] = {"--no-pipelining", NULL, "one command after the other"},
    [OPTION_IPV4] = {"--ipv4", NULL, "only IPv4 addresses of the server"},
    [OPTION_IPV6] = {"--ipv6", NULL, "only IPv6 addresses of the server"},
    [OPTION_TIMEOUT] = {"--timeout", "SECONDS",
                        "wait so long for each reply, not as RFC 5321 has it"},
    [OPTION_TRANSCRIPT] = {"--transcript", "FILE",
                           "write all lines that go to and fro; \"-\": stderr"},
    [OPTION_HELP] = {"--help", NULL, "show this help"},
    [OPTION_VERSION] = {"--version", NULL, "show the version"},
};

/* The short forms that there are. */
static const char letters[OPTION_COUNT] = {[OPTION_HELP] = 'h', [OPTION_OUTPUT] = 'o'};

static const char *const format_names[FORMAT_COUNT] = {"text",  "html", "json",
                                                       "jsonl", "csv",  "md"};
static const char *const input_names[INPUT_COUNT] = {"lines", "smtp", "jsonl"};

static bool takes(const subcommand *sub, option_id id)
{
    const option_id *own = sub->options;
    while (*own != OPTION_COUNT && *own != id)
        own++;
    return *own == id;
}

/* --- values --------------------------------------------------------------------------------- */

/* The position of a word in a list; count where it is not there. */
static size_t find_name(const char *word, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(word, names[i]) != 0)
        i++;
    return i;
}

/* The formats of a subcommand, as "text, jsonl or csv". */
static void name_formats(const subcommand *sub, char *buffer, size_t size)
{
    const char *names[FORMAT_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (sub->formats & FORMAT_BIT(i))
            names[count++] = format_names[i];
    }
    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *before = i == 0 ? "" : i + 1 < count ? ", " : " or ";
        strncat(buffer, before, size - strlen(buffer) - 1);
        strncat(buffer, names[i], size - strlen(buffer) - 1);
    }
}

static bool take_format(const subcommand *sub, const char *value, options *given)
{
    size_t found = find_name(value, format_names, FORMAT_COUNT);
    if (found < FORMAT_COUNT && sub->formats & FORMAT_BIT(found)) {
        given->format = (format)found;
        return true;
    }
    char known[64];
    name_formats(sub, known, sizeof known);
    complain("--format is %s, not '%s'", known, value);
    return false;
}

static bool take_input(const char *value, options *given)
{
    size_t found = find_name(value, input_names, INPUT_COUNT);
    if (found == INPUT_COUNT) {
        complain("--input is lines, smtp or jsonl, not '%s'", value);
        return false;
    }
    given->input = (input_form)found;
    return true;
}

static bool take_language(const char *value, options *given)
{
    given->language = language_named(value);
    if (given->language)
        return true;
    char known[256];
    language_list(known, sizeof known);
    complain("no texts in the language '%s'; there are %s", value, known);
    return false;
}

static bool take_jobs(const char *value, options *given)
{
    char *end;
    unsigned long jobs = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || jobs > OPTIONS_MAX_JOBS) {
        complain("--jobs is a number from 0 to %zu, not '%s'", OPTIONS_MAX_JOBS, value);
        return false;
    }
    given->jobs = jobs;
    return true;
}

static bool take_value(const subcommand *sub, option_id id, const char *value, options *given)
{
    switch (id) {
    case OPTION_FORMAT:
        return take_format(sub, value, given);
    case OPTION_INPUT:
        return take_input(value, given);
    case OPTION_LANG:
        return take_language(value, given);
    case OPTION_JOBS:
        return take_jobs(value, given);
    default:
        return true;
    }
}

/* No list can grow longer than the command line. */
static bool add_word(words *list, const char *word, int argc)
{
    if (!list->list)
        list->list = calloc((size_t)argc + 1, sizeof *list->list);
    if (!list->list) {
        complain("out of memory");
        return false;
    }
    list->list[list->count++] = word;
    return true;
}

/* --- the parser ----------------------------------------------------------------------------- */

/* "-", "-1" and negative numbers are arguments. */
static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !(word[1] >= '0' && word[1] <= '9');
}

/* The option that a word names up to its end or '='; OPTION_COUNT where the subcommand has none. */
static option_id find_option(const subcommand *sub, const char *word)
{
    size_t len = strcspn(word, "=");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        bool named = strlen(table[i].name) == len && memcmp(table[i].name, word, len) == 0;
        bool lettered = len == 2 && letters[i] != '\0' && word[1] == letters[i];
        if (takes(sub, (option_id)i) && (named || lettered))
            return (option_id)i;
    }
    return OPTION_COUNT;
}

static void refuse_option(const subcommand *sub, const char *word)
{
    suggestions best = {.count = 0};
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (takes(sub, (option_id)i))
            suggest_try(&best, word, strcspn(word, "="), table[i].name);
    }
    if (best.count > 0)
        complain("unknown option '%s'; did you mean '%s'?", word, best.names[0]);
    else
        complain("unknown option '%s'; see smtpstatus %s --help", word, sub->name);
}

/* Reads the option at argv[*at]. */
static bool read_option(const subcommand *sub, int argc, char **argv, int *at, options *given)
{
    const char *word = argv[*at];
    option_id id = find_option(sub, word);
    if (id == OPTION_COUNT) {
        refuse_option(sub, word);
        return false;
    }
    const char *equals = strchr(word, '=');
    if (!table[id].value) {
        given->flags[id] = true;
        if (equals)
            complain("%s takes no value", table[id].name);
        return !equals;
    }
    given->flags[id] = true;
    if (!equals && *at + 1 >= argc) {
        complain("%s needs a %s behind it", table[id].name, table[id].value);
        return false;
    }
    const char *value = equals ? equals + 1 : argv[++*at];
    return add_word(&given->values[id], value, argc) && take_value(sub, id, value, given);
}

static bool read_words(const subcommand *sub, int argc, char **argv, options *given)
{
    bool ended = false;
    for (int i = 0; i < argc; i++) {
        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
        } else if (!ended && is_option(argv[i])) {
            if (!read_option(sub, argc, argv, &i, given))
                return false;
        } else if (!add_word(&given->arguments, argv[i], argc)) {
            return false;
        }
    }
    return true;
}

bool options_read(const subcommand *sub, int argc, char **argv, options *given)
{
    memset(given, 0, sizeof *given);
    given->language = language_of_environment();
    if (read_words(sub, argc, argv, given))
        return true;
    options_free(given);
    return false;
}

void options_free(options *given)
{
    free(given->arguments.list);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        free(given->values[i].list);
    memset(given, 0, sizeof *given);
}

const char *option_value(const options *given, option_id id)
{
    const words *values = &given->values[id];
    return values->count > 0 ? values->list[values->count - 1] : NULL;
}

/* --- help ----------------------------------------------------------------------------------- */

/* How wide an option is with the name of its value. */
static size_t option_width(const option_row *option)
{
    return strlen(option->name) + (option->value ? 1 + strlen(option->value) : 0);
}

/* The words about an option begin at a column of the page. */
static void help_line(output *out, const option_row *option, const char *help, size_t column)
{
    size_t width = 2 + option_width(option);
    output_text(out, "  ");
    output_text(out, option->name);
    if (option->value) {
        output_text(out, " ");
        output_text(out, option->value);
    }
    do
        output_text(out, " ");
    while (++width < column);
    output_text(out, help);
    output_text(out, "\n");
}

void options_help(const subcommand *sub, output *out)
{
    output_text(out, "usage: smtpstatus ");
    output_text(out, sub->name);
    output_text(out, " ");
    output_text(out, sub->synopsis);
    output_text(out, "\n\n");
    output_text(out, sub->details);
    output_text(out, "\n");
    size_t column = 0;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (takes(sub, (option_id)i) && 4 + option_width(&table[i]) > column)
            column = 4 + option_width(&table[i]);
    }
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char formats[64];
        if (!takes(sub, (option_id)i))
            continue;
        name_formats(sub, formats, sizeof formats);
        help_line(out, &table[i], table[i].help ? table[i].help : formats, column);
    }
}
