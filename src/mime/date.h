/* Dates of header fields (RFC 5322 3.3, with the old forms of 4.3) as RFC 3339. */
#ifndef MIME_DATE_H
#define MIME_DATE_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#define MIME_DATE_SIZE 32

/*
 * Writes a date such as "Tue, 3 Mar 2026 10:00:00 +0100" as "2026-03-03T10:00:00+01:00" (a zone of
 * zero as "Z") with NUL into out. A missing zone is taken for zero and *zoned set to false. Returns
 * the length, or 0 where it is no date.
 */
size_t sst_mime_date(sst_span value, char out[MIME_DATE_SIZE], bool *zoned);

#endif
