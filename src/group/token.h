/*
 * What a word of a reply is: something that differs from mail to mail, and then which mark stands
 * for it, or a word to keep. Looks at one word at a time and knows nothing of its neighbours.
 */
#ifndef GROUP_TOKEN_H
#define GROUP_TOKEN_H

#include <stdbool.h>

#include <smtpstatus/base.h>

typedef enum token_kind {
    TOKEN_WORD, /* keep */
    TOKEN_ADDRESS,
    TOKEN_URL,
    TOKEN_HOST,
    TOKEN_IP,
    TOKEN_TIME,
    TOKEN_NUMBER,
    TOKEN_QUANTITY, /* a number with its unit: the number goes, the unit stays */
    TOKEN_ID,
    TOKEN_NAME /* of a person: only from what stands about it */
} token_kind;

/* The mark of a kind, as "<address>"; "" for a word. */
const char *sst_token_mark(token_kind kind);

/* What is written without blanks, quotes and brackets: an address, a URL, an IP address with port
 * or prefix, a time, a sub-code. TOKEN_WORD: nothing that can be told before it is cut further. */
token_kind sst_token_whole(sst_span run);

/* What is made of letters, digits and the signs . - _ ' # only. */
token_kind sst_token_piece(sst_span piece);

/* How many of its bytes, from the start, are the number of a quantity. */
size_t sst_token_quantity(sst_span piece);

/* How long a label before a value is, with its '=': "to=", "from=". An address may hold a '=' too.
 */
size_t sst_token_label(sst_span run);

/* Parts of a date: the kinds of words that one is made of. */
typedef enum date_part {
    DATE_NONE,
    DATE_WEEKDAY,
    DATE_MONTH,
    DATE_NUMBER,
    DATE_TIME,
    DATE_ZONE
} date_part;

date_part sst_token_date_part(sst_span word);

/* Words that name a mailbox's owner next ("user john"), and words that may follow those and are no
 * name ("user unknown"). */
bool sst_token_introduces_name(sst_span word);
bool sst_token_is_common(sst_span word);

#endif
