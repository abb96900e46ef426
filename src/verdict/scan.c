/*
 * The scan: one pass over the text without backtracking. For every byte there are two loads that
 * matter, the state's cell and the default, of which only the first waits for the byte before.
 */
#include "verdict/scan.h"

#include "base/ascii.h"

enum {
    LEAST_TO_CUT = 96, /* bytes of a text that is worth cutting */
    OVERLAP = 16,      /* about so many bytes of the next part are scanned in any case */
    MOST_TO_LOOK = 16  /* bytes in which a place for a cut is looked for: less than a part has */
};

void sst_scan_start(const sst_ruleset *set, sst_hits *hits, sst_scan *scan)
{
    scan->hits = hits;
    scan->text = hits->text;
    scan->end = hits->text + hits->len;
    scan->cell = set->automaton.start_state << SST_CELL_STATE_SHIFT;
    scan->row = set->automaton.start_row;
}

/* One byte. Both ways are loaded and one is chosen: a branch here would mostly be guessed wrong. */
static inline void step(const sst_automaton *a, unsigned byte, uint32_t *cell, uint32_t *row)
{
    uint32_t class = a->class_of[byte];
    uint32_t stored = a->cells[SST_CELL_STATE(*cell) + class];
    uint32_t otherwise = a->defaults[*row + class];
    *row = SST_DEFAULT_ROW(otherwise);
    *cell = SST_CELL_CLASS(stored) == class ? stored : otherwise;
}

void sst_scan_run(const sst_ruleset *set, sst_scan *scan)
{
    const sst_automaton t = set->automaton;
    const unsigned char *text = scan->text;
    const unsigned char *end = scan->end;
    uint32_t cell = scan->cell;
    uint32_t row = scan->row;
    while (text < end) {
        step(&t, *text++, &cell, &row);
        if (cell & SST_CELL_HIT)
            sst_hits_take(set, scan->hits, cell, (size_t)(text - scan->hits->text));
    }
    scan->text = text;
    scan->cell = cell;
    scan->row = row;
}

/* How many bytes every scan has left at least. */
static size_t shortest(const sst_scan *scans)
{
    size_t least = (size_t)(scans[0].end - scans[0].text);
    for (size_t i = 1; i < SST_LANES; i++) {
        size_t left = (size_t)(scans[i].end - scans[i].text);
        least = left < least ? left : least;
    }
    return least;
}

static void take(const sst_ruleset *set, const sst_scan *scan, uint32_t cell, size_t done)
{
    if (cell & SST_CELL_HIT)
        sst_hits_take(set, scan->hits, cell, (size_t)(scan->text - scan->hits->text) + done);
}

void sst_scan_run_lanes(const sst_ruleset *set, sst_scan scans[SST_LANES])
{
    const sst_automaton t = set->automaton;
    size_t count = shortest(scans);
    sst_scan a = scans[0];
    sst_scan b = scans[1];
    sst_scan c = scans[2];
    sst_scan d = scans[3];
    for (size_t i = 0; i < count; i++) {
        step(&t, a.text[i], &a.cell, &a.row);
        step(&t, b.text[i], &b.cell, &b.row);
        step(&t, c.text[i], &c.cell, &c.row);
        step(&t, d.text[i], &d.cell, &d.row);
        if ((a.cell | b.cell | c.cell | d.cell) & SST_CELL_HIT) {
            take(set, &scans[0], a.cell, i + 1);
            take(set, &scans[1], b.cell, i + 1);
            take(set, &scans[2], c.cell, i + 1);
            take(set, &scans[3], d.cell, i + 1);
        }
    }
    a.text += count;
    b.text += count;
    c.text += count;
    d.text += count;
    scans[0] = a;
    scans[1] = b;
    scans[2] = c;
    scans[3] = d;
}

/* The first offset from `at` on behind a byte that is no ASCII letter or digit, or 0. */
static size_t find_cut(const sst_hits *hits, size_t at)
{
    for (size_t end = at + MOST_TO_LOOK; at < end && at < hits->len; at++) {
        if (!ascii_is_alnum((char)hits->text[at - 1]))
            return at;
    }
    return 0;
}

/* Cuts a text into parts of the same length that overlap, before each of which a word may begin;
 * false where that cannot be. */
static bool cut(const sst_ruleset *set, sst_hits *hits, sst_scan scans[SST_LANES])
{
    if (hits->len < LEAST_TO_CUT)
        return false;
    size_t step = (hits->len - OVERLAP) / SST_LANES;
    for (size_t i = 0; i < SST_LANES; i++) {
        size_t start = i ? find_cut(hits, step * i) : 0;
        if (i && !start)
            return false;
        sst_scan_start(set, hits, &scans[i]);
        scans[i].text += start;
    }
    size_t length = (size_t)(scans[SST_LANES - 1].end - scans[SST_LANES - 1].text);
    for (size_t i = 0; i < SST_LANES; i++)
        scans[i].end = scans[i].text + length;
    return true;
}

/* Goes on from a part until no phrase is under way that began before the next one. */
static void go_on(const sst_ruleset *set, sst_scan *scan, const unsigned char *border)
{
    const unsigned char *end = scan->hits->text + scan->hits->len;
    while (scan->text < end &&
           (scan->text < border + set->automaton.reach || SST_CELL_STATE(scan->cell) != 0)) {
        scan->end = scan->text + 1;
        sst_scan_run(set, scan);
    }
}

void sst_scan_text(const sst_ruleset *set, sst_hits *hits)
{
    sst_scan scans[SST_LANES];
    const unsigned char *borders[SST_LANES];
    if (!cut(set, hits, scans)) {
        sst_scan_start(set, hits, &scans[0]);
        sst_scan_run(set, &scans[0]);
        return;
    }
    for (size_t i = 0; i + 1 < SST_LANES; i++)
        borders[i] = scans[i + 1].text;
    sst_scan_run_lanes(set, scans);
    for (size_t i = 0; i + 1 < SST_LANES; i++)
        go_on(set, &scans[i], borders[i]);
}

/* A text of a batch that is being scanned. */
typedef struct lane {
    size_t number;
    sst_hits hits;
} lane;

static void begin(const sst_ruleset *set, const sst_scan_batch *batch, size_t number, lane *l,
                  sst_scan *scan)
{
    l->number = number;
    batch->begin(batch->context, number, &l->hits);
    sst_scan_start(set, &l->hits, scan);
}

static void run_to_end(const sst_ruleset *set, const sst_scan_batch *batch, const lane *l,
                       sst_scan *scan)
{
    sst_scan_run(set, scan);
    batch->finish(batch->context, l->number, &l->hits);
}

void sst_scan_all(const sst_ruleset *set, const sst_scan_batch *batch)
{
    lane lanes[SST_LANES];
    sst_scan scans[SST_LANES];
    size_t next = 0;
    size_t used = 0;
    for (; used < SST_LANES && next < batch->count; used++)
        begin(set, batch, next++, &lanes[used], &scans[used]);
    while (next < batch->count) {
        sst_scan_run_lanes(set, scans);
        for (size_t i = 0; i < SST_LANES && next < batch->count; i++) {
            if (scans[i].text < scans[i].end)
                continue;
            batch->finish(batch->context, lanes[i].number, &lanes[i].hits);
            begin(set, batch, next++, &lanes[i], &scans[i]);
        }
    }
    for (size_t i = 0; i < used; i++)
        run_to_end(set, batch, &lanes[i], &scans[i]);
}
