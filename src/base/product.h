/*
 * The product of two words of 64 bits, its halves put together: the step of a quick keyed hash.
 * Compilers that have a type of 128 bits need one instruction for it; otherwise it is put together
 * from products of halves.
 */
#ifndef BASE_PRODUCT_H
#define BASE_PRODUCT_H

#include <stdint.h>

static inline uint64_t product_of_halves(uint64_t a, uint64_t b)
{
    const uint64_t half = UINT32_MAX;
    uint64_t low = (a & half) * (b & half);
    uint64_t first = (a >> 32) * (b & half);
    uint64_t second = (a & half) * (b >> 32);
    uint64_t middle = (low >> 32) + (first & half) + (second & half);
    uint64_t high = (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32) + (middle >> 32);
    return high ^ (middle << 32 | (low & half));
}

/* The upper half of a times b, and the lower one: their exclusive or. */
static inline uint64_t product_of(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
#else
    return product_of_halves(a, b);
#endif
}

#endif
