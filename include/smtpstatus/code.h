/*
 * SMTP reply codes as an open enumeration: every code that an RFC defines or that servers are
 * known to send has a name, a value and texts; any other number is carried as it is.
 *
 * Codes travel as int. Two members are not reply codes: GeneralFailure (-1), when no reply was
 * had at all, and NotDefined (0), when no status was recorded. Neither is ever an error number:
 * those start at -1000 (base.h).
 */
#ifndef SMTPSTATUS_CODE_H
#define SMTPSTATUS_CODE_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The members, in declaration order: X(ident, value, name, standing, reference, commands).
 *
 * ident      the enumerator is SST_CODE_<ident>
 * value      the number on the wire
 * name       the name as an identifier; misspelt names of the enumeration are kept
 * standing   SST_STANDING_<standing>
 * reference  where it is defined, with the section; "-" where nothing defines it
 * commands   what it can answer, separated by blanks: SMTP, LMTP and extension verbs, CONNECT for
 *            the greeting, EOM for the end of the message, "any" for every command; "" for none
 *
 * A switch, an array or a printer can be made from it:
 *
 *     #define CASE(ident, value, name, standing, reference, commands) case value: return #name;
 *     switch (code) { SST_CODE_LIST(CASE) }
 */
#define SST_CODE_LIST(X)                                                                           \
    X(NOT_DEFINED, 0, NotDefined, ENUMERATION, "-", "")                                            \
    X(GENERAL_FAILURE, -1, GeneralFailure, ENUMERATION, "-", "")                                   \
    X(SYSTEM_STATUS, 211, SystemStatus, ENUMERATION, "RFC 5321 4.2.2", "HELP")                     \
    X(HELP_MESSAGE, 214, HelpMessage, ENUMERATION, "RFC 5321 4.2.2", "HELP")                       \
    X(SERVICE_READY, 220, ServiceReady, ENUMERATION, "RFC 5321 4.2.2; RFC 3207 4",                 \
      "CONNECT STARTTLS")                                                                          \
    X(SERVICE_CLOSING_TRANSMISSION_CHANNEL, 221, ServiceClosingTransmissionChannel, ENUMERATION,   \
      "RFC 5321 4.2.2", "QUIT")                                                                    \
    X(AUTHENTICATION_SUCCEEDED, 235, AuthenticationSucceeded, ENUMERATION, "RFC 4954 6", "AUTH")   \
    X(OK, 250, Ok, ENUMERATION,                                                                    \
      "RFC 5321 4.2.2; RFC 2033 4.2; RFC 3030 2; RFC 4468 3.2; RFC 1985 5.1; RFC 2645 7",          \
      "EHLO HELO LHLO MAIL RCPT EOM BDAT BURL RSET VRFY EXPN NOOP ETRN ATRN")                      \
    X(USER_NOT_LOCAL_WILL_FORWARD, 251, UserNotLocalWillForward, ENUMERATION,                      \
      "RFC 5321 4.2.2; RFC 1985 5.1", "RCPT VRFY ETRN")                                            \
    X(CANNOT_VERIFY_USER_WILL_ATTEMPT_DELIVERY, 252, CannotVerifyUserWillAttemptDelivery,          \
      ENUMERATION, "RFC 5321 4.2.2; RFC 6531 3.7.4.2; RFC 1985 5.1", "VRFY EXPN ETRN")             \
    X(BASE64_RESPONSE, 334, Base64Response, ENUMERATION, "RFC 4954 4", "AUTH")                     \
    X(START_MAIL_INPUT, 354, StartMailInput, ENUMERATION, "RFC 5321 4.2.2", "DATA")                \
    X(SERVICE_NOT_AVAILABLE, 421, ServiceNotAvailable, ENUMERATION, "RFC 5321 4.2.2",              \
      "CONNECT any")                                                                               \
    X(PASSWORD_TRANSITION_NEEDED, 432, PasswordTransitionNeeded, ENUMERATION, "RFC 4954 6",        \
      "AUTH")                                                                                      \
    X(MAILBOX_BUSY, 450, MailboxBusy, ENUMERATION, "RFC 5321 4.2.2; RFC 6710 4.1; RFC 2645 7",     \
      "MAIL RCPT EOM BDAT ATRN")                                                                   \
    X(LOCAL_ERROR_IN_PROCESSING, 451, LocalErrorInProcessing, ENUMERATION,                         \
      "RFC 5321 4.2.2; RFC 7372 3.2; RFC 2645 7", "MAIL RCPT EOM BDAT ATRN")                       \
    X(INSUFFICIENT_STORAGE, 452, InsufficientStorage, ENUMERATION,                                 \
      "RFC 5321 4.2.2; RFC 5321 4.5.3.1.10; RFC 1870 6", "MAIL RCPT EOM BDAT")                     \
    X(CLIENT_NOT_PERMITTED, 454, ClientNotPermitted, ENUMERATION, "RFC 3207 4; RFC 4954 6",        \
      "STARTTLS AUTH")                                                                             \
    X(COMMAND_UNRECOGNIZED, 500, CommandUnrecognized, ENUMERATION,                                 \
      "RFC 5321 4.2.2; RFC 4954 6; RFC 2033 4.1", "any")                                           \
    X(SYNTAX_ERROR, 501, SyntaxError, ENUMERATION, "RFC 5321 4.2.2; RFC 4954 4; RFC 3207 4",       \
      "any")                                                                                       \
    X(COMMAND_NOT_IMPLEMENTED, 502, CommandNotImplemented, ENUMERATION,                            \
      "RFC 5321 4.2.2; RFC 5321 4.2.4; RFC 2645 7", "EHLO VRFY EXPN HELP ATRN")                    \
    X(COMMAND_NOT_PERMITTED, 503, CommandNotPermitted, ENUMERATION,                                \
      "RFC 5321 4.2.2; RFC 4954 4; RFC 3030 2; RFC 2033 4.2; RFC 4468 6",                          \
      "MAIL RCPT DATA BDAT BURL AUTH")                                                             \
    X(UNRECOGNIZED_AUTHENTICATION_TYPE, 504, UnrecognizedAuthenticationType, ENUMERATION,          \
      "RFC 5321 4.2.2; RFC 4954 4", "EHLO HELO VRFY EXPN HELP AUTH")                               \
    X(AUTHENTICATION_REQUIRED, 530, AuthenticationRequired, ENUMERATION,                           \
      "RFC 4954 6; RFC 3207 4; RFC 2645 7", "MAIL RCPT DATA BDAT VRFY EXPN ETRN ATRN AUTH")        \
    X(AUTHENTICATION_MECHANISM_IS_TO_WEAK, 534, AuthenticationMechanismIsToWeak, ENUMERATION,      \
      "RFC 4954 6", "AUTH")                                                                        \
    X(CREDENTIALS_INVALID, 535, CredentialsInvalid, ENUMERATION, "RFC 4954 6", "AUTH")             \
    X(ENCRYPTION_REQUIRED_REQUESTED_MECHANISM, 538, EncryptionRequiredRequestedMechanism,          \
      ENUMERATION, "RFC 4954 6", "AUTH")                                                           \
    X(MAILBOX_UNAVAILABLE, 550, MailboxUnavailable, ENUMERATION,                                   \
      "RFC 5321 4.2.2; RFC 6531 3.5; RFC 7372 3; RFC 7505 4.1; RFC 6710 4.1; RFC 8689 7",          \
      "EHLO MAIL RCPT VRFY EXPN EOM BDAT")                                                         \
    X(USER_NOT_LOCAL_TRY_ALTERNATE_PATH, 551, UserNotLocalTryAlternatePath, ENUMERATION,           \
      "RFC 5321 4.2.2; RFC 5321 3.4", "RCPT VRFY")                                                 \
    X(EXCEEDED_STORAGE_ALLOCATION, 552, ExceededStorageAllocation, ENUMERATION,                    \
      "RFC 5321 4.2.2; RFC 1870 6; RFC 6710 5", "MAIL RCPT EOM BDAT")                              \
    X(MAILBOX_NAME_NOT_ALLOWED, 553, MailboxNameNotAllowed, ENUMERATION,                           \
      "RFC 5321 4.2.2; RFC 6531 3.5", "MAIL RCPT VRFY")                                            \
    X(TRANSACTION_FAILED, 554, TransactionFailed, ENUMERATION,                                     \
      "RFC 5321 4.2.2; RFC 5321 3.1; RFC 3207 4; RFC 4468 6", "CONNECT DATA EOM BDAT BURL any")    \
    X(NON_STANDARD_OK, 200, NonStandardOk, WILD, "RFC 876", "RSET NOOP")                           \
    X(PENDING_MESSAGES_STARTED, 253, PendingMessagesStarted, STANDARD, "RFC 1985 5.1", "ETRN")     \
    X(PER_RECIPIENT_REPLIES_FOLLOW, 353, PerRecipientRepliesFollow, WILD, "draft-hall-prdr",       \
      "EOM")                                                                                       \
    X(RESUME_FROM_OFFSET, 355, ResumeFromOffset, HISTORIC, "RFC 1845 3", "MAIL")                   \
    X(PASSWORD_TRANSITION_REGISTERED, 422, PasswordTransitionRegistered, REGISTERED,               \
      "RFC 5248 2.4; IANA X.7.12", "AUTH")                                                         \
    X(COMMAND_NOT_ALLOWED_NOW, 430, CommandNotAllowedNow, REGISTERED, "RFC 5248 2.4; IANA X.5.1",  \
      "any")                                                                                       \
    X(DESTINATION_OVERLOADED, 431, DestinationOverloaded, WILD, "-", "RCPT EOM")                   \
    X(RECIPIENT_SERVER_NOT_RESPONDING, 441, RecipientServerNotResponding, WILD, "-", "RCPT EOM")   \
    X(CONNECTION_DROPPED, 442, ConnectionDropped, WILD, "-", "any")                                \
    X(HOP_COUNT_EXCEEDED, 446, HopCountExceeded, WILD, "-", "EOM")                                 \
    X(DELIVERY_TIMED_OUT, 447, DeliveryTimedOut, WILD, "-", "EOM")                                 \
    X(ROUTING_PROBLEM, 449, RoutingProblem, WILD, "-", "RCPT")                                     \
    X(NO_MAIL_WAITING, 453, NoMailWaiting, STANDARD, "RFC 2645 7", "ATRN")                         \
    X(PARAMETERS_NOT_ACCOMMODATED, 455, ParametersNotAccommodated, STANDARD,                       \
      "RFC 5321 4.2.2; RFC 5321 4.1.1.11", "MAIL RCPT")                                            \
    X(UNABLE_TO_QUEUE_MESSAGES, 458, UnableToQueueMessages, STANDARD, "RFC 1985 5.1", "ETRN")      \
    X(NODE_NOT_ALLOWED, 459, NodeNotAllowed, STANDARD, "RFC 1985 5.1", "ETRN")                     \
    X(LOCAL_FILTER_FAILURE, 471, LocalFilterFailure, WILD, "-", "EOM")                             \
    X(BAD_ADDRESS, 510, BadAddress, WILD, "-", "MAIL RCPT")                                        \
    X(BAD_DESTINATION_ADDRESS, 511, BadDestinationAddress, WILD, "-", "RCPT")                      \
    X(DESTINATION_DOMAIN_NOT_FOUND, 512, DestinationDomainNotFound, WILD, "-", "RCPT")             \
    X(ADDRESS_TYPE_INCORRECT, 513, AddressTypeIncorrect, WILD, "-", "RCPT")                        \
    X(HOST_DOES_NOT_ACCEPT_MAIL, 521, HostDoesNotAcceptMail, STANDARD, "RFC 7504 3",               \
      "CONNECT any")                                                                               \
    X(ENCRYPTION_NEEDED, 523, EncryptionNeeded, REGISTERED, "RFC 5248 2.4; IANA X.7.10", "AUTH")   \
    X(ENCRYPTION_REQUIRED_FOR_MECHANISM, 524, EncryptionRequiredForMechanism, REGISTERED,          \
      "RFC 5248 2.4; IANA X.7.11", "AUTH")                                                         \
    X(USER_ACCOUNT_DISABLED, 525, UserAccountDisabled, REGISTERED, "RFC 5248 2.4; IANA X.7.13",    \
      "AUTH")                                                                                      \
    X(DELIVERY_NOT_AUTHORIZED, 533, DeliveryNotAuthorized, REGISTERED, "RFC 5248 2.4; IANA X.7.1", \
      "RCPT")                                                                                      \
    X(REJECTED_AS_SPAM, 541, RejectedAsSpam, WILD, "-", "EOM")                                     \
    X(PARAMETERS_NOT_RECOGNIZED, 555, ParametersNotRecognized, STANDARD,                           \
      "RFC 5321 4.2.2; RFC 5321 4.1.1.11", "MAIL RCPT")                                            \
    X(DOMAIN_DOES_NOT_ACCEPT_MAIL, 556, DomainDoesNotAcceptMail, STANDARD, "RFC 7504 4", "RCPT")   \
    X(MESSAGE_REFUSED, 571, MessageRefused, WILD, "-", "RCPT EOM")

typedef enum sst_code {
#define SST_X_CODE(ident, value, name, standing, reference, commands) SST_CODE_##ident = (value),
    SST_CODE_LIST(SST_X_CODE)
#undef SST_X_CODE
    /* The name as it should have been spelt. */
    SST_CODE_AUTHENTICATION_MECHANISM_IS_TOO_WEAK = SST_CODE_AUTHENTICATION_MECHANISM_IS_TO_WEAK
} sst_code;

/* Where a member comes from: X(ident, identifier in output). */
#define SST_STANDING_LIST(X)                                                                       \
    X(NONE, "")                                                                                    \
    X(ENUMERATION, "enumeration") /* one of the 32 of SmtpStatusCode */                            \
    X(STANDARD, "standard")       /* defined by an RFC on the standards track */                   \
    X(REGISTERED, "registered")   /* only listed beside an enhanced code in IANA's registry */     \
    X(WILD, "wild")               /* seen from servers, defined by no RFC */                       \
    X(HISTORIC, "historic")       /* from an experiment or a withdrawn practice */

typedef enum sst_standing {
#define SST_X_STANDING(ident, id) SST_STANDING_##ident,
    SST_STANDING_LIST(SST_X_STANDING)
#undef SST_X_STANDING
} sst_standing;

/* How many members there are. */
SST_API size_t sst_code_count(void);

/* The value of the member at a position, 0 to count - 1, in declaration order; NotDefined beyond.
 */
SST_API int sst_code_at(size_t position);

/* The same in the order of the values, GeneralFailure (-1) first. */
SST_API int sst_code_at_by_value(size_t position);

/* Whether the number is a member. */
SST_API bool sst_code_is_defined(int code);

/* "MailboxUnavailable" for 550; NULL for a number that is no member. Static storage. */
SST_API const char *sst_code_name(int code);

/* "SST_CODE_MAILBOX_UNAVAILABLE" for 550; NULL for a number that is no member. Static storage. */
SST_API const char *sst_code_c_name(int code);

/*
 * The other names in use for the same number: those of .NET's SmtpStatusCode, of MailKit, and the
 * corrected spelling. The position counts from 0; NULL when there are no more. Static storage.
 */
SST_API const char *sst_code_alias(int code, size_t position);

/* Where the member comes from; SST_STANDING_NONE for a number that is no member. */
SST_API sst_standing sst_code_standing(int code);

/* The identifier of a standing, as "standard". Static storage. */
SST_API const char *sst_standing_id(sst_standing standing);

/* The defining documents as in SST_CODE_LIST; "" for a number that is no member. */
SST_API const char *sst_code_reference(int code);

/* The commands that it can answer, as in SST_CODE_LIST; "" for a number that is no member. */
SST_API const char *sst_code_commands(int code);

/*
 * Reads a name or a number of len bytes: a member's name, its C name with or without SST_CODE_, an
 * alias, upper-snake spelling, or a decimal number (any int; it need not be a member). With
 * ignore_case the ASCII letters compare without case. Returns true and sets *code, or returns
 * false and leaves it.
 */
SST_API bool sst_code_parse(const char *text, size_t len, bool ignore_case, int *code);

/*
 * Writes the name, or the number where there is no name or as_number is set, with a terminating
 * NUL into a buffer of size bytes. Returns the length without the NUL, or SST_E_NO_SPACE.
 * SST_CODE_STRING_MAX bytes are always enough.
 */
#define SST_CODE_STRING_MAX 64
SST_API int sst_code_to_string(int code, bool as_number, char *buffer, size_t size);

/*
 * The first digit of a reply code (RFC 5321 4.2.1): 1 to 5, for any number from 100 to 599, member
 * or not; 0 for every other number.
 */
SST_API int sst_code_class(int code);

/*
 * The second digit (RFC 5321 4.2.1): 0 syntax, 1 information, 2 connections, 3 and 4 unspecified,
 * 5 mail system; -1 for a number outside 100 to 599 or a digit above 5.
 */
SST_API int sst_code_category(int code);

/* The severity by the first digit (RFC 5321 4.2.1). */
typedef enum sst_severity {
    SST_SEVERITY_UNKNOWN,      /* no reply code */
    SST_SEVERITY_PRELIMINARY,  /* 1yz, not used by SMTP */
    SST_SEVERITY_COMPLETION,   /* 2yz, done */
    SST_SEVERITY_INTERMEDIATE, /* 3yz, go on */
    SST_SEVERITY_TRANSIENT,    /* 4yz, not now */
    SST_SEVERITY_PERMANENT     /* 5yz, no */
} sst_severity;

SST_API sst_severity sst_code_severity(int code);

#ifdef __cplusplus
}
#endif
#endif
