/*
 * Lists of what the library knows: topics made of rows and columns, written in four formats.
 */
#ifndef LIST_H
#define LIST_H

#include <smtpstatus/record.h>

#include "buffer.h"
#include "options.h"

typedef enum cell_type {
    CELL_LEFT_OUT, /* not known: no key in jsonl, an empty cell elsewhere */
    CELL_TEXT,
    CELL_NUMBER,
    CELL_WORDS, /* words between blanks: an array in jsonl */
    CELL_RANGE  /* "4-35": an array of the two numbers in jsonl */
} cell_type;

typedef struct cell {
    cell_type type;
    buffer text;  /* as it stands in csv */
    buffer shown; /* for people, where that differs; else empty */
} cell;

#define LIST_MAX_COLUMNS ((size_t)16)

/* Column numbers, ended by LIST_END. */
#define LIST_END ((signed char)-1)

/* What rows are filled from. */
typedef struct list_source {
    const char *language;
    const sst_rules *rules;
    const void *rows; /* for topics whose rows the caller has */
} list_source;

typedef struct column {
    const char *key;   /* in jsonl and csv */
    const char *label; /* of text and md */
} column;

typedef struct topic {
    const char *name;
    const char *heading; /* key of the page's heading */
    const char *intro;   /* key of its first paragraph; NULL */
    const column *columns;
    size_t column_count;
    size_t (*count)(const list_source *from);
    void (*fill)(const list_source *from, size_t row, cell *cells);
    const signed char *text;    /* columns of the text format; the last one is wrapped */
    const signed char *table;   /* columns of the table in md; the first one links to the section */
    const signed char *heads;   /* columns of a section's heading; NULL: there are no sections */
    const signed char *bodies;  /* columns that are a section's paragraphs */
    const signed char *details; /* columns that are its list */
} topic;

extern const topic list_codes, list_enhanced, list_classes, list_languages, list_reasons,
    list_providers, list_rules;

/* Fills the cells of a code, member or not. */
void list_fill_code(const list_source *from, int code, cell *cells);

void cell_text(cell *into, const char *text); /* NULL: left out */
void cell_number(cell *into, long number);
void cell_words(cell *into, const char *text);
void cell_range(cell *into, size_t start, size_t end);
void cell_outside(cell *into, const char *text); /* from outside: made safe for people */
void cell_shown(cell *into, const char *text);

/* All rows of a topic. */
void list_write(const topic *what, const list_source *from, const options *given, output *out);

/* One row as jsonl or csv. */
void list_write_row(const topic *what, cell *cells, const options *given, output *out);

#endif
