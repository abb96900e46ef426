/*
 * What a message is, by words that mail systems put into the header and at the top of a report. The
 * words are gone through once, with all marks in one table.
 */
#include "bounce/system.h"

#include "mime/line.h"
#include "mime/words.h"

/* Only the top of a report is looked through for marks. */
#define TOP_OF_WORDS ((size_t)3000)

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
    X(KUMOMTA, "kumomta")

enum {
    SYSTEM_NONE,
#define SYSTEM(ident, id) SYSTEM_##ident,
    SYSTEM_LIST(SYSTEM)
#undef SYSTEM
};

static const char *const system_ids[] = {NULL,
#define SYSTEM(ident, id) id,
                                         SYSTEM_LIST(SYSTEM)
#undef SYSTEM
};

/* What words say of the message, besides who wrote it. */
enum { SAYS_FAILED = 1, SAYS_DELAYED = 2, SAYS_DELIVERED = 4, SAYS_RELAYED = 8 };

#define BY(system, text) BOUNCE_PHRASE(text, SYSTEM_##system, 0)
#define FAILED(text)     BOUNCE_PHRASE(text, SYSTEM_NONE, SAYS_FAILED)
#define DELAYED(text)    BOUNCE_PHRASE(text, SYSTEM_NONE, SAYS_DELAYED)
#define DELIVERED(text)  BOUNCE_PHRASE(text, SYSTEM_NONE, SAYS_DELIVERED)
#define RELAYED(text)    BOUNCE_PHRASE(text, SYSTEM_NONE, SAYS_RELAYED)

/* Marks in a report's words, each beginning with a word. */
static const bounce_phrase marks[] = {
    BY(GMAIL, "google tried to deliver your message"),
    BY(EXCHANGE_ONLINE, "office 365"),
    BY(EXCHANGE, "diagnostic information for administrators"),
    BY(EXCHANGE, "generating server:"),
    BY(EXCHANGE, "msexch:"),
    BY(AMAZON_WORKMAIL, "technical report:"),
    BY(QMAIL, "this is the qmail"),
    BY(QMAIL, "hi. this is the"),
    BY(POSTFIX, "this is the mail system at host"),
    BY(POSTFIX, "this is the postfix program"),
    BY(POSTFIX, "this is the \xE3\x83\xA1\xE3\x83\xBC\xE3\x83\xAB"),
    BY(OPENSMTPD, "this is the mailer-daemon, please do not reply"),
    BY(COURIER, "running the courier mail server"),
    BY(DRAGONFLY, "this is the dragonfly mail agent"),
    BY(EXIM, "created automatically by mail delivery software"),
    BY(EXIM, "generated by exim"),
    BY(SENDMAIL, "the following addresses had permanent fatal errors"),
    BY(SENDMAIL, "transcript of session follows"),
    BY(SENDMAIL, "the following addresses had transient non-fatal errors"),
    BY(DOMINO, "was not delivered to:"),
    BY(MESSAGING_SERVER, "this report relates to a message you sent"),
    BY(MDAEMON, "session transcript"),
    BY(MAILFOUNDRY, "this has been a permanent failure.  no further delivery"),
    BY(SURFCONTROL, "a transcript of the attempts to send the message"),
    BY(MFILTER, "-------server message"),
    BY(JAMES, "the james mail server"),
    BY(IRONPORT, "the following message to <"),
    BY(BARRACUDA, "blocked by our spam firewall"),
    BY(HARAKA, "the haraka mailer program"),
    BY(POWERMTA, "hello, this is the mail server on"),
    BY(HMAILSERVER, "hmailserver sent:"),
    BY(KUMOMTA, "while communicating with"),
    BY(EXCHANGE, "diagnoseinformationen für administratoren"),
    BY(EXCHANGE, "informations de diagnostic pour les administrateurs"),
    BY(EXCHANGE, "información de diagnóstico para administradores"),
    BY(EXCHANGE, "informazioni di diagnostica per gli amministratori"),
    BY(EXCHANGE, "informações de diagnóstico para administradores"),
    BY(EXCHANGE, "diagnostische gegevens voor beheerders"),
    BY(EXCHANGE, "管理者向けの診断情報"),
    BY(EXCHANGE, "供管理员使用的诊断信息"),
    BY(EXCHANGE, "传递到以下收件人或组时失败"),
    BY(EXCHANGE, "Диагностические сведения для администраторов"),
    DELIVERED("successfully delivered"),
    DELIVERED("was successfully delivered"),
    DELIVERED("had successful delivery notifications"),
    DELIVERED("has been delivered to the following"),
    DELIVERED("your message has been delivered"),
    RELAYED("no delivery notification was sent by the destination"),
    RELAYED("relayed to non-dsn-aware mailer"),
    DELAYED("warning message only"),
    DELAYED("has not yet been delivered"),
    DELAYED("not been delivered yet"),
    DELAYED("has been delayed"),
    DELAYED("will be retried"),
    DELAYED("still being tried"),
    DELAYED("will keep trying"),
    DELAYED("will continue to try"),
    DELAYED("will retry for"),
    DELAYED("delivery will continue"),
    DELAYED("transient non-fatal errors"),
    DELAYED("not yet been delivered"),
    DELAYED("will continue to be"),
    DELAYED("temporary problem delivering"),
    DELAYED("is delayed for"),
    FAILED("could not be deliver"),
    FAILED("couldn't be deliver"),
    FAILED("was not deliver"),
    FAILED("wasn't deliver"),
    FAILED("unable to deliver"),
    FAILED("delivery fail"),
    FAILED("delivery has failed"),
    FAILED("not been deliver"),
    FAILED("failed permanently"),
    FAILED("permanent error"),
    FAILED("permanent fatal"),
    FAILED("did not reach"),
    FAILED("undeliverable"),
    FAILED("could not deliver"),
    FAILED("can't be delivered"),
    FAILED("cannot be delivered"),
    FAILED("error delivering"),
    FAILED("returned to sender"),
    FAILED("delivery status notif"),
    FAILED("delivery to the following"),
    FAILED("the following address"),
    FAILED("non-delivery"),
    FAILED("nondelivery"),
    FAILED("user unknown"),
    FAILED("unknown user"),
    FAILED("mailbox is full"),
    FAILED("said: 5"),
    FAILED("said: 4"),
    FAILED("<<< 5"),
    FAILED("transcript of session"),
    FAILED("mail delivery system"),
    FAILED("was undeliverable"),
    FAILED("did not like our"),
    FAILED("was not delivered"),
    FAILED("has been delayed"),
    FAILED("mail system at host"),
};

/* Marks in fields of the header; "": the field is there. */
static const struct {
    const char *field;
    const char *mark;
    unsigned char system;
} header_marks[] = {
    {"From", "@googlemail.com", SYSTEM_GMAIL},
    {"X-Gm-Message-State", "", SYSTEM_GMAIL},
    {"X-MS-Exchange-Message-Is-Ndr", "", SYSTEM_EXCHANGE_ONLINE},
    {"X-Mailer", "internet mail service", SYSTEM_EXCHANGE},
    {"X-MimeOLE", "microsoft exchange", SYSTEM_EXCHANGE},
    {"Content-Class", "urn:content-classes:dsn", SYSTEM_EXCHANGE},
    {"From", "amazonses.com", SYSTEM_AMAZON_SES},
    {"X-SES-Outgoing", "", SYSTEM_AMAZON_SES},
    {"X-Mailer", "amazon workmail", SYSTEM_AMAZON_WORKMAIL},
    {"X-GMX-Antispam", "", SYSTEM_GMX},
    {"From", "@gmx.", SYSTEM_GMX},
    {"From", "dion.ne.jp", SYSTEM_KDDI},
    {"From", "ezweb.ne.jp", SYSTEM_KDDI},
    {"From", "auone-net.jp", SYSTEM_KDDI},
    {"X-Failed-Recipients", "", SYSTEM_EXIM},
    {"X-MIMETrack", "", SYSTEM_DOMINO},
    {"X-AHMAILID", "", SYSTEM_ACTIVEHUNTER},
    {"X-Mailer", "<smtp32", SYSTEM_IMAIL},
    {"X-MDaemon-Deliver-To", "", SYSTEM_MDAEMON},
    {"From", "interscan", SYSTEM_INTERSCAN},
    {"From", "mailmarshal", SYSTEM_MAILMARSHAL},
    {"From", "@yandex.", SYSTEM_YANDEX},
    {"From", "@corp.mail.ru", SYSTEM_MAILRU},
    {"X-ZohoMail", "", SYSTEM_ZOHO},
    {"From", "@yahoo.", SYSTEM_YAHOO},
    {"From", "sendgrid", SYSTEM_SENDGRID},
    {"From", "mimecast", SYSTEM_MIMECAST},
};

/* Who sends reports. */
static const char *const report_senders[] = {
    "mailer-daemon",
    "postmaster@",
    "mail delivery",
    "mail administrator",
    "system administrator",
    "mdaemon@",
    "mailmarshal",
    "mailerdaemon",
    "mail_delivery",
    "maildelivery",
    "delivery subsystem",
    "post office",
    "microsoftexchange",
    "bounce@",
    "bounces@",
    "mailer_daemon",
    "daemon@",
    NULL,
};

/* What subjects of reports hold. */
static const char *const report_subjects[] = {
    "undeliver",
    "failure notice",
    "returned mail",
    "mail delivery",
    "delivery status",
    "delivery fail",
    "delivery has fail",
    "mail system error",
    "message delivery",
    "delivery notif",
    "delivery problem",
    "delivery report",
    "delivery error",
    "non-delivery",
    "nondelivery",
    "not delivered",
    "could not be deliv",
    "could not deliver",
    "unable to deliver",
    "unzustellbar",
    "rejected",
    "undelivered",
    "mail failure",
    "non recapitabile",
    "non remis",
    "no se puede entregar",
    "no entregado",
    "returned to sender",
    "failed mail",
    "mail error",
    "delayed mail",
    "bounce",
    "considered unsolicited",
    "failure delivery",
    "notice: mail",
    "warning: could not",
    "message delayed",
    "delivery delay",
    "mail could not",
    "notification of failure",
    "\xE9\x80\x80\xE4\xBF\xA1",
    "\xE9\x85\x8D\xE4\xBF\xA1",
    "\xE9\x80\x81\xE4\xBF\xA1\xE3\x82\xA8\xE3\x83\xA9\xE3\x83\xBC",
    NULL,
};

/* What subjects of delays hold. */
static const char *const delay_subjects[] = {"delay", "still being retried", NULL};

/* What subjects of success hold. */
static const char *const success_subjects[] = {"successful mail delivery", "success notice",
                                               "delivery status notification: success",
                                               "delivered:", NULL};

void sst_bounce_index_marks(bounce_phrase_index *index)
{
    sst_bounce_index_phrases(index, marks, sizeof marks / sizeof marks[0]);
}

/* Goes through the top of the words once, looking at each place where a word begins. */
static void recognise_words(const bounce_phrase_index *index, sst_span words, unsigned char *system,
                            unsigned *says)
{
    size_t end = words.len < TOP_OF_WORDS ? words.len : TOP_OF_WORDS;
    for (size_t i = 0; i < end; i++) {
        if (i > 0 && ascii_is_alnum(words.ptr[i - 1]))
            continue;
        const bounce_phrase *mark = sst_bounce_phrase_at(index, (sst_span){words.ptr + i, end - i});
        if (!mark)
            continue;
        *says |= mark->says;
        if (mark->system && (!*system || mark->system < *system))
            *system = mark->system;
    }
}

static void recognise_header(const bounce_header *header, unsigned char *system)
{
    for (size_t i = 0; i < sizeof header_marks / sizeof header_marks[0]; i++) {
        sst_span value = sst_bounce_field(header, header_marks[i].field);
        if (!value.ptr || (header_marks[i].mark[0] && !phrase_find(value, header_marks[i].mark)))
            continue;
        if (!*system || header_marks[i].system < *system)
            *system = header_marks[i].system;
    }
}

static bool holds_any(sst_span value, const char *const *phrases)
{
    return value.ptr && phrase_find_any(value, phrases);
}

/* Whether its type or two other things show that a message is a report: who sent it, a system that
 * is known, its subject, its words. Without a header the words must do. */
static bool is_report(const bounce_header *header, const bounce_about *about, unsigned says)
{
    if (span_is(sst_mime_value_token(sst_bounce_field(header, "Content-Type")), "multipart/report",
                true) ||
        sst_bounce_field(header, "X-Failed-Recipients").ptr)
        return true;
    if (header->count == 0)
        return says != 0;
    sst_span path = sst_bounce_field(header, "Return-Path");
    bool by_system = holds_any(sst_bounce_field(header, "From"), report_senders) ||
                     span_is(path, "<>", false) || (path.ptr && phrase_find(path, "mailer-daemon"));
    bool has_subject = holds_any(sst_bounce_field(header, "Subject"), report_subjects);
    return by_system + has_subject + (about->system != NULL) + (says != 0) >= 2;
}

/* The worst of what a report says; NONE where only the reply that it quotes tells. */
static sst_kind kind_of(const bounce_header *header, unsigned says)
{
    sst_span subject = sst_bounce_field(header, "Subject");
    if ((says & SAYS_DELAYED) != 0 || holds_any(subject, delay_subjects))
        return SST_KIND_DELAYED;
    if ((says & SAYS_FAILED) != 0)
        return SST_KIND_FAILED;
    if ((says & SAYS_RELAYED) != 0)
        return SST_KIND_RELAYED;
    if ((says & SAYS_DELIVERED) != 0 || holds_any(subject, success_subjects))
        return SST_KIND_DELIVERED;
    return header->count > 0 ? SST_KIND_FAILED : SST_KIND_NONE;
}

void sst_bounce_recognise(const bounce_phrase_index *index, const bounce_header *header,
                          sst_span words, bounce_about *about)
{
    unsigned char system = SYSTEM_NONE;
    unsigned says = 0;
    recognise_words(index, words, &system, &says);
    recognise_header(header, &system);
    about->system = system_ids[system];
    about->is_report = is_report(header, about, says);
    about->kind = kind_of(header, says);
}

bool sst_bounce_is_auto_reply(const bounce_header *header)
{
    static const struct {
        const char *field, *mark;
    } fields[] = {
        {"Auto-Submitted", "auto-replied"},
        {"X-Autoreply", ""},
        {"X-Autorespond", ""},
        {"X-Auto-Response-Suppress", "autoreply"},
        {"Precedence", "auto_reply"},
        {"X-Mail-Autoreply", ""},
        {"X-Autogenerated", "reply"},
        {"X-POST-MessageClass", "autoresponder"},
        {"Delivered-To", "autoresponder"},
    };
    static const char *const subjects[] = {"out of office",
                                           "out of the office",
                                           "auto:",
                                           "automatic reply",
                                           "auto-reply",
                                           "autoreply",
                                           "auto reply",
                                           "vacation",
                                           "away from the office",
                                           "away from my mail",
                                           "i am away",
                                           "autoresponder",
                                           "auto response",
                                           "on holiday",
                                           "abwesenheit",
                                           "automatische antwort",
                                           "r\xC3\xA9ponse automatique",
                                           "absence du bureau",
                                           "respuesta autom",
                                           "fuera de la oficina",
                                           "risposta automatica",
                                           "fuori sede",
                                           "resposta autom",
                                           "\xE8\x87\xAA\xE5\x8A\xA8\xE5\x9B\x9E\xE5\xA4\x8D",
                                           "\xE8\x87\xAA\xE5\x8B\x95\xE8\xBF\x94\xE4\xBF\xA1",
                                           NULL};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        sst_span value = sst_bounce_field(header, fields[i].field);
        if (value.ptr && (fields[i].mark[0] == '\0' || phrase_find(value, fields[i].mark)))
            return true;
    }
    sst_span subject = sst_bounce_field(header, "Subject");
    return subject.ptr && phrase_find_any(subject, subjects);
}
