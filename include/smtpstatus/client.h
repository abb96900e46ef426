/*
 * A session as an SMTP or LMTP client (RFC 5321, RFC 2033) whose result is what became of every
 * recipient. Bytes go in, bytes come out, events are pulled; there is no socket, no clock, no
 * thread and no callback in it. Whoever moves the bytes is called the transport.
 *
 * The loop of a transport:
 *
 *     sst_client_new, sst_client_mail ..., sst_client_quit
 *     connect; sst_client_connected, or sst_client_closed with the reason
 *     until the event CLOSED:
 *         while sst_client_next: act on the event
 *         write what sst_client_output gives; sst_client_sent
 *         wait for the socket, not longer than sst_client_deadline
 *         read; sst_client_receive, or sst_client_closed, or sst_client_tick
 *
 * Replies are counted against commands. Any byte that answers nothing ends the session, whether it
 * comes early, late or in excess; the one exception is a whole 421 while nothing is outstanding and
 * TLS is settled, which ends it politely. Whatever a caller or a server says, no CR, LF or NUL gets
 * into a command, and no second command into the bytes of a message.
 *
 * Times are milliseconds of any clock that does not go backwards. A session belongs to one thread
 * at a time. Spans in events live until the next call on the same session but those that take a
 * const one.
 */
#ifndef SMTPSTATUS_CLIENT_H
#define SMTPSTATUS_CLIENT_H

#include <smtpstatus/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Limits. A call that would exceed one returns SST_E_LIMIT.
 * recipients of one mail: more than any server takes in one transaction;
 * jobs waiting (mails and commands): a caller that is ahead of the server by more has a queue of
 * its own;
 * an address: RFC 5321 4.5.3.1 says 256, some systems have longer ones;
 * an argument of VRFY and the like: what fits into a line of 512 bytes;
 * a response in an exchange of AUTH, as it is sent, in base64: RFC 4954 4;
 * bytes received and not yet looked at: as many replies as can be outstanding, at their usual
 * length, or one that is as long as a reply may be;
 * commands outstanding: enough for thousands of recipients a second over any distance;
 * bytes waiting to be sent: what a message is cut into.
 */
#define SST_MAX_CLIENT_RECIPIENTS  ((size_t)1000000)
#define SST_MAX_CLIENT_JOBS        ((size_t)100000)
#define SST_MAX_CLIENT_ADDRESS     ((size_t)1024)
#define SST_MAX_CLIENT_ARGUMENT    ((size_t)480)
#define SST_MAX_CLIENT_AUTH        ((size_t)12288)
#define SST_MAX_CLIENT_INPUT       ((size_t)2 * SST_MAX_REPLY)
#define SST_MAX_CLIENT_OUTSTANDING ((size_t)256)
#define SST_CLIENT_WINDOW          ((size_t)65536)

/*
 * Extensions that are understood: X(ident, keyword, reference). The others that a server offers are
 * in the raw reply.
 */
#define SST_EXTENSION_LIST(X)                                                                      \
    X(PIPELINING, "PIPELINING", "RFC 2920")                                                        \
    X(SIZE, "SIZE", "RFC 1870")                                                                    \
    X(EIGHT_BIT_MIME, "8BITMIME", "RFC 6152")                                                      \
    X(SMTPUTF8, "SMTPUTF8", "RFC 6531")                                                            \
    X(DSN, "DSN", "RFC 3461")                                                                      \
    X(ENHANCED_STATUS_CODES, "ENHANCEDSTATUSCODES", "RFC 2034")                                    \
    X(STARTTLS, "STARTTLS", "RFC 3207")                                                            \
    X(AUTH, "AUTH", "RFC 4954")                                                                    \
    X(CHUNKING, "CHUNKING", "RFC 3030")                                                            \
    X(BINARYMIME, "BINARYMIME", "RFC 3030")                                                        \
    X(REQUIRETLS, "REQUIRETLS", "RFC 8689")                                                        \
    X(LIMITS, "LIMITS", "RFC 9422")                                                                \
    X(DELIVERBY, "DELIVERBY", "RFC 2852")                                                          \
    X(FUTURERELEASE, "FUTURERELEASE", "RFC 4865")                                                  \
    X(MT_PRIORITY, "MT-PRIORITY", "RFC 6710")                                                      \
    X(PRDR, "PRDR", "draft-hall-prdr")                                                             \
    X(ETRN, "ETRN", "RFC 1985")                                                                    \
    X(VRFY, "VRFY", "RFC 5321 4.1.1.6")                                                            \
    X(EXPN, "EXPN", "RFC 5321 4.1.1.7")                                                            \
    X(HELP, "HELP", "RFC 5321 4.1.1.8")

enum {
#define SST_X_EXTENSION(ident, keyword, reference) SST_EXTENSION_BIT_##ident,
    SST_EXTENSION_LIST(SST_X_EXTENSION)
#undef SST_X_EXTENSION
        SST_EXTENSION_COUNT
};

typedef enum sst_extension {
    SST_EXTENSION_NONE = 0,
#define SST_X_EXTENSION(ident, keyword, reference)                                                 \
    SST_EXTENSION_##ident = 1 << SST_EXTENSION_BIT_##ident,
    SST_EXTENSION_LIST(SST_X_EXTENSION)
#undef SST_X_EXTENSION
} sst_extension;

/* The keyword of one extension, as "8BITMIME"; "" for a number that is none. Static storage. */
SST_API const char *sst_extension_keyword(sst_extension extension);

/* What a server offers, from its answer to EHLO or LHLO. Numbers are 0 where it states none. Spans
 * lie in raw, which lives until the next CAPABILITIES event or the session's end. */
typedef struct sst_capabilities {
    uint32_t extensions;      /* sst_extension bits; 0 after HELO */
    uint64_t size_max;        /* SIZE: octets of a message; 0: no fixed limit */
    uint64_t deliver_by_min;  /* DELIVERBY: seconds */
    uint64_t release_max;     /* FUTURERELEASE: seconds, */
    sst_span release_until;   /* and the latest date-time */
    uint32_t mail_max;        /* LIMITS: transactions of a session, */
    uint32_t rcpt_max;        /* recipients of a transaction, */
    uint32_t rcpt_domain_max; /* and different domains among the recipients of a session */
    sst_span auth;            /* AUTH: mechanisms, with a blank in between */
    sst_span priorities;      /* MT-PRIORITY: the profile's name */
    sst_span name;            /* how the server calls itself */
    sst_span raw;             /* the reply, all lines with their codes and line ends */
} sst_capabilities;

/* Whether a mechanism is among those of AUTH; letters without case. */
SST_API bool sst_capabilities_has_mechanism(const sst_capabilities *capabilities,
                                            const char *mechanism);

/* What is done about TLS. With REQUIRED and IMPLICIT nothing but EHLO, STARTTLS and QUIT goes out
 * in clear text, whatever a server answers. */
typedef enum sst_client_tls {
    SST_CLIENT_TLS_OPPORTUNISTIC, /* STARTTLS where it is offered; refused, the session goes on */
    SST_CLIENT_TLS_REQUIRED,      /* without STARTTLS there is no session */
    SST_CLIENT_TLS_IMPLICIT,      /* the transport is under TLS before the greeting (RFC 8314) */
    SST_CLIENT_TLS_OFF
} sst_client_tls;

/*
 * What is waited for, and how long by default: X(ident, milliseconds). The minimums of RFC 5321
 * 4.5.3.2, where it has one; a reply must be complete within this time after its command left, or
 * after the reply before it.
 */
#define SST_CLIENT_TIMEOUT_LIST(X)                                                                 \
    X(GREETING, 300000) /* 4.5.3.2.1 */                                                            \
    X(EHLO, 300000)     /* EHLO, LHLO, HELO, STARTTLS */                                           \
    X(TLS, 120000)      /* the handshake */                                                        \
    X(AUTH, 300000)     /* each step */                                                            \
    X(MAIL, 300000)     /* 4.5.3.2.2 */                                                            \
    X(RCPT, 300000)     /* 4.5.3.2.3 */                                                            \
    X(DATA, 120000)     /* 4.5.3.2.4 */                                                            \
    X(BLOCK, 180000)    /* 4.5.3.2.5: some bytes could be sent; an answer to BDAT */               \
    X(END, 600000)      /* 4.5.3.2.6: the end of the message, or the last BDAT */                  \
    X(COMMAND, 300000)  /* RSET, NOOP, VRFY, EXPN, HELP, ETRN */                                   \
    X(QUIT, 10000)      /* nothing depends on it */

typedef enum sst_client_timeout {
#define SST_X_TIMEOUT(ident, milliseconds) SST_CLIENT_TIMEOUT_##ident,
    SST_CLIENT_TIMEOUT_LIST(SST_X_TIMEOUT)
#undef SST_X_TIMEOUT
        SST_CLIENT_TIMEOUT_COUNT
} sst_client_timeout;

/* Options. size is sizeof(sst_client_options); zero the rest for the defaults. */
typedef struct sst_client_options {
    size_t size;
    const sst_allocator *allocator; /* NULL: malloc's; must outlive the session */
    bool lmtp;                      /* LHLO, and an answer for each recipient (RFC 2033) */
    const char *name;               /* for EHLO: a domain, or an address literal in brackets; NULL:
                                       "localhost". It is copied. */
    sst_client_tls tls;
    bool authenticate;  /* wait with mails and commands until AUTH is done: see AUTH_WANTED */
    bool no_pipelining; /* one command after the other, though the server offers more */
    bool transcript;    /* give TRANSCRIPT events */
    uint32_t timeouts[SST_CLIENT_TIMEOUT_COUNT]; /* milliseconds; 0: the default */
} sst_client_options;

typedef struct sst_client sst_client;

/* Makes a session, to be freed with sst_client_free. options may be NULL. Returns SST_OK,
 * SST_E_INVALID (size wrong, or a name that is neither domain nor address literal) or
 * SST_E_NO_MEMORY, and then leaves *client. */
SST_API int sst_client_new(const sst_client_options *options, sst_client **client);

/* Frees a session; NULL is allowed. It may be in any state; events not pulled are
 * lost. */
SST_API void sst_client_free(sst_client *client);

/*
 * What is to be done. Mails and commands are jobs, done in the order in which they were queued, as
 * soon as the session is open; they can be queued from the start and between any two calls.
 */

/* What the message declares of itself: BODY= (RFC 6152, RFC 3030). */
typedef enum sst_client_body_type {
    SST_CLIENT_BODY_UNDECLARED, /* no BODY= */
    SST_CLIENT_BODY_7BIT,
    SST_CLIENT_BODY_8BITMIME,
    SST_CLIENT_BODY_BINARYMIME /* is sent with BDAT */
} sst_client_body_type;

/* How far a mail goes. */
typedef enum sst_client_stop {
    SST_CLIENT_STOP_NOWHERE,
    SST_CLIENT_STOP_AFTER_MAIL, /* recipients come out as not tried, with the answer to MAIL */
    SST_CLIENT_STOP_AFTER_RCPT  /* accepted then means that RCPT was; nothing is delivered */
} sst_client_stop;

/* NOTIFY= of RFC 3461 4.1; 0: none is sent. */
typedef enum sst_client_notify {
    SST_CLIENT_NOTIFY_NEVER = 1 << 0, /* alone */
    SST_CLIENT_NOTIFY_SUCCESS = 1 << 1,
    SST_CLIENT_NOTIFY_FAILURE = 1 << 2,
    SST_CLIENT_NOTIFY_DELAY = 1 << 3
} sst_client_notify;

/* RET= of RFC 3461 4.3. */
typedef enum sst_client_ret {
    SST_CLIENT_RET_NONE,
    SST_CLIENT_RET_FULL,
    SST_CLIENT_RET_HDRS
} sst_client_ret;

/*
 * A recipient: an address (RFC 5321 4.1.2, RFC 6531) without angle brackets, and what RFC 3461 says
 * of it. The local part may stand alone, as "postmaster", and as LMTP has it.
 */
typedef struct sst_client_recipient {
    sst_span address;
    uint32_t notify;     /* sst_client_notify bits */
    sst_span orcpt;      /* the original address as it is, not yet in xtext; absent: none */
    sst_span orcpt_type; /* absent: "rfc822", or "utf-8" where the address is no ASCII */
} sst_client_recipient;

/*
 * A mail. size is sizeof(sst_client_mail); zero the rest for the defaults. A recipient is known by
 * its index; the same address may be there more than once.
 *
 * An extension that the mail needs by its nature must be offered: SMTPUTF8, 8BITMIME, BINARYMIME
 * with CHUNKING, REQUIRETLS (and TLS), DELIVERBY, FUTURERELEASE, SIZE where the server states a
 * lower one. Others are left out where they are not offered: DSN, MT-PRIORITY, PRDR, CHUNKING,
 * AUTH=; unless required says otherwise. What is missing is a refusal before MAIL, of one recipient
 * where it concerns one.
 */
typedef struct sst_client_mail {
    size_t size;
    sst_span sender; /* without angle brackets; empty or absent: the null sender */
    const sst_client_recipient *recipients;
    size_t recipient_count;
    uint64_t message_size; /* octets, for SIZE=; 0: not known. For the server only: how many bytes
                              are really sent is not held to it. */
    sst_client_body_type body;
    bool smtputf8;   /* the message has UTF-8 in its header; addresses are looked at anyway */
    bool chunking;   /* BDAT where it is offered: the message is sent as it is. In DATA line ends
                        become CR LF. */
    bool requiretls; /* RFC 8689 */
    bool prdr;       /* an answer for each recipient after DATA; not with LMTP, which has it */
    bool body_again; /* the message can be had once more from its start: where a server takes fewer
                        recipients in a transaction (LIMITS), there will be more transactions */
    sst_client_ret ret;
    sst_span envid; /* RFC 3461 4.4, as it is, not yet in xtext; absent: none */
    sst_span auth;  /* AUTH= (RFC 4954 5), as it is; absent: none; "<>": nobody in particular */
    char deliver_by_mode; /* RFC 2852: 0: none, 'R' return, 'N' notify */
    bool deliver_by_trace;
    int32_t deliver_by;  /* seconds */
    uint32_t hold_for;   /* RFC 4865: seconds; 0: none */
    sst_span hold_until; /* RFC 4865: an RFC 3339 date-time; absent: none */
    bool has_priority;   /* RFC 6710: */
    int priority;        /* -9 to 9 */
    uint32_t required;   /* sst_extension bits: do without none of these */
    sst_client_stop stop;
} sst_client_mail;

/*
 * Queues a mail. Everything is copied. *number, where not NULL, becomes the mail's number in this
 * session: 1, 2, ... Returns SST_OK; SST_E_INVALID for a wrong size, no recipient, an address,
 * parameter or value that may not be sent (then *which, where not NULL, is the index of the
 * recipient, or SIZE_MAX), or after sst_client_quit; SST_E_LIMIT; SST_E_NO_MEMORY; SST_E_CLOSED. On
 * an error nothing is queued.
 */
SST_API int sst_client_mail_queue(sst_client *client, const sst_client_mail *mail, uint64_t *number,
                                  size_t *which);

/*
 * The message, from the event NEED_BODY on: as many calls as it takes, last with the last one (of
 * which len may be 0). Of each the first bytes are taken, and their count comes back; last counts
 * only if all were taken. At least as many are taken as the event says there is room for; when
 * there is room again, NEED_BODY comes again. Data may be cut anywhere.
 *
 * In DATA bare LF and bare CR become CR LF, dots at the start of lines are doubled, and a missing
 * line end is added at the end. In BDAT nothing is changed, and a bare CR or LF is an error unless
 * the body is BINARYMIME: the mail is refused then, and nothing of it delivered.
 *
 * Returns the count, or SST_E_INVALID where no body is asked for (any more: the session may have
 * ended meanwhile).
 */
SST_API ptrdiff_t sst_client_body(sst_client *client, const char *data, size_t len, bool last);

/* Gives up the message in the middle: it will not be delivered. With BDAT the transaction is reset;
 * in DATA there is no other way than to end the session. Its recipients are deferred with
 * SST_LOCAL_ERROR_CANCELLED. Returns SST_OK, or SST_E_INVALID where no body is asked for. */
SST_API int sst_client_body_cancel(sst_client *client, uint64_t now);

/*
 * Queues one command: NOOP, RSET, VRFY, EXPN, HELP or ETRN, with its argument, or none where it is
 * absent. The event REPLY has the answer; of one that is not answered before the session ends there
 * is no event. Returns SST_OK; SST_E_INVALID for another command, a
 * missing argument, one with a control character in it, or after sst_client_quit; SST_E_LIMIT;
 * SST_E_NO_MEMORY; SST_E_CLOSED.
 */
SST_API int sst_client_command(sst_client *client, sst_command command, sst_span argument);

/* When everything queued is done, QUIT. Nothing more can be queued. With nothing queued: QUIT once
 * the session is open. */
SST_API void sst_client_quit(sst_client *client);

/*
 * AUTH (RFC 4954), with options.authenticate: from the event AUTH_WANTED on one of the first three,
 * after CHALLENGE one of the last two. Bytes are given and shown as they are; base64 is made here.
 * Each returns SST_OK, SST_E_INVALID (not the time for it; a mechanism that is no RFC 4422 name) or
 * SST_E_LIMIT (SST_MAX_CLIENT_AUTH) or SST_E_NO_MEMORY.
 */

/* Begins. mechanism is terminated, initial is absent where there is no initial response. One that
 * is too long for a command line is sent when the server asks for it. */
SST_API int sst_client_auth(sst_client *client, const char *mechanism, sst_span initial);

/* Goes on without AUTH. */
SST_API int sst_client_auth_skip(sst_client *client);

/* No mechanism has worked: what is queued shares the fate of the last AUTH (none: deferred with
 * SST_LOCAL_ERROR_SASL), and QUIT follows. */
SST_API int sst_client_auth_give_up(sst_client *client);

SST_API int sst_client_auth_respond(sst_client *client, sst_span response);

/* Sends "*"; the server's answer ends the exchange. */
SST_API int sst_client_auth_cancel(sst_client *client);

/*
 * What the transport tells. now is the time.
 */

/* The connection stands (with SST_CLIENT_TLS_IMPLICIT: TLS too): the greeting is waited for. */
SST_API void sst_client_connected(sst_client *client, uint64_t now);

/*
 * Bytes were received; they are copied. Everything that was read goes in at once: what lay in the
 * same read as a 220 to STARTTLS must be seen. Bytes that cannot be kept (SST_MAX_CLIENT_INPUT, no
 * memory) end the session.
 */
SST_API void sst_client_receive(sst_client *client, const char *data, size_t len, uint64_t now);

/*
 * The connection is over, or never stood: NONE or CLOSED for its end, REFUSED, HOST_NOT_FOUND, TLS,
 * TIMEOUT, LOCAL, ... for a failure; CANCELLED to give up. Replies that were received whole still
 * count.
 */
SST_API void sst_client_closed(sst_client *client, sst_local_error error, uint64_t now);

/*
 * What is to be written: its first byte through *data, and how many; *data is never NULL. They stay
 * where they are until the next call but those that take a const session.
 */
SST_API size_t sst_client_output(const sst_client *client, const char **data);

/*
 * Whether more bytes of a message in DATA follow those of the output in any case, so that nothing
 * is answered before: a transport may leave it to the system to fill up its packets (MSG_MORE).
 */
SST_API bool sst_client_has_more(const sst_client *client);

/*
 * So many bytes of the output were handed over, to be called at once and before the next
 * sst_client_receive. It decides what is in doubt: a byte of which the transport does not know
 * whether it left counts as sent.
 */
SST_API void sst_client_sent(sst_client *client, size_t len, uint64_t now);

/* When sst_client_tick is to be called, as a time through *when, which may have passed: after a
 * pause the first call that tells the time begins it anew. Returns false where nothing is waited
 * for: the session is idle, over, or it is the caller's turn. */
SST_API bool sst_client_deadline(const sst_client *client, uint64_t *when);

/* The time now. What was waited for in vain ends the session. */
SST_API void sst_client_tick(sst_client *client, uint64_t now);

/* The handshake asked for by TLS_WANTED has ended, well or not. */
SST_API void sst_client_tls_started(sst_client *client, bool ok, uint64_t now);

/* What the server offers, as far as it is known now; all zero before its answer to EHLO, and again
 * from the start of TLS on. Lives as long as the session. */
SST_API const sst_capabilities *sst_client_capabilities(const sst_client *client);

/*
 * What became of a recipient: X(ident, identifier).
 *
 * Deferred and rejected go by the first digit of the reply, 552 for too many recipients being
 * deferred (RFC 5321 4.5.3.1.10); a lost connection defers (3.8). In doubt: the connection was
 * lost, or the time was over, once the first byte of the final dot, or of the last BDAT command,
 * may have left and before its answer: the server may have taken the mail. Not tried: the session
 * ended, or a limit of the server's was reached, before the mail was begun.
 */
#define SST_OUTCOME_LIST(X)                                                                        \
    X(NOT_TRIED, "not-tried")                                                                      \
    X(ACCEPTED, "accepted")                                                                        \
    X(DEFERRED, "deferred")                                                                        \
    X(REJECTED, "rejected")                                                                        \
    X(IN_DOUBT, "in-doubt")

typedef enum sst_outcome {
#define SST_X_OUTCOME(ident, id) SST_OUTCOME_##ident,
    SST_OUTCOME_LIST(SST_X_OUTCOME)
#undef SST_X_OUTCOME
} sst_outcome;

SST_API const char *sst_outcome_id(sst_outcome outcome);

/*
 * Why this side refused or stopped: X(ident, words). Where it refuses a mail or a recipient, the
 * outcome is rejected with SST_LOCAL_ERROR_LOCAL; where a limit of the server's is reached, not
 * tried.
 */
#define SST_CLIENT_REFUSAL_LIST(X)                                                                 \
    X(NONE, "")                                                                                    \
    X(SIZE, "the message is larger than the server takes")                                         \
    X(EIGHT_BIT_MIME, "the server does not offer 8BITMIME")                                        \
    X(BINARYMIME, "the server does not offer BINARYMIME and CHUNKING")                             \
    X(SMTPUTF8, "the server does not offer SMTPUTF8")                                              \
    X(REQUIRETLS, "the server does not offer REQUIRETLS, or the session is not under TLS")         \
    X(DELIVERBY, "the server does not offer DELIVERBY for so short a time")                        \
    X(FUTURERELEASE, "the server does not offer FUTURERELEASE for so long a time")                 \
    X(EXTENSION, "the server does not offer an extension that the mail was not to go without")     \
    X(BARE_LINE_END, "the message has a bare CR or LF, and BDAT does not change line ends")        \
    X(MAIL_LIMIT, "the server takes no more mails in this session")                                \
    X(RECIPIENT_LIMIT, "the server takes no more recipients in this transaction")                  \
    X(DOMAIN_LIMIT, "the server takes no more recipient domains in this session")

typedef enum sst_client_refusal {
#define SST_X_REFUSAL(ident, words) SST_CLIENT_REFUSAL_##ident,
    SST_CLIENT_REFUSAL_LIST(SST_X_REFUSAL)
#undef SST_X_REFUSAL
} sst_client_refusal;

SST_API const char *sst_client_refusal_text(sst_client_refusal refusal);

/* Why a session ended: X(ident, words). */
#define SST_CLIENT_END_LIST(X)                                                                     \
    X(NOT_YET, "")                                                                                 \
    X(QUIT, "QUIT ended the session")                                                              \
    X(REFUSED, "the server refused the session")                                                   \
    X(SERVER, "the server closed the session with 421")                                            \
    X(LOST, "the connection was lost")                                                             \
    X(TIMEOUT, "the server did not answer in time")                                                \
    X(MALFORMED, "what the server sent is no reply")                                               \
    X(UNASKED, "the server sent something that answers nothing")                                   \
    X(UNEXPECTED, "the reply does not go with the command")                                        \
    X(FLOOD, "the server sent more than is looked at")                                             \
    X(BEFORE_TLS, "bytes came between STARTTLS and TLS")                                           \
    X(TLS, "TLS was not to be had")                                                                \
    X(BODY, "the message was given up")                                                            \
    X(LOCAL, "this side had no memory, or its transport failed")

typedef enum sst_client_end {
#define SST_X_END(ident, words) SST_CLIENT_END_##ident,
    SST_CLIENT_END_LIST(SST_X_END)
#undef SST_X_END
} sst_client_end;

SST_API const char *sst_client_end_text(sst_client_end end);

/*
 * Events. For each, what of sst_client_event is filled besides kind and time:
 *
 *     CAPABILITIES  sst_client_capabilities has something new; reply
 *     TLS_WANTED    nothing more is sent or taken in clear text: shake hands, then
 *                   sst_client_tls_started
 *     AUTH_WANTED   sst_client_auth, or _skip, or _give_up
 *     CHALLENGE     text: what the server sent, out of base64
 *     AUTH_DONE     reply, outcome (accepted, deferred, rejected); when not accepted, it is as
 * after AUTH_WANTED. reply NULL: the exchange was cancelled here, a challenge being no base64.
 *     REPLY         every reply that answers something: command, reply; mail and recipient where it
 *                   belongs to one
 *     NEED_BODY     mail, room; start: it is wanted from its first byte on
 *     RECIPIENT     once for each recipient of each mail: mail, recipient, outcome, command (what
 *                   was answered, or waited for; NONE: the mail was not begun), reply or NULL,
 *                   local_error, refusal, stale, dropped, text
 *     MAIL_DONE     mail: all its recipients have come
 *     READY         the session is open and nothing is queued
 *     TRANSCRIPT    from_server, command, text: one line without line end, secrets as "***";
 *                   of a message only how many bytes of it were sent. Without memory
 *                   lines are lost.
 *     CLOSED        the last event: end, local_error, command (what was waited for; NONE: nothing),
 *                   reply (of 421, or the one that ended it) or NULL; text: the bytes that answered
 *                   nothing. Close the connection; nothing more is to be written.
 */
typedef enum sst_client_event_kind {
    SST_CLIENT_CAPABILITIES,
    SST_CLIENT_TLS_WANTED,
    SST_CLIENT_AUTH_WANTED,
    SST_CLIENT_CHALLENGE,
    SST_CLIENT_AUTH_DONE,
    SST_CLIENT_REPLY,
    SST_CLIENT_NEED_BODY,
    SST_CLIENT_RECIPIENT,
    SST_CLIENT_MAIL_DONE,
    SST_CLIENT_READY,
    SST_CLIENT_TRANSCRIPT,
    SST_CLIENT_CLOSED
} sst_client_event_kind;

/* No recipient in particular. */
#define SST_CLIENT_NO_RECIPIENT SIZE_MAX

typedef struct sst_client_event {
    sst_client_event_kind kind;
    uint64_t time; /* of the call in which it arose */
    sst_command command;
    uint64_t mail;    /* its number; 0: none */
    size_t recipient; /* index, or SST_CLIENT_NO_RECIPIENT */
    const sst_reply *reply;
    sst_outcome outcome;
    sst_local_error local_error;
    sst_client_refusal refusal;
    sst_client_end end;
    bool stale; /* the session had been used before, and this mail had no other answer than
                   that it is over: another connection may be tried at once */
    bool from_server;
    bool start;
    uint32_t dropped; /* sst_extension bits: asked for, not offered, and done without */
    size_t room;      /* bytes that sst_client_body will take for sure */
    sst_span text;    /* RECIPIENT: the reply's words, its lines joined; without a reply, why */
} sst_client_event;

/* The next event. Returns false when there is none: then it is the transport's turn. */
SST_API bool sst_client_next(sst_client *client, sst_client_event *event);

#ifdef __cplusplus
}
#endif
#endif
