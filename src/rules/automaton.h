/* From phrases to the automaton of ruleset.h. */
#ifndef SST_RULES_AUTOMATON_H
#define SST_RULES_AUTOMATON_H

#include "rules/model.h"

/* A transition that differs from the default: from any state that has it in its list. */
typedef struct sst_transition {
    uint16_t symbol;
    uint32_t node;
} sst_transition;

/* A node of the trie, and with its transitions a state of the automaton. One that has a row of
 * defaults has no transitions: the row says it all. */
typedef struct sst_node {
    uint32_t child; /* first child; 0: none (node 0 is nobody's child) */
    uint32_t sibling;
    uint32_t parent;
    uint32_t fail;
    uint32_t outputs; /* list + 1; 0: none */
    uint32_t ends;    /* phrases that end just here: in the builder's ends, + 1 */
    uint32_t first;   /* of its transitions */
    uint16_t transitions;
    uint16_t symbol;
    uint32_t state;  /* its place in the cells */
    uint32_t heirs;  /* nodes that fall back to it, at once or in the end */
    uint32_t row;    /* number of its row of defaults + 1; 0: has none */
    uint32_t visits; /* by the examples */
} sst_node;

/* A phrase that ends in a node; the same bytes may be two, with a loose end and without. */
typedef struct sst_end {
    uint16_t phrase;
    uint32_t next; /* + 1 */
} sst_end;

/* What the steps of building hand on. */
typedef struct sst_builder {
    sst_arena *arena; /* for what is dropped afterwards */
    const sst_model_phrase *phrases;
    size_t phrase_count;
    const sst_output *outputs_of; /* by phrase */
    uint8_t *class_of;            /* [256] */
    unsigned classes;
    unsigned blank;      /* class of the blanks */
    bool is_word[256];   /* by class: ASCII letters and digits */
    sst_vec nodes;       /* sst_node */
    sst_vec order;       /* uint32_t: nodes by depth */
    sst_vec transitions; /* sst_transition */
    sst_vec ends;        /* sst_end */
    sst_vec outputs;     /* sst_output, SST_OUT_LAST on the last of each list */
    sst_vec cells;       /* uint32_t */
    sst_vec rows;        /* uint32_t: the nodes that have rows */
    unsigned stride;     /* of rows, a multiple of SST_ROW_UNIT */
} sst_builder;

/* The two roots: anywhere, and behind a byte that is no ASCII letter or digit. */
enum { SST_ROOT_ANY, SST_ROOT_WORD };

/* Builds the whole; outputs has what is to be known of each phrase where it ends. The tables are
 * taken from keep. SST_OK, SST_E_NO_MEMORY or SST_E_LIMIT. */
int sst_automaton_build(const sst_model *model, const sst_output *outputs, sst_arena *keep,
                        sst_automaton *automaton);

/* Gives each node its place and fills the cells (pack.c). */
int sst_automaton_pack(sst_builder *builder);

/* The node that the automaton goes to from a node; defaults are computed with it. */
uint32_t sst_automaton_go(const sst_builder *builder, uint32_t node, unsigned symbol);

#endif
