/*
 * Templates of replies (group.h). The text is cut at blanks, quotes and brackets; each run between
 * them is looked at whole (an address, a URL), then in pieces (a host, an id, a number).
 *
 * A bare name among ordinary words can be told from them only by what stands about it: behind
 * "user" and the like, in quotes or angle brackets alone, or because an address in the same text
 * has it as its local part.
 */
#include <smtpstatus/group.h>

#include "base/ascii.h"
#include "group/token.h"

/* Local parts that are looked for as words; a reply seldom names more than two addresses. */
#define MAX_NAMES ((size_t)8)

typedef struct template
{
    sst_span text;
    size_t at; /* what comes next */
    char *buffer;
    size_t size;
    size_t used;  /* of the whole, also beyond the buffer */
    bool blank;   /* a blank is due before the next word */
    bool named;   /* the last word was "user" or the like */
    size_t words; /* how many there were */
    sst_span names[MAX_NAMES];
    size_t name_count;
}
template;

/* --- output --------------------------------------------------------------------------------- */

static void put_byte(template *out, char c)
{
    if (out->used < out->size)
        out->buffer[out->used] = c;
    out->used++;
}

static void put(template *out, const char *data, size_t len)
{
    if (out->blank && out->used > 0)
        put_byte(out, ' ');
    out->blank = false;
    for (size_t i = 0; i < len; i++)
        put_byte(out, data[i]);
}

static void put_mark(template *out, token_kind kind)
{
    const char *mark = sst_token_mark(kind);
    put(out, mark, strlen(mark));
    out->named = false;
    out->words++;
}

/* Signs between words. The end of a sentence or a clause parts "user" from what follows. */
static void put_signs(template *out, const char *signs, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (memchr(".;!?()", signs[i], 6))
            out->named = false;
    }
    if (len > 0)
        put(out, signs, len);
}

/* --- names ---------------------------------------------------------------------------------- */

static bool is_hard(char c)
{
    return c != '\0' && strchr("<>()[]{}\"`,;|", c) != NULL;
}

static bool in_run(char c)
{
    return !ascii_is_space(c) && !is_hard(c);
}

/* Notes the local parts of the addresses in the text. */
static void collect_names(template *out)
{
    const char *text = out->text.ptr;
    for (size_t i = 1; i < out->text.len && out->name_count < MAX_NAMES; i++) {
        if (text[i] != '@')
            continue;
        size_t start = i;
        while (start > 0 && in_run(text[start - 1]) && text[start - 1] != '@' &&
               text[start - 1] != ':' && text[start - 1] != '=')
            start--;
        sst_span name = {text + start, i - start};
        if (name.len > 1 && !sst_token_is_common(name))
            out->names[out->name_count++] = name;
    }
}

static bool is_name(const template *out, sst_span word)
{
    for (size_t i = 0; i < out->name_count; i++) {
        if (out->names[i].len == word.len &&
            ascii_equal_fold(out->names[i].ptr, word.ptr, word.len))
            return true;
    }
    return false;
}

/* --- words ---------------------------------------------------------------------------------- */

/* A word that is kept, unless it is somebody's name. */
static void put_word(template *out, sst_span word)
{
    if (is_name(out, word) || (out->named && !sst_token_is_common(word))) {
        put_mark(out, TOKEN_NAME);
        return;
    }
    put(out, word.ptr, word.len);
    out->named = sst_token_introduces_name(word);
    out->words++;
}

static void put_piece(template *out, sst_span piece)
{
    token_kind kind = sst_token_piece(piece);
    if (kind == TOKEN_WORD) {
        put_word(out, piece);
        return;
    }
    bool name = is_name(out, piece);
    put_mark(out, name ? TOKEN_NAME : kind);
    if (kind == TOKEN_QUANTITY && !name) {
        size_t number = sst_token_quantity(piece);
        put(out, piece.ptr + number, piece.len - number);
    }
}

/* --- runs ----------------------------------------------------------------------------------- */

typedef enum byte_class { BYTE_PIECE, BYTE_HIGH, BYTE_OTHER } byte_class;

static byte_class class_of(char c)
{
    if ((unsigned char)c >= 0x80)
        return BYTE_HIGH;
    return ascii_is_alnum(c) || memchr(".-_'#", c, 5) ? BYTE_PIECE : BYTE_OTHER;
}

/* A piece without the dots and hyphens at its ends, which are kept. */
static void put_trimmed(template *out, sst_span piece)
{
    size_t start = 0;
    size_t end = piece.len;
    while (start < end && !ascii_is_alnum(piece.ptr[start]))
        start++;
    while (end > start && !ascii_is_alnum(piece.ptr[end - 1]))
        end--;
    put_signs(out, piece.ptr, start);
    if (end > start) {
        sst_span core = {piece.ptr + start, end - start};
        /* Sendmail: "john... User unknown". */
        if (out->words == 0 && piece.len - end >= 3 && !sst_token_is_common(core))
            put_mark(out, TOKEN_NAME);
        else
            put_piece(out, core);
    }
    put_signs(out, piece.ptr + end, piece.len - end);
}

/* Bytes above 127 are words of another script; other signs part the pieces. */
static void put_pieces(template *out, sst_span run)
{
    size_t start = 0;
    while (start < run.len) {
        byte_class class = class_of(run.ptr[start]);
        size_t end = start + 1;
        while (end < run.len && class_of(run.ptr[end]) == class)
            end++;
        sst_span piece = {run.ptr + start, end - start};
        if (class == BYTE_PIECE)
            put_trimmed(out, piece);
        else if (class == BYTE_HIGH)
            put_word(out, piece);
        else
            put_signs(out, piece.ptr, piece.len);
        start = end;
    }
}

/* Signs at the ends of a run that are no part of an address, URL or time. */
static bool is_edge(char c)
{
    return c != '\0' && strchr(".:!?'*=#", c) != NULL;
}

static void put_run(template *out, sst_span run)
{
    size_t label = sst_token_label(run);
    if (label > 0) {
        put_word(out, (sst_span){run.ptr, label - 1});
        put(out, "=", 1);
        run.ptr += label;
        run.len -= label;
    }
    size_t start = 0;
    size_t end = run.len;
    if (sst_token_whole(run) != TOKEN_IP) { /* which may begin or end with colons */
        while (start < end && is_edge(run.ptr[start]))
            start++;
        while (end > start && is_edge(run.ptr[end - 1]))
            end--;
    }
    sst_span core = {run.ptr + start, end - start};
    token_kind kind = sst_token_whole(core);
    if (kind == TOKEN_WORD) { /* the signs are looked at there too */
        put_pieces(out, run);
        return;
    }
    put_signs(out, run.ptr, start);
    put_mark(out, kind);
    put_signs(out, run.ptr + end, run.len - end);
}

/* --- quotes and brackets -------------------------------------------------------------------- */

/* A run that stands alone between an opening byte at out->at and a closing one; empty where there
 * is none. */
static sst_span enclosed_run(const template *out, char close)
{
    size_t start = out->at + 1;
    size_t end = start;
    while (end < out->text.len && in_run(out->text.ptr[end]))
        end++;
    sst_span run = {out->text.ptr + start, end - start};
    if (end >= out->text.len || out->text.ptr[end] != close)
        run.len = 0;
    return run;
}

/* What stands alone in quotes or angle brackets is a name where it is nothing else. */
static token_kind enclosed_kind(sst_span run)
{
    token_kind kind = sst_token_whole(run);
    if (kind != TOKEN_WORD)
        return kind;
    for (size_t i = 0; i < run.len; i++) {
        if (class_of(run.ptr[i]) != BYTE_PIECE)
            return TOKEN_NAME;
    }
    kind = sst_token_piece(run);
    return kind == TOKEN_WORD ? TOKEN_NAME : kind;
}

/* <CR> and <LF> are how servers speak of line ends. */
static bool is_sign(sst_span run)
{
    return span_is(run, "CR", true) || span_is(run, "LF", true) || span_is(run, "CRLF", true);
}

static bool put_angle(template *out)
{
    sst_span run = enclosed_run(out, '>');
    if (run.len == 0 || is_sign(run))
        return false;
    put_mark(out, enclosed_kind(run));
    out->at += run.len + 2;
    return true;
}

/* A quoted local part (RFC 5321 4.1.2), "john doe"@example.com: its length with the domain. */
static size_t quoted_address(const template *out)
{
    enum { MAX_LOCAL = 128 }; /* twice what RFC 5321 4.5.3.1.1 allows */
    size_t left = out->text.len - out->at - 1;
    const char *start = out->text.ptr + out->at + 1;
    const char *close = memchr(start, '"', left < MAX_LOCAL ? left : MAX_LOCAL);
    if (!close)
        return 0;
    size_t end = (size_t)(close - out->text.ptr) + 1;
    if (end >= out->text.len || out->text.ptr[end] != '@')
        return 0;
    while (end < out->text.len && in_run(out->text.ptr[end]))
        end++;
    return end - out->at;
}

static bool put_quoted(template *out)
{
    size_t len = quoted_address(out);
    if (len > 0) {
        put_mark(out, TOKEN_ADDRESS);
        out->at += len;
        return true;
    }
    sst_span run = enclosed_run(out, '"');
    if (run.len == 0)
        return false;
    put(out, "\"", 1);
    put_mark(out, enclosed_kind(run));
    put(out, "\"", 1);
    out->at += run.len + 2;
    return true;
}

/* --- dates ---------------------------------------------------------------------------------- */

static bool in_date_word(char c)
{
    return ascii_is_alnum(c) || c == ':' || c == '+' || c == '-';
}

/* Whether a word of a date ends here, or goes on as something else: "10:00.5", "5%". */
static bool ends_word(sst_span text, size_t at)
{
    return at >= text.len || !in_run(text.ptr[at]) ||
           (is_edge(text.ptr[at]) && (at + 1 >= text.len || !in_run(text.ptr[at + 1])));
}

/* Where a date of several words ends (RFC 5322 3.3 and what logs make of it); at where none begins.
 */
static size_t date_end(sst_span text, size_t at)
{
    enum { MAX_PARTS = 8 };
    unsigned seen = 0;
    size_t end = at;
    size_t parts = 0;
    for (size_t next = at; parts < MAX_PARTS; parts++) {
        size_t start = next;
        while (next < text.len && in_date_word(text.ptr[next]))
            next++;
        sst_span word = {text.ptr + start, next - start};
        date_part kind =
            word.len > 0 && ends_word(text, next) ? sst_token_date_part(word) : DATE_NONE;
        if (kind == DATE_NONE)
            break;
        seen |= 1u << kind;
        bool bracketed = start > at && text.ptr[start - 1] == '(';
        end = bracketed && next < text.len && text.ptr[next] == ')' ? next + 1 : next;
        next = end;
        for (int i = 0; i < 3 && next < text.len && memchr(" ,(", text.ptr[next], 3); i++)
            next++;
    }
    bool month = (seen & 1u << DATE_MONTH) && (seen & 1u << DATE_NUMBER);
    bool time = (seen & 1u << DATE_TIME) && parts > 1;
    return month || time ? end : at;
}

/* --- public --------------------------------------------------------------------------------- */

static void put_next(template *out)
{
    char c = out->text.ptr[out->at];
    if (ascii_is_space(c)) {
        out->blank = true;
        out->at++;
        return;
    }
    if ((c == '<' && put_angle(out)) || (c == '"' && put_quoted(out)))
        return;
    if (is_hard(c)) {
        put_signs(out, &c, 1);
        out->at++;
        return;
    }
    size_t end = date_end(out->text, out->at);
    if (end > out->at) {
        put_mark(out, TOKEN_TIME);
        out->at = end;
        return;
    }
    end = out->at;
    while (end < out->text.len && in_run(out->text.ptr[end]))
        end++;
    sst_span run = {out->text.ptr + out->at, end - out->at};
    put_run(out, run);
    out->at = end;
}

size_t sst_group_template(const char *text, size_t len, char *buffer, size_t size)
{
    template out = {.text = {text, len}, .buffer = buffer, .size = size};
    collect_names(&out);
    while (out.at < len)
        put_next(&out);
    return out.used;
}
