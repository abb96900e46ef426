/*
 * Numbers, shares, durations, names and sentences as people write them in each language, for the
 * writers of pages. A phrase is put together in a buffer of bounded size.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/view.h"

/* The longest: a piece of advice, or a reply with its codes. */
#define PHRASE_SIZE ((size_t)2048)

typedef struct phrase {
    size_t len;
    char text[PHRASE_SIZE];
} phrase;

static inline sst_span phrase_span(const phrase *of)
{
    sst_span span = {of->text, of->len};
    return span;
}

/* What does not fit is dropped. */
void sst_phrase_put(phrase *to, const char *text, size_t len);
void sst_phrase_text(phrase *to, const char *text);
void sst_phrase_span(phrase *to, sst_span text);

/* "1,234" */
void sst_phrase_number(phrase *to, const char *language, uint64_t number);

/* "2.4%" of parts of a million; "<0.1%" of fewer. */
void sst_phrase_share(phrase *to, const char *language, uint64_t millionths);

/* "350 ms", "1.3 s", "12 min", "5 h", "3 d" */
void sst_phrase_duration(phrase *to, const char *language, uint64_t milliseconds);

/* "2026-11-22 10:00"; nothing for a time that is none. */
void sst_phrase_time(phrase *to, int64_t time);

/* A text with its marks such as {n} filled in: pairs of a mark without braces and a phrase, ended
 * by a mark that is NULL. */
typedef struct filling {
    const char *mark;
    const phrase *text;
} filling;

void sst_phrase_fill(phrase *to, const char *text, const filling *with);

/* The label "report.NAME"; never NULL. */
const char *sst_words_label(const char *name, const char *language);

/* A row's name: of providers the name, for what has none the words that say so. */
typedef enum row_kind { ROW_PROVIDER, ROW_DOMAIN, ROW_SENDER, ROW_CLIENT, ROW_REPLY } row_kind;
void sst_phrase_row(phrase *to, const view *all, row_kind kind, const name_row *row);

/* "Google 300, Microsoft 12, others 4" */
void sst_phrase_sharers(phrase *to, const view *all, row_kind kind, const names *of,
                        const sharers *list);

/* "Mailbox full", "Given up: mailbox full" or "others" */
void sst_phrase_cause(phrase *to, const view *all, const cause *of);

/* What limit number i was and meant, where it was met; returns whether. */
bool sst_phrase_limit(phrase *to, const view *all, int limit);

#endif
