/*
 * The transport: an SMTP or LMTP session (client.h) over a socket, with TLS and authentication. It
 * is a library of its own, libsmtpstatus-net, which needs OpenSSL 3, GNU SASL and threads; link
 * with what pkg-config says of smtpstatus-net.
 *
 * There are two ways to use it. sst_send does it all in one call that blocks. With sst_net_open a
 * program runs as many sessions as it likes in a loop of its own, over poll, epoll or the like:
 *
 *     sst_net_open; sst_client_mail_queue and sst_client_quit on sst_net_client
 *     until sst_net_is_over:
 *         while sst_net_next: act on the event
 *         wait for sst_net_events on sst_net_fd, not longer than sst_net_deadline
 *         sst_net_step
 *     sst_net_free
 *
 * Unlike the other library this one reads the clock. No call but sst_send ever waits. There is no
 * mutable global and no signal: a connection that the other side has closed is an event. A session
 * belongs to one thread at a time, and different sessions to any threads. Names of hosts are looked
 * up by the system's resolver, in a thread for each name under way; a host given as an address
 * needs none.
 *
 * A TLS handshake that fails ends the session, also where TLS was only used because it was offered:
 * there is no second try in clear text.
 *
 * OpenSSL and GNU SASL have memory of their own; all else comes from the allocator of the options.
 * Secrets (passwords, tokens, responses) are overwritten as soon as they are done with, and appear
 * in no event, text or transcript, also where a server repeats them; for this the last response is
 * kept until the session ends. The credentials that a caller gives stay the caller's.
 */
#ifndef SMTPSTATUS_NET_H
#define SMTPSTATUS_NET_H

#include <smtpstatus/client.h>
#include <smtpstatus/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Limits. Texts: a line that says what went wrong, cut if longer. TLS: the names of a certificate
 * (those of large providers have about a hundred), and all its texts together.
 */
#define SST_MAX_NET_TEXT  ((size_t)256)
#define SST_MAX_TLS_NAMES ((size_t)256)
#define SST_MAX_TLS_TEXT  ((size_t)16384)

/* --- TLS ------------------------------------------------------------------------------------ */

/* The lowest version that is spoken. Earlier ones are not to be had (RFC 8996). */
typedef enum sst_tls_version { SST_TLS_1_2, SST_TLS_1_3 } sst_tls_version;

/* Settings of TLS. size is sizeof(sst_tls_options); zero the rest for the defaults. Files are in
 * PEM. Strings are read during sst_tls_new only. */
typedef struct sst_tls_options {
    size_t size;
    const sst_allocator *allocator; /* NULL: malloc's; used by sessions in any thread */
    sst_tls_version minimum;
    const char *ca_file;      /* certificates to trust, and a directory of such, named by hash; */
    const char *ca_directory; /* both NULL: those that the system trusts */
    const char *certificate_file; /* the client's, with its chain; NULL: none */
    const char *key_file;         /* its key; NULL: in certificate_file too */
    const char *key_password;     /* of the key; NULL: none. Nobody is ever asked for it. */
    bool no_verify; /* go on though the server does not prove that it is who was asked for: anybody
                       on the way can then read and change everything */
} sst_tls_options;

/* Settings, made once, that any number of sessions in any threads may share. */
typedef struct sst_tls sst_tls;

/*
 * Makes settings, to be freed with sst_tls_free; sessions that use them may live longer. options
 * may be NULL. Returns SST_OK, SST_E_INVALID (wrong size) or SST_E_NO_MEMORY, and then leaves *tls.
 * Files that cannot be used are no error here: sst_tls_problem says so, and each session with these
 * settings fails with SST_LOCAL_ERROR_TLS.
 */
SST_API int sst_tls_new(const sst_tls_options *options, sst_tls **tls);

/* What is wrong with the settings, in English; NULL: nothing. Lives as long as they. */
SST_API const char *sst_tls_problem(const sst_tls *tls);

/* NULL is allowed. */
SST_API void sst_tls_free(sst_tls *tls);

/*
 * What came of TLS. Strings are NULL where nothing is known; UTF-8, without control characters. The
 * certificate is known also where it was refused.
 */
typedef struct sst_tls_info {
    bool established; /* the handshake was completed */
    bool verified;    /* a trusted authority vouches for the certificate, and it is for the name */
    const char *name; /* that the certificate was to be for (RFC 9525): the host as it was
                         asked for, never what DNS made of it */
    const char *problem; /* why it is not verified */
    const char *version; /* "TLSv1.3" */
    const char *cipher;  /* "TLS_AES_256_GCM_SHA384" */
    const char *subject; /* as RFC 4514 writes names: "CN=mx.example.com" */
    const char *issuer;
    const char *not_before; /* RFC 3339 */
    const char *not_after;
    const char *fingerprint;  /* SHA-256 of the certificate, 64 hexadecimal digits */
    const char *const *names; /* hosts and addresses that it is for (RFC 5280 4.2.1.6) */
    size_t name_count;
    bool names_left_out; /* there are more than SST_MAX_TLS_NAMES, or one that has no room */
} sst_tls_info;

/* --- credentials ---------------------------------------------------------------------------- */

/*
 * With what to authenticate (RFC 4954). The strongest mechanism is taken that the server offers and
 * the credentials are for:
 *
 *     with a token     OAUTHBEARER (RFC 7628), XOAUTH2
 *     with a password  SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5,
 *                      PLAIN, LOGIN
 *     with neither     EXTERNAL, where there is a client certificate
 *
 * Those that hand the secret over (with a token, PLAIN, LOGIN) are used under TLS or over a Unix
 * socket only. If the server refuses, no other is tried.
 */
typedef struct sst_credentials {
    const char *user;         /* UTF-8; NULL: none */
    const char *password;     /* UTF-8; NULL: none */
    const char *token;        /* OAuth 2.0, as it is; NULL: none */
    const char *authorize_as; /* another user to act as; NULL: the same */
    const char *mechanism;    /* this one and no other; NULL: the strongest */
    bool allow_clear;         /* hand the secret over in clear text, too */
} sst_credentials;

/* --- a session in a loop of the caller's ---------------------------------------------------- */

/* Which addresses of a host are tried. */
typedef enum sst_net_family {
    SST_NET_ANY, /* IPv6 and IPv4 in turn, beginning with the one that the system prefers */
    SST_NET_IPV4,
    SST_NET_IPV6
} sst_net_family;

/*
 * Options. size is sizeof(sst_net_options); zero the rest for the defaults. Strings are copied, but
 * for the credentials, which are read as long as the session lives.
 */
typedef struct sst_net_options {
    size_t size;
    const sst_client_options *client; /* NULL: the defaults. With credentials it authenticates,
                                         whatever is there. */
    const char *host;                 /* a name, or an address, IPv6 in brackets or not; */
    uint16_t port;                    /* 0: 25, with implicit TLS 465, with LMTP 24 */
    const char *unix_path;            /* or the path of a Unix socket: then no host */
    sst_net_family family;
    uint32_t connect_ms; /* how long each address may take; 0: 10,000 */
    uint32_t resolve_ms; /* how long looking up the host may take; 0: 30,000 */
    sst_tls
        *tls; /* NULL: the defaults, read anew for this session: many sessions better share one */
    const char *tls_name; /* that the certificate must be for; NULL: the host. A Unix socket has
                             none of its own. */
    const sst_credentials *credentials; /* NULL: no AUTH */
} sst_net_options;

typedef struct sst_net sst_net;

/*
 * Opens a session, to be freed with sst_net_free. Nothing is begun before the first sst_net_next.
 * Whatever goes wrong with host, connection, TLS or authentication comes as an event.
 * Returns SST_OK; SST_E_INVALID for a wrong size, neither or both of host and unix_path, or options
 * that sst_client_new refuses; SST_E_NO_MEMORY; and then leaves *net.
 */
SST_API int sst_net_open(const sst_net_options *options, sst_net **net);

/* Closes whatever is open, and frees. NULL is allowed. */
SST_API void sst_net_free(sst_net *net);

/* The engine: for queueing mails and commands, the body of a message, QUIT, the capabilities. Not
 * for what a transport tells it, nor AUTH: those are done here. Lives as long as the session. */
SST_API sst_client *sst_net_client(sst_net *net);

/*
 * The next event of client.h, but for those that are done here: TLS_WANTED, AUTH_WANTED, CHALLENGE.
 * Spans in it live until the next call on the session or its engine. Returns false when there is
 * none now; then all that can be sent has been handed to the system.
 */
SST_API bool sst_net_next(sst_net *net, sst_client_event *event);

/* What is waited for. */
#define SST_NET_READ  1
#define SST_NET_WRITE 2

/*
 * After sst_net_next has returned false: the descriptor to wait for, which may be another one after
 * each step (-1: none), for what, and until when, as a time of sst_net_now through *when (false: as
 * long as it takes). Then, or as soon as one of them has come, sst_net_step. A step that comes too
 * early does no harm.
 */
SST_API int sst_net_fd(const sst_net *net);
SST_API unsigned sst_net_events(const sst_net *net);
SST_API bool sst_net_deadline(const sst_net *net, uint64_t *when);

/* The time in milliseconds, of a clock that does not go backwards. */
SST_API uint64_t sst_net_now(void);

/* Goes on as far as it goes without waiting, and reads at most once. */
SST_API void sst_net_step(sst_net *net);

/* Ends the session: what is not done is deferred, in doubt or not tried, with
 * SST_LOCAL_ERROR_CANCELLED. */
SST_API void sst_net_cancel(sst_net *net);

/* Whether the session has ended and CLOSED, its last event, has been given out. */
SST_API bool sst_net_is_over(const sst_net *net);

/* What came of TLS; NULL where there was none. Lives as long as the session. */
SST_API const sst_tls_info *sst_net_tls(const sst_net *net);

/* The address that was connected to, as "192.0.2.1" or a path; NULL: none yet. The mechanism that
 * was used, as "SCRAM-SHA-256"; NULL: none yet. Both live as long as the session. */
SST_API const char *sst_net_address(const sst_net *net);
SST_API const char *sst_net_mechanism(const sst_net *net);

/* What went wrong on this side, in an English sentence without full stop; NULL: nothing. */
SST_API const char *sst_net_why(const sst_net *net);

/*
 * Makes a record of an event RECIPIENT: source (host:port), kind, remote, command, code, enhanced
 * code, name, queue id, local error and text; not its index, recipient, sender and time, which are
 * the caller's and may be there before, and not the verdict (sst_record_decide). The record is
 * zeroed but for what is there of these. Its spans live as long as those of the event, the session
 * and buffer, of size bytes: event->reply->whole.len is always enough. Returns SST_OK;
 * SST_E_INVALID for another event; SST_E_NO_SPACE.
 *
 * A text is there for what a server said, and for host-not-found, tls, sasl, local and
 * protocol-violation: what was wrong; the other local errors say it all.
 */
SST_API int sst_net_record(const sst_net *net, const sst_client_event *event, sst_record *record,
                           char *buffer, size_t size);

/*
 * Writes an event TRANSCRIPT as one line for people, with the seconds since start (a time as
 * sst_net_now gives it) and LF: "   0.012 C: EHLO client.example.org". Other events are passed
 * over. What could do harm on a terminal is escaped. Returns SST_OK or SST_E_SINK.
 */
SST_API int sst_net_write_transcript(const sst_client_event *event, uint64_t start,
                                     const sst_sink *sink);

/* --- everything in one call ----------------------------------------------------------------- */

/*
 * A message and where it goes. envelope is as for sst_client_mail_queue, but that body_again is
 * found out here. The message itself, with its header, is either text, or comes from read, piece by
 * piece: at most size bytes into buffer and their count; 0 at its end; -1 where it cannot be had,
 * and then it is given up. rewind goes back to its start and returns whether that worked; where it
 * is NULL, the message is sent once only, though a server takes fewer recipients at a time.
 */
typedef struct sst_send_mail {
    const sst_client_mail *envelope;
    sst_span text;
    ptrdiff_t (*read)(void *context, char *buffer, size_t size);
    bool (*rewind)(void *context);
    void *context;
} sst_send_mail;

/* Options of sst_send. size is sizeof(sst_send_options); zero the rest for the defaults. */
typedef struct sst_send_options {
    size_t size;
    const sst_net_options *net; /* where to, and how */
    const sst_rules *rules;     /* the user's, for the verdicts; NULL: none */
    bool has_cancel_fd;         /* once cancel_fd becomes readable, all is given up: a handler of */
    int cancel_fd;              /* signals may write into a pipe */
    const sst_sink *transcript; /* NULL: none. An error of the sink ends the transcript only. */
    /* Called for each event, before it is acted upon; NULL: not. net may be asked anything that
     * does not change it, and its engine given commands. */
    void (*event)(void *context, sst_net *net, const sst_client_event *event);
    void *context;
} sst_send_options;

/* What became of it all. Everything in it belongs to it. */
typedef struct sst_send_result {
    const sst_record *records; /* one for each recipient of each mail, in this order, with its */
    size_t count;              /* verdict; index counts them from 1 */
    bool opened;               /* it came to the point where mails can be sent */
    bool transcript_failed;    /* the sink of the transcript gave an error */
    sst_client_end end;        /* how the session ended */
    const char *why;           /* what went wrong on this side; NULL: nothing */
    const char *address;       /* as sst_net_address and the others have it; NULL: none */
    const char *mechanism;
    const sst_tls_info *tls;
} sst_send_result;

/* Which mail, and which of its recipients (SIZE_MAX: none in particular), was refused. */
typedef struct sst_send_fault {
    size_t mail;
    size_t recipient;
} sst_send_fault;

/*
 * Opens a session, sends the mails, and quits; with none of them it only opens the session. Blocks
 * until the session is over. Whatever becomes of the session is in *result, to be freed with
 * sst_send_free. Returns SST_OK; SST_E_INVALID for wrong sizes, options that sst_net_open refuses,
 * or a mail that sst_client_mail_queue refuses (then *fault, where not NULL, says which);
 * SST_E_LIMIT; SST_E_NO_MEMORY (mails may have been sent even so); and then leaves *result.
 */
SST_API int sst_send(const sst_send_options *options, const sst_send_mail *mails, size_t count,
                     sst_send_result **result, sst_send_fault *fault);

/* NULL is allowed. */
SST_API void sst_send_free(sst_send_result *result);

#ifdef __cplusplus
}
#endif
#endif
