/*
 * What to mend first: the headline, and every cause under who can mend it.
 */
#include "base/ascii.h"
#include "report/clock.h"
#include "report/html.h"

/* Words of ours, in which what is to be typed stands between backquotes. */
static void put_commands(html *to, const char *text)
{
    bool inside = false;
    for (;;) {
        size_t len = strcspn(text, "`");
        sst_html_text(to, (sst_span){text, len});
        text += len;
        if (*text == '\0')
            break;
        inside = !inside;
        sst_html_put(to, inside ? "<code>" : "</code>");
        text++;
    }
    if (inside)
        sst_html_put(to, "</code>");
}

static void put_advice(html *to, const cause *of)
{
    const char *advice = sst_reason_text_advice(of->reason, of->actor, to->all.language);
    if (of->is_others || advice[0] == '\0')
        return;
    const char *label = sst_label("label.advice", to->all.language);
    sst_html_put(to, "<div class=\"advice\"><p class=\"label\">");
    sst_html_text(to, span_of(label ? label : ""));
    sst_html_put(to, "</p>\n<p>");
    put_commands(to, advice);
    sst_html_put(to, "</p></div>\n");
}

static void put_title(html *to, const cause *of)
{
    phrase title = {.len = 0};
    sst_phrase_cause(&title, &to->all, of);
    sst_html_phrase(to, &title);
}

/* --- the headline --------------------------------------------------------------------------- */

void sst_html_headline(html *to)
{
    const cause *first = sst_view_headline(&to->all);
    if (!first) {
        bool none = to->all.cause_count == 0;
        sst_html_put(to, none ? "<p class=\"calm\">" : "<p class=\"calm none\">");
        sst_html_label(to, none ? sst_view_no_causes(&to->all) : "nothing-to-mend");
        sst_html_put(to, "</p>\n");
        return;
    }
    sst_html_put(to, "<div class=\"hero\">\n<p class=\"kicker\">");
    sst_html_label(to, "mend-this");
    sst_html_put(to, "</p>\n<p class=\"what\"><a href=\"#cause-0\">");
    put_title(to, first);
    sst_html_put(to, "</a> <span class=\"cost\">");
    sst_html_label(to, "recipients");
    sst_html_put(to, ": ");
    sst_html_number(to, (html_place){"causes", 0, "cost"}, tally_cost(&first->count));
    sst_html_put(to, " \xC2\xB7 ");
    sst_html_share(to, (html_place){"causes", 0, "share"},
                   sst_view_share(tally_cost(&first->count), to->all.recipients));
    sst_html_put(to, "</span></p>\n");
    put_advice(to, first);
    sst_html_put(to, "</div>\n");
}

/* --- a cause -------------------------------------------------------------------------------- */

static void open_row(html *to, const char *label)
{
    sst_html_put(to, "<dt>");
    sst_html_label(to, label);
    sst_html_put(to, "</dt><dd>");
}

static void put_counts(html *to, const cause *of, size_t position)
{
    static const struct {
        fate_state state;
        const char *key;
        const char *label;
    } states[] = {{FATE_FAILED, "failed", "failed"},
                  {FATE_WAITING, "waiting", "waiting"},
                  {FATE_DOUBT, "in_doubt", "in-doubt"},
                  {FATE_LATER, "delivered_later", "delivered-later"}};
    const char *between = "";
    open_row(to, "recipients");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        uint64_t count = of->count.of[states[i].state];
        if (count == 0)
            continue;
        sst_html_put(to, between);
        sst_html_label(to, states[i].label);
        sst_html_put(to, "\xC2\xA0");
        sst_html_number(to, (html_place){"causes", position, states[i].key}, count);
        between = " \xC2\xB7 ";
    }
    sst_html_put(to, "</dd>\n");
}

static void put_when(html *to, const cause *of)
{
    phrase first = {.len = 0}, last = {.len = 0}, line = {.len = 0};
    if (of->last == NO_TIME)
        return;
    sst_phrase_time(&first, of->first);
    sst_phrase_time(&last, of->last);
    const filling with[] = {{"first", &first}, {"last", &last}, {NULL, NULL}};
    sst_phrase_fill(&line, sst_words_label("since", to->all.language), with);
    open_row(to, "when");
    sst_html_phrase(to, &line);
    sst_html_put(to, "</dd>\n");
}

/* "causes.3.senders" */
static void name_list(phrase *into, size_t position, const char *key)
{
    char digits[24];
    size_t at = sizeof digits;
    sst_phrase_text(into, "causes.");
    do {
        digits[--at] = (char)('0' + position % 10);
        position /= 10;
    } while (position > 0);
    sst_phrase_put(into, digits + at, sizeof digits - at);
    sst_phrase_text(into, ".");
    sst_phrase_text(into, key);
    sst_phrase_put(into, "", 1); /* terminates it */
}

static void put_sharers(html *to, size_t position, const char *key, row_kind kind, const names *of,
                        const sharers *list)
{
    phrase place = {.len = 0};
    if (list->count == 0 && list->others == 0)
        return;
    name_list(&place, position, key);
    open_row(to, key);
    for (size_t i = 0; i < list->count; i++) {
        phrase name = {.len = 0};
        sst_phrase_row(&name, &to->all, kind, &of->list[list->top[i].name]);
        sst_html_put(to, i > 0 ? ", " : "");
        sst_html_outside(to, phrase_span(&name));
        sst_html_put(to, "\xC2\xA0");
        sst_html_number(to, (html_place){place.text, i, "recipients"}, list->top[i].recipients);
    }
    if (list->others > 0) {
        sst_html_put(to, list->count > 0 ? ", " : "");
        sst_html_label(to, "others");
        sst_html_put(to, "\xC2\xA0");
        sst_html_number(to, (html_place){place.text, list->count, "recipients"}, list->others);
    }
    sst_html_put(to, "</dd>\n");
}

static void put_details(html *to, const cause *of, size_t position)
{
    char text[VIEW_EXAMPLE];
    sst_span example = {text, sst_view_example(of, text)};
    sharers providers = sst_view_providers(&to->all, of);
    sharers senders = sst_view_senders(&to->all, of);
    sst_html_put(to, "<dl>\n");
    put_counts(to, of, position);
    put_when(to, of);
    put_sharers(to, position, "providers", ROW_PROVIDER, &to->all.report->providers, &providers);
    put_sharers(to, position, "senders", ROW_SENDER, &to->all.report->senders, &senders);
    if (example.len > 0) {
        open_row(to, "example");
        sst_html_put(to, "<code>");
        sst_html_outside(to, example);
        sst_html_put(to, "</code></dd>\n");
    }
    sst_html_put(to, "</dl>\n");
}

/* What only delayed mail costs nothing, and is told apart. */
static void put_cost(html *to, const cause *of, size_t position)
{
    uint64_t cost = tally_cost(&of->count);
    if (cost == 0) {
        sst_html_label(to, "later");
        sst_html_put(to, "\xC2\xA0");
        sst_html_number(to, (html_place){"causes", position, "delivered_later"},
                        of->count.of[FATE_LATER]);
        return;
    }
    sst_html_number(to, (html_place){"causes", position, "cost"}, cost);
    sst_html_put(to, " \xC2\xB7 ");
    sst_html_share(to, (html_place){"causes", position, "share"},
                   sst_view_share(cost, to->all.recipients));
}

/* Causes that are shown whole; of the others that is for who asks for it. */
#define UNFOLDED 3

static void put_cause(html *to, const cause *of, size_t position)
{
    uint64_t cost = tally_cost(&of->count);
    const html_part part = {sst_view_actionable(of->actor) ? "failed" : "waiting", cost};
    sst_html_put(to, "<details class=\"cause\" id=\"cause-");
    sst_html_digits(to, position);
    sst_html_put(to, position < UNFOLDED ? "\" open>\n<summary><h4>" : "\">\n<summary><h4>");
    sst_html_put(to, "<span class=\"rank\">");
    sst_html_digits(to, position + 1);
    sst_html_put(to, "</span> <span class=\"name\">");
    put_title(to, of);
    if (!of->is_others) {
        sst_html_put(to, " <code class=\"id\">");
        sst_html_put(to, sst_reason_id(of->reason));
        sst_html_put(to, "</code>");
    }
    sst_html_put(to, "</span> <span class=\"cost\">");
    put_cost(to, of, position);
    sst_html_put(to, "</span></h4>\n");
    sst_html_bar(to, &part, 1, to->all.recipients);
    sst_html_put(to, "</summary>\n");
    sst_html_put(to, "<div class=\"body\">\n");
    put_details(to, of, position);
    put_advice(to, of);
    sst_html_put(to, "</div>\n</details>\n");
}

/* --- all ------------------------------------------------------------------------------------ */

static void put_group(html *to, const cause_group *group)
{
    const char *who = sst_label("label.actor", to->all.language);
    sst_html_put(to, sst_view_actionable(group->actor) ? "<div class=\"group mine\">\n<h3>"
                                                       : "<div class=\"group\">\n<h3>");
    sst_html_text(to, span_of(who ? who : ""));
    sst_html_put(to, ": ");
    sst_html_text(to, span_of(sst_actor_text(group->actor, to->all.language)));
    sst_html_put(to, "</h3>\n");
    for (size_t i = 0; i < group->count; i++)
        put_cause(to, to->all.causes[group->first + i], group->first + i);
    sst_html_put(to, "</div>\n");
}

void sst_html_causes(html *to)
{
    if (to->all.cause_count == 0)
        return;
    sst_html_section(to, "mend", "mend-first");
    for (size_t i = 0; i < to->all.group_count; i++)
        put_group(to, &to->all.groups[i]);
    sst_html_section_end(to);
}
