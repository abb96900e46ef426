/*
 * The axes of a verdict: kind, reason, permanence, scope, actor, retry, suppress and the level of
 * evidence, with the identifiers under which they appear in JSON, CSV and rule files.
 *
 * Identifiers are stable. Every list is an X-macro, so that a switch or an array can be made from
 * it. The axes are independent: a reason only supplies defaults (sst_reason_defaults).
 */
#ifndef SMTPSTATUS_VOCABULARY_H
#define SMTPSTATUS_VOCABULARY_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happened: X(ident, identifier). */
#define SST_KIND_LIST(X)                                                                           \
    X(NONE, "")             /* nothing says what happened: no code, or a 3yz reply */              \
    X(ACCEPTED, "accepted") /* a 2yz reply */                                                      \
    X(FAILED, "failed")                                                                            \
    X(DELAYED, "delayed") /* still being tried */                                                  \
    X(DELIVERED, "delivered")                                                                      \
    X(RELAYED, "relayed")       /* handed to a system that sends no reports */                     \
    X(EXPANDED, "expanded")     /* delivered to a list */                                          \
    X(COMPLAINT, "complaint")   /* feedback report, RFC 5965 */                                    \
    X(AUTO_REPLY, "auto-reply") /* vacation and the like, RFC 3834 */                              \
    X(IN_DOUBT, "in-doubt")     /* sent whole, and the connection lost before the answer */        \
    X(NOT_TRIED, "not-tried")   /* the client never got to this recipient */                       \
    X(NOT_A_REPORT, "not-a-report")

/* How lasting a failure is. */
#define SST_PERMANENCE_LIST(X)                                                                     \
    X(UNKNOWN, "unknown")                                                                          \
    X(TRANSIENT, "transient")                                                                      \
    X(PERMANENT, "permanent")

/* What else will meet the same fate. */
#define SST_SCOPE_LIST(X)                                                                          \
    X(RECIPIENT, "recipient")                                                                      \
    X(RECIPIENT_DOMAIN, "recipient-domain")                                                        \
    X(MESSAGE, "message")                                                                          \
    X(SENDER, "sender")                                                                            \
    X(SENDING_HOST, "sending-host")                                                                \
    X(ACCOUNT, "account")                                                                          \
    X(PATH, "path")

/* Who can mend it. */
#define SST_ACTOR_LIST(X)                                                                          \
    X(SENDER, "sender")             /* who wrote the mail */                                       \
    X(SENDER_ADMIN, "sender-admin") /* who runs the sending system and its DNS */                  \
    X(RECIPIENT, "recipient")                                                                      \
    X(RECIPIENT_ADMIN, "recipient-admin")                                                          \
    X(NOBODY, "nobody") /* waiting is enough, or nothing is known */

/* Whether to try again; with kind failed: whether to send anew. */
#define SST_RETRY_LIST(X)                                                                          \
    X(NO, "no")                                                                                    \
    X(LATER, "later")                                                                              \
    X(AFTER_FIX, "after-fix")

/* Whether to stop mailing the address. */
#define SST_SUPPRESS_LIST(X)                                                                       \
    X(NO, "no")                                                                                    \
    X(AFTER_REPEATS, "after-repeats")                                                              \
    X(YES, "yes")

/* What decided, weakest first. */
#define SST_LEVEL_LIST(X)                                                                          \
    X(NONE, "none")                                                                                \
    X(BASIC, "basic")                 /* the reply code with the command it answers */             \
    X(ENHANCED, "enhanced")           /* the enhanced code as registered */                        \
    X(PHRASE, "phrase")               /* words that any server may send */                         \
    X(PROVIDER_CODE, "provider-code") /* a code or sub-code as this provider uses it */            \
    X(PROVIDER_TEXT, "provider-text") /* words that this provider sends */                         \
    X(USER, "user")                   /* a rule that the user loaded */

/*
 * Why: X(ident, identifier, default permanence, scope, actor, retry, suppress), the most specific
 * first: where a text gives two reasons at the same level of evidence, the earlier one wins.
 * The default permanence holds where the reply claims none; CLAIMED: as the code says.
 */
#define SST_REASON_LIST(X)                                                                         \
    X(UNKNOWN, "unknown", CLAIMED, RECIPIENT, NOBODY, AS_CLAIMED, NO)                              \
    X(MAILBOX_FULL, "mailbox-full", CLAIMED, RECIPIENT, RECIPIENT, LATER, AFTER_REPEATS)           \
    X(RECIPIENT_RATE, "recipient-rate", TRANSIENT, RECIPIENT, NOBODY, LATER, NO)                   \
    X(EXPIRED, "expired", PERMANENT, PATH, RECIPIENT_ADMIN, NO, AFTER_REPEATS)                     \
    X(ROUTING_LOOP, "routing-loop", PERMANENT, RECIPIENT_DOMAIN, RECIPIENT_ADMIN, AFTER_FIX, NO)   \
    X(GREYLISTED, "greylisted", TRANSIENT, RECIPIENT, NOBODY, LATER, NO)                           \
    X(SENDER_AUTH, "sender-auth", CLAIMED, SENDER, SENDER_ADMIN, AFTER_FIX, NO)                    \
    X(TLS, "tls", CLAIMED, PATH, SENDER_ADMIN, AFTER_FIX, NO)                                      \
    X(CLIENT_AUTH, "client-auth", PERMANENT, ACCOUNT, SENDER_ADMIN, AFTER_FIX, NO)                 \
    X(REVERSE_DNS, "reverse-dns", CLAIMED, SENDING_HOST, SENDER_ADMIN, AFTER_FIX, NO)              \
    X(MALWARE, "malware", PERMANENT, MESSAGE, SENDER_ADMIN, AFTER_FIX, NO)                         \
    X(TOO_MANY_RECIPIENTS, "too-many-recipients", TRANSIENT, MESSAGE, SENDER_ADMIN, LATER, NO)     \
    X(TOO_MANY_CONNECTIONS, "too-many-connections", TRANSIENT, SENDING_HOST, SENDER_ADMIN, LATER,  \
      NO)                                                                                          \
    X(MAILBOX_MOVED, "mailbox-moved", PERMANENT, RECIPIENT, SENDER, NO, YES)                       \
    X(MAILBOX_UNKNOWN, "mailbox-unknown", PERMANENT, RECIPIENT, SENDER, NO, YES)                   \
    X(MAILBOX_DISABLED, "mailbox-disabled", CLAIMED, RECIPIENT, RECIPIENT, LATER, AFTER_REPEATS)   \
    X(ADDRESS_SYNTAX, "address-syntax", PERMANENT, RECIPIENT, SENDER, NO, YES)                     \
    X(DOMAIN_NO_MAIL, "domain-no-mail", PERMANENT, RECIPIENT, SENDER, NO, YES)                     \
    X(DOMAIN_UNKNOWN, "domain-unknown", PERMANENT, RECIPIENT, SENDER, NO, YES)                     \
    X(DNS_FAILURE, "dns-failure", TRANSIENT, PATH, NOBODY, LATER, NO)                              \
    X(MESSAGE_TOO_BIG, "message-too-big", PERMANENT, MESSAGE, SENDER, AFTER_FIX, NO)               \
    X(IP_BLOCKED, "ip-blocked", CLAIMED, SENDING_HOST, SENDER_ADMIN, AFTER_FIX, NO)                \
    X(RATE_LIMITED, "rate-limited", TRANSIENT, SENDING_HOST, SENDER_ADMIN, LATER, NO)              \
    X(RECIPIENT_REFUSED, "recipient-refused", PERMANENT, RECIPIENT, SENDER, AFTER_FIX, NO)         \
    X(SENDER_REJECTED, "sender-rejected", PERMANENT, SENDER, SENDER_ADMIN, AFTER_FIX, NO)          \
    X(RELAY_DENIED, "relay-denied", PERMANENT, RECIPIENT_DOMAIN, SENDER_ADMIN, AFTER_FIX, NO)      \
    X(REPUTATION, "reputation", CLAIMED, SENDING_HOST, SENDER_ADMIN, AFTER_FIX, NO)                \
    X(SPAM_CONTENT, "spam-content", PERMANENT, MESSAGE, SENDER, AFTER_FIX, NO)                     \
    X(NON_COMPLIANT, "non-compliant", PERMANENT, MESSAGE, SENDER_ADMIN, AFTER_FIX, NO)             \
    X(CONTENT_REJECTED, "content-rejected", PERMANENT, MESSAGE, SENDER, AFTER_FIX, NO)             \
    X(SYSTEM_FULL, "system-full", TRANSIENT, RECIPIENT_DOMAIN, RECIPIENT_ADMIN, LATER, NO)         \
    X(UNREACHABLE, "unreachable", TRANSIENT, PATH, NOBODY, LATER, NO)                              \
    X(POLICY, "policy", CLAIMED, SENDER, SENDER_ADMIN, AFTER_FIX, NO)                              \
    X(PROTOCOL, "protocol", CLAIMED, PATH, SENDER_ADMIN, AFTER_FIX, NO)                            \
    X(SYSTEM_ERROR, "system-error", CLAIMED, RECIPIENT_DOMAIN, RECIPIENT_ADMIN, LATER, NO)

typedef enum sst_kind {
#define SST_X_VOCABULARY(ident, id) SST_KIND_##ident,
    SST_KIND_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
} sst_kind;

typedef enum sst_permanence {
#define SST_X_VOCABULARY(ident, id) SST_PERMANENCE_##ident,
    SST_PERMANENCE_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
        SST_PERMANENCE_CLAIMED /* only as a reason's default: whatever the reply claims */
} sst_permanence;

typedef enum sst_scope {
#define SST_X_VOCABULARY(ident, id) SST_SCOPE_##ident,
    SST_SCOPE_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
} sst_scope;

typedef enum sst_actor {
#define SST_X_VOCABULARY(ident, id) SST_ACTOR_##ident,
    SST_ACTOR_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
} sst_actor;

typedef enum sst_retry {
#define SST_X_VOCABULARY(ident, id) SST_RETRY_##ident,
    SST_RETRY_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
        SST_RETRY_AS_CLAIMED /* only as the default of unknown: permanent no, otherwise later */
} sst_retry;

typedef enum sst_suppress {
#define SST_X_VOCABULARY(ident, id) SST_SUPPRESS_##ident,
    SST_SUPPRESS_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
} sst_suppress;

typedef enum sst_level {
#define SST_X_VOCABULARY(ident, id) SST_LEVEL_##ident,
    SST_LEVEL_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
} sst_level;

typedef enum sst_reason {
#define SST_X_VOCABULARY(ident, id, permanence, scope, actor, retry, suppress) SST_REASON_##ident,
    SST_REASON_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
        SST_REASON_COUNT
} sst_reason;

/* What a reason implies where neither the reply nor a rule says otherwise. */
typedef struct sst_reason_defaults {
    sst_permanence permanence;
    sst_scope scope;
    sst_actor actor;
    sst_retry retry;
    sst_suppress suppress;
} sst_reason_defaults;

SST_API sst_reason_defaults sst_reason_get_defaults(sst_reason reason);

/* The identifier of a value, as "mailbox-full"; "" for a value out of range. Static storage. */
SST_API const char *sst_kind_id(sst_kind kind);
SST_API const char *sst_permanence_id(sst_permanence permanence);
SST_API const char *sst_scope_id(sst_scope scope);
SST_API const char *sst_actor_id(sst_actor actor);
SST_API const char *sst_retry_id(sst_retry retry);
SST_API const char *sst_suppress_id(sst_suppress suppress);
SST_API const char *sst_level_id(sst_level level);
SST_API const char *sst_reason_id(sst_reason reason);

/* The value with an identifier of len bytes. Returns false, and leaves the value, where none has.
 */
SST_API bool sst_kind_parse(const char *id, size_t len, sst_kind *kind);
SST_API bool sst_permanence_parse(const char *id, size_t len, sst_permanence *permanence);
SST_API bool sst_scope_parse(const char *id, size_t len, sst_scope *scope);
SST_API bool sst_actor_parse(const char *id, size_t len, sst_actor *actor);
SST_API bool sst_retry_parse(const char *id, size_t len, sst_retry *retry);
SST_API bool sst_suppress_parse(const char *id, size_t len, sst_suppress *suppress);
SST_API bool sst_level_parse(const char *id, size_t len, sst_level *level);
SST_API bool sst_reason_parse(const char *id, size_t len, sst_reason *reason);

/* X(ident, identifier): why a client had no reply (status GeneralFailure). */
#define SST_LOCAL_ERROR_LIST(X)                                                                    \
    X(NONE, "")                                                                                    \
    X(HOST_NOT_FOUND, "host-not-found")                                                            \
    X(REFUSED, "refused")                                                                          \
    X(TIMEOUT, "timeout")                                                                          \
    X(CLOSED, "closed")                                                                            \
    X(TLS, "tls")                                                                                  \
    X(SASL, "sasl")                                                                                \
    X(PROTOCOL_VIOLATION, "protocol-violation")                                                    \
    X(CANCELLED, "cancelled")                                                                      \
    X(LOCAL, "local")

typedef enum sst_local_error {
#define SST_X_LOCAL_ERROR(ident, id) SST_LOCAL_ERROR_##ident,
    SST_LOCAL_ERROR_LIST(SST_X_LOCAL_ERROR)
#undef SST_X_LOCAL_ERROR
} sst_local_error;

SST_API const char *sst_local_error_id(sst_local_error error);

/*
 * What a reply answers: X(ident, identifier). EOM is the end of the message after DATA; a reply to
 * BDAT is one to that command.
 */
#define SST_COMMAND_LIST(X)                                                                        \
    X(NONE, "")                                                                                    \
    X(CONNECT, "CONNECT")                                                                          \
    X(EHLO, "EHLO")                                                                                \
    X(HELO, "HELO")                                                                                \
    X(LHLO, "LHLO")                                                                                \
    X(STARTTLS, "STARTTLS")                                                                        \
    X(AUTH, "AUTH")                                                                                \
    X(MAIL, "MAIL")                                                                                \
    X(RCPT, "RCPT")                                                                                \
    X(DATA, "DATA")                                                                                \
    X(BDAT, "BDAT")                                                                                \
    X(EOM, "EOM")                                                                                  \
    X(RSET, "RSET")                                                                                \
    X(NOOP, "NOOP")                                                                                \
    X(VRFY, "VRFY")                                                                                \
    X(EXPN, "EXPN")                                                                                \
    X(HELP, "HELP")                                                                                \
    X(ETRN, "ETRN")                                                                                \
    X(ATRN, "ATRN")                                                                                \
    X(BURL, "BURL")                                                                                \
    X(QUIT, "QUIT")

typedef enum sst_command {
#define SST_X_VOCABULARY(ident, id) SST_COMMAND_##ident,
    SST_COMMAND_LIST(SST_X_VOCABULARY)
#undef SST_X_VOCABULARY
} sst_command;

SST_API const char *sst_command_id(sst_command command);

/*
 * Reads a command as people and servers name it: its identifier in either case, "MAIL FROM",
 * "RCPT TO", "end of DATA", "end of message", "DATA END", "." and the like, arguments ignored.
 */
SST_API bool sst_command_parse(const char *text, size_t len, sst_command *command);

#ifdef __cplusplus
}
#endif
#endif
