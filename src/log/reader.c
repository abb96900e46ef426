/*
 * The reader of logs: cuts the bytes into lines, takes their prefixes off, asks the formats whose
 * line it is, and hands out the records that they make of it.
 *
 * It does not open files, does not unpack them and does not follow them: that is the caller's.
 */
#include "log/reader.h"

#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"

/* Texts of one line that do not stand in it as they are. */
#define SCRATCH_SIZE (4 * SST_MAX_LOG_LINE)

/* Stamps this much earlier than the one before are told of; processes log in no strict order. */
#define BACK_MS 60000

const char *sst_log_format_id(sst_log_format format)
{
    static const char *const ids[] = {"",
#define SST_X_LOG_FORMAT(ident, id) id,
                                      SST_LOG_FORMAT_LIST(SST_X_LOG_FORMAT)
#undef SST_X_LOG_FORMAT
    };
    return (unsigned)format < SST_LOG_FORMAT_COUNT ? ids[format] : "";
}

int sst_log_reader_new(const sst_log_options *options, sst_log_reader **reader)
{
    static const sst_log_options defaults = {.size = sizeof defaults};
    if (!options)
        options = &defaults;
    if (options->size != sizeof *options || (unsigned)options->format >= SST_LOG_FORMAT_COUNT)
        return SST_E_INVALID;
    sst_log_reader *r = sst_allocate(options->allocator, 1, sizeof *r);
    if (!r)
        return SST_E_NO_MEMORY;
    memset(r, 0, sizeof *r);
    r->allocator = options->allocator;
    r->rules = options->rules;
    r->format = options->format;
    r->undecided = options->undecided;
    r->clock.utc_offset = options->utc_offset;
    r->carry = sst_allocate(r->allocator, SST_MAX_LOG_LINE, 1);
    r->scratch = sst_allocate(r->allocator, SCRATCH_SIZE, 1);
    r->records = sst_allocate(r->allocator, SST_MAX_LOG_RECORDS, sizeof *r->records);
    size_t max_open = options->max_open ? options->max_open : SST_MAX_LOG_OPEN;
    int error = sst_log_table_init(&r->table, r->allocator, max_open);
    if (error == SST_OK)
        error = sst_log_holding_init(&r->holding, r->allocator);
    if (error != SST_OK || !r->carry || !r->scratch || !r->records) {
        sst_log_reader_free(r);
        return SST_E_NO_MEMORY;
    }
    *reader = r;
    return SST_OK;
}

void sst_log_reader_free(sst_log_reader *reader)
{
    if (!reader)
        return;
    sst_log_table_free(&reader->table);
    sst_log_holding_free(&reader->holding, reader->allocator);
    sst_deallocate(reader->allocator, reader->carry);
    sst_deallocate(reader->allocator, reader->scratch);
    sst_deallocate(reader->allocator, reader->records);
    sst_deallocate(reader->allocator, reader);
}

/* --- lines ---------------------------------------------------------------------------------- */

void sst_log_begin(sst_log_reader *reader, int64_t newest, int year)
{
    sst_log_clock_begin(&reader->clock, newest, year);
    reader->at = reader->end = NULL;
    reader->ended = false;
    reader->carried = 0;
    reader->prefix_len = 0;
    reader->number = 0;
    reader->has_last = false;
    reader->made = reader->given = 0;
}

void sst_log_feed(sst_log_reader *reader, const char *bytes, size_t len)
{
    reader->at = bytes;
    reader->end = len > 0 ? bytes + len : bytes;
    reader->counts.bytes += len;
}

void sst_log_end(sst_log_reader *reader)
{
    reader->ended = true;
}

static void carry(sst_log_reader *r, const char *bytes, size_t len)
{
    size_t room = r->carried < SST_MAX_LOG_LINE ? SST_MAX_LOG_LINE - r->carried : 0;
    if (len > 0 && room > 0)
        memcpy(r->carry + r->carried, bytes, len < room ? len : room);
    r->carried += len;
}

static bool finish_line(sst_log_reader *r, const char *bytes, size_t len, sst_span *line)
{
    r->number++;
    r->counts.lines++;
    if (len > SST_MAX_LOG_LINE) {
        len = SST_MAX_LOG_LINE;
        r->counts.cut_lines++;
    }
    while (len > 0 && bytes[len - 1] == '\r')
        len--;
    line->ptr = bytes;
    line->len = len;
    return true;
}

/* The next line, without its end; false where more bytes are needed. */
static bool next_line(sst_log_reader *r, sst_span *line)
{
    size_t left = (size_t)(r->end - r->at);
    const char *lf = left > 0 ? memchr(r->at, '\n', left) : NULL;
    const char *start = r->at;
    size_t len = lf ? (size_t)(lf - start) : left;
    r->at = lf ? lf + 1 : r->end;
    if (lf && r->carried == 0)
        return finish_line(r, start, len, line);
    carry(r, start, len);
    if (!lf && (!r->ended || r->carried == 0))
        return false;
    len = r->carried;
    r->carried = 0;
    return finish_line(r, r->carry, len, line);
}

static void watch_clock(sst_log_reader *r, const log_line *line)
{
    if (!line->has_time)
        return;
    if (r->has_last && line->time_ms < r->last_ms - BACK_MS)
        r->counts.back++;
    r->last_ms = line->time_ms;
    r->has_last = true;
}

static void read_line(sst_log_reader *r, sst_span text)
{
    log_line line = {.text = text, .number = r->number};
    const char *only = r->format == SST_LOG_FORMAT_ANY ? NULL : sst_log_format_id(r->format);
    sst_log_take_prefix(r, &line);
    watch_clock(r, &line);
    if (r->holding.count > 0)
        sst_log_release_due(r, &line);
    for (size_t i = 0; sst_log_formats[i]; i++) {
        const log_format *format = sst_log_formats[i];
        if ((only && strcmp(only, format->id) != 0) || !format->owns(r, &line))
            continue;
        line.format = format;
        r->counts.recognised++;
        format->read(r, &line);
        break;
    }
    if (r->holding.count > 0 && r->made > 0)
        sst_log_drop_same(r);
}

bool sst_log_next(sst_log_reader *reader, sst_record *record)
{
    while (reader->given == reader->made) {
        sst_span text;
        reader->made = reader->given = 0;
        reader->scratch_used = 0;
        sst_log_table_turn(&reader->table);
        if (next_line(reader, &text))
            read_line(reader, text);
        else if (reader->ended && reader->holding.count > 0)
            sst_log_release_due(reader, NULL);
        else
            return false;
        reader->counts.records += reader->made;
        if (reader->made > 0 && !reader->undecided)
            sst_record_decide_batch(reader->records, reader->made, reader->rules);
    }
    *record = reader->records[reader->given++];
    return true;
}

void sst_log_get_counts(const sst_log_reader *reader, sst_log_counts *counts)
{
    *counts = reader->counts;
    counts->let_go = reader->table.let_go;
}
