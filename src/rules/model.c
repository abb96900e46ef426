/* Rules as read: phrases and strings that are kept once each, and the providers. */
#include "rules/model.h"

#include <string.h>

#include "base/ascii.h"

int sst_model_init(sst_model *model, sst_arena *arena)
{
    memset(model, 0, sizeof *model);
    model->arena = arena;
    model->phrase_buckets = sst_arena_take(arena, SST_MODEL_BUCKETS, sizeof(uint32_t));
    model->string_buckets = sst_arena_take(arena, SST_MODEL_BUCKETS, sizeof(uint32_t));
    (void)sst_vec_add(arena, &model->bytes, 1, 1); /* offset 0: the empty string */
    return arena->failed ? SST_E_NO_MEMORY : SST_OK;
}

static uint32_t hash_of(const void *bytes, size_t len, uint32_t salt)
{
    const unsigned char *p = bytes;
    uint32_t hash = SST_HASH_START ^ salt;
    for (size_t i = 0; i < len; i++)
        hash = SST_HASH_STEP(hash, p[i]);
    return hash % SST_MODEL_BUCKETS;
}

static bool same_phrase(const sst_model_phrase *a, const sst_model_phrase *b)
{
    return a->length == b->length && a->begins_word == b->begins_word &&
           a->ends_word == b->ends_word && memcmp(a->bytes, b->bytes, a->length) == 0;
}

int sst_model_add_phrase(sst_model *model, const sst_model_phrase *phrase, uint16_t *number)
{
    uint32_t salt = (uint32_t)phrase->begins_word << 1 | (uint32_t)phrase->ends_word;
    uint32_t *bucket = &model->phrase_buckets[hash_of(phrase->bytes, phrase->length, salt)];
    const sst_model_phrase *all = model->phrases.items;
    for (uint32_t i = *bucket; i; i = all[i - 1].next) {
        if (same_phrase(&all[i - 1], phrase)) {
            *number = (uint16_t)(i - 1);
            return SST_OK;
        }
    }
    if (model->phrases.count == SST_MAX_PHRASES)
        return SST_E_LIMIT;
    sst_model_phrase *added = sst_vec_add(model->arena, &model->phrases, 1, sizeof *added);
    if (!added)
        return SST_E_NO_MEMORY;
    *added = *phrase;
    added->next = *bucket;
    *number = (uint16_t)(model->phrases.count - 1);
    *bucket = (uint32_t)model->phrases.count;
    return SST_OK;
}

uint32_t sst_model_add_string(sst_model *model, const char *text, size_t len)
{
    if (len == 0 || model->arena->failed)
        return 0;
    uint32_t *bucket = &model->string_buckets[hash_of(text, len, 0)];
    const sst_model_string *all = model->strings.items;
    for (uint32_t i = *bucket; i; i = all[i - 1].next) {
        const sst_model_string *s = &all[i - 1];
        if (s->length == len && memcmp(sst_model_string_at(model, s->offset), text, len) == 0)
            return s->offset;
    }
    sst_model_string *added = sst_vec_add(model->arena, &model->strings, 1, sizeof *added);
    char *bytes = sst_vec_add(model->arena, &model->bytes, len + 1, 1);
    if (!added || !bytes)
        return 0;
    memcpy(bytes, text, len);
    added->offset = (uint32_t)(model->bytes.count - (len + 1));
    added->length = (uint32_t)len;
    added->next = *bucket;
    *bucket = (uint32_t)model->strings.count;
    return added->offset;
}

bool sst_model_name_rule(sst_model *model, uint32_t offset)
{
    sst_model_string *all = model->strings.items;
    size_t low = 0;
    size_t high = model->strings.count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (all[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    bool first = !all[low].names_rule;
    all[low].names_rule = true;
    return first;
}

const char *sst_model_string_at(const sst_model *model, uint32_t offset)
{
    return (const char *)model->bytes.items + offset;
}

uint16_t sst_model_find_provider(const sst_model *model, sst_span id)
{
    const sst_model_provider *all = model->providers.items;
    for (size_t i = 0; i < model->providers.count; i++) {
        if (span_is(id, sst_model_string_at(model, all[i].compiled.id), false))
            return (uint16_t)i;
    }
    return SST_NO_PROVIDER;
}

int sst_model_add_provider(sst_model *model, sst_span id, uint16_t *number)
{
    if (model->providers.count == SST_MAX_PROVIDERS)
        return SST_E_LIMIT;
    sst_model_provider *added = sst_vec_add(model->arena, &model->providers, 1, sizeof *added);
    if (!added)
        return SST_E_NO_MEMORY;
    added->compiled.id = sst_model_add_string(model, id.ptr, id.len);
    *number = (uint16_t)(model->providers.count - 1);
    return model->arena->failed ? SST_E_NO_MEMORY : SST_OK;
}
