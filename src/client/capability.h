/* What a server offers, out of its reply. */
#ifndef CLIENT_CAPABILITY_H
#define CLIENT_CAPABILITY_H

#include <smtpstatus/client.h>

/* Reads a reply to EHLO, or, not extended, to HELO. *raw is the copy that the spans lie in; the one
 * before is freed. Returns false without memory, and changes nothing then. */
bool sst_capability_read(sst_capabilities *capabilities, const sst_reply *reply, bool extended,
                         const sst_allocator *allocator, char **raw);

#endif
