/*
 * Loads a user's rules. Files that were loaded before are kept as text and compiled again together
 * with the new one, so that however many there are, one automaton runs.
 */
#include "rules/load.h"

#include <string.h>

#include "base/alloc.h"
#include "rules/compile.h"

/* Copies the texts of base, and the new one behind them. */
static bool take_files(sst_rules *rules, const char *text, size_t len, const sst_rules *base)
{
    size_t before = base ? base->file_count : 0;
    sst_span *files = sst_arena_take(&rules->arena, before + 1, sizeof *files);
    if (!files)
        return false;
    for (size_t i = 0; i <= before; i++) {
        sst_span fresh = {text, len};
        sst_span from = i < before ? base->files[i] : fresh;
        files[i].len = from.len;
        files[i].ptr = sst_arena_copy(&rules->arena, from.ptr, from.len);
    }
    rules->files = files;
    rules->file_count = before + 1;
    return !rules->arena.failed;
}

static bool too_long(const sst_rules *rules)
{
    size_t left = SST_MAX_RULE_TEXT;
    for (size_t i = 0; i < rules->file_count; i++) {
        if (rules->files[i].len > left)
            return true;
        left -= rules->files[i].len;
    }
    return false;
}

/* Examples outlive the model that they were read into. */
static int keep_examples(sst_rules *rules, const sst_model *model)
{
    const sst_example *from = model->examples.items;
    size_t count = model->examples.count;
    sst_example *to = sst_arena_take(&rules->arena, count, sizeof *to);
    if (!to)
        return SST_E_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        to[i] = from[i];
        to[i].text.ptr = sst_arena_copy(&rules->arena, from[i].text.ptr, from[i].text.len);
    }
    rules->examples = to;
    rules->example_count = count;
    return rules->arena.failed ? SST_E_NO_MEMORY : SST_OK;
}

static int compile_files(sst_rules *rules, sst_arena *spare, sst_rules_fault *fault)
{
    sst_model model;
    int error = sst_model_init(&model, spare);
    for (size_t i = 0; i < rules->file_count && error == SST_OK; i++)
        error = sst_model_read(&model, rules->files[i].ptr, rules->files[i].len, fault);
    if (error == SST_OK)
        error = sst_rules_compile(&model, true, &rules->arena, &rules->set);
    return error == SST_OK ? keep_examples(rules, &model) : error;
}

static int load(sst_rules *rules, const char *text, size_t len, const sst_rules *base,
                sst_rules_fault *fault)
{
    sst_arena spare;
    if (!take_files(rules, text, len, base))
        return SST_E_NO_MEMORY;
    if (too_long(rules)) {
        static const char why[] = "rule files of more than 16 MiB together";
        memcpy(fault->message, why, sizeof why);
        return SST_E_LIMIT;
    }
    sst_arena_init(&spare, rules->arena.allocator);
    int error = compile_files(rules, &spare, fault);
    sst_arena_free(&spare);
    return error;
}

int sst_rules_load(const char *text, size_t len, const sst_rules *base,
                   const sst_allocator *allocator, sst_rules **rules, sst_rules_fault *fault)
{
    sst_rules_fault unwanted;
    fault = fault ? fault : &unwanted;
    memset(fault, 0, sizeof *fault);
    if (!rules || (!text && len > 0))
        return SST_E_INVALID;
    sst_rules *loaded = sst_allocate(allocator, 1, sizeof *loaded);
    if (!loaded)
        return SST_E_NO_MEMORY;
    memset(loaded, 0, sizeof *loaded);
    sst_arena_init(&loaded->arena, allocator);
    int error = load(loaded, text, len, base, fault);
    if (error == SST_OK)
        *rules = loaded;
    else
        sst_rules_free(loaded);
    return error;
}

void sst_rules_free(sst_rules *rules)
{
    if (!rules)
        return;
    sst_arena arena = rules->arena;
    sst_arena_free(&arena);
    sst_deallocate(arena.allocator, rules);
}
