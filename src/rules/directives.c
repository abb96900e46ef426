/*
 * The directives of a rule file, a table of them, and the reading of a file line by line.
 * smtpstatus-rules(5) describes the format.
 */
#include "rules/reader.h"

#include <string.h>

#include "base/ascii.h"

sst_model_provider *sst_reader_provider(const sst_rule_reader *reader)
{
    const sst_vec *providers = &reader->model->providers;
    const uint16_t *current = reader->providers.items;
    return (sst_model_provider *)providers->items + current[0];
}

static bool is_id(sst_span text, bool with_slash)
{
    size_t slashes = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '/' && i > 0 && i + 1 < text.len)
            slashes++;
        else if (!ascii_is_alnum(c) && c != '-' && c != '.' && c != '_')
            return false;
    }
    return text.len > 0 && text.len <= 100 && slashes == (with_slash ? 1u : 0u);
}

/* Closes the rule or provider that is open. */
static bool close_context(sst_rule_reader *reader)
{
    const uint32_t conditions = SST_GIVEN_CODE | SST_GIVEN_ENHANCED | SST_GIVEN_COMMAND |
                                SST_GIVEN_LOCAL | SST_GIVEN_TEXT | SST_GIVEN_SUBCODE;
    unsigned context = reader->context;
    reader->context = SST_IN_FILE;
    if (context == SST_IN_PROVIDER)
        reader->providers.count = 0;
    if (context != SST_IN_RULE)
        return true;
    sst_model_rule *rule = sst_reader_rule(reader);
    const char *missing = NULL;
    if (!(rule->given & SST_GIVEN_REASON))
        missing = "expected a reason line in the rule";
    else if (!(rule->given & conditions))
        missing = "expected a text, subcode, enhanced, code, command or local line in the rule";
    if (missing) {
        reader->line = rule->line;
        return sst_reader_fault(reader, SST_E_RULES, missing);
    }
    return sst_reader_test(reader, SST_TEST_END, NULL, 0);
}

static bool add_for(sst_rule_reader *reader, uint16_t provider)
{
    uint16_t *added = sst_vec_add(reader->model->arena, &reader->providers, 1, sizeof *added);
    if (!added)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    *added = provider;
    return true;
}

/* The provider with an identifier, which is added where it is new. */
static bool take_provider(sst_rule_reader *reader, sst_span id, uint16_t *number)
{
    if (!is_id(id, false))
        return sst_reader_expected(reader, "a provider's identifier, such as google", id);
    *number = sst_model_find_provider(reader->model, id);
    if (*number != SST_NO_PROVIDER)
        return true;
    if (!sst_reader_check(reader, sst_model_add_provider(reader->model, id, number)))
        return false;
    ((sst_model_provider *)reader->model->providers.items)[*number].line = reader->line;
    return true;
}

static bool read_provider(sst_rule_reader *reader)
{
    sst_token token;
    uint16_t number;
    if (!close_context(reader) ||
        !sst_reader_take(reader, SST_TOKEN_WORD, "a provider's identifier", &token) ||
        !take_provider(reader, token.text, &number))
        return false;
    reader->providers.count = 0;
    if (!add_for(reader, number))
        return false;
    sst_model_provider *provider = sst_reader_provider(reader);
    if (provider->declared)
        return sst_reader_expected(reader, "a provider that was not opened before", token.text);
    provider->declared = true;
    provider->line = reader->line;
    reader->context = SST_IN_PROVIDER;
    return sst_reader_end(reader);
}

static bool read_for(sst_rule_reader *reader)
{
    sst_token token;
    if (!close_context(reader) ||
        !sst_reader_take(reader, SST_TOKEN_WORD, "identifiers of providers, or any", &token))
        return false;
    reader->providers.count = 0;
    if (span_is(token.text, "any", false))
        return sst_reader_end(reader);
    while (token.kind == SST_TOKEN_WORD) {
        uint16_t number;
        if (!take_provider(reader, token.text, &number) || !add_for(reader, number) ||
            !sst_reader_next(reader, &token))
            return false;
    }
    if (token.kind != SST_TOKEN_END)
        return sst_reader_expected(reader, "identifiers of providers", token.text);
    return true;
}

/* The identifiers of the `for` line as one string. */
static uint32_t providers_string(sst_rule_reader *reader)
{
    const sst_model_provider *all = reader->model->providers.items;
    const uint16_t *current = reader->providers.items;
    sst_vec text = {0};
    for (size_t i = 0; i < reader->providers.count; i++) {
        const char *id = sst_model_string_at(reader->model, all[current[i]].compiled.id);
        size_t len = strlen(id);
        char *to = sst_vec_add(reader->model->arena, &text, len + (i > 0), 1);
        if (!to)
            return 0;
        if (i > 0)
            *to++ = ' ';
        memcpy(to, id, len);
    }
    return sst_model_add_string(reader->model, text.items, text.count);
}

static bool read_rule(sst_rule_reader *reader)
{
    sst_model *model = reader->model;
    sst_token token;
    if (!close_context(reader) ||
        !sst_reader_take(reader, SST_TOKEN_WORD, "an identifier such as file/name", &token))
        return false;
    if (!is_id(token.text, true))
        return sst_reader_expected(reader, "an identifier such as file/name", token.text);
    if (model->rules.count == SST_MAX_RULES)
        return sst_reader_check(reader, SST_E_LIMIT);
    sst_model_rule *rule = sst_vec_add(model->arena, &model->rules, 1, sizeof *rule);
    if (!rule)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    memset(&rule->compiled.permanence, SST_DEFAULT_OF_REASON, 5);
    rule->line = reader->line;
    rule->file = model->files;
    rule->tests = (uint32_t)model->tests.count;
    rule->compiled.source = reader->default_source;
    rule->compiled.id = sst_model_add_string(model, token.text.ptr, token.text.len);
    rule->compiled.providers = providers_string(reader);
    reader->context = SST_IN_RULE;
    if (model->arena->failed)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    if (!sst_model_name_rule(model, rule->compiled.id))
        return sst_reader_expected(reader, "an identifier that no other rule has", token.text);
    if (reader->providers.count == 0)
        return sst_reader_end(reader);
    rule->given |= SST_GIVEN_PROVIDER;
    return sst_reader_test(reader, SST_TEST_PROVIDER, reader->providers.items,
                           reader->providers.count) &&
           sst_reader_end(reader);
}

/* Whether two digits at a position are a number from 1 to most; true behind the end of the text. */
static bool is_within(sst_span text, size_t at, int most)
{
    if (at >= text.len)
        return true;
    int number = (text.ptr[at] - '0') * 10 + (text.ptr[at + 1] - '0');
    return number >= 1 && number <= most;
}

static bool is_date(sst_span text)
{
    static const char form[] = "dddd-dd-dd";
    if (text.len != 4 && text.len != 7 && text.len != 10)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (form[i] == '-' ? text.ptr[i] != '-' : !ascii_is_digit(text.ptr[i]))
            return false;
    }
    return is_within(text, 5, 12) && is_within(text, 8, 31);
}

/* source "document" 2026-01: of a provider, of a rule, or of the rules that follow. */
static bool read_source(sst_rule_reader *reader)
{
    sst_token text;
    sst_token date;
    if (!sst_reader_take(reader, SST_TOKEN_STRING, "a document or URL in double quotes", &text) ||
        !sst_reader_next(reader, &date))
        return false;
    sst_vec joined = {0};
    bool dated = date.kind == SST_TOKEN_WORD;
    if (dated && !is_date(date.text))
        return sst_reader_expected(reader, "a date such as 2026-01", date.text);
    char *to = sst_vec_add(reader->model->arena, &joined, text.text.len + 1 + date.text.len, 1);
    if (!to)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    memcpy(to, text.text.ptr, text.text.len);
    to[text.text.len] = ' ';
    memcpy(to + text.text.len + 1, date.text.ptr, date.text.len);
    uint32_t source = sst_model_add_string(reader->model, to, dated ? joined.count : text.text.len);
    if (reader->context == SST_IN_FILE)
        reader->default_source = source;
    else if (reader->context == SST_IN_PROVIDER)
        sst_reader_provider(reader)->has_source = true;
    else
        sst_reader_rule(reader)->compiled.source = source;
    return dated ? sst_reader_end(reader)
                 : date.kind == SST_TOKEN_END ||
                       sst_reader_expected(reader, "a date such as 2026-01", date.text);
}

static bool read_name_of_provider(sst_rule_reader *reader, uint32_t *string)
{
    sst_token token;
    if (!sst_reader_take(reader, SST_TOKEN_STRING, "a name in double quotes", &token))
        return false;
    *string = sst_model_add_string(reader->model, token.text.ptr, token.text.len);
    return sst_reader_end(reader);
}

static bool read_name(sst_rule_reader *reader)
{
    return read_name_of_provider(reader, &sst_reader_provider(reader)->compiled.name);
}

static bool read_short(sst_rule_reader *reader)
{
    return read_name_of_provider(reader, &sst_reader_provider(reader)->compiled.short_name);
}

static bool read_kind(sst_rule_reader *reader)
{
    sst_token token;
    if (!sst_reader_take(reader, SST_TOKEN_WORD, "a kind such as mailbox or filter", &token))
        return false;
    sst_reader_provider(reader)->compiled.kind =
        sst_model_add_string(reader->model, token.text.ptr, token.text.len);
    return sst_reader_end(reader);
}

static bool add_host(sst_rule_reader *reader, sst_span word)
{
    sst_model *model = reader->model;
    bool domain = word.len > 0 && word.ptr[0] == '.';
    sst_span text = {word.ptr + domain, word.len - domain};
    if (!is_id(text, false) || text.len > 100 || text.ptr[0] == '.')
        return sst_reader_expected(reader, "host names, or domains that begin with a dot", word);
    char *lower = sst_arena_copy(model->arena, text.ptr, text.len);
    sst_model_host *host = sst_vec_add(model->arena, &model->hosts, 1, sizeof *host);
    if (!lower || !host)
        return sst_reader_check(reader, SST_E_NO_MEMORY);
    for (size_t i = 0; i < text.len; i++)
        lower[i] = ascii_lower(lower[i]);
    host->text.ptr = lower;
    host->text.len = text.len;
    host->kind = domain ? SST_NAME_DOMAIN : SST_NAME_HOST;
    host->provider = *(const uint16_t *)reader->providers.items;
    return true;
}

static bool read_mx(sst_rule_reader *reader)
{
    sst_token token;
    if (!sst_reader_take(reader, SST_TOKEN_WORD, "host names", &token))
        return false;
    while (token.kind == SST_TOKEN_WORD) {
        if (!add_host(reader, token.text) || !sst_reader_next(reader, &token))
            return false;
    }
    if (token.kind != SST_TOKEN_END)
        return sst_reader_expected(reader, "host names", token.text);
    return true;
}

static bool add_mark(sst_rule_reader *reader, uint16_t phrase, sst_span text)
{
    sst_model_phrase *p = (sst_model_phrase *)reader->model->phrases.items + phrase;
    uint16_t provider = *(const uint16_t *)reader->providers.items;
    if (p->mark != SST_NO_PROVIDER && p->mark != provider)
        return sst_reader_expected(reader, "a mark that no other provider has", text);
    p->mark = provider;
    return true;
}

/* Reads strings, with or without bars between them, and has each taken as a phrase. */
static bool read_phrase_list(sst_rule_reader *reader, uint32_t value,
                             bool (*take)(sst_rule_reader *, uint16_t phrase, uint32_t value,
                                          sst_span text))
{
    sst_token token;
    uint16_t phrase;
    if (!sst_reader_take(reader, SST_TOKEN_STRING, "words in double quotes", &token))
        return false;
    while (token.kind == SST_TOKEN_STRING) {
        if (!sst_reader_phrase(reader, token.text, &phrase) ||
            !take(reader, phrase, value, token.text) || !sst_reader_next(reader, &token) ||
            (token.kind == SST_TOKEN_BAR && !sst_reader_next(reader, &token)))
            return false;
    }
    if (token.kind != SST_TOKEN_END)
        return sst_reader_expected(reader, "words in double quotes", token.text);
    return true;
}

static bool take_mark(sst_rule_reader *reader, uint16_t phrase, uint32_t value, sst_span text)
{
    (void)value;
    return add_mark(reader, phrase, text);
}

static bool read_mark(sst_rule_reader *reader)
{
    return read_phrase_list(reader, 0, take_mark);
}

static bool take_wait(sst_rule_reader *reader, uint16_t phrase, uint32_t value, sst_span text)
{
    (void)text;
    ((sst_model_phrase *)reader->model->phrases.items)[phrase].wait = value;
    return true;
}

/* wait behind|before "..." "...": phrases next to which a time is a retry time. */
static bool read_wait(sst_rule_reader *reader)
{
    sst_token token;
    if (!sst_reader_take(reader, SST_TOKEN_WORD, "behind or before", &token))
        return false;
    bool behind = span_is(token.text, "behind", false);
    if (!behind && !span_is(token.text, "before", false))
        return sst_reader_expected(reader, "behind or before", token.text);
    return read_phrase_list(reader, behind ? SST_OUT_WAIT_BEHIND : SST_OUT_WAIT_BEFORE, take_wait);
}

static bool read_units(sst_rule_reader *reader)
{
    sst_token token;
    uint32_t seconds;
    if (!sst_reader_take(reader, SST_TOKEN_WORD, "a number of seconds", &token))
        return false;
    if (!sst_reader_number(token.text, 604800, &seconds) || seconds == 0)
        return sst_reader_expected(reader, "a number of seconds", token.text);
    while (sst_reader_next(reader, &token) && token.kind == SST_TOKEN_STRING) {
        sst_ruleset_unit *unit =
            sst_vec_add(reader->model->arena, &reader->model->units, 1, sizeof *unit);
        if (!unit)
            return sst_reader_check(reader, SST_E_NO_MEMORY);
        if (token.text.len == 0 || token.text.len > 40)
            return sst_reader_expected(reader, "a unit of 1 to 40 bytes", token.text);
        unit->seconds = seconds;
        unit->length = (uint16_t)token.text.len;
        unit->text = sst_model_add_string(reader->model, token.text.ptr, token.text.len);
        unit->first = (uint8_t)ascii_lower(token.text.ptr[0]);
        unit->whole = memchr(token.text.ptr, ' ', token.text.len) != NULL;
    }
    if (token.kind != SST_TOKEN_END)
        return sst_reader_expected(reader, "units in double quotes", token.text);
    return reader->error == SST_OK;
}

static sst_example *add_example(sst_rule_reader *reader, uint8_t kind)
{
    sst_model *model = reader->model;
    sst_token token;
    if (!sst_reader_take(reader, SST_TOKEN_STRING, "a whole reply in double quotes", &token))
        return NULL;
    sst_example *example = sst_vec_add(model->arena, &model->examples, 1, sizeof *example);
    if (!example) {
        (void)sst_reader_check(reader, SST_E_NO_MEMORY);
        return NULL;
    }
    example->text = token.text;
    example->rule = model->rules.count ? (uint32_t)(model->rules.count - 1) : 0;
    example->file = model->files;
    example->line = reader->line;
    example->kind = kind;
    return example;
}

/* What is told with a reply: `command RCPT`, `local timeout`, `provider google`. */
static bool read_told(sst_rule_reader *reader, sst_example *example)
{
    static const char expected[] = "command, local or provider with its value";
    sst_token what;
    sst_token value;
    uint16_t number;
    while (sst_reader_next(reader, &what) && what.kind == SST_TOKEN_WORD) {
        if (!sst_reader_take(reader, SST_TOKEN_WORD, expected, &value))
            return false;
        if (span_is(what.text, "command", false) && sst_reader_command(value.text, &number))
            example->command = (uint8_t)number;
        else if (span_is(what.text, "local", false) && sst_reader_local(value.text, &number))
            example->local = (uint8_t)number;
        else if (span_is(what.text, "provider", false) && is_id(value.text, false))
            example->provider = sst_model_add_string(reader->model, value.text.ptr, value.text.len);
        else
            return sst_reader_expected(reader, expected, what.text);
    }
    if (what.kind != SST_TOKEN_END)
        return sst_reader_expected(reader, expected, what.text);
    return reader->error == SST_OK;
}

static bool read_match(sst_rule_reader *reader)
{
    sst_example *example = add_example(reader, SST_EXAMPLE_MATCH);
    return example && read_told(reader, example);
}

static bool read_miss(sst_rule_reader *reader)
{
    sst_example *example = add_example(reader, SST_EXAMPLE_MISS);
    return example && read_told(reader, example);
}

/* time "text" 300: what the words state, a test of wait and unit lines. */
static bool read_time(sst_rule_reader *reader)
{
    sst_token token;
    uint32_t seconds = 0;
    sst_example *example = add_example(reader, SST_EXAMPLE_TIME);
    if (!example || !sst_reader_take(reader, SST_TOKEN_WORD, "seconds, or none", &token))
        return false;
    bool none = span_is(token.text, "none", false);
    if (!none && !sst_reader_number(token.text, INT32_MAX, &seconds))
        return sst_reader_expected(reader, "seconds, or none", token.text);
    example->seconds = none ? -1 : (int32_t)seconds;
    return sst_reader_end(reader);
}

/* Reads one word that names a value of an axis, by the axis's own parser. */
#define READ_AXIS(name, member, expected)                                                          \
    static bool read_##name(sst_rule_reader *reader)                                               \
    {                                                                                              \
        sst_token token;                                                                           \
        sst_##name value;                                                                          \
        if (!sst_reader_take(reader, SST_TOKEN_WORD, expected, &token))                            \
            return false;                                                                          \
        if (!sst_##name##_parse(token.text.ptr, token.text.len, &value))                           \
            return sst_reader_expected(reader, expected, token.text);                              \
        sst_reader_rule(reader)->compiled.member = (uint8_t)value;                                 \
        return sst_reader_end(reader);                                                             \
    }

READ_AXIS(reason, reason, "a reason such as mailbox-full")
READ_AXIS(permanence, permanence, "permanent, transient or unknown")
READ_AXIS(scope, scope, "a scope such as recipient or sending-host")
READ_AXIS(actor, actor, "an actor such as sender or recipient-admin")
READ_AXIS(retry, retry, "no, later or after-fix")
READ_AXIS(suppress, suppress, "yes, no or after-repeats")

typedef struct directive {
    const char *name;
    unsigned contexts;
    uint32_t given; /* noted in the rule */
    bool once;
    bool (*read)(sst_rule_reader *reader);
} directive;

enum { ANYWHERE = SST_IN_FILE | SST_IN_PROVIDER | SST_IN_RULE };

static const directive directives[] = {
    {"provider", ANYWHERE, 0, false, read_provider},
    {"for", ANYWHERE, 0, false, read_for},
    {"rule", ANYWHERE, 0, false, read_rule},
    {"source", ANYWHERE, SST_GIVEN_SOURCE, false, read_source},
    {"wait", ANYWHERE, 0, false, read_wait},
    {"unit", ANYWHERE, 0, false, read_units},
    {"time", ANYWHERE, 0, false, read_time},
    {"name", SST_IN_PROVIDER, 0, false, read_name},
    {"short", SST_IN_PROVIDER, 0, false, read_short},
    {"kind", SST_IN_PROVIDER, 0, false, read_kind},
    {"mx", SST_IN_PROVIDER, 0, false, read_mx},
    {"mark", SST_IN_PROVIDER, 0, false, read_mark},
    {"reason", SST_IN_RULE, SST_GIVEN_REASON, true, read_reason},
    {"code", SST_IN_RULE, SST_GIVEN_CODE, true, sst_read_codes},
    {"enhanced", SST_IN_RULE, SST_GIVEN_ENHANCED, true, sst_read_enhanced},
    {"command", SST_IN_RULE, SST_GIVEN_COMMAND, true, sst_read_commands},
    {"local", SST_IN_RULE, SST_GIVEN_LOCAL, true, sst_read_locals},
    {"text", SST_IN_RULE, SST_GIVEN_TEXT, false, sst_read_text},
    {"subcode", SST_IN_RULE, SST_GIVEN_SUBCODE, false, sst_read_text},
    {"not", SST_IN_RULE, SST_GIVEN_NOT, false, sst_read_not},
    {"permanence", SST_IN_RULE, SST_GIVEN_PERMANENCE, true, read_permanence},
    {"scope", SST_IN_RULE, SST_GIVEN_SCOPE, true, read_scope},
    {"actor", SST_IN_RULE, SST_GIVEN_ACTOR, true, read_actor},
    {"retry", SST_IN_RULE, SST_GIVEN_RETRY, true, read_retry},
    {"suppress", SST_IN_RULE, SST_GIVEN_SUPPRESS, true, read_suppress},
    {"match", SST_IN_RULE, SST_GIVEN_MATCH, false, read_match},
    {"miss", SST_IN_RULE, SST_GIVEN_MISS, false, read_miss},
};

static const char *place_of(unsigned contexts)
{
    return contexts == SST_IN_RULE ? "a rule line before this line"
                                   : "a provider line before this line";
}

static bool read_directive(sst_rule_reader *reader, sst_span word)
{
    const directive *found = NULL;
    for (size_t i = 0; i < sizeof directives / sizeof *directives && !found; i++) {
        if (span_is(word, directives[i].name, false))
            found = &directives[i];
    }
    if (!found)
        return sst_reader_expected(reader, "a directive such as rule, reason or text", word);
    if (!(found->contexts & reader->context))
        return sst_reader_expected(reader, place_of(found->contexts), word);
    reader->open_list = false;
    unsigned context = reader->context;
    size_t rules = reader->model->rules.count;
    if (context == SST_IN_RULE && found->once && (sst_reader_rule(reader)->given & found->given))
        return sst_reader_expected(reader, "this directive only once in a rule", word);
    if (!found->read(reader))
        return false;
    if (context == SST_IN_RULE && reader->model->rules.count == rules)
        sst_reader_rule(reader)->given |= found->given;
    return true;
}

static bool read_line(sst_rule_reader *reader)
{
    sst_token token;
    const char *p = reader->at;
    while (p < reader->end && ascii_is_space(*p))
        p++;
    if (p == reader->end || *p == '#')
        return true;
    if (reader->end - p > (ptrdiff_t)SST_MAX_RULE_LINE)
        return sst_reader_fault(reader, SST_E_RULES, "expected a line of at most 16384 bytes");
    if (!sst_reader_next(reader, &token))
        return false;
    if (token.kind == SST_TOKEN_BAR)
        return sst_read_more(reader);
    if (token.kind != SST_TOKEN_WORD)
        return sst_reader_expected(reader, "a directive such as rule, reason or text", token.text);
    return read_directive(reader, token.text);
}

int sst_model_read(sst_model *model, const char *text, size_t len, sst_rules_fault *fault)
{
    sst_rule_reader reader = {0};
    const char *end = text + len;
    reader.model = model;
    reader.fault = fault;
    reader.context = SST_IN_FILE;
    bool good = true;
    for (const char *line = text; good && line < end;) {
        const char *lf = memchr(line, '\n', (size_t)(end - line));
        reader.line++;
        reader.at = line;
        reader.end = lf ? lf : end;
        good = read_line(&reader);
        line = lf ? lf + 1 : end;
    }
    if (good)
        good = close_context(&reader);
    if (good && model->arena->failed)
        good = sst_reader_check(&reader, SST_E_NO_MEMORY);
    model->files++;
    return reader.error;
}
