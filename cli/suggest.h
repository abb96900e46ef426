/*
 * The nearest of several names to one that was mistyped.
 */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX ((size_t)3)

/* The nearest names, the nearest first. */
typedef struct suggestions {
    const char *names[SUGGEST_MAX];
    size_t distances[SUGGEST_MAX];
    size_t count;
} suggestions;

/* Keeps the name if it is near to the word, and nearer than the ones before. */
void suggest_try(suggestions *best, const char *word, size_t len, const char *name);

/* How many letters must be put in, left out, changed or swapped with their neighbour to make one of
 * the other, letters without case; SUGGEST_FAR where that is too many to be a slip. */
#define SUGGEST_FAR ((size_t)1000)
size_t suggest_distance(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
