/*
 * The command: finds the subcommand, reads its options, runs it, and sees that all output arrived.
 * What a subcommand does is in the file of its name.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <smtpstatus/base.h>

#include "command.h"
#include "filter.h"
#include "log_reading.h"
#include "suggest.h"

/* The options of a subcommand, in any order: its help goes by the table in options.c. */
#define OPTIONS(...)                                                                               \
    (const option_id[])                                                                            \
    {                                                                                              \
        OPTION_HELP, OPTION_VERSION, OPTION_LANG, __VA_ARGS__, OPTION_COUNT                        \
    }
#define READING                                                                                    \
    OPTION_FILE, OPTION_INPUT, OPTION_FORMAT, OPTION_RULES, OPTION_STRICT, OPTION_STRICT_SYNTAX,   \
        OPTION_CSV_SAFE
/* A session: to where, under which TLS, as whom. */
#define SESSION                                                                                    \
    OPTION_FORMAT, OPTION_RULES, OPTION_EXPLAIN, OPTION_CSV_SAFE, OPTION_FROM, OPTION_TO,          \
        OPTION_LMTP, OPTION_EHLO, OPTION_USER, OPTION_PASSWORD_FILE, OPTION_PASSWORD_ENV,          \
        OPTION_NETRC, OPTION_AUTH, OPTION_AUTH_AS, OPTION_AUTH_CLEAR, OPTION_TLS, OPTION_TLS_MIN,  \
        OPTION_TLS_NAME, OPTION_TLS_NO_VERIFY, OPTION_CA, OPTION_CERT, OPTION_KEY,                 \
        OPTION_NO_PIPELINING, OPTION_IPV4, OPTION_IPV6, OPTION_TIMEOUT, OPTION_TRANSCRIPT
#define RECORDS (FORMAT_BIT(FORMAT_TEXT) | FORMAT_BIT(FORMAT_JSONL) | FORMAT_BIT(FORMAT_CSV))

static const subcommand subcommands[] = {
    {"explain", "[OPTION...] [CODE | NAME | REPLY | -]", "what a code, a name or a reply means",
     "Explains one reply code, enhanced code, name of a code, or reply, given as\n"
     "arguments; or replies from a file or standard input. The word explain may be\n"
     "left out: smtpstatus 550.\n",
     OPTIONS(READING, OPTION_EXPLAIN), RECORDS, explain_run},
    {"list", "[OPTION...] TOPIC", "all codes, classes, languages, reasons, providers or rules",
     "Lists all there are of a TOPIC: codes, enhanced, classes, languages, reasons,\n"
     "providers or rules.\n",
     OPTIONS(OPTION_FORMAT, OPTION_RULES, OPTION_CSV_SAFE), RECORDS | FORMAT_BIT(FORMAT_MD),
     list_run},
    {"rules", "check FILE... | which [OPTION...] REPLY", "check rules, or see which ones match",
     "check: validates files of rules and runs the examples in them.\n"
     "which: shows every rule that matches a reply, and why the first one won.\n",
     OPTIONS(OPTION_FORMAT, OPTION_RULES), RECORDS, rules_run},
    {"bounce", "[OPTION...] [FILE | DIRECTORY | -]...", "why mail came back, and what to do",
     "Reads messages that mail systems sent back, and says for each recipient what\n"
     "happened, why, and what to do. FILE is one message, an mbox, or either packed;\n"
     "DIRECTORY a Maildir, MH folders, or any tree of files.\n",
     OPTIONS(OPTION_FORMAT, OPTION_EXPLAIN, OPTION_RULES, OPTION_STRICT, OPTION_CSV_SAFE,
             OPTION_JOBS),
     RECORDS, bounce_run},
    {"log", "[OPTION...] [FILE | DIRECTORY | PATTERN | -]...", "what became of every mail",
     "Reads logs of mail servers, and says of each recipient and attempt what\n"
     "happened, why, and what to do. Rotated logs are read in their order, packed or\n"
     "not: smtpstatus log --since yesterday --kind failed '/var/log/mail.log*'\n",
     OPTIONS(OPTION_FORMAT, OPTION_EXPLAIN, OPTION_RULES, OPTION_STRICT, OPTION_CSV_SAFE,
             OPTION_JOBS, LOG_READING_OPTIONS, FILTER_OPTIONS, OPTION_FOLLOW, OPTION_STATE),
     RECORDS, log_run},
    {"report", "[OPTION...] [FILE | DIRECTORY | PATTERN | -]...",
     "what became of all mail, what to mend first",
     "Says what logs of mail servers, mail that came back and records in JSON lines add\n"
     "up to, in any mixture: what to mend first, who can, and what it costs; then what\n"
     "became of every mail. FILE may be packed, and a pattern of rotated logs.\n",
     OPTIONS(OPTION_FORMAT, OPTION_OUTPUT, OPTION_SUPPRESS_LIST, OPTION_COMPARE, OPTION_ANONYMIZE,
             OPTION_RULES, OPTION_STRICT, OPTION_CSV_SAFE, OPTION_JOBS, LOG_READING_OPTIONS,
             FILTER_OPTIONS),
     FORMAT_BIT(FORMAT_TEXT) | FORMAT_BIT(FORMAT_HTML) | FORMAT_BIT(FORMAT_JSON) |
         FORMAT_BIT(FORMAT_CSV),
     report_run},
    {"group", "[OPTION...] [FILE...]", "count replies that are alike",
     "Brings replies to templates with nothing personal left in them, counts them,\n"
     "and shows the most frequent first.\n",
     OPTIONS(READING, OPTION_UNKNOWN), RECORDS, group_run},
    {"send", "--server URL --from ADDRESS --to ADDRESS... [OPTION...] [FILE | -]",
     "send a message, and see what becomes of it",
     "Sends a message (a file, standard input, or a small one composed from --subject,\n"
     "--body and --attach) to one server, and says for each recipient what became of it,\n"
     "why, and what to do.\n",
     OPTIONS(SESSION, OPTION_SERVER, OPTION_SUBJECT, OPTION_BODY, OPTION_ATTACH, OPTION_REQUIRETLS,
             OPTION_DSN, OPTION_RET, OPTION_ENVID, OPTION_SIZE, OPTION_CHUNKING, OPTION_BINARY,
             OPTION_PRDR, OPTION_DELIVER_BY, OPTION_HOLD_FOR, OPTION_PRIORITY),
     RECORDS, send_run},
    {"probe", "[OPTION...] HOST[:PORT]", "what a server says and offers",
     "Opens a session, and shows each reply with what it means, what the server offers,\n"
     "and its TLS certificate. With --from and --to it goes on to MAIL and RCPT. Nothing\n"
     "is ever delivered.\n",
     OPTIONS(SESSION, OPTION_QUIT_AFTER, OPTION_VRFY, OPTION_EXPN), RECORDS, probe_run},
};

#define SUBCOMMANDS (sizeof subcommands / sizeof subcommands[0])

void complain(const char *what, ...)
{
    va_list arguments;
    fputs("smtpstatus: ", stderr);
    va_start(arguments, what);
    vfprintf(stderr, what, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

#define USAGE                                                                                      \
    "usage: smtpstatus CODE | NAME | REPLY\n"                                                      \
    "       smtpstatus COMMAND [OPTION...] [ARGUMENT...]\n"

void write_usage(void)
{
    fputs(USAGE "smtpstatus --help tells more.\n", stderr);
}

const char *nearest_subcommand(const char *word)
{
    suggestions near = {.count = 0};
    for (size_t i = 0; i < SUBCOMMANDS; i++)
        suggest_try(&near, word, strlen(word), subcommands[i].name);
    return near.count > 0 ? near.names[0] : NULL;
}

static void write_version(output *out)
{
    output_text(out, "smtpstatus ");
    output_text(out, sst_version());
    output_text(out, "\n");
}

static void write_help(output *out)
{
    output_text(out, USAGE "\nSays what mail servers mean by their replies.\n\n");
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        output_text(out, "  ");
        output_text(out, subcommands[i].name);
        for (size_t used = strlen(subcommands[i].name); used < 10; used++)
            output_text(out, " ");
        output_text(out, subcommands[i].summary);
        output_text(out, "\n");
    }
    output_text(out, "\nsmtpstatus COMMAND --help tells more.\n");
}

static const subcommand *find_subcommand(const char *name)
{
    for (size_t i = 0; i < SUBCOMMANDS; i++) {
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    }
    return NULL;
}

static int run(const subcommand *sub, int argc, char **argv, output *out)
{
    options given;
    int status = STATUS_DONE;
    if (!options_read(sub, argc, argv, &given))
        return STATUS_USAGE;
    if (given.flags[OPTION_HELP])
        options_help(sub, out);
    else if (given.flags[OPTION_VERSION])
        write_version(out);
    else
        status = sub->run(&given, out);
    options_free(&given);
    return status;
}

/*
 * Takes the subcommand that is named behind options ("--lang zh list codes") out of the words;
 * leaves *sub where the first word that is no option names none. The options are read as those of
 * explain, the subcommand that need not be named; returns false where they are wrong.
 */
static bool take_named(int *argc, char **argv, const subcommand **sub)
{
    options given;
    if (!options_read(&subcommands[0], *argc, argv, &given))
        return false;
    const char *word = given.arguments.count > 0 ? given.arguments.list[0] : "";
    const subcommand *named = find_subcommand(word);
    *sub = named ? named : *sub;
    for (int i = 0; named && i < *argc; i++) {
        if (argv[i] != word)
            continue;
        memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i - 1) * sizeof *argv);
        --*argc;
        break;
    }
    options_free(&given);
    return true;
}

/* The first word names the subcommand; explain is the one that need not be named. */
static int dispatch(int argc, char **argv, output *out)
{
    const char *first = argc > 1 ? argv[1] : "";
    const subcommand *sub = find_subcommand(first);
    if (sub)
        return run(sub, argc - 2, argv + 2, out);
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0) {
        write_help(out);
        return STATUS_DONE;
    }
    argc--;
    argv++;
    sub = &subcommands[0];
    if (strncmp(first, "--", 2) == 0 && !take_named(&argc, argv, &sub))
        return STATUS_USAGE;
    return run(sub, argc, argv, out);
}

int main(int argc, char **argv)
{
    static output out;
    int status = dispatch(argc, argv, &out);
    return output_finish(&out) ? status : STATUS_IO;
}
