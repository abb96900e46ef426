/*
 * What went wrong on this side of the wire: one of the local errors, and a line in English that
 * says more. Secrets never get into it.
 */
#ifndef NET_FAILURE_H
#define NET_FAILURE_H

#include <stdbool.h>

#include <smtpstatus/net.h>

typedef struct net_failure {
    sst_local_error error; /* NONE: nothing went wrong */
    char text[SST_MAX_NET_TEXT];
} net_failure;

/* Sets the error, and the text from format as printf makes it; too long a text is cut. */
void sst_failure_set(net_failure *failure, sst_local_error error, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* What an errno means, in English whatever the locale. Static storage; NULL for one that is rare.
 */
const char *sst_failure_of_errno(int number);

/* The same into a failure, with the place it happened at, which may be NULL, before it. */
void sst_failure_set_errno(net_failure *failure, sst_local_error error, const char *place,
                           int number);

#endif
