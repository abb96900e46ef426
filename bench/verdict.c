/*
 * verdict_bench: how fast verdicts are, and what their tables take.
 *
 *     verdict_bench sizes            the tables, in bytes
 *     verdict_bench texts FILE       writes the texts: length (4 bytes, low first) and bytes of
 * each verdict_bench phrases FILE     writes the phrases of all rules, one a line verdict_bench WAY
 * [ROUNDS]     nanoseconds a text, the best of so many rounds, and the mean length of a text; WAY
 * is match     only the automaton, in a batch: which phrases were met match1    the same, one text
 * at a time batch     whole verdicts, in a batch single    whole verdicts, one at a time single170
 * the same over the texts of 160 to 180 bytes verdict_bench double [ROUNDS]  batch, over the rules
 * read from data/ and over twice as many
 *
 * See bench/verdict.sh.
 */
#define _DEFAULT_SOURCE

#include <dirent.h>
#include <string.h>

#include "base/ascii.h"
#include "bench.h"
#include "rules/compile.h"
#include "verdict/builtin.h"
#include "verdict/decide.h"
#include "verdict/scan.h"
#include "verdict_data.h"

enum { TEXTS = 200000, ROUNDS = 7, BATCH = 512 };

typedef struct work {
    sst_sets sets;
    sst_evidence *evidence;
    sst_verdict verdicts[BATCH]; /* used again and again */
    size_t count;
    size_t bytes;
} work;

/* Where results go, so that none is computed for nothing. */
static volatile size_t sum;

static void begin(void *context, size_t number, sst_hits *hits)
{
    const work *w = context;
    sst_hits_init(hits, w->evidence[number].text, w->evidence[number].recipient);
}

static void finish(void *context, size_t number, const sst_hits *hits)
{
    (void)context;
    (void)number;
    sum += hits->count;
}

static void run_match(work *w)
{
    sst_scan_batch batch = {w->count, begin, finish, w};
    sst_scan_all(w->sets.builtin, &batch);
}

static void run_match1(work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        sst_hits hits;
        begin(w, i, &hits);
        sst_scan_text(w->sets.builtin, &hits);
        sum += hits.count;
    }
}

static void run_batch(work *w)
{
    for (size_t i = 0; i < w->count; i += BATCH) {
        size_t left = w->count - i;
        sst_decide_batch(&w->sets, w->evidence + i, left < BATCH ? left : BATCH, w->verdicts);
    }
}

static void run_single(work *w)
{
    for (size_t i = 0; i < w->count; i++)
        sst_decide(&w->sets, &w->evidence[i], &w->verdicts[i % BATCH]);
}

static double best_of(unsigned rounds, work *w, void (*run)(work *w))
{
    double best = 1e9;
    for (unsigned i = 0; i < rounds; i++) {
        double start = bench_now();
        run(w);
        double seconds = bench_now() - start;
        best = seconds < best ? seconds : best;
    }
    return best * 1e9 / (double)w->count;
}

static work make_work(void)
{
    work w;
    memset(&w, 0, sizeof w);
    w.sets.builtin = &sst_builtin_rules;
    w.count = TEXTS;
    w.evidence = malloc(TEXTS * sizeof *w.evidence);
    if (!w.evidence || !verdict_data_make(w.evidence, TEXTS, &w.bytes))
        exit(3);
    return w;
}

/* Keeps only the texts of about 170 bytes, side by side as before. */
static void keep_middle(work *w)
{
    char *block = malloc(w->bytes);
    size_t kept = 0;
    if (!block)
        exit(3);
    w->bytes = 0;
    for (size_t i = 0; i < w->count; i++) {
        sst_evidence e = w->evidence[i];
        if (e.text.len < 160 || e.text.len > 180)
            continue;
        memcpy(block + w->bytes, e.text.ptr, e.text.len);
        e.text.ptr = block + w->bytes;
        w->bytes += e.text.len;
        w->evidence[kept++] = e;
    }
    w->count = kept;
}

static FILE *open_output(const char *path)
{
    FILE *file = fopen(path, "wb");
    if (!file) {
        fprintf(stderr, "%s: cannot be written\n", path);
        exit(3);
    }
    return file;
}

static void write_texts(const char *path)
{
    work w = make_work();
    FILE *file = open_output(path);
    for (size_t i = 0; i < w.count; i++) {
        size_t len = w.evidence[i].text.len;
        unsigned char head[4] = {(unsigned char)len, (unsigned char)(len >> 8),
                                 (unsigned char)(len >> 16), (unsigned char)(len >> 24)};
        fwrite(head, 1, 4, file);
        fwrite(w.evidence[i].text.ptr, 1, len, file);
    }
    if (fclose(file) != 0)
        exit(3);
}

static void read_rules(sst_model *model, const char *path)
{
    sst_rules_fault fault;
    size_t len;
    char *text = bench_read(path, &len);
    if (sst_model_read(model, text, len, &fault) != SST_OK)
        exit(3);
    free(text);
}

/* Reads data/ as the generator does. */
static void read_all(sst_model *model, sst_arena *arena)
{
    struct dirent **entries;
    char path[400];
    sst_arena_init(arena, NULL);
    if (sst_model_init(model, arena) != SST_OK)
        exit(3);
    read_rules(model, "data/providers.rules");
    int count = scandir("data/rules", &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "data/rules/%s", entries[i]->d_name);
        if (strstr(entries[i]->d_name, ".rules"))
            read_rules(model, path);
        free(entries[i]);
    }
    free(entries);
}

static void write_phrases(const char *path)
{
    sst_arena arena;
    sst_model model;
    FILE *file = open_output(path);
    read_all(&model, &arena);
    const sst_model_phrase *phrases = model.phrases.items;
    for (size_t i = 0; i < model.phrases.count; i++)
        fprintf(file, "%.*s\n", (int)phrases[i].length, (const char *)phrases[i].bytes);
    if (fclose(file) != 0)
        exit(3);
    sst_arena_free(&arena);
}

/* Another phrase of the same form: vowels stay vowels, consonants consonants. */
static uint16_t other_phrase(sst_model *model, unsigned number)
{
    static const char from[] = "aeioubcdfghklmnprstvwy0123456789";
    static const char into[] = "eioaucdbghfklnmrpsvtyw1234567890";
    sst_model_phrase phrase = ((const sst_model_phrase *)model->phrases.items)[number];
    unsigned char *bytes = sst_arena_take(model->arena, phrase.length, 1);
    uint16_t added = 0;
    for (size_t i = 0; bytes && i < phrase.length; i++) {
        const char *found = memchr(from, phrase.bytes[i], sizeof from - 1);
        bytes[i] = found ? (unsigned char)into[found - from] : phrase.bytes[i];
    }
    phrase.bytes = bytes;
    phrase.mark = SST_NO_PROVIDER;
    phrase.wait = 0;
    if (!bytes || sst_model_add_phrase(model, &phrase, &added) != SST_OK)
        exit(3);
    return added;
}

/* Adds to every rule one like it with other phrases. */
static void double_rules(sst_model *model)
{
    size_t count = model->rules.count;
    for (size_t i = 0; i < count; i++) {
        sst_model_rule rule = ((const sst_model_rule *)model->rules.items)[i];
        size_t at = model->tests.count;
        uint16_t *tests = sst_vec_add(model->arena, &model->tests, rule.test_count, 2);
        sst_model_rule *added = sst_vec_add(model->arena, &model->rules, 1, sizeof *added);
        if (!tests || !added)
            exit(3);
        memcpy(tests, (const uint16_t *)model->tests.items + rule.tests, rule.test_count * 2u);
        rule.tests = (uint32_t)at;
        *added = rule;
        for (uint16_t *test = tests; *test != SST_TEST_END; test += test[1] + 2) {
            bool words = *test == SST_TEST_ANY || *test == SST_TEST_NONE;
            for (unsigned k = 0; words && k < test[1]; k++)
                test[2 + k] = other_phrase(model, test[2 + k]);
        }
    }
}

static void compile(sst_model *model, sst_arena *keep, sst_ruleset *set)
{
    sst_arena_init(keep, NULL);
    if (sst_rules_compile(model, false, keep, set) != SST_OK)
        exit(3);
}

/* Both sets in turn, so that they meet the same weather. */
static void run_double(unsigned rounds)
{
    sst_arena arena;
    sst_model model;
    sst_arena keep[2];
    sst_ruleset sets[2];
    double best[2] = {1e9, 1e9};
    work w = make_work();
    read_all(&model, &arena);
    compile(&model, &keep[0], &sets[0]);
    double_rules(&model);
    compile(&model, &keep[1], &sets[1]);
    for (unsigned i = 0; i < rounds * 2; i++) {
        w.sets.builtin = &sets[i % 2];
        double ns = best_of(1, &w, run_batch);
        best[i % 2] = ns < best[i % 2] ? ns : best[i % 2];
    }
    for (int i = 0; i < 2; i++) {
        printf("%u rules, %u phrases, %zu KiB of cells: %.0f ns\n", sets[i].rule_count,
               sets[i].phrase_count, sets[i].automaton.cell_count * sizeof(uint32_t) / 1024,
               best[i]);
        sst_arena_free(&keep[i]);
    }
    printf("twice the rules take %+.1f %% time\n", (best[1] / best[0] - 1) * 100);
    sst_arena_free(&arena);
}

static size_t print_size(const char *name, size_t size)
{
    printf("%-10s %8zu bytes\n", name, size);
    return size;
}

static void print_sizes(void)
{
    const sst_ruleset *s = &sst_builtin_rules;
    const sst_automaton *a = &s->automaton;
    size_t total = 0;
    printf("%u rules, %u phrases, %u providers\n", s->rule_count, s->phrase_count,
           s->provider_count);
    total += print_size("cells", a->cell_count * sizeof *a->cells);
    total += print_size("defaults", a->default_count * sizeof *a->defaults);
    total += print_size("outputs", a->output_count * sizeof *a->outputs);
    total += print_size("phrases", s->phrase_count * sizeof *s->phrases);
    total += print_size("rules", s->rule_count * sizeof *s->rules);
    total += print_size("tests", s->test_count * sizeof *s->tests +
                                     s->key_rule_count * sizeof *s->key_rules);
    total += print_size(
        "indexes", (s->key_mask + 1) * sizeof *s->keys + (s->name_mask + 1) * sizeof *s->names +
                       s->provider_count * sizeof *s->providers + s->unit_count * sizeof *s->units);
    total += print_size("strings", s->string_size);
    (void)print_size("together", total);
}

static int run_way(const char *way, unsigned rounds)
{
    static const struct {
        const char *name;
        void (*run)(work *w);
    } ways[] = {{"match", run_match},
                {"match1", run_match1},
                {"batch", run_batch},
                {"single", run_single},
                {"single170", run_single}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (strcmp(ways[i].name, way) != 0)
            continue;
        work w = make_work();
        if (strcmp(way, "single170") == 0)
            keep_middle(&w);
        double ns = best_of(rounds, &w, ways[i].run);
        printf("%.1f %.1f\n", ns, (double)w.bytes / (double)w.count);
        return 0;
    }
    fprintf(stderr, "verdict_bench: no such way: %s\n", way);
    return 2;
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "sizes";
    const char *more = argc > 2 ? argv[2] : "";
    unsigned rounds = (unsigned)strtoul(more, NULL, 10);
    rounds = rounds ? rounds : ROUNDS;
    if (strcmp(way, "sizes") == 0)
        print_sizes();
    else if (strcmp(way, "texts") == 0)
        write_texts(more);
    else if (strcmp(way, "phrases") == 0)
        write_phrases(more);
    else if (strcmp(way, "double") == 0)
        run_double(rounds);
    else
        return run_way(way, rounds);
    return 0;
}
