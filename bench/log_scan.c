/*
 * How fast a log can be looked through at all: counts its lines, and those that have "status=" in
 * them.
 *
 * Usage: log_scan LOG
 */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has_status(const char *line, size_t len)
{
    static const char word[] = "status=";
    const char *end = line + len;
    while ((line = memchr(line, '=', (size_t)(end - line))) != NULL) {
        if (line - (end - len) >= 6 && memcmp(line - 6, word, 7) == 0)
            return true;
        line++;
    }
    return false;
}

int main(int argc, char **argv)
{
    static char buffer[262144];
    size_t kept = 0;
    unsigned long lines = 0;
    unsigned long found = 0;
    ssize_t count;
    int file = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (file < 0)
        return 2;
    while ((count = read(file, buffer + kept, sizeof buffer - kept)) > 0) {
        const char *at = buffer;
        const char *end = buffer + kept + count;
        const char *lf;
        while ((lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
            lines++;
            found += has_status(at, (size_t)(lf - at)) ? 1 : 0;
            at = lf + 1;
        }
        kept = (size_t)(end - at);
        memmove(buffer, at, kept);
    }
    printf("%lu %lu\n", lines, found);
    return 0;
}
