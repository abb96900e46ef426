/*
 * Attempts over time, in periods of equal width. Only periods in which something happened are kept,
 * so that one wrong date does not matter; when there are too many the width grows.
 */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include <stdbool.h>

#include <smtpstatus/report.h>

typedef enum attempt {
    ATTEMPT_DELIVERED,
    ATTEMPT_DELAYED,
    ATTEMPT_FAILED,
    ATTEMPT_DOUBT,
    ATTEMPT_COUNT
} attempt;

typedef struct period {
    int64_t start;
    uint64_t of[ATTEMPT_COUNT];
} period;

typedef struct timeline {
    size_t width; /* position in the list of widths */
    size_t count;
    size_t last; /* the period used last */
    period list[SST_MAX_REPORT_PERIODS + 1];
    uint64_t untimed[ATTEMPT_COUNT]; /* attempts whose time is not known */
} timeline;

void sst_timeline_add(timeline *all, int64_t time, attempt what);

/* In seconds. */
int64_t sst_timeline_width(const timeline *all);

/* The part of the time that a chart shows. */
typedef struct window {
    size_t first; /* periods */
    size_t end;
    size_t columns;   /* from the first to the last, empty ones among them */
    uint64_t most;    /* attempts in a period */
    uint64_t outside; /* attempts in other periods, and without a time */
} window;

/*
 * Widens the periods until a chart can show nearly all attempts: what it leaves out is less than
 * one in a hundred, or a single one, and lies so far away that its date is likely to be wrong.
 */
window sst_timeline_fit(timeline *all);

#endif
