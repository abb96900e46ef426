/*
 * The subcommands and what they share: exit statuses and one line on stderr for each trouble.
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "options.h"

/* Exit statuses (smtpstatus(1)). */
enum {
    STATUS_DONE = 0,
    STATUS_PARTLY = 1, /* done, but: what, the subcommand says */
    STATUS_USAGE = 2,
    STATUS_IO = 3,         /* an input could not be read or the output not be written */
    STATUS_NO_SESSION = 4, /* the session could not be opened */
    STATUS_INTERRUPTED = 130
};

typedef struct subcommand {
    const char *name;
    const char *synopsis;     /* behind the name */
    const char *summary;      /* in one line */
    const char *details;      /* for its --help; lines end with LF */
    const option_id *options; /* that it takes; OPTION_COUNT ends the list */
    uint32_t formats;         /* FORMAT_BIT of each that it writes */
    int (*run)(const options *given, output *out);
} subcommand;

int explain_run(const options *given, output *out);
int list_run(const options *given, output *out);
int rules_run(const options *given, output *out);
int group_run(const options *given, output *out);
int bounce_run(const options *given, output *out);
int log_run(const options *given, output *out);
int report_run(const options *given, output *out);
int send_run(const options *given, output *out);
int probe_run(const options *given, output *out);

/* The usage of the whole command, on stderr. */
void write_usage(void);

/* The name of a subcommand that a word may have been meant for; NULL where none is near. */
const char *nearest_subcommand(const char *word);

/* "smtpstatus: " and the words, and LF, on stderr. */
void complain(const char *what, ...);

#endif
