/*
 * What the parts of the terminal's page share.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "report/page.h"

/* Rows that a terminal shows of what the other forms show more of. */
#define TEXT_ROWS ((size_t)10)

typedef struct text {
    page on;
    view all;
} text;

const char *sst_text_label(const text *to, const char *name);
void sst_text_heading(text *to, const char *name);

/* "Failed: 12", behind a semicolon where something stands before it. */
void sst_text_count(phrase *into, const text *to, const char *name, uint64_t count);

/* What time a report is about, in words with a label. */
void sst_text_period(text *to, const sst_report *report, const char *name);

/* text_tables.c */
void sst_text_fates(text *to);
void sst_text_listing(text *to, const char *name, const listing *list);
void sst_text_reasons(text *to);
void sst_text_time(text *to);
void sst_text_delay(text *to);

/* "others (12)": so many names, where some are known. */
void sst_text_others(phrase *into, const text *to, size_t known);

/* text_lists.c */
void sst_text_suppress(text *to);
void sst_text_uncovered(text *to);
void sst_text_inbound(text *to);
void sst_text_compare(text *to);
void sst_text_limits(text *to);

#endif
