/*
 * "smtpstatus list TOPIC".
 */
#include "list.h"

#include <string.h>

#include "command.h"
#include "rules_file.h"
#include "suggest.h"

static const topic *const topics[] = {
    &list_codes,   &list_enhanced,  &list_classes, &list_languages,
    &list_reasons, &list_providers, &list_rules,
};

#define TOPICS "codes, enhanced, classes, languages, reasons, providers or rules"

static const topic *find_topic(const char *name)
{
    suggestions near = {.count = 0};
    for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++) {
        if (strcmp(topics[i]->name, name) == 0)
            return topics[i];
        suggest_try(&near, name, strlen(name), topics[i]->name);
    }
    if (near.count > 0)
        complain("there is no list of '%s'; did you mean '%s'?", name, near.names[0]);
    else
        complain("there is no list of '%s'; there are " TOPICS, name);
    return NULL;
}

int list_run(const options *given, output *out)
{
    if (given->arguments.count != 1) {
        complain(given->arguments.count == 0 ? "list what? " TOPICS
                                             : "list takes one topic: " TOPICS);
        return STATUS_USAGE;
    }
    const topic *what = find_topic(given->arguments.list[0]);
    sst_rules *rules;
    if (!what)
        return STATUS_USAGE;
    int status = load_rules(given, &rules);
    if (status != STATUS_DONE)
        return status;
    const list_source from = {given->language, rules, NULL};
    list_write(what, &from, given, out);
    sst_rules_free(rules);
    return STATUS_DONE;
}
