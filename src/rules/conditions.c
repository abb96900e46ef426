/* The conditions of a rule: codes, enhanced codes, commands, local errors, phrases. */
#include "rules/reader.h"

#include <string.h>

#include <smtpstatus/rules.h>

#include "base/ascii.h"

enum { MAX_ARGUMENTS = 1024 };

static bool add_argument(sst_rule_reader *reader, uint16_t *arguments, size_t *count,
                         const uint16_t *values, size_t n)
{
    if (*count + n > MAX_ARGUMENTS)
        return sst_reader_fault(reader, SST_E_LIMIT, "too many values on a line");
    memcpy(arguments + *count, values, n * sizeof *values);
    *count += n;
    return true;
}

/* Reads the words of a line, each into n values, and makes one test of them. */
static bool read_values(sst_rule_reader *reader, unsigned op, const char *expected, size_t n,
                        bool (*read_one)(sst_span word, uint16_t *values))
{
    uint16_t arguments[MAX_ARGUMENTS];
    size_t count = 0;
    sst_token token;
    if (!sst_reader_take(reader, SST_TOKEN_WORD, expected, &token))
        return false;
    do {
        uint16_t values[4];
        if (token.kind != SST_TOKEN_WORD || !read_one(token.text, values))
            return sst_reader_expected(reader, expected, token.text);
        if (!add_argument(reader, arguments, &count, values, n) || !sst_reader_next(reader, &token))
            return false;
    } while (token.kind != SST_TOKEN_END);
    return sst_reader_test(reader, op, arguments, count);
}

static bool read_code(sst_span word, uint16_t *values)
{
    uint32_t number;
    if (span_is(word, "none", false)) {
        values[0] = 0;
        return true;
    }
    if (word.len == 3 && word.ptr[1] == 'y' && word.ptr[2] == 'z') {
        values[0] = (uint16_t)(word.ptr[0] - '0');
        return word.ptr[0] >= '2' && word.ptr[0] <= '5';
    }
    if (!sst_reader_number(word, 599, &number) || number < 200)
        return false;
    values[0] = (uint16_t)number;
    return true;
}

bool sst_read_codes(sst_rule_reader *reader)
{
    return read_values(reader, SST_TEST_CODE, "a code such as 550, a class such as 5yz, or none", 1,
                       read_code);
}

/* Takes the digits before a separator, or to the end where there is none. */
static bool take_number(sst_span *word, char separator, uint16_t *value)
{
    const char *found = memchr(word->ptr, separator, word->len);
    sst_span digits = {word->ptr, found ? (size_t)(found - word->ptr) : word->len};
    size_t taken = digits.len + (found != NULL);
    uint32_t number;
    if (!sst_reader_number(digits, 999, &number))
        return false;
    *value = (uint16_t)number;
    word->ptr += taken;
    word->len -= taken;
    return true;
}

static bool read_enhanced_pattern(sst_span word, uint16_t *values)
{
    if (word.len < 5 || word.ptr[1] != '.' || memchr("X245", word.ptr[0], 4) == NULL)
        return false;
    values[0] = (uint16_t)(word.ptr[0] == 'X' ? 0 : word.ptr[0] - '0');
    word.ptr += 2;
    word.len -= 2;
    if (!memchr(word.ptr, '.', word.len) || !take_number(&word, '.', &values[1]))
        return false;
    bool range = word.len > 0 && memchr(word.ptr, '-', word.len) != NULL;
    if (!take_number(&word, '-', &values[2]))
        return false;
    values[3] = values[2];
    return !range ||
           (take_number(&word, '-', &values[3]) && word.len == 0 && values[3] >= values[2]);
}

bool sst_read_enhanced(sst_rule_reader *reader)
{
    return read_values(reader, SST_TEST_ENHANCED,
                       "an enhanced code such as 5.7.26, X.7.26 or 5.7.500-699", 4,
                       read_enhanced_pattern);
}

bool sst_reader_command(sst_span word, uint16_t *number)
{
    static const char *const ids[] = {
#define SST_X_VOCABULARY(ident, id) id,
        SST_COMMAND_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
    };
    for (size_t i = 1; i < sizeof ids / sizeof *ids; i++) {
        if (span_is(word, ids[i], false)) {
            *number = (uint16_t)i;
            return true;
        }
    }
    return false;
}

bool sst_read_commands(sst_rule_reader *reader)
{
    return read_values(reader, SST_TEST_COMMAND, "a command such as CONNECT, MAIL, RCPT or EOM", 1,
                       sst_reader_command);
}

bool sst_reader_local(sst_span word, uint16_t *number)
{
    static const char *const ids[] = {
#define SST_X_LOCAL_ERROR(ident, id) id,
        SST_LOCAL_ERROR_LIST(SST_X_LOCAL_ERROR)
#undef SST_X_LOCAL_ERROR
    };
    for (size_t i = 1; i < sizeof ids / sizeof *ids; i++) {
        if (span_is(word, ids[i], false)) {
            *number = (uint16_t)i;
            return true;
        }
    }
    return false;
}

bool sst_read_locals(sst_rule_reader *reader)
{
    return read_values(reader, SST_TEST_LOCAL, "a local error such as timeout, refused or tls", 1,
                       sst_reader_local);
}

/* Reads `"..." | "..."` and adds each phrase to the test that stands last. */
static bool read_alternatives(sst_rule_reader *reader)
{
    sst_model *model = reader->model;
    sst_token token;
    do {
        uint16_t number;
        if (!sst_reader_take(reader, SST_TOKEN_STRING, "a phrase in double quotes", &token) ||
            !sst_reader_phrase(reader, token.text, &number))
            return false;
        uint16_t *argument = sst_vec_add(model->arena, &model->tests, 1, sizeof *argument);
        if (!argument)
            return sst_reader_check(reader, SST_E_NO_MEMORY);
        *argument = number;
        uint16_t *count = (uint16_t *)model->tests.items + reader->list_at + 1;
        if (*count == MAX_ARGUMENTS)
            return sst_reader_fault(reader, SST_E_LIMIT, "too many phrases in one list");
        ++*count;
        sst_reader_rule(reader)->test_count++;
        if (!sst_reader_next(reader, &token))
            return false;
    } while (token.kind == SST_TOKEN_BAR);
    if (token.kind != SST_TOKEN_END)
        return sst_reader_expected(reader, "| or the end of the line", token.text);
    return true;
}

static bool read_phrases(sst_rule_reader *reader, unsigned op)
{
    reader->list_at = reader->model->tests.count;
    reader->open_list = true;
    return sst_reader_test(reader, op, NULL, 0) && read_alternatives(reader);
}

bool sst_read_text(sst_rule_reader *reader)
{
    return read_phrases(reader, SST_TEST_ANY);
}

bool sst_read_not(sst_rule_reader *reader)
{
    return read_phrases(reader, SST_TEST_NONE);
}

bool sst_read_more(sst_rule_reader *reader)
{
    if (!reader->open_list)
        return sst_reader_fault(reader, SST_E_RULES,
                                "expected a text, subcode or not line before a line that begins "
                                "with |");
    return read_alternatives(reader);
}
