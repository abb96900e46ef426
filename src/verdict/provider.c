/*
 * Recognises providers. Identifiers and hosts stand in one hash table; a name is hashed from its
 * end, so that one pass gives the hash of every domain above a host.
 */
#include "verdict/provider.h"

#include <string.h>

#include "base/ascii.h"

/* RFC 1035 2.3.4; what is longer is no host name. */
enum { MAX_HOST = 255 };

/* The provider with a name of this kind, given its hash; the name may have capitals. */
static unsigned look_up(const sst_ruleset *set, sst_span name, uint32_t hash, unsigned kind)
{
    for (uint32_t i = hash & set->name_mask;; i = (i + 1) & set->name_mask) {
        const sst_ruleset_name *entry = &set->names[i];
        if (entry->kind == SST_NAME_FREE)
            return SST_NO_PROVIDER;
        if (entry->kind == kind && entry->length == name.len &&
            ascii_equal_fold(set->strings + entry->text, name.ptr, name.len))
            return entry->provider;
    }
}

unsigned sst_provider_by_id(const sst_ruleset *set, sst_span id)
{
    uint32_t hash = SST_HASH_START;
    if (id.len > MAX_HOST || set->provider_count == 0)
        return SST_NO_PROVIDER;
    for (size_t i = id.len; i-- > 0;)
        hash = SST_HASH_STEP(hash, (unsigned char)ascii_lower(id.ptr[i]));
    return look_up(set, id, hash, SST_NAME_ID);
}

/* Bytes of host names, letters in lower case; 0 for all others. */
static const unsigned char host_bytes[256] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6',
    ['7'] = '7', ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd',
    ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k',
    ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
    ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
    ['Z'] = 'z', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',
    ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm',
    ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
    ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z', ['.'] = '.',
    ['_'] = '_', ['-'] = '-'};

/* The name alone, from "mx.example.com.[192.0.2.1]:25" and the like. */
static sst_span bare_host(sst_span host)
{
    size_t len = 0;
    while (len < host.len && host_bytes[(unsigned char)host.ptr[len]])
        len++;
    if (len > 0 && host.ptr[len - 1] == '.')
        len--;
    host.len = len;
    return host;
}

unsigned sst_provider_by_host(const sst_ruleset *set, sst_span host)
{
    unsigned found = SST_NO_PROVIDER;
    uint32_t hash = SST_HASH_START;
    host = bare_host(host);
    if (host.len == 0 || host.len > MAX_HOST || set->provider_count == 0)
        return found;
    for (size_t i = host.len; i-- > 0;) {
        hash = SST_HASH_STEP(hash, host_bytes[(unsigned char)host.ptr[i]]);
        if (i > 0 && host.ptr[i - 1] != '.')
            continue;
        sst_span domain = {host.ptr + i, host.len - i};
        unsigned longer = look_up(set, domain, hash, SST_NAME_DOMAIN);
        if (longer != SST_NO_PROVIDER)
            found = longer;
    }
    unsigned exact = look_up(set, host, hash, SST_NAME_HOST);
    return exact != SST_NO_PROVIDER ? exact : found;
}

unsigned sst_provider_by_mark(const sst_ruleset *set, const sst_hits *hits)
{
    unsigned found = SST_NO_PROVIDER;
    if (!(hits->flags & SST_OUT_MARK))
        return found;
    if (hits->count <= SST_MAX_PLACES) {
        for (size_t i = 0; i < hits->count; i++) {
            uint32_t output = hits->places[i].output;
            if (!(output & SST_OUT_MARK))
                continue;
            unsigned mark = set->phrases[SST_OUT_PHRASE(output)].mark;
            found = mark < found ? mark : found;
        }
        return found;
    }
    for (unsigned i = 0; i < set->phrase_count; i++) {
        if (set->phrases[i].mark < found && sst_hits_have(hits, i))
            found = set->phrases[i].mark;
    }
    return found;
}
