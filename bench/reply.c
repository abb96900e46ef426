/*
 * reply_bench WAY FILE: how fast the replies of a file are parsed. WAY is
 *
 *     parse    sst_reply_parse over the file in memory, with enhanced codes and flags
 *     text     the same, and the words of each reply joined into a buffer, as the peers do
 *     pieces   parse, where the bytes come in pieces of 1,400, as from a network
 *     memchr   the floor: the lines only, memchr for LF
 *
 * Prints MB/s, replies (lines) a second, and how many there are. See bench/reply.sh.
 */
#include <string.h>

#include <smtpstatus/reply.h>

#include "bench.h"

#define PIECE 1400

/* Where results go, so that none is computed for nothing. */
static volatile size_t sum;

static void fail(void)
{
    fprintf(stderr, "the replies are malformed\n");
    exit(3);
}

static size_t parse(const char *data, size_t len)
{
    sst_reply_parser parser = {0};
    size_t count = 0;
    for (size_t at = 0; at < len; count++) {
        sst_reply reply;
        ptrdiff_t consumed;
        if (sst_reply_parse(&parser, data + at, len - at, &reply, &consumed) != SST_REPLY_COMPLETE)
            fail();
        sum += (size_t)reply.code + reply.enhanced.detail + reply.flags + reply.lines;
        at += (size_t)consumed;
    }
    return count;
}

static size_t parse_text(const char *data, size_t len)
{
    static char text[8192];
    sst_reply_parser parser = {0};
    size_t count = 0;
    for (size_t at = 0; at < len; count++) {
        sst_reply reply;
        ptrdiff_t consumed;
        if (sst_reply_parse(&parser, data + at, len - at, &reply, &consumed) != SST_REPLY_COMPLETE)
            fail();
        sum += (size_t)reply.code + sst_reply_text(&reply, text, sizeof text);
        at += (size_t)consumed;
    }
    return count;
}

static size_t parse_pieces(const char *data, size_t len)
{
    sst_reply_parser parser = {0};
    size_t count = 0;
    size_t at = 0;
    for (size_t have = 0; have < len;) {
        have = len - have < PIECE ? len : have + PIECE;
        sst_reply reply;
        ptrdiff_t consumed;
        while (sst_reply_parse(&parser, data + at, have - at, &reply, &consumed) ==
               SST_REPLY_COMPLETE) {
            sum += (size_t)reply.code + reply.enhanced.detail + reply.flags + reply.lines;
            at += (size_t)consumed;
            count++;
        }
        if (consumed != 0)
            fail();
    }
    return count;
}

static size_t walk_lines(const char *data, size_t len)
{
    size_t count = 0;
    for (const char *at = data; at < data + len; count++) {
        const char *lf = memchr(at, '\n', (size_t)(data + len - at));
        if (!lf)
            break;
        at = lf + 1;
    }
    sum += count;
    return count;
}

static const struct {
    const char *name;
    size_t (*run)(const char *data, size_t len);
} ways[] = {
    {"parse", parse},
    {"text", parse_text},
    {"pieces", parse_pieces},
    {"memchr", walk_lines},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 3 && i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(argv[1], ways[i].name) != 0)
            continue;
        size_t len;
        char *data = bench_read(argv[2], &len);
        size_t count = ways[i].run(data, len);
        double fastest = 1e9;
        for (double begin = bench_now(); bench_now() - begin < BENCH_SECONDS;) {
            double start = bench_now();
            ways[i].run(data, len);
            double seconds = bench_now() - start;
            fastest = seconds < fastest ? seconds : fastest;
        }
        bench_print(len, count, fastest);
        free(data);
        return 0;
    }
    fprintf(stderr, "usage: reply_bench parse|text|pieces|memchr FILE\n");
    return 2;
}
