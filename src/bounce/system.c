/*
 * What a message is, by words that mail systems put into the header and at the top of a report. The
 * words are gone through once, with all marks in one table.
 */
#include "bounce/system.h"

#include "bounce/marks.h"
#include "mime/line.h"
#include "mime/words.h"

/* Only the top of a report is looked through for marks. */
#define TOP_OF_WORDS ((size_t)3000)

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
    {"X-MLServer", "fml", SYSTEM_FML},
};

/* Who sends reports. */
static const char *const report_senders[] = {
    "mailer-daemon",
    "postmaster",
    "post_master",
    "sysadmin@",
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
    "mailer@",
    "listserv@",
    "majordomo@",
    "sympa@",
    "-owner@",
    "owner-",
    "-request@",
    NULL,
};

/* What subjects of reports hold, besides the marks of words. */
static const char *const report_subjects[] = {
    "undeliver",
    "ndn:",
    "delivery notice",
    "mail failed",
    "mail blocked",
    "non recapitabile",
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
    "rejected",
    "undelivered",
    "mail failure",
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
    "\xE9\x85\x8D\xE4\xBF\xA1",
    NULL,
};

/* What subjects of delays hold. */
static const char *const delay_subjects[] = {"delay", "still being retried", NULL};

/* What subjects of success hold. */
static const char *const success_subjects[] = {"successful mail delivery", "success notice",
                                               "delivery status notification: success",
                                               "delivered:", NULL};

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

static bool is_by_system(const bounce_header *header)
{
    sst_span path = sst_bounce_field(header, "Return-Path");
    return holds_any(sst_bounce_field(header, "From"), report_senders) ||
           span_is(path, "<>", false) || (path.ptr && phrase_find(path, "mailer-daemon"));
}

/* Whether fields of the header alone show a report. */
static bool is_marked(const bounce_header *header)
{
    sst_span type = sst_mime_value_token(sst_bounce_field(header, "Content-Type"));
    return span_is(type, "multipart/report", true) ||
           sst_bounce_field(header, "X-Failed-Recipients").ptr;
}

/*
 * A report is recognised by two of four things: who sent it, a system that is known, its subject,
 * its words. Without a header the words must do.
 */
static void count_signs(const bounce_header *header, bool has_subject, unsigned says,
                        bounce_about *about)
{
    about->by_system = is_by_system(header);
    int signs = about->by_system + has_subject + (about->system != NULL) + (says != 0);
    about->is_report = is_marked(header) || signs >= (header->count > 0 ? 2 : 1);
    about->may_be_report = about->by_system || has_subject || header->count == 0;
}

/* The worst of what a report says; NONE where only the reply that it quotes tells. */
static sst_kind kind_of(const bounce_header *header, sst_span subject, unsigned says)
{
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
                          sst_span subject, sst_span words, bounce_about *about)
{
    unsigned char system = SYSTEM_NONE;
    unsigned char none = SYSTEM_NONE;
    unsigned says = 0;
    unsigned subject_says = 0;
    recognise_words(index, words, &system, &says);
    recognise_words(index, subject, &none, &subject_says);
    recognise_header(header, &system);
    about->system = sst_bounce_system_id(system);
    count_signs(header, subject_says != 0 || holds_any(subject, report_subjects), says, about);
    about->kind = kind_of(header, subject, says);
}

bool sst_bounce_is_auto_reply(const bounce_header *header, sst_span subject)
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
    return holds_any(subject, subjects);
}
