/*
 * Mail syntax under arbitrary bytes: everything that is found must lie within the input or the
 * buffer given, and the walk must come to its end.
 */
#include <stdlib.h>

#include "mime/address.h"
#include "mime/date.h"
#include "mime/field.h"
#include "mime/words.h"
#include "mime/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char room[65536];
static unsigned sum;

/* Reads every byte of a span, so that the sanitizers see one that does not exist. */
static void touch(sst_span span)
{
    for (size_t i = 0; i < span.len; i++)
        sum += (unsigned char)span.ptr[i];
}

static mime_buffer fresh(void)
{
    return (mime_buffer){room, 0, sizeof room, false};
}

static void try_value(sst_span value)
{
    char stamp[MIME_DATE_SIZE];
    bool zoned;
    mime_buffer out = fresh();
    sst_mime_decode_words(value, NULL, &out);
    touch(mime_written(&out));
    out = fresh();
    sst_mime_parameter(value, "boundary", &out);
    touch(mime_written(&out));
    touch(sst_mime_find_address(value, NULL));
    touch(sst_mime_typed_address(value));
    sst_mime_date(value, stamp, &zoned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1); /* exactly as long, so that one byte too far is seen */
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    mime_walk walk;
    mime_part part;
    sst_mime_walk_start(&walk, (sst_span){copy, size});
    while (sst_mime_walk_next(&walk, &part)) {
        sst_span header = part.header;
        mime_field field;
        mime_buffer out = fresh();
        touch(part.header);
        touch(part.body);
        while (sst_mime_next_field(&header, &field))
            try_value(field.value);
        sst_mime_decode(part.body, part.encoding, &out);
        touch(mime_written(&out));
    }
    free(copy);
    return 0;
}
