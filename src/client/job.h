/* What is queued in a session: mails and single commands, each a block of memory of its own. */
#ifndef CLIENT_JOB_H
#define CLIENT_JOB_H

#include <smtpstatus/client.h>

/* How far a recipient has come. */
enum {
    JOB_WAITING,  /* RCPT is not answered, or not sent */
    JOB_ACCEPTED, /* at RCPT: the end of the message decides */
    JOB_PASSED,   /* PRDR: accepted for itself, the whole is not yet */
    JOB_BEYOND,   /* belongs to a later transaction; only in a session_walk */
    JOB_SETTLED,  /* reported */
    JOB_STATE_COUNT
};

typedef struct job_recipient {
    sst_client_recipient given; /* spans into the block */
    uint8_t state;
    bool is_utf8;
} job_recipient;

typedef struct client_job {
    struct client_job *next;
    sst_command command; /* NONE: a mail */
    sst_span argument;
    uint64_t number;
    sst_client_mail mail; /* spans into the block; recipients are below */
    bool is_utf8;         /* the sender is no ASCII, or the header */
    bool any_utf8;        /* that, or a recipient */
    uint32_t asks;        /* extensions that it can do without, */
    uint32_t dropped;     /* and those that it does without */
    job_recipient recipients[];
} client_job;

typedef struct client_queue {
    client_job *first;
    client_job **last; /* where the next one is hung up; NULL while the queue is empty */
    size_t count;
} client_queue;

/* A copy of a mail; NULL without memory. */
client_job *sst_job_of_mail(const sst_allocator *allocator, const sst_client_mail *mail);
client_job *sst_job_of_command(const sst_allocator *allocator, sst_command command,
                               sst_span argument);

void sst_job_append(client_queue *queue, client_job *job);
/* Takes the first one out; the queue has one. */
client_job *sst_job_take(client_queue *queue);

#endif
