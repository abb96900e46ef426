/*
 * Classes of words in replies: addresses (RFC 5321 4.1.2), IP addresses, host names, times, ids.
 *
 * When in doubt something is replaced: a template that says too little can still be counted, one
 * that says too much gives somebody away.
 */
#include "group/token.h"

#include "base/ascii.h"

#include <smtpstatus/enhanced.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *sst_token_mark(token_kind kind)
{
    static const char *const marks[] = {
        [TOKEN_WORD] = "",           [TOKEN_ADDRESS] = "<address>", [TOKEN_URL] = "<url>",
        [TOKEN_HOST] = "<host>",     [TOKEN_IP] = "<ip>",           [TOKEN_TIME] = "<time>",
        [TOKEN_NUMBER] = "<number>", [TOKEN_QUANTITY] = "<number>", [TOKEN_ID] = "<id>",
        [TOKEN_NAME] = "<name>",
    };
    return marks[kind];
}

/* --- helpers -------------------------------------------------------------------------------- */

static bool in_list(sst_span word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(word, list[i], true))
            return true;
    }
    return false;
}

static sst_span part(sst_span text, size_t start, size_t end)
{
    sst_span out = {text.ptr + start, end - start};
    return out;
}

/* Where a byte stands; the length where it does not. */
static size_t position(sst_span text, char c)
{
    const char *found = text.len > 0 ? memchr(text.ptr, c, text.len) : NULL;
    return found ? (size_t)(found - text.ptr) : text.len;
}

/* How many digits a text begins with. */
static size_t digits(sst_span text)
{
    size_t count = 0;
    while (count < text.len && ascii_is_digit(text.ptr[count]))
        count++;
    return count;
}

static bool all_digits(sst_span text)
{
    return text.len > 0 && digits(text) == text.len;
}

static bool has_digit(sst_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (ascii_is_digit(text.ptr[i]))
            return true;
    }
    return false;
}

/*
 * A pattern, all of it: '0' a digit, 'A' an upper-case letter, 'a' a letter, each followed by how
 * many there may be, as "0{1-4}"; every other byte stands for itself. Enough for dates, times and
 * sub-codes, and it never goes back.
 */
static bool fits(sst_span text, const char *pattern)
{
    size_t at = 0;
    while (*pattern) {
        char want = *pattern++;
        size_t least = 1;
        size_t most = 1;
        if (*pattern == '{') {
            least = (size_t)(pattern[1] - '0');
            most = (size_t)(pattern[3] - '0');
            pattern += 5;
        }
        size_t count = 0;
        while (count < most && at < text.len &&
               (want == '0'   ? ascii_is_digit(text.ptr[at])
                : want == 'A' ? ascii_is_upper(text.ptr[at])
                : want == 'a' ? ascii_is_alpha(text.ptr[at])
                              : text.ptr[at] == want)) {
            count++;
            at++;
        }
        if (count < least)
            return false;
    }
    return at == text.len;
}

static bool fits_one(sst_span text, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fits(text, patterns[i]))
            return true;
    }
    return false;
}

/* --- IP addresses --------------------------------------------------------------------------- */

static bool is_ipv4(sst_span text)
{
    for (int octet = 0; octet < 4; octet++) {
        size_t count = digits(text);
        if (count == 0 || count > 3 || (count == 3 && memcmp(text.ptr, "255", 3) > 0))
            return false;
        text = part(text, count, text.len);
        if (octet < 3) {
            if (text.len == 0 || text.ptr[0] != '.')
                return false;
            text = part(text, 1, text.len);
        }
    }
    return text.len == 0;
}

/* Hexadecimal digits and colons, seven of them or two in a row (RFC 5952). */
static bool is_ipv6(sst_span text)
{
    static const char allowed[] = "0123456789abcdefABCDEF.";
    size_t colons = 0;
    bool doubled = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == ':') {
            colons++;
            doubled = doubled || (i > 0 && text.ptr[i - 1] == ':');
        } else if (!memchr(allowed, text.ptr[i], sizeof allowed - 1)) {
            return false;
        }
    }
    return text.len > 2 && (colons == 7 || (colons >= 2 && doubled));
}

/* With the port or the prefix length that may follow, and the tag of RFC 5321 4.1.3 before it. */
static bool is_ip(sst_span text)
{
    if (text.len > 5 && ascii_equal_fold(text.ptr, "IPv6:", 5))
        text = part(text, 5, text.len);
    text = part(text, 0, position(text, '/'));
    size_t colon = position(text, ':');
    if (is_ipv4(part(text, 0, colon)))
        return colon == text.len || all_digits(part(text, colon + 1, text.len));
    return is_ipv6(part(text, 0, position(text, '%')));
}

/* --- names of hosts ------------------------------------------------------------------------- */

/* Exchange names its own parts like hosts: "RESOLVER.ADR.RecipientNotFound". */
static bool is_exchange_agent(sst_span text)
{
    static const char *const agents[] = {"RESOLVER", "STOREDRV", "SMTPSEND", "ROUTING",
                                         "QUEUE",    "AGENT",    "SMTP",     "TRANSPORT"};
    sst_span first = part(text, 0, position(text, '.'));
    for (size_t i = 0; i < COUNT(agents); i++) {
        if (span_is(first, agents[i], false))
            return true;
    }
    return false;
}

/* Two labels or more, the last one of letters, or of the form that non-ASCII names are written in.
 */
static bool is_host(sst_span text)
{
    size_t labels = 0;
    size_t start = 0;
    sst_span last = {NULL, 0};
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '.')
            continue;
        if (i == start)
            return false;
        last = part(text, start, i);
        labels++;
        start = i + 1;
    }
    if (labels < 2 || last.len < 2 || is_exchange_agent(text))
        return false;
    if (last.len > 4 && ascii_equal_fold(last.ptr, "xn--", 4))
        return true;
    for (size_t i = 0; i < last.len; i++) {
        if (!ascii_is_alpha(last.ptr[i]))
            return false;
    }
    return true;
}

/* --- classes -------------------------------------------------------------------------------- */

/* A provider's own number for what is wrong, as [TSS04], (S3150), IB101, AUP#1260, OU-001: the same
 * for everybody, and the best thing in the reply. */
static bool is_subcode(sst_span text)
{
    static const char *const forms[] = {"A{1-6}0{1-4}", "A{1-6}-0{1-4}", "A{1-6}#0{1-4}"};
    return fits_one(text, forms, COUNT(forms));
}

static bool is_time(sst_span text)
{
    static const char *const forms[] = {
        "0{1-2}:0{2-2}",        "0{1-2}:0{2-2}:0{2-2}", "0{1-2}:0{2-2}:0{2-2}.0{1-9}",
        "0{4-4}-0{2-2}-0{2-2}", "0{4-4}/0{2-2}/0{2-2}", "0{1-2}/0{1-2}/0{2-4}",
        "0{1-2}-a{3-3}-0{2-4}",
    };
    return fits_one(text, forms, COUNT(forms));
}

/* RFC 3339: a date, 'T' and a time with its zone. */
static bool is_timestamp(sst_span text)
{
    return text.len > 16 && (text.ptr[10] == 'T' || text.ptr[10] == 't') &&
           fits(part(text, 0, 10), "0{4-4}-0{2-2}-0{2-2}") &&
           fits(part(text, 11, 16), "0{2-2}:0{2-2}");
}

/* A mailbox: an '@' between other bytes; or a path of X.400, as Exchange's directory has them. */
static bool is_address(sst_span text)
{
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (text.ptr[i] == '@')
            return true;
    }
    return text.len > 3 &&
           (ascii_equal_fold(text.ptr, "/o=", 3) || ascii_equal_fold(text.ptr, "/c=", 3));
}

/* With a scheme, or a host with a path. */
static bool is_url(sst_span text)
{
    for (size_t i = 1; i + 2 < text.len; i++) {
        if (memcmp(text.ptr + i, "://", 3) == 0)
            return true;
    }
    size_t slash = position(text, '/');
    return slash < text.len && is_host(part(text, 0, slash));
}

token_kind sst_token_whole(sst_span run)
{
    if (is_url(run))
        return TOKEN_URL;
    if (is_address(run))
        return TOKEN_ADDRESS;
    if (is_time(run) || is_timestamp(run))
        return TOKEN_TIME;
    if (is_ip(run))
        return TOKEN_IP;
    return TOKEN_WORD;
}

/* Words of the trade that have a digit. */
static bool is_term(sst_span text)
{
    static const char *const terms[] = {
        "IPv4",    "IPv6",    "8BIT",    "8BITMIME", "7BIT",   "Base64",  "utf8",       "utf-8",
        "sha1",    "sha256",  "md5",     "X.509",    "SSLv2",  "SSLv3",   "TLSv1",      "TLSv1.0",
        "TLSv1.1", "TLSv1.2", "TLSv1.3", "TLS1.2",   "TLS1.3", "rfc2822", "ISO-8859-1",
    };
    return in_list(text, terms, COUNT(terms));
}

static bool is_enhanced(sst_span text)
{
    sst_enhanced code;
    return text.len > 0 && sst_enhanced_parse(text.ptr, text.len, &code) == text.len;
}

size_t sst_token_quantity(sst_span piece)
{
    size_t count = digits(piece);
    if (count + 1 < piece.len && piece.ptr[count] == '.')
        count += 1 + digits(part(piece, count + 1, piece.len));
    return count;
}

token_kind sst_token_piece(sst_span piece)
{
    if (!has_digit(piece))
        return is_host(piece) ? TOKEN_HOST : TOKEN_WORD;
    if (is_enhanced(piece) || is_subcode(piece) || is_term(piece))
        return TOKEN_WORD;
    size_t number = sst_token_quantity(piece);
    if (number == piece.len)
        return TOKEN_NUMBER;
    if (is_ipv4(piece))
        return TOKEN_IP;
    if (is_time(piece))
        return TOKEN_TIME;
    if (is_host(piece))
        return TOKEN_HOST;
    return number > 0 && fits(part(piece, number, piece.len), "a{1-2}") ? TOKEN_QUANTITY : TOKEN_ID;
}

/* --- dates ---------------------------------------------------------------------------------- */

date_part sst_token_date_part(sst_span word)
{
    static const char *const weekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const zones[] = {"UTC", "GMT", "CET", "CEST", "EST", "EDT", "CST",
                                        "CDT", "MST", "MDT", "PST",  "PDT", "MSK", "JST"};
    if (word.len == 3 && ascii_is_upper(word.ptr[0])) {
        if (in_list(word, weekdays, COUNT(weekdays)))
            return DATE_WEEKDAY;
        if (in_list(word, months, COUNT(months)))
            return DATE_MONTH;
    }
    if (all_digits(word) && word.len <= 4)
        return DATE_NUMBER;
    if (is_time(word))
        return DATE_TIME;
    if (in_list(word, zones, COUNT(zones)) || fits(word, "+0{4-4}") || fits(word, "-0{4-4}"))
        return DATE_ZONE;
    return DATE_NONE;
}
