/*
 * Dividing lines. Each system announces the returned message in its own words, mostly with a rule
 * of dashes about them; behind the dashes the words are looked up in one table. What has no such
 * line is recognised by the first trace field at the start of a line (RFC 5321 4.4).
 */
#include "bounce/divide.h"

#include "mime/field.h"
#include "mime/line.h"

/* What a line says. */
enum { SAYS_RETURNED_BELOW = 1, SAYS_RETURNED_HERE = 2 };

#define BELOW(text) BOUNCE_PHRASE(text, 0, SAYS_RETURNED_BELOW)
#define HERE(text)  BOUNCE_PHRASE(text, 0, SAYS_RETURNED_HERE)

static const bounce_phrase dividers[] = {
    BELOW("original message follow"), /* IMail, Sendmail 5, surfCONTROL */
    BELOW("original message"),        /* Gmail, m-FILTER, Outlook */
    BELOW("original mail"),           /* Japanese gateways */
    BELOW("original header"),         /* Activehunter */
    BELOW("the original message was:"),
    BELOW("the header of the original message"),
    BELOW("header of the original message"),
    BELOW("the headers of the original message"),
    BELOW("this is a copy of the message"),  /* Exim */
    BELOW("this is a copy of your message"), /* Exim */
    BELOW("this is a copy of the headers"),
    BELOW("the body of the message is"), /* Exim */
    BELOW("below this line is a copy"),  /* qmail */
    BELOW("below is a copy of the"),     /* OpenSMTPD: "Below is a copy of the original message" */
    BELOW("enclosed is a copy of the message"), /* qmail */
    BELOW("message header follow"),
    BELOW("message headers follow"), /* DragonFly */
    BELOW("message follows"),        /* DragonFly */
    BELOW("message content follow"),
    BELOW("returned message"),
    BELOW("returned mail follows"),
    BELOW("unsent message follows"), /* Sendmail 5 */
    BELOW("unsent message below"),   /* Sendmail 5 */
    BELOW("unsent message"),
    BELOW("message text follows"), /* Sendmail 5 */
    BELOW("the message text"),
    BELOW("start of original message"),
    BELOW("start of forwarded message"),
    BELOW("begin message"),
    BELOW("your original message"),
    BELOW("your message header"),
    BELOW("your message reads"), /* PMDF */
    BELOW("your message follows"),
    BELOW("the original message headers"),
    BELOW("the following is a copy of"),
    BELOW("a copy of the message"),
    BELOW("a copy of your message"),
    BELOW("the first 50 lines of the original"),
    BELOW("undelivered message"),
    BELOW("forwarded message"),
    BELOW("message headers"),
    BELOW("included is a copy of the message"),
    BELOW("received header"),
    BELOW("kopfzeilen der originalnachricht"),   /* Exchange */
    BELOW("ursprüngliche nachrichtenkopf"),      /* Exchange */
    BELOW("en-têtes de message d'origine"),      /* Exchange */
    BELOW("en-têtes du message d'origine"),      /* Exchange */
    BELOW("encabezados de mensajes originales"), /* Exchange */
    BELOW("encabezados originales del mensaje"), /* Exchange */
    BELOW("encabezados del mensaje original"),   /* Exchange */
    BELOW("intestazioni originali del messaggio"),
    BELOW("intestazioni messaggio originale"),
    BELOW("cabeçalhos de mensagem originais"),
    BELOW("cabeçalhos originais da mensagem"),
    BELOW("元のメッセージ ヘッダー"),
    BELOW("元のメッセージのヘッダー"),
    BELOW("原始邮件头"),
    BELOW("原始邮件标头"),
    BELOW("원본 메시지 머리글"),
    BELOW("исходные заголовки сообщения"),
    BELOW("Исходные заголовки сообщения"),
    /* Fields that only stand at the top of a message that has travelled. */
    HERE("received: "),
    HERE("return-path: "),
    HERE("received:\t"),
    HERE("delivered-to: "),
    HERE("x-originating-ip: "),
    HERE("dkim-signature: "),
    HERE("authentication-results: "),
    HERE("arc-seal: "),
};

void sst_bounce_index_dividers(bounce_phrase_index *index)
{
    sst_bounce_index_phrases(index, dividers, sizeof dividers / sizeof dividers[0]);
}

static bool is_decoration(char c)
{
    switch (c) {
    case '-':
    case '*':
    case '|':
    case '=':
    case '+':
    case '#':
    case '_':
    case '>':
    case ' ':
    case '\t':
        return true;
    default:
        return false;
    }
}

/* Without the dashes, stars, bars and blanks that decorate a heading. */
static sst_span undecorated(sst_span line)
{
    while (line.len > 0 && is_decoration(line.ptr[0])) {
        line.ptr++;
        line.len--;
    }
    return line;
}

/* A field stands at the very start of its line, a heading behind decoration. */
static unsigned says(const bounce_phrase_index *index, sst_span line)
{
    sst_span words = undecorated(line);
    const bounce_phrase *phrase = sst_bounce_phrase_at(index, words);
    if (!phrase || (phrase->says == SAYS_RETURNED_HERE && words.ptr != line.ptr))
        return 0;
    return phrase->says;
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

sst_span sst_bounce_divide(const bounce_phrase_index *index, sst_span human, sst_span *returned)
{
    sst_span rest = human;
    sst_span line;
    *returned = (sst_span){NULL, 0};
    while (mime_next_line(&rest, &line)) {
        unsigned what = says(index, line);
        if (what == 0)
            continue;
        size_t len = (size_t)(line.ptr - human.ptr);
        *returned = what == SAYS_RETURNED_HERE ? (sst_span){line.ptr, human.len - len}
                                               : from_first_field(rest);
        return (sst_span){human.ptr, len};
    }
    return human;
}
