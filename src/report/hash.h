/*
 * A keyed hash of bytes, so that nobody who chooses names can choose where they fall: sixteen bytes
 * at a time are multiplied with the seed and with what came before.
 */
#ifndef REPORT_HASH_H
#define REPORT_HASH_H

#include <stdbool.h>
#include <string.h>

#include <smtpstatus/base.h>

#include "base/product.h"

static inline uint64_t hash_rotate(uint64_t value, unsigned count)
{
    return value << count | value >> (64 - count);
}

/* Letters A to Z of eight bytes in lower case. */
static inline uint64_t hash_fold(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = word & (ones * 0x7F);
    uint64_t from_a = low + ones * (0x80 - 'A');
    uint64_t above_z = low + ones * (0x7F - 'Z');
    uint64_t upper = from_a & ~above_z & ~word & (ones * 0x80);
    return word | upper >> 2;
}

static inline uint64_t hash_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return hash_fold(word);
}

/*
 * Less than eight bytes in one word, some of them a second time: with the length, which is hashed
 * too, nothing else looks the same. No call to copy an odd number of bytes.
 */
static inline uint64_t hash_short(sst_span text)
{
    uint32_t parts[2] = {0, 0};
    if (text.len >= 4) {
        memcpy(&parts[0], text.ptr, 4);
        memcpy(&parts[1], text.ptr + text.len - 4, 4);
    } else if (text.len > 0) {
        const unsigned char *bytes = (const unsigned char *)text.ptr;
        parts[0] = (uint32_t)bytes[0] | (uint32_t)bytes[text.len / 2] << 8 |
                   (uint32_t)bytes[text.len - 1] << 16;
    }
    return hash_fold(parts[0] | (uint64_t)parts[1] << 32);
}

/* Of a span, letters without case. salt keeps apart what is hashed for different ends. */
static inline uint64_t hash_span(const uint64_t seed[2], uint64_t salt, sst_span text)
{
    const uint64_t key = seed[1] ^ UINT64_C(0x736f6d6570736575);
    uint64_t hash = seed[0] ^ salt * UINT64_C(0x9E3779B97F4A7C15);
    uint64_t last[2] = {0, 0};
    size_t at = 0;
    for (; text.len - at > 16; at += 16)
        hash = product_of(hash_word(text.ptr + at) ^ key, hash_word(text.ptr + at + 8) ^ hash);
    if (text.len < 8) {
        last[0] = hash_short(text);
    } else {
        last[0] = hash_word(text.len < 16 ? text.ptr : text.ptr + text.len - 16);
        last[1] = hash_word(text.ptr + text.len - 8);
    }
    hash = product_of(last[0] ^ key, last[1] ^ hash);
    return product_of(hash ^ text.len, key ^ UINT64_C(0xD6E8FEB86659FD93));
}

/* Two hashes made one; the order counts. */
static inline uint64_t hash_join(uint64_t one, uint64_t other)
{
    uint64_t mixed = (one ^ hash_rotate(other, 29)) * UINT64_C(0x9E3779B97F4A7C15);
    return (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93);
}

#endif
