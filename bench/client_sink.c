/*
 * An SMTP server that takes every mail and keeps none, at as little cost as can be: what is
 * measured against it is the client. Prints its port, and serves each connection in a process of
 * its own until it is ended.
 *
 * Usage: client_sink
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER ((size_t)262144)

typedef struct connection {
    int fd;
    size_t start;
    size_t end;
    size_t out;
    char in[BUFFER];
    char replies[BUFFER];
} connection;

static bool flush(connection *to)
{
    size_t done = 0;
    while (done < to->out) {
        ssize_t count = write(to->fd, to->replies + done, to->out - done);
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    to->out = 0;
    return true;
}

/* More bytes; what was answered goes out first. */
static bool more(connection *from)
{
    if (!flush(from))
        return false;
    memmove(from->in, from->in + from->start, from->end - from->start);
    from->end -= from->start;
    from->start = 0;
    if (from->end == sizeof from->in)
        return false;
    ssize_t count = read(from->fd, from->in + from->end, sizeof from->in - from->end);
    if (count <= 0)
        return false;
    from->end += (size_t)count;
    return true;
}

static void say(connection *to, const char *reply)
{
    size_t len = strlen(reply);
    if (to->out + len > sizeof to->replies)
        flush(to);
    memcpy(to->replies + to->out, reply, len);
    to->out += len;
}

/* The next line, with its LF; NULL at the end. */
static const char *line(connection *from, size_t *len)
{
    for (;;) {
        const char *at = from->in + from->start;
        const char *lf = memchr(at, '\n', from->end - from->start);
        if (lf) {
            *len = (size_t)(lf - at) + 1;
            from->start += *len;
            return at;
        }
        if (!more(from))
            return NULL;
    }
}

/* Passes over a message: up to the line with a dot alone. */
static bool skip_message(connection *from)
{
    bool at_line_start = true;
    for (;;) {
        const char *at = from->in + from->start;
        size_t len = from->end - from->start;
        if (at_line_start && len >= 3 && memcmp(at, ".\r\n", 3) == 0) {
            from->start += 3;
            return true;
        }
        if (at_line_start && len < 3) {
            if (!more(from))
                return false;
            continue;
        }
        const char *dot = at;
        size_t left = len;
        const char *found = NULL;
        while ((dot = memchr(dot, '.', left)) != NULL) {
            size_t where = (size_t)(dot - at);
            if (where > 0 && dot[-1] == '\n') {
                found = dot;
                break;
            }
            dot++;
            left = len - (size_t)(dot - at);
        }
        at_line_start = found != NULL || (len > 0 && at[len - 1] == '\n');
        from->start = found ? (size_t)(found - from->in) : from->end;
        if (found && from->end - from->start >= 3 && memcmp(found, ".\r\n", 3) != 0) {
            at_line_start = false;
            from->start++;
        } else if (!found && !more(from)) {
            return false;
        }
    }
}

static void serve(connection *with)
{
    size_t len;
    const char *command;
    say(with, "220 sink.example.com ESMTP\r\n");
    while ((command = line(with, &len)) != NULL) {
        char verb = (char)(command[0] & ~0x20);
        if (verb == 'E') {
            say(with, "250-sink.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE\r\n");
        } else if (verb == 'D') {
            say(with, "354 Go on\r\n");
            if (!flush(with) || !skip_message(with))
                return;
            say(with, "250 2.0.0 Ok: queued as 4XyZ\r\n");
        } else if (verb == 'Q') {
            say(with, "221 2.0.0 Bye\r\n");
            flush(with);
            return;
        } else {
            say(with, "250 2.0.0 Ok\r\n");
        }
    }
}

int main(void)
{
    static connection with;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int on = 1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    signal(SIGCHLD, SIG_IGN);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 128) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        perror("client_sink");
        return 1;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        with.fd = accept(listener, NULL, NULL);
        if (with.fd < 0)
            continue;
        if (fork() == 0) {
            setsockopt(with.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            serve(&with);
            _exit(0);
        }
        close(with.fd);
    }
}
