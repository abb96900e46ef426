/* Lists of what the rules hold: rules in order of precedence, providers. */
#include <smtpstatus/verdict.h>

#include <string.h>

#include "rules/load.h"
#include "verdict/builtin.h"
#include "verdict/provider.h"

static const sst_ruleset *set_of(const sst_rules *rules)
{
    return rules ? &rules->set : &sst_builtin_rules;
}

size_t sst_rules_count(const sst_rules *rules)
{
    return set_of(rules)->rule_count;
}

bool sst_rules_at(const sst_rules *rules, size_t position, sst_rule_info *info)
{
    const sst_ruleset *set = set_of(rules);
    if (position >= set->rule_count)
        return false;
    const sst_ruleset_rule *rule = &set->rules[position];
    info->id = set->strings + rule->id;
    info->provider = rule->providers ? set->strings + rule->providers : NULL;
    info->reason = (sst_reason)rule->reason;
    info->level = (sst_level)rule->level;
    info->source = set->strings + rule->source;
    return true;
}

size_t sst_provider_count(void)
{
    return sst_builtin_rules.provider_count;
}

bool sst_provider_at(size_t position, sst_provider_info *info)
{
    const sst_ruleset *set = &sst_builtin_rules;
    if (position >= set->provider_count)
        return false;
    const sst_ruleset_provider *provider = &set->providers[position];
    info->id = set->strings + provider->id;
    info->name = set->strings + provider->name;
    info->short_name = set->strings + provider->short_name;
    info->kind = set->strings + provider->kind;
    return true;
}

bool sst_provider_find(const char *id, size_t len, sst_provider_info *info)
{
    sst_span span = {id, len};
    unsigned found = sst_provider_by_id(&sst_builtin_rules, span);
    return found != SST_NO_PROVIDER && sst_provider_at(found, info);
}
