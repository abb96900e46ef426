/*
 * Messages that mail systems sent back: delivery status notifications (RFC 3464, 6522, 6533),
 * bounces in no standard form, complaints (RFC 5965), auto-replies (RFC 3834) and read receipts
 * (RFC 8098). Each becomes one record for each recipient, with its verdict.
 *
 * A reader holds all memory that it will ever need from its creation on, whatever it reads, and is
 * used for one message after the other. Work is linear in the message.
 */
#ifndef SMTPSTATUS_BOUNCE_H
#define SMTPSTATUS_BOUNCE_H

#include <smtpstatus/record.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Limits of one message. The first bytes are what counts: reports stand before the message that
 * they return, and a returned attachment of any size is not looked at.
 * Recipients: no mail system reports on more in one message than it accepts in one transaction.
 */
#define SST_MAX_BOUNCE_MESSAGE    ((size_t)1048576)
#define SST_MAX_BOUNCE_RECIPIENTS ((size_t)1000)

/*
 * Converts len bytes of text from a charset (a name of charset_len bytes, not terminated) to UTF-8
 * in out, of size bytes. Returns how many bytes it wrote, or -1 where it does not know the charset.
 * Text that is cut in the middle of a character is to be converted as far as it goes.
 */
typedef ptrdiff_t (*sst_charset_convert)(void *context, const char *charset, size_t charset_len,
                                         const char *text, size_t len, char *out, size_t size);

/* Options; size is sizeof(sst_bounce_options), zero the rest for the defaults. */
typedef struct sst_bounce_options {
    size_t size;
    const sst_allocator *allocator; /* NULL: malloc's */
    const sst_rules *rules;         /* the user's own; must outlive the reader */
    sst_charset_convert convert;    /* for charsets that are not built in; may be NULL */
    void *convert_context;
} sst_bounce_options;

typedef struct sst_bounce_reader sst_bounce_reader;

/* Makes a reader, to be freed with sst_bounce_reader_free. options may be NULL. Returns SST_OK,
 * SST_E_INVALID (size wrong) or SST_E_NO_MEMORY, and then leaves *reader. */
SST_API int sst_bounce_reader_new(const sst_bounce_options *options, sst_bounce_reader **reader);

/* Frees a reader; NULL is allowed. */
SST_API void sst_bounce_reader_free(sst_bounce_reader *reader);

/* What became of a message. */
typedef enum sst_bounce_result {
    SST_BOUNCE_UNDERSTOOD,    /* a report, and its recipients were found; or no report at all */
    SST_BOUNCE_NOT_UNDERSTOOD /* it looks like a report, and no recipient was found */
} sst_bounce_result;

/*
 * Reads a message: its first SST_MAX_BOUNCE_MESSAGE bytes, with LF, CRLF or CR as line ends, with
 * headers or, as people paste it, without. The message is copied and may go at once. Cannot fail.
 */
SST_API sst_bounce_result sst_bounce_read(sst_bounce_reader *reader, const char *message,
                                          size_t len);

/*
 * The records of the message read last, one after the other; at least one where it was understood
 * (of kind not-a-report where it is none). Members source, index and offset are the caller's to
 * fill in. Returns false when there are no more. Spans live until the next call of either function.
 */
SST_API bool sst_bounce_next(sst_bounce_reader *reader, sst_record *record);

#ifdef __cplusplus
}
#endif
#endif
