/*
 * A session for people: rows about the server, TLS, its certificate and the login.
 */
#include <string.h>

#include "language.h"
#include "page.h"
#include "session_setup.h"

#define SECONDS_A_DAY 86400

/* Days from 1970 to a civil date (proleptic Gregorian); years count from March. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month > 2 ? year : year - 1;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t of_era = shifted - era * 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t number_at(const char *text, size_t at, size_t digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (text[at + i] - '0');
    return number;
}

/* Seconds since 1970 of a time of a certificate, "2026-03-01T10:00:00Z". */
static bool seconds_of(const char *time, int64_t *seconds)
{
    static const char form[] = "0000-00-00T00:00:00";
    for (size_t i = 0; i < sizeof form - 1; i++) {
        bool digit = time[i] >= '0' && time[i] <= '9';
        if (form[i] == '0' ? !digit : time[i] != form[i])
            return false;
    }
    *seconds = days_of(number_at(time, 0, 4), number_at(time, 5, 2), number_at(time, 8, 2)) *
                   SECONDS_A_DAY +
               number_at(time, 11, 2) * 3600 + number_at(time, 14, 2) * 60 + number_at(time, 17, 2);
    return true;
}

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
    if (!seconds_of(tls->not_before, &begins) || !seconds_of(tls->not_after, &ends))
        return;
    buffer_text(into, " (");
    if (now < begins)
        buffer_text(into, label("session.not-yet", language));
    else if (now > ends)
        buffer_text(into, label("session.expired", language));
    else
        put_days_left(into, (ends - now) / SECONDS_A_DAY, language);
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
