/*
 * Reading of JSON lines with jansson, which is optional. Keys that are not known are passed over,
 * so that records of this program, and of others, can be fed back.
 */
#include "fields.h"

#include <stdio.h>

#ifndef HAVE_JANSSON

bool fields_supported(void)
{
    return false;
}

fields *fields_read(sst_span line, sst_record *record, sst_span *text, char *message, size_t size)
{
    (void)line;
    (void)record;
    (void)text;
    snprintf(message, size, "this program was built without JSON");
    return NULL;
}

void fields_free(fields *taken)
{
    (void)taken;
}

#else

#include <string.h>

#include <jansson.h>

bool fields_supported(void)
{
    return true;
}

/* Where a value goes wrong: what was expected under the key. */
typedef struct reading {
    sst_record *record;
    sst_span *text;
    char *message;
    size_t size;
} reading;

static bool expect(const reading *into, const char *what)
{
    snprintf(into->message, into->size, "%s", what);
    return false;
}

static sst_span string_span(const json_t *value)
{
    sst_span span = {json_string_value(value), json_string_length(value)};
    return span;
}

static bool take_span(const json_t *value, sst_span *into)
{
    if (!json_is_string(value))
        return false;
    *into = string_span(value);
    /* As left out. */
    if (into->len == 0)
        into->ptr = NULL;
    return true;
}

static bool take_text(const json_t *value, const reading *into)
{
    return take_span(value, into->text) || expect(into, "text is no string");
}

static bool take_remote(const json_t *value, const reading *into)
{
    return take_span(value, &into->record->remote) || expect(into, "remote is no string");
}

static bool take_provider(const json_t *value, const reading *into)
{
    return take_span(value, &into->record->provider) || expect(into, "provider is no string");
}

static bool take_recipient(const json_t *value, const reading *into)
{
    return take_span(value, &into->record->recipient) || expect(into, "recipient is no string");
}

/* A command that is not known is as one left out. */
static bool take_command(const json_t *value, const reading *into)
{
    if (!json_is_string(value))
        return expect(into, "command is no string");
    sst_command_parse(json_string_value(value), json_string_length(value), &into->record->command);
    return true;
}

/* A number, also as a string; any of three digits, since servers send any. */
static bool take_code(const json_t *value, const reading *into)
{
    int code = SST_CODE_NOT_DEFINED;
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= -1 && number <= 999)
        code = (int)number;
    else if (!json_is_string(value) ||
             !sst_code_parse(json_string_value(value), json_string_length(value), true, &code))
        return expect(into, "code is no reply code");
    if (code != SST_CODE_GENERAL_FAILURE && code != SST_CODE_NOT_DEFINED &&
        (code < 100 || code > 999))
        return expect(into, "code is no reply code");
    into->record->code = code;
    return true;
}

static bool take_enhanced(const json_t *value, const reading *into)
{
    sst_span text = {NULL, 0};
    if (!take_span(value, &text))
        return expect(into, "enhanced is no string");
    if (text.len > 0 && sst_enhanced_parse(text.ptr, text.len, &into->record->enhanced) != text.len)
        return expect(into, "enhanced is not class.subject.detail");
    return true;
}

static const struct key {
    const char *name;
    bool (*take)(const json_t *value, const reading *into);
} keys[] = {
    {"text", take_text},           {"code", take_code},     {"enhanced", take_enhanced},
    {"command", take_command},     {"remote", take_remote}, {"provider", take_provider},
    {"recipient", take_recipient},
};

fields *fields_read(sst_span line, sst_record *record, sst_span *text, char *message, size_t size)
{
    const reading into = {record, text, message, size};
    json_error_t error;
    json_t *object = json_loadb(line.ptr, line.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
    if (!object) {
        snprintf(message, size, "no JSON: %s", error.text);
        return NULL;
    }
    bool good = json_is_object(object) || expect(&into, "no JSON object");
    for (size_t i = 0; good && i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(object, keys[i].name);
        if (value && !json_is_null(value))
            good = keys[i].take(value, &into);
    }
    if (good)
        return (fields *)object;
    json_decref(object);
    return NULL;
}

void fields_free(fields *taken)
{
    json_decref((json_t *)taken);
}

#endif
