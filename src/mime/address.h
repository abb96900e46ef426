/*
 * Mail addresses as reports write them: with and without angle brackets, in the midst of text, with
 * a type in front ("rfc822;"), quoted or international (RFC 5321 4.1.2, RFC 6531). Nothing is
 * copied.
 */
#ifndef MIME_ADDRESS_H
#define MIME_ADDRESS_H

#include <stdbool.h>

#include <smtpstatus/base.h>

/* RFC 5321 4.5.3.1 allows 64 and 255 bytes; some systems use longer local parts. */
#define MIME_MAX_ADDRESS 512

/*
 * The first address in text: a local part, "@", and a domain or address literal. Brackets, quotes
 * about the whole, and punctuation behind it are not part of it. *end, which may be NULL, is set
 * behind it. Returns an absent span where there is none. Linear in the text.
 */
sst_span sst_mime_find_address(sst_span text, const char **end);

/*
 * The address that a field such as Final-Recipient gives (RFC 3464 2.3.1): behind the type, without
 * brackets, comments and blanks. It need not hold an "@": a local mailbox name is kept.
 */
sst_span sst_mime_typed_address(sst_span value);

#endif
