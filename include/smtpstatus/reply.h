/*
 * Parser of SMTP and LMTP replies (RFC 5321 4.2, RFC 2034).
 *
 * Zero-copy over the caller's buffer, no allocation, and no byte is read again when more come. It
 * takes what real servers send and says in flags what was odd; strict syntax refuses instead. For
 * words that people paste or that bounces and logs quote there is relaxed reading
 * (sst_reply_read).
 */
#ifndef SMTPSTATUS_REPLY_H
#define SMTPSTATUS_REPLY_H

#include <smtpstatus/enhanced.h>
#include <smtpstatus/vocabulary.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Limits, each an error of the stream when exceeded (SST_REPLY_WHY_...):
 * a line: RFC 5321 4.5.3.1.5 says 512; Microsoft and Google send lines of over 1,000 bytes, and
 * nothing that is not an attack comes near this;
 * lines: EHLO answers have about 20, HELP texts about 100;
 * the whole: a client must bound what a server can make it hold.
 */
#define SST_MAX_REPLY_LINE  ((size_t)65536)
#define SST_MAX_REPLY_LINES ((size_t)4096)
#define SST_MAX_REPLY       ((size_t)1048576)

/* What was odd about a reply. Strict syntax makes each of the first group malformed. */
typedef enum sst_reply_flags {
    SST_REPLY_NO_SEPARATOR = 1 << 0,    /* nothing after the code: "250" and the line's end */
    SST_REPLY_BARE_LF = 1 << 1,         /* a line that ends with LF alone */
    SST_REPLY_BARE_CR = 1 << 2,         /* a CR that no LF follows */
    SST_REPLY_NUL = 1 << 3,             /* a NUL byte in the text */
    SST_REPLY_8BIT = 1 << 4,            /* a byte above 127 in the text */
    SST_REPLY_CODES_DIFFER = 1 << 5,    /* between lines; the last line's code counts */
    SST_REPLY_ENHANCED_DIFFER = 1 << 6, /* between lines; the first line's counts */
    SST_REPLY_CLASS_CONFLICT = 1 << 7,  /* the enhanced class contradicts the code's first digit */
    SST_REPLY_LONG_LINE = 1 << 8,       /* a line over 512 bytes with its line end */
    SST_REPLY_HIGH_DIGIT = 1 << 9,      /* a second digit above 5 */
    SST_REPLY_OUT_OF_RANGE = 1 << 10,   /* a code of 100-199 or 600-999 */
    SST_REPLY_CUT_OFF = 1 << 11,        /* the end of the input stood for the line's end, or a
                                           last line was missing */
    /* Only from relaxed reading: */
    SST_REPLY_INTRODUCED = 1 << 12,      /* words about the reply stood before it */
    SST_REPLY_TRAILED = 1 << 13,         /* words about the reply stood behind it */
    SST_REPLY_JOINED_LINES = 1 << 14,    /* several lines of the reply on one line of the input */
    SST_REPLY_MARKED_ENHANCED = 1 << 15, /* an enhanced code not right behind the code: written as
                                            "#5.1.1" or "(#5.1.1)", behind a word, or before */
    SST_REPLY_NO_CODE = 1 << 16          /* no reply code at all */
} sst_reply_flags;

typedef enum sst_reply_status {
    SST_REPLY_INCOMPLETE, /* no end of the reply yet: call again with more bytes */
    SST_REPLY_COMPLETE,
    SST_REPLY_MALFORMED /* see why and where */
} sst_reply_status;

/* Why a reply is malformed. */
#define SST_REPLY_WHY_LIST(X)                                                                      \
    X(NOTHING, "not malformed")                                                                    \
    X(NO_CODE, "a line that does not begin with a number of 100 to 999")                           \
    X(SEPARATOR, "neither blank, hyphen nor line end after the code")                              \
    X(LINE_TOO_LONG, "a line longer than SST_MAX_REPLY_LINE")                                      \
    X(TOO_MANY_LINES, "more lines than SST_MAX_REPLY_LINES")                                       \
    X(TOO_LONG, "a reply longer than SST_MAX_REPLY")                                               \
    X(STRICT, "an oddity that strict syntax refuses")

typedef enum sst_reply_why {
#define SST_X_WHY(ident, text) SST_REPLY_WHY_##ident,
    SST_REPLY_WHY_LIST(SST_X_WHY)
#undef SST_X_WHY
} sst_reply_why;

SST_API const char *sst_reply_why_text(sst_reply_why why);

/* A reply. Spans point into the caller's buffer and live as long as it does. */
typedef struct sst_reply {
    int code;              /* of the last line; 0 where there is none */
    sst_enhanced enhanced; /* of the first line that has one */
    uint32_t flags;        /* sst_reply_flags */
    size_t lines;          /* how many */
    sst_span whole;        /* from the first digit to the end of the last line's line end */
    sst_reply_why why;     /* when malformed: why, */
    size_t where;          /* and at which byte from the start of the reply; for an oddity that
                              strict syntax refuses, the start of the first odd line */
    bool relaxed;          /* it comes from relaxed reading; otherwise these are absent: */
    sst_span remote;       /* the host that gave the reply, as its introduction names it */
    sst_command command;   /* what it answers, as its introduction or trailer says */
} sst_reply;

/* Options. size is sizeof(sst_reply_options); zero the rest for the defaults. */
typedef struct sst_reply_options {
    size_t size;
    bool strict; /* strict syntax */
} sst_reply_options;

/* A parser in mid-reply. The members are the library's; a zeroed one is ready for use. */
typedef struct sst_reply_parser {
    bool strict;
    int code;
    sst_enhanced enhanced;
    uint32_t flags;
    unsigned seen;
    size_t lines;
    size_t line_start;
    size_t scanned;
    size_t odd_line;
} sst_reply_parser;

/* Makes a parser ready. options may be NULL. Returns SST_OK or SST_E_INVALID (wrong size). */
SST_API int sst_reply_parser_init(sst_reply_parser *parser, const sst_reply_options *options);

/*
 * Parses one reply at the start of data. When incomplete, *consumed is 0 and *reply is left as it
 * is; the caller gets more bytes, appends them (the buffer may move) and calls again with the same
 * start and a greater len: what was read is not read again. When complete, *consumed bytes belong
 * to the reply; the next reply of a pipeline starts behind them, and the parser is ready for it.
 * When malformed, *consumed is how many bytes the parser is sure do not belong to a later reply (to
 * the end of the bad line, or to the limit; for strict syntax the whole reply), reply->why and
 * where tell the rest, and the parser is ready again. The result
 * does not depend on how the bytes were cut into calls.
 */
SST_API sst_reply_status sst_reply_parse(sst_reply_parser *parser, const char *data, size_t len,
                                         sst_reply *reply, ptrdiff_t *consumed);

/*
 * The same where no more bytes will come: what is incomplete is completed with the flag
 * SST_REPLY_CUT_OFF if it has a code, else malformed; all bytes are consumed then. With len 0:
 * SST_REPLY_INCOMPLETE.
 */
SST_API sst_reply_status sst_reply_finish(sst_reply_parser *parser, const char *data, size_t len,
                                          sst_reply *reply, ptrdiff_t *consumed);

/*
 * Relaxed reading of one reply in words that were pasted or quoted: the whole text is the reply and
 * what stands about it. Always succeeds; the code is 0 where there is none. Of several replies the
 * first one is read: the outer one, where a reply quotes another. Where the codes are lines of
 * their own, lines work as in a stream; a line without a code goes on with the one before.
 *
 * A number is a code only if it is 200 to 599, stands at the start or right behind an introduction
 * or separator, and is followed by a blank, a hyphen, '#', the end or an enhanced code; "500
 * messages per hour" is no code either. Behind a mere separator (a colon, a bracket, the start of a
 * line) it must be 4yz or 5yz or have an enhanced code. An enhanced code is also found as "#5.1.1"
 * anywhere, behind " - " or one word, and before the code ("#5.1.1 smtp;550 ..."); only the one
 * right behind the code is taken out of the words.
 */
SST_API void sst_reply_read(const char *text, size_t len, sst_reply *reply);

/*
 * The lines of a reply, one after the other. Zero the iterator first; its members are the
 * library's. Each call sets *line to the next line, whose words are without code, separator,
 * enhanced code, line end and the blanks at both ends (and, after relaxed reading, without
 * introduction and trailer); returns false when there are no more. A malformed reply has none.
 */
typedef struct sst_reply_line_iterator {
    size_t position;
    int code;
    sst_enhanced enhanced;
    bool goes_on;
} sst_reply_line_iterator;

typedef struct sst_reply_line {
    int code; /* 0 where this line has none (relaxed reading only) */
    sst_enhanced enhanced;
    sst_span text;
} sst_reply_line;

SST_API bool sst_reply_next_line(const sst_reply *reply, sst_reply_line_iterator *iterator,
                                 sst_reply_line *line);

/*
 * Joins the words of all lines that have any, with one blank between them, into a buffer of size
 * bytes. Returns how many bytes the whole has, which may be more than size: then it was cut there.
 * reply->whole.len bytes are always enough. No NUL is added.
 */
SST_API size_t sst_reply_text(const sst_reply *reply, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
