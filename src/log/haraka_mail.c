/*
 * Recipients of Haraka's transactions. Under ids that no line can name: "UUID.1@domain" tells which
 * mail a domain's recipients are in, "UUID.1.2<recipient" is one of them and names the next.
 */
#include "log/haraka_mail.h"

#include "log/words.h"

/* Above its own, a transaction's flags count the mails that are done. */
#define HARAKA_ONE_DONE 4u

#define RECIPIENT_DONE     1u
#define RECIPIENT_DEFERRED 2u

/* --- ids ------------------------------------------------------------------------------------- */

static sst_span joined(const haraka_entry *e, sst_span id, char mark, sst_span name)
{
    char *room = sst_log_scratch(e->reader, id.len + 1 + name.len);
    if (!room)
        return (sst_span){NULL, 0};
    if (id.len > 0)
        memcpy(room, id.ptr, id.len);
    room[id.len] = mark;
    if (name.len > 0)
        memcpy(room + id.len + 1, name.ptr, name.len);
    return (sst_span){room, id.len + 1 + name.len};
}

static sst_span id_of_group(const haraka_entry *e, uint64_t group)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + group % 10);
        group /= 10;
    } while (group > 0);
    return joined(e, e->id, '.', (sst_span){digits + at, sizeof digits - at});
}

static log_mail *find(const haraka_entry *e, sst_span id)
{
    return id.ptr ? sst_log_find(e->reader, e->line, id) : NULL;
}

static log_mail *open_mail(const haraka_entry *e, sst_span id)
{
    return id.ptr ? sst_log_open(e->reader, e->line, id) : NULL;
}

/* "UUID.1" of "UUID.1.2"; a transaction's own id has one dot. */
static sst_span transaction_of(sst_span id)
{
    size_t dots = 0;
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] == '.' && ++dots == 2)
            return (sst_span){id.ptr, i};
    }
    return id;
}

static log_mail *find_recipient(const haraka_entry *e, sst_span group, sst_span recipient)
{
    return find(e, joined(e, group, '<', recipient));
}

/* --- recipients ------------------------------------------------------------------------------ */

static sst_span domain_of(sst_span address)
{
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '@')
        at--;
    return words_from(address, at);
}

/* The mail of a domain's recipients; its id. */
static sst_span group_of(const haraka_entry *e, sst_span domain)
{
    log_mail *known = open_mail(e, joined(e, e->id, '@', domain));
    if (!known)
        return (sst_span){NULL, 0};
    log_numbers *numbers = sst_log_numbers(known);
    if (numbers->recipients == 0)
        numbers->recipients = ++sst_log_numbers(e->mail)->recipients;
    return id_of_group(e, numbers->recipients);
}

/* A mail's LOG_NEXT is its first recipient, its LOG_RECIPIENT the last; a recipient's LOG_NEXT the
 * one behind it. */
void sst_haraka_add_recipient(const haraka_entry *e, sst_span recipient)
{
    sst_span group =
        e->mail && recipient.len > 0 ? group_of(e, domain_of(recipient)) : (sst_span){NULL, 0};
    log_mail *mail = open_mail(e, group);
    sst_span id = mail ? joined(e, group, '<', recipient) : group;
    if (!mail || !id.ptr || find(e, id) || !open_mail(e, id))
        return;
    sst_span last = sst_log_get(mail, LOG_RECIPIENT);
    if (last.ptr)
        sst_log_set(e->reader, find_recipient(e, group, last), LOG_NEXT, recipient);
    else
        sst_log_set(e->reader, mail, LOG_NEXT, recipient);
    sst_log_set(e->reader, mail, LOG_RECIPIENT, recipient);
    sst_log_numbers(mail)->recipients++;
}

sst_record *sst_haraka_record(const haraka_entry *e, sst_kind kind, sst_span recipient)
{
    sst_record *record = sst_log_add(e->reader, e->line);
    sst_span transaction = transaction_of(e->id);
    if (!record)
        return NULL;
    record->kind = kind;
    record->recipient = recipient;
    sst_log_join(record, find(e, transaction), e->line, transaction);
    return record;
}

void sst_haraka_settle(const haraka_entry *e, sst_span recipient)
{
    log_mail *one = find_recipient(e, e->id, recipient);
    if (!one || sst_log_numbers(one)->flags & RECIPIENT_DONE)
        return;
    sst_log_numbers(one)->flags |= RECIPIENT_DONE;
    if (e->mail && sst_log_numbers(e->mail)->recipients > 0)
        sst_log_numbers(e->mail)->recipients--;
}

void sst_haraka_defer(const haraka_entry *e, sst_span recipient, sst_span words)
{
    log_mail *one = find_recipient(e, e->id, recipient);
    if (!one)
        return;
    sst_log_numbers(one)->flags |= RECIPIENT_DEFERRED;
    sst_log_set(e->reader, one, LOG_TEXT, words);
}

/* --- going through --------------------------------------------------------------------------- */

static bool step(haraka_walk *walk, sst_span group, log_mail *mail, sst_span *recipient)
{
    if (!walk->started)
        walk->next = mail ? sst_log_get(mail, LOG_NEXT) : (sst_span){NULL, 0};
    walk->started = true;
    while (walk->next.ptr) {
        *recipient = walk->next;
        walk->recipient = find_recipient(walk->entry, group, *recipient);
        if (!walk->recipient)
            return false; /* it was let go, and the rest of the chain with it */
        uint32_t flags = sst_log_numbers(walk->recipient)->flags;
        walk->next = sst_log_get(walk->recipient, LOG_NEXT);
        walk->words = sst_log_get(walk->recipient, LOG_TEXT);
        walk->deferred = flags & RECIPIENT_DEFERRED;
        if (!(flags & RECIPIENT_DONE))
            return true;
    }
    return false;
}

bool sst_haraka_next(haraka_walk *walk, sst_span *recipient)
{
    return step(walk, walk->entry->id, walk->entry->mail, recipient);
}

bool sst_haraka_next_of_all(haraka_walk *walk, sst_span *recipient)
{
    const haraka_entry *e = walk->entry;
    uint64_t count = e->mail ? sst_log_numbers(e->mail)->recipients : 0;
    for (walk->group += walk->group == 0; walk->group <= count; walk->group++) {
        sst_span group = id_of_group(e, walk->group);
        if (step(walk, group, find(e, group), recipient))
            return true;
        walk->started = false;
    }
    return false;
}

void sst_haraka_again(haraka_walk *walk)
{
    sst_log_numbers(walk->recipient)->flags &= ~RECIPIENT_DEFERRED;
}

/* --- letting go ------------------------------------------------------------------------------ */

static void close_group(const haraka_entry *e, sst_span group, log_mail *mail)
{
    sst_span next = sst_log_get(mail, LOG_NEXT);
    sst_span last = sst_log_get(mail, LOG_RECIPIENT);
    while (next.ptr) {
        log_mail *one = find_recipient(e, group, next);
        next = one ? sst_log_get(one, LOG_NEXT) : (sst_span){NULL, 0};
        sst_log_close(e->reader, one);
    }
    sst_span domain = last.ptr ? domain_of(last) : last;
    sst_log_close(e->reader, find(e, joined(e, transaction_of(group), '@', domain)));
    sst_log_close(e->reader, mail);
}

void sst_haraka_close_if_done(const haraka_entry *e)
{
    sst_span id = transaction_of(e->id);
    if (!e->mail || id.len == e->id.len || sst_log_numbers(e->mail)->recipients > 0)
        return;
    close_group(e, e->id, e->mail);
    log_mail *transaction = find(e, id);
    if (!transaction)
        return;
    log_numbers *numbers = sst_log_numbers(transaction);
    numbers->flags += HARAKA_ONE_DONE;
    if (numbers->flags / HARAKA_ONE_DONE == numbers->recipients)
        sst_log_close(e->reader, transaction);
}

void sst_haraka_close_all(const haraka_entry *e)
{
    uint64_t count = e->mail ? sst_log_numbers(e->mail)->recipients : 0;
    for (uint64_t group = 1; group <= count; group++) {
        sst_span id = id_of_group(e, group);
        log_mail *mail = find(e, id);
        if (mail)
            close_group(e, id, mail);
    }
    sst_log_close(e->reader, e->mail);
}
