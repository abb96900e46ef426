/*
 * The values of a record's keys: which there are, and which are left out.
 */
#include "record/values.h"

#include "base/ascii.h"

static value number_value(bool present, uint64_t number)
{
    value out = {present ? VALUE_NUMBER : VALUE_ABSENT, {NULL, 0}, number, 0};
    return out;
}

static value text_value(sst_span text)
{
    value out = {text.ptr ? VALUE_TEXT : VALUE_ABSENT, text, 0, 0};
    return out;
}

/* An identifier of ours; NULL and "" are absent. */
static value word_value(const char *word)
{
    value out = {word && *word ? VALUE_WORD : VALUE_ABSENT, span_of(word), 0, 0};
    return out;
}

/* Likewise, but it may hold any characters. */
static value sentence_value(const char *text)
{
    value out = word_value(text);
    if (out.type == VALUE_WORD)
        out.type = VALUE_TEXT;
    return out;
}

bool sst_record_options_valid(const sst_record_options *options)
{
    return !options || options->size == sizeof *options;
}

const char *sst_record_options_language(const sst_record_options *options)
{
    if (!options || !options->explain)
        return NULL;
    return options->language ? options->language : "en";
}

/*
 * The enumeration's name. The other members of code.h have names of our own making, which nobody
 * would look for under this key.
 */
static const char *name_of(int code)
{
    bool named =
        code != SST_CODE_NOT_DEFINED && sst_code_standing(code) == SST_STANDING_ENUMERATION;
    return named ? sst_code_name(code) : NULL;
}

bool sst_record_is_judged(const sst_record *record)
{
    if (!record->decided)
        return false;
    switch (record->kind) {
    case SST_KIND_NONE:
    case SST_KIND_FAILED:
    case SST_KIND_DELAYED:
    case SST_KIND_IN_DOUBT:
        return true;
    default:
        return false;
    }
}

/* Where it came from and whom it is about. */
static void fill_origin(value *of, const sst_record *record)
{
    of[KEY_schema] = number_value(true, SST_RECORD_SCHEMA);
    of[KEY_source] = text_value(record->source);
    of[KEY_index] = number_value(record->index != 0, record->index);
    of[KEY_line] = number_value(record->line != 0, record->line);
    of[KEY_offset] = number_value(record->has_offset, record->offset);
    of[KEY_direction] = text_value(record->direction);
    of[KEY_kind] = word_value(sst_kind_id(record->kind));
    of[KEY_recipient] = text_value(record->recipient);
    of[KEY_original_recipient] = text_value(record->original_recipient);
    of[KEY_sender] = text_value(record->sender);
    of[KEY_message_id] = text_value(record->message_id);
    of[KEY_queue_id] = text_value(record->queue_id);
    of[KEY_subject] = text_value(record->subject);
    of[KEY_reporter] = text_value(record->reporter);
    of[KEY_remote] = text_value(record->remote);
    of[KEY_provider] = text_value(record->provider);
    of[KEY_format] = text_value(record->format);
    of[KEY_time] = text_value(record->time);
}

/* What the server said. */
static void fill_reply(record_values *values, const sst_record *record)
{
    value *of = values->of;
    of[KEY_command] = word_value(sst_command_id(record->command));
    of[KEY_code] = number_value(record->code > 0, (uint64_t)record->code);
    of[KEY_name] = word_value(name_of(record->code));
    sst_enhanced_to_string(record->enhanced, values->enhanced, sizeof values->enhanced);
    of[KEY_enhanced] = word_value(values->enhanced);
    of[KEY_local_error] = word_value(sst_local_error_id(record->local_error));
    of[KEY_text] = text_value(record->text);
}

static void fill_verdict(value *of, const sst_verdict *verdict)
{
    of[KEY_reason] = word_value(sst_reason_id(verdict->reason));
    of[KEY_claimed] = word_value(sst_permanence_id(verdict->claimed));
    of[KEY_permanence] = word_value(sst_permanence_id(verdict->permanence));
    of[KEY_scope] = word_value(sst_scope_id(verdict->scope));
    of[KEY_actor] = word_value(sst_actor_id(verdict->actor));
    of[KEY_retry] = word_value(sst_retry_id(verdict->retry));
    of[KEY_retry_after] = number_value(verdict->retry_after >= 0, (uint64_t)verdict->retry_after);
    of[KEY_suppress] = word_value(sst_suppress_id(verdict->suppress));
    if (verdict->reason == SST_REASON_EXPIRED && verdict->cause != SST_REASON_UNKNOWN)
        of[KEY_cause] = word_value(sst_reason_id(verdict->cause));
    of[KEY_rule] = sentence_value(verdict->rule);
    of[KEY_level] = word_value(sst_level_id(verdict->level));
    if (verdict->span_end > verdict->span_start) {
        value range = {VALUE_RANGE, {NULL, 0}, verdict->span_start, verdict->span_end};
        of[KEY_span] = range;
    }
}

void sst_record_values_fill(record_values *values, const sst_record *record, const char *language)
{
    memset(values, 0, sizeof *values);
    fill_origin(values->of, record);
    fill_reply(values, record);
    if (sst_record_is_judged(record))
        fill_verdict(values->of, &record->verdict);
    else if (record->decided && record->kind == SST_KIND_COMPLAINT)
        values->of[KEY_suppress] = word_value(sst_suppress_id(SST_SUPPRESS_YES));
    if (language) {
        values->of[KEY_explanation] = sentence_value(sst_record_explanation(record, language));
        values->of[KEY_advice] = sentence_value(sst_record_advice(record, language));
    }
}

bool sst_record_values_prepare(record_values *values, const sst_record *record,
                               const sst_record_options *options, const sst_sink *sink)
{
    if (!record || !sink || !sst_record_options_valid(options))
        return false;
    sst_record_values_fill(values, record, sst_record_options_language(options));
    return true;
}
