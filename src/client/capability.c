/*
 * What a server offers: the lines of its answer to EHLO or LHLO (RFC 5321 4.1.1.1), each a keyword
 * with parameters. Keywords that are not known stay in the raw reply; parameters that are no
 * numbers where there should be some count as absent.
 */
#include "client/capability.h"

#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"

static const struct {
    const char *keyword;
    uint32_t extension;
} keywords[] = {
#define ROW(ident, keyword, reference) {keyword, SST_EXTENSION_##ident},
    SST_EXTENSION_LIST(ROW)
#undef ROW
};

#define KEYWORD_COUNT (sizeof keywords / sizeof *keywords)

const char *sst_extension_keyword(sst_extension extension)
{
    for (size_t i = 0; i < KEYWORD_COUNT; i++) {
        if (keywords[i].extension == (uint32_t)extension)
            return keywords[i].keyword;
    }
    return "";
}

/* The next word, up to a blank; blanks before it are skipped. An empty one at the end. */
static sst_span next_word(sst_span *rest)
{
    while (rest->len > 0 && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
        rest->ptr++;
        rest->len--;
    }
    sst_span word = {rest->ptr, 0};
    while (word.len < rest->len && rest->ptr[word.len] != ' ' && rest->ptr[word.len] != '\t')
        word.len++;
    rest->ptr += word.len;
    rest->len -= word.len;
    return word;
}

static uint64_t number_of(sst_span word)
{
    uint64_t number = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (!ascii_is_digit(word.ptr[i]))
            return 0;
        uint64_t digit = (uint64_t)(word.ptr[i] - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return UINT64_MAX; /* no mail reaches it */
        number = number * 10 + digit;
    }
    return number;
}

static sst_span trimmed(sst_span rest)
{
    while (rest.len > 0 && ascii_is_space(rest.ptr[0])) {
        rest.ptr++;
        rest.len--;
    }
    while (rest.len > 0 && ascii_is_space(rest.ptr[rest.len - 1]))
        rest.len--;
    return rest;
}

/* LIMITS: NAME=VALUE, values of up to six digits (RFC 9422). */
static void take_limit(sst_capabilities *capabilities, sst_span word)
{
    const struct {
        const char *name;
        uint32_t *to;
    } limits[] = {
        {"MAILMAX", &capabilities->mail_max},
        {"RCPTMAX", &capabilities->rcpt_max},
        {"RCPTDOMAINMAX", &capabilities->rcpt_domain_max},
    };
    const char *equals = word.len > 0 ? memchr(word.ptr, '=', word.len) : NULL;
    if (!equals)
        return;
    sst_span name = {word.ptr, (size_t)(equals - word.ptr)};
    sst_span value = {equals + 1, word.len - name.len - 1};
    uint64_t number = value.len <= 6 ? number_of(value) : 0;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (number > 0 && span_is(name, limits[i].name, true))
            *limits[i].to = (uint32_t)number;
    }
}

static void take_parameters(sst_capabilities *capabilities, uint32_t extension, sst_span rest)
{
    switch (extension) {
    case SST_EXTENSION_SIZE:
        capabilities->size_max = number_of(next_word(&rest));
        break;
    case SST_EXTENSION_AUTH:
        /* Some say it twice, the second time as "AUTH=" for old clients. */
        if (capabilities->auth.len == 0)
            capabilities->auth = trimmed(rest);
        break;
    case SST_EXTENSION_DELIVERBY:
        capabilities->deliver_by_min = number_of(next_word(&rest));
        break;
    case SST_EXTENSION_FUTURERELEASE:
        capabilities->release_max = number_of(next_word(&rest));
        capabilities->release_until = next_word(&rest);
        break;
    case SST_EXTENSION_MT_PRIORITY:
        capabilities->priorities = next_word(&rest);
        break;
    case SST_EXTENSION_LIMITS:
        for (sst_span word = next_word(&rest); word.len > 0; word = next_word(&rest))
            take_limit(capabilities, word);
        break;
    default:
        break;
    }
}

static void take_line(sst_capabilities *capabilities, sst_span line)
{
    if (line.len > 5 && ascii_equal_fold(line.ptr, "AUTH=", 5)) {
        sst_span rest = {line.ptr + 5, line.len - 5};
        capabilities->extensions |= SST_EXTENSION_AUTH;
        take_parameters(capabilities, SST_EXTENSION_AUTH, rest);
        return;
    }
    sst_span word = next_word(&line);
    for (size_t i = 0; i < KEYWORD_COUNT; i++) {
        if (span_is(word, keywords[i].keyword, true)) {
            capabilities->extensions |= keywords[i].extension;
            take_parameters(capabilities, keywords[i].extension, line);
        }
    }
}

bool sst_capability_read(sst_capabilities *capabilities, const sst_reply *reply, bool extended,
                         const sst_allocator *allocator, char **raw)
{
    char *copy = sst_allocate(allocator, reply->whole.len, 1);
    if (!copy)
        return false;
    memcpy(copy, reply->whole.ptr, reply->whole.len);
    sst_deallocate(allocator, *raw);
    *raw = copy;
    sst_reply own = *reply;
    own.whole.ptr = copy;
    memset(capabilities, 0, sizeof *capabilities);
    capabilities->raw = own.whole;
    sst_reply_line_iterator lines = {0};
    sst_reply_line line;
    if (sst_reply_next_line(&own, &lines, &line))
        capabilities->name = next_word(&line.text);
    while (extended && sst_reply_next_line(&own, &lines, &line))
        take_line(capabilities, line.text);
    return true;
}

bool sst_capabilities_has_mechanism(const sst_capabilities *capabilities, const char *mechanism)
{
    sst_span rest = capabilities->auth;
    for (sst_span word = next_word(&rest); word.len > 0; word = next_word(&rest)) {
        if (span_is(word, mechanism, true))
            return true;
    }
    return false;
}
