/*
 * Header fields (RFC 5322 2.2). Tolerant: blanks before the colon, as some gateways write them, and
 * lines that are no field are passed over, so that one bad line does not hide the others.
 */
#include "mime/field.h"

#include "base/scan.h"
#include "mime/line.h"

static bool is_folded(sst_span rest)
{
    return rest.len > 0 && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t');
}

/*
 * Bytes of a field name: RFC 5322 2.2 allows any visible one but the colon. Where "<" or "@" stands
 * it is an address, and the line the beginning of a pasted report: "<user@example.com>: host said".
 */
/* clang-format off */
static const bool name_bytes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* controls */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* from ' ' */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, /* from 0 */
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* from @ */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* from P */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* from ` */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, /* from p */
};
/* clang-format on */

/* The length of a field name at the start of a line, or 0; *colon is where its colon stands. */
static size_t name_length(sst_span line, size_t *colon)
{
    size_t n = scan_name(line.ptr, line.len);
    while (n < line.len && name_bytes[(unsigned char)line.ptr[n]])
        n++;
    *colon = n;
    while (*colon < line.len && (line.ptr[*colon] == ' ' || line.ptr[*colon] == '\t'))
        ++*colon;
    return *colon < line.len && line.ptr[*colon] == ':' ? n : 0;
}

bool sst_mime_is_field_line(sst_span line)
{
    size_t colon;
    return name_length(line, &colon) > 0;
}

/* Takes the lines that continue the one before off the front, and adds them to the value. */
static void take_folded(sst_span *rest, sst_span *value)
{
    sst_span line;
    while (is_folded(*rest) && mime_next_line(rest, &line))
        value->len = (size_t)(line.ptr + line.len - value->ptr);
}

bool sst_mime_next_field(sst_span *rest, mime_field *field)
{
    sst_span line;
    while (mime_next_line(rest, &line)) {
        if (line.len == 0 || (line.len == 1 && line.ptr[0] == '\r'))
            return false;
        size_t colon;
        size_t name = name_length(line, &colon);
        if (name == 0)
            continue;
        sst_span value = {line.ptr + colon + 1, line.len - colon - 1};
        take_folded(rest, &value);
        field->name = (sst_span){line.ptr, name};
        field->value = mime_trim(value);
        return true;
    }
    return false;
}

sst_span sst_mime_find_field(sst_span header, const char *name)
{
    mime_field field;
    while (sst_mime_next_field(&header, &field)) {
        if (span_is(field.name, name, true))
            return field.value;
    }
    return (sst_span){NULL, 0};
}

sst_span sst_mime_header(sst_span text)
{
    sst_span rest = text;
    sst_span first;
    sst_span header = {text.ptr, 0};
    if (!mime_next_line(&rest, &first) || !sst_mime_is_field_line(first))
        return header;
    size_t last = scan_find_pair(text.ptr, text.len, '\n', '\n');
    header.len = last < text.len ? last + 1 : text.len;
    return header;
}

void sst_mime_split(sst_span text, sst_span *header, sst_span *body)
{
    *header = sst_mime_header(text);
    size_t taken = header->len;
    if (taken < text.len && text.ptr[taken] == '\n')
        taken++;
    if (header->len > 0)
        header->len = taken;
    *body = (sst_span){text.ptr + taken, text.len - taken};
}
