/*
 * The lines of a reply and their words. Of a stream's reply each line is one of RFC 5321 4.2; of a
 * pasted one a line also ends where the code and enhanced code are repeated in the middle of it,
 * since whoever quoted the reply put its lines together, and where Exim's log says "\n".
 */
#include <smtpstatus/reply.h>

#include "base/scan.h"
#include "reply/forms.h"
#include "reply/relaxed.h"

static sst_span words(const char *text, size_t start, size_t end)
{
    while (start < end && ascii_is_space(text[start]))
        start++;
    while (end > start && ascii_is_space(text[end - 1]))
        end--;
    sst_span span = {text + start, end - start};
    return span;
}

static void next_of_stream(sst_span whole, size_t *position, sst_reply_line *line)
{
    const char *text = whole.ptr + *position;
    size_t left = whole.len - *position;
    const char *lf = memchr(text, '\n', left);
    size_t len = lf ? (size_t)(lf - text) : left;
    line->code = left < 3 ? 0 : reply_number(text);
    size_t start = len < 4 ? 0 : reply_enhanced(text, len, 4, &line->enhanced);
    if (start == 0)
        start = len < 4 ? len : text[3] == '\r' ? 3 : 4;
    line->text = words(text, start, len);
    *position += lf ? len + 1 : len;
}

static bool same(sst_enhanced a, sst_enhanced b)
{
    return a.status_class == b.status_class && a.subject == b.subject && a.detail == b.detail;
}

/*
 * Whether the head of a further line stands at a position in the middle of a line, and not that of
 * another reply that the words quote ("... undeliverable address: host H said: 550 5.1.1 ...").
 */
static bool is_repeated(const sst_reply *reply, const sst_reply_line_iterator *it, size_t at)
{
    reply_head head;
    bool quoted = false;
    if (!sst_relaxed_head(reply->whole, at, &head) || head.code != it->code ||
        (sst_forms_introduced(reply->whole, at, &quoted) && quoted))
        return false;
    if (it->enhanced.status_class != 0)
        return same(head.enhanced, it->enhanced);
    return it->goes_on && head.enhanced.status_class == 0;
}

/* Where the line that begins at a position ends; *next is where the next one begins. */
static size_t end_of_line(const sst_reply *reply, const sst_reply_line_iterator *it, size_t at,
                          size_t *next)
{
    const char *text = reply->whole.ptr;
    size_t len = reply->whole.len;
    char digit = it->code != 0 ? (char)('0' + it->code / 100) : '\n';
    for (; (at += scan_first_of(text + at, len - at, '\n', '\\', digit)) < len; at++) {
        if (text[at] == '\n') {
            *next = at + 1;
            return at;
        }
        if (text[at] == '\\' && len - at > 2 && text[at + 1] == 'n' &&
            is_repeated(reply, it, at + 2)) {
            *next = at + 2;
            return at;
        }
        if (text[at] == digit && at > 0 && ascii_is_space(text[at - 1]) &&
            is_repeated(reply, it, at)) {
            *next = at;
            return at;
        }
    }
    *next = len;
    return len;
}

static void next_of_relaxed(const sst_reply *reply, sst_reply_line_iterator *it,
                            sst_reply_line *line)
{
    sst_span whole = reply->whole;
    size_t at = sst_relaxed_skip_mark(whole, it->position);
    reply_head head;
    bool has_code = (reply->flags & SST_REPLY_NO_CODE) == 0 && sst_relaxed_head(whole, at, &head) &&
                    (it->position == 0 || it->goes_on || head.code == it->code);
    if (has_code) {
        it->code = head.code;
        it->goes_on = head.goes_on;
        if (it->enhanced.status_class == 0)
            it->enhanced = head.enhanced;
        line->code = head.code;
        line->enhanced = head.enhanced;
        at = head.text;
    } else if (it->position == 0 && reply->enhanced.status_class != 0) {
        size_t end = reply_enhanced(whole.ptr, whole.len, at, &line->enhanced);
        at = end != 0 ? end : at;
    }
    size_t end = end_of_line(reply, it, at, &it->position);
    line->text = words(whole.ptr, at, end);
}

bool sst_reply_next_line(const sst_reply *reply, sst_reply_line_iterator *iterator,
                         sst_reply_line *line)
{
    if (reply->why != SST_REPLY_WHY_NOTHING || iterator->position >= reply->whole.len)
        return false;
    memset(line, 0, sizeof *line);
    if (reply->relaxed)
        next_of_relaxed(reply, iterator, line);
    else
        next_of_stream(reply->whole, &iterator->position, line);
    return true;
}

/* Appends as much as there is room for; returns the length that it would have. */
static size_t append(char *buffer, size_t size, size_t len, const char *text, size_t text_len)
{
    if (len < size)
        memcpy(buffer + len, text, text_len < size - len ? text_len : size - len);
    return len + text_len;
}

size_t sst_reply_text(const sst_reply *reply, char *buffer, size_t size)
{
    sst_reply_line_iterator iterator = {0};
    sst_reply_line line;
    size_t len = 0;
    while (sst_reply_next_line(reply, &iterator, &line)) {
        if (line.text.len == 0)
            continue;
        if (len > 0)
            len = append(buffer, size, len, " ", 1);
        len = append(buffer, size, len, line.text.ptr, line.text.len);
    }
    return len;
}
