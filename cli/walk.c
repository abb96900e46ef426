/*
 * Walking directories without recursion and without asking for what each name stands for: it is
 * opened, and what was opened is asked. A directory that holds itself (by a link) is not entered
 * again.
 *
 * Left out: hidden files; in a Maildir everything but the mails (tmp/ holds unfinished ones); in an
 * MH folder everything but files that are numbers, and mails that MH removed (",12").
 */
#define _POSIX_C_SOURCE 200809L

#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "names.h"

typedef enum directory_kind {
    PLAIN,
    MAILDIR,      /* cur, new and tmp lie in it; other directories are folders of their own */
    MAILDIR_PART, /* cur or new */
    MH            /* .mh_sequences lies in it */
} directory_kind;

struct directory {
    directory *outer;
    directory_kind kind;
    dev_t device;
    ino_t inode;
    size_t path_len; /* of the path, with "/" behind it */
    buffer names;    /* each with NUL behind it */
    const char **sorted;
    size_t count;
    size_t next;
};

/* --- names ---------------------------------------------------------------------------------- */

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

static int compare_names(const void *a, const void *b)
{
    return names_compare(*(const char *const *)a, *(const char *const *)b);
}

static bool is_number(const char *name)
{
    return digits(name) > 0 && name[digits(name)] == '\0';
}

static bool is_one_of(const char *name, const char *one, const char *other)
{
    return strcmp(name, one) == 0 || strcmp(name, other) == 0;
}

/* Whether a name in a directory is of no interest, whatever it stands for. */
static bool is_left_out(directory_kind kind, const char *name)
{
    switch (kind) {
    case MAILDIR:
        return is_one_of(name, ".", "..") || strcmp(name, "tmp") == 0;
    default:
        return name[0] == '.' || (name[0] == ',' && is_number(name + 1));
    }
}

/* Whether a file in a directory is a mail, or may hold some. */
static bool may_be_mail(const directory *in, const char *name)
{
    switch (in->kind) {
    case MAILDIR:
        return false;
    case MH:
        return is_number(name);
    default:
        return true;
    }
}

/* --- directories ---------------------------------------------------------------------------- */

static bool has_name(const directory *in, const char *name)
{
    for (size_t at = 0; at < in->names.len; at += strlen(in->names.data + at) + 1) {
        if (strcmp(in->names.data + at, name) == 0)
            return true;
    }
    return false;
}

static directory_kind kind_of(const directory *in, const char *name)
{
    if (in->outer && in->outer->kind == MAILDIR && is_one_of(name, "cur", "new"))
        return MAILDIR_PART;
    if (has_name(in, "cur") && has_name(in, "new"))
        return MAILDIR;
    return has_name(in, ".mh_sequences") ? MH : PLAIN;
}

static void sort_names(directory *in)
{
    size_t count = 0;
    for (size_t at = 0; at < in->names.len; at += strlen(in->names.data + at) + 1)
        count++;
    in->sorted = allocate_or_end(NULL, count + 1, sizeof *in->sorted);
    for (size_t at = 0; at < in->names.len; at += strlen(in->names.data + at) + 1) {
        const char *name = in->names.data + at;
        if (!is_left_out(in->kind, name))
            in->sorted[in->count++] = name;
    }
    if (in->count > 0)
        qsort(in->sorted, in->count, sizeof *in->sorted, compare_names);
}

static bool is_open(const walk *from, const struct stat *what)
{
    for (const directory *d = from->open; d; d = d->outer) {
        if (d->device == what->st_dev && d->inode == what->st_ino)
            return true;
    }
    return false;
}

static void complain_of_path(walk *from)
{
    stream_complain(from->path, strerror(errno));
    from->failed = true;
}

static bool read_names(DIR *listing, buffer *names)
{
    const struct dirent *entry;
    errno = 0;
    while ((entry = readdir(listing)) != NULL)
        buffer_put(names, entry->d_name, strlen(entry->d_name) + 1);
    return errno == 0;
}

/* Enters the directory of from->path, which is open. name is the path's last part. */
static void enter(walk *from, int file, const struct stat *what, const char *name)
{
    if (is_open(from, what)) {
        close(file);
        return;
    }
    DIR *listing = fdopendir(file);
    if (!listing) {
        complain_of_path(from);
        close(file);
        return;
    }
    directory *fresh = allocate_or_end(NULL, 1, sizeof *fresh);
    memset(fresh, 0, sizeof *fresh);
    fresh->outer = from->open;
    fresh->device = what->st_dev;
    fresh->inode = what->st_ino;
    if (!read_names(listing, &fresh->names))
        complain_of_path(from);
    closedir(listing);
    fresh->kind = kind_of(fresh, name);
    sort_names(fresh);
    fresh->path_len = strlen(from->path);
    if (from->path[fresh->path_len - 1] != '/')
        fresh->path_len++;
    from->open = fresh;
}

static void leave(walk *from)
{
    directory *done = from->open;
    from->open = done->outer;
    buffer_free(&done->names);
    free(done->sorted);
    free(done);
}

/* --- the way -------------------------------------------------------------------------------- */

/* Makes from->path the first len bytes of what it was, and name behind them. */
static void set_path(walk *from, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    if (len + name_len + 1 > from->path_size) {
        from->path_size = 2 * (len + name_len + 1);
        from->path = allocate_or_end(from->path, from->path_size, 1);
    }
    if (len > 0)
        from->path[len - 1] = '/';
    memcpy(from->path + len, name, name_len + 1);
}

/*
 * Opens from->path. Returns whether it is a file; a directory is entered instead. in is the
 * directory it lies in, NULL for an argument: there a pipe or a device is meant, in a directory
 * reading one might never end.
 */
static bool open_path(walk *from, const directory *in, const char *name, stream *file)
{
    struct stat what;
    int flags = O_RDONLY | O_CLOEXEC | (in ? O_NONBLOCK : 0);
    int descriptor = open(from->path, flags);
    if (descriptor < 0 || fstat(descriptor, &what) != 0) {
        complain_of_path(from);
        if (descriptor >= 0)
            close(descriptor);
        return false;
    }
    if (S_ISDIR(what.st_mode)) {
        enter(from, descriptor, &what, name);
        return false;
    }
    if (in && (!S_ISREG(what.st_mode) || !may_be_mail(in, name))) {
        close(descriptor);
        return false;
    }
    from->one = in && (in->kind == MAILDIR_PART || in->kind == MH);
    stream_take(file, from->path, descriptor, S_ISREG(what.st_mode) ? what.st_size : -1);
    return true;
}

static uint64_t size_of(const char *name)
{
    struct stat what;
    bool known = strcmp(name, "-") != 0 && stat(name, &what) == 0 && S_ISREG(what.st_mode);
    return known ? (uint64_t)what.st_size : 0;
}

static bool next_argument(walk *from, stream *file)
{
    const char *name = from->arguments->list[from->next++];
    if (from->total > 0 && from->next > 1)
        from->done += size_of(from->arguments->list[from->next - 2]);
    set_path(from, 0, name);
    if (strcmp(name, "-") == 0) {
        from->one = false;
        stream_take(file, from->path, STDIN_FILENO, -1);
        return true;
    }
    return open_path(from, NULL, name, file);
}

bool walk_next(walk *from, stream *file)
{
    for (;;) {
        directory *in = from->open;
        if (in && in->next < in->count) {
            const char *name = in->sorted[in->next++];
            set_path(from, in->path_len, name);
            if (open_path(from, in, name, file))
                return true;
        } else if (in) {
            leave(from);
        } else if (from->next < from->arguments->count) {
            if (next_argument(from, file))
                return true;
        } else {
            return false;
        }
    }
}

void walk_init(walk *from, const words *arguments)
{
    static const char *const standard_input[] = {"-"};
    static const words nothing_given = {(const char **)standard_input, 1};
    memset(from, 0, sizeof *from);
    from->arguments = arguments->count > 0 ? arguments : &nothing_given;
    for (size_t i = 0; i < from->arguments->count; i++) {
        uint64_t size = size_of(from->arguments->list[i]);
        from->total += size;
        if (size == 0) {
            from->total = 0;
            return;
        }
    }
}

void walk_free(walk *from)
{
    while (from->open)
        leave(from);
    free(from->path);
    from->path = NULL;
}

/* --- how far -------------------------------------------------------------------------------- */

double walk_done(const walk *from, const stream *file)
{
    double part = file->size > 0 ? (double)file->taken / (double)file->size : 0;
    if (from->total > 0)
        return ((double)from->done + (double)file->taken) / (double)from->total;
    for (const directory *d = from->open; d; d = d->outer)
        part = d->next > 0 ? ((double)(d->next - 1) + part) / (double)d->count : 0;
    size_t behind = from->next > 0 ? from->next - 1 : 0;
    return ((double)behind + part) / (double)from->arguments->count;
}
