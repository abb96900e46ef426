/*
 * The page of a record: what it means in a sentence, the codes, the verdict, what to do, and the
 * reply itself with the words that decided marked.
 */
#include "page.h"

#include "buffer.h"
#include "language.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define INDENT       ((size_t)2)

static void put_sentence(layout *page, const sst_record *record, const char *language)
{
    buffer sentence = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&sentence);
    sst_record_write_sentence(record, language, &sink);
    layout_paragraph(page, buffer_span(&sentence), true);
    buffer_free(&sentence);
}

/* --- the codes ------------------------------------------------------------------------------ */

static void put_codes(layout *page, const sst_record *record, const char *language)
{
    /* Where something more exact follows, the code need not be told at length. */
    bool enhanced = record->enhanced.status_class != 0;
    bool known = sst_record_is_judged(record) && record->verdict.reason != SST_REASON_UNKNOWN;
    if (record->code != SST_CODE_NOT_DEFINED) {
        layout_gap(page);
        page_code_block(page, record->code, enhanced || known, language);
    }
    if (enhanced) {
        layout_gap(page);
        page_enhanced_block(page, record->enhanced, language);
    }
}

/* --- the verdict ---------------------------------------------------------------------------- */

static sst_span provider_name(sst_span provider)
{
    sst_provider_info info;
    bool known = provider.ptr && sst_provider_find(provider.ptr, provider.len, &info);
    return known ? span_from(info.name) : provider;
}

void page_name_reason(buffer *into, sst_reason reason, const char *language)
{
    buffer_text(into, sst_reason_id(reason));
    buffer_text(into, " - ");
    buffer_text(into, sst_reason_text_title(reason, language));
}

/* "the provider's own words (google/unauthenticated)" */
static void name_evidence(buffer *into, const sst_verdict *verdict, const char *language)
{
    buffer_text(into, sst_level_text(verdict->level, language));
    if (verdict->rule && *verdict->rule) {
        buffer_text(into, " (");
        buffer_text(into, verdict->rule);
        buffer_text(into, ")");
    }
}

/* That waiting is enough is said only where it is. */
static sst_span actor_text(const sst_verdict *verdict, const char *language)
{
    bool hopeless = verdict->actor == SST_ACTOR_NOBODY && verdict->retry != SST_RETRY_LATER;
    return span_from(hopeless ? "" : sst_actor_text(verdict->actor, language));
}

static void put_verdict(layout *page, const sst_record *record, const char *language)
{
    const sst_verdict *verdict = &record->verdict;
    buffer heading = {NULL, 0, 0};
    buffer evidence = {NULL, 0, 0};
    page_name_reason(&heading, verdict->reason, language);
    name_evidence(&evidence, verdict, language);
    const char *cause = verdict->reason == SST_REASON_EXPIRED
                            ? sst_reason_text_title(verdict->cause, language)
                            : "";
    const page_row rows[] = {
        {label("label.kind", language), span_from(sst_kind_text(record->kind, language)), false},
        {label("label.cause", language), span_from(cause), false},
        {label("label.permanence", language),
         span_from(sst_permanence_text(verdict->permanence, language)), false},
        {label("label.scope", language), span_from(sst_scope_text(verdict->scope, language)),
         false},
        {label("label.actor", language), actor_text(verdict, language), false},
        {label("label.retry", language), span_from(sst_retry_text(verdict->retry, language)),
         false},
        {label("label.suppress", language),
         span_from(sst_suppress_text(verdict->suppress, language)), false},
        {label("label.provider", language), provider_name(record->provider), true},
        {label("label.evidence", language), buffer_span(&evidence), true},
    };
    layout_gap(page);
    layout_heading(page, buffer_span(&heading));
    page->indent += INDENT;
    layout_paragraph(page, span_from(sst_reason_text_full(verdict->reason, language)), false);
    page_rows(page, rows, COUNT(rows));
    page->indent -= INDENT;
    buffer_free(&heading);
    buffer_free(&evidence);
}

static void put_advice(layout *page, const sst_record *record, const char *language)
{
    buffer advice = {NULL, 0, 0};
    sst_sink sink = buffer_sink(&advice);
    sst_record_write_advice(record, language, &sink);
    if (advice.len > 0) {
        layout_gap(page);
        layout_heading(page, span_from(label("label.advice", language)));
        page->indent += INDENT;
        layout_paragraph(page, buffer_span(&advice), false);
        page->indent -= INDENT;
    }
    buffer_free(&advice);
}

/* --- the reply ------------------------------------------------------------------------------ */

static const struct {
    uint32_t flag;
    const char *key;
} oddities[] = {
    {SST_REPLY_NO_SEPARATOR, "flag.no-separator"},
    {SST_REPLY_BARE_LF, "flag.bare-lf"},
    {SST_REPLY_BARE_CR, "flag.bare-cr"},
    {SST_REPLY_NUL, "flag.nul"},
    {SST_REPLY_8BIT, "flag.8bit"},
    {SST_REPLY_CODES_DIFFER, "flag.codes-differ"},
    {SST_REPLY_ENHANCED_DIFFER, "flag.enhanced-differ"},
    {SST_REPLY_CLASS_CONFLICT, "flag.class-conflict"},
    {SST_REPLY_LONG_LINE, "flag.long-line"},
    {SST_REPLY_HIGH_DIGIT, "flag.high-digit"},
    {SST_REPLY_OUT_OF_RANGE, "flag.out-of-range"},
    {SST_REPLY_CUT_OFF, "flag.cut-off"},
};

void page_name_oddities(buffer *into, uint32_t flags, const char *language)
{
    const char *between = "";
    for (size_t i = 0; i < COUNT(oddities); i++) {
        if ((flags & oddities[i].flag) == 0)
            continue;
        buffer_text(into, between);
        buffer_text(into, label(oddities[i].key, language));
        between = "; ";
    }
}

static void put_reply(layout *page, const sst_record *record, uint32_t flags, const char *language)
{
    buffer odd = {NULL, 0, 0};
    page_name_oddities(&odd, flags, language);
    const page_row rows[] = {
        {label("label.recipient", language), record->recipient, true},
        {label("label.sender", language), record->sender, true},
        {label("label.mail-subject", language), record->subject, true},
        {label("label.remote", language), record->remote, true},
        {label("label.reporter", language), record->reporter, true},
        {label("label.command", language), span_from(sst_command_id(record->command)), false},
        {label("label.flags", language), buffer_span(&odd), false},
    };
    bool any = record->text.len > 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        any = any || rows[i].text.len > 0;
    if (any) {
        bool judged = sst_record_is_judged(record);
        layout_gap(page);
        layout_heading(page, span_from(label("label.reply", language)));
        page->indent += INDENT;
        layout_marked(page, record->text, judged ? record->verdict.span_start : 0,
                      judged ? record->verdict.span_end : 0);
        page_rows(page, rows, COUNT(rows));
        page->indent -= INDENT;
    }
    buffer_free(&odd);
}

void page_record(layout *page, const sst_record *record, uint32_t flags, const char *language)
{
    put_sentence(page, record, language);
    put_codes(page, record, language);
    if (sst_record_is_judged(record)) {
        put_verdict(page, record, language);
        put_advice(page, record, language);
    }
    put_reply(page, record, flags, language);
}
