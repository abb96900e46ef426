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
    return sst_record_options_language(options) ? KEY_COUNT : KEY_explanation;
}

static void put_cell(writer *out, const value *what, sst_span text, bool guard)
{
    switch (what->type) {
    case VALUE_ABSENT:
        break;
    case VALUE_NUMBER:
        sst_writer_number(out, what->number);
        break;
    case VALUE_RANGE:
        sst_writer_number(out, sst_writer_offset(text, what->number, true));
        sst_writer_char(out, '-');
        sst_writer_number(out, sst_writer_offset(text, what->end, true));
        break;
    default:
        sst_writer_csv(out, what->text, guard);
        break;
    }
}

int sst_record_write_csv_header(const sst_record_options *options, const sst_sink *sink)
{
    if (!sink || !sst_record_options_valid(options))
        return SST_E_INVALID;
    writer out;
    sst_writer_init(&out, sink);
    for (size_t key = 0; key < column_count(options); key++) {
        if (key > 0)
            sst_writer_char(&out, ',');
        sst_writer_text(&out, names[key]);
    }
    sst_writer_char(&out, '\n');
    return sst_writer_finish(&out);
}

int sst_record_write_csv(const sst_record *record, const sst_record_options *options,
                         const sst_sink *sink)
{
    record_values values;
    if (!sst_record_values_prepare(&values, record, options, sink))
        return SST_E_INVALID;
    writer out;
    sst_writer_init(&out, sink);
    for (size_t key = 0; key < column_count(options); key++) {
        if (key > 0)
            sst_writer_char(&out, ',');
        put_cell(&out, &values.of[key], record->text, options && options->csv_safe);
    }
    sst_writer_char(&out, '\n');
    return sst_writer_finish(&out);
}
