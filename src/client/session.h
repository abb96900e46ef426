/*
 * The inside of a session, shared by the files of this directory. What each of them holds:
 *
 *     client.c       the calls of the caller and of the transport
 *     session.c      the state machine: replies counted against commands, the opening, the end
 *     transaction.c  one mail: MAIL, RCPT, DATA or BDAT, the answers
 *     body.c         the bytes of a message on their way out
 *     auth.c         the exchange of AUTH
 *     report.c       the events, and what became of each recipient
 *     job.c          what is queued
 *     command.c      the encoder: every byte of every command
 *     input.c        the bytes received
 *     output.c       the bytes to be sent
 */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include <smtpstatus/client.h>
#include <smtpstatus/code.h>

#include "client/command.h"
#include "client/input.h"
#include "client/job.h"
#include "client/output.h"
#include "client/transcript.h"

typedef enum session_state {
    SESSION_NEW,      /* not connected */
    SESSION_GREETING, /* these wait for a reply: */
    SESSION_EHLO,     /* EHLO or LHLO */
    SESSION_HELO,     /* the fallback */
    SESSION_STARTTLS,
    SESSION_HANDSHAKE,  /* the transport is at it */
    SESSION_AUTH_TURN,  /* the caller chooses how to go on */
    SESSION_AUTH,       /* a reply is waited for */
    SESSION_CHALLENGED, /* the caller is to respond */
    SESSION_OPEN,       /* jobs are done */
    SESSION_QUITTING,   /* QUIT was sent, or will be once everything was reported */
    SESSION_OVER        /* nothing goes in or out */
} session_state;

/* A command whose reply is outstanding. */
typedef struct session_slot {
    uint64_t end;     /* position in the output behind its last byte: no reply before that left */
    size_t recipient; /* of RCPT */
    size_t replies;   /* how many are still to come: LMTP and PRDR give several */
    sst_command command;
    bool last; /* of BDAT */
} session_slot;

/* Why a recipient ends as it does. */
typedef struct session_cause {
    sst_outcome outcome;
    sst_command command;
    sst_local_error local_error;
    sst_client_refusal refusal;
    bool with_reply; /* the current one */
    bool stale;
} session_cause;

/* Recipients that are being reported, one an event: those from next to end whose state has a bit in
 * apply, each for the cause of its state. */
typedef struct session_walk {
    client_job *mail;
    size_t next;
    size_t end;
    size_t beyond; /* from here on as if in state JOB_BEYOND */
    unsigned apply;
    session_cause causes[JOB_STATE_COUNT];
} session_walk;

typedef enum transaction_stage {
    TRANSACTION_NONE,
    TRANSACTION_ENVELOPE, /* MAIL, RCPT, DATA */
    TRANSACTION_BODY,
    TRANSACTION_END, /* the answer to the end of the message */
    TRANSACTION_DONE /* replies that change nothing any more */
} transaction_stage;

/* One transaction: a mail has several where the server takes few recipients in each. */
typedef struct session_transaction {
    transaction_stage stage;
    client_job *mail;
    size_t begin;      /* of its recipients */
    size_t next;       /* the next to be sent; once all are, the first of a later transaction */
    size_t sent;       /* RCPTs */
    size_t accepted;   /* recipients that wait for the end of the message */
    size_t answer;     /* LMTP, PRDR: the recipient that the next answer belongs to */
    uint64_t mail_at;  /* position in the output of MAIL; */
    uint64_t doubt_at; /* of the final dot, or the last BDAT; UINT64_MAX: not yet */
    bool mail_sent;
    bool mail_accepted;
    bool mail_answered;
    bool all_sent; /* no further RCPT */
    bool data_sent;
    bool use_bdat;
    bool is_prdr;       /* 353 was had */
    bool body_asked;    /* NEED_BODY was given and not answered */
    bool body_begun;    /* the first byte was had */
    bool body_ended;    /* the last one */
    bool is_line_start; /* the next byte of the message begins a line */
    bool after_cr;      /* the last one was a CR: what it is the next one says */
    bool bare;          /* BDAT: a CR or LF by itself was seen */
    size_t shown;       /* bytes of the message since the last line of the transcript */
} session_transaction;

#define SESSION_EVENTS 8 /* a step makes fewer */

typedef struct session_event {
    sst_client_event_kind kind;
    sst_command command;
    size_t recipient;
    uint64_t mail;
    session_cause cause;
    uint64_t time;
    size_t room;
    bool start;
    uint32_t dropped;
    sst_client_end end;
} session_event;

/* Something that was sent in AUTH: as it was, behind that in base64, and behind that its last part
 * in base64. */
typedef struct session_secret {
    char *bytes;
    size_t len;
    size_t raw_len;
    size_t encoded_len;
    size_t part_at; /* the last part, in what was sent */
    size_t part_len;
} session_secret;

#define SESSION_SECRETS 4 /* no mechanism sends more */

/* The exchange of AUTH. What was sent last is kept until the session ends: for as long a server may
 * repeat it. */
typedef struct session_auth {
    session_secret secrets[SESSION_SECRETS];
    size_t count;
    bool is_postponed; /* the initial response is sent when it is asked for */
    bool is_bad_challenge;
    bool is_cancelled; /* "*" was sent */
    bool was_refused;  /* the current reply is a refusal */
} session_auth;

/* Domains of recipients in this session, hashed (LIMITS). */
typedef struct session_domains {
    uint64_t *hashes;
    size_t count;
} session_domains;

/* Why the session is over, or will be. */
typedef struct session_ending {
    sst_client_end end;
    sst_client_end refused; /* what QUIT ends, where the session was refused */
    sst_local_error error;
    sst_command command; /* what was waited for */
    bool with_reply;     /* the current one */
    bool is_answer;      /* 421, to the end of a message */
    bool is_reported;    /* CLOSED was given */
} session_ending;

struct sst_client {
    const sst_allocator *allocator;
    bool lmtp;
    bool authenticate;
    bool no_pipelining;
    sst_client_tls tls;
    uint32_t timeouts[SST_CLIENT_TIMEOUT_COUNT];
    char *name;

    session_state state;
    uint64_t now;
    uint64_t clock;    /* of the last progress */
    bool is_clock_old; /* something began after a pause, when the time was not told */
    bool under_tls;
    bool is_settled; /* nothing more is to be done about TLS */
    bool was_open;
    bool was_used;   /* something was done, or it was idle */
    bool is_idle;    /* READY was given */
    bool wants_quit; /* sst_client_quit was called */
    bool is_lost;    /* the transport said so */
    bool is_expired; /* the deadline passed */
    bool is_flooded; /* bytes were dropped */
    bool no_memory;
    bool is_quit_sent;
    bool needs_reset; /* the server is in a transaction that is not wanted */
    bool is_resetting;
    sst_local_error lost_error;
    sst_command last_command; /* that was answered */

    client_output output;
    client_input input;
    sst_reply_parser parser;
    sst_reply reply; /* the current one, at input + reply_at */
    size_t reply_at;
    bool has_reply;
    sst_span stray; /* what came and answers nothing */
    char *words;    /* of the current reply, its lines joined; or a challenge */
    size_t words_size;
    size_t words_len;
    bool has_words;

    session_slot slots[SST_MAX_CLIENT_OUTSTANDING];
    size_t slot_first;
    size_t slot_count;

    client_queue jobs;
    uint64_t numbers;      /* mails queued */
    uint32_t transactions; /* begun with the server */
    session_transaction tx;
    char *chunk; /* of BDAT, while it is gathered */
    size_t chunk_len;
    session_domains domains;

    session_auth auth;

    sst_capabilities capabilities;
    char *raw;

    session_event events[SESSION_EVENTS];
    size_t event_first;
    size_t event_count;
    session_walk walk;
    bool is_flushing; /* everything queued shares flush_cause */
    session_cause flush_cause;
    session_ending ending;
    client_transcript transcript;
};

/* session.c */

/* The transport tells the time. What began since it did so last began now. */
static inline void session_set_time(sst_client *c, uint64_t now)
{
    c->now = now;
    if (c->is_clock_old)
        c->clock = now;
    c->is_clock_old = false;
}

/* One step. Returns false when nothing can be done before the transport or the caller acts. */
bool sst_session_advance(sst_client *c);

/* Sends a command that was encoded, and waits for its reply. */
void sst_session_expect(sst_client *c, sst_command command, size_t recipient);

/* The line is in the output: it goes, and its reply is waited for. */
void sst_session_commit(sst_client *c, const command_line *line, sst_command command,
                        size_t recipient);

/* Encodes a command without parameters, or with one word behind it, and waits for its reply. */
void sst_session_send(sst_client *c, sst_command command, sst_span argument);

/* Ends the session at once. error: what is said of mails. */
void sst_session_end(sst_client *c, sst_client_end end, sst_local_error error, bool with_reply);

/* The same for bytes that answer nothing; so many of them are shown. */
#define STRAY_SHOWN ((size_t)512)
void sst_session_end_stray(sst_client *c, sst_client_end end);

/* What is waited for. */
sst_command sst_session_waits_for(const sst_client *c);

bool sst_session_may_pipeline(const sst_client *c);

/* AUTH is done, or was not wanted: jobs may be done. */
void sst_session_open(sst_client *c);

/* A mail whose recipients have all been reported is done. */
void sst_session_finish_mail(sst_client *c, client_job *mail);

/* All that is queued shares a fate, and QUIT follows. */
void sst_session_refuse(sst_client *c, session_cause cause);

/* transaction.c */

void sst_transaction_begin(sst_client *c, client_job *mail);
/* One step of the current transaction. */
bool sst_transaction_advance(sst_client *c);
void sst_transaction_reply(sst_client *c, session_slot slot, bool is_last);
/* 421 came in the place of an answer, and nothing more will. */
void sst_transaction_closing(sst_client *c, session_slot slot);
/* Every recipient that waits for the end of the message ends for a cause, and so does the
 * transaction. */
void sst_transaction_settle(sst_client *c, session_cause cause);

/* body.c */

/* How many bytes of a message are taken now whatever they are. */
size_t sst_body_room(const sst_client *c);
/* Sends a chunk of BDAT that had to wait, or asks for more. Returns whether it did. */
bool sst_body_advance(sst_client *c);

/* auth.c */

void sst_auth_reply(sst_client *c);
void sst_auth_forget(sst_client *c);
/* Overwrites in what a server said what was sent to it as a secret. */
void sst_auth_mask(sst_client *c, char *text, size_t len);
/* The current reply asks: takes what out of base64, and hides a secret in it. Returns false without
 * memory. */
bool sst_auth_read_challenge(sst_client *c);
/* What was taken. */
sst_span sst_auth_challenge(const sst_client *c);

/* report.c */

session_event *sst_report_push(sst_client *c, sst_client_event_kind kind);
void sst_report_recipient(sst_client *c, const client_job *mail, size_t recipient,
                          session_cause cause);
/* Begins to report those recipients from begin to end that are in the states of apply. */
session_walk *sst_report_walk(sst_client *c, client_job *mail, size_t begin, size_t end,
                              unsigned apply, session_cause cause);
bool sst_report_next(sst_client *c, sst_client_event *event);
bool sst_report_walk_next(sst_client *c, sst_client_event *event);
/* What a reply means for what it answers. */
session_cause sst_report_cause(const sst_client *c, sst_command command);
/* Room for words made out of the current reply; NULL without memory. */
char *sst_report_room(sst_client *c, size_t size);
session_cause sst_report_local(sst_outcome outcome, sst_command command, sst_local_error error);

#endif
