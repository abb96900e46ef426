/*
 * Runs a fuzz target over the inputs that are committed for it, as an ordinary test: every file of
 * the directory named, one TAP line each. Each input is given in a block of its exact size, so that
 * the address sanitizer sees a byte read beyond it.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_INPUT ((size_t)16 << 20) /* a seed of more than that is a mistake */

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    uint8_t *room = malloc(MAX_INPUT);
    size_t size = room == NULL ? 0 : fread(room, 1, MAX_INPUT, file);
    fclose(file);
    uint8_t *input = malloc(size > 0 ? size : 1);
    if (room == NULL || input == NULL) {
        abort();
    }
    memcpy(input, room, size);
    free(room);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    return 0;
}

int main(int argc, char **argv)
{
    DIR *directory = argc == 2 ? opendir(argv[1]) : NULL;
    if (directory == NULL) {
        printf("Bail out! usage: replay DIRECTORY%s%s\n", argc == 2 ? ": " : "",
               argc == 2 ? strerror(errno) : "");
        return 2;
    }
    int count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        int failed = replay(path) != 0;
        count++;
        printf("%s %d - %s\n", failed ? "not ok" : "ok", count, entry->d_name);
        fflush(stdout);
    }
    closedir(directory);
    printf("1..%d\n", count);
    return count == 0;
}
