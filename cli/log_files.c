/*
 * Finding log files and putting them in order (POSIX).
 */
#define _POSIX_C_SOURCE 200809L

#include "log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buffer.h"
#include "log_names.h"
#include "log_reading.h"
#include "stream.h"

/* --- finding -------------------------------------------------------------------------------- */

static void complain_of(log_files *into, const char *name, const char *what)
{
    stream_complain(name, what);
    into->failed = true;
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = allocate_or_end(NULL, size, 1);
    memcpy(copy, text, size);
    return copy;
}

static bool is_known(const log_files *in, const struct stat *what)
{
    for (size_t i = 0; i < in->count; i++) {
        const log_file *file = &in->list[i];
        if (file->regular && file->device == what->st_dev && file->inode == what->st_ino)
            return true;
    }
    return false;
}

static void add_file(log_files *into, const char *name, const struct stat *what)
{
    if (S_ISREG(what->st_mode) && is_known(into, what))
        return;
    into->list = allocate_or_end(into->list, into->count + 1, sizeof *into->list);
    log_file *fresh = &into->list[into->count++];
    memset(fresh, 0, sizeof *fresh);
    fresh->name = copy_of(name);
    fresh->regular = S_ISREG(what->st_mode);
    fresh->device = what->st_dev;
    fresh->inode = what->st_ino;
    fresh->size = fresh->regular ? (uint64_t)what->st_size : 0;
    fresh->newest = fresh->regular ? (int64_t)what->st_mtime : moment_now();
}

/* A file in a directory; directories in it, pipes and devices are left out. */
static void add_entry(log_files *into, const char *directory, const char *entry)
{
    struct stat what;
    buffer path = {NULL, 0, 0};
    size_t len = strlen(directory);
    buffer_text(&path, directory);
    buffer_text(&path, len > 0 && directory[len - 1] == '/' ? "" : "/");
    buffer_text(&path, entry);
    if (stat(buffer_string(&path), &what) == 0 && S_ISREG(what.st_mode))
        add_file(into, buffer_string(&path), &what);
    buffer_free(&path);
}

static void add_directory(log_files *into, const char *name)
{
    DIR *listing = opendir(name);
    const struct dirent *entry;
    buffer names = {NULL, 0, 0};
    if (!listing) {
        complain_of(into, name, strerror(errno));
        return;
    }
    while ((entry = readdir(listing)) != NULL) {
        if (entry->d_name[0] != '.')
            buffer_put(&names, entry->d_name, strlen(entry->d_name) + 1);
    }
    closedir(listing);
    size_t first = into->count;
    for (size_t at = 0; at < names.len; at += strlen(names.data + at) + 1)
        add_entry(into, name, names.data + at);
    /* The order does not depend on the file system. */
    log_names_sort(into->list + first, into->count - first);
    buffer_free(&names);
}

void log_files_add_beside(log_files *into, const char *name)
{
    log_files all = {.count = 0};
    int64_t age;
    size_t len = log_name_length(name, &age);
    const char *slash = strrchr(name, '/');
    buffer directory = {NULL, 0, 0};
    buffer_put(&directory, name, slash ? (size_t)(slash - name) + 1 : 0);
    add_directory(&all, slash ? buffer_string(&directory) : "./");
    /* Names in the working directory are written without it. */
    size_t shown = slash ? 0 : 2;
    for (size_t i = 0; i < all.count; i++) {
        const char *found = all.list[i].name + shown;
        struct stat what;
        if (log_name_length(found, &age) == len && memcmp(found, name, len) == 0 &&
            stat(found, &what) == 0)
            add_file(into, found, &what);
    }
    into->failed = into->failed || all.failed;
    buffer_free(&directory);
    log_files_free(&all);
}

/* A name that is there. */
static bool add_name(log_files *into, const char *name)
{
    struct stat what;
    if (stat(name, &what) != 0)
        return false;
    if (S_ISDIR(what.st_mode))
        add_directory(into, name);
    else
        add_file(into, name, &what);
    return true;
}

static void add_pattern(log_files *into, const char *pattern)
{
    glob_t found;
    int result = glob(pattern, 0, NULL, &found);
    if (result == GLOB_NOSPACE)
        end_without_memory();
    if (result != 0)
        complain_of(into, pattern, "no file has a name like this");
    for (size_t i = 0; result == 0 && i < found.gl_pathc; i++) {
        /* Directories that a pattern happens to name are not meant. */
        struct stat what;
        if (stat(found.gl_pathv[i], &what) != 0)
            complain_of(into, found.gl_pathv[i], strerror(errno));
        else if (!S_ISDIR(what.st_mode))
            add_file(into, found.gl_pathv[i], &what);
    }
    if (result == 0)
        globfree(&found);
}

void log_files_add(log_files *into, const char *argument)
{
    static const struct stat pipe; /* of no kind */
    if (strcmp(argument, "-") == 0)
        add_file(into, argument, &pipe);
    else if (!add_name(into, argument)) {
        int error = errno;
        if (error == ENOENT && argument[strcspn(argument, "*?[")] != '\0')
            add_pattern(into, argument);
        else
            complain_of(into, argument, strerror(error));
    }
}

/* --- order ---------------------------------------------------------------------------------- */

/* Gives each log a number, in the order in which they were given, and each file its age. */
static size_t number_logs(log_files *of)
{
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++) {
        log_file *file = &of->list[i];
        file->log = count;
        file->log_len = log_name_length(file->name, &file->age);
        for (size_t j = 0; j < i; j++) {
            const log_file *other = &of->list[j];
            if (other->log_len == file->log_len &&
                memcmp(other->name, file->name, file->log_len) == 0) {
                file->log = other->log;
                break;
            }
        }
        count += file->log == count ? 1 : 0;
    }
    return count;
}

/* The first record's time; that of the log before where there is none. */
static int64_t first_time(const log_files *of, size_t log, int64_t before)
{
    const log_file *oldest = NULL;
    for (size_t i = 0; i < of->count; i++) {
        const log_file *file = &of->list[i];
        if (file->log == log && file->regular && (!oldest || file->age > oldest->age))
            oldest = file;
    }
    int64_t ms;
    return oldest && log_first_time(oldest->name, oldest->newest, &ms) ? ms : before;
}

typedef struct place {
    int64_t time;
    size_t log;
    size_t rank;
} place;

static int compare_places(const void *a, const void *b)
{
    const place *one = a;
    const place *other = b;
    if (one->time != other->time)
        return one->time < other->time ? -1 : 1;
    return one->log < other->log ? -1 : 1;
}

/* Numbers the logs anew, by when they begin. */
static void sort_logs(log_files *of, size_t count)
{
    place *places = allocate_or_end(NULL, count, sizeof *places);
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        before = first_time(of, i, before);
        places[i] = (place){before, i, 0};
    }
    qsort(places, count, sizeof *places, compare_places);
    size_t *ranks = allocate_or_end(NULL, count, sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        ranks[places[i].log] = i;
    for (size_t i = 0; i < of->count; i++)
        of->list[i].log = ranks[of->list[i].log];
    free(places);
    free(ranks);
}

void log_files_sort(log_files *of)
{
    size_t logs = number_logs(of);
    if (logs > 1)
        sort_logs(of, logs);
    log_names_order(of->list, of->count);
    of->size = 0;
    bool sized = true;
    for (size_t i = 0; i < of->count; i++) {
        of->list[i].last = i + 1 == of->count || of->list[i + 1].log != of->list[i].log;
        of->size += of->list[i].size;
        sized = sized && of->list[i].regular;
    }
    if (!sized)
        of->size = 0;
}

void log_files_find(log_files *into, const words *arguments)
{
    memset(into, 0, sizeof *into);
    for (size_t i = 0; i < arguments->count; i++)
        log_files_add(into, arguments->list[i]);
    if (arguments->count == 0)
        log_files_add(into, "-");
    log_files_sort(into);
}

void log_files_free(log_files *of)
{
    for (size_t i = 0; i < of->count; i++)
        free(of->list[i].name);
    free(of->list);
    memset(of, 0, sizeof *of);
}
