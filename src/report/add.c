/*
 * Adding a record: which recipient of which mail it tells of, what was known of that one, and what
 * changes. A delivery at the first try, which most records are, touches two cache lines of the
 * table of mails seen and a few counters; those of a batch are asked for together.
 */
#include <smtpstatus/report.h>

#include "base/ascii.h"
#include "base/prefetch.h"
#include "report/clock.h"
#include "report/hash.h"
#include "report/model.h"

enum { SALT_MAIL = 1, SALT_QUEUE, SALT_REPORTER, SALT_DOMAIN, SALT_LOCAL, SALT_NAME };

/* What is known of a record before anything is looked up. */
typedef struct arrival {
    const sst_record *record;
    bool inbound;     /* then nothing but the time is set */
    int64_t time;     /* NO_TIME */
    uint64_t mail;    /* keys */
    uint64_t key;     /* of mail and recipient */
    uint64_t address; /* of the recipient */
    uint64_t domain_hash;
    sst_span domain;
} arrival;

/* --- keys ----------------------------------------------------------------------------------- */

/* A key is never 0, and its marks are free. */
static uint64_t key_from(uint64_t hash)
{
    return (hash & MARK_MASK) != 0 ? hash & MARK_MASK : UINT64_C(1) << MARK_BITS;
}

static sst_span without_brackets(sst_span text)
{
    if (text.len >= 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>') {
        text.ptr++;
        text.len -= 2;
    }
    return text;
}

/* The domain of an address: what stands behind its last '@'. */
static sst_span domain_of(sst_span address)
{
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '@')
        at--;
    sst_span domain = {"", 0};
    if (at > 0) {
        domain.ptr = address.ptr + at;
        domain.len = address.len - at;
    }
    return domain;
}

/* Which mail it is. A record that does not tell is of a mail of its own. */
static uint64_t hash_mail(sst_report *report, const sst_record *record)
{
    const uint64_t *seed = report->options.seed;
    if (record->message_id.len > 0)
        return hash_span(seed, SALT_MAIL, without_brackets(record->message_id));
    if (record->queue_id.len > 0)
        return hash_join(hash_span(seed, SALT_QUEUE, record->queue_id),
                         hash_span(seed, SALT_REPORTER, record->reporter));
    return hash_join(seed[0] + SALT_MAIL, ++report->anonymous);
}

static size_t trouble_place(uint64_t key)
{
    return (size_t)(key >> 40) & (TROUBLE_PLACES - 1);
}

/* A fate or suspect with this key comes or goes. */
static void trouble(sst_report *report, uint64_t key, bool more)
{
    uint8_t *count = &report->troubled[trouble_place(key)];
    if (*count < UINT8_MAX)
        *count = (uint8_t)(more ? *count + 1 : *count - 1);
}

static int64_t time_of(sst_report *report, sst_span text)
{
    int64_t time = NO_TIME;
    if (text.len == 0)
        return time;
    if (text.len == report->time_len && ascii_same_bytes(text.ptr, report->time_text, text.len))
        return report->time;
    sst_clock_read(text, &time);
    if (text.len <= sizeof report->time_text) {
        memcpy(report->time_text, text.ptr, text.len);
        report->time_len = text.len;
        report->time = time;
    }
    return time;
}

static arrival arrival_of(sst_report *report, const sst_record *record)
{
    const uint64_t *seed = report->options.seed;
    arrival out = {.record = record, .inbound = span_is(record->direction, "in", false)};
    out.time = time_of(report, record->time);
    if (out.inbound)
        return out;
    out.domain = domain_of(record->recipient);
    sst_span local = {record->recipient.ptr, record->recipient.len - out.domain.len};
    out.domain_hash = hash_span(seed, SALT_DOMAIN, out.domain);
    uint64_t mail = hash_mail(report, record);
    uint64_t address = hash_join(hash_span(seed, SALT_LOCAL, local), out.domain_hash);
    out.mail = key_from(mail);
    out.address = key_from(address);
    out.key = key_from(hash_join(mail, address));
    /* The memory that adding will look at. Not in a function of its own: one that does nothing else
     * is left out by compilers. */
    names_prefetch(&report->domains, out.domain_hash);
    prefetch(&report->troubled[trouble_place(out.key)]);
    prefetch(&report->troubled[trouble_place(out.address)]);
    prefetch(cache_bucket(&report->seen, report->seen.shape, out.key));
    prefetch(cache_bucket(&report->seen, report->seen.shape, out.mail));
    return out;
}

/* --- rows ----------------------------------------------------------------------------------- */

static size_t domain_row(sst_report *report, const arrival *from)
{
    return sst_names_find(&report->domains, from->domain, from->domain_hash, true);
}

/* The same name as before, or one that is looked up. */
static size_t named_row(const sst_report *report, names *all, sst_span text)
{
    if (all->last < all->count) {
        const name_row *last = &all->list[all->last];
        if (last->len == text.len &&
            memcmp(last->text, text.len > 0 ? text.ptr : "", text.len) == 0)
            return all->last;
    }
    uint64_t hash = hash_span(report->options.seed, SALT_NAME, text);
    return all->last = sst_names_find(all, text, hash, true);
}

static void change(uint64_t *counter, bool more)
{
    if (more)
        ++*counter;
    else if (*counter > 0)
        --*counter;
}

/* Counts a recipient in all rows that it belongs to, or takes it out of them. */
static void place(sst_report *report, const fate *what, bool more)
{
    size_t state = what->state;
    change(&report->total.of[state], more);
    change(&names_tally(&report->domains, what->domain)->of[state], more);
    change(&names_tally(&report->providers, what->provider)->of[state], more);
    if (state == FATE_FIRST)
        return;
    cause *why = cause_at(report, what->cause);
    change(&why->count.of[state], more);
    change(&why->providers[what->provider], more);
    change(&why->senders[what->sender], more);
    change(&report->by_reason[what->reason].of[state], more);
}

/* --- what the command's list of addresses is made of ---------------------------------------- */

static void tell(sst_report *report, const arrival *from, bool delivered)
{
    const sst_record *record = from->record;
    bool complaint = record->kind == SST_KIND_COMPLAINT;
    if (!report->options.event || record->recipient.len == 0)
        return;
    sst_report_event event = {
        .recipient = record->recipient,
        .delivered = delivered,
        .suppress = complaint ? SST_SUPPRESS_YES : record->verdict.suppress,
        .reason = complaint ? SST_REASON_UNKNOWN : record->verdict.reason,
        .complaint = complaint,
        .code = record->code,
        .enhanced = record->enhanced,
        .text = record->text,
        .has_time = from->time != NO_TIME,
        .time = from->time == NO_TIME ? 0 : from->time,
    };
    report->options.event(report->options.context, &event);
}

/* A new entry; the one that had to go for it is no longer counted. */
static void *put_trouble(sst_report *report, cache *into, uint64_t key)
{
    uint64_t gone = 0;
    void *fresh = sst_cache_put(into, key, &gone);
    if (gone != 0)
        trouble(report, gone, false);
    trouble(report, key, true);
    return fresh;
}

static void suspect(sst_report *report, const arrival *from)
{
    const sst_record *record = from->record;
    if (record->kind != SST_KIND_COMPLAINT &&
        (!sst_record_is_judged(record) || record->verdict.suppress == SST_SUPPRESS_NO))
        return;
    if (!cache_find(&report->suspects, report->suspects.shape, from->address))
        put_trouble(report, &report->suspects, from->address);
    tell(report, from, false);
}

static void clear_suspect(sst_report *report, const arrival *from)
{
    if (report->troubled[trouble_place(from->address)] == 0)
        return;
    void *found = cache_find(&report->suspects, report->suspects.shape, from->address);
    if (!found)
        return;
    sst_cache_remove(&report->suspects, found);
    trouble(report, from->address, false);
    tell(report, from, true);
}

/* --- deliveries ----------------------------------------------------------------------------- */

static void count_mail(sst_report *report, uint64_t mail)
{
    if (cache_find(&report->seen, report->seen.shape, mail))
        return;
    report->mails++;
    sst_cache_put(&report->seen, mail, NULL);
}

static void count_attempt(sst_report *report, int64_t time, attempt what)
{
    if (time == NO_TIME)
        report->timeline.untimed[what]++;
    else
        sst_timeline_add(&report->timeline, time, what);
}

static uint64_t *remember(sst_report *report, const fate *what)
{
    uint64_t marks = (uint64_t)what->provider << MARK_PROVIDER;
    if (what->state == FATE_LATER)
        marks |= MARK_LATER | (uint64_t)what->cause << MARK_CAUSE;
    uint64_t *entry = sst_cache_put(&report->seen, what->key, NULL);
    *entry |= marks;
    return entry;
}

static void mark_relayed(sst_report *report, uint64_t *entry)
{
    *entry |= MARK_RELAYED;
    report->relayed++;
}

/* A delivery that is told again. After it was relayed, it is the one that counts. */
static void count_again(sst_report *report, const sst_record *record, uint64_t *entry)
{
    report->duplicates++;
    if ((*entry & MARK_RELAYED) == 0 || record->kind == SST_KIND_RELAYED)
        return;
    *entry &= ~MARK_RELAYED;
    report->relayed--;
    if (record->has_delay)
        sst_delay_add(&report->delays, record->delay_ms);
}

/* A delivery of which nothing was known before, or which was told already. */
static void add_first(sst_report *report, const arrival *from)
{
    const sst_record *record = from->record;
    fate what = {.key = from->key,
                 .first = NO_TIME,
                 .provider = (uint8_t)named_row(report, &report->providers, record->provider),
                 .domain = (uint16_t)domain_row(report, from),
                 .state = FATE_FIRST};
    uint64_t *entry = cache_find(&report->seen, report->seen.shape, from->key);
    if (entry) {
        count_again(report, record, entry);
        return;
    }
    count_mail(report, from->mail);
    place(report, &what, true);
    entry = remember(report, &what);
    if (record->kind == SST_KIND_RELAYED)
        mark_relayed(report, entry);
    else if (record->has_delay)
        sst_delay_add(&report->delays, record->delay_ms);
    count_attempt(report, from->time, ATTEMPT_DELIVERED);
}

/* What is remembered of a delivery; domain and sender, and for one that was not put off the cause,
 * are those of like. */
static fate delivered_from(const sst_report *report, const fate *like, uint64_t entry)
{
    fate what = *like;
    what.provider = (uint8_t)(entry >> MARK_PROVIDER & SST_MAX_REPORT_PROVIDERS);
    what.state = FATE_FIRST;
    if ((entry & MARK_LATER) != 0) {
        what.state = FATE_LATER;
        what.cause = (uint8_t)(entry >> MARK_CAUSE & SST_MAX_REPORT_CAUSES);
        what.reason = (uint8_t)cause_at(report, what.cause)->reason;
    }
    return what;
}

/* It is as if it had not been delivered. */
static void forget_delivered(sst_report *report, const fate *like, uint64_t *entry)
{
    fate what = delivered_from(report, like, *entry);
    place(report, &what, false);
    report->relayed -= (*entry & MARK_RELAYED) != 0 ? 1 : 0;
    sst_cache_remove(&report->seen, entry);
}

/*
 * A mail that was relayed to an alias, and has come back for the recipients that the alias stands
 * for: these count from now on.
 */
static void replace_alias(sst_report *report, const arrival *from)
{
    if (from->record->original_recipient.len == 0)
        return;
    sst_record like = *from->record;
    like.recipient = like.original_recipient;
    uint64_t kept = report->anonymous;
    arrival alias = arrival_of(report, &like);
    report->anonymous = kept;
    if (alias.key == from->key)
        return;
    uint64_t *entry = cache_find(&report->seen, report->seen.shape, alias.key);
    if (!entry || (*entry & MARK_RELAYED) == 0)
        return;
    const fate what = {
        .domain = (uint16_t)domain_row(report, &alias),
        .sender = (uint16_t)named_row(report, &report->senders, like.sender),
    };
    forget_delivered(report, &what, entry);
}

/* One that waited. */
static void add_later(sst_report *report, const arrival *from, fate *open)
{
    fate what = *open;
    sst_cache_remove(&report->fates, open);
    trouble(report, from->key, false);
    place(report, &what, false);
    what.state = FATE_LATER;
    place(report, &what, true);
    uint64_t *entry = remember(report, &what);
    if (from->record->kind == SST_KIND_RELAYED)
        mark_relayed(report, entry);
    else if (from->record->has_delay)
        sst_delay_add(&report->delays, from->record->delay_ms);
    else if (what.first != NO_TIME && from->time != NO_TIME && from->time >= what.first)
        sst_delay_add(&report->delays, (uint64_t)(from->time - what.first) * 1000);
    count_attempt(report, from->time, ATTEMPT_DELIVERED);
}

static fate *find_fate(const sst_report *report, uint64_t key)
{
    if (report->troubled[trouble_place(key)] == 0)
        return NULL;
    return cache_find(&report->fates, report->fates.shape, key);
}

static void add_delivered(sst_report *report, const arrival *from)
{
    replace_alias(report, from);
    fate *open = find_fate(report, from->key);
    if (open && open->state == FATE_FAILED) {
        report->duplicates++;
        return;
    }
    if (open)
        add_later(report, from, open);
    else
        add_first(report, from);
    clear_suspect(report, from);
}

/* --- what did not arrive -------------------------------------------------------------------- */

static int64_t first_time(const arrival *from)
{
    int64_t delay = from->record->has_delay ? (int64_t)(from->record->delay_ms / 1000) : 0;
    return from->time == NO_TIME ? NO_TIME : from->time - delay;
}

static fate fate_from(sst_report *report, const arrival *from, fate_state state)
{
    const sst_record *record = from->record;
    size_t why = sst_report_find_cause(report, record);
    fate out = {
        .key = from->key,
        .first = first_time(from),
        .domain = (uint16_t)domain_row(report, from),
        .sender = (uint16_t)named_row(report, &report->senders, record->sender),
        .provider = (uint8_t)named_row(report, &report->providers, record->provider),
        .cause = (uint8_t)why,
        .reason =
            (uint8_t)(sst_record_is_judged(record) ? record->verdict.reason : SST_REASON_UNKNOWN),
        .state = (uint8_t)state,
    };
    return out;
}

/*
 * A failure or delay of a recipient that had the mail already: a bounce that came after the
 * delivery to the next host undoes it, and so does anything that comes after it was relayed; an
 * earlier delay that is read late makes it a late delivery. Returns whether the recipient is still
 * one of those delivered.
 */
static bool amend_delivered(sst_report *report, const fate *fresh, uint64_t *entry)
{
    if (fresh->state == FATE_FAILED || (*entry & MARK_RELAYED) != 0) {
        forget_delivered(report, fresh, entry);
        return false;
    }
    if ((*entry & MARK_LATER) == 0) {
        fate what = delivered_from(report, fresh, *entry);
        place(report, &what, false);
        what.state = FATE_LATER;
        place(report, &what, true);
        *entry |= MARK_LATER | (uint64_t)what.cause << MARK_CAUSE;
    }
    return true;
}

/* An attempt on a recipient that waits, or is in doubt. */
static void amend_open(sst_report *report, fate *open, const fate *fresh)
{
    int64_t first = open->first;
    place(report, open, false);
    *open = *fresh;
    if (first != NO_TIME && (fresh->first == NO_TIME || first < fresh->first))
        open->first = first;
    place(report, open, true);
}

static void add_trouble(sst_report *report, const arrival *from, fate_state state, attempt what)
{
    replace_alias(report, from);
    fate *open = find_fate(report, from->key);
    if (open && open->state == FATE_FAILED) {
        report->duplicates++;
        return;
    }
    fate fresh = fate_from(report, from, state);
    uint64_t *seen = open ? NULL : cache_find(&report->seen, report->seen.shape, from->key);
    sst_report_add_attempt(report, fresh.cause, from->record, from->time);
    count_attempt(report, from->time, what);
    if (open) {
        amend_open(report, open, &fresh);
    } else if (!seen || !amend_delivered(report, &fresh, seen)) {
        if (!seen)
            count_mail(report, from->mail);
        memcpy(put_trouble(report, &report->fates, fresh.key), &fresh, sizeof fresh);
        place(report, &fresh, true);
    }
    if (state == FATE_FAILED)
        suspect(report, from);
}

/* --- public --------------------------------------------------------------------------------- */

/* A reply that takes the mail over, and not just a step towards it. */
static bool takes_over(sst_command command)
{
    return command == SST_COMMAND_NONE || command == SST_COMMAND_EOM ||
           command == SST_COMMAND_DATA || command == SST_COMMAND_BDAT;
}

static void add_outbound(sst_report *report, const sst_record *record, const arrival *from)
{
    switch (record->kind) {
    case SST_KIND_FAILED:
        add_trouble(report, from, FATE_FAILED, ATTEMPT_FAILED);
        break;
    case SST_KIND_DELAYED:
        add_trouble(report, from, FATE_WAITING, ATTEMPT_DELAYED);
        break;
    case SST_KIND_IN_DOUBT:
        add_trouble(report, from, FATE_DOUBT, ATTEMPT_DOUBT);
        break;
    case SST_KIND_DELIVERED:
    case SST_KIND_EXPANDED:
    case SST_KIND_RELAYED:
        add_delivered(report, from);
        break;
    case SST_KIND_COMPLAINT:
        report->complaints++;
        suspect(report, from);
        break;
    case SST_KIND_AUTO_REPLY:
        report->auto_replies++;
        break;
    case SST_KIND_ACCEPTED:
        if (takes_over(record->command))
            add_delivered(report, from);
        else
            report->others++;
        break;
    default:
        report->others++;
        break;
    }
}

static void add(sst_report *report, const arrival *from)
{
    const sst_record *record = from->record;
    report->records++;
    if (record->format.len > 0) {
        size_t format = named_row(report, &report->formats, record->format);
        names_tally(&report->formats, format)->of[FATE_FIRST]++;
    }
    if (from->time != NO_TIME) {
        report->first = from->time < report->first ? from->time : report->first;
        report->last = from->time > report->last ? from->time : report->last;
    }
    if (from->inbound)
        sst_report_add_inbound(report, record, from->time);
    else
        add_outbound(report, record, from);
}

void sst_report_add(sst_report *report, const sst_record *record)
{
    arrival from = arrival_of(report, record);
    add(report, &from);
}

/* Memory takes longest: it is asked for long before the record's turn comes, that of a domain's row
 * when it is known where that is. */
void sst_report_add_batch(sst_report *report, const sst_record *const *records, size_t count)
{
    enum { BLOCK = 16 };
    arrival block[BLOCK];
    while (count > 0) {
        size_t some = count < BLOCK ? count : BLOCK;
        for (size_t i = 0; i < some; i++) {
            block[i] = arrival_of(report, records[i]);
        }
        for (size_t i = 0; i < some; i++) {
            if (!block[i].inbound)
                names_prefetch_row(&report->domains, block[i].domain_hash);
        }
        for (size_t i = 0; i < some; i++)
            add(report, &block[i]);
        records += some;
        count -= some;
    }
}
