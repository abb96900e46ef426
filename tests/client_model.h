/*
 * A server that is as small as can be, and knows the truth: what it told the client about each
 * recipient, and where in the two streams of bytes that happened. It shares nothing with the
 * library.
 */
#ifndef TESTS_CLIENT_MODEL_H
#define TESTS_CLIENT_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#define MODEL_MAILS      4
#define MODEL_RECIPIENTS 4
#define MODEL_BYTES      400000
#define MODEL_NEVER      ((size_t)-1)

/* How the server behaves. */
typedef struct model_manner {
    bool lmtp;
    bool chunking;
    bool starttls;
    bool auth;
    int rcpt[MODEL_RECIPIENTS]; /* the code to each RCPT of a mail */
    int end[MODEL_RECIPIENTS];  /* to the end of the message: in LMTP for each, else the first */
    /* What is known of the messages beforehand, so that their end is known by its first byte: */
    size_t dots;   /* lines that begin with a dot; one more is the end */
    size_t chunks; /* of BDAT before the last one */
} model_manner;

/* What was told of a recipient: a code, and where in the server's bytes the reply ends. */
typedef struct model_fate {
    int code;
    size_t told_at;
} model_fate;

typedef struct model_mail {
    size_t begins_at; /* in the client's bytes: MAIL, */
    size_t ends_at;   /* and the dot or the last BDAT */
    size_t count;
    bool is_taken[MODEL_RECIPIENTS]; /* at RCPT */
    model_fate fate[MODEL_RECIPIENTS];
} model_mail;

typedef struct model_server {
    model_manner manner;
    size_t in_len;
    size_t line_at; /* the first byte that is in no line that was taken */
    size_t out_len;
    size_t opened_at; /* in the server's bytes: the last reply of the opening ends */
    bool in_data;
    size_t dots;     /* lines of this message that began with a dot */
    size_t chunks;   /* commands BDAT that were whole */
    size_t in_chunk; /* bytes to come */
    bool chunk_is_last;
    bool under_tls;
    bool handshake; /* 220 to STARTTLS was told */
    size_t mails;
    model_mail mail[MODEL_MAILS];
    /* Last, for they are large and need not be cleared: */
    char in[MODEL_BYTES];
    char out[MODEL_BYTES];
} model_server;

void model_begin(model_server *server, const model_manner *manner);
/* The server receives bytes, and answers what is whole. */
void model_receive(model_server *server, const char *bytes, size_t len);

#endif
