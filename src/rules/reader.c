/* Tokens of rule files, phrases, and the words for a fault. */
#include "rules/reader.h"

#include <string.h>

#include "base/ascii.h"

sst_model_rule *sst_reader_rule(const sst_rule_reader *reader)
{
    const sst_vec *rules = &reader->model->rules;
    return (sst_model_rule *)rules->items + (rules->count - 1);
}

static void append(sst_rules_fault *fault, const char *text, size_t len)
{
    size_t used = strlen(fault->message);
    size_t room = sizeof fault->message - 1 - used;
    if (len > room)
        len = room;
    memcpy(fault->message + used, text, len);
    fault->message[used + len] = '\0';
}

static bool note(sst_rule_reader *reader, int error)
{
    bool first = reader->error == SST_OK;
    if (first) {
        reader->error = error;
        reader->fault->file = reader->model->files;
        reader->fault->line = reader->line;
        reader->fault->message[0] = '\0';
    }
    return first;
}

bool sst_reader_fault(sst_rule_reader *reader, int error, const char *message)
{
    if (note(reader, error))
        append(reader->fault, message, strlen(message));
    return false;
}

bool sst_reader_expected(sst_rule_reader *reader, const char *expected, sst_span found)
{
    if (!note(reader, SST_E_RULES))
        return false;
    append(reader->fault, "expected ", 9);
    append(reader->fault, expected, strlen(expected));
    if (found.ptr) {
        append(reader->fault, ", found \"", 9);
        append(reader->fault, found.ptr, found.len < 40 ? found.len : 40);
        append(reader->fault, found.len < 40 ? "\"" : "...\"", found.len < 40 ? 1 : 4);
    }
    return false;
}

bool sst_reader_check(sst_rule_reader *reader, int error)
{
    if (error == SST_E_LIMIT)
        return sst_reader_fault(reader, error, "too many phrases, rules or providers");
    if (error != SST_OK)
        return sst_reader_fault(reader, error, "out of memory");
    return true;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes what stands behind a backslash: a quote, a backslash, or xHH. */
static bool take_escape(sst_rule_reader *reader, char *out)
{
    size_t left = (size_t)(reader->end - reader->at);
    if (left >= 1 && (*reader->at == '"' || *reader->at == '\\')) {
        *out = *reader->at++;
        return true;
    }
    if (left >= 3 && *reader->at == 'x') {
        int high = hex_digit(reader->at[1]);
        int low = hex_digit(reader->at[2]);
        if (high >= 0 && low >= 0) {
            *out = (char)(high << 4 | low);
            reader->at += 3;
            return true;
        }
    }
    sst_span found = {reader->at, left ? 1 : 0};
    return sst_reader_expected(reader, "\\\", \\\\ or \\xHH behind a backslash", found);
}

static bool take_string(sst_rule_reader *reader, sst_token *token)
{
    char *bytes = sst_arena_take(reader->model->arena, (size_t)(reader->end - reader->at) + 1, 1);
    if (!bytes)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    size_t len = 0;
    while (reader->at < reader->end && *reader->at != '"') {
        char c = *reader->at++;
        if (c == '\\' && !take_escape(reader, &c))
            return false;
        bytes[len++] = c;
    }
    if (reader->at == reader->end)
        return sst_reader_fault(reader, SST_E_RULES, "expected a closing quote on this line");
    reader->at++;
    token->kind = SST_TOKEN_STRING;
    token->text.ptr = bytes;
    token->text.len = len;
    return true;
}

bool sst_reader_next(sst_rule_reader *reader, sst_token *token)
{
    while (reader->at < reader->end && ascii_is_space(*reader->at))
        reader->at++;
    token->kind = SST_TOKEN_END;
    token->text.ptr = reader->at;
    token->text.len = 0;
    if (reader->at == reader->end)
        return true;
    if (*reader->at == '"') {
        reader->at++;
        return take_string(reader, token);
    }
    token->kind = *reader->at == '|' ? SST_TOKEN_BAR : SST_TOKEN_WORD;
    do {
        reader->at++;
    } while (token->kind == SST_TOKEN_WORD && reader->at < reader->end &&
             !ascii_is_space(*reader->at) && *reader->at != '"' && *reader->at != '|');
    token->text.len = (size_t)(reader->at - token->text.ptr);
    return true;
}

bool sst_reader_take(sst_rule_reader *reader, sst_token_kind kind, const char *expected,
                     sst_token *token)
{
    if (!sst_reader_next(reader, token))
        return false;
    if (token->kind == kind)
        return true;
    sst_span at_end = {"end of line", 11};
    return sst_reader_expected(reader, expected,
                               token->kind == SST_TOKEN_END ? at_end : token->text);
}

bool sst_reader_end(sst_rule_reader *reader)
{
    sst_token token;
    return sst_reader_take(reader, SST_TOKEN_END, "the end of the line", &token);
}

bool sst_reader_number(sst_span text, uint32_t limit, uint32_t *number)
{
    uint32_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        value = value * 10 + (uint32_t)(text.ptr[i] - '0');
        if (value > limit)
            return false;
    }
    *number = value;
    return text.len > 0;
}

/* Folds a string into a phrase's bytes: small letters, runs of blanks as one. */
static size_t fold(sst_span text, unsigned char *bytes)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool blank = ascii_is_space(text.ptr[i]);
        if (blank && len > 0 && bytes[len - 1] == ' ')
            continue;
        bytes[len++] = (unsigned char)(blank ? ' ' : ascii_lower(text.ptr[i]));
    }
    return len;
}

/* Whether a phrase could be a part of an e-mail address. */
static bool could_be_in_address(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = (char)bytes[i];
        if (!ascii_is_alnum(c) && c != '-' && c != '.')
            return false;
    }
    return true;
}

bool sst_reader_phrase(sst_rule_reader *reader, sst_span text, uint16_t *number)
{
    sst_model_phrase phrase = {0};
    bool loose_start = text.len > 0 && text.ptr[0] == '*';
    bool loose_end = text.len > 1 && text.ptr[text.len - 1] == '*';
    sst_span inner = {text.ptr + loose_start, text.len - loose_start - loose_end};
    unsigned char *bytes = sst_arena_take(reader->model->arena, inner.len + 1, 1);
    if (!bytes)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    size_t len = fold(inner, bytes);
    if (len < 3 || len > SST_MAX_PHRASE)
        return sst_reader_expected(reader, "a phrase of 3 to 512 bytes", text);
    if (bytes[0] == ' ' || bytes[len - 1] == ' ')
        return sst_reader_expected(reader, "a phrase without a blank at its ends", text);
    phrase.bytes = bytes;
    phrase.length = (uint16_t)len;
    phrase.mark = SST_NO_PROVIDER;
    phrase.begins_word = !loose_start && ascii_is_alnum((char)bytes[0]);
    phrase.ends_word = !loose_end && ascii_is_alnum((char)bytes[len - 1]);
    phrase.is_word = could_be_in_address(bytes, len);
    return sst_reader_check(reader, sst_model_add_phrase(reader->model, &phrase, number));
}

bool sst_reader_test(sst_rule_reader *reader, unsigned op, const uint16_t *arguments, size_t count)
{
    uint16_t *test = sst_vec_add(reader->model->arena, &reader->model->tests, count + 2, 2);
    if (!test)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    test[0] = (uint16_t)op;
    test[1] = (uint16_t)count;
    if (count)
        memcpy(test + 2, arguments, count * sizeof *arguments);
    sst_reader_rule(reader)->test_count += (uint32_t)(count + 2);
    return true;
}
