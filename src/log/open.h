/*
 * The messages under way: found by host, format and queue id, in memory that is bounded and taken
 * at the start. The message that was not heard of for the longest time is let go when there is no
 * room. Some of those that are done are kept for a while, as filters hand mails on that are back
 * already.
 *
 * A message has parts, which are entries of the same table and go with it: its recipients that
 * wait, and the Message-ID by which it can be found.
 */
#ifndef LOG_OPEN_H
#define LOG_OPEN_H

#include "log/format.h"
#include "log/store.h"

/* How many messages that are done are remembered: a filter answers within moments of taking a mail
 * in again, while a busy server is done with some hundreds of messages a second. */
#define SST_MAX_LOG_DONE ((size_t)256)

#define LOG_MAX_HOST ((size_t)255) /* RFC 1035 2.3.4 */

#define LOG_NO_MAIL UINT32_MAX

typedef struct log_table log_table;

typedef enum log_mail_state { MAIL_FREE, MAIL_OPEN, MAIL_DONE } log_mail_state;

typedef enum log_role {
    ROLE_MAIL,
    ROLE_WAITING, /* a recipient; its key is the address */
    ROLE_ALIAS    /* the Message-ID */
} log_role;

/* What an entry is found by. The host counts for mails unless any will do; the mail for the
 * recipients that wait. */
typedef struct log_key {
    log_role role;
    unsigned format;
    sst_span host;
    sst_span id;
    bool any_host;
    const log_mail *of;
} log_key;

/* What is looked at each time stands first. */
struct log_mail {
    uint64_t hash;
    uint64_t turn;   /* when it was last looked at, */
    uint64_t placed; /* and when it was put to the front of its list */
    uint32_t chain;  /* the next in its bucket, or of those that are free */
    uint32_t newer;
    uint32_t older;
    uint32_t block; /* its key and fields */
    uint16_t used;  /* of the block */
    uint16_t host_len;
    uint16_t id_len;
    uint8_t state;
    uint8_t role;
    uint8_t format;
    uint32_t whole;  /* of a part: the message */
    uint32_t part;   /* of a message: the first of its parts; of a part: the next */
    uint32_t before; /* of a part: the one before, or the message */
    struct {
        uint16_t start; /* in the block; 0: absent */
        uint16_t len;
    } fields[LOG_FIELD_COUNT];
    log_numbers numbers;
    log_table *table;
};

/* From the one heard of last to the one heard of first, but for the last lines: one that was put to
 * the front a moment ago stays where it is. */
typedef struct mail_list {
    uint32_t newest;
    uint32_t oldest;
    size_t count;
} mail_list;

struct log_table {
    const sst_allocator *allocator;
    log_mail *mails;
    uint32_t size;
    uint32_t frontier; /* from here on no entry was ever used */
    uint32_t free;
    uint32_t *buckets;
    uint32_t mask;
    uint32_t limbo;    /* blocks that are given back when the line is done */
    mail_list list[3]; /* by state; that of MAIL_FREE is empty */
    uint64_t turn;
    uint64_t let_go;
    uint64_t seed;
    log_store store;
};

int sst_log_table_init(log_table *table, const sst_allocator *allocator, size_t max_open);
void sst_log_table_free(log_table *table);

/* A new line begins: what was let go or replaced during the one before is given back. */
void sst_log_table_turn(log_table *table);

/* The entry with a key, open or done; NULL where there is none. */
log_mail *sst_log_table_find(log_table *table, const log_key *key);
/* The same, made where there is none or only one that is done; NULL where all room is taken by what
 * this line is about. A part needs its message, which the part then belongs to. */
log_mail *sst_log_table_open(log_table *table, const log_key *key, log_mail *whole);
void sst_log_table_close(log_mail *mail);
void sst_log_table_set(log_mail *mail, log_field field, sst_span value);

/* Takes a part off its message. */
void sst_log_table_drop_part(log_mail *part);
/* The parts of a message, one after the other; NULL behind the last. */
log_mail *sst_log_table_first_part(const log_mail *mail);
log_mail *sst_log_table_next_part(const log_mail *part);
log_mail *sst_log_table_part_before(const log_mail *part); /* NULL before the first */
log_mail *sst_log_table_whole(const log_mail *part);
sst_span sst_log_table_id(const log_mail *mail);

#endif
