/*
 * Enhanced mail system status codes, class.subject.detail (RFC 3463), and IANA's registry of them.
 *
 * An unregistered code is carried like any other and explained by its class and subject. What
 * stood on the wire is never changed or completed.
 */
#ifndef SMTPSTATUS_ENHANCED_H
#define SMTPSTATUS_ENHANCED_H

#include <stdbool.h>

#include <smtpstatus/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Three numbers; status_class 0 means that there is no enhanced code. */
typedef struct sst_enhanced {
    uint16_t status_class; /* 2 success, 4 transient, 5 permanent */
    uint16_t subject;
    uint16_t detail;
} sst_enhanced;

/*
 * The registered codes, by number: X(subject, detail, registered title, reference, basic codes).
 * basic codes are those that the registry lists beside it, separated by blanks; "" where it lists
 * none, "any" for every one. Source: IANA, SMTP Enhanced Status Codes, Enumerated Status Codes.
 */
#define SST_ENHANCED_LIST(X)                                                                       \
    X(0, 0, "Other undefined Status", "RFC 3463 3.1", "any")                                       \
    X(1, 0, "Other address status", "RFC 3463 3.2", "")                                            \
    X(1, 1, "Bad destination mailbox address", "RFC 3463 3.2", "451 550")                          \
    X(1, 2, "Bad destination system address", "RFC 3463 3.2", "")                                  \
    X(1, 3, "Bad destination mailbox address syntax", "RFC 3463 3.2", "501")                       \
    X(1, 4, "Destination mailbox address ambiguous", "RFC 3463 3.2", "")                           \
    X(1, 5, "Destination address valid", "RFC 3463 3.2", "250")                                    \
    X(1, 6, "Destination mailbox has moved, No forwarding address", "RFC 3463 3.2", "")            \
    X(1, 7, "Bad sender's mailbox address syntax", "RFC 3463 3.2", "")                             \
    X(1, 8, "Bad sender's system address", "RFC 3463 3.2", "451 501")                              \
    X(1, 9, "Message relayed to non-compliant mailer", "RFC 3886", "")                             \
    X(1, 10, "Recipient address has null MX", "RFC 7505; RFC 7504", "556")                         \
    X(2, 0, "Other or undefined mailbox status", "RFC 3463 3.3", "")                               \
    X(2, 1, "Mailbox disabled, not accepting messages", "RFC 3463 3.3", "")                        \
    X(2, 2, "Mailbox full", "RFC 3463 3.3", "552")                                                 \
    X(2, 3, "Message length exceeds administrative limit", "RFC 3463 3.3", "552")                  \
    X(2, 4, "Mailing list expansion problem", "RFC 3463 3.3", "450 452")                           \
    X(3, 0, "Other or undefined mail system status", "RFC 3463 3.4", "221 250 421 451 550 554")    \
    X(3, 1, "Mail system full", "RFC 3463 3.4", "452")                                             \
    X(3, 2, "System not accepting network messages", "RFC 3463; RFC 7504", "453 521")              \
    X(3, 3, "System not capable of selected features", "RFC 3463 3.4", "")                         \
    X(3, 4, "Message too big for system", "RFC 3463 3.4", "552 554")                               \
    X(3, 5, "System incorrectly configured", "RFC 3463 3.4", "")                                   \
    X(3, 6, "Requested priority was changed", "RFC 6710", "250 251")                               \
    X(4, 0, "Other or undefined network or routing status", "RFC 3463 3.5", "")                    \
    X(4, 1, "No answer from host", "RFC 3463 3.5", "451")                                          \
    X(4, 2, "Bad connection", "RFC 3463 3.5", "421")                                               \
    X(4, 3, "Directory server failure", "RFC 3463 3.5", "451 550")                                 \
    X(4, 4, "Unable to route", "RFC 3463 3.5", "")                                                 \
    X(4, 5, "Mail system congestion", "RFC 3463 3.5", "451")                                       \
    X(4, 6, "Routing loop detected", "RFC 3463 3.5", "")                                           \
    X(4, 7, "Delivery time expired", "RFC 3463 3.5", "")                                           \
    X(5, 0, "Other or undefined protocol status", "RFC 3463 3.6",                                  \
      "220 250 251 252 253 451 452 454 458 459 501 502 503 554")                                   \
    X(5, 1, "Invalid command", "RFC 3463 3.6", "430 500 501 503 530 550 554 555")                  \
    X(5, 2, "Syntax error", "RFC 3463 3.6", "500 501 502 550 555")                                 \
    X(5, 3, "Too many recipients", "RFC 3463 3.6", "451")                                          \
    X(5, 4, "Invalid command arguments", "RFC 3463 3.6", "451 501 502 503 504 550 555")            \
    X(5, 5, "Wrong protocol version", "RFC 3463 3.6", "")                                          \
    X(5, 6, "Authentication Exchange line is too long", "RFC 4954", "500")                         \
    X(6, 0, "Other or undefined media error", "RFC 3463 3.7", "")                                  \
    X(6, 1, "Media not supported", "RFC 3463 3.7", "")                                             \
    X(6, 2, "Conversion required and prohibited", "RFC 3463 3.7", "")                              \
    X(6, 3, "Conversion required but not supported", "RFC 3463 3.7", "554")                        \
    X(6, 4, "Conversion with loss performed", "RFC 3463 3.7", "250")                               \
    X(6, 5, "Conversion Failed", "RFC 3463 3.7", "")                                               \
    X(6, 6, "Message content not available", "RFC 4468", "554")                                    \
    X(6, 7, "Non-ASCII addresses not permitted for that sender/recipient", "RFC 6531", "553 550")  \
    X(6, 8, "UTF-8 string reply is required, but not permitted by the SMTP client", "RFC 6531",    \
      "252 553 550")                                                                               \
    X(6, 9,                                                                                        \
      "UTF-8 header message cannot be transferred to one or more recipients, so the message must " \
      "be rejected",                                                                               \
      "RFC 6531", "550")                                                                           \
    X(6, 10, "Deprecated duplicate of X.6.8", "RFC 6531", "")                                      \
    X(7, 0, "Other or undefined security status", "RFC 3463 3.8",                                  \
      "220 235 450 454 500 501 503 504 530 535 550")                                               \
    X(7, 1, "Delivery not authorized, message refused", "RFC 3463 3.8",                            \
      "451 454 502 503 533 550 551")                                                               \
    X(7, 2, "Mailing list expansion prohibited", "RFC 3463 3.8", "550")                            \
    X(7, 3, "Security conversion required but not possible", "RFC 3463 3.8", "")                   \
    X(7, 4, "Security features not supported", "RFC 3463 3.8", "504")                              \
    X(7, 5, "Cryptographic failure", "RFC 3463 3.8", "")                                           \
    X(7, 6, "Cryptographic algorithm not supported", "RFC 3463 3.8", "")                           \
    X(7, 7, "Message integrity failure", "RFC 3463 3.8", "")                                       \
    X(7, 8, "Authentication credentials invalid", "RFC 4954", "535 554")                           \
    X(7, 9, "Authentication mechanism is too weak", "RFC 4954", "534")                             \
    X(7, 10, "Encryption Needed", "RFC 5248", "523")                                               \
    X(7, 11, "Encryption required for requested authentication mechanism", "RFC 4954", "524 538")  \
    X(7, 12, "A password transition is needed", "RFC 4954", "422 432")                             \
    X(7, 13, "User Account Disabled", "RFC 5248", "525")                                           \
    X(7, 14, "Trust relationship required", "RFC 5248", "535 554")                                 \
    X(7, 15, "Priority Level is too low", "RFC 6710", "450 550")                                   \
    X(7, 16, "Message is too big for the specified priority", "RFC 6710", "552")                   \
    X(7, 17, "Mailbox owner has changed", "RFC 7293", "5XX")                                       \
    X(7, 18, "Domain owner has changed", "RFC 7293", "5XX")                                        \
    X(7, 19, "RRVS test cannot be completed", "RFC 7293", "5XX")                                   \
    X(7, 20, "No passing DKIM signature found", "RFC 7372; RFC 6376", "550")                       \
    X(7, 21, "No acceptable DKIM signature found", "RFC 7372; RFC 6376", "550")                    \
    X(7, 22, "No valid author-matched DKIM signature found", "RFC 7372; RFC 6376", "550")          \
    X(7, 23, "SPF validation failed", "RFC 7372; RFC 7208", "550")                                 \
    X(7, 24, "SPF validation error", "RFC 7372; RFC 7208", "451 550")                              \
    X(7, 25, "Reverse DNS validation failed", "RFC 7372", "550")                                   \
    X(7, 26, "Multiple authentication checks failed", "RFC 7372", "550")                           \
    X(7, 27, "Sender address has null MX", "RFC 7505", "550")                                      \
    X(7, 28, "Mail flood detected", "draft-levine-mailbomb-header", "")                            \
    X(7, 29, "ARC validation failure", "RFC 8617", "550")                                          \
    X(7, 30, "REQUIRETLS support required", "RFC 8689", "550")

/* How many subject.detail pairs are registered, and the one at a position, with status_class 0. */
SST_API size_t sst_enhanced_count(void);
SST_API sst_enhanced sst_enhanced_at(size_t position);

/*
 * Reads class.subject.detail from the first bytes of text: class 2, 4 or 5, subject and detail of
 * one to three digits, not followed by a further digit or by a dot and a digit (RFC 3463 2).
 * Returns how many bytes it took, or 0 and leaves *enhanced.
 */
SST_API size_t sst_enhanced_parse(const char *text, size_t len, sst_enhanced *enhanced);

/*
 * Writes "5.1.1" with a terminating NUL into a buffer of size bytes; an absent code gives "".
 * Returns the length without the NUL, or SST_E_NO_SPACE. SST_ENHANCED_STRING_MAX bytes are always
 * enough.
 */
#define SST_ENHANCED_STRING_MAX 18
SST_API int sst_enhanced_to_string(sst_enhanced enhanced, char *buffer, size_t size);

/* Whether subject.detail is registered. */
SST_API bool sst_enhanced_is_registered(sst_enhanced enhanced);

/* The title, defining documents and basic codes of the registry; NULL where it is not registered.
 * Static storage. */
SST_API const char *sst_enhanced_title(sst_enhanced enhanced);
SST_API const char *sst_enhanced_reference(sst_enhanced enhanced);
SST_API const char *sst_enhanced_basic_codes(sst_enhanced enhanced);

#ifdef __cplusplus
}
#endif
#endif
