/*
 * Reading of records with jansson, which is optional. Keys that are not known are passed over, and
 * so are words of the vocabulary that are none: a newer program may have written them.
 */
#include "record_object.h"

#include <stdio.h>
#include <string.h>

static bool has(sst_span line, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= line.len; i++) {
        if (memcmp(line.ptr + i, word, len) == 0)
            return true;
    }
    return false;
}

bool record_object_is_likely(sst_span line)
{
    /* Keys of journald, Docker and mail servers that log in JSON. */
    static const char *const foreign[] = {"\"MESSAGE\"", "\"log\"", "\"type\""};
    if (line.len == 0 || line.ptr[0] != '{')
        return false;
    if (has(line, "\"schema\""))
        return true;
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (has(line, foreign[i]))
            return false;
    }
    return has(line, "\"text\"") || has(line, "\"code\"") || has(line, "\"kind\"");
}

#ifndef HAVE_JANSSON

record_object *record_object_read(sst_span line, const sst_rules *rules, buffer *words,
                                  sst_record *record, char *message, size_t size)
{
    (void)line;
    (void)rules;
    (void)words;
    (void)record;
    snprintf(message, size, "this program was built without JSON");
    return NULL;
}

void record_object_free(record_object *taken)
{
    (void)taken;
}

#else

#include <jansson.h>

static sst_span take_span(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    sst_span span = {NULL, 0};
    if (json_is_string(value)) {
        span.ptr = json_string_value(value);
        span.len = json_string_length(value);
    }
    return span;
}

/* The members that are texts from outside. */
static const struct {
    const char *key;
    size_t member;
} texts[] = {
    {"direction", offsetof(sst_record, direction)},
    {"recipient", offsetof(sst_record, recipient)},
    {"original_recipient", offsetof(sst_record, original_recipient)},
    {"sender", offsetof(sst_record, sender)},
    {"message_id", offsetof(sst_record, message_id)},
    {"queue_id", offsetof(sst_record, queue_id)},
    {"reporter", offsetof(sst_record, reporter)},
    {"remote", offsetof(sst_record, remote)},
    {"provider", offsetof(sst_record, provider)},
    {"format", offsetof(sst_record, format)},
    {"text", offsetof(sst_record, text)},
    {"time", offsetof(sst_record, time)},
};

static void take_texts(const json_t *object, sst_record *record)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sst_span span = take_span(object, texts[i].key);
        memcpy((char *)record + texts[i].member, &span, sizeof span);
    }
}

static void take_codes(const json_t *object, sst_record *record)
{
    json_int_t code = json_integer_value(json_object_get(object, "code"));
    sst_span enhanced = take_span(object, "enhanced");
    sst_span name = take_span(object, "name");
    sst_span command = take_span(object, "command");
    sst_span local = take_span(object, "local_error");
    if (code >= 100 && code <= 999)
        record->code = (int)code;
    if (name.ptr && strcmp(name.ptr, "GeneralFailure") == 0)
        record->code = SST_CODE_GENERAL_FAILURE;
    if (enhanced.len > 0)
        sst_enhanced_parse(enhanced.ptr, enhanced.len, &record->enhanced);
    if (command.len > 0)
        sst_command_parse(command.ptr, command.len, &record->command);
    for (int i = SST_LOCAL_ERROR_NONE + 1; local.len > 0 && i <= SST_LOCAL_ERROR_LOCAL; i++) {
        if (strcmp(local.ptr, sst_local_error_id((sst_local_error)i)) == 0)
            record->local_error = (sst_local_error)i;
    }
}

/* A verdict that stands in the object. Returns false where there is none. */
static bool take_verdict(const json_t *object, sst_record *record)
{
    sst_verdict *verdict = &record->verdict;
    sst_span reason = take_span(object, "reason");
    if (!reason.ptr || !sst_reason_parse(reason.ptr, reason.len, &verdict->reason))
        return false;
    sst_reason_defaults usual = sst_reason_get_defaults(verdict->reason);
    verdict->permanence = SST_PERMANENCE_UNKNOWN;
    verdict->scope = usual.scope;
    verdict->actor = usual.actor;
    verdict->suppress = usual.suppress;
    verdict->retry = usual.retry == SST_RETRY_AS_CLAIMED ? SST_RETRY_LATER : usual.retry;
    verdict->retry_after = -1;
#define TAKE_WORD(key, parse, member)                                                              \
    do {                                                                                           \
        sst_span word = take_span(object, key);                                                    \
        if (word.ptr)                                                                              \
            parse(word.ptr, word.len, &verdict->member);                                           \
    } while (0)
    TAKE_WORD("claimed", sst_permanence_parse, claimed);
    TAKE_WORD("permanence", sst_permanence_parse, permanence);
    TAKE_WORD("scope", sst_scope_parse, scope);
    TAKE_WORD("actor", sst_actor_parse, actor);
    TAKE_WORD("retry", sst_retry_parse, retry);
    TAKE_WORD("suppress", sst_suppress_parse, suppress);
    TAKE_WORD("cause", sst_reason_parse, cause);
    TAKE_WORD("level", sst_level_parse, level);
#undef TAKE_WORD
    sst_span rule = take_span(object, "rule");
    verdict->rule = rule.len > 0 ? rule.ptr : NULL;
    verdict->kind = record->kind;
    verdict->provider = record->provider;
    return true;
}

/* What a reply in "text" says besides, where the object is no whole record. */
static void take_reply(sst_record *record, buffer *words)
{
    sst_span text = record->text;
    sst_reply reply;
    if (!text.ptr)
        return;
    buffer_clear(words);
    buffer_reserve(words, text.len + 1);
    sst_reply_read(text.ptr, text.len, &reply);
    record->text.ptr = NULL;
    record->text.len = 0;
    sst_record_from_reply(record, &reply, words->data, words->size);
}

record_object *record_object_read(sst_span line, const sst_rules *rules, buffer *words,
                                  sst_record *record, char *message, size_t size)
{
    json_error_t error;
    json_t *object = json_loadb(line.ptr, line.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (!object || !json_is_object(object)) {
        snprintf(message, size, "%s%s",
                 object ? "no JSON object" : "no JSON: ", object ? "" : error.text);
        json_decref(object);
        return NULL;
    }
    memset(record, 0, sizeof *record);
    take_texts(object, record);
    take_codes(object, record);
    sst_span kind = take_span(object, "kind");
    if (kind.ptr)
        sst_kind_parse(kind.ptr, kind.len, &record->kind);
    record->decided = take_verdict(object, record);
    if (!record->decided) {
        if (record->kind == SST_KIND_NONE)
            take_reply(record, words);
        sst_record_decide(record, rules);
    }
    return (record_object *)object;
}

void record_object_free(record_object *taken)
{
    json_decref((json_t *)taken);
}

#endif
