/*
 * A record as one JSON object on one line (RFC 8259). Keys in the order of SST_RECORD_KEY_LIST.
 */
#include <smtpstatus/record.h>

#include "record/values.h"
#include "record/writer.h"

/* The keys as they are written, with quotes and colon. */
static const sst_span members[KEY_COUNT] = {
#define MEMBER(key, type) {"\"" #key "\":", sizeof("\"" #key "\":") - 1},
    SST_RECORD_KEY_LIST(MEMBER)
#undef MEMBER
};

/* Offsets count in the text as it is written. */
static void put_range(writer *out, const value *range, sst_span text)
{
    sst_writer_char(out, '[');
    sst_writer_number(out, sst_writer_offset(text, range->number, false));
    sst_writer_char(out, ',');
    sst_writer_number(out, sst_writer_offset(text, range->end, false));
    sst_writer_char(out, ']');
}

static void put_value(writer *out, const value *what, sst_span text)
{
    switch (what->type) {
    case VALUE_NUMBER:
        sst_writer_number(out, what->number);
        break;
    case VALUE_RANGE:
        put_range(out, what, text);
        break;
    case VALUE_WORD:
        sst_writer_json_word(out, what->text);
        break;
    default:
        sst_writer_json(out, what->text);
        break;
    }
}

int sst_record_write_json(const sst_record *record, const sst_record_options *options,
                          const sst_sink *sink)
{
    record_values values;
    if (!sst_record_values_prepare(&values, record, options, sink))
        return SST_E_INVALID;
    writer out;
    sst_writer_init(&out, sink);
    char before = '{';
    for (size_t key = 0; key < KEY_COUNT; key++) {
        if (values.of[key].type == VALUE_ABSENT)
            continue;
        sst_writer_char(&out, before);
        sst_writer_put(&out, members[key].ptr, members[key].len);
        put_value(&out, &values.of[key], record->text);
        before = ',';
    }
    sst_writer_put(&out, "}\n", 2);
    return sst_writer_finish(&out);
}
