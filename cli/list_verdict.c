/*
 * The topics about verdicts, and the languages.
 */
#include "language.h"
#include "list.h"

/* --- languages ------------------------------------------------------------------------------ */

enum { LANGUAGE_TAG, LANGUAGE_NAME, LANGUAGE_COLUMNS };

static const column language_columns[LANGUAGE_COLUMNS] = {
    [LANGUAGE_TAG] = {"tag", "label.tag"},
    [LANGUAGE_NAME] = {"name", "label.language"},
};

static size_t count_languages(const list_source *from)
{
    (void)from;
    return sst_language_count();
}

static void fill_language(const list_source *from, size_t position, cell *cells)
{
    (void)from;
    cell_text(&cells[LANGUAGE_TAG], sst_language_tag(position));
    cell_text(&cells[LANGUAGE_NAME], sst_language_name(position));
}

const topic list_languages = {
    .name = "languages",
    .heading = "heading.languages",
    .columns = language_columns,
    .column_count = LANGUAGE_COLUMNS,
    .count = count_languages,
    .fill = fill_language,
    .text = (const signed char[]){LANGUAGE_TAG, LANGUAGE_NAME, LIST_END},
    .table = (const signed char[]){LANGUAGE_TAG, LANGUAGE_NAME, LIST_END},
};

/* --- reasons -------------------------------------------------------------------------------- */

enum {
    REASON,
    REASON_TITLE,
    REASON_PERMANENCE,
    REASON_SCOPE,
    REASON_ACTOR,
    REASON_RETRY,
    REASON_SUPPRESS,
    REASON_DESCRIPTION,
    REASON_ADVICE,
    REASON_COLUMNS
};

static const column reason_columns[REASON_COLUMNS] = {
    [REASON] = {"reason", "label.reason"},
    [REASON_TITLE] = {"title", "label.title"},
    [REASON_PERMANENCE] = {"permanence", "label.permanence"},
    [REASON_SCOPE] = {"scope", "label.scope"},
    [REASON_ACTOR] = {"actor", "label.actor"},
    [REASON_RETRY] = {"retry", "label.retry"},
    [REASON_SUPPRESS] = {"suppress", "label.suppress"},
    [REASON_DESCRIPTION] = {"description", "label.description"},
    [REASON_ADVICE] = {"advice", "label.advice"},
};

static size_t count_reasons(const list_source *from)
{
    (void)from;
    return SST_REASON_COUNT;
}

/* An axis whose default is to follow the reply has no identifier of its own. */
static void fill_axis(cell *into, const char *id, const char *text, const char *language)
{
    bool as_claimed = *id == '\0';
    cell_text(into, as_claimed ? "as-claimed" : id);
    cell_shown(into, as_claimed ? label("label.as-claimed", language) : text);
}

static void fill_reason(const list_source *from, size_t position, cell *cells)
{
    const char *language = from->language;
    sst_reason reason = (sst_reason)position;
    sst_reason_defaults usual = sst_reason_get_defaults(reason);
    cell_text(&cells[REASON], sst_reason_id(reason));
    cell_text(&cells[REASON_TITLE], sst_reason_text_title(reason, language));
    fill_axis(&cells[REASON_PERMANENCE], sst_permanence_id(usual.permanence),
              sst_permanence_text(usual.permanence, language), language);
    fill_axis(&cells[REASON_SCOPE], sst_scope_id(usual.scope),
              sst_scope_text(usual.scope, language), language);
    fill_axis(&cells[REASON_ACTOR], sst_actor_id(usual.actor),
              sst_actor_text(usual.actor, language), language);
    fill_axis(&cells[REASON_RETRY], sst_retry_id(usual.retry),
              sst_retry_text(usual.retry, language), language);
    fill_axis(&cells[REASON_SUPPRESS], sst_suppress_id(usual.suppress),
              sst_suppress_text(usual.suppress, language), language);
    cell_text(&cells[REASON_DESCRIPTION], sst_reason_text_full(reason, language));
    cell_text(&cells[REASON_ADVICE], sst_reason_text_advice(reason, usual.actor, language));
}

const topic list_reasons = {
    .name = "reasons",
    .heading = "heading.reasons",
    .columns = reason_columns,
    .column_count = REASON_COLUMNS,
    .count = count_reasons,
    .fill = fill_reason,
    .text = (const signed char[]){REASON, REASON_TITLE, LIST_END},
    .table = (const signed char[]){REASON, REASON_TITLE, REASON_PERMANENCE, REASON_ACTOR, LIST_END},
    .heads = (const signed char[]){REASON, LIST_END},
    .bodies = (const signed char[]){REASON_TITLE, REASON_DESCRIPTION, REASON_ADVICE, LIST_END},
    .details = (const signed char[]){REASON_PERMANENCE, REASON_SCOPE, REASON_ACTOR, REASON_RETRY,
                                     REASON_SUPPRESS, LIST_END},
};

/* --- providers ------------------------------------------------------------------------------ */

enum { PROVIDER, PROVIDER_NAME, PROVIDER_KIND, PROVIDER_COLUMNS };

static const column provider_columns[PROVIDER_COLUMNS] = {
    [PROVIDER] = {"provider", "label.identifier"},
    [PROVIDER_NAME] = {"name", "label.name"},
    [PROVIDER_KIND] = {"kind", "label.type"},
};

static size_t count_providers(const list_source *from)
{
    (void)from;
    return sst_provider_count();
}

static void fill_provider(const list_source *from, size_t position, cell *cells)
{
    sst_provider_info info;
    (void)from;
    if (!sst_provider_at(position, &info))
        return;
    cell_text(&cells[PROVIDER], info.id);
    cell_text(&cells[PROVIDER_NAME], info.name);
    cell_text(&cells[PROVIDER_KIND], info.kind);
}

const topic list_providers = {
    .name = "providers",
    .heading = "heading.providers",
    .columns = provider_columns,
    .column_count = PROVIDER_COLUMNS,
    .count = count_providers,
    .fill = fill_provider,
    .text = (const signed char[]){PROVIDER, PROVIDER_KIND, PROVIDER_NAME, LIST_END},
    .table = (const signed char[]){PROVIDER, PROVIDER_NAME, PROVIDER_KIND, LIST_END},
};

/* --- rules ---------------------------------------------------------------------------------- */

enum { RULE, RULE_PROVIDER, RULE_REASON, RULE_LEVEL, RULE_SOURCE, RULE_COLUMNS };

static const column rule_columns[RULE_COLUMNS] = {
    [RULE] = {"rule", "label.rule"},
    [RULE_PROVIDER] = {"provider", "label.provider"},
    [RULE_REASON] = {"reason", "label.reason"},
    [RULE_LEVEL] = {"level", "label.level"},
    [RULE_SOURCE] = {"source", "label.source"},
};

/* The user's own come first: they outrank the others. */
static size_t count_own(const list_source *from)
{
    return from->rules ? sst_rules_count(from->rules) : 0;
}

static size_t count_rules(const list_source *from)
{
    return count_own(from) + sst_rules_count(NULL);
}

static void fill_rule(const list_source *from, size_t position, cell *cells)
{
    size_t own = count_own(from);
    sst_rule_info info;
    bool found = position < own ? sst_rules_at(from->rules, position, &info)
                                : sst_rules_at(NULL, position - own, &info);
    if (!found)
        return;
    cell_outside(&cells[RULE], info.id);
    cell_outside(&cells[RULE_PROVIDER], info.provider);
    cell_text(&cells[RULE_REASON], sst_reason_id(info.reason));
    cell_text(&cells[RULE_LEVEL], sst_level_id(info.level));
    cell_outside(&cells[RULE_SOURCE], info.source);
}

const topic list_rules = {
    .name = "rules",
    .heading = "heading.rules",
    .columns = rule_columns,
    .column_count = RULE_COLUMNS,
    .count = count_rules,
    .fill = fill_rule,
    .text = (const signed char[]){RULE, RULE_REASON, RULE_LEVEL, LIST_END},
    .table =
        (const signed char[]){RULE, RULE_PROVIDER, RULE_REASON, RULE_LEVEL, RULE_SOURCE, LIST_END},
};
