/*
 * Taking a message apart into what a report is made of (RFC 6522): a human part, a machine-readable
 * one, and the returned message. Senders get the types wrong in many ways, so that a text part is
 * looked at too: one that reads like a delivery status is one.
 */
#include "bounce/message.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "bounce/html.h"
#include "bounce/mend.h"
#include "bounce/phrase.h"
#include "mime/field.h"
#include "mime/line.h"
#include "mime/words.h"

/* What a part is to a report. */
typedef enum part_role {
    ROLE_NONE, /* attachments */
    ROLE_HUMAN,
    ROLE_HUMAN_HTML,
    ROLE_STATUS,
    ROLE_FEEDBACK,
    ROLE_RECEIPT,
    ROLE_RETURNED
} part_role;

/* By type; one that ends with "/" holds for all its subtypes. The first that fits counts. */
#define ROLE(type, role)                                                                           \
    {                                                                                              \
        type, sizeof(type) - 1, role                                                               \
    }

static const struct {
    const char *type;
    size_t len;
    part_role role;
} roles[] = {
    ROLE("message/delivery-status", ROLE_STATUS),
    ROLE("message/global-delivery-status", ROLE_STATUS), /* RFC 6533 */
    ROLE("message/xdelivery-status", ROLE_STATUS),       /* old gateways */
    ROLE("text/delivery-status", ROLE_STATUS),
    ROLE("message/feedback-report", ROLE_FEEDBACK),
    ROLE("message/disposition-notification", ROLE_RECEIPT),
    ROLE("message/global-disposition-notification", ROLE_RECEIPT),
    ROLE("message/rfc822", ROLE_RETURNED), /* an encoded one; others are walked */
    ROLE("message/global", ROLE_RETURNED),
    ROLE("message/partial", ROLE_RETURNED),
    ROLE("text/rfc822-headers", ROLE_RETURNED),
    ROLE("text/rfc822-header", ROLE_RETURNED),
    ROLE("text/rfc822", ROLE_RETURNED),
    ROLE("message/rfc822-headers", ROLE_RETURNED),
    ROLE("message/global-headers", ROLE_RETURNED),
    ROLE("text/html", ROLE_HUMAN_HTML),
    ROLE("text/calendar", ROLE_NONE),
    ROLE("text/", ROLE_HUMAN),
    ROLE("message/", ROLE_HUMAN),
    ROLE("multipart/", ROLE_HUMAN), /* its boundary never came */
    ROLE("", ROLE_HUMAN),           /* no type: text/plain */
};

/* How much of a part's header is looked through for a file's name. */
#define MAX_PART_HEADER 2000

static part_role role_of_type(sst_span type)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        size_t len = roles[i].len;
        bool family = len > 0 && roles[i].type[len - 1] == '/';
        if ((type.len == len || (family && type.len > len)) &&
            ascii_equal_fold(type.ptr, roles[i].type, len))
            return roles[i].role;
    }
    return ROLE_NONE;
}

/* Whether a file that is attached is a message, by its name. */
static bool is_message_file(const mime_part *part)
{
    return phrase_find(part->content_type, ".eml\"") != NULL ||
           (part->header.len < MAX_PART_HEADER && phrase_find(part->header, ".eml\"") != NULL);
}

/* Whether text begins with fields of a delivery status (RFC 3464 2.2, 2.3). */
static bool is_status_text(sst_span text)
{
    static const char *const first_fields[] = {"Reporting-MTA", "Final-Recipient",
                                               "Original-Envelope-Id", "Original-Recipient"};
    while (text.len > 0 && text.ptr[0] == '\n') {
        text.ptr++;
        text.len--;
    }
    mime_field field;
    if (!sst_mime_next_field(&text, &field))
        return false;
    for (size_t i = 0; i < sizeof first_fields / sizeof first_fields[0]; i++) {
        if (span_is(field.name, first_fields[i], true))
            return true;
    }
    return false;
}

/* Whether text is HTML, whatever its type. */
static bool is_html(sst_span text)
{
    static const char *const starts[] = {"<html", "<!doctype html", "<body", "<head", NULL};
    return phrase_begins_any(mime_trim(text), starts);
}

/* What a part is by its type, and where that says too little by its name and first bytes. */
static part_role role_of(const mime_part *part)
{
    part_role role = role_of_type(part->type);
    if (role == ROLE_HUMAN && is_html(part->body))
        return ROLE_HUMAN_HTML;
    if (role != ROLE_NONE)
        return role;
    if (part->encoding == MIME_ENCODING_IDENTITY && is_status_text(part->body))
        return ROLE_STATUS;
    return is_message_file(part) ? ROLE_RETURNED : ROLE_NONE;
}

/* Decodes a part as UTF-8 to the end of out, and returns what was written there. */
static sst_span decode_part(const mime_part *part, const mime_converter *converter,
                            mime_buffer *out)
{
    char name[64];
    mime_buffer charset = {name, 0, sizeof name, false};
    sst_mime_parameter(part->content_type, "charset", &charset);
    size_t start = out->len;
    sst_span bytes = part->body;
    mime_encoding encoding = sst_bounce_encoding(part);
    if (encoding != MIME_ENCODING_IDENTITY) {
        /* The bytes go to the last quarter of the free room, and from there to its front: UTF-8
         * takes at most three bytes for one of them. */
        size_t room = out->size - out->len;
        mime_buffer raw = {out->ptr + out->size - room / 4, 0, room / 4, false};
        sst_mime_decode(part->body, encoding, &raw);
        bytes = mime_written(&raw);
    }
    sst_mime_to_utf8(bytes, mime_written(&charset), converter, out);
    return (sst_span){out->ptr + start, out->len - start};
}

/* Decodes a part; of HTML its words alone are left, of quoted text the marks are taken off. */
static sst_span decode_words(const mime_part *part, part_role role, const mime_converter *converter,
                             mime_buffer *out)
{
    sst_span text = decode_part(part, converter, out);
    char *start = out->ptr + out->len - text.len;
    if (role == ROLE_HUMAN_HTML)
        text.len = sst_bounce_strip_html(start, text.len);
    else if (role == ROLE_HUMAN)
        text.len = sst_bounce_unquote(start, text.len);
    out->len = (size_t)(start - out->ptr) + text.len;
    mime_put_byte(out, '\n');
    return text;
}

/*
 * Undoes "\\x{HEX}" in a text, in place: so a delivery status writes what is beyond ASCII in an
 * address where it must not use UTF-8 (RFC 6533 3). Returns the new length.
 */
static size_t undo_hex_points(char *text, size_t len)
{
    const char *first = memchr(text, '\\', len);
    size_t out = first ? (size_t)(first - text) : len;
    for (size_t i = out; i < len;) {
        uint32_t point = 0;
        size_t n = i + 3;
        if (len - i > 4 && memcmp(text + i, "\\x{", 3) == 0) {
            while (n < len && n < i + 9 && sst_mime_hex_digit(text[n]) >= 0)
                point = point * 16 + (uint32_t)sst_mime_hex_digit(text[n++]);
        }
        bool is_point = n > i + 3 && n < len && text[n] == '}' && point > 0x7F &&
                        point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
        if (is_point) {
            out += utf8_encode(point, text + out);
            i = n + 1;
        } else {
            text[out++] = text[i++];
        }
    }
    return out;
}

/* Adds text to a span that ends right before it, or makes it the span where there was none. */
static void extend(sst_span *whole, sst_span more)
{
    if (!whole->ptr)
        *whole = more;
    else if (whole->ptr + whole->len + 1 == more.ptr)
        whole->len += more.len + 1;
}

/* Takes over one part. *html: the human part so far is only HTML, which plain text replaces. */
static void take_part(bounce_message *level, const mime_part *part, bool *html,
                      const mime_converter *converter, mime_buffer *out)
{
    part_role role = role_of(part);
    if (role == ROLE_NONE || (role == ROLE_HUMAN_HTML && level->human.ptr && !*html))
        return;
    sst_span text = decode_words(part, role, converter, out);
    if (role == ROLE_HUMAN && is_status_text(text))
        role = ROLE_STATUS;
    switch (role) {
    case ROLE_STATUS:
        text.len = undo_hex_points(out->ptr + (text.ptr - out->ptr), text.len);
        extend(&level->status, text);
        break;
    case ROLE_FEEDBACK:
        extend(&level->feedback, text);
        break;
    case ROLE_RECEIPT:
        extend(&level->receipt, text);
        break;
    case ROLE_RETURNED:
        if (!level->returned.ptr)
            level->returned = text;
        break;
    case ROLE_HUMAN_HTML:
        *html = true;
        extend(&level->human, text);
        break;
    default:
        if (mime_trim(text).len == 0) /* an empty alternative */
            break;
        if (*html)
            level->human = (sst_span){NULL, 0};
        *html = false;
        extend(&level->human, text);
        break;
    }
}

/* A message at a new level: its header, and for the level outside it the message it returns. */
static void open_level(bounce_message *levels, size_t level, sst_span header)
{
    levels[level] = (bounce_message){0};
    levels[level].header = header;
    if (level > 0 && !levels[level - 1].returned.ptr)
        levels[level - 1].returned = header;
}

size_t sst_bounce_take_apart(sst_span message, const mime_converter *converter, mime_buffer *out,
                             bounce_message levels[BOUNCE_MAX_LEVELS])
{
    bool html[BOUNCE_MAX_LEVELS] = {false};
    mime_walk walk;
    mime_part part;
    sst_span header;
    sst_span body;
    sst_mime_split(message, &header, &body);
    open_level(levels, 0, header);
    size_t count = 1;
    sst_mime_walk_start(&walk, message);
    while (sst_mime_walk_next(&walk, &part) && !out->cut) {
        if (part.messages >= BOUNCE_MAX_LEVELS)
            continue;
        /* What stands one level further in belongs to the latest message of that level. */
        if (part.is_header) {
            open_level(levels, part.messages, part.header);
            html[part.messages] = false;
            count = part.messages + 1 > count ? part.messages + 1 : count;
        } else {
            take_part(&levels[part.messages], &part, &html[part.messages], converter, out);
        }
    }
    return count;
}
