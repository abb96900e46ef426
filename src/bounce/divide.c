/*
 * Dividing lines. Each system announces the returned message in its own words, mostly with a rule
 * of dashes about them; behind the dashes the words are looked up in one table. What has no such
 * line is recognised by the first trace field at the start of a line (RFC 5321 4.4).
 */
#include "bounce/divide.h"

#include "bounce/phrase.h"
#include "mime/field.h"
#include "mime/line.h"

static const char *const dividers[] = {
    "original message follow", /* IMail, Sendmail 5, surfCONTROL */
    "original message",        /* Gmail, m-FILTER, Outlook */
    "original mail",           /* Japanese gateways */
    "original header",         /* Activehunter */
    "the original message was:",
    "the header of the original message",
    "header of the original message",
    "the headers of the original message",
    "this is a copy of the message",  /* Exim */
    "this is a copy of your message", /* Exim */
    "this is a copy of the headers",
    "the body of the message is",        /* Exim */
    "below this line is a copy",         /* qmail */
    "below is a copy of the",            /* OpenSMTPD: "Below is a copy of the original message" */
    "enclosed is a copy of the message", /* qmail */
    "message header follow",
    "message headers follow", /* DragonFly */
    "message follows",        /* DragonFly */
    "message content follow",
    "returned message",
    "returned mail follows",
    "unsent message follows", /* Sendmail 5 */
    "unsent message below",   /* Sendmail 5 */
    "unsent message",
    "message text follows", /* Sendmail 5 */
    "the message text",
    "start of original message",
    "start of forwarded message",
    "begin message",
    "your original message",
    "your message header",
    "your message reads", /* PMDF */
    "your message follows",
    "the original message headers",
    "the following is a copy of",
    "a copy of the message",
    "a copy of your message",
    "the first 50 lines of the original",
    "undelivered message",
    "forwarded message",
    "message headers",
    "included is a copy of the message",
    "received header",
    "kopfzeilen der originalnachricht",   /* Exchange */
    "ursprüngliche nachrichtenkopf",      /* Exchange */
    "en-têtes de message d'origine",      /* Exchange */
    "en-têtes du message d'origine",      /* Exchange */
    "encabezados de mensajes originales", /* Exchange */
    "encabezados originales del mensaje", /* Exchange */
    "encabezados del mensaje original",   /* Exchange */
    "intestazioni originali del messaggio",
    "intestazioni messaggio originale",
    "cabeçalhos de mensagem originais",
    "cabeçalhos originais da mensagem",
    "元のメッセージ ヘッダー",
    "元のメッセージのヘッダー",
    "原始邮件头",
    "原始邮件标头",
    "원본 메시지 머리글",
    "исходные заголовки сообщения",
    "Исходные заголовки сообщения",
    NULL,
};

/* Fields that only stand at the top of a message that has travelled. */
static const char *const trace_fields[] = {
    "received: ",
    "return-path: ",
    "received:\t",
    "delivered-to: ",
    "x-originating-ip: ",
    "dkim-signature: ",
    "authentication-results: ",
    "arc-seal: ",
    NULL,
};

/* Without the dashes, stars, bars and blanks that decorate a heading. */
static sst_span undecorated(sst_span line)
{
    while (line.len > 0 && line.ptr[0] != '\0' && strchr("-*|=+#_> \t", line.ptr[0])) {
        line.ptr++;
        line.len--;
    }
    return line;
}

static bool is_divider(sst_span line)
{
    return line.len > 0 && phrase_begins_any(undecorated(line), dividers);
}

/* From the first line that is a field of a header on; absent where there is none. */
static sst_span from_first_field(sst_span rest)
{
    sst_span line;
    sst_span before = rest;
    while (mime_next_line(&rest, &line)) {
        if (sst_mime_is_field_line(line))
            return before;
        before = rest;
    }
    return (sst_span){NULL, 0};
}

sst_span sst_bounce_divide(sst_span human, sst_span *returned)
{
    sst_span rest = human;
    sst_span line;
    *returned = (sst_span){NULL, 0};
    while (mime_next_line(&rest, &line)) {
        bool trace = phrase_begins_any(line, trace_fields);
        if (!trace && !is_divider(line))
            continue;
        size_t len = (size_t)(line.ptr - human.ptr);
        *returned = trace ? (sst_span){line.ptr, human.len - len} : from_first_field(rest);
        return (sst_span){human.ptr, len};
    }
    return human;
}
