/*
 * Lays the states' transitions into one array of cells so that they interlock: a state's place is
 * any offset at which all its cells fall on free ones. No two states that have cells get the same
 * place; so a cell at place + class that holds this class belongs to the state. States without
 * cells all have place 0, which no other has.
 */
#include "rules/automaton.h"

#include <string.h>

enum { GROW = 4096, TRIES = 256 };

/* Free cells form a list in both directions; cell 0 is its head. */
typedef struct slot {
    uint32_t next;
    uint32_t previous;
    bool taken;
    bool is_place; /* of some state */
} slot;

typedef struct packer {
    sst_builder *builder;
    sst_vec slots; /* slot, as many as there are cells */
    uint32_t from; /* where the search for a place begins; 0: at the first free cell */
} packer;

static const sst_transition *transitions_of(const sst_builder *b, const sst_node *node)
{
    return node->transitions ? (const sst_transition *)b->transitions.items + node->first : NULL;
}

static slot *slot_at(const packer *p, uint32_t i)
{
    return (slot *)p->slots.items + i;
}

static bool grow(packer *p)
{
    sst_builder *b = p->builder;
    uint32_t from = (uint32_t)p->slots.count;
    slot *slots = sst_vec_add(b->arena, &p->slots, GROW, sizeof *slots);
    uint32_t *cells = sst_vec_add(b->arena, &b->cells, GROW, sizeof *cells);
    if (!slots || !cells)
        return false;
    uint32_t last = from ? slot_at(p, 0)->previous : 0;
    for (uint32_t i = from; i < from + GROW; i++) {
        ((uint32_t *)b->cells.items)[i] = SST_CELL_EMPTY;
        slot_at(p, i)->previous = last;
        slot_at(p, last)->next = i;
        last = i;
    }
    slot_at(p, last)->next = 0;
    slot_at(p, 0)->previous = last;
    return true;
}

static void take_slot(packer *p, uint32_t i)
{
    slot *s = slot_at(p, i);
    if (p->from == i)
        p->from = s->next;
    slot_at(p, s->previous)->next = s->next;
    slot_at(p, s->next)->previous = s->previous;
    s->taken = true;
}

static bool fits(const packer *p, uint32_t place, const uint16_t *symbols, size_t count)
{
    if (slot_at(p, place)->is_place)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (slot_at(p, place + symbols[i])->taken)
            return false;
    }
    return true;
}

/*
 * The first place at which the symbols fit, or 0 without memory. Free cells that were tried in vain
 * often enough are passed over until smaller states come, so that the search stays short.
 */
static uint32_t find_place(packer *p, const uint16_t *symbols, size_t count)
{
    uint32_t at = p->from ? p->from : slot_at(p, 0)->next;
    for (unsigned tries = 1;; tries++) {
        if (at == 0 || at + 256 >= p->slots.count) {
            uint32_t first_new = (uint32_t)p->slots.count;
            if (!grow(p))
                return 0;
            at = at ? at : first_new;
        }
        if (at > symbols[0] && fits(p, at - symbols[0], symbols, count))
            return at - symbols[0];
        at = slot_at(p, at)->next;
        if (tries % TRIES == 0)
            p->from = at;
    }
}

/* Lays one node's cells; where its transitions lead is filled in when every place is known. */
static bool place_node(packer *p, sst_node *node)
{
    const sst_transition *t = transitions_of(p->builder, node);
    uint16_t symbols[256];
    size_t count = node->transitions;
    for (size_t i = 0; i < count; i++)
        symbols[i] = t[i].symbol;
    if (node->outputs)
        symbols[count++] = (uint16_t)p->builder->classes;
    if (count == 0)
        return true;
    node->state = find_place(p, symbols, count);
    if (!node->state)
        return false;
    slot_at(p, node->state)->is_place = true;
    for (size_t i = 0; i < count; i++)
        take_slot(p, node->state + symbols[i]);
    return true;
}

/* How often a node is visited: seldom or never, sometimes, often. */
enum { HEATS = 3, SOMETIMES = 1, OFTEN = 12 };

static unsigned heat_of(const sst_node *node)
{
    return node->visits >= OFTEN ? 2 : node->visits >= SOMETIMES ? 1 : 0;
}

/* Lays all nodes of one heat, so that those that are needed together lie together; the most
 * demanding first. */
static bool place_nodes(packer *p, unsigned heat)
{
    sst_node *nodes = p->builder->nodes.items;
    for (unsigned size = 257; size-- > 0;) {
        p->from = 0;
        for (size_t i = 0; i < p->builder->nodes.count; i++) {
            bool wanted = nodes[i].transitions == size && heat_of(&nodes[i]) == heat;
            if (wanted && !place_node(p, &nodes[i]))
                return false;
        }
    }
    return true;
}

static void fill(sst_builder *b, const sst_node *node)
{
    uint32_t *cells = b->cells.items;
    const sst_node *nodes = b->nodes.items;
    const sst_transition *t = transitions_of(b, node);
    for (size_t i = 0; i < node->transitions; i++) {
        const sst_node *to = &nodes[t[i].node];
        cells[node->state + t[i].symbol] =
            to->state << SST_CELL_STATE_SHIFT | (to->outputs ? SST_CELL_HIT : 0) | t[i].symbol;
    }
    if (node->outputs)
        cells[node->state + b->classes] = (node->outputs - 1) << SST_CELL_STATE_SHIFT | b->classes;
}

/* Drops the free cells at the end, but lets every state's last class stay inside. */
static void trim(sst_builder *b)
{
    const sst_node *nodes = b->nodes.items;
    uint32_t last = 0;
    for (size_t i = 0; i < b->nodes.count; i++) {
        if (nodes[i].state > last)
            last = nodes[i].state;
    }
    b->cells.count = last + b->classes + 1;
}

int sst_automaton_pack(sst_builder *b)
{
    packer p = {b, {0}, 0};
    sst_node *nodes = b->nodes.items;
    if (!grow(&p))
        return SST_E_NO_MEMORY;
    slot_at(&p, 0)->taken = true;
    slot_at(&p, 0)->is_place = true;
    for (unsigned heat = HEATS; heat-- > 0;) {
        if (!place_nodes(&p, heat))
            return SST_E_NO_MEMORY;
    }
    if (b->cells.count > SST_CELL_MAX_STATE || b->outputs.count > SST_CELL_MAX_STATE)
        return SST_E_LIMIT;
    for (size_t i = 0; i < b->nodes.count; i++)
        fill(b, &nodes[i]);
    trim(b);
    return SST_OK;
}
