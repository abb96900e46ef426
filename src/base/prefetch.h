/* Tells the processor that memory will be needed soon, where the compiler has a way to say so. */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H

static inline void prefetch(const void *address)
{
#if defined(__GNUC__)
    __builtin_prefetch(address, 1);
#else
    (void)address;
#endif
}

#endif
