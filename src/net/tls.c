/*
 * TLS over a socket that never blocks, by OpenSSL 3: TLS 1.2 and later (RFC 5246, RFC 8446; for
 * mail RFC 3207 and RFC 8314), the server's name checked as RFC 9525 has it.
 *
 * Nothing is global: the settings are an object that sessions share. No session is ever resumed, so
 * each certificate is seen and checked. OpenSSL reads and writes through functions of ours, because
 * its own write to a closed connection would raise a signal. DANE and MTA-STS are not done here.
 */
#include "net/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "net/certificate.h"
#include "net/memory.h"
#include "net/socket.h"

struct net_tls {
    sst_tls *settings;
    SSL *ssl;
    int fd;
    int number; /* errno of the last read or write that failed; 0: it ended */
    sst_tls_info info;
    char name[256];
    char problem[SST_MAX_NET_TEXT];
    net_certificate certificate;
};

/* --- reading and writing -------------------------------------------------------------------- */

static int socket_write(BIO *bio, const char *bytes, int len)
{
    net_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    ssize_t sent = sst_socket_send(tls->fd, bytes, (size_t)len, false);
    if (sent >= 0)
        return (int)sent;
    tls->number = errno;
    if (errno == EAGAIN)
        BIO_set_retry_write(bio);
    return -1;
}

static int socket_read(BIO *bio, char *bytes, int size)
{
    net_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (size <= 0)
        return 0;
    ssize_t got = sst_socket_receive(tls->fd, bytes, (size_t)size);
    if (got > 0)
        return (int)got;
    tls->number = got == 0 ? 0 : errno;
    if (got == 0) {
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        return 0;
    }
    if (errno == EAGAIN)
        BIO_set_retry_read(bio);
    return -1;
}

static long socket_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default:
        return 0;
    }
}

static BIO_METHOD *new_socket_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "smtpstatus socket");
    if (!method)
        return NULL;
    if (BIO_meth_set_write(method, socket_write) == 1 &&
        BIO_meth_set_read(method, socket_read) == 1 &&
        BIO_meth_set_ctrl(method, socket_control) == 1)
        return method;
    BIO_meth_free(method);
    return NULL;
}

/* --- settings ------------------------------------------------------------------------------- */

/* What OpenSSL says of its last error, in its own English words. */
static const char *last_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason ? reason : "unknown reason";
}

/* Where a file cannot be had, its first error is the system's. */
static const char *reason_of_file(void)
{
    unsigned long first = ERR_peek_error();
    const char *reason =
        ERR_SYSTEM_ERROR(first) ? sst_failure_of_errno(ERR_GET_REASON(first)) : NULL;
    return reason ? reason : last_reason();
}

static bool note_problem(sst_tls *tls, const char *what, const char *file)
{
    (void)snprintf(tls->problem, sizeof tls->problem, "%s%s%s: %s", what, file ? " " : "",
                   file ? file : "", reason_of_file());
    return false;
}

/* The certificate whose name check and chain are looked at, and what came of it. */
static int verify(X509_STORE_CTX *store, void *context)
{
    (void)context;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    net_tls *tls = SSL_get_app_data(ssl);
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    if (certificate)
        sst_certificate_read(certificate, &tls->certificate, &tls->info);
    tls->info.verified = X509_verify_cert(store) == 1;
    if (!tls->info.verified) {
        const char *why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
        (void)snprintf(tls->problem, sizeof tls->problem, "%s", why);
        tls->info.problem = tls->problem;
    }
    return tls->info.verified || tls->settings->no_verify;
}

/* The passphrase of a key; never asked for at the terminal, as OpenSSL would by itself. */
static int passphrase(char *buffer, int size, int writing, void *context)
{
    (void)writing;
    const char *password = context;
    size_t len = password ? strlen(password) : 0;
    if (size < 0 || len > (size_t)size)
        return -1;
    if (len > 0)
        memcpy(buffer, password, len);
    return password ? (int)len : -1;
}

static bool load_certificates(sst_tls *tls, const sst_tls_options *options)
{
    SSL_CTX *context = tls->context;
    if (!options->ca_file && !options->ca_directory) {
        return SSL_CTX_set_default_verify_paths(context) == 1 ||
               note_problem(tls, "the system's certificates", NULL);
    }
    if (options->ca_file && SSL_CTX_load_verify_file(context, options->ca_file) != 1)
        return note_problem(tls, "certificates of", options->ca_file);
    if (options->ca_directory && SSL_CTX_load_verify_dir(context, options->ca_directory) != 1)
        return note_problem(tls, "certificates in", options->ca_directory);
    return true;
}

static bool load_own(sst_tls *tls, const sst_tls_options *options)
{
    if (!options->certificate_file)
        return true;
    const char *key = options->key_file ? options->key_file : options->certificate_file;
    union { /* OpenSSL takes the password as void *, and only hands it back to us */
        const char *ours;
        void *theirs;
    } password = {options->key_password};
    SSL_CTX_set_default_passwd_cb(tls->context, passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(tls->context, password.theirs);
    bool done = true;
    if (SSL_CTX_use_certificate_chain_file(tls->context, options->certificate_file) != 1)
        done = note_problem(tls, "client certificate", options->certificate_file);
    else if (SSL_CTX_use_PrivateKey_file(tls->context, key, SSL_FILETYPE_PEM) != 1)
        done = note_problem(tls, "client key", key);
    SSL_CTX_set_default_passwd_cb_userdata(tls->context, NULL);
    tls->has_certificate = done;
    return done;
}

static bool set_up(sst_tls *tls, const sst_tls_options *options)
{
    tls->socket_method = new_socket_method();
    tls->context = SSL_CTX_new(TLS_client_method());
    if (!tls->socket_method || !tls->context)
        return note_problem(tls, "OpenSSL", NULL);
    SSL_CTX *context = tls->context;
    int version = options->minimum == SST_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (SSL_CTX_set_min_proto_version(context, version) != 1)
        return note_problem(tls, "the minimum version of TLS", NULL);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_read_ahead(context, 0); /* see READ_SIZE in session.c */
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                        SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, NULL);
    tls->no_verify = options->no_verify;
    return load_certificates(tls, options) && load_own(tls, options);
}

int sst_tls_new(const sst_tls_options *options, sst_tls **tls)
{
    static const sst_tls_options defaults = {.size = sizeof defaults};
    if (!tls || (options && options->size != sizeof *options))
        return SST_E_INVALID;
    const sst_tls_options *used = options ? options : &defaults;
    sst_tls *made = net_new(used->allocator, sizeof *made);
    if (!made)
        return SST_E_NO_MEMORY;
    made->allocator = used->allocator;
    atomic_init(&made->holders, 1);
    ERR_clear_error();
    (void)set_up(made, used);
    ERR_clear_error();
    *tls = made;
    return SST_OK;
}

sst_tls *sst_tls_hold(sst_tls *tls)
{
    atomic_fetch_add(&tls->holders, 1);
    return tls;
}

void sst_tls_free(sst_tls *tls)
{
    if (!tls || atomic_fetch_sub(&tls->holders, 1) > 1)
        return;
    SSL_CTX_free(tls->context);
    BIO_meth_free(tls->socket_method);
    net_delete(tls->allocator, tls);
}

const char *sst_tls_problem(const sst_tls *tls)
{
    return tls->problem[0] ? tls->problem : NULL;
}

/* --- a session's ---------------------------------------------------------------------------- */

/* The name that the certificate must be for, and that is told to the server (SNI, RFC 6066 3),
 * which is for names alone. */
static bool set_name(net_tls *tls)
{
    size_t len = strlen(tls->name);
    if (len > 0 && tls->name[len - 1] == '.') /* the root of DNS is no part of it */
        tls->name[--len] = '\0';
    if (len == 0)
        return tls->settings->no_verify;
    X509_VERIFY_PARAM *check = SSL_get0_param(tls->ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(check, tls->name) == 1)
        return true;
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(check, tls->name, len) == 1 &&
           SSL_set_tlsext_host_name(tls->ssl, tls->name) == 1;
}

static bool attach(net_tls *tls)
{
    tls->ssl = SSL_new(tls->settings->context);
    BIO *bio = BIO_new(tls->settings->socket_method);
    if (!tls->ssl || !bio) {
        BIO_free(bio);
        return false;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    return SSL_set_app_data(tls->ssl, tls) == 1 && set_name(tls);
}

net_tls *sst_tls_open(sst_tls *settings, int fd, const char *name, net_failure *failure)
{
    if (settings->problem[0]) {
        sst_failure_set(failure, SST_LOCAL_ERROR_TLS, "%s", settings->problem);
        return NULL;
    }
    net_tls *tls = net_new(settings->allocator, sizeof *tls);
    if (!tls) {
        sst_failure_set(failure, SST_LOCAL_ERROR_LOCAL, "out of memory");
        return NULL;
    }
    tls->settings = sst_tls_hold(settings);
    tls->fd = fd;
    (void)snprintf(tls->name, sizeof tls->name, "%s", name);
    tls->info.name = tls->name;
    ERR_clear_error();
    if (strlen(name) < sizeof tls->name && attach(tls))
        return tls;
    sst_failure_set(failure, SST_LOCAL_ERROR_TLS, "the server cannot be checked by the name %s",
                    tls->name);
    sst_tls_close(tls);
    return NULL;
}

/* What a call of OpenSSL that returned no success came to. */
static net_tls_result result_of(net_tls *tls, int returned, net_failure *failure)
{
    int error = SSL_get_error(tls->ssl, returned);
    unsigned long last = ERR_peek_last_error();
    switch (error) {
    case SSL_ERROR_WANT_READ:
        return NET_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return NET_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
    case SSL_ERROR_SYSCALL:
        return NET_TLS_CLOSED;
    default:
        if (ERR_GET_REASON(last) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
            return NET_TLS_CLOSED;
        sst_failure_set(failure, SST_LOCAL_ERROR_TLS, "%s", last_reason());
        return NET_TLS_FAILED;
    }
}

net_tls_result sst_tls_handshake(net_tls *tls, net_failure *failure)
{
    ERR_clear_error();
    int done = SSL_connect(tls->ssl);
    if (done == 1) {
        tls->info.established = true;
        tls->info.version = SSL_get_version(tls->ssl);
        tls->info.cipher = SSL_get_cipher_name(tls->ssl);
        return NET_TLS_DONE;
    }
    net_tls_result result = result_of(tls, done, failure);
    if (result == NET_TLS_CLOSED) {
        sst_failure_set(failure, SST_LOCAL_ERROR_TLS,
                        "the server closed the connection in the TLS handshake");
        return NET_TLS_FAILED;
    }
    if (result == NET_TLS_FAILED && tls->info.problem && !tls->settings->no_verify)
        sst_failure_set(failure, SST_LOCAL_ERROR_TLS, "the certificate for %s is not valid: %s",
                        tls->name, tls->problem);
    return result;
}

net_tls_result sst_tls_read(net_tls *tls, void *bytes, size_t size, size_t *done,
                            net_failure *failure)
{
    *done = 0;
    ERR_clear_error();
    int returned = SSL_read_ex(tls->ssl, bytes, size, done);
    return returned == 1 ? NET_TLS_DONE : result_of(tls, returned, failure);
}

net_tls_result sst_tls_write(net_tls *tls, const void *bytes, size_t len, size_t *done,
                             net_failure *failure)
{
    *done = 0;
    ERR_clear_error();
    int returned = SSL_write_ex(tls->ssl, bytes, len, done);
    return returned == 1 ? NET_TLS_DONE : result_of(tls, returned, failure);
}

void sst_tls_goodbye(net_tls *tls)
{
    ERR_clear_error();
    if (tls->info.established)
        (void)SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

const sst_tls_info *sst_tls_get_info(const net_tls *tls)
{
    return &tls->info;
}

/* TLS 1.2 ties keys to the whole handshake only with the extended master secret (RFC 7627). */
static bool is_bound(const net_tls *tls)
{
    return tls->info.established &&
           (SSL_version(tls->ssl) >= TLS1_3_VERSION || SSL_get_extms_support(tls->ssl) == 1);
}

size_t sst_tls_exporter(const net_tls *tls, unsigned char binding[NET_MAX_BINDING])
{
    static const char label[] = "EXPORTER-Channel-Binding";
    size_t len = 32;
    const unsigned char *none = (const unsigned char *)"";
    if (!is_bound(tls) || SSL_export_keying_material(tls->ssl, binding, len, label,
                                                     sizeof label - 1, none, 0, 1) != 1)
        return 0;
    return len;
}

size_t sst_tls_unique(const net_tls *tls, unsigned char binding[NET_MAX_BINDING])
{
    if (!is_bound(tls) || SSL_version(tls->ssl) != TLS1_2_VERSION)
        return 0;
    size_t len = SSL_get_finished(tls->ssl, binding, NET_MAX_BINDING);
    return len <= NET_MAX_BINDING ? len : 0;
}

void sst_tls_close(net_tls *tls)
{
    if (!tls)
        return;
    sst_tls *settings = tls->settings;
    SSL_free(tls->ssl);
    net_delete(settings->allocator, tls);
    sst_tls_free(settings);
}
