/*
 * What speaks for and against mailing each address, from all inputs, and the addresses to suppress
 * that come of it. Of any number of events only a few megabytes are in memory; the rest is in
 * temporary files.
 */
#ifndef ADDRESSES_H
#define ADDRESSES_H

#include <smtpstatus/report.h>

typedef struct addresses addresses;

addresses *addresses_new(void);
void addresses_free(addresses *all);

/* For sst_report_options.event, with the addresses as its context. */
void addresses_event(void *context, const sst_report_event *event);

/* Decides, once all events are there: take is called for each address to suppress, in order.
 * Returns false where the temporary files failed, which has been said. */
typedef void addresses_take(void *context, const sst_report_suppressed *one);
bool addresses_decide(addresses *all, addresses_take *take, void *context);

#endif
