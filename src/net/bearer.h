/* The two mechanisms that hand over an OAuth 2.0 token. */
#ifndef NET_BEARER_H
#define NET_BEARER_H

#include "net/sasl.h"

/*
 * The one message of the client, of *len bytes, to be overwritten and freed by the caller; NULL
 * where there is no memory or a part of it may not stand there.
 * OAUTHBEARER: RFC 7628 3.1. XOAUTH2: as Google and Microsoft document it, which is older.
 */
char *sst_bearer_oauthbearer(const sst_credentials *credentials,
                             const net_sasl_situation *situation, const sst_allocator *allocator,
                             size_t *len);
char *sst_bearer_xoauth2(const sst_credentials *credentials, const sst_allocator *allocator,
                         size_t *len);

#endif
