/* The result of sst_send while it is being made: records, and the texts that they point to. */
#ifndef NET_RESULT_H
#define NET_RESULT_H

#include <time.h>

#include <smtpstatus/net.h>

typedef struct net_block net_block; /* of texts */

typedef struct net_result {
    sst_send_result open; /* what the caller sees; the first member, so that it leads back here */
    const sst_allocator *allocator;
    sst_net *net; /* the session, to which TLS and other texts belong */
    sst_record *records;
    size_t count;
    net_block *blocks;
    const sst_record *last; /* the one kept last: many recipients share a reply */
    time_t last_second;
    sst_span last_time; /* of that second */
    bool no_memory;
} net_result;

/* A result with room for the records of all recipients, whose addresses are copied. NULL: no
 * memory. */
net_result *sst_result_new(const sst_allocator *allocator, const sst_send_mail *mails,
                           size_t count);

/* Keeps what became of one recipient as the record with an index. */
void sst_result_keep(net_result *result, size_t index, const sst_client_event *event);

/* Decides, and fills what the caller sees. */
void sst_result_finish(net_result *result, const sst_rules *rules);

/* With the session. */
void sst_result_free(net_result *result);

#endif
