/*
 * The filter. Identifiers are those of the vocabulary; one that is none is wrong usage.
 */
#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "command.h"
#include "suggest.h"

/* --- words ---------------------------------------------------------------------------------- */

#define ID(ident, id)             id,
#define REASON_ID(ident, id, ...) id,

static const char *const direction_ids[] = {"out", "in"};
static const char *const kind_ids[] = {SST_KIND_LIST(ID)};
static const char *const permanence_ids[] = {SST_PERMANENCE_LIST(ID)};
static const char *const reason_ids[] = {SST_REASON_LIST(REASON_ID)};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

_Static_assert(COUNT(reason_ids) <= 64, "a reason has a bit in filter.reasons");

/* An option whose values are identifiers, each with a bit. */
typedef struct axis {
    option_id option;
    const char *name;
    const char *const *ids;
    size_t count;
    size_t bits; /* offset in filter */
    const char *see;
} axis;

static const axis axes[] = {
    {OPTION_DIRECTION, "--direction", direction_ids, COUNT(direction_ids),
     offsetof(filter, directions), "it is out or in"},
    {OPTION_KIND, "--kind", kind_ids, COUNT(kind_ids), offsetof(filter, kinds),
     "as delivered, delayed or failed"},
    {OPTION_REASON, "--reason", reason_ids, COUNT(reason_ids), offsetof(filter, reasons),
     "see smtpstatus list reasons"},
    {OPTION_PERMANENCE, "--permanence", permanence_ids, COUNT(permanence_ids),
     offsetof(filter, permanences), "it is transient, permanent or unknown"},
};

static bool is_word(sst_span word, const char *text)
{
    return strlen(text) == word.len && memcmp(word.ptr, text, word.len) == 0;
}

/* The next part of a list with commas; false at the end. Empty parts are passed over. */
static bool next_part(const char **at, sst_span *part)
{
    while (**at == ',')
        ++*at;
    part->ptr = *at;
    part->len = strcspn(*at, ",");
    *at += part->len;
    return part->len > 0;
}

static void refuse(const char *option, sst_span word, const suggestions *near, const char *see)
{
    if (near->count > 0)
        complain("%s: '%.*s' is not known; did you mean '%s'?", option, (int)word.len, word.ptr,
                 near->names[0]);
    else
        complain("%s: '%.*s' is not known; %s", option, (int)word.len, word.ptr, see);
}

static bool set_bit(const axis *of, sst_span word, filter *into)
{
    suggestions near = {.count = 0};
    for (size_t i = 0; i < of->count; i++) {
        uint64_t bits;
        char *place = (char *)into + of->bits;
        if (!is_word(word, of->ids[i])) {
            suggest_try(&near, word.ptr, word.len, of->ids[i]);
            continue;
        }
        memcpy(&bits, place, sizeof bits);
        bits |= UINT64_C(1) << i;
        memcpy(place, &bits, sizeof bits);
        return true;
    }
    refuse(of->name, word, &near, of->see);
    return false;
}

static bool read_axis(const options *given, const axis *of, filter *into)
{
    const words *values = &given->values[of->option];
    sst_span word;
    for (size_t i = 0; i < values->count; i++) {
        for (const char *at = values->list[i]; next_part(&at, &word);) {
            if (!set_bit(of, word, into))
                return false;
        }
    }
    return true;
}

static void read_words(const options *given, option_id option, filter_words *into)
{
    const words *values = &given->values[option];
    sst_span word;
    for (size_t i = 0; i < values->count; i++) {
        for (const char *at = values->list[i]; next_part(&at, &word);) {
            into->list = allocate_or_end(into->list, into->count + 1, sizeof *into->list);
            into->list[into->count++] = word;
        }
    }
}

/* The user's own rules may name providers that are not built in; near misses are mistakes. */
static bool check_provider(sst_span word, bool own_rules)
{
    suggestions near = {.count = 0};
    sst_provider_info info;
    if (sst_provider_find(word.ptr, word.len, &info))
        return true;
    for (size_t i = 0; i < sst_provider_count(); i++) {
        if (sst_provider_at(i, &info))
            suggest_try(&near, word.ptr, word.len, info.id);
    }
    if (own_rules && near.count == 0)
        return true;
    refuse("--provider", word, &near, "see smtpstatus list providers");
    return false;
}

static bool read_time(const options *given, option_id option, const char *name, zone *in, bool *has,
                      int64_t *ms)
{
    const char *word = option_value(given, option);
    *has = word != NULL;
    if (!word || moment_read(word, in, moment_now(), ms))
        return true;
    complain("%s is a time as 2026-03-01, 2026-03-01T10:00, 2h, 3d, today or yesterday, not '%s'",
             name, word);
    return false;
}

bool filter_read(const options *given, zone *in, filter *into)
{
    memset(into, 0, sizeof *into);
    for (size_t i = 0; i < COUNT(axes); i++) {
        if (!read_axis(given, &axes[i], into))
            return false;
    }
    read_words(given, OPTION_PROVIDER, &into->providers);
    read_words(given, OPTION_DOMAIN, &into->domains);
    read_words(given, OPTION_SENDER, &into->senders);
    for (size_t i = 0; i < into->providers.count; i++) {
        if (!check_provider(into->providers.list[i], given->flags[OPTION_RULES]))
            return false;
    }
    if (!read_time(given, OPTION_SINCE, "--since", in, &into->has_since, &into->since) ||
        !read_time(given, OPTION_UNTIL, "--until", in, &into->has_until, &into->until))
        return false;
    into->any = (into->directions | into->kinds | into->reasons | into->permanences) != 0 ||
                into->providers.count + into->domains.count + into->senders.count > 0 ||
                into->has_since || into->has_until;
    return true;
}

void filter_free(filter *from)
{
    free(from->providers.list);
    free(from->domains.list);
    free(from->senders.list);
    memset(from, 0, sizeof *from);
}

/* --- records -------------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Whether a text ends with another one, letters without case. */
static bool ends_with(sst_span text, sst_span end)
{
    if (end.len > text.len)
        return false;
    for (size_t i = 0; i < end.len; i++) {
        if (lower(text.ptr[text.len - end.len + i]) != lower(end.ptr[i]))
            return false;
    }
    return true;
}

static bool is_same(sst_span a, sst_span b)
{
    return a.len == b.len && ends_with(a, b);
}

/* What follows the last "@"; nothing where there is none. */
static sst_span domain_of(sst_span address)
{
    size_t start = address.len;
    while (start > 0 && address.ptr[start - 1] != '@')
        start--;
    if (start == 0)
        return (sst_span){"", 0};
    return (sst_span){address.ptr + start, address.len - start};
}

static bool is_of_domain(sst_span domain, sst_span wanted)
{
    if (wanted.len > 1 && wanted.ptr[0] == '*' && wanted.ptr[1] == '.')
        wanted = (sst_span){wanted.ptr + 1, wanted.len - 1};
    return wanted.ptr[0] == '.' ? ends_with(domain, wanted) : is_same(domain, wanted);
}

static bool has_domain(const filter_words *wanted, sst_span recipient)
{
    sst_span domain = domain_of(recipient);
    for (size_t i = 0; i < wanted->count; i++) {
        if (is_of_domain(domain, wanted->list[i]))
            return true;
    }
    return wanted->count == 0;
}

static bool has_sender(const filter_words *wanted, sst_span sender)
{
    for (size_t i = 0; i < wanted->count; i++) {
        sst_span word = wanted->list[i];
        bool whole = domain_of(word).len > 0;
        if (is_word(word, "<>") ? sender.ptr && sender.len == 0
            : whole             ? is_same(sender, word)
                                : is_of_domain(domain_of(sender), word))
            return true;
    }
    return wanted->count == 0;
}

static bool has_time(const filter *by, sst_span time)
{
    int64_t ms;
    if (!by->has_since && !by->has_until)
        return true;
    if (!moment_of_record(time, &ms))
        return false;
    return (!by->has_since || ms >= by->since) && (!by->has_until || ms < by->until);
}

static bool has_direction(uint64_t directions, sst_span direction)
{
    for (size_t i = 0; i < COUNT(direction_ids); i++) {
        if (directions >> i & 1 && is_word(direction, direction_ids[i]))
            return true;
    }
    return directions == 0;
}

static bool has_bit(uint64_t bits, unsigned value)
{
    return bits == 0 || bits >> value & 1;
}

bool filter_may_pass(const filter *by, const sst_record *record)
{
    return !by->any || (has_direction(by->directions, record->direction) &&
                        (record->kind == SST_KIND_NONE || has_bit(by->kinds, record->kind)) &&
                        has_domain(&by->domains, record->recipient) &&
                        has_sender(&by->senders, record->sender) && has_time(by, record->time));
}

static bool has_verdict(const filter *by, const sst_record *record)
{
    if ((by->reasons | by->permanences) == 0)
        return true;
    return sst_record_is_judged(record) && has_bit(by->reasons, record->verdict.reason) &&
           has_bit(by->permanences, record->verdict.permanence);
}

bool filter_passes(const filter *by, const sst_record *record)
{
    if (!by->any)
        return true;
    bool provided = by->providers.count == 0;
    for (size_t i = 0; i < by->providers.count && !provided; i++)
        provided = is_same(record->provider, by->providers.list[i]);
    return provided && filter_may_pass(by, record) && has_bit(by->kinds, record->kind) &&
           has_verdict(by, record);
}
