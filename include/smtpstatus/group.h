/*
 * Templates of replies: what differs from mail to mail (addresses, IP addresses, host names, ids,
 * times, numbers) is replaced by marks such as <address>, so that equal replies fall together and
 * nothing personal is left.
 */
#ifndef SMTPSTATUS_GROUP_H
#define SMTPSTATUS_GROUP_H

#include <smtpstatus/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Writes the template of a text into a buffer of size bytes, without NUL. Returns how many bytes
 * the whole has; when more than size, it was cut there. Linear in the text. A template never has
 * more than 8 bytes for each byte of the text.
 */
SST_API size_t sst_group_template(const char *text, size_t len, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
