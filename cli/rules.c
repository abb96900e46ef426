/*
 * "smtpstatus rules": checks files of rules, and shows which rules match a reply and why the first
 * one wins.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/record.h>

#include "arguments.h"
#include "command.h"
#include "language.h"
#include "list.h"
#include "page.h"
#include "rules_file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- check ---------------------------------------------------------------------------------- */

typedef struct check {
    sst_rules *rules;    /* of all files that have no fault */
    const char **loaded; /* their names */
    size_t loaded_count;
    size_t faults;
    bool unreadable;
    output *out;
} check;

static void report(check *of, const char *name, const sst_rules_fault *fault)
{
    sst_sink sink = output_sink(of->out);
    output_text(of->out, name);
    output_text(of->out, ":");
    if (fault->line > 0) {
        output_number(of->out, fault->line);
        output_text(of->out, ":");
    }
    output_text(of->out, " ");
    sst_write_safe_text(span_from(fault->message), &sink);
    output_text(of->out, "\n");
    of->faults++;
}

static void check_file(check *of, const char *name)
{
    buffer text = {NULL, 0, 0};
    sst_rules_fault fault = {.line = 0};
    sst_rules *rules = NULL;
    if (!read_whole_file(name, &text)) {
        of->unreadable = true;
        buffer_free(&text);
        return;
    }
    sst_span bytes = buffer_span(&text);
    int error = sst_rules_load(bytes.ptr, bytes.len, of->rules, NULL, &rules, &fault);
    buffer_free(&text);
    if (error == SST_OK) {
        sst_rules_free(of->rules);
        of->rules = rules;
        of->loaded[of->loaded_count++] = name;
        return;
    }
    if (error != SST_E_RULES && fault.message[0] == '\0') {
        fault.line = 0;
        snprintf(fault.message, sizeof fault.message, "%s", sst_strerror(error));
    }
    report(of, name, &fault);
}

static size_t check_examples(check *of)
{
    size_t count = of->rules ? sst_rules_example_count(of->rules) : 0;
    for (size_t i = 0; i < count; i++) {
        sst_rules_fault fault;
        if (sst_rules_check(of->rules, i, &fault) == SST_E_RULES)
            report(of, fault.file < of->loaded_count ? of->loaded[fault.file] : "?", &fault);
    }
    return count;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* How many rules without an example are named. */
#define NAMED_WITHOUT_EXAMPLE 5

/* An example is what shows that a rule does what it was written for: a rule without one is no
 * fault, and is named. */
static void note_untested(const check *of)
{
    size_t rules = of->rules ? sst_rules_count(of->rules) : 0;
    size_t untested = 0;
    bool *tested = allocate_or_end(NULL, rules + 1, sizeof *tested);
    memset(tested, 0, (rules + 1) * sizeof *tested);
    for (size_t i = 0, rule; i < (rules ? sst_rules_example_count(of->rules) : 0); i++) {
        if (sst_rules_example_rule(of->rules, i, &rule))
            tested[rule] = true;
    }
    for (size_t i = 0; i < rules; i++) {
        sst_rule_info info;
        if (tested[i] || ++untested > NAMED_WITHOUT_EXAMPLE || !sst_rules_at(of->rules, i, &info))
            continue;
        complain("note: %s has no example; add a match line with a reply that it is for", info.id);
    }
    if (untested > NAMED_WITHOUT_EXAMPLE)
        complain("note: %zu rules in all have no example", untested);
    free(tested);
}

static int run_check(const options *given, output *out)
{
    if (given->arguments.count < 2) {
        complain("rules check needs a file");
        return STATUS_USAGE;
    }
    check of = {.out = out};
    of.loaded = allocate_or_end(NULL, given->arguments.count, sizeof *of.loaded);
    for (size_t i = 1; i < given->arguments.count; i++)
        check_file(&of, given->arguments.list[i]);
    size_t examples = check_examples(&of);
    output_flush(out);
    note_untested(&of);
    size_t rules = of.rules ? sst_rules_count(of.rules) : 0;
    complain("%zu rule%s, %zu example%s, %zu fault%s", rules, plural(rules), examples,
             plural(examples), of.faults, plural(of.faults));
    sst_rules_free(of.rules);
    free(of.loaded);
    return of.unreadable ? STATUS_IO : of.faults > 0 ? STATUS_PARTLY : STATUS_DONE;
}

/* --- which ---------------------------------------------------------------------------------- */

/* The rules that matched a reply. */
typedef struct matches {
    sst_span text;
    sst_match *list;
    size_t count;
} matches;

enum {
    WHICH_RULE,
    WHICH_REASON,
    WHICH_LEVEL,
    WHICH_PROVIDER,
    WHICH_SPAN,
    WHICH_TEXT,
    WHICH_COLUMNS
};

static const column which_columns[WHICH_COLUMNS] = {
    [WHICH_RULE] = {"rule", "label.rule"},    [WHICH_REASON] = {"reason", "label.reason"},
    [WHICH_LEVEL] = {"level", "label.level"}, [WHICH_PROVIDER] = {"provider", "label.provider"},
    [WHICH_SPAN] = {"span", "label.span"},    [WHICH_TEXT] = {"matched", "label.matched"},
};

static size_t count_matches(const list_source *from)
{
    return ((const matches *)from->rows)->count;
}

static sst_span matched_text(const matches *all, const sst_match *match)
{
    sst_span text = {all->text.ptr + match->span_start, match->span_end - match->span_start};
    return text;
}

static void fill_match(const list_source *from, size_t row, cell *cells)
{
    const matches *all = from->rows;
    const sst_match *match = &all->list[row];
    cell_text(&cells[WHICH_RULE], match->rule);
    cell_text(&cells[WHICH_REASON], sst_reason_id(match->reason));
    cell_text(&cells[WHICH_LEVEL], sst_level_id(match->level));
    if (match->provider.ptr) {
        cell_text(&cells[WHICH_PROVIDER], "");
        buffer_put(&cells[WHICH_PROVIDER].text, match->provider.ptr, match->provider.len);
    }
    if (match->span_end > match->span_start) {
        sst_span text = matched_text(all, match);
        cell_range(&cells[WHICH_SPAN], match->span_start, match->span_end);
        cell_text(&cells[WHICH_TEXT], "");
        buffer_put(&cells[WHICH_TEXT].text, text.ptr, text.len);
    }
}

static const topic which_topic = {
    .name = "matches",
    .heading = "heading.rules",
    .columns = which_columns,
    .column_count = WHICH_COLUMNS,
    .count = count_matches,
    .fill = fill_match,
};

/* Where a reason stands in the order of precedence: unknown last. */
static int rank_of(sst_reason reason)
{
    return reason == SST_REASON_UNKNOWN ? SST_REASON_COUNT : (int)reason;
}

/*
 * Why the first one decides (VOCABULARY: level, then the order of the reasons, then of the rules).
 * The user's own rules are all of one level as it is told, but a later file, or within a file the
 * stronger evidence, goes before all the same: seen where the order of the reasons is not kept.
 */
static const char *why_first(const matches *all)
{
    if (all->count == 0)
        return "sentence.why.none";
    if (all->count == 1)
        return "sentence.why.only";
    const sst_match *first = &all->list[0];
    const sst_match *second = &all->list[1];
    if (first->level != second->level || rank_of(first->reason) > rank_of(second->reason))
        return "sentence.why.level";
    return first->reason != second->reason ? "sentence.why.reason" : "sentence.why.order";
}

static void put_match(layout *page, const matches *all, size_t position, const char *language)
{
    const sst_match *match = &all->list[position];
    buffer heading = {NULL, 0, 0};
    buffer reason = {NULL, 0, 0};
    buffer_number(&heading, (long)position + 1);
    buffer_text(&heading, "  ");
    buffer_text(&heading, match->rule);
    page_name_reason(&reason, match->reason, language);
    const page_row rows[] = {
        {label("label.reason", language), buffer_span(&reason), false},
        {label("label.level", language), span_from(sst_level_text(match->level, language)), false},
        {label("label.provider", language), match->provider, true},
        {label("label.matched", language), matched_text(all, match), true},
    };
    layout_gap(page);
    layout_heading(page, buffer_span(&heading));
    page->indent = 3;
    page_rows(page, rows, COUNT(rows));
    page->indent = 0;
    buffer_free(&heading);
    buffer_free(&reason);
}

static void put_matches(const matches *all, const char *language, output *out)
{
    layout page;
    layout_init(&page, out);
    layout_marked(&page, all->text, all->count > 0 ? all->list[0].span_start : 0,
                  all->count > 0 ? all->list[0].span_end : 0);
    for (size_t i = 0; i < all->count; i++)
        put_match(&page, all, i, language);
    layout_gap(&page);
    layout_paragraph(&page, span_from(label(why_first(all), language)), false);
}

static void find_matches(sst_span reply_text, const sst_rules *rules, char *joined, matches *all)
{
    sst_record record;
    sst_reply reply;
    memset(&record, 0, sizeof record);
    sst_reply_read(reply_text.ptr, reply_text.len, &reply);
    sst_record_from_reply(&record, &reply, joined, reply_text.len);
    const sst_evidence evidence = {
        .text = record.text,
        .code = record.code,
        .enhanced = record.enhanced,
        .command = record.command,
        .remote = record.remote,
        .recipient = record.recipient,
        .kind = record.kind,
    };
    size_t count = sst_verdict_matches(&evidence, rules, NULL, 0);
    all->text = record.text.ptr ? record.text : span_from("");
    all->list = allocate_or_end(NULL, count + 1, sizeof *all->list);
    all->count = sst_verdict_matches(&evidence, rules, all->list, count);
}

static int run_which(const options *given, output *out)
{
    buffer joined = {NULL, 0, 0};
    sst_span text;
    sst_rules *rules;
    arguments_join(given, 1, &joined, &text);
    if (text.len == 0) {
        complain("rules which needs a reply");
        buffer_free(&joined);
        return STATUS_USAGE;
    }
    int status = load_rules(given, &rules);
    if (status == STATUS_DONE) {
        matches all;
        char *words_of_reply = allocate_or_end(NULL, text.len, 1);
        find_matches(text, rules, words_of_reply, &all);
        const list_source from = {given->language, rules, &all};
        if (given->format == FORMAT_TEXT)
            put_matches(&all, given->language, out);
        else
            list_write(&which_topic, &from, given, out);
        free(all.list);
        free(words_of_reply);
    }
    sst_rules_free(rules);
    buffer_free(&joined);
    return status;
}

int rules_run(const options *given, output *out)
{
    const char *what = given->arguments.count > 0 ? given->arguments.list[0] : "";
    if (strcmp(what, "check") == 0)
        return run_check(given, out);
    if (strcmp(what, "which") == 0)
        return run_which(given, out);
    complain("rules what? check FILE... or which REPLY");
    return STATUS_USAGE;
}
