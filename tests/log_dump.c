/*
 * Writes the records of a log as the command would, one JSON object a line: what the checks of the
 * formats run on.
 *
 * Usage: log_dump [--format NAME] [--year YEAR] [--newest SECONDS] [--cut BYTES | --lines]
 * [--counts] FILE...
 *
 * --cut feeds the file in pieces of so many bytes; --lines line by line, each right before memory
 * that must not be touched. --counts says on stderr what was come across.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, of guard.h */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/log.h>

#include "guard.h"

static int write_out(void *context, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, context) == len ? 0 : 1;
}

static void fail(const char *what)
{
    fprintf(stderr, "log_dump: %s\n", what);
    exit(2);
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t room = 0;
    size_t used = 0;
    if (!file)
        fail(path);
    do {
        room = 2 * room + 65536;
        bytes = realloc(bytes, room);
        if (!bytes)
            fail("out of memory");
        used += fread(bytes + used, 1, room - used, file);
    } while (used == room);
    fclose(file);
    *len = used;
    return bytes;
}

static uint64_t write_records(sst_log_reader *reader, const char *path, uint64_t index)
{
    const sst_sink sink = {write_out, stdout};
    sst_record record;
    while (sst_log_next(reader, &record)) {
        record.source = (sst_span){path, strlen(path)};
        record.index = ++index;
        if (sst_record_write_json(&record, NULL, &sink) != SST_OK)
            fail("the output could not be written");
    }
    return index;
}

static void write_counts(const sst_log_reader *reader)
{
    sst_log_counts c;
    sst_log_get_counts(reader, &c);
    fprintf(stderr,
            "bytes=%llu lines=%llu recognised=%llu not_understood=%llu records=%llu let_go=%llu "
            "cut_lines=%llu zoneless=%llu back=%llu\n",
            (unsigned long long)c.bytes, (unsigned long long)c.lines,
            (unsigned long long)c.recognised, (unsigned long long)c.not_understood,
            (unsigned long long)c.records, (unsigned long long)c.let_go,
            (unsigned long long)c.cut_lines, (unsigned long long)c.zoneless,
            (unsigned long long)c.back);
}

static sst_log_format format_of(const char *name)
{
    for (int i = 0; i < SST_LOG_FORMAT_COUNT; i++) {
        if (strcmp(sst_log_format_id((sst_log_format)i), name) == 0)
            return (sst_log_format)i;
    }
    fail("no such format");
    return SST_LOG_FORMAT_ANY;
}

/* How much of the rest is fed at once; cut 0: a line. */
static size_t piece_of(const char *bytes, size_t len, size_t cut)
{
    if (cut > 0)
        return cut < len ? cut : len;
    const char *lf = memchr(bytes, '\n', len);
    size_t line = lf ? (size_t)(lf - bytes) + 1 : len;
    return line < GUARD_SIZE ? line : GUARD_SIZE;
}

int main(int argc, char **argv)
{
    sst_log_options options = {.size = sizeof options};
    sst_log_reader *reader;
    int64_t newest = 0;
    int year = 0;
    size_t cut = SIZE_MAX;
    int counts = 0;
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--counts") == 0)
            counts = 1;
        else if (strcmp(argv[i], "--lines") == 0)
            cut = 0;
        else if (i + 1 == argc)
            fail("an option lacks its value");
        else if (strcmp(argv[i], "--format") == 0)
            options.format = format_of(argv[++i]);
        else if (strcmp(argv[i], "--year") == 0)
            year = atoi(argv[++i]);
        else if (strcmp(argv[i], "--newest") == 0)
            newest = strtoll(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--cut") == 0)
            cut = strtoull(argv[++i], NULL, 10);
        else
            fail("no such option");
    }
    if (sst_log_reader_new(&options, &reader) != SST_OK)
        fail("no reader");
    for (; i < argc; i++) {
        size_t len;
        uint64_t index = 0;
        char *bytes = read_file(argv[i], &len);
        sst_log_begin(reader, newest, year);
        size_t piece = 0;
        for (size_t at = 0; at < len; at += piece) {
            piece = piece_of(bytes + at, len - at, cut);
            const char *start = cut > 0 ? bytes + at : guard_end(0, bytes + at, piece);
            sst_log_feed(reader, start, piece);
            index = write_records(reader, argv[i], index);
        }
        sst_log_end(reader);
        write_records(reader, argv[i], index);
        free(bytes);
    }
    if (counts)
        write_counts(reader);
    sst_log_reader_free(reader);
    return 0;
}
