/*
 * Edit distance with swaps of neighbours (optimal string alignment), over short names.
 */
#include "suggest.h"

#include <stdbool.h>
#include <string.h>

/* Names are shorter; a word that is longer is no slip of one. */
#define MAX_WORD ((size_t)64)

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same(char a, char b)
{
    return lower(a) == lower(b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t suggest_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    /* Three rows of the table are enough: this one and the two before it. */
    size_t rows[3][MAX_WORD + 1];
    if (a_len > MAX_WORD || b_len > MAX_WORD)
        return SUGGEST_FAR;
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *before_that = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = before[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = least(change, least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before_that[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

static void insert(suggestions *best, const char *name, size_t distance)
{
    size_t at = best->count;
    while (at > 0 && distance < best->distances[at - 1])
        at--;
    if (at == SUGGEST_MAX)
        return;
    if (best->count < SUGGEST_MAX)
        best->count++;
    for (size_t i = best->count - 1; i > at; i--) {
        best->names[i] = best->names[i - 1];
        best->distances[i] = best->distances[i - 1];
    }
    best->names[at] = name;
    best->distances[at] = distance;
}

void suggest_try(suggestions *best, const char *word, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    size_t distance = suggest_distance(word, len, name, name_len);
    /* A third of the letters may be wrong, and never all of them. */
    size_t limit = (name_len > len ? name_len : len) / 3 + 1;
    if (distance <= limit && distance < name_len)
        insert(best, name, distance);
}
