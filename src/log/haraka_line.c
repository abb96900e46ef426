/*
 * Haraka's three formats of a line:
 *   [NOTICE] [UUID.1] [core] sender <a@example.org> code=CONT msg=""
 *   level=NOTICE uuid=UUID.1 origin=core message="sender <a@example.org>" code=CONT msg=""
 *   {"level":"NOTICE","uuid":"UUID.1","origin":"core","message":"sender <a@example.org>",...}
 * Of a JSON line only the members that are of use come into the words.
 */
#include "log/haraka_line.h"

#include "log/json.h"
#include "log/words.h"

static bool is_level(sst_span word)
{
    static const char *const levels[] = {"INFO", "NOTICE", "WARN",  "ERROR", "DEBUG",
                                         "CRIT", "ALERT",  "EMERG", "DATA",  "PROTOCOL"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (span_is(word, levels[i], false))
            return true;
    }
    return false;
}

sst_span sst_haraka_value(sst_span words, const char *key)
{
    sst_span before;
    sst_span value;
    if (!words_part(words, key, &before, &value))
        return (sst_span){NULL, 0};
    if (!words_take(&value, "\""))
        return words_until(&value, ' ');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\\')
            i++;
        else if (value.ptr[i] == '"')
            return (sst_span){value.ptr, i};
    }
    return value;
}

static bool take_default(sst_span text, haraka_line *line)
{
    if (!words_take(&text, "[") || !is_level(words_until(&text, ']')) || !words_take(&text, " ["))
        return false;
    line->id = words_until(&text, ']');
    if (!words_take(&text, " ["))
        return false;
    line->source = words_until(&text, ']');
    if (!words_take(&text, " "))
        return false;
    (void)words_take(&text, " ");
    line->words = text;
    return true;
}

/* --- logfmt ---------------------------------------------------------------------------------- */

static bool take_head(sst_span *text, haraka_line *line)
{
    if (!words_take(text, "level=") || !is_level(words_until(text, ' ')) ||
        !words_take(text, "uuid="))
        return false;
    line->id = words_until(text, ' ');
    if (!words_take(text, "origin="))
        return false;
    line->source = words_until(text, ' ');
    return words_begin(*text, "message=");
}

/* Words under way. What does not fit is left out. */
typedef struct builder {
    char *ptr;
    size_t len;
    size_t size;
} builder;

static void put(builder *out, const char *bytes, size_t len)
{
    if (len > out->size - out->len)
        len = out->size - out->len;
    if (len > 0)
        memcpy(out->ptr + out->len, bytes, len);
    out->len += len;
}

/* A message and what stands behind it, with one blank between them where both are there. */
static bool take_logfmt(sst_log_reader *reader, sst_span text, haraka_line *line)
{
    if (!take_head(&text, line))
        return false;
    sst_span message = sst_haraka_value(text, "message=");
    bool quoted = message.ptr > text.ptr + strlen("message=");
    sst_span rest = words_from(text, (size_t)(message.ptr + message.len - text.ptr));
    if (quoted)
        (void)words_take(&rest, "\"");
    (void)words_take(&rest, " ");
    builder out = {sst_log_scratch(reader, text.len), 0, text.len};
    if (!out.ptr)
        return false;
    for (size_t i = 0; i < message.len; i++) {
        if (message.ptr[i] == '\\' && i + 1 < message.len)
            i++;
        put(&out, message.ptr + i, 1);
    }
    if (out.len > 0 && rest.len > 0)
        put(&out, " ", 1);
    put(&out, rest.ptr, rest.len);
    line->words = (sst_span){out.ptr, out.len};
    return true;
}

/* --- JSON ------------------------------------------------------------------------------------ */

/* The members, in the order in which the words have them. A delivery's first key is, as it comes,
 * "delivered file"; that of a connection, a message and a queue is what their lines begin with. */
static const char *const members[] = {
    "level", "uuid",     "origin", "message", "delivered file",
    "hook",  "ip",       "mid",    "code",    "msg",
    "size",  "rcpts",    "retval", "params",  "params.original",
    "host",  "response", "lr",
};
enum { LEVEL, UUID, ORIGIN, MESSAGE, FIRST_KEY };
#define MEMBER_COUNT (sizeof members / sizeof members[0])

static bool is_head(const json_value *values)
{
    return values[LEVEL].kind == JSON_STRING && is_level(values[LEVEL].raw) &&
           values[UUID].kind == JSON_STRING && values[ORIGIN].kind == JSON_STRING &&
           values[MESSAGE].kind == JSON_STRING;
}

/* A value as it stands, in quotes where the default format has them. */
static void put_value(builder *out, const char *key, json_value value)
{
    bool bare = value.kind != JSON_STRING || (value.raw.len > 0 && !sst_json_is_escaped(value) &&
                                              !memchr(value.raw.ptr, ' ', value.raw.len));
    if (out->len > 0)
        put(out, " ", 1);
    put(out, key, strlen(key));
    put(out, "=", 1);
    put(out, "\"", !bare);
    put(out, value.raw.ptr, value.raw.len);
    put(out, "\"", !bare);
}

static bool take_json(sst_log_reader *reader, sst_span text, haraka_line *line)
{
    json_value values[MEMBER_COUNT];
    if (!sst_json_pick(text, members, MEMBER_COUNT, values) || !is_head(values))
        return false;
    builder out = {sst_log_scratch(reader, text.len), 0, text.len};
    char *room = sst_log_scratch(reader, values[MESSAGE].raw.len);
    if (!out.ptr || !room)
        return false;
    sst_span message = sst_json_text(values[MESSAGE], room);
    put(&out, message.ptr, message.len);
    for (size_t i = FIRST_KEY; i < MEMBER_COUNT; i++) {
        const char *key = strcmp(members[i], "params.original") == 0 ? "params" : members[i];
        if (values[i].kind != JSON_NONE && values[i].kind != JSON_OBJECT)
            put_value(&out, key, values[i]);
    }
    line->id = values[UUID].raw;
    line->source = values[ORIGIN].raw;
    line->words = (sst_span){out.ptr, out.len};
    return true;
}

/* --- lines ----------------------------------------------------------------------------------- */

bool sst_haraka_is_line(sst_span text)
{
    haraka_line line;
    json_value values[FIRST_KEY];
    if (text.len == 0)
        return false;
    switch (text.ptr[0]) {
    case '[':
        return take_default(text, &line);
    case 'l':
        return take_head(&text, &line);
    case '{':
        return words_begin(text, "{\"level\":\"") &&
               sst_json_pick(text, members, FIRST_KEY, values) && is_head(values);
    default:
        return false;
    }
}

bool sst_haraka_take_line(sst_log_reader *reader, sst_span text, haraka_line *line)
{
    if (text.len == 0)
        return false;
    if (text.ptr[0] == '{')
        return take_json(reader, text, line);
    return text.ptr[0] == 'l' ? take_logfmt(reader, text, line) : take_default(text, line);
}
