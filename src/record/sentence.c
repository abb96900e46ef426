/*
 * What a record means, in words: the sentence that comes first, the explanation and the advice.
 * All words come from the texts (text.h); here they are chosen, and their marks are filled in.
 */
#include <smtpstatus/record.h>

#include <assert.h>

#include "base/ascii.h"
#include "record/values.h"
#include "record/writer.h"

/* --- marks ---------------------------------------------------------------------------------- */

typedef struct mark {
    const char *name; /* as "{who}" */
    const char *text;
} mark;

/* The mark that a text begins with; NULL where it begins with none. */
static const mark *mark_at(const char *text, const mark *marks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(text, marks[i].name, strlen(marks[i].name)) == 0)
            return &marks[i];
    }
    return NULL;
}

/* A CJK character of three bytes that is no punctuation: U+3041 to U+9FFF. */
static bool is_ideographic(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    return first >= 0xE3 && first <= 0xE9 && !(first == 0xE3 && (unsigned char)text[1] == 0x80);
}

/* Chinese and Latin words are parted by a blank, as "Google 暂缓了"; texts cannot know beforehand
 * in which script a mark's words are. */
static void put_mark(writer *out, const char *before, size_t before_len, const char *words,
                     const char *behind)
{
    size_t len = strlen(words);
    if (len == 0)
        return;
    if (before_len >= 3 && is_ideographic(before + before_len - 3) && ascii_is_alnum(words[0]))
        sst_writer_char(out, ' ');
    sst_writer_put(out, words, len);
    if (ascii_is_alnum(words[len - 1]) && is_ideographic(behind))
        sst_writer_char(out, ' ');
}

/* Writes a text with its marks filled in. */
static void put_filled(writer *out, const char *text, const mark *marks, size_t count)
{
    while (*text) {
        const char *start = text;
        size_t plain = strcspn(text, "{");
        sst_writer_put(out, text, plain);
        text += plain;
        const mark *found = mark_at(text, marks, count);
        if (found) {
            text += strlen(found->name);
            put_mark(out, start, plain, found->text, text);
        } else if (*text) {
            sst_writer_char(out, *text++);
        }
    }
}

/* Sentences are parted by a blank, but not behind a full stop of full width. */
static void put_gap(writer *out, const char *before)
{
    size_t len = strlen(before);
    if (len > 0 && (unsigned char)before[len - 1] < 0x80)
        sst_writer_char(out, ' ');
}

/* --- who ------------------------------------------------------------------------------------ */

/* The provider as one names it in a sentence; "The server" where it is not known. */
static const char *who(const sst_record *record, const char *language)
{
    sst_provider_info info;
    if (record->provider.ptr &&
        sst_provider_find(record->provider.ptr, record->provider.len, &info))
        return *info.short_name ? info.short_name : info.name;
    return sst_label("sentence.who", language);
}

/* --- what happened -------------------------------------------------------------------------- */

/* Whether the server was never heard, or the queue gave up: then it is not the server that refused.
 */
static bool is_without_server(const sst_record *record)
{
    return record->code == SST_CODE_GENERAL_FAILURE ||
           record->local_error != SST_LOCAL_ERROR_NONE ||
           record->verdict.reason == SST_REASON_EXPIRED;
}

static const char *failure_key(const sst_record *record)
{
    bool unknown = record->verdict.reason == SST_REASON_UNKNOWN;
    bool transient = record->verdict.permanence == SST_PERMANENCE_TRANSIENT;
    switch (record->kind) {
    case SST_KIND_FAILED:
        if (is_without_server(record))
            return "sentence.not-delivered";
        if (unknown)
            return "sentence.failed.unknown";
        return transient ? "sentence.failed-for-now" : "sentence.failed";
    case SST_KIND_DELAYED:
        if (is_without_server(record))
            return "sentence.not-delivered-yet";
        return unknown ? "sentence.delayed.unknown" : "sentence.delayed";
    case SST_KIND_IN_DOUBT:
        return "sentence.in-doubt";
    default:
        if (is_without_server(record))
            return "sentence.not-delivered-yet";
        return unknown ? "sentence.no-kind.unknown" : "sentence.no-kind";
    }
}

/* Without a verdict. */
static const char *other_key(const sst_record *record)
{
    switch (record->kind) {
    case SST_KIND_ACCEPTED:
        return "sentence.accepted";
    case SST_KIND_DELIVERED:
        return "sentence.delivered";
    case SST_KIND_RELAYED:
        return "sentence.relayed";
    case SST_KIND_EXPANDED:
        return "sentence.expanded";
    case SST_KIND_COMPLAINT:
        return "sentence.complaint";
    case SST_KIND_AUTO_REPLY:
        return "sentence.auto-reply";
    case SST_KIND_NOT_TRIED:
        return "sentence.not-tried";
    case SST_KIND_NOT_A_REPORT:
        return "sentence.not-a-report";
    default:
        return sst_code_class(record->code) == 3 ? "sentence.intermediate" : "";
    }
}

/* Writes the text of a key with its marks; returns the text, "" where there is none. */
static const char *put_key(writer *out, const char *key, const char *language, const mark *marks,
                           size_t count)
{
    const char *text = sst_label(key, language);
    if (!text)
        return "";
    put_filled(out, text, marks, count);
    return text;
}

/* --- what to do ----------------------------------------------------------------------------- */

/* sentence.do.<actor>.<retry> */
static const char *do_text(const sst_verdict *verdict, const char *language)
{
    char key[64];
    const char *parts[] = {"sentence.do.", sst_actor_id(verdict->actor), ".",
                           sst_retry_id(verdict->retry)};
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t len = strlen(parts[i]);
        assert(used + len < sizeof key);
        memcpy(key + used, parts[i], len);
        used += len;
    }
    key[used] = '\0';
    const char *text = sst_label(key, language);
    return text ? text : "";
}

/* How long to wait, in the largest unit that it is a whole number of. */
static const char *put_wait(writer *out, uint64_t seconds, const char *language)
{
    static const struct {
        uint64_t seconds;
        const char *key;
    } units[] = {{86400, "unit.day"}, {3600, "unit.hour"}, {60, "unit.minute"}, {1, "unit.second"}};
    static const char mark_name[] = "{time}";
    size_t unit = 0;
    while (seconds < units[unit].seconds || seconds % units[unit].seconds != 0)
        unit++;

    const char *text = sst_label("sentence.retry-after", language);
    const char *place = text ? strstr(text, mark_name) : NULL;
    if (!place)
        return "";
    sst_writer_put(out, text, (size_t)(place - text));
    sst_writer_number(out, seconds / units[unit].seconds);
    sst_writer_char(out, ' ');
    sst_writer_text(out, sst_label(units[unit].key, language));
    sst_writer_text(out, place + sizeof mark_name - 1);
    return text;
}

/* What follows the first sentence of a verdict. before: the text that stands before it. */
static void put_what_to_do(writer *out, const sst_verdict *verdict, const char *language,
                           const char *before)
{
    static const char *const suppress_keys[] = {
        [SST_SUPPRESS_NO] = "",
        [SST_SUPPRESS_AFTER_REPEATS] = "sentence.suppress.after-repeats",
        [SST_SUPPRESS_YES] = "sentence.suppress.yes",
    };
    const char *text = do_text(verdict, language);
    put_gap(out, before);
    sst_writer_text(out, text);
    if (verdict->retry_after > 0) {
        put_gap(out, text);
        text = put_wait(out, (uint64_t)verdict->retry_after, language);
    }
    if (verdict->suppress != SST_SUPPRESS_NO) {
        put_gap(out, text);
        sst_writer_text(out, sst_label(suppress_keys[verdict->suppress], language));
    }
}

/* --- public --------------------------------------------------------------------------------- */

int sst_record_write_sentence(const sst_record *record, const char *language, const sst_sink *sink)
{
    if (!record || !sink)
        return SST_E_INVALID;
    writer out;
    sst_writer_init(&out, sink);
    bool judged = sst_record_is_judged(record);
    const mark marks[] = {
        {"{who}", who(record, language)},
        {"{because}", judged ? sst_reason_text_because(record->verdict.reason, language) : ""},
    };
    const char *key = judged ? failure_key(record) : other_key(record);
    const char *text = put_key(&out, key, language, marks, sizeof marks / sizeof marks[0]);
    if (judged)
        put_what_to_do(&out, &record->verdict, language, text);
    return sst_writer_finish(&out);
}

const char *sst_record_explanation(const sst_record *record, const char *language)
{
    if (sst_record_is_judged(record))
        return sst_reason_text_full(record->verdict.reason, language);
    return record->code == SST_CODE_NOT_DEFINED ? "" : sst_code_text_full(record->code, language);
}

const char *sst_record_advice(const sst_record *record, const char *language)
{
    if (!sst_record_is_judged(record))
        return "";
    sst_reason reason = record->verdict.reason;
    const char *text = sst_reason_text_advice(reason, record->verdict.actor, language);
    if (*text)
        return text;
    /* A rule named somebody for whom there is no advice: then what usually helps. */
    return sst_reason_text_advice(reason, sst_reason_get_defaults(reason).actor, language);
}

static int write_text(const char *text, const sst_sink *sink)
{
    writer out;
    sst_writer_init(&out, sink);
    sst_writer_text(&out, text);
    return sst_writer_finish(&out);
}

int sst_record_write_explanation(const sst_record *record, const char *language,
                                 const sst_sink *sink)
{
    if (!record || !sink)
        return SST_E_INVALID;
    return write_text(sst_record_explanation(record, language), sink);
}

int sst_record_write_advice(const sst_record *record, const char *language, const sst_sink *sink)
{
    if (!record || !sink)
        return SST_E_INVALID;
    return write_text(sst_record_advice(record, language), sink);
}
