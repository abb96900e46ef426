/*
 * Reads hosts as the logs of several servers write them. Whether an address is one is told by its
 * bytes alone (RFC 4291 2.2 for the colons); it is not converted.
 */
#include "log/client.h"

#include "log/words.h"

/* RFC 1035 2.3.4 gives a name 255 octets, and an address with a zone is shorter. */
#define MAX_HOST ((size_t)320)

static bool is_address(sst_span text)
{
    size_t dots = 0;
    size_t colons = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = ascii_lower(text.ptr[i]);
        if (c == '%' && colons > 1)
            break;
        dots += c == '.';
        colons += c == ':';
        if (!ascii_is_digit(c) && c != '.' && c != ':' && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return colons > 1 || (dots == 3 && ascii_is_digit(text.ptr[text.len - 1]));
}

static void take(log_host *host, sst_span word)
{
    if (word.len > 0 && word.ptr[word.len - 1] == '.')
        word.len--;
    (void)words_take(&word, "IPv6:");
    if (word.len > 7 && ascii_equal_fold(word.ptr, "::ffff:", 7) &&
        words_find_byte(word, '.') < word.len)
        word = words_from(word, 7);
    if (word.len == 0 || word.len > MAX_HOST)
        return;
    if (is_address(word)) {
        if (!host->address.ptr)
            host->address = word;
    } else if (!host->name.ptr && !span_is(word, "unknown", true)) {
        host->name = word;
    }
}

log_host sst_log_host(sst_span text)
{
    log_host host = {{NULL, 0}, {NULL, 0}};
    while (text.len > 0) {
        size_t start = 0;
        while (start < text.len && memchr(" ([<", text.ptr[start], 4))
            start++;
        size_t end = start;
        while (end < text.len && !memchr(" ()[]<>,", text.ptr[end], 8))
            end++;
        sst_span word = words_between(text, start, end);
        /* What Sendmail says of a client whose name and address do not agree. */
        if (span_is(word, "may", false))
            break;
        take(&host, word);
        text = words_from(text, end < text.len ? end + 1 : end);
    }
    return host;
}

sst_span sst_log_remote(log_host host)
{
    return host.name.ptr ? host.name : host.address;
}

sst_span sst_log_client(sst_log_reader *reader, log_host host)
{
    if (!host.address.ptr)
        return host.name;
    sst_span name = host.name.ptr ? host.name : span_of("unknown");
    sst_span client = {NULL, name.len + host.address.len + 2};
    char *text = sst_log_scratch(reader, client.len);
    if (!text)
        return host.address;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '[';
    memcpy(text + name.len + 1, host.address.ptr, host.address.len);
    text[client.len - 1] = ']';
    client.ptr = text;
    return client;
}
