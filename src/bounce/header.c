/* A message's header as a list of its fields. */
#include "bounce/header.h"

#include "base/ascii.h"

void sst_bounce_index_header(bounce_header *header, sst_span text)
{
    header->count = 0;
    while (header->count < BOUNCE_MAX_FIELDS &&
           sst_mime_next_field(&text, &header->fields[header->count]))
        header->count++;
}

sst_span sst_bounce_field(const bounce_header *header, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < header->count; i++) {
        sst_span have = header->fields[i].name;
        if (have.len == len && ascii_equal_fold(have.ptr, name, len))
            return header->fields[i].value;
    }
    return (sst_span){NULL, 0};
}
