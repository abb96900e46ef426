/*
 * A record as a line of CSV (RFC 4180, but lines end with LF). The columns are those of
 * SST_RECORD_KEY_LIST; explanation and advice are columns only where they are asked for.
 */
#include <smtpstatus/record.h>

#include "base/ascii.h"
#include "record/values.h"
#include "record/writer.h"

static const char *const names[KEY_COUNT] = {
#define NAME(key, type) #key,
    SST_RECORD_KEY_LIST(NAME)
#undef NAME
};

static size_t column_count(const sst_record_options *options)
{
    return record_options_language(options) ? KEY_COUNT : KEY_explanation;
}

static void put_cell(writer *out, const value *what, sst_span text, bool guard)
{
    switch (what->type) {
    case VALUE_ABSENT:
        break;
    case VALUE_NUMBER:
        writer_number(out, what->number);
        break;
    case VALUE_RANGE:
        writer_number(out, writer_offset(text, what->number, true));
        writer_char(out, '-');
        writer_number(out, writer_offset(text, what->end, true));
        break;
    default:
        writer_csv(out, what->text, guard);
        break;
    }
}

int sst_record_write_csv_header(const sst_record_options *options, const sst_sink *sink)
{
    if (!sink || !record_options_valid(options))
        return SST_E_INVALID;
    writer out;
    writer_init(&out, sink);
    for (size_t key = 0; key < column_count(options); key++) {
        if (key > 0)
            writer_char(&out, ',');
        writer_text(&out, names[key]);
    }
    writer_char(&out, '\n');
    return writer_finish(&out);
}

int sst_record_write_csv(const sst_record *record, const sst_record_options *options,
                         const sst_sink *sink)
{
    if (!record || !sink || !record_options_valid(options))
        return SST_E_INVALID;
    record_values values;
    record_values_fill(&values, record, record_options_language(options));

    writer out;
    writer_init(&out, sink);
    for (size_t key = 0; key < column_count(options); key++) {
        if (key > 0)
            writer_char(&out, ',');
        put_cell(&out, &values.of[key], record->text, options && options->csv_safe);
    }
    writer_char(&out, '\n');
    return writer_finish(&out);
}
