/*
 * Relaxed reading: the one reply in words that people paste and that logs and bounces quote. Where
 * it begins, where it ends, and what the words about it say. The tables are in forms.c.
 *
 * Everything is linear in the text. Nothing is made up: a code that is handed out stands there.
 */
#include <smtpstatus/code.h>
#include <smtpstatus/reply.h>

#include "base/scan.h"
#include "reply/forms.h"
#include "reply/phrase.h"
#include "reply/relaxed.h"

/* RFC 3463 has the subjects 0 to 7. Where an enhanced code stands in prose it must be one of them:
 * "4.16.1" there is a provider's own number, or a version. */
#define LAST_SUBJECT 7

/* How long a description between an enhanced code and a code may be: "5.1.1 (bad address),550". */
#define MAX_DESCRIPTION 200

typedef struct reading {
    sst_span text;       /* without blanks at its ends */
    size_t start;        /* of the reply: its code, else its enhanced code, else its words */
    size_t end;          /* of the reply */
    reply_head head;     /* code 0: there is none */
    sst_enhanced before; /* an enhanced code in front of the code */
    sst_span remote;
    sst_command command;
} reading;

static sst_span trim(sst_span text)
{
    size_t start = sst_phrase_skip_blanks(text, 0);
    size_t end = sst_phrase_unskip_blanks(text, text.len);
    sst_span trimmed = {text.ptr + start, end > start ? end - start : 0};
    return trimmed;
}

/* The sets are of a few bytes each: a call would take longer than the loop. */
static inline bool is_one_of(char byte, const char *set)
{
    for (; *set != '\0'; set++) {
        if (*set == byte)
            return true;
    }
    return false;
}

/* Whether a number at a position would be the end of a longer word or number. */
static bool in_word(sst_span text, size_t at)
{
    return at > 0 && (ascii_is_alnum(text.ptr[at - 1]) || is_one_of(text.ptr[at - 1], "._@"));
}

/*
 * An enhanced code behind a code: next to it, or with blanks and up to three marks between.
 * Returns where it ends, or 0.
 */
static size_t bridged_enhanced(sst_span text, size_t at, int code, sst_enhanced *enhanced)
{
    size_t start = at;
    for (size_t marks = 0; start < text.len && marks <= 3; start++) {
        if (is_one_of(text.ptr[start], "-:.,#('\"<"))
            marks++;
        else if (!ascii_is_space(text.ptr[start]))
            break;
    }
    size_t label = sst_phrase_at(text, start, "error_code :"); /* Zoho */
    start = label != PHRASE_NONE ? label : start;
    sst_enhanced found;
    size_t end = start < text.len ? reply_enhanced(text.ptr, text.len, start, &found) : 0;
    /* "5505.1.1": only if it cannot be anything else. */
    if (end == 0 || (start == at && found.status_class != code / 100))
        return 0;
    *enhanced = found;
    return end < text.len && is_one_of(text.ptr[end], ")>") ? end + 1 : end;
}

/* IronPort writes the replies of others as 550-'User unknown'. */
static bool is_quoted(sst_span text, size_t at)
{
    return text.len - at > 4 && text.ptr[at + 3] == '-' && text.ptr[at + 4] == '\'';
}

bool sst_relaxed_head(sst_span text, size_t at, reply_head *head)
{
    if (text.len - at < 3 || text.ptr[at] < '2' || text.ptr[at] > '5')
        return false;
    reply_head found = {reply_number(text.ptr + at), false, {0, 0, 0}, at + 3};
    if (found.code == 0)
        return false;
    char next = found.text < text.len ? text.ptr[found.text] : ' ';
    size_t end = bridged_enhanced(text, found.text, found.code, &found.enhanced);
    if (end == 0 && !ascii_is_space(next) && next != '-' && next != '#')
        return false;
    found.goes_on = next == '-' && !is_quoted(text, at);
    if (end != 0) {
        found.text = end;
    } else if (!ascii_is_space(next)) {
        found.text++;
        if (is_quoted(text, at))
            found.text++;
    }
    *head = found;
    return true;
}

size_t sst_relaxed_skip_mark(sst_span text, size_t at)
{
    static const char *const marks[] = {"<<<", "<--"};
    at = sst_phrase_skip_blanks(text, at);
    if (at == text.len || text.ptr[at] != '<')
        return at;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t end = sst_phrase_at(text, at, marks[i]);
        if (end != PHRASE_NONE)
            return sst_phrase_skip_blanks(text, end);
    }
    return at;
}

/* Whether one of a few words begins at a position and ends as a word. */
static bool any_at(sst_span text, size_t at, const char *const *list)
{
    char first = at < text.len ? ascii_lower(text.ptr[at]) : '\0';
    for (; *list; list++) {
        if ((*list)[0] != first)
            continue;
        size_t end = sst_phrase_at(text, at, *list);
        if (end != PHRASE_NONE && (end == text.len || !ascii_is_alnum(text.ptr[end])))
            return true;
    }
    return false;
}

/*
 * Whether the number only counts something: "500 messages per hour", "250 MB". Up to two words
 * before the unit, small letters: "421 Messages per hour exceeded" is a reply.
 */
static bool is_count(sst_span text, const reply_head *head)
{
    static const char *const units[] = {"seconds", "minutes", "hours", "days", "bytes",
                                        "kb",      "mb",      "gb",    NULL};
    static const char *const rates[] = {"per second", "per minute", "per hour", "per day",
                                        "per week",   "per month",  "an hour",  "a day",
                                        "a minute",   "/hour",      "/day",     NULL};
    if (head->goes_on || head->enhanced.status_class != 0)
        return false;
    size_t at = sst_phrase_skip_blanks(text, head->text);
    if (any_at(text, at, units))
        return true;
    for (int i = 0; i < 3; i++) {
        if (any_at(text, at, rates))
            return true;
        while (at < text.len && text.ptr[at] >= 'a' && text.ptr[at] <= 'z')
            at++;
        at = sst_phrase_skip_blanks(text, at);
    }
    return false;
}

/* Whether a separator stands before a position: a bracket, a colon and a blank, a line's start. */
static bool is_separated(sst_span text, size_t at, bool has_enhanced)
{
    if (is_one_of(text.ptr[at - 1], "[(<'\"#,;"))
        return true;
    size_t behind = sst_phrase_unskip_blanks(text, at);
    if (behind >= 3 && memcmp(text.ptr + behind - 3, "\xEF\xBC\x9A", 3) == 0) /* wide colon */
        return true;
    if (behind == at || behind == 0)
        return false;
    if (at - behind > 1) /* a column of its own */
        return true;
    return memchr(text.ptr + behind, '\n', at - behind) != NULL || text.ptr[behind - 1] == ':' ||
           (has_enhanced && (is_one_of(text.ptr[behind - 1], ",;>-.!)") ||
                             (unsigned char)text.ptr[behind - 1] >= 0x80));
}

/* Whether a number in the middle of the text is a code, by what stands before it. */
static bool is_code(sst_span text, size_t at, const reply_head *head)
{
    bool has_enhanced = head->enhanced.status_class == head->code / 100;
    bool likely = has_enhanced || head->code >= 400;
    bool any_code = false;
    if (sst_forms_introduced(text, at, &any_code))
        return any_code || likely;
    if (is_quoted(text, at))
        return likely;
    bool is_telephone = head->goes_on && text.len - at > 4 && ascii_is_digit(text.ptr[at + 4]);
    if (is_telephone && !has_enhanced)
        return false;
    return likely && is_separated(text, at, has_enhanced);
}

/*
 * Passes by what may stand between an enhanced code and the code that it belongs to: blanks, a
 * description in brackets, separators, "smtp;". No hyphen: "5.7.500-599" is a range.
 */
static size_t skip_description(sst_span text, size_t at)
{
    at = sst_phrase_skip_blanks(text, at);
    if (at < text.len && text.ptr[at] == '(') {
        size_t left = text.len - at;
        const char *close =
            memchr(text.ptr + at, ')', left < MAX_DESCRIPTION ? left : MAX_DESCRIPTION);
        at = close ? (size_t)(close - text.ptr) + 1 : at;
    }
    while (at < text.len && (ascii_is_space(text.ptr[at]) || is_one_of(text.ptr[at], ",;:#<'\"")))
        at++;
    size_t end = sst_phrase_at(text, at, "smtp;");
    return end == PHRASE_NONE ? at : sst_phrase_skip_blanks(text, end);
}

/* Looks for an enhanced code that belongs to the code behind it: "#5.1.1 smtp;550 User unknown". */
static void find_before(reading *r)
{
    sst_enhanced found;
    for (size_t at = 0; at < r->start; at++) {
        if (!ascii_is_digit(r->text.ptr[at]) || in_word(r->text, at))
            continue;
        size_t end = reply_enhanced(r->text.ptr, r->start, at, &found);
        if (end != 0 && skip_description(r->text, end) == r->start)
            r->before = found;
    }
}

/* Looks for the first code that is one; at the opening of the text it needs no introduction.
 * Returns false where there is none. */
static bool find_code(reading *r, size_t from, bool is_opening)
{
    for (size_t at = from; at + 3 <= r->text.len; at++) {
        if (ascii_is_digit(r->text.ptr[at]) && !in_word(r->text, at) &&
            sst_relaxed_head(r->text, at, &r->head) && !is_count(r->text, &r->head) &&
            ((is_opening && at == from) || is_code(r->text, at, &r->head))) {
            r->start = at;
            return true;
        }
    }
    memset(&r->head, 0, sizeof r->head);
    return false;
}

/* Without a code: the first enhanced code behind a colon, as Postfix logs a milter's. */
static bool find_enhanced(reading *r)
{
    for (size_t at = 1; at < r->text.len; at++) {
        if (!ascii_is_digit(r->text.ptr[at]) || !ascii_is_space(r->text.ptr[at - 1]))
            continue;
        size_t behind = sst_phrase_unskip_blanks(r->text, at);
        size_t end = reply_enhanced(r->text.ptr, r->text.len, at, &r->head.enhanced);
        if (end != 0 && behind > 0 && r->text.ptr[behind - 1] == ':' &&
            r->head.enhanced.subject <= LAST_SUBJECT) {
            r->start = at;
            r->head.text = end;
            return true;
        }
    }
    memset(&r->head, 0, sizeof r->head);
    return false;
}

/*
 * The text begins with an enhanced code. A basic one right behind it makes a reply with it, and so
 * does IronPort's 550-' in the words; otherwise a code further on is part of the words.
 */
static void start_with_enhanced(reading *r, size_t opening, sst_enhanced enhanced, size_t end)
{
    r->before = enhanced;
    r->start = skip_description(r->text, end);
    if (sst_relaxed_head(r->text, r->start, &r->head) && !is_count(r->text, &r->head))
        return;
    if (find_code(r, end, false) && is_quoted(r->text, r->start))
        return;
    memset(&r->before, 0, sizeof r->before);
    memset(&r->head, 0, sizeof r->head);
    r->head.enhanced = enhanced;
    r->head.text = end;
    r->start = opening;
}

static void find_start(reading *r)
{
    size_t opening = sst_forms_skip_opening(r->text, true);
    size_t local = sst_phrase_at(r->text, 0, "x-unix;"); /* a program's exit status: no code */
    sst_enhanced enhanced;
    size_t end = reply_enhanced(r->text.ptr, r->text.len, opening, &enhanced);
    if (end != 0) {
        start_with_enhanced(r, opening, enhanced, end);
    } else if (local == PHRASE_NONE && find_code(r, opening, true)) {
        find_before(r);
    } else if (local != PHRASE_NONE || !find_enhanced(r)) {
        r->start = local != PHRASE_NONE ? sst_phrase_skip_blanks(r->text, local)
                                        : sst_forms_skip_opening(r->text, false);
        r->head.text = r->start;
    }
}

/* Whether the line that begins at a position goes on with the reply. */
static bool continues(const reading *r, bool marked, size_t at, bool *goes_on)
{
    size_t content = sst_phrase_skip_blanks(r->text, at);
    const char *lf = memchr(r->text.ptr + at, '\n', content - at);
    size_t words = sst_relaxed_skip_mark(r->text, at);
    bool is_marked = words != content;
    bool indented = content > at;
    if (lf || sst_forms_ends_reply(r->text, content) || (is_marked ? !marked : marked && !indented))
        return false;
    reply_head head;
    if (r->head.code == 0 || !sst_relaxed_head(r->text, words, &head))
        return true;
    if (*goes_on || head.code == r->head.code) {
        *goes_on = head.goes_on;
        return true;
    }
    /* Another reply, or a number in the reply's words. */
    return indented || head.code < 400 || is_count(r->text, &head);
}

/* The end of the reply, before what stands behind it is looked at. */
static size_t find_end(const reading *r)
{
    size_t intro = sst_phrase_unskip_blanks(r->text, r->start);
    bool marked = sst_phrase_before(r->text, intro, "<<<") != PHRASE_NONE ||
                  sst_phrase_before(r->text, intro, "<--") != PHRASE_NONE;
    bool goes_on = r->head.goes_on;
    size_t at = r->start;
    for (;;) {
        const char *lf = memchr(r->text.ptr + at, '\n', r->text.len - at);
        if (!lf)
            return r->text.len;
        size_t next = (size_t)(lf - r->text.ptr) + 1;
        if (!continues(r, marked, next, &goes_on))
            return next;
        at = next;
    }
}

/* Whether a bracket or quote that closes was opened in the words before the reply's own. */
static bool was_opened(const reading *r, char close)
{
    static const char pairs[] = ")(][><''\"\"";
    const char *pair = memchr(pairs, close, sizeof pairs - 1);
    if (!pair)
        return false;
    char open = pair[1];
    size_t count = 0;
    for (size_t at = 0; at < r->head.text; at++) {
        char byte = r->text.ptr[at];
        if (byte == open)
            count = open == close ? 1 - count : count + 1;
        else if (byte == close && count > 0)
            count--;
    }
    return count > 0;
}

/* A field of its own behind a reply that is one: "553 Relaying denied,mx.example.com". */
static void cut_fields(reading *r)
{
    size_t type = sst_phrase_before(r->text, r->start, "smtp;");
    size_t start = type == PHRASE_NONE ? r->start : type;
    if (start == 0 || r->text.ptr[start - 1] != ',')
        return;
    for (size_t at = r->head.text; at < r->end; at++) {
        if (r->text.ptr[at] != ',')
            continue;
        sst_span host = sst_forms_host_at(r->text, at + 1);
        size_t end = at + 1 + host.len;
        if (host.ptr && ascii_is_alpha(r->text.ptr[end - 1]) &&
            (end == r->text.len || is_one_of(r->text.ptr[end], ", "))) {
            r->end = at;
            r->remote = host;
            return;
        }
    }
}

/* Takes off what stands behind the reply's own words. */
static void cut_trailers(reading *r)
{
    bool introduced = r->start > 0;
    char closed = '\0';
    if (introduced)
        cut_fields(r);
    for (int i = 0; i < 8; i++) {
        r->end = sst_phrase_unskip_blanks(r->text, r->end);
        if (r->end <= r->head.text) {
            r->end = r->head.text;
            return;
        }
        sst_span own = {r->text.ptr + r->head.text, r->end - r->head.text};
        size_t trailer = sst_forms_trailer(own, &r->command);
        char last = r->text.ptr[r->end - 1];
        if (trailer < own.len) {
            r->end = r->head.text + trailer;
        } else if (introduced && last != closed && was_opened(r, last)) {
            closed = last;
            r->end--;
        } else {
            return;
        }
    }
}

/*
 * An enhanced code in the words: "#5.1.1" anywhere, behind " - " (Yahoo), or behind the first word
 * (Barracuda: "450 cuda_nsu 4.7.1 ..."). It must be of the code's class.
 */
static sst_enhanced find_in_words(const reading *r)
{
    sst_enhanced found;
    const char *text = r->text.ptr;
    size_t first = sst_phrase_skip_blanks(r->text, r->head.text);
    size_t word_end = first;
    while (word_end < r->end && !ascii_is_space(text[word_end]))
        word_end++;
    for (size_t at = first + 1; at < r->end; at++) {
        if (!ascii_is_digit(text[at]))
            continue;
        size_t before = sst_phrase_unskip_blanks(r->text, at);
        bool behind_word = before == word_end && r->head.code >= 400;
        if (text[at - 1] != '#' && (before == at || (!behind_word && text[before - 1] != '-')))
            continue;
        if (reply_enhanced(text, r->end, at, &found) != 0 && found.subject <= LAST_SUBJECT &&
            (r->head.code == 0 || found.status_class == r->head.code / 100))
            return found;
    }
    return (sst_enhanced){0, 0, 0};
}

static bool same(sst_enhanced a, sst_enhanced b)
{
    return a.status_class == b.status_class && a.subject == b.subject && a.detail == b.detail;
}

/* Goes over the lines of the reply, which is known but for them. */
static void count_lines(sst_reply *reply)
{
    sst_reply_line_iterator iterator = {0};
    sst_reply_line line;
    size_t start = 0;
    while (sst_reply_next_line(reply, &iterator, &line)) {
        if (line.code != 0 && start > 0 && reply->whole.ptr[start - 1] != '\n')
            reply->flags |= SST_REPLY_JOINED_LINES;
        if (line.code != 0 && line.code != reply->code)
            reply->flags |= SST_REPLY_CODES_DIFFER;
        if (line.code != 0)
            reply->code = line.code;
        if (reply->enhanced.status_class == 0)
            reply->enhanced = line.enhanced;
        else if (line.enhanced.status_class != 0 && !same(line.enhanced, reply->enhanced))
            reply->flags |= SST_REPLY_ENHANCED_DIFFER;
        reply->lines++;
        start = iterator.position;
    }
    if (iterator.goes_on)
        reply->flags |= SST_REPLY_CUT_OFF;
}

static uint32_t byte_flags(sst_span text)
{
    unsigned seen = 0;
    for (size_t at = 0; at < text.len; at++)
        at = sst_scan_line(text.ptr, at, text.len, &seen);
    return (seen & SCAN_NUL ? SST_REPLY_NUL : 0u) | (seen & SCAN_8BIT ? SST_REPLY_8BIT : 0u);
}

static void set_flags(const reading *r, sst_reply *reply)
{
    reply->flags |= byte_flags(reply->whole);
    reply->flags |= r->start > 0 ? SST_REPLY_INTRODUCED : 0u;
    reply->flags |= r->end < r->text.len ? SST_REPLY_TRAILED : 0u;
    if (reply->code == 0)
        return;
    if (r->head.enhanced.status_class != 0 &&
        memchr(r->text.ptr + r->start, '#', r->head.text - r->start) != NULL)
        reply->flags |= SST_REPLY_MARKED_ENHANCED;
    if (r->head.text == r->start + 3 && r->head.text == r->end)
        reply->flags |= SST_REPLY_NO_SEPARATOR;
    if (reply->code / 10 % 10 > 5)
        reply->flags |= SST_REPLY_HIGH_DIGIT;
    if (reply->enhanced.status_class != 0 && reply->enhanced.status_class != reply->code / 100)
        reply->flags |= SST_REPLY_CLASS_CONFLICT;
}

/* What the words before and behind the reply say, and where it ends. */
static void read_surroundings(reading *r)
{
    bool is_reply = r->head.code != 0 || r->head.enhanced.status_class != 0;
    r->end = is_reply ? find_end(r) : r->text.len;
    cut_trailers(r);
    if (!is_reply || r->start == 0)
        return;
    sst_span introduction = {r->text.ptr, r->start};
    if (!r->remote.ptr)
        r->remote = sst_forms_host(introduction);
    if (r->command == SST_COMMAND_NONE)
        r->command = sst_forms_command(introduction);
}

void sst_relaxed_surroundings(sst_span text, sst_command *command, sst_span *remote)
{
    reading r;
    memset(&r, 0, sizeof r);
    r.text = trim(text);
    r.remote = *remote;
    find_start(&r);
    read_surroundings(&r);
    *command = r.command;
    if (!remote->ptr)
        *remote = r.remote;
}

void sst_reply_read(const char *text, size_t len, sst_reply *reply)
{
    reading r;
    memset(&r, 0, sizeof r);
    memset(reply, 0, sizeof *reply);
    reply->relaxed = true;
    r.text = trim((sst_span){text ? text : "", len});
    find_start(&r);
    read_surroundings(&r);

    reply->code = r.head.code;
    reply->enhanced = r.head.enhanced.status_class != 0 ? r.head.enhanced : r.before;
    reply->whole.ptr = r.text.ptr + r.start;
    reply->whole.len = r.end - r.start;
    reply->remote = r.remote;
    reply->command = r.command;
    if (reply->code == 0)
        reply->flags |= SST_REPLY_NO_CODE;
    if (r.before.status_class != 0 && r.head.enhanced.status_class == 0)
        reply->flags |= SST_REPLY_MARKED_ENHANCED;
    count_lines(reply);
    if (reply->enhanced.status_class == 0) {
        reply->enhanced = find_in_words(&r);
        if (reply->enhanced.status_class != 0)
            reply->flags |= SST_REPLY_MARKED_ENHANCED;
    }
    set_flags(&r, reply);
}
