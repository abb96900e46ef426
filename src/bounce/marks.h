/*
 * Marks: words in a report, in any language, that tell which system wrote it, or what became of the
 * message.
 */
#ifndef BOUNCE_MARKS_H
#define BOUNCE_MARKS_H

#include "bounce/phrase.h"

/*
 * The systems: X(ident, identifier). Where marks of several are found the earlier one wins: those
 * whose marks are their own stand before those whose wording others have taken over.
 */
#define SYSTEM_LIST(X)                                                                             \
    X(GMAIL, "gmail")                                                                              \
    X(EXCHANGE_ONLINE, "exchange-online")                                                          \
    X(EXCHANGE, "exchange")                                                                        \
    X(AMAZON_SES, "amazon-ses")                                                                    \
    X(AMAZON_WORKMAIL, "amazon-workmail")                                                          \
    X(QMAIL, "qmail")                                                                              \
    X(POSTFIX, "postfix")                                                                          \
    X(OPENSMTPD, "opensmtpd")                                                                      \
    X(COURIER, "courier")                                                                          \
    X(DRAGONFLY, "dragonfly")                                                                      \
    X(GMX, "gmx")                                                                                  \
    X(KDDI, "kddi")                                                                                \
    X(EXIM, "exim")                                                                                \
    X(SENDMAIL, "sendmail")                                                                        \
    X(DOMINO, "domino")                                                                            \
    X(MESSAGING_SERVER, "messaging-server")                                                        \
    X(ACTIVEHUNTER, "activehunter")                                                                \
    X(IMAIL, "imail")                                                                              \
    X(MDAEMON, "mdaemon")                                                                          \
    X(INTERSCAN, "interscan")                                                                      \
    X(MAILFOUNDRY, "mailfoundry")                                                                  \
    X(MAILMARSHAL, "mailmarshal")                                                                  \
    X(SURFCONTROL, "surfcontrol")                                                                  \
    X(MFILTER, "mfilter")                                                                          \
    X(JAMES, "james")                                                                              \
    X(IRONPORT, "ironport")                                                                        \
    X(BARRACUDA, "barracuda")                                                                      \
    X(YANDEX, "yandex")                                                                            \
    X(MAILRU, "mailru")                                                                            \
    X(ZOHO, "zoho")                                                                                \
    X(YAHOO, "yahoo")                                                                              \
    X(HARAKA, "haraka")                                                                            \
    X(POWERMTA, "powermta")                                                                        \
    X(SENDGRID, "sendgrid")                                                                        \
    X(MIMECAST, "mimecast")                                                                        \
    X(HMAILSERVER, "hmailserver")                                                                  \
    X(KUMOMTA, "kumomta")                                                                          \
    X(FML, "fml")

enum {
    SYSTEM_NONE,
#define SYSTEM(ident, id) SYSTEM_##ident,
    SYSTEM_LIST(SYSTEM)
#undef SYSTEM
};

/* What words say of the message, besides who wrote it. */
enum { SAYS_FAILED = 1, SAYS_DELAYED = 2, SAYS_DELIVERED = 4, SAYS_RELAYED = 8 };

/* The identifier of a system, as "exim"; NULL for SYSTEM_NONE. */
const char *sst_bounce_system_id(unsigned char system);

/* Indexes all marks. */
void sst_bounce_index_marks(bounce_phrase_index *index);

#endif
