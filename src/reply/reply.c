/*
 * The stream parser: replies as they come from a server (RFC 5321 4.2, RFC 2034), LMTP's too.
 *
 * A reply that is plain goes the quick way (take_plain), every other line by line (take_lines);
 * what is known of an unfinished one is in the parser. Nothing is decided before a line is whole or
 * a limit is reached, so that no result depends on where the bytes were cut. Words that people
 * paste are read in relaxed.c.
 */
#include <smtpstatus/reply.h>

#include <string.h>

#include "base/scan.h"
#include "reply/head.h"

/* RFC 5321 4.5.3.1.5, with CR LF. */
#define STANDARD_LINE 512

/* What strict syntax refuses. */
#define ODDITIES                                                                                   \
    (SST_REPLY_NO_SEPARATOR | SST_REPLY_BARE_LF | SST_REPLY_BARE_CR | SST_REPLY_NUL |              \
     SST_REPLY_8BIT | SST_REPLY_CODES_DIFFER | SST_REPLY_ENHANCED_DIFFER |                         \
     SST_REPLY_CLASS_CONFLICT | SST_REPLY_LONG_LINE | SST_REPLY_HIGH_DIGIT |                       \
     SST_REPLY_OUT_OF_RANGE | SST_REPLY_CUT_OFF)

/* Where in a line without a code the first byte is that cannot be one's. */
static size_t first_wrong(const char *line, size_t len)
{
    size_t i = 0;
    while (i < len && i < 3 && ascii_is_digit(line[i]) && line[0] != '0')
        i++;
    return i;
}

/* What is to be said of one line. */
typedef struct finding {
    uint32_t flags;
    sst_reply_why why; /* NOTHING: the line is taken */
    size_t where;      /* in the line */
} finding;

/* What the scanner saw, as flags. A CR before the end of the input is bare too. */
static uint32_t seen_flags(unsigned seen)
{
    return (seen & SCAN_NUL ? SST_REPLY_NUL : 0u) | (seen & SCAN_8BIT ? SST_REPLY_8BIT : 0u) |
           (seen & (SCAN_BARE_CR | SCAN_AFTER_CR) ? SST_REPLY_BARE_CR : 0u) |
           (seen & SCAN_BARE_LF ? SST_REPLY_BARE_LF : 0u);
}

/* Looks closely at a line that is not plain. before is the code of the line before, or 0. */
static finding examine(const char *line, size_t len, unsigned seen, int before)
{
    finding found = {seen_flags(seen), SST_REPLY_WHY_NOTHING, 0};
    int code = len < 3 ? 0 : reply_number(line);
    if (code == 0) {
        found.why = SST_REPLY_WHY_NO_CODE;
        found.where = first_wrong(line, len);
        return found;
    }
    char separator = len > 3 ? line[3] : '\n';
    if (separator == '\r' || separator == '\n') {
        found.flags |= SST_REPLY_NO_SEPARATOR;
    } else if (separator != ' ' && separator != '-') {
        found.why = SST_REPLY_WHY_SEPARATOR;
        found.where = 3;
    }
    if (len > STANDARD_LINE)
        found.flags |= SST_REPLY_LONG_LINE;
    if (code < 200 || code > 599)
        found.flags |= SST_REPLY_OUT_OF_RANGE;
    if (line[1] > '5')
        found.flags |= SST_REPLY_HIGH_DIGIT;
    if (before != 0 && code != before)
        found.flags |= SST_REPLY_CODES_DIFFER;
    return found;
}

static void note(sst_reply_parser *state, uint32_t flags)
{
    if (state->flags == 0)
        state->odd_line = state->line_start;
    state->flags |= flags;
}

/* The enhanced code of a line, if it has one: the first line's counts. */
static void take_enhanced(sst_reply_parser *state, const char *line, size_t len)
{
    sst_enhanced found;
    if (len < 4 || reply_enhanced(line, len, 4, &found) == 0)
        return;
    if (state->enhanced.status_class == 0)
        state->enhanced = found;
    else if (state->enhanced.status_class != found.status_class ||
             state->enhanced.subject != found.subject || state->enhanced.detail != found.detail)
        note(state, SST_REPLY_ENHANCED_DIFFER);
}

static void accept(sst_reply_parser *state, int code, const char *line, size_t len)
{
    state->code = code;
    state->lines++;
    take_enhanced(state, line, len);
}

/*
 * Takes the line of len bytes, line end included. Returns whether it is the last one of the reply,
 * or malformed: then *why says so, and *where, counted from the start of the reply.
 */
static bool take_line(sst_reply_parser *state, const char *line, size_t len, sst_reply_why *why,
                      size_t *where)
{
    finding found = examine(line, len, state->seen, state->code);
    if (found.why != SST_REPLY_WHY_NOTHING) {
        *why = found.why;
        *where = state->line_start + found.where;
        return true;
    }
    note(state, found.flags);
    accept(state, reply_number(line), line, len);
    return len < 4 || line[3] != '-';
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Takes lines to the end of the reply. Returns where that is, with *why and *where if it is
 * malformed up to there, or 0 if more bytes are needed.
 */
static size_t take_lines(sst_reply_parser *state, const char *data, size_t len, sst_reply_why *why,
                         size_t *where)
{
    for (;;) {
        size_t limit = smaller(state->line_start + SST_MAX_REPLY_LINE, SST_MAX_REPLY);
        size_t bound = smaller(len, limit);
        size_t end = sst_scan_line(data, state->scanned, bound, &state->seen);
        state->scanned = end;
        if (end == bound) {
            if (bound < limit)
                return 0;
            *where = limit;
            *why = limit == SST_MAX_REPLY ? SST_REPLY_WHY_TOO_LONG : SST_REPLY_WHY_LINE_TOO_LONG;
            return limit;
        }
        end++;
        if (take_line(state, data + state->line_start, end - state->line_start, why, where))
            return end;
        if (state->lines == SST_MAX_REPLY_LINES) {
            *where = end;
            *why = SST_REPLY_WHY_TOO_MANY_LINES;
            return end;
        }
        state->line_start = end;
        state->scanned = end;
        state->seen = 0;
    }
}

static void restart(sst_reply_parser *parser)
{
    bool strict = parser->strict;
    memset(parser, 0, sizeof *parser);
    parser->strict = strict;
}

static inline void fill(sst_reply *reply, int code, sst_enhanced enhanced, size_t lines,
                        const char *data, size_t len)
{
    memset(reply, 0, sizeof *reply);
    reply->code = code;
    reply->enhanced = enhanced;
    reply->lines = lines;
    reply->whole.ptr = data;
    reply->whole.len = len;
}

/* Hands out what was read, as the first end bytes of data, and begins anew. */
static sst_reply_status deliver(sst_reply_parser *parser, const char *data, size_t end,
                                sst_reply_why why, size_t where, sst_reply *reply)
{
    int status_class = parser->enhanced.status_class;
    if (status_class != 0 && status_class != parser->code / 100)
        note(parser, SST_REPLY_CLASS_CONFLICT);
    if (parser->strict && why == SST_REPLY_WHY_NOTHING && (parser->flags & ODDITIES) != 0) {
        why = SST_REPLY_WHY_STRICT;
        where = parser->odd_line;
    }
    fill(reply, parser->code, parser->enhanced, parser->lines, data, end);
    reply->flags = parser->flags;
    reply->why = why;
    reply->where = where;
    restart(parser);
    return why == SST_REPLY_WHY_NOTHING ? SST_REPLY_COMPLETE : SST_REPLY_MALFORMED;
}

/* No limit can be reached within so few bytes: a plain line has at least 6. */
#define PLAIN_BYTES (6 * (SST_MAX_REPLY_LINES - 1))

/*
 * Whether a line of a plain reply, whose first line begins at head, has the same code, a separator,
 * and no enhanced code, or a common one that goes with the code and with *enhanced, which it sets.
 */
static inline bool is_plain(const char *line, size_t len, const char *head, uint64_t *enhanced)
{
    if (len < 6 || len > STANDARD_LINE || memcmp(line, head, 3) != 0 ||
        (line[3] != ' ' && line[3] != '-'))
        return false;
    if (line[5] == '.') {
        uint64_t found = len < 12 ? 0 : reply_common_enhanced(line + 4);
        if (found == 0 || (*enhanced != 0 && found != *enhanced) || line[4] != line[0])
            return false;
        *enhanced = found;
    }
    return true;
}

/*
 * The quick way for replies in which nothing is odd, which almost all are: everything is in
 * registers, and the parser is not touched. Returns where the reply ends, and fills it; or 0 at the
 * first line that is not plain or not whole, with what is known up to there in the parser.
 */
static inline size_t take_plain(sst_reply_parser *parser, const char *data, size_t len,
                                sst_reply *reply)
{
    size_t bound = smaller(len, PLAIN_BYTES);
    int code = bound < 6 ? 0 : reply_number(data);
    if (code < 200 || code > 599 || data[1] > '5')
        return 0;
    scan_window window = {0};
    uint64_t enhanced = 0;
    size_t lines = 0;
    size_t start = 0;
    unsigned seen = 0;
    size_t end;
    for (;;) {
        end = scan_next_line(&window, data, start, bound, &seen);
        if (end == bound || seen != 0 || !is_plain(data + start, end + 1 - start, data, &enhanced))
            break;
        lines++;
        if (data[start + 3] == ' ') {
            fill(reply, code, reply_unpack_enhanced(enhanced), lines, data, end + 1);
            return end + 1;
        }
        start = end + 1;
    }
    bool is_whole = end < bound; /* an odd line is scanned once more */
    parser->code = lines > 0 ? code : 0;
    parser->enhanced = reply_unpack_enhanced(enhanced);
    parser->lines = lines;
    parser->line_start = start;
    parser->scanned = is_whole ? start : bound;
    parser->seen = is_whole ? 0 : seen;
    return 0;
}

sst_reply_status sst_reply_parse(sst_reply_parser *parser, const char *data, size_t len,
                                 sst_reply *reply, ptrdiff_t *consumed)
{
    sst_reply_why why = SST_REPLY_WHY_NOTHING;
    size_t where = 0;
    *consumed = 0;
    if (len <= parser->scanned)
        return SST_REPLY_INCOMPLETE;
    if (parser->scanned == 0) {
        *consumed = (ptrdiff_t)take_plain(parser, data, len, reply);
        if (*consumed > 0)
            return SST_REPLY_COMPLETE;
    }
    size_t end = take_lines(parser, data, len, &why, &where);
    *consumed = (ptrdiff_t)end;
    return end == 0 ? SST_REPLY_INCOMPLETE : deliver(parser, data, end, why, where, reply);
}

/* Takes the bytes behind the last whole line, if any. Returns where the reply ends. */
static size_t take_rest(sst_reply_parser *state, const char *data, size_t len, finding *found)
{
    const char *line = data + state->line_start;
    size_t rest = len - state->line_start;
    if (rest > 0)
        *found = examine(line, rest, state->seen, state->code);
    bool is_line = rest > 0 && found->why == SST_REPLY_WHY_NOTHING;
    if (is_line)
        accept(state, reply_number(line), line, rest);
    found->flags |= SST_REPLY_CUT_OFF;
    if (state->lines == 0 || is_line || found->where < rest)
        return len;
    /* A few digits behind whole lines are the beginning of the line that is missing. */
    found->why = SST_REPLY_WHY_NOTHING;
    return state->line_start;
}

sst_reply_status sst_reply_finish(sst_reply_parser *parser, const char *data, size_t len,
                                  sst_reply *reply, ptrdiff_t *consumed)
{
    sst_reply_status status = sst_reply_parse(parser, data, len, reply, consumed);
    if (status != SST_REPLY_INCOMPLETE || len == 0)
        return status;
    finding found = {0, SST_REPLY_WHY_NOTHING, 0};
    size_t end = take_rest(parser, data, len, &found);
    note(parser, found.flags);
    *consumed = (ptrdiff_t)len;
    size_t where = found.why == SST_REPLY_WHY_NOTHING ? 0 : parser->line_start + found.where;
    return deliver(parser, data, end, found.why, where, reply);
}

int sst_reply_parser_init(sst_reply_parser *parser, const sst_reply_options *options)
{
    memset(parser, 0, sizeof *parser);
    if (options && options->size != sizeof *options)
        return SST_E_INVALID;
    parser->strict = options && options->strict;
    return SST_OK;
}

const char *sst_reply_why_text(sst_reply_why why)
{
    static const char *const texts[] = {
#define WHY_TEXT(ident, text) text,
        SST_REPLY_WHY_LIST(WHY_TEXT)
#undef WHY_TEXT
    };
    return (size_t)why < sizeof texts / sizeof texts[0] ? texts[why] : "";
}
