/*
 * Builds the automaton: classes of bytes, a trie with two roots, failure links, the transitions
 * that differ from the default, the lists of phrases that end in a state, and the defaults.
 *
 * A node stands for (root, string): the string as the end of what was read, with or without the
 * knowledge that a word began there. What such a node falls back to is the longest weaker one: its
 * own string without that knowledge cannot be in the trie under both roots and matter less, so the
 * search goes from the parent's fallback down, as in Aho and Corasick's.
 */
#include "rules/automaton.h"

#include <string.h>

#include "base/ascii.h"

enum { ROW_WORTH = 2 }; /* a row costs as much as a cell for each class; it must save more */

static sst_node *node_at(const sst_builder *b, uint32_t node)
{
    return (sst_node *)b->nodes.items + node;
}

/* Every byte that stands in a phrase gets a class; the others share one, or two: those that a word
 * may consist of are told apart. Letters share one with their capitals, blanks one. */
static void make_classes(sst_builder *b)
{
    bool used[256] = {false};
    for (size_t i = 0; i < b->phrase_count; i++) {
        for (size_t k = 0; k < b->phrases[i].length; k++)
            used[b->phrases[i].bytes[k]] = true;
    }
    enum { OTHER, OTHER_WORD, BLANK, FIRST_USED, CAPITALS = 26, BLANKS = 4 };
    /* One number is for the outputs, one for empty cells. */
    _Static_assert(FIRST_USED + 256 - CAPITALS - BLANKS < SST_CELL_EMPTY, "classes fit a byte");
    b->classes = FIRST_USED;
    b->blank = BLANK;
    b->is_word[OTHER_WORD] = true;
    for (unsigned byte = 0; byte < 256; byte++) {
        char c = (char)byte;
        bool word = byte < 128 && ascii_is_alnum(c);
        unsigned class = word ? OTHER_WORD : OTHER;
        if (ascii_is_space(c))
            class = BLANK;
        else if (used[byte])
            class = b->classes++;
        b->is_word[class] = word;
        b->class_of[byte] = (uint8_t) class;
    }
    for (unsigned byte = 'A'; byte <= 'Z'; byte++)
        b->class_of[byte] = b->class_of[byte + ('a' - 'A')];
}

static uint32_t add_node(sst_builder *b, uint32_t parent, unsigned symbol)
{
    sst_node *node = sst_vec_add(b->arena, &b->nodes, 1, sizeof *node);
    uint32_t number = (uint32_t)(b->nodes.count - 1);
    if (!node)
        return 0;
    node->symbol = (uint16_t)symbol;
    node->parent = parent;
    if (number > SST_ROOT_WORD) {
        node->sibling = node_at(b, parent)->child;
        node_at(b, parent)->child = number;
    }
    return number;
}

static uint32_t find_child(const sst_builder *b, uint32_t node, unsigned symbol)
{
    uint32_t child = node_at(b, node)->child;
    while (child && node_at(b, child)->symbol != symbol)
        child = node_at(b, child)->sibling;
    return child;
}

static void make_trie(sst_builder *b)
{
    (void)add_node(b, 0, b->blank); /* SST_ROOT_ANY */
    (void)add_node(b, 0, b->blank); /* SST_ROOT_WORD */
    for (size_t i = 0; i < b->phrase_count && !b->arena->failed; i++) {
        const sst_model_phrase *phrase = &b->phrases[i];
        uint32_t node = phrase->begins_word ? SST_ROOT_WORD : SST_ROOT_ANY;
        for (size_t k = 0; k < phrase->length && !b->arena->failed; k++) {
            unsigned symbol = b->class_of[phrase->bytes[k]];
            uint32_t child = find_child(b, node, symbol);
            node = child ? child : add_node(b, node, symbol);
        }
        sst_end *end = sst_vec_add(b->arena, &b->ends, 1, sizeof *end);
        if (!end)
            return;
        end->phrase = (uint16_t)i;
        end->next = node_at(b, node)->ends;
        node_at(b, node)->ends = (uint32_t)b->ends.count;
    }
}

/* Nodes by depth, the roots first; at equal depth, those that know less first. */
static bool make_order(sst_builder *b)
{
    uint32_t *order = sst_vec_add(b->arena, &b->order, b->nodes.count, sizeof *order);
    if (!order)
        return false;
    size_t count = 0;
    order[count++] = SST_ROOT_ANY;
    order[count++] = SST_ROOT_WORD;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t c = node_at(b, order[i])->child; c; c = node_at(b, c)->sibling)
            order[count++] = c;
    }
    return true;
}

/* What a node falls back to; its parent's fallback is known. */
static uint32_t fallback(const sst_builder *b, const sst_node *node)
{
    uint32_t at = node->parent;
    while (at != SST_ROOT_ANY) {
        at = node_at(b, at)->fail;
        uint32_t child = find_child(b, at, node->symbol);
        if (child)
            return child;
    }
    return b->is_word[node->symbol] ? SST_ROOT_ANY : SST_ROOT_WORD;
}

static void make_fallbacks(sst_builder *b)
{
    const uint32_t *order = b->order.items;
    node_at(b, SST_ROOT_WORD)->fail = SST_ROOT_ANY;
    for (size_t i = 2; i < b->order.count; i++)
        node_at(b, order[i])->fail = fallback(b, node_at(b, order[i]));
    for (size_t i = b->order.count; i-- > 1;) {
        const sst_node *node = node_at(b, order[i]);
        node_at(b, node->fail)->heirs += node->heirs + 1;
    }
}

uint32_t sst_automaton_go(const sst_builder *b, uint32_t node, unsigned symbol)
{
    if (symbol == b->blank && node > SST_ROOT_WORD && node_at(b, node)->symbol == b->blank)
        return node;
    for (;;) {
        uint32_t child = find_child(b, node, symbol);
        if (child)
            return child;
        if (node == SST_ROOT_ANY)
            return b->is_word[symbol] ? SST_ROOT_ANY : SST_ROOT_WORD;
        node = node_at(b, node)->fail;
    }
}

/* The phrases that end in a node: its own, and behind them those of its fallback. */
static bool make_outputs(sst_builder *b, sst_node *node)
{
    uint32_t inherited = node_at(b, node->fail)->outputs;
    node->outputs = inherited;
    if (!node->ends)
        return true;
    const sst_end *ends = b->ends.items;
    node->outputs = (uint32_t)b->outputs.count + 1;
    sst_output *last = NULL;
    for (uint32_t i = node->ends; i; i = ends[i - 1].next) {
        last = sst_vec_add(b->arena, &b->outputs, 1, sizeof *last);
        if (!last)
            return false;
        *last = b->outputs_of[ends[i - 1].phrase];
    }
    for (uint32_t i = inherited; i; i++) {
        last = sst_vec_add(b->arena, &b->outputs, 1, sizeof *last);
        if (!last)
            return false;
        *last = ((const sst_output *)b->outputs.items)[i - 1];
        if (last->what & SST_OUT_LAST)
            return true;
    }
    last->what |= SST_OUT_LAST;
    return true;
}

static bool give_row(sst_builder *b, uint32_t number)
{
    uint32_t *row = sst_vec_add(b->arena, &b->rows, 1, sizeof *row);
    if (!row)
        return false;
    *row = number;
    node_at(b, number)->row = (uint32_t)b->rows.count;
    return true;
}

/*
 * Whether a node is worth a row of defaults: all its heirs would have its transitions, `count` of
 * them, among theirs. Beginnings of frequent words are. What a node knows must be known from byte
 * to byte, so its parent must have a row; those of one byte always have.
 */
static bool deserves_row(const sst_builder *b, const sst_node *node, size_t count)
{
    if (node->parent <= SST_ROOT_WORD)
        return true;
    return node_at(b, node->parent)->row &&
           (b->rows.count + 1) * b->stride <= SST_DEFAULT_MAX_ROW &&
           (uint64_t)node->heirs * count > (uint64_t)b->stride * ROW_WORTH;
}

/* The transitions of a node that differ from the default: those of its fallback, and over them its
 * children; behind a blank, a blank changes nothing. */
static size_t find_transitions(const sst_builder *b, uint32_t number, uint32_t *row)
{
    const sst_node *node = node_at(b, number);
    const sst_node *weaker = node_at(b, node->fail);
    const sst_transition *all = b->transitions.items;
    size_t count = 0;
    memset(row, 0, b->classes * sizeof *row);
    for (size_t i = 0; i < weaker->transitions; i++)
        row[all[weaker->first + i].symbol] = all[weaker->first + i].node;
    for (uint32_t c = node->child; c; c = node_at(b, c)->sibling)
        row[node_at(b, c)->symbol] = c;
    if (node->symbol == b->blank)
        row[b->blank] = number;
    for (unsigned symbol = 0; symbol < b->classes; symbol++)
        count += row[symbol] != 0;
    return count;
}

static bool make_transitions(sst_builder *b, uint32_t number)
{
    uint32_t row[256];
    sst_node *node = node_at(b, number);
    size_t count = find_transitions(b, number, row);
    if (deserves_row(b, node, count))
        return give_row(b, number);
    sst_transition *t = sst_vec_add(b->arena, &b->transitions, count, sizeof *t);
    if (!t)
        return false;
    node->first = (uint32_t)(b->transitions.count - count);
    node->transitions = (uint16_t)count;
    for (unsigned symbol = 0; symbol < b->classes; symbol++) {
        if (!row[symbol])
            continue;
        t->symbol = (uint16_t)symbol;
        t->node = row[symbol];
        t++;
    }
    return true;
}

static int make_states(sst_builder *b)
{
    const uint32_t *order = b->order.items;
    /* An odd number of units, so that the rows' most used classes spread over the cache. */
    b->stride = ((b->classes + SST_ROW_UNIT - 1) / SST_ROW_UNIT | 1) * SST_ROW_UNIT;
    if (!give_row(b, SST_ROOT_ANY) || !give_row(b, SST_ROOT_WORD))
        return SST_E_NO_MEMORY;
    for (size_t i = 2; i < b->order.count; i++) {
        if (!make_outputs(b, node_at(b, order[i])) || !make_transitions(b, order[i]))
            return SST_E_NO_MEMORY;
        if (b->transitions.count > SST_CELL_MAX_STATE / 2)
            return SST_E_LIMIT;
    }
    return b->rows.count * b->stride <= SST_DEFAULT_MAX_ROW ? SST_OK : SST_E_LIMIT;
}

/* Fills the row of a node: where each class leads, and which row is next: that of the node it leads
 * to, or of the nearest fallback that has one. */
static void fill_row(const sst_builder *b, uint32_t node, uint32_t *row)
{
    for (unsigned symbol = 0; symbol < b->classes; symbol++) {
        const sst_node *to = node_at(b, sst_automaton_go(b, node, symbol));
        const sst_node *next = to;
        while (!next->row)
            next = node_at(b, next->fail);
        row[symbol] = to->state << SST_CELL_STATE_SHIFT | (to->outputs ? SST_CELL_HIT : 0) |
                      (next->row - 1) * (b->stride / SST_ROW_UNIT);
    }
}

/* The most bytes that any node with a row knows of. */
static unsigned find_reach(const sst_builder *b)
{
    unsigned reach = 1;
    for (size_t i = 0; i < b->rows.count; i++) {
        uint32_t node = ((const uint32_t *)b->rows.items)[i];
        unsigned depth = 0;
        for (; node > SST_ROOT_WORD; node = node_at(b, node)->parent)
            depth++;
        reach = depth > reach ? depth : reach;
    }
    return reach;
}

/* Runs over the rules' own examples, which are like what will be read, and counts the visits. */
static void count_visits(sst_builder *b, const sst_model *model)
{
    const sst_example *examples = model->examples.items;
    for (size_t i = 0; i < model->examples.count; i++) {
        uint32_t node = SST_ROOT_WORD;
        for (size_t k = 0; k < examples[i].text.len; k++) {
            node = sst_automaton_go(b, node, b->class_of[(unsigned char)examples[i].text.ptr[k]]);
            node_at(b, node)->visits++;
        }
    }
}

static bool make_defaults(const sst_builder *b, sst_arena *keep, sst_automaton *automaton)
{
    uint32_t *defaults = sst_arena_take(keep, b->rows.count * b->stride, sizeof *defaults);
    if (!defaults)
        return false;
    for (size_t i = 0; i < b->rows.count; i++)
        fill_row(b, ((const uint32_t *)b->rows.items)[i], defaults + i * b->stride);
    automaton->start_row = (node_at(b, SST_ROOT_WORD)->row - 1) * b->stride;
    automaton->reach = find_reach(b);
    automaton->defaults = defaults;
    automaton->default_count = (uint32_t)(b->rows.count * b->stride);
    return true;
}

/* Copies an array to where it is kept. */
static const void *keep_copy(sst_arena *keep, const void *items, size_t count, size_t size)
{
    void *copy = sst_arena_take(keep, count, size);
    if (copy && count)
        memcpy(copy, items, count * size);
    return copy;
}

static int build(sst_builder *b, const sst_model *model, sst_arena *keep, sst_automaton *automaton)
{
    make_classes(b);
    make_trie(b);
    if (b->arena->failed || !make_order(b))
        return SST_E_NO_MEMORY;
    make_fallbacks(b);
    int error = make_states(b);
    count_visits(b, model);
    if (error == SST_OK)
        error = sst_automaton_pack(b);
    if (error != SST_OK)
        return error;
    if (!make_defaults(b, keep, automaton))
        return SST_E_NO_MEMORY;
    automaton->start_state = node_at(b, SST_ROOT_WORD)->state;
    automaton->out = b->classes;
    automaton->cell_count = (uint32_t)b->cells.count;
    automaton->output_count = (uint32_t)b->outputs.count;
    automaton->class_of = b->class_of;
    automaton->cells = keep_copy(keep, b->cells.items, b->cells.count, sizeof(uint32_t));
    automaton->outputs = keep_copy(keep, b->outputs.items, b->outputs.count, sizeof(sst_output));
    return keep->failed ? SST_E_NO_MEMORY : SST_OK;
}

int sst_automaton_build(const sst_model *model, const sst_output *outputs, sst_arena *keep,
                        sst_automaton *automaton)
{
    sst_arena arena;
    sst_builder builder = {0};
    sst_arena_init(&arena, keep->allocator);
    builder.arena = &arena;
    builder.phrases = model->phrases.items;
    builder.phrase_count = model->phrases.count;
    builder.outputs_of = outputs;
    builder.class_of = sst_arena_take(keep, 256, sizeof *builder.class_of);
    int error = builder.class_of ? build(&builder, model, keep, automaton) : SST_E_NO_MEMORY;
    sst_arena_free(&arena);
    return error;
}
