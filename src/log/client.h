/*
 * Servers name a host in many ways; these are the two in which records have it.
 */
#ifndef LOG_CLIENT_H
#define LOG_CLIENT_H

#include "log/format.h"

/* A host as logs write it: "mx.example.com. [192.0.2.1]", "192.0.2.1 (mx.example.com)",
 * "client.example.net [192.0.2.66] (may be forged)", "::ffff:192.0.2.66". */
typedef struct log_host {
    sst_span name;    /* without a final dot; absent where it is not known */
    sst_span address; /* without brackets and without ::ffff:; absent likewise */
} log_host;

log_host sst_log_host(sst_span text);

/* One that gave a reply: its name, else its address; absent where neither is known. */
sst_span sst_log_remote(log_host host);

/* One that handed mail in, as Postfix writes it: "client.example.net[192.0.2.66]", or
 * "unknown[192.0.2.66]". */
sst_span sst_log_client(sst_log_reader *reader, log_host host);

#endif
