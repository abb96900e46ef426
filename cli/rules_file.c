/*
 * Loading the user's rules.
 */
#include "rules_file.h"

#include "command.h"
#include "source.h"

bool read_whole_file(const char *name, buffer *into)
{
    source from;
    if (source_open(&from, name)) {
        while (source_rest(&from).len <= SST_MAX_RULE_TEXT && source_more(&from))
            ;
        sst_span text = source_rest(&from);
        if (text.len > 0)
            buffer_put(into, text.ptr, text.len);
    }
    source_close(&from);
    return !from.failed;
}

/* Adds one file to the rules. */
static int load_one(const char *name, sst_rules **rules)
{
    buffer text = {NULL, 0, 0};
    if (!read_whole_file(name, &text)) {
        buffer_free(&text);
        return STATUS_IO;
    }
    sst_rules *loaded = NULL;
    sst_rules_fault fault;
    sst_span bytes = buffer_span(&text);
    int error = sst_rules_load(bytes.ptr, bytes.len, *rules, NULL, &loaded, &fault);
    buffer_free(&text);
    if (error == SST_OK) {
        sst_rules_free(*rules);
        *rules = loaded;
        return STATUS_DONE;
    }
    if (error == SST_E_RULES)
        complain("%s:%zu: %s", name, fault.line, fault.message);
    else
        complain("%s: %s", name, fault.message[0] ? fault.message : sst_strerror(error));
    return STATUS_USAGE;
}

int load_rules(const options *given, sst_rules **rules)
{
    *rules = NULL;
    for (size_t i = 0; i < given->values[OPTION_RULES].count; i++) {
        int status = load_one(given->values[OPTION_RULES].list[i], rules);
        if (status != STATUS_DONE) {
            sst_rules_free(*rules);
            *rules = NULL;
            return status;
        }
    }
    return STATUS_DONE;
}
