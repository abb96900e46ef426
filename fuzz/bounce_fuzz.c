/*
 * Messages of arbitrary bytes: whatever comes in, the reader comes to its end, every span it gives
 * can be read, and reading the same again gives the same; with and without a converter of charsets.
 */
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/bounce.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sum over everything that is written, so that the sanitizers see a byte that does not exist. */
static int count(void *context, const char *bytes, size_t len)
{
    uint64_t *sum = context;
    for (size_t i = 0; i < len; i++)
        *sum = *sum * 31 + (unsigned char)bytes[i];
    return 0;
}

/* Makes a charset of two bytes for each byte. */
static ptrdiff_t convert(void *context, const char *charset, size_t charset_len, const char *text,
                         size_t len, char *out, size_t size)
{
    uint64_t *sum = context;
    size_t used = 0;
    count(sum, charset, charset_len);
    for (size_t i = 0; i < len && size - used >= 2; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte >= 0x80) {
            out[used++] = (char)(0xC0 | byte >> 6);
            out[used++] = (char)(0x80 | (byte & 0x3F));
        } else {
            out[used++] = (char)byte;
        }
    }
    return charset_len % 5 == 4 ? -1 : (ptrdiff_t)used;
}

static uint64_t read_all(sst_bounce_reader *reader, const char *message, size_t len)
{
    uint64_t sum = 0;
    sst_sink sink = {count, &sum};
    sst_record record;
    size_t records = 0;
    bool understood = sst_bounce_read(reader, message, len) == SST_BOUNCE_UNDERSTOOD;
    for (; sst_bounce_next(reader, &record); records++) {
        if (sst_record_write_json(&record, NULL, &sink) != SST_OK)
            abort();
        sst_record_write_sentence(&record, "en", &sink);
    }
    if (understood != (records > 0) || records > SST_MAX_BOUNCE_RECIPIENTS)
        abort();
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sst_bounce_reader *plain;
    static sst_bounce_reader *converting;
    static uint64_t converted;
    if (!plain) {
        sst_bounce_options options = {0};
        options.size = sizeof options;
        options.convert = convert;
        options.convert_context = &converted;
        if (sst_bounce_reader_new(NULL, &plain) != SST_OK ||
            sst_bounce_reader_new(&options, &converting) != SST_OK)
            abort();
    }
    char *copy = malloc(size ? size : 1); /* exactly as long, so that one byte too far is seen */
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    uint64_t first = read_all(plain, copy, size);
    read_all(converting, copy, size);
    if (read_all(plain, copy, size) != first)
        abort();
    free(copy);
    return 0;
}
