/* Fields of a line of CSV (RFC 4180 2). A lone quote within a field that is not quoted belongs to
 * it, as it does for the servers that write it so. */
#include "log/csv.h"

#include <string.h>

#include "base/ascii.h"

/* A quoted field, at its first byte behind the quote. Returns where it ends: at the closing quote,
 * or at the line's end where there is none. */
static const char *closing_quote(const char *at, const char *end, bool *doubled)
{
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (!quote)
            return end;
        if (quote + 1 == end || quote[1] != '"')
            return quote;
        *doubled = true;
        at = quote + 2;
    }
    return end;
}

static void step_over(sst_span *rest, const char *comma)
{
    const char *end = rest->ptr + rest->len;
    *rest = comma ? (sst_span){comma + 1, (size_t)(end - comma) - 1} : (sst_span){NULL, 0};
}

bool sst_csv_next(sst_span *rest, csv_field *field)
{
    *field = (csv_field){{NULL, 0}, false};
    if (!rest->ptr)
        return false;
    const char *at = rest->ptr;
    const char *end = at + rest->len;
    if (at < end && *at == '"') {
        const char *close = closing_quote(at + 1, end, &field->doubled);
        field->raw = (sst_span){at + 1, (size_t)(close - at) - 1};
        step_over(rest, memchr(close, ',', (size_t)(end - close)));
        return true;
    }
    const char *comma = memchr(at, ',', rest->len);
    field->raw = (sst_span){at, (size_t)((comma ? comma : end) - at)};
    step_over(rest, comma);
    return true;
}

sst_span sst_csv_text(csv_field field, char *room)
{
    if (!field.doubled)
        return field.raw;
    size_t len = 0;
    for (size_t i = 0; i < field.raw.len; i++) {
        room[len++] = field.raw.ptr[i];
        if (field.raw.ptr[i] == '"' && i + 1 < field.raw.len && field.raw.ptr[i + 1] == '"')
            i++;
    }
    return (sst_span){room, len};
}

size_t sst_csv_map(sst_span header, const char *const *names, size_t count, unsigned char *map)
{
    csv_field field;
    size_t found = 0;
    memset(map, CSV_NO_COLUMN, count);
    for (size_t column = 0; column < CSV_MAX_COLUMNS && sst_csv_next(&header, &field); column++) {
        for (size_t i = 0; i < count; i++) {
            if (map[i] != CSV_NO_COLUMN || !span_is(field.raw, names[i], true))
                continue;
            map[i] = (unsigned char)column;
            found++;
        }
    }
    return found;
}

void sst_csv_pick(sst_span line, const unsigned char *map, csv_field *fields, size_t count)
{
    csv_field all[CSV_MAX_COLUMNS];
    size_t found = 0;
    while (found < CSV_MAX_COLUMNS && sst_csv_next(&line, &all[found]))
        found++;
    for (size_t i = 0; i < count; i++)
        fields[i] = map[i] < found ? all[map[i]] : (csv_field){{NULL, 0}, false};
}
