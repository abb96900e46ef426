/*
 * The page of a probe: the server, its replies line by line with what they mean, what it offers in
 * words, how one can log in, and what became of the recipients.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kept.h"
#include "language.h"
#include "page.h"
#include "probe.h"
#include "wrap.h"

#define INDENT ((size_t)2)

/* The command beside a reply: "STARTTLS" is the longest of the usual ones. */
#define COMMAND_COLUMNS ((size_t)8)

/* More replies than a session of this kind can have, unless many addresses are asked about; the
 * rest is not shown. */
#define MAX_REPLIES ((size_t)1000)

void probe_page_init(probe_page *page, const char *language, const char *server)
{
    memset(page, 0, sizeof *page);
    page->language = language;
    page->server = server;
    page->replies = allocate_or_end(NULL, MAX_REPLIES, sizeof *page->replies);
    digest_init(&page->recipients);
}

void probe_page_free(probe_page *page)
{
    digest_free(&page->recipients);
    free(page->replies);
    arena_free(&page->memory);
}

void probe_page_reply(probe_page *page, const sst_reply *reply, const sst_record *record)
{
    if (page->reply_count == MAX_REPLIES)
        return;
    probe_reply *kept = &page->replies[page->reply_count++];
    kept->record = *record;
    record_keep(&kept->record, &page->memory);
    kept->whole = arena_copy(&page->memory, reply->whole);
}

void probe_page_capabilities(probe_page *page, const sst_capabilities *offered)
{
    sst_span none = {NULL, 0};
    const char *lf = offered->raw.ptr ? memchr(offered->raw.ptr, '\n', offered->raw.len) : NULL;
    page->offers = none;
    if (lf) {
        size_t first = (size_t)(lf + 1 - offered->raw.ptr);
        sst_span rest = {lf + 1, offered->raw.len - first};
        page->offers = arena_copy(&page->memory, rest);
    }
    page->auth = arena_copy(&page->memory, offered->auth);
}

void probe_page_recipient(probe_page *page, const sst_record *record)
{
    page->recipient_count++;
    digest_add(&page->recipients, record);
}

/* --- lines ---------------------------------------------------------------------------------- */

/* The next line of a text, without its end. */
static bool next_line(sst_span *text, sst_span *line)
{
    if (text->len == 0)
        return false;
    const char *lf = memchr(text->ptr, '\n', text->len);
    size_t len = lf ? (size_t)(lf - text->ptr) : text->len;
    line->ptr = text->ptr;
    line->len = len > 0 && text->ptr[len - 1] == '\r' ? len - 1 : len;
    size_t taken = len + (lf ? 1 : 0);
    text->ptr += taken;
    text->len -= taken;
    return true;
}

/* The next word, blanks around it taken off. */
static bool next_word(sst_span *text, sst_span *word)
{
    while (text->len > 0 && (*text->ptr == ' ' || *text->ptr == '\t')) {
        text->ptr++;
        text->len--;
    }
    word->ptr = text->ptr;
    word->len = 0;
    while (word->len < text->len && word->ptr[word->len] != ' ' && word->ptr[word->len] != '\t')
        word->len++;
    text->ptr += word->len;
    text->len -= word->len;
    return word->len > 0;
}

/* --- replies -------------------------------------------------------------------------------- */

static void put_meaning(layout *page, const probe_reply *reply, const char *language)
{
    buffer text = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&text);
    if (sst_record_is_judged(&reply->record)) {
        sst_record_write_sentence(&reply->record, language, &sink);
        buffer_text(&text, " ");
        sst_record_write_advice(&reply->record, language, &sink);
    } else {
        buffer_text(&text, sst_code_text_short(reply->record.code, language));
    }
    layout_faint(page, COMMAND_COLUMNS + 2, buffer_span(&text));
    buffer_free(&text);
}

static void put_reply(layout *page, const probe_reply *reply, const char *language)
{
    const char *command = sst_command_id(reply->record.command);
    bool greeting =
        reply->record.command == SST_COMMAND_EHLO || reply->record.command == SST_COMMAND_LHLO;
    sst_span rest = reply->whole;
    sst_span line;
    while (next_line(&rest, &line)) {
        layout_outside_row(page, command, COMMAND_COLUMNS, line);
        command = "";
        /* What is offered has a section of its own. */
        if (greeting && reply->record.code == SST_CODE_OK)
            break;
    }
    put_meaning(page, reply, language);
}

/* --- what is offered ------------------------------------------------------------------------ */

/* "extension.SIZE" for "size"; the text of an unknown one where there is none. */
static const char *describe(const char *prefix, sst_span word, const char *language)
{
    char key[64];
    size_t len = strlen(prefix);
    const char *text = NULL;
    if (len + word.len < sizeof key) {
        memcpy(key, prefix, len);
        for (size_t i = 0; i < word.len; i++) {
            char c = word.ptr[i];
            key[len + i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        key[len + word.len] = '\0';
        text = sst_label(key, language);
    }
    return text ? text : label("extension.other", language);
}

/* How many columns the longest keyword has. */
static size_t keyword_columns(sst_span offers)
{
    size_t columns = 0;
    sst_span line;
    while (next_line(&offers, &line)) {
        sst_span word;
        sst_span rest = {line.ptr + (line.len < 4 ? line.len : 4), line.len < 4 ? 0 : line.len - 4};
        if (next_word(&rest, &word) && word.len > columns)
            columns = word.len;
    }
    /* One that is no keyword must not push the words off the page. */
    return columns < 24 ? columns : 24;
}

/* A keyword, with its parameters in the line before its meaning. */
static void put_offer(layout *page, sst_span line, size_t columns, const char *language)
{
    sst_span word;
    sst_span rest = {line.ptr + (line.len < 4 ? line.len : 4), line.len < 4 ? 0 : line.len - 4};
    if (!next_word(&rest, &word))
        return;
    buffer keyword = {NULL, 0, 0};
    buffer text = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&keyword);
    sst_write_safe_text(word, &sink);
    /* An old form, still met: "AUTH=LOGIN PLAIN". */
    const char *equals = memchr(word.ptr, '=', word.len);
    sst_span name = {word.ptr, equals ? (size_t)(equals - word.ptr) : word.len};
    while (rest.len > 0 && *rest.ptr == ' ') {
        rest.ptr++;
        rest.len--;
    }
    if (rest.len > 0) {
        buffer_put(&text, rest.ptr, rest.len);
        buffer_text(&text, " - ");
    }
    buffer_text(&text, describe("extension.", name, language));
    layout_outside_row(page, buffer_string(&keyword), columns, buffer_span(&text));
    buffer_free(&keyword);
    buffer_free(&text);
}

/* What a mechanism does with the password. */
static const char *describe_mechanism(sst_span name, const char *language)
{
    static const struct {
        const char *name;
        const char *key;
    } known[] = {
        {"PLAIN", "session.mechanism-clear"},
        {"LOGIN", "session.mechanism-clear"},
        {"CRAM-MD5", "session.mechanism-proof"},
        {"DIGEST-MD5", "session.mechanism-proof"},
        {"SCRAM-SHA-1", "session.mechanism-proof"},
        {"SCRAM-SHA-256", "session.mechanism-proof"},
        {"SCRAM-SHA-512", "session.mechanism-proof"},
        {"SCRAM-SHA-1-PLUS", "session.mechanism-bound"},
        {"SCRAM-SHA-256-PLUS", "session.mechanism-bound"},
        {"SCRAM-SHA-512-PLUS", "session.mechanism-bound"},
        {"XOAUTH2", "session.mechanism-token"},
        {"OAUTHBEARER", "session.mechanism-token"},
        {"EXTERNAL", "session.mechanism-outside"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) == name.len && memcmp(known[i].name, name.ptr, name.len) == 0)
            return label(known[i].key, language);
    }
    return label("session.mechanism-other", language);
}

static void put_mechanisms(layout *page, sst_span names, const char *language)
{
    size_t columns = strlen("SCRAM-SHA-256");
    sst_span word;
    while (next_word(&names, &word)) {
        buffer name = {NULL, 0, 0};
        sst_sink sink = buffer_sink(&name);
        sst_write_safe_text(word, &sink);
        layout_row(page, buffer_string(&name), columns,
                   span_from(describe_mechanism(word, language)));
        buffer_free(&name);
    }
}

/* --- the page ------------------------------------------------------------------------------- */

static void begin_section(layout *page, const char *key, const char *language)
{
    layout_gap(page);
    layout_heading(page, span_from(label(key, language)));
    page->indent += INDENT;
}

static void put_offers(layout *page, const probe_page *from)
{
    sst_span rest = from->offers;
    sst_span line;
    size_t columns = keyword_columns(rest);
    if (rest.len == 0)
        return;
    begin_section(page, "session.offers", from->language);
    while (next_line(&rest, &line))
        put_offer(page, line, columns, from->language);
    page->indent -= INDENT;
    if (from->auth.len == 0)
        return;
    begin_section(page, "session.mechanisms", from->language);
    put_mechanisms(page, from->auth, from->language);
    page->indent -= INDENT;
}

void probe_page_write(probe_page *from, const sst_net *net, output *out, bool harmless)
{
    layout page;
    layout_init(&page, out);
    session_write_rows(&page, sst_net_tls(net), from->server, sst_net_address(net),
                       sst_net_mechanism(net), false, from->language, (int64_t)time(NULL));
    if (from->reply_count > 0) {
        begin_section(&page, "session.replies", from->language);
        for (size_t i = 0; i < from->reply_count; i++)
            put_reply(&page, &from->replies[i], from->language);
        page.indent -= INDENT;
    }
    put_offers(&page, from);
    if (from->recipient_count > 0) {
        begin_section(&page, "session.recipients", from->language);
        digest_write(&from->recipients, &page, from->language);
        page.indent -= INDENT;
    }
    if (harmless) {
        layout_gap(&page);
        layout_paragraph(&page, span_from(label("session.nothing-delivered", from->language)),
                         false);
    }
}
