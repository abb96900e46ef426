/*
 * A session for people: rows about the server, TLS, its certificate and the login.
 */
#include <string.h>

#include "language.h"
#include "moment.h"
#include "page.h"
#include "session_setup.h"

#define MS_A_DAY INT64_C(86400000)

static void put_days_left(buffer *into, int64_t days, const char *language)
{
    const char *sentence = label("session.days-left", language);
    const char *mark = strstr(sentence, "{count}");
    if (!mark)
        return;
    buffer_put(into, sentence, (size_t)(mark - sentence));
    buffer_number(into, (long)days);
    buffer_text(into, mark + strlen("{count}"));
}

/* "2026-01-01T00:00:00Z - 2026-03-31T23:59:59Z (80 days left)" */
static void put_validity(buffer *into, const sst_tls_info *tls, int64_t now, const char *language)
{
    int64_t begins;
    int64_t ends;
    if (!tls->not_before || !tls->not_after)
        return;
    buffer_text(into, tls->not_before);
    buffer_text(into, " - ");
    buffer_text(into, tls->not_after);
    if (!moment_of_record(span_from(tls->not_before), &begins) ||
        !moment_of_record(span_from(tls->not_after), &ends))
        return;
    now *= 1000;
    buffer_text(into, " (");
    if (now < begins)
        buffer_text(into, label("session.not-yet", language));
    else if (now > ends)
        buffer_text(into, label("session.expired", language));
    else
        put_days_left(into, (ends - now) / MS_A_DAY, language);
    buffer_text(into, ")");
}

/* "TLSv1.3 TLS_AES_256_GCM_SHA384, the certificate was verified" */
static void put_tls(buffer *into, const sst_tls_info *tls, const char *language)
{
    if (!tls || !(tls->established || tls->subject || tls->problem)) {
        buffer_text(into, label("session.no-tls", language));
        return;
    }
    if (tls->version) {
        buffer_text(into, tls->version);
        buffer_text(into, " ");
        buffer_text(into, tls->cipher ? tls->cipher : "");
        buffer_text(into, ", ");
    }
    buffer_text(into, label(tls->verified ? "session.verified" : "session.unverified", language));
    if (!tls->verified && tls->problem) {
        buffer_text(into, ": ");
        buffer_text(into, tls->problem);
    }
}

static void put_names(buffer *into, const sst_tls_info *tls)
{
    for (size_t i = 0; i < tls->name_count; i++) {
        buffer_text(into, i > 0 ? ", " : "");
        buffer_text(into, tls->names[i]);
    }
    if (tls->names_left_out)
        buffer_text(into, ", ...");
}

static sst_span optional(const char *text)
{
    return span_from(text ? text : "");
}

void session_write_rows(layout *page, const sst_tls_info *tls, const char *server,
                        const char *address, const char *mechanism, bool brief,
                        const char *language, int64_t now)
{
    buffer who = {NULL, 0, 0};
    buffer how = {NULL, 0, 0};
    buffer names = {NULL, 0, 0};
    buffer valid = {NULL, 0, 0};
    buffer_text(&who, server);
    if (address && strncmp(address, server, strlen(address)) != 0) {
        buffer_text(&who, " (");
        buffer_text(&who, address);
        buffer_text(&who, ")");
    }
    if (address)
        put_tls(&how, tls, language);
    bool certificate = tls && tls->subject && !brief;
    if (certificate) {
        put_names(&names, tls);
        put_validity(&valid, tls, now, language);
    }
    const page_row rows[] = {
        {label("session.server", language), buffer_span(&who), true},
        {label("session.tls", language), buffer_span(&how), true},
        {label("session.certificate", language), optional(certificate ? tls->subject : NULL), true},
        {label("session.certificate-for", language), buffer_span(&names), true},
        {label("session.issuer", language), optional(certificate ? tls->issuer : NULL), true},
        {label("session.valid", language), buffer_span(&valid), true},
        {label("session.fingerprint", language), optional(certificate ? tls->fingerprint : NULL),
         true},
        {label("session.login", language), optional(mechanism), true},
    };
    page_rows(page, rows, sizeof rows / sizeof rows[0]);
    buffer_free(&who);
    buffer_free(&how);
    buffer_free(&names);
    buffer_free(&valid);
}
