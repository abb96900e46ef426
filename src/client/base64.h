/* Base64 as AUTH has it (RFC 4954 4, RFC 4648 4). */
#ifndef CLIENT_BASE64_H
#define CLIENT_BASE64_H

#include <smtpstatus/base.h>

/* How long len bytes are in base64. */
#define BASE64_LEN(len) (((len) + 2) / 3 * 4)

void sst_base64_encode(const char *bytes, size_t len, char *to);

/* Strict: padded, nothing else in it. Returns how many bytes came out, at most len / 4 * 3, or -1.
 * to may be text itself. */
ptrdiff_t sst_base64_decode(const char *text, size_t len, char *to);

#endif
