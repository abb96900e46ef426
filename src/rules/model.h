/* Rules as read from files, before they are compiled. Everything lives in one arena. */
#ifndef SST_RULES_MODEL_H
#define SST_RULES_MODEL_H

#include "rules/arena.h"
#include "rules/ruleset.h"

/* What a phrase asks of its neighbours, and what it gives away. */
typedef struct sst_model_phrase {
    const unsigned char *bytes; /* folded, runs of blanks as one */
    uint32_t next;              /* in its hash chain: number + 1 */
    uint16_t length;
    uint16_t mark;
    uint32_t wait;    /* SST_OUT_WAIT_... or 0 */
    bool begins_word; /* the byte before it must be no ASCII letter or digit */
    bool ends_word;   /* so the byte behind it */
    bool is_word;     /* letters, digits, hyphens and dots only: not inside an e-mail address */
} sst_model_phrase;

typedef struct sst_model_string {
    uint32_t offset; /* ascending */
    uint32_t length;
    bool names_rule;
    uint32_t next; /* in its hash chain: number + 1 */
} sst_model_string;

/* The directives that a rule has; bits of sst_model_rule.given. */
enum {
    SST_GIVEN_REASON = 1 << 0,
    SST_GIVEN_CODE = 1 << 1,
    SST_GIVEN_ENHANCED = 1 << 2,
    SST_GIVEN_COMMAND = 1 << 3,
    SST_GIVEN_LOCAL = 1 << 4,
    SST_GIVEN_TEXT = 1 << 5,
    SST_GIVEN_SUBCODE = 1 << 6,
    SST_GIVEN_NOT = 1 << 7,
    SST_GIVEN_PROVIDER = 1 << 8,
    SST_GIVEN_SOURCE = 1 << 9,
    SST_GIVEN_PERMANENCE = 1 << 10,
    SST_GIVEN_SCOPE = 1 << 11,
    SST_GIVEN_ACTOR = 1 << 12,
    SST_GIVEN_RETRY = 1 << 13,
    SST_GIVEN_SUPPRESS = 1 << 14,
    SST_GIVEN_MATCH = 1 << 15,
    SST_GIVEN_MISS = 1 << 16
};

typedef struct sst_model_rule {
    sst_ruleset_rule compiled; /* strings and axes are filled in while reading */
    uint32_t given;
    uint32_t file;
    uint32_t line;
    uint32_t tests;      /* in the model's tests */
    uint32_t test_count; /* with SST_TEST_END */
} sst_model_rule;

typedef struct sst_model_provider {
    sst_ruleset_provider compiled;
    uint32_t line;
    bool declared; /* by a `provider` line, not only named in a `for` line */
    bool has_source;
} sst_model_provider;

/* A host of a provider's. */
typedef struct sst_model_host {
    sst_span text;
    uint16_t provider;
    uint8_t kind; /* SST_NAME_HOST or SST_NAME_DOMAIN */
} sst_model_host;

enum { SST_MODEL_BUCKETS = 4096 };

typedef struct sst_model {
    sst_arena *arena;
    sst_vec rules;     /* sst_model_rule */
    sst_vec providers; /* sst_model_provider */
    sst_vec hosts;     /* sst_model_host */
    sst_vec phrases;   /* sst_model_phrase */
    sst_vec tests;     /* uint16_t */
    sst_vec examples;  /* sst_example */
    sst_vec units;     /* sst_ruleset_unit */
    sst_vec strings;   /* sst_model_string */
    sst_vec bytes;     /* char: the strings themselves */
    uint32_t files;    /* read so far */
    uint32_t *phrase_buckets;
    uint32_t *string_buckets;
} sst_model;

/* Makes a model ready; SST_OK or SST_E_NO_MEMORY. */
int sst_model_init(sst_model *model, sst_arena *arena);

/* The number of a phrase, which is added where it is new. SST_OK, SST_E_NO_MEMORY, SST_E_LIMIT. */
int sst_model_add_phrase(sst_model *model, const sst_model_phrase *phrase, uint16_t *number);

/* The offset of a string, which is added where it is new; 0 for the empty one and without memory
 * (the arena then says so). */
uint32_t sst_model_add_string(sst_model *model, const char *text, size_t len);

/* Notes that a string is a rule's identifier; false where it is one already. */
bool sst_model_name_rule(sst_model *model, uint32_t offset);

const char *sst_model_string_at(const sst_model *model, uint32_t offset);

/* The number of the provider with an identifier, or SST_NO_PROVIDER. */
uint16_t sst_model_find_provider(const sst_model *model, sst_span id);

/* Adds one; SST_OK, SST_E_NO_MEMORY, SST_E_LIMIT. */
int sst_model_add_provider(sst_model *model, sst_span id, uint16_t *number);

/*
 * Reads one file into the model (format: smtpstatus-rules(5)). Returns SST_OK; SST_E_RULES with the
 * fault described; SST_E_LIMIT, also described; or SST_E_NO_MEMORY. After a failure the model is of
 * no further use.
 */
int sst_model_read(sst_model *model, const char *text, size_t len, sst_rules_fault *fault);

#endif
