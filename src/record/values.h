/*
 * What a record has to say under each key. Whether a key is left out is decided here, so that
 * every writer leaves out the same.
 */
#ifndef RECORD_VALUES_H
#define RECORD_VALUES_H

#include <smtpstatus/record.h>

enum key {
#define SST_X_KEY(key, type) KEY_##key,
    SST_RECORD_KEY_LIST(SST_X_KEY)
#undef SST_X_KEY
        KEY_COUNT
};

typedef enum value_type {
    VALUE_ABSENT,
    VALUE_NUMBER,
    VALUE_TEXT, /* any bytes */
    VALUE_WORD, /* ours: letters, digits, marks that need no escape */
    VALUE_RANGE
} value_type;

typedef struct value {
    value_type type;
    sst_span text;   /* TEXT, WORD */
    uint64_t number; /* NUMBER; RANGE: its start */
    uint64_t end;    /* RANGE */
} value;

typedef struct record_values {
    value of[KEY_COUNT];
    char enhanced[SST_ENHANCED_STRING_MAX];
} record_values;

/* Fills all of them; explanation and advice are absent where language is NULL. */
void sst_record_values_fill(record_values *values, const sst_record *record, const char *language);

/* The same for a writer, in the language of its options; false where an argument is not valid. */
bool sst_record_values_prepare(record_values *values, const sst_record *record,
                               const sst_record_options *options, const sst_sink *sink);

/* NULL options are the defaults. */
bool sst_record_options_valid(const sst_record_options *options);

/* The language in which texts are added; NULL where none are. */
const char *sst_record_options_language(const sst_record_options *options);

/* In static storage, "" where there is none. */
const char *sst_record_explanation(const sst_record *record, const char *language);
const char *sst_record_advice(const sst_record *record, const char *language);

#endif
