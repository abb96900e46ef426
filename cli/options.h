/*
 * Options of the command: one table of all there are, and a small parser for them.
 *
 * Options are long: --format jsonl, --format=jsonl. "-1" and "-" are arguments, "--" ends the
 * options, and options may stand behind arguments. What a value must look like is checked here for
 * the options that many subcommands have; the others keep their values as words.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output.h"

typedef enum option_id {
    OPTION_FILE,
    OPTION_INPUT,
    OPTION_FORMAT,
    OPTION_LANG,
    OPTION_EXPLAIN,
    OPTION_RULES,
    OPTION_UNKNOWN,
    OPTION_STRICT,
    OPTION_STRICT_SYNTAX,
    OPTION_CSV_SAFE,
    OPTION_JOBS,
    OPTION_LOG_FORMAT,
    OPTION_YEAR,
    OPTION_TZ,
    OPTION_DIRECTION,
    OPTION_KIND,
    OPTION_REASON,
    OPTION_PERMANENCE,
    OPTION_PROVIDER,
    OPTION_DOMAIN,
    OPTION_SENDER,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_FOLLOW,
    OPTION_STATE,
    OPTION_OUTPUT,
    OPTION_SUPPRESS_LIST,
    OPTION_COMPARE,
    OPTION_ANONYMIZE,
    OPTION_SERVER,
    OPTION_FROM,
    OPTION_TO,
    OPTION_SUBJECT,
    OPTION_BODY,
    OPTION_ATTACH,
    OPTION_QUIT_AFTER,
    OPTION_VRFY,
    OPTION_EXPN,
    OPTION_LMTP,
    OPTION_EHLO,
    OPTION_USER,
    OPTION_PASSWORD_FILE,
    OPTION_PASSWORD_ENV,
    OPTION_NETRC,
    OPTION_AUTH,
    OPTION_AUTH_AS,
    OPTION_AUTH_CLEAR,
    OPTION_TLS,
    OPTION_TLS_MIN,
    OPTION_TLS_NAME,
    OPTION_TLS_NO_VERIFY,
    OPTION_CA,
    OPTION_CERT,
    OPTION_KEY,
    OPTION_REQUIRETLS,
    OPTION_DSN,
    OPTION_RET,
    OPTION_ENVID,
    OPTION_SIZE,
    OPTION_CHUNKING,
    OPTION_BINARY,
    OPTION_PRDR,
    OPTION_DELIVER_BY,
    OPTION_HOLD_FOR,
    OPTION_PRIORITY,
    OPTION_NO_PIPELINING,
    OPTION_IPV4,
    OPTION_IPV6,
    OPTION_TIMEOUT,
    OPTION_TRANSCRIPT,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
} option_id;

typedef enum format {
    FORMAT_TEXT,
    FORMAT_HTML,
    FORMAT_JSON,
    FORMAT_JSONL,
    FORMAT_CSV,
    FORMAT_MD,
    FORMAT_COUNT
} format;
typedef enum input_form { INPUT_LINES, INPUT_SMTP, INPUT_JSONL, INPUT_COUNT } input_form;

/* More threads than anybody has processors would only cost memory. */
#define OPTIONS_MAX_JOBS ((size_t)256)

#define FORMAT_BIT(format) (UINT32_C(1) << (format))

typedef struct words {
    const char **list;
    size_t count;
} words;

typedef struct options {
    words arguments;
    words values[OPTION_COUNT]; /* of each option that takes one, in the order given */
    format format;
    input_form input;
    size_t jobs;          /* 0: as many as there are processors */
    const char *language; /* a tag that there is; never NULL */
    bool flags[OPTION_COUNT];
} options;

struct subcommand;

/*
 * Reads the words behind the name of a subcommand. Returns true, or false where something is wrong,
 * which it has said on stderr. options_free frees what it took.
 */
bool options_read(const struct subcommand *sub, int argc, char **argv, options *given);
void options_free(options *given);

/* The value given last for an option; NULL where there is none. */
const char *option_value(const options *given, option_id id);

/* Writes the usage of a subcommand. */
void options_help(const struct subcommand *sub, output *out);

#endif
