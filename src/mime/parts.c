/*
 * The walk over a message's parts (RFC 2046 5). Boundaries lie on a stack of fixed depth; a line
 * that is the boundary of any open multipart ends all inside it, so that a lost closing line does
 * not swallow what follows.
 */
#include "mime/parts.h"

#include "base/scan.h"
#include "mime/field.h"
#include "mime/line.h"
#include "mime/words.h"

void sst_mime_walk_start(mime_walk *walk, sst_span message)
{
    walk->rest = message;
    walk->at_part = true;
    walk->unopened = false;
    walk->messages = 0;
    walk->depth = 0;
}

/*
 * Which open multipart's boundary a line is: its position, or -1. *closing: "--" follows. The
 * innermost first; the line must be the boundary and nothing more, as one may begin another.
 */
static int boundary_of(const mime_walk *walk, sst_span line, bool *closing)
{
    if (line.len < 2 || line.ptr[0] != '-' || line.ptr[1] != '-')
        return -1;
    while (line.len > 2 && ascii_is_space(line.ptr[line.len - 1]))
        line.len--;
    for (size_t i = walk->depth; i-- > 0;) {
        size_t len = walk->boundary[i].len;
        if (line.len < len + 2 || memcmp(line.ptr + 2, walk->boundary[i].text, len) != 0)
            continue;
        sst_span more = {line.ptr + 2 + len, line.len - 2 - len};
        *closing = more.len == 2 && memcmp(more.ptr, "--", 2) == 0;
        if (more.len == 0 || *closing)
            return (int)i;
    }
    return -1;
}

/* Takes lines off the front of *rest up to one that begins with a hyphen, as boundaries do; all of
 * them where none does. */
static void pass_other_lines(sst_span *rest)
{
    if (rest->len == 0 || rest->ptr[0] == '-')
        return;
    size_t at = scan_find_pair(rest->ptr, rest->len, '\n', '-');
    size_t taken = at < rest->len ? at + 1 : at;
    rest->ptr += taken;
    rest->len -= taken;
}

/* Goes on in *rest to the next boundary line of an open multipart, which *line then is, and *rest
 * what stands behind it. Returns as boundary_of; -1: there is none up to the end. */
static int find_boundary(const mime_walk *walk, sst_span *rest, sst_span *line, bool *closing)
{
    int at = -1;
    while (at < 0 && walk->depth > 0) {
        pass_other_lines(rest);
        if (!mime_next_line(rest, line))
            break;
        at = boundary_of(walk, *line, closing);
    }
    return at;
}

/*
 * Takes the text up to the next boundary line off the front, and that line too. Then another part
 * begins, or, behind a closing line, what is left of the multipart outside. At the end of the text
 * everything is closed.
 */
static void take_to_boundary(mime_walk *walk, sst_span *body)
{
    sst_span line;
    bool closing;
    *body = walk->rest;
    int at = find_boundary(walk, &walk->rest, &line, &closing);
    walk->at_part = false;
    if (at < 0) {
        walk->rest = (sst_span){body->ptr + body->len, 0};
        walk->depth = 0;
        return;
    }
    body->len = (size_t)(line.ptr - body->ptr);
    body->len -= body->len > 0; /* the LF before the boundary belongs to it */
    walk->depth = (size_t)at + !closing;
    walk->messages = walk->boundary[at].messages;
    walk->at_part = !closing;
    walk->unopened = false;
}

/*
 * Takes a header off the front: the fields and the empty line behind them. Where the first line is
 * no field there is none, and a boundary line ends it, since some systems forget the empty line.
 */
static sst_span take_header(mime_walk *walk)
{
    sst_span header = sst_mime_header(walk->rest);
    sst_span rest = header;
    sst_span line;
    bool closing;
    size_t taken = header.len;
    if (find_boundary(walk, &rest, &line, &closing) >= 0)
        header.len = taken = (size_t)(line.ptr - header.ptr);
    else if (taken < walk->rest.len && walk->rest.ptr[taken] == '\n')
        taken++;
    walk->rest.ptr += taken;
    walk->rest.len -= taken;
    return header;
}

static bool type_begins(sst_span type, const char *prefix)
{
    size_t len = strlen(prefix);
    return type.len >= len && ascii_equal_fold(type.ptr, prefix, len);
}

/* Opens a multipart: its boundary goes on the stack. Returns false where it has none. */
static bool push_boundary(mime_walk *walk, sst_span content_type)
{
    if (walk->depth == MIME_MAX_DEPTH)
        return false;
    mime_buffer out = {walk->boundary[walk->depth].text, 0, MIME_MAX_BOUNDARY, false};
    if (!sst_mime_parameter(content_type, "boundary", &out))
        return false;
    while (out.len > 0 && ascii_is_space(out.ptr[out.len - 1]))
        out.len--;
    walk->boundary[walk->depth].len = out.len;
    walk->boundary[walk->depth].messages = walk->messages;
    walk->depth += out.len > 0;
    return out.len > 0;
}

/* Passes lines that can begin neither field that tells how to read a part: both begin with "C". */
static void pass_other_fields(sst_span *rest)
{
    while (rest->len > 0 && ascii_lower(rest->ptr[0]) != 'c') {
        const char *lf = memchr(rest->ptr, '\n', rest->len);
        size_t len = lf ? (size_t)(lf - rest->ptr) + 1 : rest->len;
        rest->ptr += len;
        rest->len -= len;
    }
}

/* The header, and the two fields in it that tell how to read the part; the first of each counts. */
static void read_header(mime_walk *walk, mime_part *part)
{
    mime_field field;
    sst_span encoding = {NULL, 0};
    part->header = take_header(walk);
    part->content_type = (sst_span){NULL, 0};
    sst_span rest = part->header;
    for (pass_other_fields(&rest); sst_mime_next_field(&rest, &field); pass_other_fields(&rest)) {
        if (!part->content_type.ptr && span_is(field.name, "Content-Type", true))
            part->content_type = field.value;
        else if (!encoding.ptr && span_is(field.name, "Content-Transfer-Encoding", true))
            encoding = field.value;
    }
    part->type = sst_mime_value_token(part->content_type);
    part->encoding = sst_mime_encoding_parse(encoding);
    part->messages = walk->messages;
    part->is_header = false;
}

/* A message that lies inside as it is; one that is encoded is left to the caller. */
static bool is_message(const mime_part *part)
{
    return (span_is(part->type, "message/rfc822", true) ||
            span_is(part->type, "message/global", true)) &&
           part->encoding == MIME_ENCODING_IDENTITY;
}

/* Shows the header of the message at the front, which stays there: its parts are to be walked. */
static void show_message(mime_walk *walk, mime_part *part)
{
    sst_span rest = walk->rest;
    walk->messages++;
    part->messages = walk->messages;
    part->is_header = true;
    part->header = take_header(walk);
    part->body = (sst_span){walk->rest.ptr, 0};
    walk->rest = rest;
}

bool sst_mime_walk_next(mime_walk *walk, mime_part *part)
{
    for (;;) {
        if (walk->rest.len == 0 || (!walk->at_part && walk->depth == 0))
            return false;
        if (!walk->at_part) {
            take_to_boundary(walk, &part->body);
            if (walk->unopened)
                return true;
            continue;
        }
        read_header(walk, part);
        if (type_begins(part->type, "multipart/") && push_boundary(walk, part->content_type)) {
            walk->at_part = false;
            walk->unopened = true;
            continue;
        }
        if (is_message(part))
            show_message(walk, part);
        else
            take_to_boundary(walk, &part->body);
        return true;
    }
}
