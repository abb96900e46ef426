/*
 * Amazon SES notifications (bounce, complaint, delivery), whose JSON is put as a string into the
 * JSON of SNS, so that quotes are escaped. This is no parser of JSON: it looks for the few keys it
 * wants, whose names do not occur otherwise, and reads the string behind each.
 */
#include "bounce/notification.h"

#include "bounce/phrase.h"

/* The string behind a key: "key" : "value", the quotes escaped or not. */
typedef struct member {
    sst_span key;
    sst_span value;
} member;

static bool is_quote(sst_span text, size_t at, size_t *behind)
{
    while (at < text.len && text.ptr[at] == '\\')
        at++;
    *behind = at + 1;
    return at < text.len && text.ptr[at] == '"';
}

static size_t string_end(sst_span text, size_t at)
{
    while (at < text.len && text.ptr[at] != '"' && text.ptr[at] != '\\')
        at++;
    return at;
}

/* Takes the next member with a string value off the front. */
static bool next_member(sst_span *rest, member *m)
{
    size_t at = 0;
    while (at < rest->len) {
        size_t start;
        if (!is_quote(*rest, at, &start)) {
            at = start > at + 1 ? start : at + 1;
            continue;
        }
        size_t end = string_end(*rest, start);
        m->key = (sst_span){rest->ptr + start, end - start};
        if (!is_quote(*rest, end, &at))
            continue;
        size_t colon = at;
        while (colon < rest->len && (ascii_is_space(rest->ptr[colon]) || rest->ptr[colon] == ':'))
            colon++;
        if (colon == at || !is_quote(*rest, colon, &start))
            continue;
        end = string_end(*rest, start);
        m->value = (sst_span){rest->ptr + start, end - start};
        is_quote(*rest, end, &end);
        end = end < rest->len ? end : rest->len;
        *rest = (sst_span){rest->ptr + end, rest->len - end};
        return true;
    }
    return false;
}

static const struct {
    const char *type;
    sst_kind kind;
} types[] = {
    {"Bounce", SST_KIND_FAILED},
    {"Complaint", SST_KIND_COMPLAINT},
    {"Delivery", SST_KIND_DELIVERED},
};

static sst_kind kind_of(sst_span type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (span_is(type, types[i].type, false))
            return types[i].kind;
    }
    return SST_KIND_NONE;
}

/* A delivery names its recipients in a list of strings. */
static void add_delivered(sst_span words, bounce_entries *entries)
{
    const char *list = phrase_find(words, "recipients");
    while (list && entries->count == 0) {
        sst_span rest = {list, (size_t)(words.ptr + words.len - list)};
        const char *open = memchr(rest.ptr, '[', rest.len);
        const char *close = open ? memchr(open, ']', (size_t)(words.ptr + words.len - open)) : NULL;
        if (!close)
            return;
        for (const char *p = open; p < close; p++) {
            size_t start;
            sst_span from = {p, (size_t)(close - p)};
            if (!is_quote(from, 0, &start))
                continue;
            size_t end = string_end(from, start);
            bounce_entry *entry = sst_bounce_add(entries, "amazon-ses");
            if (!entry)
                return;
            entry->kind = SST_KIND_DELIVERED;
            entry->recipient = (sst_span){from.ptr + start, end - start};
            is_quote(from, end, &end);
            p += end - 1;
        }
        list =
            phrase_find((sst_span){close, (size_t)(words.ptr + words.len - close)}, "recipients");
    }
}

bool sst_bounce_read_notification(sst_span words, bounce_entries *entries,
                                  bounce_envelope *envelope)
{
    if (!phrase_find(words, "notificationtype") && !phrase_find(words, "eventtype"))
        return false;
    sst_kind kind = SST_KIND_NONE;
    sst_span rest = words;
    bounce_entry *entry = NULL;
    member m;
    while (next_member(&rest, &m)) {
        if (span_is(m.key, "notificationType", false) || span_is(m.key, "eventType", false))
            kind = kind_of(m.value);
        else if (span_is(m.key, "emailAddress", false) && (entry = sst_bounce_add(entries, NULL)))
            entry->recipient = m.value;
        else if (entry && span_is(m.key, "status", false))
            sst_enhanced_parse(m.value.ptr, m.value.len, &entry->status);
        else if (entry && span_is(m.key, "diagnosticCode", false))
            entry->words = m.value;
        else if (span_is(m.key, "source", false))
            envelope->sender = m.value;
    }
    if (kind == SST_KIND_DELIVERED)
        add_delivered(words, entries);
    for (size_t i = 0; i < entries->count; i++) {
        entries->at[i].kind = kind;
        entries->at[i].format = "amazon-ses";
    }
    return kind != SST_KIND_NONE && entries->count > 0;
}
