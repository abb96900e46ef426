/*
 * A keyed hash of bytes (SipHash with one round for each block and three to finish), so that
 * nobody who chooses names can choose where they fall.
 */
#ifndef REPORT_HASH_H
#define REPORT_HASH_H

#include <stdbool.h>
#include <string.h>

#include <smtpstatus/base.h>

static inline uint64_t hash_rotate(uint64_t value, unsigned count)
{
    return value << count | value >> (64 - count);
}

static inline void hash_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = hash_rotate(v[1], 13) ^ v[0];
    v[3] = hash_rotate(v[3], 16) ^ v[2];
    v[0] = hash_rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = hash_rotate(v[1], 17) ^ v[2];
    v[3] = hash_rotate(v[3], 21) ^ v[0];
    v[2] = hash_rotate(v[2], 32);
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

/*
 * The last bytes of a text in one word, some of them a second time: with the length, which is
 * hashed too, nothing else looks the same. No call to copy an odd number of bytes.
 */
static inline uint64_t hash_last(sst_span text)
{
    uint64_t word = 0;
    uint32_t parts[2] = {0, 0};
    if (text.len >= 8) {
        memcpy(&word, text.ptr + text.len - 8, 8);
        return word;
    }
    if (text.len >= 4) {
        memcpy(&parts[0], text.ptr, 4);
        memcpy(&parts[1], text.ptr + text.len - 4, 4);
    } else if (text.len > 0) {
        const unsigned char *bytes = (const unsigned char *)text.ptr;
        parts[0] = (uint32_t)bytes[0] | (uint32_t)bytes[text.len / 2] << 8 |
                   (uint32_t)bytes[text.len - 1] << 16;
    }
    return parts[0] | (uint64_t)parts[1] << 32;
}

/* Of a span, letters without case. salt keeps apart what is hashed for different ends. */
static inline uint64_t hash_span(const uint64_t seed[2], uint64_t salt, sst_span text)
{
    uint64_t v[4] = {seed[0] ^ UINT64_C(0x736f6d6570736575), seed[1] ^ UINT64_C(0x646f72616e646f6d),
                     seed[0] ^ UINT64_C(0x6c7967656e657261) ^ salt,
                     seed[1] ^ UINT64_C(0x7465646279746573)};
    size_t at = 0;
    uint64_t word;
    for (; text.len - at >= 8; at += 8) {
        memcpy(&word, text.ptr + at, 8);
        word = hash_fold(word);
        v[3] ^= word;
        hash_round(v);
        v[0] ^= word;
    }
    word = hash_fold(hash_last(text));
    v[3] ^= word;
    hash_round(v);
    v[0] ^= word;
    v[2] ^= 0xFF ^ (uint64_t)text.len << 8;
    hash_round(v);
    hash_round(v);
    hash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Two hashes made one; the order counts. */
static inline uint64_t hash_join(uint64_t one, uint64_t other)
{
    uint64_t mixed = (one ^ hash_rotate(other, 29)) * UINT64_C(0x9E3779B97F4A7C15);
    return (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93);
}

#endif
