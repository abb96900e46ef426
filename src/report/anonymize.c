/*
 * Pseudonyms: hashes under the report's seed, so that the same name gets the same one and nobody
 * can tell it by trying names out.
 */
#include "base/ascii.h"
#include "report/hash.h"
#include "report/view.h"

#include "record/writer.h"

#define SALT_PSEUDONYM 11

static bool ends_with(sst_span text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && ascii_equal_fold(text.ptr + text.len - len, end, len);
}

static bool begins_with(sst_span text, const char *begin)
{
    size_t len = strlen(begin);
    return text.len >= len && ascii_equal_fold(text.ptr, begin, len);
}

/* 172.16.0.0/12 */
static bool is_middle_private(sst_span host)
{
    if (!begins_with(host, "172.") || host.len < 7 || host.ptr[6] != '.')
        return false;
    int second = (host.ptr[4] - '0') * 10 + (host.ptr[5] - '0');
    return second >= 16 && second <= 31;
}

/* An address within a network of one's own: RFC 1918, RFC 4193, and those of this host and link. */
static bool is_private_address(sst_span host)
{
    static const char *const begins[] = {"10.", "192.168.", "127.", "169.254.", "::1", "fe80:"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        if (begins_with(host, begins[i]))
            return true;
    }
    bool local = (begins_with(host, "fc") || begins_with(host, "fd")) && host.len > 4 &&
                 memchr(host.ptr, ':', host.len) != NULL;
    return local || is_middle_private(host);
}

/* RFC 6762, RFC 8375, and what people use. */
static bool is_internal(sst_span host)
{
    static const char *const ends[] = {".local",       ".internal", ".lan",      ".home.arpa",
                                       ".localdomain", ".corp",     ".intranet", ".private"};
    const char *bracket = host.len > 0 ? memchr(host.ptr, '[', host.len) : NULL;
    if (bracket) {
        sst_span address = {bracket + 1, host.len - (size_t)(bracket + 1 - host.ptr)};
        if (is_private_address(address))
            return true;
        host.len = (size_t)(bracket - host.ptr);
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends_with(host, ends[i]))
            return true;
    }
    bool address = host.len > 0 && memchr(host.ptr, ':', host.len) != NULL;
    return host.len > 0 && !span_is(host, "unknown", true) &&
           (is_private_address(host) || (!address && !memchr(host.ptr, '.', host.len)));
}

static size_t put_pseudonym(const sst_report *report, const char *what, sst_span name, char *out)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t hash = hash_span(report->options.seed, SALT_PSEUDONYM, name);
    size_t len = strlen(what);
    memcpy(out, what, len);
    for (unsigned i = 0; i < 8; i++)
        out[len++] = hex[hash >> (4 * i) & 15];
    return len;
}

sst_span sst_view_name(const sst_report *report, sst_span name, char out[NAME_SIZE])
{
    size_t at = name.len;
    if (!report->options.anonymize || name.len == 0)
        return name;
    while (at > 0 && name.ptr[at - 1] != '@')
        at--;
    sst_span host = {name.ptr + at, name.len - at};
    size_t len = 0;
    if (at > 0) {
        len = put_pseudonym(report, "user-", name, out);
        out[len++] = '@';
    }
    if (is_internal(host)) {
        len += put_pseudonym(report, "host-", host, out + len);
    } else {
        size_t room = NAME_SIZE - len;
        /* A host name that is longer than usual is as telling as an address: it goes whole. */
        if (host.len > room)
            len += put_pseudonym(report, "host-", host, out + len);
        else
            memcpy(out + len, host.ptr, host.len);
        len += host.len > room ? 0 : host.len;
    }
    sst_span written = {out, len};
    return written;
}

int sst_report_write_name(const sst_report *report, sst_span name, const sst_sink *sink)
{
    char pseudonym[NAME_SIZE];
    writer out;
    if (!report || !sink)
        return SST_E_INVALID;
    sst_span written = sst_view_name(report, name, pseudonym);
    sst_writer_init(&out, sink);
    sst_writer_put(&out, written.ptr, written.len);
    return sst_writer_finish(&out);
}
