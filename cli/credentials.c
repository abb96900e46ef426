/*
 * The sources of a secret. netrc files are read as ftp(1) and curl(1) know them: the entry of the
 * machine, else the default; macdef is skipped to its empty line.
 */
#define _POSIX_C_SOURCE 200809L

#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "command.h"

/* A file of secrets is small; what is larger is a mistake. */
#define MAX_FILE ((size_t)1048576)

/* A call that a compiler cannot leave out. */
static void *(*const volatile set_memory)(void *, int, size_t) = memset;

static void wipe(char *text, size_t len)
{
    if (text)
        set_memory(text, 0, len);
}

/* A file that is read once and wiped: never through a buffer that moves. */
typedef struct secret_file {
    char *data;
    size_t len;
} secret_file;

static void file_free(secret_file *file)
{
    wipe(file->data, MAX_FILE);
    free(file->data);
    file->data = NULL;
}

static int file_read(const char *name, secret_file *into)
{
    struct stat about;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    into->data = NULL;
    into->len = 0;
    if (file < 0 || fstat(file, &about) != 0) {
        complain("%s: %s", name, strerror(errno));
        if (file >= 0)
            close(file);
        return STATUS_IO;
    }
    if (S_ISREG(about.st_mode) && (about.st_mode & (S_IRGRP | S_IROTH)) != 0)
        complain("%s can be read by others; chmod 600 would keep it to you", name);
    into->data = allocate_or_end(NULL, MAX_FILE, 1);
    ssize_t count = 1;
    while (count > 0 && into->len < MAX_FILE) {
        count = read(file, into->data + into->len, MAX_FILE - into->len);
        into->len += count > 0 ? (size_t)count : 0;
    }
    close(file);
    if (count == 0)
        return STATUS_DONE;
    complain("%s: %s", name, count < 0 ? strerror(errno) : "too large for a file of secrets");
    file_free(into);
    return STATUS_IO;
}

static char *copy(const char *from, size_t len)
{
    char *text = allocate_or_end(NULL, len + 1, 1);
    memcpy(text, from, len);
    text[len] = '\0';
    return text;
}

static int take_secret(const char *from, size_t len, const char *source, credentials *taken)
{
    if (len == 0 || len > CREDENTIALS_MAX_SECRET || memchr(from, '\0', len)) {
        complain("%s holds no password", source);
        return STATUS_USAGE;
    }
    taken->secret = copy(from, len);
    return STATUS_DONE;
}

/* The first line of a file. */
static int from_file(const char *name, credentials *taken)
{
    secret_file file;
    int status = file_read(name, &file);
    if (status != STATUS_DONE)
        return status;
    const char *lf = memchr(file.data, '\n', file.len);
    size_t len = lf ? (size_t)(lf - file.data) : file.len;
    if (len > 0 && file.data[len - 1] == '\r')
        len--;
    status = take_secret(file.data, len, name, taken);
    file_free(&file);
    return status;
}

static int from_environment(const char *name, credentials *taken)
{
    const char *value = getenv(name);
    if (value)
        return take_secret(value, strlen(value), name, taken);
    complain("there is no environment variable %s", name);
    return STATUS_USAGE;
}

/* --- netrc ---------------------------------------------------------------------------------- */

typedef struct netrc {
    const char *at;
    const char *end;
} netrc;

/* The next word, quotes and backslashes undone in place of the copy; false at the end. */
static bool next_word(netrc *from, char *word, size_t size)
{
    size_t len = 0;
    while (from->at < from->end && strchr(" \t\r\n", *from->at))
        from->at++;
    if (from->at == from->end)
        return false;
    bool quoted = *from->at == '"';
    from->at += quoted;
    while (from->at < from->end) {
        char c = *from->at;
        if (quoted ? c == '"' : strchr(" \t\r\n", c) != NULL)
            break;
        if (quoted && c == '\\' && from->at + 1 < from->end)
            c = *++from->at;
        from->at++;
        if (len + 1 < size)
            word[len++] = c;
    }
    from->at += quoted && from->at < from->end;
    word[len] = '\0';
    return true;
}

/* A macro ends at an empty line. */
static void skip_macro(netrc *from)
{
    while (from->at + 1 < from->end && !(from->at[0] == '\n' && from->at[1] == '\n'))
        from->at++;
}

/* Whether two names of hosts or users are one; hosts without case. */
static bool same_host(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        bool letter = (*a | 0x20) >= 'a' && (*a | 0x20) <= 'z';
        if (*a != *b && !(letter && (*a | 0x20) == (*b | 0x20)))
            return false;
    }
    return *a == *b;
}

static void replace(char **old, const char *text)
{
    if (*old)
        wipe(*old, strlen(*old));
    free(*old);
    *old = copy(text, strlen(text));
}

/* The entry of a host, and of a user where one is named, or the default entry. */
static void find_entry(netrc from, const char *host, const char *user, credentials *taken)
{
    static char word[CREDENTIALS_MAX_SECRET + 1];
    credentials entry = {NULL, NULL};
    bool ours = false;
    bool more = true;
    bool found = false;
    while (more && !found) {
        more = next_word(&from, word, sizeof word);
        bool machine = more && strcmp(word, "machine") == 0;
        bool fallback = more && strcmp(word, "default") == 0;
        if (!more || machine || fallback) {
            found = ours && entry.secret && (!user || !entry.user || strcmp(user, entry.user) == 0);
            if (found) {
                *taken = entry;
                memset(&entry, 0, sizeof entry);
            }
            credentials_free(&entry);
            ours = fallback ||
                   (machine && next_word(&from, word, sizeof word) && same_host(word, host));
        } else if (strcmp(word, "macdef") == 0) {
            skip_macro(&from);
        } else if (strcmp(word, "login") == 0 && next_word(&from, word, sizeof word)) {
            replace(&entry.user, word);
        } else if (strcmp(word, "password") == 0 && next_word(&from, word, sizeof word)) {
            replace(&entry.secret, word);
        }
    }
    wipe(word, sizeof word);
    credentials_free(&entry);
}

static int from_netrc(const char *name, const char *host, credentials *taken)
{
    secret_file file;
    int status = file_read(name, &file);
    if (status != STATUS_DONE)
        return status;
    char *user = taken->user;
    credentials found = {NULL, NULL};
    const netrc from = {file.data, file.data + file.len};
    find_entry(from, host, user, &found);
    file_free(&file);
    if (!found.secret) {
        complain("%s has no entry for %s%s%s", name, host, user ? " and user " : "",
                 user ? user : "");
        return STATUS_USAGE;
    }
    if (user) {
        free(found.user);
        found.user = user;
    }
    *taken = found;
    return STATUS_DONE;
}

/* --- public --------------------------------------------------------------------------------- */

int credentials_read(const options *given, const char *host, const char *url_user,
                     credentials *taken)
{
    const char *user = option_value(given, OPTION_USER);
    const char *file = option_value(given, OPTION_PASSWORD_FILE);
    const char *variable = option_value(given, OPTION_PASSWORD_ENV);
    const char *netrc_file = option_value(given, OPTION_NETRC);
    int status = STATUS_DONE;
    memset(taken, 0, sizeof *taken);
    user = user ? user : url_user;
    if ((file != NULL) + (variable != NULL) + (netrc_file != NULL) > 1) {
        complain("give one of --password-file, --password-env and --netrc");
        return STATUS_USAGE;
    }
    if (user)
        taken->user = copy(user, strlen(user));
    if (file)
        status = from_file(file, taken);
    else if (variable)
        status = from_environment(variable, taken);
    else if (netrc_file)
        status = from_netrc(netrc_file, host, taken);
    if (status == STATUS_DONE && taken->secret && !taken->user) {
        complain("whose password is it? name the user with --user");
        status = STATUS_USAGE;
    }
    if (status != STATUS_DONE)
        credentials_free(taken);
    return status;
}

void credentials_free(credentials *taken)
{
    free(taken->user);
    if (taken->secret)
        wipe(taken->secret, strlen(taken->secret));
    free(taken->secret);
    memset(taken, 0, sizeof *taken);
}
