/* What a certificate says, as text. */
#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include <openssl/x509.h>

#include <smtpstatus/net.h>

/* The texts of one certificate, and the pointers to its names. */
typedef struct net_certificate {
    size_t used;
    const char *names[SST_MAX_TLS_NAMES];
    char text[SST_MAX_TLS_TEXT];
} net_certificate;

/*
 * Fills the members of info from subject to names, with text kept in store. What has no room is
 * left out, and info->names_left_out says so. Bytes that do not belong into a name come out as
 * \xNN: the certificate is a stranger's.
 */
void sst_certificate_read(X509 *certificate, net_certificate *store, sst_tls_info *info);

#endif
