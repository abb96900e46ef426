/*
 * The compiled form of rules: what the compiler (compile.c) writes and the verdict reads. Only
 * numbers and offsets, no pointers inside the tables, so that the built-in set (src/gen/rules.c) is
 * constant data without relocations.
 *
 * The automaton is one DFA over bytes, Aho-Corasick with two additions that keep it small and the
 * scan free of look-ups: runs of blanks loop in place, and a phrase that must begin at a word's
 * start hangs under a root of its own, which is only reached behind a byte that is no ASCII letter
 * or digit. A state is the offset of its cells. A transition that equals the default is not stored;
 * the default depends on the text alone (the byte before, whether that one began a word, and the
 * byte), so that it is looked up beside the cell, not after it.
 */
#ifndef SST_RULES_RULESET_H
#define SST_RULES_RULESET_H

#include <smtpstatus/rules.h>

/* Limits of a set of rules, built in or a user's. Numbers of phrases and rules fit 15 bits: the
 * sixteenth marks a list's end. The bitmap of hits (verdict/scan.h) has one bit a phrase. */
#define SST_MAX_PHRASES        ((size_t)32768)
#define SST_MAX_RULES          ((size_t)16384)
#define SST_MAX_PROVIDERS      ((size_t)1000)
#define SST_MAX_PHRASE         ((size_t)512) /* bytes of a phrase */
#define SST_LAST               0x8000u       /* in a list: the last one */
#define SST_NO_PROVIDER        0xffffu
#define SST_CELL_STATE_SHIFT   12
#define SST_CELL_STATE(cell)   ((cell) >> SST_CELL_STATE_SHIFT)
#define SST_CELL_MAX_STATE     ((size_t)0xfffff)
#define SST_CELL_HIT           0x800u /* in cells and defaults: a phrase ends here */
#define SST_CELL_CLASS(cell)   ((cell)&0xffu)
#define SST_ROW_UNIT           16u /* rows of defaults begin at multiples of this */
#define SST_DEFAULT_ROW(cell)  (((cell)&0x7ffu) * SST_ROW_UNIT)
#define SST_DEFAULT_MAX_ROW    ((size_t)0x7ff * SST_ROW_UNIT)
#define SST_CELL_EMPTY         0xffu /* no class has this number */
#define SST_DEFAULT_OF_REASON  0xffu /* in a rule's axes: as the reason's row says */
#define SST_HASH_STEP(hash, c) (((hash) ^ (uint32_t)(c)) * 16777619u)
#define SST_HASH_START         2166136261u

/*
 * cells[state + class] = state | hit | class, where a transition is stored; defaults[row + class] =
 * state | hit | the next row. The outputs of a state are stored as if they were a transition with
 * the class `out`. A row stands for a node that is known without the cells.
 */
typedef struct sst_automaton {
    const uint8_t *class_of; /* [256] */
    const uint32_t *defaults;
    const uint32_t *cells;
    const struct sst_output *outputs; /* lists of phrases */
    uint32_t start_state;
    uint32_t start_row;
    uint32_t reach; /* a state without cells (place 0) knows of so many bytes at most */
    uint32_t out;
    uint32_t default_count;
    uint32_t cell_count;
    uint32_t output_count;
} sst_automaton;

/* What stands beside a phrase's number in the outputs, so that the scan need not look further. */
#define SST_OUT_PHRASE(output) ((output)&0xffffu)
#define SST_OUT_ENDS_WORD      0x010000u   /* the byte behind must be no ASCII letter or digit */
#define SST_OUT_IS_WORD        0x020000u   /* does not match inside an e-mail address */
#define SST_OUT_MARK           0x040000u   /* gives a provider away */
#define SST_OUT_KEY            0x080000u   /* rules hang on it */
#define SST_OUT_WAIT_BEHIND    0x100000u   /* a time behind it is one to wait for */
#define SST_OUT_WAIT_BEFORE    0x200000u   /* so a time before it */
#define SST_OUT_LAST           0x80000000u /* of its list */

/* A phrase that ends in a state. */
typedef struct sst_output {
    uint32_t what;       /* number | SST_OUT_... */
    uint32_t first_rule; /* that hangs on it */
} sst_output;

typedef struct sst_ruleset_phrase {
    uint32_t rules;  /* the rules that hang on it: key_rules[rules] up to the next phrase's */
    uint16_t length; /* in bytes, runs of blanks counted as one */
    uint16_t mark;   /* the provider that it gives away, or SST_NO_PROVIDER */
} sst_ruleset_phrase;

/* Conditions of a rule: op, count, count arguments; all must hold. Where a rule hangs on phrases,
 * the first is that one of these must have been met. */
enum {
    SST_TEST_END,
    SST_TEST_PROVIDER, /* one of these providers */
    SST_TEST_CODE,     /* one of these: a code, a first digit, 0 for none */
    SST_TEST_ENHANCED, /* one of these: class (0: any), subject, detail from, detail to */
    SST_TEST_COMMAND,  /* one of these commands */
    SST_TEST_LOCAL,    /* one of these local errors */
    SST_TEST_ANY,      /* one of these phrases */
    SST_TEST_NONE      /* none of these phrases */
};

typedef struct sst_ruleset_rule {
    uint32_t id;        /* strings */
    uint32_t source;    /* strings */
    uint32_t tests;     /* tests */
    uint32_t providers; /* strings: identifiers with blanks between them; 0: any provider */
    uint8_t reason;
    uint8_t level;
    uint8_t permanence; /* this and the others: a value or SST_DEFAULT_OF_REASON */
    uint8_t scope;
    uint8_t actor;
    uint8_t retry;
    uint8_t suppress;
} sst_ruleset_rule;

typedef struct sst_ruleset_provider {
    uint32_t id; /* strings, as are the others; 0: not given */
    uint32_t name;
    uint32_t short_name;
    uint32_t kind;
} sst_ruleset_provider;

/* A provider's identifier or one of its hosts, in a hash table of names (open addressing). */
enum { SST_NAME_FREE, SST_NAME_ID, SST_NAME_HOST, SST_NAME_DOMAIN };

typedef struct sst_ruleset_name {
    uint32_t text; /* strings, in lower case */
    uint16_t length;
    uint8_t kind;
    uint16_t provider;
} sst_ruleset_name;

/* Rules without words, in a hash table by what they ask for (SST_KEY). */
typedef struct sst_ruleset_key {
    uint32_t key;   /* 0: free */
    uint32_t rules; /* key_rules, SST_LAST on the last */
} sst_ruleset_key;

enum { SST_KEY_ENHANCED, SST_KEY_CODE, SST_KEY_LOCAL, SST_KEY_ALWAYS };
#define SST_KEY(provider, kind, value)                                                             \
    (((provider) == SST_NO_PROVIDER ? 0 : (uint32_t)(provider) + 1) << 22 |                        \
     (uint32_t)(kind) << 20 | ((uint32_t)(value) + 1))
#define SST_KEY_OF_ENHANCED(subject, detail) ((uint32_t)(subject)*1000u + (detail))
/* Not the product's lowest bits: they mix few of the key's, and the keys of codes, of any code and
 * of classes lay in one row. */
#define SST_KEY_HASH(key) ((uint32_t)(key)*2654435769u >> 13)

/* A word for a span of time, for times that a reply states. */
typedef struct sst_ruleset_unit {
    uint32_t text; /* strings */
    uint32_t seconds;
    uint16_t length;
    uint8_t first; /* its first byte, in lower case */
    uint8_t whole; /* it has its number in itself, as "an hour" */
} sst_ruleset_unit;

typedef struct sst_ruleset {
    sst_automaton automaton;
    const sst_ruleset_phrase *phrases; /* one more than phrase_count, for the end of its rules */
    const uint16_t *key_rules;
    const uint16_t *tests;
    const sst_ruleset_rule *rules; /* in order of precedence */
    const sst_ruleset_provider *providers;
    const sst_ruleset_name *names; /* name_mask + 1 */
    const sst_ruleset_key *keys;   /* key_mask + 1 */
    const sst_ruleset_unit *units;
    const char *strings; /* terminated each; the first is empty */
    uint32_t phrase_count;
    uint32_t key_rule_count;
    uint32_t test_count;
    uint32_t rule_count;
    uint32_t provider_count;
    uint32_t name_mask;
    uint32_t key_mask;
    uint32_t unit_count;
    uint32_t string_size;
    uint32_t first_below_phrase; /* the first rule of a level below phrase */
} sst_ruleset;

/* A whole reply that a rule must match, or must not; or a text with the time that it states. */
typedef struct sst_example {
    sst_span text;
    uint32_t rule; /* number; without meaning for a time */
    uint32_t file; /* of those read, from 0 */
    uint32_t line;
    uint8_t kind;
    uint8_t command; /* told with it, as are the others; 0: what the rule asks for */
    uint8_t local;
    uint32_t provider; /* strings */
    int32_t seconds;   /* of a time: -1 none */
} sst_example;

enum { SST_EXAMPLE_MATCH, SST_EXAMPLE_MISS, SST_EXAMPLE_TIME };

#endif
