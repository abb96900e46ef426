/*
 * A hash table whose entries, buckets and texts lie in memory of fixed size. Entries that are open
 * and those that are done hang in a list each, by when they were last looked at.
 *
 * What was looked at during a line stays until the line is done: records point at it.
 */
#include "log/open.h"

#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"

/* Bytes of texts for each message, on the average; 100 are usual. */
#define TEXTS_OF_MAIL ((size_t)256)

/* The first block of a message: most never need another. */
#define FIRST_BLOCK ((size_t)256)

/* Buckets are used as they are needed: few lie together in the cache. */
#define FIRST_BUCKETS ((uint32_t)64)

/* The first bytes of a block link it to the next in limbo. */
#define BLOCK_HEAD ((uint16_t)sizeof(uint32_t))

/* The same id on so many hosts: they fall together, as a message is also looked for on any host.
 * More than a few are no accident; beyond, the oldest is let go. */
#define SAME_ID_MOST 64

#define NO_MAIL LOG_NO_MAIL

int sst_log_table_init(log_table *table, const sst_allocator *allocator, size_t max_open)
{
    size_t buckets = FIRST_BUCKETS;
    memset(table, 0, sizeof *table);
    table->allocator = allocator;
    max_open = max_open < FIRST_BUCKETS    ? FIRST_BUCKETS
               : max_open > UINT32_MAX / 4 ? UINT32_MAX / 4
                                           : max_open;
    while (buckets < 2 * max_open)
        buckets *= 2;
    table->size = (uint32_t)max_open;
    table->mask = FIRST_BUCKETS - 1;
    table->free = table->limbo = NO_MAIL;
    for (size_t i = 0; i < sizeof table->list / sizeof table->list[0]; i++)
        table->list[i] = (mail_list){NO_MAIL, NO_MAIL, 0};
    /* Where memory lies is not known outside: nobody can choose ids that all fall together. */
    table->seed = (uint64_t)(uintptr_t)table;
    table->mails = sst_allocate(allocator, table->size, sizeof *table->mails);
    table->buckets = sst_allocate(allocator, buckets, sizeof *table->buckets);
    int error = sst_log_store_init(&table->store, allocator, max_open * TEXTS_OF_MAIL);
    if (error != SST_OK || !table->mails || !table->buckets)
        return SST_E_NO_MEMORY;
    memset(table->buckets, 0xFF, FIRST_BUCKETS * sizeof *table->buckets);
    return SST_OK;
}

void sst_log_table_free(log_table *table)
{
    sst_deallocate(table->allocator, table->mails);
    sst_deallocate(table->allocator, table->buckets);
    sst_log_store_free(&table->store, table->allocator);
}

/* --- lists ---------------------------------------------------------------------------------- */

static uint32_t index_of(const log_mail *mail)
{
    return (uint32_t)(mail - mail->table->mails);
}

static void leave_list(log_mail *mail)
{
    log_table *t = mail->table;
    mail_list *list = &t->list[mail->state];
    if (mail->newer == NO_MAIL)
        list->newest = mail->older;
    else
        t->mails[mail->newer].older = mail->older;
    if (mail->older == NO_MAIL)
        list->oldest = mail->newer;
    else
        t->mails[mail->older].newer = mail->newer;
    list->count--;
}

static void enter_list(log_mail *mail, log_mail_state state)
{
    log_table *t = mail->table;
    mail_list *list = &t->list[state];
    uint32_t index = index_of(mail);
    mail->state = (uint8_t)state;
    mail->placed = t->turn;
    mail->newer = NO_MAIL;
    mail->older = list->newest;
    if (list->newest == NO_MAIL)
        list->oldest = index;
    else
        t->mails[list->newest].newer = index;
    list->newest = index;
    list->count++;
}

static void touch(log_mail *mail)
{
    log_table *t = mail->table;
    mail->turn = t->turn;
    /* In an eighth of its length no list comes to its end. */
    if (t->turn - mail->placed < t->size / 8)
        return;
    leave_list(mail);
    enter_list(mail, (log_mail_state)mail->state);
}

/* --- keys ----------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const char *bytes, size_t len)
{
    const uint64_t factor = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t word;
    for (; len >= sizeof word; bytes += sizeof word, len -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = (hash ^ word) * factor;
        hash ^= hash >> 29;
    }
    word = len;
    for (size_t i = 0; i < len; i++)
        word = word << 8 | (unsigned char)bytes[i];
    hash = (hash ^ word) * factor;
    return hash ^ hash >> 32;
}

static sst_span cut(sst_span span, size_t most)
{
    if (span.len > most)
        span.len = most;
    return span;
}

/* The host is no part of it, so that a message can be looked for on any. */
static uint64_t hash_key(const log_table *t, const log_key *key)
{
    uint64_t start = t->seed + key->format * 4 + (unsigned)key->role;
    return mix(key->of ? start ^ key->of->hash : start, key->id.ptr, key->id.len);
}

static bool has_key(const log_mail *mail, const log_key *key)
{
    const char *own = log_store_at(&mail->table->store, mail->block) + BLOCK_HEAD;
    return mail->role == key->role && mail->format == key->format && mail->id_len == key->id.len &&
           ascii_same_bytes(own + mail->host_len, key->id.ptr, key->id.len) &&
           (key->any_host || (mail->host_len == key->host.len &&
                              ascii_same_bytes(own, key->host.ptr, key->host.len))) &&
           (!key->of || mail->whole == index_of(key->of));
}

static log_mail *find(log_table *t, uint64_t hash, const log_key *key)
{
    uint32_t at = t->buckets[hash & t->mask];
    while (at != NO_MAIL) {
        log_mail *mail = &t->mails[at];
        if (mail->hash == hash && has_key(mail, key))
            return mail;
        at = mail->chain;
    }
    return NULL;
}

static log_key cut_key(const log_key *key)
{
    log_key out = *key;
    out.host = cut(key->host, LOG_MAX_HOST);
    out.id = cut(key->id, SST_MAX_LOG_FIELD);
    return out;
}

/* --- letting go ----------------------------------------------------------------------------- */

static void put_in_limbo(log_table *t, uint32_t block)
{
    memcpy(log_store_at(&t->store, block), &t->limbo, sizeof t->limbo);
    t->limbo = block;
}

void sst_log_table_turn(log_table *t)
{
    t->turn++;
    while (t->limbo != STORE_NONE) {
        uint32_t block = t->limbo;
        memcpy(&t->limbo, log_store_at(&t->store, block), sizeof t->limbo);
        sst_log_store_give_back(&t->store, block);
    }
}

/* --- parts ---------------------------------------------------------------------------------- */

static void hang(log_mail *part, log_mail *whole)
{
    log_table *t = whole->table;
    uint32_t index = index_of(part);
    part->whole = index_of(whole);
    part->before = part->whole;
    part->part = whole->part;
    if (whole->part != NO_MAIL)
        t->mails[whole->part].before = index;
    whole->part = index;
}

static void unhang(log_mail *part)
{
    log_table *t = part->table;
    t->mails[part->before].part = part->part;
    if (part->part != NO_MAIL)
        t->mails[part->part].before = part->before;
}

log_mail *sst_log_table_first_part(const log_mail *mail)
{
    return mail->part == NO_MAIL ? NULL : &mail->table->mails[mail->part];
}

log_mail *sst_log_table_next_part(const log_mail *part)
{
    return sst_log_table_first_part(part);
}

log_mail *sst_log_table_part_before(const log_mail *part)
{
    return part->before == part->whole ? NULL : &part->table->mails[part->before];
}

log_mail *sst_log_table_whole(const log_mail *part)
{
    return &part->table->mails[part->whole];
}

sst_span sst_log_table_id(const log_mail *mail)
{
    const char *key = log_store_at(&mail->table->store, mail->block) + BLOCK_HEAD;
    return (sst_span){key + mail->host_len, mail->id_len};
}

static void drop_entry(log_mail *mail)
{
    log_table *t = mail->table;
    uint32_t index = index_of(mail);
    uint32_t *link = &t->buckets[mail->hash & t->mask];
    while (*link != index)
        link = &t->mails[*link].chain;
    *link = mail->chain;
    leave_list(mail);
    /* Records of this line may point at its texts. */
    if (mail->turn == t->turn)
        put_in_limbo(t, mail->block);
    else
        sst_log_store_give_back(&t->store, mail->block);
    mail->state = MAIL_FREE;
    mail->chain = t->free;
    t->free = index;
}

void sst_log_table_drop_part(log_mail *part)
{
    unhang(part);
    drop_entry(part);
}

/* Drops the parts of a message in one role or, with ROLE_MAIL, all. */
static void drop_parts(log_mail *mail, log_role role)
{
    log_mail *part = sst_log_table_first_part(mail);
    while (part) {
        log_mail *next = sst_log_table_next_part(part);
        if (role == ROLE_MAIL || part->role == role)
            sst_log_table_drop_part(part);
        part = next;
    }
}

static void drop(log_mail *mail)
{
    if (mail->role != ROLE_MAIL) {
        sst_log_table_drop_part(mail);
        return;
    }
    drop_parts(mail, ROLE_MAIL);
    drop_entry(mail);
}

/* Lets go of the one that was not heard of for the longest time; false where all were heard of
 * during this line. */
static bool make_room(log_table *t)
{
    for (int state = MAIL_DONE; state >= MAIL_OPEN; state--) {
        uint32_t oldest = t->list[state].oldest;
        if (oldest != NO_MAIL && t->mails[oldest].turn != t->turn) {
            t->let_go += state == MAIL_OPEN && t->mails[oldest].role == ROLE_MAIL;
            drop(&t->mails[oldest]);
            return true;
        }
    }
    return false;
}

static uint32_t take_block(log_table *t, size_t size)
{
    uint32_t block = sst_log_store_take(&t->store, size);
    while (block == STORE_NONE && make_room(t))
        block = sst_log_store_take(&t->store, size);
    return block;
}

/* Twice as many buckets: each is divided by the next bit of the hash. There are two for each entry,
 * so that few have to be passed by. */
static void widen(log_table *t)
{
    uint32_t half = t->mask + 1;
    t->mask = 2 * half - 1;
    for (uint32_t i = 0; i < half; i++) {
        uint32_t at = t->buckets[i];
        t->buckets[i] = t->buckets[i + half] = NO_MAIL;
        while (at != NO_MAIL) {
            uint32_t next = t->mails[at].chain;
            uint32_t *bucket = &t->buckets[t->mails[at].hash & t->mask];
            t->mails[at].chain = *bucket;
            *bucket = at;
            at = next;
        }
    }
}

static log_mail *take_mail(log_table *t)
{
    if (2 * t->frontier > t->mask && (t->mask + 1) / 2 < t->size)
        widen(t);
    if (t->free == NO_MAIL && t->frontier == t->size && !make_room(t))
        return NULL;
    uint32_t index = t->free;
    if (index != NO_MAIL)
        t->free = t->mails[index].chain;
    else
        index = t->frontier++;
    return &t->mails[index];
}

/* --- mails ---------------------------------------------------------------------------------- */

log_mail *sst_log_table_find(log_table *t, const log_key *key)
{
    log_key cut_one = cut_key(key);
    log_mail *mail = find(t, hash_key(t, &cut_one), &cut_one);
    if (mail)
        touch(mail);
    return mail;
}

/* Forgets what was known under an id that is used anew. */
static void begin_anew(log_mail *mail)
{
    drop_parts(mail, ROLE_MAIL);
    leave_list(mail);
    enter_list(mail, MAIL_OPEN);
    memset(mail->fields, 0, sizeof mail->fields);
    memset(&mail->numbers, 0, sizeof mail->numbers);
}

static log_mail *make(log_table *t, uint64_t hash, const log_key *key)
{
    size_t key_size = BLOCK_HEAD + key->host.len + key->id.len;
    uint32_t block = take_block(t, key_size > FIRST_BLOCK ? key_size : FIRST_BLOCK);
    if (block == STORE_NONE)
        return NULL;
    log_mail *mail = take_mail(t);
    if (!mail) {
        sst_log_store_give_back(&t->store, block);
        return NULL;
    }
    memset(mail, 0, sizeof *mail);
    char *own = log_store_at(&t->store, block) + BLOCK_HEAD;
    if (key->host.len > 0)
        memcpy(own, key->host.ptr, key->host.len);
    if (key->id.len > 0)
        memcpy(own + key->host.len, key->id.ptr, key->id.len);
    mail->table = t;
    mail->hash = hash;
    mail->turn = t->turn;
    mail->block = block;
    mail->part = NO_MAIL;
    mail->used = (uint16_t)key_size;
    mail->host_len = (uint16_t)key->host.len;
    mail->id_len = (uint16_t)key->id.len;
    mail->role = (uint8_t)key->role;
    mail->format = (uint8_t)key->format;
    mail->chain = t->buckets[hash & t->mask];
    t->buckets[hash & t->mask] = index_of(mail);
    enter_list(mail, MAIL_OPEN);
    return mail;
}

/* Makes room among those that fall together, so that looking through them takes no long time. */
static void thin_out(log_table *t, uint64_t hash)
{
    size_t same = 0;
    log_mail *oldest = NULL;
    for (uint32_t at = t->buckets[hash & t->mask]; at != NO_MAIL; at = t->mails[at].chain) {
        if (t->mails[at].hash == hash) {
            same++;
            oldest = &t->mails[at];
        }
    }
    if (same < SAME_ID_MOST || oldest->turn == t->turn)
        return;
    t->let_go += oldest->state == MAIL_OPEN && oldest->role == ROLE_MAIL;
    drop(oldest);
}

log_mail *sst_log_table_open(log_table *t, const log_key *key, log_mail *whole)
{
    log_key cut_one = cut_key(key);
    uint64_t hash = hash_key(t, &cut_one);
    log_mail *mail = find(t, hash, &cut_one);
    if (whole)
        touch(whole);
    if (!mail) {
        thin_out(t, hash);
        mail = make(t, hash, &cut_one);
        if (mail && whole)
            hang(mail, whole);
        return mail;
    }
    if (mail->state == MAIL_DONE)
        begin_anew(mail);
    if (whole && mail->whole != index_of(whole)) {
        unhang(mail);
        hang(mail, whole);
    }
    touch(mail);
    return mail;
}

void sst_log_table_close(log_mail *mail)
{
    log_table *t = mail->table;
    if (mail->state != MAIL_OPEN)
        return;
    drop_parts(mail, ROLE_WAITING);
    leave_list(mail);
    enter_list(mail, MAIL_DONE);
    mail->turn = t->turn;
    const mail_list *done = &t->list[MAIL_DONE];
    if (done->count > SST_MAX_LOG_DONE && t->mails[done->oldest].turn != t->turn)
        drop(&t->mails[done->oldest]);
}

/* --- fields --------------------------------------------------------------------------------- */

/* Moves a message into a block with room for len more bytes, without the texts that were replaced.
 */
static bool move(log_mail *mail, size_t len)
{
    log_table *t = mail->table;
    size_t size = BLOCK_HEAD + (size_t)mail->host_len + mail->id_len;
    size_t key_end = size;
    for (size_t i = 0; i < LOG_FIELD_COUNT; i++)
        size += mail->fields[i].start ? mail->fields[i].len : 0;
    size_t wanted = size + size / 2 + len < STORE_MAX_SIZE ? size + size / 2 + len : size + len;
    uint32_t block = take_block(t, wanted);
    if (block == STORE_NONE)
        return false;
    const char *from = log_store_at(&t->store, mail->block);
    char *to = log_store_at(&t->store, block);
    memcpy(to + BLOCK_HEAD, from + BLOCK_HEAD, key_end - BLOCK_HEAD);
    size = key_end;
    for (size_t i = 0; i < LOG_FIELD_COUNT; i++) {
        if (!mail->fields[i].start)
            continue;
        memcpy(to + size, from + mail->fields[i].start, mail->fields[i].len);
        mail->fields[i].start = (uint16_t)size;
        size += mail->fields[i].len;
    }
    put_in_limbo(t, mail->block);
    mail->block = block;
    mail->used = (uint16_t)size;
    return true;
}

void sst_log_table_set(log_mail *mail, log_field field, sst_span value)
{
    log_store *store = &mail->table->store;
    value = cut(value, SST_MAX_LOG_FIELD);
    sst_span old = sst_log_get(mail, field);
    if (value.ptr && old.ptr && old.len == value.len &&
        (value.len == 0 || memcmp(old.ptr, value.ptr, value.len) == 0))
        return;
    mail->fields[field].start = 0;
    if (!value.ptr)
        return;
    mail->turn = mail->table->turn; /* moving must not let go of it */
    if (mail->used + value.len > sst_log_store_size(store, mail->block) && !move(mail, value.len))
        return;
    if (value.len > 0)
        memcpy(log_store_at(store, mail->block) + mail->used, value.ptr, value.len);
    mail->fields[field].start = mail->used;
    mail->fields[field].len = (uint16_t)value.len;
    mail->used = (uint16_t)(mail->used + value.len);
}

sst_span sst_log_get(const log_mail *mail, log_field field)
{
    sst_span absent = {NULL, 0};
    if (!mail || mail->fields[field].start == 0)
        return absent;
    const char *block = log_store_at(&mail->table->store, mail->block);
    return (sst_span){block + mail->fields[field].start, mail->fields[field].len};
}

log_numbers *sst_log_numbers(log_mail *mail)
{
    return &mail->numbers;
}
