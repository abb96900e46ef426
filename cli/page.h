/*
 * Pages for people: what a code means, and what a record says.
 */
#ifndef PAGE_H
#define PAGE_H

#include <smtpstatus/record.h>

#include "buffer.h"
#include "layout.h"

/* Everything about a reply code, member or not. */
void page_code(layout *page, int code, const char *language);

/* Everything about a record. flags are the reply's. */
void page_record(layout *page, const sst_record *record, uint32_t flags, const char *language);

/* The blocks of which both are made: a reply code, in a sentence where brief is set, and an
 * enhanced code. */
void page_code_block(layout *page, int code, bool brief, const char *language);
void page_enhanced_block(layout *page, sst_enhanced enhanced, const char *language);

/* "EHLO, MAIL, end of the message" from the words of SST_CODE_LIST. */
void page_name_commands(buffer *into, const char *commands, const char *language);

/* "mailbox-full - Mailbox full" */
void page_name_reason(buffer *into, sst_reason reason, const char *language);

/* What was odd about a reply (sst_reply_flags), with semicolons between. */
void page_name_oddities(buffer *into, uint32_t flags, const char *language);

/* Rows with labels of one width. Empty texts are left out. */
typedef struct page_row {
    const char *label;
    sst_span text;
    bool outside; /* the text comes from outside */
} page_row;

void page_rows(layout *page, const page_row *rows, size_t count);

#endif
