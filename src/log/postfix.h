/* What the files of the Postfix format share. */
#ifndef LOG_POSTFIX_H
#define LOG_POSTFIX_H

#include "log/format.h"
#include "log/words.h"

/*
 * Takes "ADDRESS>" off the front of what stands behind '<'. An address can hold any byte, '>' and
 * ", relay=" among them: a quoted local part is stepped over, and behind the '>' that ends it must
 * stand one of the bytes in ends, or nothing. Returns false where there is no such end.
 */
bool sst_postfix_address(sst_span *text, const char *ends, sst_span *address);

/* "mx.example.com[192.0.2.1]:25" is mx.example.com. */
sst_span sst_postfix_host_name(sst_span host);

/*
 * Reads the words in brackets at the end of a delivery: code, enhanced code, text, command and
 * remote go into the record, where they are not there yet.
 */
void sst_postfix_words(sst_log_reader *reader, sst_record *record, sst_span words);

/* A line of smtpd, cleanup or postscreen about a client or a mail that was refused; text is what
 * stands behind "reject: ", "milter-reject: " or "proxy-reject: ". */
void sst_postfix_refusal(sst_log_reader *reader, const log_line *line, sst_span id, sst_span text);

#endif
