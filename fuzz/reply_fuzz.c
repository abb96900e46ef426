/*
 * The reply parser under arbitrary bytes. As a stream, tolerant and strict, they must give the same
 * in one piece, byte by byte and in two; read as pasted words, everything found must lie within
 * them, and no code may come out that is not there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/reply.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * UINT64_C(1099511628211) + 1;
}

static uint64_t mix_span(uint64_t sum, sst_span span)
{
    for (size_t i = 0; i < span.len; i++)
        sum = mix(sum, (unsigned char)span.ptr[i]);
    return mix(sum, span.len);
}

static bool within(sst_span inner, sst_span outer)
{
    return inner.len == 0 ||
           (inner.ptr >= outer.ptr && inner.ptr + inner.len <= outer.ptr + outer.len);
}

/* Goes over the lines; their words are those that sst_reply_text puts together. */
static uint64_t check_lines(uint64_t sum, const sst_reply *reply)
{
    sst_reply_line_iterator iterator = {0};
    sst_reply_line line;
    size_t lines = 0;
    size_t words = 0;
    while (sst_reply_next_line(reply, &iterator, &line)) {
        must(within(line.text, reply->whole));
        words += line.text.len > 0 ? line.text.len + (words > 0) : 0;
        sum = mix_span(mix(sum, (uint64_t)line.code), line.text);
        lines++;
    }
    must(reply->why != SST_REPLY_WHY_NOTHING || lines == reply->lines);
    must(words <= reply->whole.len);
    char *joined = malloc(words + 1);
    must(joined && sst_reply_text(reply, joined, words) == words);
    free(joined);
    return sum;
}

static uint64_t mix_reply(uint64_t sum, sst_reply_status status, const sst_reply *reply)
{
    sum = mix(mix(sum, (uint64_t)status), (uint64_t)reply->code);
    sum = mix(mix(sum, reply->enhanced.status_class), reply->enhanced.subject);
    sum = mix(mix(sum, reply->enhanced.detail), reply->flags);
    sum = mix(mix(sum, reply->lines), reply->whole.len);
    return mix(mix(sum, (uint64_t)reply->why), reply->where);
}

/* Pieces end at each multiple of step. */
static uint64_t parse(sst_span input, bool strict, size_t step)
{
    sst_reply_options options = {sizeof options, strict};
    sst_reply_parser parser;
    must(sst_reply_parser_init(&parser, &options) == SST_OK);
    uint64_t sum = 0;
    size_t start = 0;
    for (size_t have = 0; have < input.len;) {
        have = input.len - have > step ? have + step : input.len;
        while (start < have) {
            const char *piece = input.ptr + start;
            sst_reply reply;
            ptrdiff_t consumed;
            sst_reply_status status =
                have == input.len
                    ? sst_reply_finish(&parser, piece, have - start, &reply, &consumed)
                    : sst_reply_parse(&parser, piece, have - start, &reply, &consumed);
            must(consumed >= 0 && (size_t)consumed <= have - start);
            must((status == SST_REPLY_INCOMPLETE) == (consumed == 0));
            if (consumed == 0)
                break;
            must(reply.whole.ptr == piece && reply.whole.len <= (size_t)consumed);
            must(reply.where <= (size_t)consumed);
            sum = check_lines(mix_reply(sum, status, &reply), &reply);
            start += (size_t)consumed;
        }
    }
    must(start == input.len);
    return sum;
}

static bool contains(sst_span text, const char *word, size_t len)
{
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.ptr + i, word, len) == 0)
            return true;
    }
    return false;
}

/* An enhanced code may have been written with zeros in front: then only the code is looked for. */
static void check_read(sst_span input)
{
    sst_reply reply;
    sst_reply_read(input.ptr, input.len, &reply);
    must(reply.relaxed && within(reply.whole, input) && within(reply.remote, input));
    must(((reply.flags & SST_REPLY_NO_CODE) != 0) == (reply.code == 0));
    must(reply.code == 0 || (reply.code >= 200 && reply.code <= 599));
    char digits[3] = {(char)('0' + reply.code / 100), (char)('0' + reply.code / 10 % 10),
                      (char)('0' + reply.code % 10)};
    must(reply.code == 0 || contains(reply.whole, digits, sizeof digits));
    char enhanced[SST_ENHANCED_STRING_MAX];
    int len = sst_enhanced_to_string(reply.enhanced, enhanced, sizeof enhanced);
    must(len >= 0 &&
         (len == 0 || contains(input, ".0", 2) || contains(input, enhanced, (size_t)len)));
    check_lines(0, &reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size ? size : 1); /* exactly as long, so that one byte too far is seen */
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    sst_span input = {copy, size};
    for (int strict = 0; strict < 2; strict++) {
        uint64_t whole = parse(input, strict, size + 1);
        must(parse(input, strict, 1) == whole);
        must(parse(input, strict, size / 2 + 1) == whole);
    }
    check_read(input);
    free(copy);
    return 0;
}
