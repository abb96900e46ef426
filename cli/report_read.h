/*
 * The inputs of a report: logs, mail that came back, and records in JSON lines, in any mixture.
 * What each file is, is told by its first bytes.
 */
#ifndef REPORT_READ_H
#define REPORT_READ_H

#include <smtpstatus/report.h>

#include "filter.h"
#include "log_reading.h"
#include "options.h"

typedef struct report_input {
    const options *given;
    const sst_rules *rules;
    const filter *wanted;
    sst_report *into;
    log_reading logs; /* its options have been read */

    /* What came of it. */
    uint64_t inputs; /* files */
    uint64_t records;
    uint64_t not_understood; /* mails and lines */
    bool io_failed;
} report_input;

/* Reads everything that the arguments lead to: files and patterns first, logs in the order in which
 * they were written, then what lies in directories. Without arguments it is standard input. */
void report_read(report_input *all, const words *arguments);

#endif
