/*
 * Comparing names: "2" comes before "10".
 */
#include "names.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *text)
{
    size_t len = 0;
    while (is_digit(text[len]))
        len++;
    return len;
}

int names_compare(const char *one, const char *other)
{
    const char *first = one;
    const char *second = other;
    while (*one && *other) {
        if (is_digit(*one) && is_digit(*other)) {
            while (*one == '0' && is_digit(one[1]))
                one++;
            while (*other == '0' && is_digit(other[1]))
                other++;
            size_t one_len = digits(one);
            size_t other_len = digits(other);
            if (one_len != other_len)
                return one_len < other_len ? -1 : 1;
        }
        if (*one != *other)
            return (unsigned char)*one < (unsigned char)*other ? -1 : 1;
        one++;
        other++;
    }
    if (*one || *other)
        return *one ? 1 : -1;
    return strcmp(first, second);
}
