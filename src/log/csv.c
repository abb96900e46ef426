/* Fields of a line of CSV (RFC 4180 2). A lone quote within a field that is not quoted belongs to
 * it, as it does for the servers that write it so. */
#include "log/csv.h"

#include <string.h>

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

size_t sst_csv_split(sst_span line, csv_field *fields, size_t count)
{
    size_t found = 0;
    while (found < count && sst_csv_next(&line, &fields[found]))
        found++;
    for (size_t i = found; i < count; i++)
        fields[i] = (csv_field){{NULL, 0}, false};
    return found;
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
