/*
 * The text of a record:
 *
 *     2026-03-01 10:00:00Z  delayed  anna@example.com
 *       The server put this off because the recipient's mailbox is full. ...
 *         452 4.2.2 Mailbox full
 *
 * Of a client that was refused here the reason is enough: the rest is for its own operator.
 */
#include "log_text.h"

#include <string.h>

#include "buffer.h"
#include "digest.h"

#define INDENT ((size_t)2)

static void put_safe(buffer *into, sst_span text)
{
    sst_sink sink = buffer_sink(into);
    if (text.len > 0)
        sst_write_safe_text(text, &sink);
    else
        buffer_text(into, "?");
}

/* "2026-03-01 10:00:00Z": RFC 3339 with a blank, which it allows, and without a fraction. */
static void put_time(buffer *into, sst_span time)
{
    const size_t seconds = 19; /* up to them */
    if (time.len < seconds)
        return;
    put_safe(into, (sst_span){time.ptr, 10});
    buffer_text(into, " ");
    put_safe(into, (sst_span){time.ptr + 11, seconds - 11});
    buffer_text(into, "Z  ");
}

static bool is_inbound(const sst_record *record)
{
    return record->direction.len == 2 && memcmp(record->direction.ptr, "in", 2) == 0;
}

/* "unknown[192.0.2.66] -> anna@example.org" of a client, else the recipient. */
static void put_whom(buffer *into, const sst_record *record)
{
    if (is_inbound(record)) {
        put_safe(into, record->remote.ptr ? record->remote : record->client);
        if (!record->recipient.ptr)
            return;
        buffer_text(into, " -> ");
    }
    put_safe(into, record->recipient);
}

static void put_heading(layout *page, const sst_record *record, const char *language)
{
    buffer text = {NULL, 0, 0};
    put_time(&text, record->time);
    buffer_text(&text, sst_kind_text(record->kind, language));
    buffer_text(&text, "  ");
    put_whom(&text, record);
    layout_paragraph(page, buffer_span(&text), sst_record_is_judged(record));
    buffer_free(&text);
}

typedef int write_words(const sst_record *record, const char *language, const sst_sink *sink);

static void put_words(layout *page, const sst_record *record, write_words *write,
                      const char *language)
{
    buffer text = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&text);
    write(record, language, &sink);
    layout_paragraph(page, buffer_span(&text), false);
    buffer_free(&text);
}

static void put_reply(layout *page, const sst_record *record)
{
    buffer text = {NULL, 0, 0};
    digest_name_reply(&text, record);
    layout_faint(page, INDENT, buffer_span(&text));
    buffer_free(&text);
}

void log_text_write(layout *page, const sst_record *record, bool explain, const char *language)
{
    put_heading(page, record, language);
    if (!sst_record_is_judged(record))
        return;
    page->indent += INDENT;
    if (is_inbound(record))
        layout_paragraph(page, span_from(sst_reason_text_title(record->verdict.reason, language)),
                         false);
    else
        put_words(page, record, sst_record_write_sentence, language);
    if (explain) {
        put_words(page, record, sst_record_write_explanation, language);
        put_words(page, record, sst_record_write_advice, language);
    }
    put_reply(page, record);
    page->indent -= INDENT;
}
