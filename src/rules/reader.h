/* The reader of rule files: its state, its tokens, and how it names a fault. */
#ifndef SST_RULES_READER_H
#define SST_RULES_READER_H

#include "rules/model.h"

/* One line of a rule file is at most this long; whole replies stand on one. */
#define SST_MAX_RULE_LINE ((size_t)16384)

typedef enum sst_token_kind {
    SST_TOKEN_END,
    SST_TOKEN_WORD,
    SST_TOKEN_STRING,
    SST_TOKEN_BAR
} sst_token_kind;

typedef struct sst_token {
    sst_token_kind kind;
    sst_span text; /* of a string: without quotes, escapes resolved */
} sst_token;

/* What the directives that follow belong to. */
enum { SST_IN_FILE = 1, SST_IN_PROVIDER = 2, SST_IN_RULE = 4 };

typedef struct sst_rule_reader {
    sst_model *model;
    const char *at; /* in the line */
    const char *end;
    uint32_t line;
    sst_rules_fault *fault;
    int error;
    unsigned context;
    sst_vec providers;       /* uint16_t: of the `for` line in force */
    uint32_t default_source; /* strings */
    bool open_list;          /* the last line was a list of phrases, which `|` may continue */
    size_t list_at;          /* where its op stands in the model's tests */
} sst_rule_reader;

/* The rule or provider that is being read. */
sst_model_rule *sst_reader_rule(const sst_rule_reader *reader);
sst_model_provider *sst_reader_provider(const sst_rule_reader *reader);

/* Notes the first fault: "expected ..., found ..."; found may be absent. Returns false. */
bool sst_reader_expected(sst_rule_reader *reader, const char *expected, sst_span found);

/* Notes the first fault in words of its own. Returns false. */
bool sst_reader_fault(sst_rule_reader *reader, int error, const char *message);

/* Takes SST_OK and errors of the model alike. Returns whether it was SST_OK. */
bool sst_reader_check(sst_rule_reader *reader, int error);

/* The next token of the line; false with a fault. */
bool sst_reader_next(sst_rule_reader *reader, sst_token *token);

/* The next token, which must be of a kind; expected says what is wanted in words. */
bool sst_reader_take(sst_rule_reader *reader, sst_token_kind kind, const char *expected,
                     sst_token *token);

/* Whether the line is at its end; a fault where it is not. */
bool sst_reader_end(sst_rule_reader *reader);

/* A decimal number of at most limit; false, without a fault, where text is none. */
bool sst_reader_number(sst_span text, uint32_t limit, uint32_t *number);

/* A string's bytes as a phrase; false with a fault. */
bool sst_reader_phrase(sst_rule_reader *reader, sst_span text, uint16_t *number);

/* Adds an op with arguments to the tests of the rule. */
bool sst_reader_test(sst_rule_reader *reader, unsigned op, const uint16_t *arguments, size_t count);

/* The number of a command or local error by its identifier; false where it is none. */
bool sst_reader_command(sst_span word, uint16_t *number);
bool sst_reader_local(sst_span word, uint16_t *number);

/* Conditions (conditions.c): each reads the rest of its line. */
bool sst_read_codes(sst_rule_reader *reader);
bool sst_read_enhanced(sst_rule_reader *reader);
bool sst_read_commands(sst_rule_reader *reader);
bool sst_read_locals(sst_rule_reader *reader);
bool sst_read_text(sst_rule_reader *reader);
bool sst_read_not(sst_rule_reader *reader);
bool sst_read_more(sst_rule_reader *reader);

#endif
