/*
 * Compiles the built-in rules: reads DATA/providers.rules and DATA/rules/NAME.rules in alphabetical
 * order, checks that every rule has a source, a match and a miss and that its examples come out
 * right, and writes OUTPUT/rules.c.
 *
 * usage: gen_rules DATA OUTPUT     writes; nothing where there is a fault
 *        gen_rules --check FILE... only checks these files; providers need not be among them
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/compile.h"
#include "verdict/builtin.h"
#include "verdict/check.h"

/* The library asks for it; here it is what comes out, not what goes in. */
const sst_ruleset sst_builtin_rules;

enum { MAX_FILES = 1000, MAX_PATH = 4096 };

typedef struct source {
    char *path;
    char *text;
    size_t len;
} source;

static source sources[MAX_FILES];
static size_t source_count;
static sst_model model;
static sst_ruleset set;
static int faults;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "gen_rules: %s: %s\n", what, why);
    exit(3);
}

static void add_source(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || source_count == MAX_FILES)
        die(path, "cannot be read");
    source *s = &sources[source_count++];
    size_t room = 1 << 16;
    s->path = strdup(path);
    s->text = malloc(room);
    while (s->text && !feof(file) && !ferror(file)) {
        s->len += fread(s->text + s->len, 1, room - s->len, file);
        if (s->len == room)
            s->text = realloc(s->text, room *= 2);
    }
    if (!s->text || !s->path || ferror(file))
        die(path, "cannot be read");
    fclose(file);
}

static int is_rule_file(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 6 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 6, ".rules") == 0;
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_directory(const char *data)
{
    char path[MAX_PATH];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/providers.rules", data);
    add_source(path);
    snprintf(path, sizeof path, "%s/rules", data);
    int count = scandir(path, &entries, is_rule_file, by_name);
    if (count < 0)
        die(path, "cannot be read");
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/rules/%s", data, entries[i]->d_name);
        add_source(path);
        free(entries[i]);
    }
    free(entries);
}

static void report(size_t file, size_t line, const char *message, const char *more)
{
    fprintf(stderr, "%s:%zu: %s%s\n", sources[file].path, line, message, more);
    faults++;
}

/* Reads a file by itself first, so that a fault in one does not hide those in others. */
static void read_source(size_t number)
{
    sst_arena arena;
    sst_model alone;
    sst_rules_fault fault = {0};
    sst_arena_init(&arena, NULL);
    if (sst_model_init(&alone, &arena) == SST_OK &&
        sst_model_read(&alone, sources[number].text, sources[number].len, &fault) != SST_OK)
        report(number, fault.line, fault.message, "");
    sst_arena_free(&arena);
}

static void read_sources(void)
{
    for (size_t i = 0; i < source_count; i++)
        read_source(i);
    for (size_t i = 0; i < source_count && faults == 0; i++) {
        sst_rules_fault fault = {0};
        if (sst_model_read(&model, sources[i].text, sources[i].len, &fault) != SST_OK)
            report(i, fault.line, fault.message, "");
    }
}

/* What built-in rules owe their readers. */
static void check_duties(bool whole)
{
    const sst_model_rule *rules = model.rules.items;
    const sst_model_provider *providers = model.providers.items;
    for (size_t i = 0; i < model.rules.count; i++) {
        const char *id = sst_model_string_at(&model, rules[i].compiled.id);
        if (!(rules[i].given & SST_GIVEN_MATCH))
            report(rules[i].file, rules[i].line, id, " has no match line");
        if (!(rules[i].given & SST_GIVEN_MISS))
            report(rules[i].file, rules[i].line, id, " has no miss line");
        if (!rules[i].compiled.source)
            report(rules[i].file, rules[i].line, id, " has no source");
    }
    for (size_t i = 0; whole && i < model.providers.count; i++) {
        const char *id = sst_model_string_at(&model, providers[i].compiled.id);
        const sst_ruleset_provider *p = &providers[i].compiled;
        if (!providers[i].declared) {
            fprintf(stderr, "gen_rules: provider %s is named but not described\n", id);
            faults++;
        } else if (!p->name || !p->short_name || !p->kind || !providers[i].has_source) {
            report(0, providers[i].line, id, " lacks its name, short, kind or source");
        }
    }
}

static void check_examples(void)
{
    const sst_sets sets = {NULL, &set};
    const sst_example *examples = model.examples.items;
    for (size_t i = 0; i < model.examples.count; i++) {
        sst_rules_fault fault;
        if (sst_check_example(&sets, &set, &examples[i], &fault) != SST_OK) {
            report(fault.file, fault.line, fault.message, "");
            fprintf(stderr, "    %.*s\n", (int)examples[i].text.len, examples[i].text.ptr);
        }
    }
}

/* Numbers of an array, as many on a line as fit. */
typedef struct writer {
    FILE *file;
    int column;
} writer;

static void write_number(writer *w, uint64_t number)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRIu64 ",", number);
    if (w->column + len > 100) {
        fputc('\n', w->file);
        w->column = 0;
    }
    fputs(text, w->file);
    w->column += len;
}

static void open_array(writer *w, const char *type, const char *name)
{
    fprintf(w->file, "\nstatic const %s %s[] = {\n", type, name);
    w->column = 0;
}

static void close_array(writer *w)
{
    fputs("\n};\n", w->file);
}

static void write_u8(writer *w, const char *name, const void *items, size_t count)
{
    const unsigned char *bytes = items;
    open_array(w, "uint8_t", name);
    for (size_t i = 0; i < count; i++)
        write_number(w, bytes[i]);
    close_array(w);
}

static void write_u16(writer *w, const char *name, const uint16_t *items, size_t count)
{
    open_array(w, "uint16_t", name);
    for (size_t i = 0; i < count; i++)
        write_number(w, items[i]);
    close_array(w);
}

static void write_u32(writer *w, const char *name, const uint32_t *items, size_t count)
{
    open_array(w, "uint32_t", name);
    for (size_t i = 0; i < count; i++)
        write_number(w, items[i]);
    close_array(w);
}

static void write_automaton(writer *w)
{
    const sst_automaton *a = &set.automaton;
    write_u8(w, "class_of", a->class_of, 256);
    write_u32(w, "defaults", a->defaults, a->default_count);
    write_u32(w, "cells", a->cells, a->cell_count);
    fputs("\nstatic const sst_output outputs[] = {\n", w->file);
    for (size_t i = 0; i < a->output_count; i++)
        fprintf(w->file, "{%" PRIu32 ",%" PRIu32 "},\n", a->outputs[i].what,
                a->outputs[i].first_rule);
    fputs("};\n", w->file);
}

static void write_rules(writer *w)
{
    fputs("\nstatic const sst_ruleset_phrase phrases[] = {\n", w->file);
    for (size_t i = 0; i <= set.phrase_count; i++) {
        const sst_ruleset_phrase *p = &set.phrases[i];
        fprintf(w->file, "{%" PRIu32 ",%u,%u},\n", p->rules, p->length, p->mark);
    }
    fputs("};\n\nstatic const sst_ruleset_rule rules[] = {\n", w->file);
    for (size_t i = 0; i < set.rule_count; i++) {
        const sst_ruleset_rule *r = &set.rules[i];
        fprintf(w->file,
                "/* %s */ {%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32
                ",%u,%u,%u,%u,%u,%u,%u},\n",
                set.strings + r->id, r->id, r->source, r->tests, r->providers, r->reason, r->level,
                r->permanence, r->scope, r->actor, r->retry, r->suppress);
    }
    fputs("};\n", w->file);
    write_u16(w, "key_rules", set.key_rules, set.key_rule_count);
    write_u16(w, "tests", set.tests, set.test_count);
}

static void write_providers(writer *w)
{
    fputs("\nstatic const sst_ruleset_provider providers[] = {\n", w->file);
    for (size_t i = 0; i < set.provider_count; i++) {
        const sst_ruleset_provider *p = &set.providers[i];
        fprintf(w->file, "/* %s */ {%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 "},\n",
                set.strings + p->id, p->id, p->name, p->short_name, p->kind);
    }
    fputs("};\n\nstatic const sst_ruleset_name names[] = {\n", w->file);
    for (size_t i = 0; i <= set.name_mask; i++) {
        const sst_ruleset_name *n = &set.names[i];
        fprintf(w->file, "{%" PRIu32 ",%u,%u,%u},\n", n->text, n->length, n->kind, n->provider);
    }
    fputs("};\n\nstatic const sst_ruleset_key keys[] = {\n", w->file);
    for (size_t i = 0; i <= set.key_mask; i++)
        fprintf(w->file, "{%" PRIu32 ",%" PRIu32 "},\n", set.keys[i].key, set.keys[i].rules);
    fputs("};\n\nstatic const sst_ruleset_unit units[] = {\n", w->file);
    for (size_t i = 0; i < set.unit_count; i++) {
        const sst_ruleset_unit *u = &set.units[i];
        fprintf(w->file, "{%" PRIu32 ",%" PRIu32 ",%u,%u,%u},\n", u->text, u->seconds, u->length,
                u->first, u->whole);
    }
    fputs("};\n", w->file);
}

static void write_set(writer *w)
{
    const sst_automaton *a = &set.automaton;
    fprintf(w->file,
            "\nconst sst_ruleset sst_builtin_rules = {\n"
            "    .automaton = {class_of, defaults, cells, outputs, %" PRIu32 ", %" PRIu32
            ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 ", %" PRIu32 "},\n",
            a->start_state, a->start_row, a->reach, a->out, a->default_count, a->cell_count,
            a->output_count);
    fputs("    .phrases = phrases,\n    .key_rules = key_rules,\n    .tests = tests,\n"
          "    .rules = rules,\n    .providers = providers,\n    .names = names,\n"
          "    .keys = keys,\n    .units = units,\n    .strings = (const char *)strings,\n",
          w->file);
    const struct {
        const char *name;
        uint32_t value;
    } numbers[] = {
        {"phrase_count", set.phrase_count},
        {"key_rule_count", set.key_rule_count},
        {"test_count", set.test_count},
        {"rule_count", set.rule_count},
        {"provider_count", set.provider_count},
        {"name_mask", set.name_mask},
        {"key_mask", set.key_mask},
        {"unit_count", set.unit_count},
        {"string_size", set.string_size},
        {"first_below_phrase", set.first_below_phrase},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        fprintf(w->file, "    .%s = %" PRIu32 ",\n", numbers[i].name, numbers[i].value);
    fputs("};\n", w->file);
}

static void write_file(const char *output)
{
    char path[MAX_PATH];
    writer w = {NULL, 0};
    snprintf(path, sizeof path, "%s/rules.c", output);
    w.file = fopen(path, "wb");
    if (!w.file)
        die(path, "cannot be written");
    fputs("/* The built-in rules. Written by tools/gen_rules.c from data/providers.rules and "
          "data/rules/. */\n#include \"verdict/builtin.h\"\n",
          w.file);
    write_automaton(&w);
    write_rules(&w);
    write_providers(&w);
    write_u8(&w, "strings", set.strings, set.string_size);
    write_set(&w);
    if (ferror(w.file) || fclose(w.file) != 0)
        die(path, "cannot be written");
}

int main(int argc, char **argv)
{
    sst_arena arena;
    sst_arena keep;
    bool only_check = argc > 2 && strcmp(argv[1], "--check") == 0;
    if (!only_check && argc != 3)
        die("usage", "gen_rules DATA OUTPUT | gen_rules --check FILE...");
    for (int i = 2; only_check && i < argc; i++)
        add_source(argv[i]);
    if (!only_check)
        add_directory(argv[1]);
    sst_arena_init(&arena, NULL);
    sst_arena_init(&keep, NULL);
    if (sst_model_init(&model, &arena) != SST_OK)
        die("rules", "out of memory");
    read_sources();
    if (faults == 0) {
        int error = sst_rules_compile(&model, false, &keep, &set);
        if (error != SST_OK)
            die("rules", sst_strerror(error));
        check_duties(!only_check);
        check_examples();
    }
    if (faults == 0 && !only_check)
        write_file(argv[2]);
    fprintf(stderr, "gen_rules: %zu rules, %zu phrases, %zu providers, %d faults\n",
            model.rules.count, model.phrases.count, model.providers.count, faults);
    sst_arena_free(&keep);
    sst_arena_free(&arena);
    return faults ? 1 : 0;
}
