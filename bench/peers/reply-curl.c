/*
 * How fast libcurl reads the replies of a file: reply_curl FILE. See bench/reply.sh.
 *
 * libcurl has no function that parses replies; it reads them in a session, and not more than
 * 300 kB in one. So the file is sent to it in pieces of that size, each as one greeting, with the
 * codes replaced by 220, over connections of this machine to itself. It looks for the end of each
 * line and of the reply, hands every line to a callback (which does nothing here), and keeps the
 * last one. What the same sessions take with a greeting of one line is taken off.
 */
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "../bench.h"

typedef struct feed {
    int listener;
    const char *data;
    size_t len;
} feed;

static void send_all(int to, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(to, data, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        data += sent;
        len -= (size_t)sent;
    }
}

/* libcurl takes at most 300 kB from a server in one session. */
#define PIECE ((size_t)290000)

/* The server: the greeting, then one answer a command. */
static void *serve(void *context)
{
    static const char answer[] = "250 ok\r\n";
    const feed *from = context;
    char command[512];
    int client = accept(from->listener, NULL, NULL);
    int yes = 1;
    (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    send_all(client, from->data, from->len);
    while (recv(client, command, sizeof command, 0) > 0)
        send_all(client, answer, sizeof answer - 1);
    close(client);
    return NULL;
}

static int listen_somewhere(struct sockaddr_in *address)
{
    socklen_t size = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)address, &size) != 0)
        exit(3);
    return listener;
}

static size_t lines;

static size_t take_line(char *line, size_t size, size_t count, void *context)
{
    (void)line;
    (void)context;
    lines++;
    return size * count;
}

static void read_with_curl(const struct sockaddr_in *address)
{
    char url[64];
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u/", (unsigned)ntohs(address->sin_port));
    CURL *curl = curl_easy_init();
    if (!curl)
        exit(3);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        fprintf(stderr, "libcurl: %s\n", curl_easy_strerror(code));
        exit(3);
    }
    curl_easy_cleanup(curl);
}

static double session(const char *greeting, size_t len)
{
    struct sockaddr_in address;
    pthread_t server;
    feed from = {listen_somewhere(&address), greeting, len};
    double start = bench_now();
    if (pthread_create(&server, NULL, serve, &from) != 0)
        exit(3);
    read_with_curl(&address);
    double seconds = bench_now() - start;
    pthread_join(server, NULL);
    close(from.listener);
    return seconds;
}

/* Makes lines, at most PIECE bytes of them, one greeting. Returns how many bytes. */
static size_t make_greeting(char *data, size_t len)
{
    char *last = NULL;
    char *at = data;
    for (;;) {
        char *lf = memchr(at, '\n', len - (size_t)(at - data));
        if (!lf || (size_t)(lf + 1 - data) > PIECE)
            break;
        memcpy(at, "220-", 4);
        last = at;
        at = lf + 1;
    }
    if (last)
        last[3] = ' ';
    return (size_t)(at - data);
}

int main(int argc, char **argv)
{
    static const char short_greeting[] = "220 hello\r\n";
    size_t len;
    if (argc != 2)
        return 2;
    char *data = bench_read(argv[1], &len);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    double seconds = 0;
    size_t bytes = 0;
    size_t count = 0;
    for (size_t at = 0; at < len && seconds < BENCH_SECONDS;) {
        size_t greeting = make_greeting(data + at, len - at);
        if (greeting == 0)
            break;
        lines = 0;
        seconds += session(data + at, greeting);
        count += lines;
        seconds -= session(short_greeting, sizeof short_greeting - 1);
        bytes += greeting;
        at += greeting;
    }
    bench_print(bytes, count, seconds);
    free(data);
    return 0;
}
