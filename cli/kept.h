/*
 * Records that outlive what they were read from.
 */
#ifndef KEPT_H
#define KEPT_H

#include <smtpstatus/record.h>

#include "arena.h"

/* Copies everything that a record's spans point to, all but source, and makes them point to that.
 */
void record_keep(sst_record *record, arena *in);

#endif
