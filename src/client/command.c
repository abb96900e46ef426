/*
 * The encoder of commands (RFC 5321 4.1, and the extensions' parameters).
 *
 * Every byte of an argument is held against the set of those that it may have, so that neither CR,
 * LF nor NUL nor the end of an argument can come from outside. Addresses are those of RFC 5321
 * 4.1.2 and RFC 6531 3.3, with two liberties that real ones need: dots anywhere in a local part,
 * and a local part alone. Source routes are not sent.
 */
#include "client/command.h"

#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"

static void put(command_line *line, const char *bytes, size_t len)
{
    if (len > COMMAND_MAX - line->len) {
        line->is_bad = true;
        return;
    }
    if (line->to)
        memcpy(line->to + line->len, bytes, len);
    line->len += len;
}

static void put_word(command_line *line, const char *word)
{
    put(line, word, strlen(word));
}

static void put_number(command_line *line, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(line, digits + at, sizeof digits - at);
}

/* What bytes of ASCII an argument may have: a bit for each. */
typedef struct byte_set {
    uint64_t bits[2];
} byte_set;

/* atext and the dot: letters, digits, !#$%&'*+-/=?^_`{|}~. */
static const byte_set atom_bytes = {{0xA3FFECFA00000000, 0x7FFFFFFFC7FFFFFE}};
/* Letters, digits, hyphen, underscore and dot. */
static const byte_set label_bytes = {{0x03FF600000000000, 0x07FFFFFE87FFFFFE}};
/* dtext: what is printable, but for brackets and the backslash. */
static const byte_set literal_bytes = {{0xFFFFFFFE00000000, 0x7FFFFFFFC7FFFFFF}};

static bool has_byte(const byte_set *set, char byte)
{
    unsigned value = (unsigned char)byte;
    return value < 128 && (set->bits[value >> 6] >> (value & 63) & 1) != 0;
}

/* Whether text has only bytes of a set, and besides, where utf8 is set, well-formed UTF-8. Control
 * characters of C1, which end lines in some programs, are none of it. */
static bool is_of(sst_span text, const byte_set *set, bool utf8)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t point = 0;
        size_t len = 1;
        if (!has_byte(set, text.ptr[i])) {
            len = utf8 ? utf8_decode(text.ptr + i, text.len - i, &point) : 0;
            if (len == 0 || point < 0xA0)
                return false;
        }
        i += len;
    }
    return true;
}

static void put_checked(command_line *line, sst_span text, const byte_set *set, bool utf8)
{
    if (is_of(text, set, utf8))
        put(line, text.ptr, text.len);
    else
        line->is_bad = true;
}

bool sst_command_is_ascii(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] > 0x7F)
            return false;
    }
    return true;
}

static sst_span part(sst_span text, size_t from, size_t to)
{
    sst_span found = {text.ptr + from, to - from};
    return found;
}

static bool is_domain(sst_span text)
{
    if (text.len == 0 || text.ptr[0] == '.' || text.ptr[text.len - 1] == '.')
        return false;
    return is_of(text, &label_bytes, true);
}

static bool is_literal(sst_span text)
{
    return text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']' &&
           is_of(part(text, 1, text.len - 1), &literal_bytes, false);
}

bool sst_command_is_name(sst_span name)
{
    return name.len > 0 && name.len <= 255 && sst_command_is_ascii(name) &&
           (is_domain(name) || is_literal(name));
}

/* Where a quoted string that begins the text ends, or 0 where it does not. */
static size_t quoted_end(sst_span text)
{
    for (size_t i = 1; i < text.len;) {
        uint32_t point = 0;
        size_t len = utf8_decode(text.ptr + i, text.len - i, &point);
        if (len == 0 || point < 0x20 || point == 0x7F || (point > 0x7F && point < 0xA0))
            return 0;
        if (point == '"')
            return i + 1;
        i += len;
        if (point == '\\') {
            if (i == text.len || text.ptr[i] < 0x20 || text.ptr[i] > 0x7E)
                return 0;
            i++;
        }
    }
    return 0;
}

/* Where the local part ends; 0 where there is none that may be sent. */
static size_t local_end(sst_span address)
{
    if (address.len > 0 && address.ptr[0] == '"')
        return quoted_end(address);
    const char *at = address.len > 0 ? memchr(address.ptr, '@', address.len) : NULL;
    size_t end = at ? (size_t)(at - address.ptr) : address.len;
    return is_of(part(address, 0, end), &atom_bytes, true) ? end : 0;
}

sst_span sst_command_domain(sst_span address)
{
    size_t end = local_end(address);
    sst_span none = {"", 0};
    return end + 1 < address.len ? part(address, end + 1, address.len) : none;
}

static bool is_address(sst_span address)
{
    size_t end = local_end(address);
    if (end == 0 || address.len > SST_MAX_CLIENT_ADDRESS)
        return false;
    if (end == address.len)
        return true;
    sst_span domain = part(address, end + 1, address.len);
    return address.ptr[end] == '@' && (is_domain(domain) || is_literal(domain));
}

static void put_path(command_line *line, sst_span address)
{
    if (!is_address(address)) {
        line->is_bad = true;
        return;
    }
    put(line, "<", 1);
    put(line, address.ptr, address.len);
    put(line, ">", 1);
}

static char hex_digit(unsigned value)
{
    return "0123456789ABCDEF"[value & 15];
}

static bool is_plain_in_xtext(char byte)
{
    return byte > 0x20 && byte < 0x7F && byte != '+' && byte != '=';
}

/* RFC 3461 4: bytes above 127, which xtext has no place for, make the line bad. */
static void put_xtext(command_line *line, sst_span text)
{
    if (text.len == 0 || text.len > SST_MAX_CLIENT_ADDRESS || !sst_command_is_ascii(text)) {
        line->is_bad = true;
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned byte = (unsigned char)text.ptr[i];
        char code[3] = {'+', hex_digit(byte >> 4), hex_digit(byte)};
        if (is_plain_in_xtext(text.ptr[i]))
            put(line, text.ptr + i, 1);
        else
            put(line, code, sizeof code);
    }
}

/* RFC 6533 3: the 7-bit form of an address in UTF-8; it may go to every server. */
static void put_utf8_xtext(command_line *line, sst_span text)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t point = 0;
        size_t len = utf8_decode(text.ptr + i, text.len - i, &point);
        if (len == 0 || text.len > SST_MAX_CLIENT_ADDRESS) {
            line->is_bad = true;
            return;
        }
        if (len == 1 && is_plain_in_xtext(text.ptr[i]) && point != '\\') {
            put(line, text.ptr + i, 1);
        } else {
            char digits[8];
            size_t at = sizeof digits;
            do {
                digits[--at] = hex_digit(point);
                point >>= 4;
            } while (point > 0 || at > sizeof digits - 2);
            put_word(line, "\\x{");
            put(line, digits + at, sizeof digits - at);
            put_word(line, "}");
        }
        i += len;
    }
}

static void put_end(command_line *line)
{
    put(line, "\r\n", 2);
}

/* What goes into one MAIL: each parameter is left out where the server does not offer it. */

static void put_size(command_line *line, const client_job *job)
{
    if (job->mail.message_size == 0)
        return;
    put_word(line, " SIZE=");
    put_number(line, job->mail.message_size);
}

static void put_body(command_line *line, const client_job *job)
{
    static const char *const words[] = {"", " BODY=7BIT", " BODY=8BITMIME", " BODY=BINARYMIME"};
    if ((size_t)job->mail.body >= sizeof words / sizeof *words)
        line->is_bad = true;
    else
        put_word(line, words[job->mail.body]);
}

static void put_body_8bit(command_line *line, const client_job *job)
{
    if (job->mail.body != SST_CLIENT_BODY_BINARYMIME)
        put_body(line, job);
}

static void put_body_binary(command_line *line, const client_job *job)
{
    if (job->mail.body == SST_CLIENT_BODY_BINARYMIME)
        put_body(line, job);
}

static void put_smtputf8(command_line *line, const client_job *job)
{
    if (job->any_utf8)
        put_word(line, " SMTPUTF8");
}

static void put_dsn(command_line *line, const client_job *job)
{
    if (job->mail.ret != SST_CLIENT_RET_NONE)
        put_word(line, job->mail.ret == SST_CLIENT_RET_FULL ? " RET=FULL" : " RET=HDRS");
    if (job->mail.envid.ptr) {
        put_word(line, " ENVID=");
        put_xtext(line, job->mail.envid);
    }
}

static void put_auth(command_line *line, const client_job *job)
{
    if (!job->mail.auth.ptr)
        return;
    put_word(line, " AUTH=");
    if (span_is(job->mail.auth, "<>", false))
        put_word(line, "<>");
    else
        put_xtext(line, job->mail.auth);
}

static void put_requiretls(command_line *line, const client_job *job)
{
    if (job->mail.requiretls)
        put_word(line, " REQUIRETLS");
}

/* RFC 2852 4: nine digits at most, and a return only after some time. */
static void put_deliver_by(command_line *line, const client_job *job)
{
    const sst_client_mail *mail = &job->mail;
    if (mail->deliver_by_mode == 0)
        return;
    int64_t by = mail->deliver_by;
    if ((mail->deliver_by_mode != 'R' && mail->deliver_by_mode != 'N') || by > 999999999 ||
        by < -999999999 || (mail->deliver_by_mode == 'R' && by <= 0)) {
        line->is_bad = true;
        return;
    }
    put_word(line, by < 0 ? " BY=-" : " BY=");
    put_number(line, (uint64_t)(by < 0 ? -by : by));
    put(line, mail->deliver_by_mode == 'R' ? ";R" : ";N", 2);
    if (mail->deliver_by_trace)
        put(line, "T", 1);
}

/* RFC 3339, as far as its form goes: digits where they belong. */
static bool is_date_time(sst_span text)
{
    static const char form[] = "0000-00-00T00:00:00";
    size_t len = sizeof form - 1;
    if (text.len <= len || text.len > 40)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool fits = form[i] == '0' ? ascii_is_digit(text.ptr[i]) : text.ptr[i] == form[i];
        if (!fits)
            return false;
    }
    for (size_t i = len; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]) && !strchr(".:+-Z", text.ptr[i]))
            return false;
    }
    return true;
}

static void put_release(command_line *line, const client_job *job)
{
    const sst_client_mail *mail = &job->mail;
    if (mail->hold_for > 0) {
        put_word(line, " HOLDFOR=");
        put_number(line, mail->hold_for);
    }
    if (!mail->hold_until.ptr)
        return;
    if (mail->hold_for > 0 || !is_date_time(mail->hold_until)) {
        line->is_bad = true;
        return;
    }
    put_word(line, " HOLDUNTIL=");
    put(line, mail->hold_until.ptr, mail->hold_until.len);
}

static void put_priority(command_line *line, const client_job *job)
{
    int priority = job->mail.priority;
    if (!job->mail.has_priority)
        return;
    if (priority < -9 || priority > 9) {
        line->is_bad = true;
        return;
    }
    put_word(line, priority < 0 ? " MT-PRIORITY=-" : " MT-PRIORITY=");
    put_number(line, (uint64_t)(priority < 0 ? -priority : priority));
}

static void put_prdr(command_line *line, const client_job *job)
{
    if (job->mail.prdr)
        put_word(line, " PRDR");
}

static const struct {
    uint32_t extension;
    void (*put)(command_line *line, const client_job *job);
} parameters[] = {
    {SST_EXTENSION_SIZE, put_size},
    {SST_EXTENSION_EIGHT_BIT_MIME, put_body_8bit},
    {SST_EXTENSION_BINARYMIME, put_body_binary},
    {SST_EXTENSION_SMTPUTF8, put_smtputf8},
    {SST_EXTENSION_REQUIRETLS, put_requiretls},
    {SST_EXTENSION_DSN, put_dsn},
    {SST_EXTENSION_AUTH, put_auth},
    {SST_EXTENSION_DELIVERBY, put_deliver_by},
    {SST_EXTENSION_FUTURERELEASE, put_release},
    {SST_EXTENSION_MT_PRIORITY, put_priority},
    {SST_EXTENSION_PRDR, put_prdr},
};

void sst_command_mail(command_line *line, const client_job *job, uint32_t offered)
{
    put_word(line, "MAIL FROM:");
    if (job->mail.sender.len == 0)
        put_word(line, "<>");
    else
        put_path(line, job->mail.sender);
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        if (offered & parameters[i].extension)
            parameters[i].put(line, job);
    }
    put_end(line);
}

static void put_notify(command_line *line, uint32_t notify)
{
    static const char *const words[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};
    bool is_never = (notify & SST_CLIENT_NOTIFY_NEVER) != 0;
    if (notify == 0)
        return;
    if (notify > 15 || (is_never && notify != SST_CLIENT_NOTIFY_NEVER)) {
        line->is_bad = true;
        return;
    }
    const char *before = " NOTIFY=";
    for (unsigned i = 0; i < 4; i++) {
        if (notify >> i & 1) {
            put_word(line, before);
            put_word(line, words[i]);
            before = ",";
        }
    }
}

static void put_orcpt(command_line *line, const sst_client_recipient *recipient)
{
    bool is_utf8 = !sst_command_is_ascii(recipient->orcpt);
    sst_span type = recipient->orcpt_type;
    if (!type.ptr)
        type = span_of(is_utf8 ? "utf-8" : "rfc822");
    if (type.len == 0 || type.len > 64 || recipient->orcpt.len == 0)
        line->is_bad = true;
    put_word(line, " ORCPT=");
    put_checked(line, type, &label_bytes, false);
    put(line, ";", 1);
    if (span_is(type, "utf-8", true))
        put_utf8_xtext(line, recipient->orcpt);
    else
        put_xtext(line, recipient->orcpt);
}

void sst_command_rcpt(command_line *line, const sst_client_recipient *recipient, uint32_t offered)
{
    put_word(line, "RCPT TO:");
    put_path(line, recipient->address);
    if (offered & SST_EXTENSION_DSN) {
        put_notify(line, recipient->notify);
        if (recipient->orcpt.ptr)
            put_orcpt(line, recipient);
    }
    put_end(line);
}

/* An argument of VRFY and the like: one line of printable characters. */
static void put_argument(command_line *line, sst_span text)
{
    bool is_good = text.len <= SST_MAX_CLIENT_ARGUMENT;
    for (size_t i = 0; is_good && i < text.len;) {
        uint32_t point = 0;
        size_t len = utf8_decode(text.ptr + i, text.len - i, &point);
        is_good = len > 0 && point >= 0x20 && point != 0x7F && !(point > 0x7F && point < 0xA0);
        i += len;
    }
    line->is_bad = line->is_bad || !is_good;
    if (is_good)
        put(line, text.ptr, text.len);
}

void sst_command_simple(command_line *line, sst_command command, sst_span argument, bool utf8)
{
    put_word(line, sst_command_id(command));
    if (argument.ptr && argument.len > 0) {
        put(line, " ", 1);
        put_argument(line, argument);
        if (utf8 && !sst_command_is_ascii(argument))
            put_word(line, " SMTPUTF8"); /* RFC 6531 3.7.4.2 */
    }
    put_end(line);
}

void sst_command_bdat(command_line *line, size_t len, bool last)
{
    put_word(line, "BDAT ");
    put_number(line, len);
    if (last)
        put_word(line, " LAST");
    put_end(line);
}

static bool is_base64(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (!ascii_is_alnum(byte) && byte != '+' && byte != '/' && byte != '=')
            return false;
    }
    return text.len <= SST_MAX_CLIENT_AUTH;
}

/* RFC 4422 3.1: 1 to 20 upper-case letters, digits, hyphens and underscores. */
static bool is_mechanism(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (!ascii_is_upper(byte) && !ascii_is_digit(byte) && byte != '-' && byte != '_')
            return false;
    }
    return text.len >= 1 && text.len <= 20;
}

void sst_command_auth(command_line *line, sst_span mechanism, sst_span initial)
{
    line->is_bad = line->is_bad || !is_mechanism(mechanism) || !is_base64(initial);
    if (line->is_bad)
        return;
    put_word(line, "AUTH ");
    put(line, mechanism.ptr, mechanism.len);
    if (initial.ptr) {
        put(line, " ", 1);
        put(line, initial.len > 0 ? initial.ptr : "=", initial.len > 0 ? initial.len : 1);
    }
    put_end(line);
}

void sst_command_response(command_line *line, sst_span response)
{
    bool is_cancel = span_is(response, "*", false);
    line->is_bad = line->is_bad || (!is_cancel && !is_base64(response));
    if (line->is_bad)
        return;
    put(line, response.ptr, response.len);
    put_end(line);
}
