/*
 * Reads a certificate (RFC 5280) for people: subject, issuer, names, dates, fingerprint. Whether it
 * is to be trusted is decided elsewhere.
 */
#include "net/certificate.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

/* A copy of text in the store, without anything a terminal could take for a command; NULL where it
 * has no room. UTF-8 passes where it is allowed to. */
static const char *keep(net_certificate *store, const char *text, size_t len, bool utf8)
{
    char *start = store->text + store->used;
    size_t room = sizeof store->text - store->used;
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (used + 5 > room)
            return NULL;
        if (c >= ' ' && (c < 0x7F || (c >= 0x80 && utf8)))
            start[used++] = (char)c;
        else
            used += (size_t)snprintf(start + used, 5, "\\x%02X", c);
    }
    if (used + 1 > room)
        return NULL;
    start[used] = '\0';
    store->used += used + 1;
    return start;
}

/* A distinguished name as RFC 4514 writes it: "CN=mx.example.com,O=Example". */
static const char *keep_name(net_certificate *store, const X509_NAME *name)
{
    BIO *memory = BIO_new(BIO_s_mem());
    if (!memory)
        return NULL;
    const char *kept = NULL;
    unsigned long how = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (X509_NAME_print_ex(memory, name, 0, how) >= 0) {
        char *text = NULL;
        long len = BIO_get_mem_data(memory, &text);
        if (len >= 0)
            kept = keep(store, len > 0 ? text : "", (size_t)len, true);
    }
    BIO_free(memory);
    return kept;
}

/* RFC 3339, in UTC. */
static const char *keep_time(net_certificate *store, const ASN1_TIME *when)
{
    struct tm tm;
    char text[80];
    if (ASN1_TIME_to_tm(when, &tm) != 1)
        return NULL;
    int len = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                       tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return keep(store, text, (size_t)len, false);
}

static const char *keep_fingerprint(net_certificate *store, const X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char text[2 * EVP_MAX_MD_SIZE + 1];
    if (X509_digest(certificate, EVP_sha256(), digest, &len) != 1)
        return NULL;
    for (unsigned i = 0; i < len; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return keep(store, text, 2 * len, false);
}

static const char *keep_address(net_certificate *store, const ASN1_STRING *bytes)
{
    char text[INET6_ADDRSTRLEN];
    int len = ASN1_STRING_length(bytes);
    int family = len == 4 ? AF_INET : AF_INET6;
    if ((len != 4 && len != 16) ||
        !inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text))
        return NULL;
    return keep(store, text, strlen(text), false);
}

static const char *keep_alternative(net_certificate *store, const GENERAL_NAME *name)
{
    if (name->type == GEN_DNS) {
        const ASN1_STRING *text = name->d.dNSName;
        return keep(store, (const char *)ASN1_STRING_get0_data(text),
                    (size_t)ASN1_STRING_length(text), false);
    }
    return name->type == GEN_IPADD ? keep_address(store, name->d.iPAddress) : NULL;
}

/* The names that the certificate is for: hosts and addresses (RFC 5280 4.2.1.6). */
static void keep_alternatives(X509 *certificate, net_certificate *store, sst_tls_info *info)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS && name->type != GEN_IPADD)
            continue;
        bool room = info->name_count < SST_MAX_TLS_NAMES;
        const char *kept = room ? keep_alternative(store, name) : NULL;
        if (kept)
            store->names[info->name_count++] = kept;
        else
            info->names_left_out = true;
    }
    info->names = store->names;
    GENERAL_NAMES_free(names);
}

void sst_certificate_read(X509 *certificate, net_certificate *store, sst_tls_info *info)
{
    store->used = 0;
    info->not_before = keep_time(store, X509_get0_notBefore(certificate));
    info->not_after = keep_time(store, X509_get0_notAfter(certificate));
    info->fingerprint = keep_fingerprint(store, certificate);
    info->subject = keep_name(store, X509_get_subject_name(certificate));
    info->issuer = keep_name(store, X509_get_issuer_name(certificate));
    info->name_count = 0;
    info->names_left_out = false;
    keep_alternatives(certificate, store, info);
}
