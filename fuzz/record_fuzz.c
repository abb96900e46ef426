/*
 * From a reply to every form of output: relaxed reading, the record, the verdict, JSON, CSV, the
 * texts. Whatever the bytes, what is written for a machine is UTF-8, and what is written for a
 * terminal holds no control character.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/record.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

/* Every piece that is written ends between two characters: the buffer is flushed anywhere, so what
 * is looked at is the whole. */
typedef struct text {
    char bytes[1 << 18];
    size_t len;
} text;

static text out;

static int keep(void *context, const char *data, size_t len)
{
    (void)context;
    require(len <= sizeof out.bytes - out.len);
    memcpy(out.bytes + out.len, data, len);
    out.len += len;
    return 0;
}

static void require_utf8(int lines)
{
    size_t ends = 0;
    for (size_t at = 0; at < out.len;) {
        uint32_t point;
        size_t len = utf8_decode(out.bytes + at, out.len - at, &point);
        require(len > 0);
        ends += point == '\n';
        at += len;
    }
    require(lines == 0 || ends == (size_t)lines);
}

static void require_safe(void)
{
    for (size_t at = 0; at < out.len;) {
        uint32_t point = 0;
        size_t len = utf8_decode(out.bytes + at, out.len - at, &point);
        require(len > 0);
        require(point >= 0x20 && point != 0x7F && !(point >= 0x80 && point <= 0x9F));
        require(!(point >= 0x202A && point <= 0x202E));
        at += len;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 8192)
        return 0;
    const sst_sink sink = {keep, NULL};
    const sst_record_options how = {sizeof how, "zh", true, true};
    char *copy = malloc(size > 0 ? size : 1);
    char *joined = malloc(size > 0 ? size : 1);
    if (!copy || !joined)
        exit(1);
    if (size > 0)
        memcpy(copy, data, size);

    sst_reply reply;
    sst_record record;
    memset(&record, 0, sizeof record);
    sst_reply_read(copy, size, &reply);
    require(sst_record_from_reply(&record, &reply, joined, size) == SST_OK);
    sst_record_decide(&record, NULL);

    out.len = 0;
    require(sst_record_write_json(&record, &how, &sink) == SST_OK);
    require_utf8(1);
    out.len = 0;
    require(sst_record_write_csv(&record, &how, &sink) == SST_OK);
    require_utf8(0);
    out.len = 0;
    require(sst_write_safe_text(record.text, &sink) == SST_OK);
    require_safe();
    out.len = 0;
    require(sst_record_write_sentence(&record, "es", &sink) == SST_OK);
    require_utf8(0);
    free(joined);
    free(copy);
    return 0;
}
