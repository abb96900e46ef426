/*
 * A report as its readers see it: rows in the order in which they are shown, and what has no row of
 * its own put together. Every writer shows this same view, so that all tell the same numbers.
 */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include "report/model.h"

/* Providers and senders that are named of one cause. */
#define VIEW_SHARERS 5

/* Rows of names that are shown, and the rest of them. */
typedef struct listing {
    const names *of;
    size_t count;
    uint32_t top[SST_MAX_REPORT_ROWS];
    size_t others_count; /* names that are known and not shown */
    tally others;        /* of them, and of those that had no row */
    bool has_others;
} listing;

/* Who shares in a cause. */
typedef struct sharers {
    size_t count;
    struct {
        uint32_t name;
        uint64_t recipients;
    } top[VIEW_SHARERS];
    uint64_t others;
} sharers;

/* Causes that one actor can mend. */
typedef struct cause_group {
    sst_actor actor;
    uint64_t cost;
    uint64_t later;
    size_t first; /* in causes */
    size_t count;
} cause_group;

#define VIEW_ACTORS 5

typedef struct view {
    const sst_report *report;
    const sst_report *before;
    const sst_report_style *style;
    const char *language;
    uint64_t recipients;
    size_t cause_count;
    const cause *causes[SST_MAX_REPORT_CAUSES + 1];
    size_t group_count;
    cause_group groups[VIEW_ACTORS];
    size_t reason_count;
    sst_reason reasons[SST_REASON_COUNT];
    size_t inbound_reason_count;
    sst_reason inbound_reasons[SST_REASON_COUNT];
    timeline timeline; /* with periods as wide as a chart needs them */
    window window;     /* what of it is shown */
    listing domains;
    listing providers;
    listing templates;
    listing clients;
} view;

/* SST_OK, or SST_E_INVALID where report or style are wrong. */
int sst_view_make(view *all, const sst_report *report, const sst_report_style *style);

sharers sst_view_providers(const view *all, const cause *of);
sharers sst_view_senders(const view *all, const cause *of);

/* Whether the one who reads the report is likely to be able to mend it: whoever runs the sending
 * system, or writes the mails. */
bool sst_view_actionable(sst_actor actor);

/* The first cause of all, where it is worth a headline; NULL. */
const cause *sst_view_headline(const view *all);

/* The most frequent example with words; NULL. Redacted, with its codes, into text; its length. */
#define VIEW_EXAMPLE ((size_t)CODES_SIZE + 640)
size_t sst_view_example(const cause *of, char text[VIEW_EXAMPLE]);

/* The same for a reply as it came; redacted only where the report anonymizes. */
size_t sst_view_reply(const view *all, const sst_report_event *event, char text[VIEW_EXAMPLE]);

/* Parts of a million. */
uint64_t sst_view_share(uint64_t part, uint64_t whole);

/* --- comparing ------------------------------------------------------------------------------ */

typedef enum view_change {
    VIEW_SAME,
    VIEW_NEW,
    VIEW_WORSE,
    VIEW_BETTER,
    VIEW_GONE,
    VIEW_CHANGES
} view_change;

typedef struct comparison {
    const cause *now;    /* NULL: gone */
    const cause *before; /* NULL: new */
    view_change change;
    uint64_t share_now;
    uint64_t share_before;
} comparison;

/* Causes of either report, the greatest change for the worse first. Returns how many. */
#define VIEW_COMPARISONS ((size_t)2 * SST_MAX_REPORT_CAUSES + 2)
size_t sst_view_compare(const view *all, comparison list[VIEW_COMPARISONS]);

const char *sst_view_change_id(view_change change);

/* The text that stands where there are no causes: nothing failed, or there was no mail at all. */
static inline const char *sst_view_no_causes(const view *all)
{
    return all->recipients > 0 ? "no-causes" : "no-mail";
}

/* --- names ---------------------------------------------------------------------------------- */

/* A name as it is written: itself, or its pseudonym in out. */
#define NAME_SIZE ((size_t)288)
sst_span sst_view_name(const sst_report *report, sst_span name, char out[NAME_SIZE]);

#endif
