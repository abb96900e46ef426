/*
 * The identifiers of the verdict's axes and of SMTP commands, both ways, and the defaults that a
 * reason implies. The lists are in vocabulary.h.
 */
#include <smtpstatus/vocabulary.h>

#include "base/ascii.h"

#define ID(ident, id)       id,
#define COUNT_OF(array)     (sizeof(array) / sizeof((array)[0]))
#define ID_OF(array, value) ((size_t)(value) < COUNT_OF(array) ? (array)[value] : "")

/* The position of an identifier in a table of them, or -1. "" is nobody's identifier. */
static int find(const char *const *ids, size_t count, const char *id, size_t len)
{
    sst_span span = {id, len};
    for (size_t i = 0; i < count && len > 0; i++) {
        if (span_is(span, ids[i], false))
            return (int)i;
    }
    return -1;
}

/* Each axis is the same pair of functions over its own table. */
#define AXIS(axis, LIST)                                                                           \
    static const char *const axis##_ids[] = {LIST(ID)};                                            \
    const char *sst_##axis##_id(sst_##axis axis)                                                   \
    {                                                                                              \
        return ID_OF(axis##_ids, axis);                                                            \
    }                                                                                              \
    bool sst_##axis##_parse(const char *id, size_t len, sst_##axis *axis)                          \
    {                                                                                              \
        int found = find(axis##_ids, COUNT_OF(axis##_ids), id, len);                               \
        if (found >= 0)                                                                            \
            *axis = (sst_##axis)found;                                                             \
        return found >= 0;                                                                         \
    }

AXIS(kind, SST_KIND_LIST)
AXIS(permanence, SST_PERMANENCE_LIST)
AXIS(scope, SST_SCOPE_LIST)
AXIS(actor, SST_ACTOR_LIST)
AXIS(retry, SST_RETRY_LIST)
AXIS(suppress, SST_SUPPRESS_LIST)
AXIS(level, SST_LEVEL_LIST)

#define REASON_ID(ident, id, permanence, scope, actor, retry, suppress) ID(ident, id)
#define REASON_ID_LIST(X)                                               SST_REASON_LIST(REASON_ID)
AXIS(reason, REASON_ID_LIST)

sst_reason_defaults sst_reason_get_defaults(sst_reason reason)
{
    static const sst_reason_defaults defaults[] = {
#define DEFAULTS(ident, id, permanence, scope, actor, retry, suppress)                             \
    {SST_PERMANENCE_##permanence, SST_SCOPE_##scope, SST_ACTOR_##actor, SST_RETRY_##retry,         \
     SST_SUPPRESS_##suppress},
        SST_REASON_LIST(DEFAULTS)
#undef DEFAULTS
    };
    return defaults[(size_t)reason < COUNT_OF(defaults) ? reason : SST_REASON_UNKNOWN];
}

static const char *const local_error_ids[] = {SST_LOCAL_ERROR_LIST(ID)};

const char *sst_local_error_id(sst_local_error error)
{
    return ID_OF(local_error_ids, error);
}

static const char *const command_ids[] = {SST_COMMAND_LIST(ID)};

const char *sst_command_id(sst_command command)
{
    return ID_OF(command_ids, command);
}

/*
 * What servers call the end of the message, besides EOM: Postfix "end of DATA command", Exim "end
 * of data" and "pipelined end of data", logs "DATA END", Haraka "data_post", and the dot itself.
 */
static const char *const end_names[] = {"end of", "end-of",  "data end",     "data_post",
                                        "dot",    "message", "data content", "."};

/* Other words for commands. */
static const struct {
    const char *word;
    sst_command command;
} command_words[] = {
    {"connection", SST_COMMAND_CONNECT}, {"greeting", SST_COMMAND_CONNECT},
    {"banner", SST_COMMAND_CONNECT},     {"initial", SST_COMMAND_CONNECT},
    {"recipient", SST_COMMAND_RCPT},     {"sender", SST_COMMAND_MAIL},
};

/* Whether text begins with a word (ASCII, without case) that ends there. */
static bool begins_with(sst_span text, const char *word)
{
    size_t len = strlen(word);
    return text.len >= len && ascii_equal_fold(text.ptr, word, len) &&
           (text.len == len || !ascii_is_alnum(text.ptr[len]));
}

static bool parse_command(sst_span text, sst_command *command)
{
    for (size_t i = 0; i < COUNT_OF(end_names); i++) {
        if (begins_with(text, end_names[i])) {
            *command = SST_COMMAND_EOM;
            return true;
        }
    }
    for (size_t i = 1; i < COUNT_OF(command_ids); i++) {
        if (begins_with(text, command_ids[i])) {
            *command = (sst_command)i;
            return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(command_words); i++) {
        if (begins_with(text, command_words[i].word)) {
            *command = command_words[i].command;
            return true;
        }
    }
    return false;
}

bool sst_command_parse(const char *text, size_t len, sst_command *command)
{
    static const char pipelined[] = "pipelined ";
    sst_span span = {text, len};
    while (span.len > 0 && ascii_is_space(*span.ptr)) {
        span.ptr++;
        span.len--;
    }
    if (parse_command(span, command))
        return true;
    if (begins_with(span, "pipelined") && span.len > sizeof pipelined - 1) {
        span.ptr += sizeof pipelined - 1;
        span.len -= sizeof pipelined - 1;
        return parse_command(span, command);
    }
    return false;
}
