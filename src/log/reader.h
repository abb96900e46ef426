/* The inside of the reader, for the files that make it up. Formats use log/format.h alone. */
#ifndef LOG_READER_H
#define LOG_READER_H

#include "log/format.h"
#include "log/held.h"
#include "log/open.h"
#include "log/stamp.h"

#define LOG_PREFIX_SIZE ((size_t)64)

struct sst_log_reader {
    const sst_allocator *allocator;
    const sst_rules *rules;
    sst_log_format format;
    bool undecided;
    /* Input. What of a line came with an earlier feed is carried. */
    const char *at;
    const char *end;
    bool ended;
    char *carry;
    size_t carried; /* may be more than fits: then the line is cut */
    uint64_t number;
    log_clock clock;
    /* Stamp and host of the line before, as far as the tag: that of the next is mostly the same. */
    char prefix[LOG_PREFIX_SIZE];
    size_t prefix_len; /* 0: none */
    int64_t prefix_ms;
    int64_t last_ms; /* the stamp of the line before */
    bool has_last;
    /* Records of the line, and what they point at. */
    sst_record *records;
    size_t made;
    size_t given;
    char *scratch;
    size_t scratch_used;
    char time[STAMP_TEXT_SIZE];
    size_t time_len; /* 0: none was written yet */
    int64_t time_ms;
    log_table table;
    log_holding holding;
    sst_log_counts counts;
};

/* Takes the prefixes off a line: in line->text is what stands behind them. */
void sst_log_take_prefix(sst_log_reader *reader, log_line *line);

#endif
