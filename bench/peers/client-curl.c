/*
 * The same with libcurl: one easy handle, whose connection is used again for each mail.
 *
 * Usage: client-curl PORT MAILS RECIPIENTS FILE
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct message {
    char *data;
    size_t len;
    size_t at;
} message;

static size_t give(char *into, size_t size, size_t count, void *context)
{
    message *from = context;
    size_t room = size * count;
    size_t len = from->len - from->at < room ? from->len - from->at : room;
    memcpy(into, from->data + from->at, len);
    from->at += len;
    return len;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    FILE *file = fopen(argv[4], "rb");
    message text = {NULL, 0, 0};
    if (!file)
        return 1;
    fseek(file, 0, SEEK_END);
    text.len = (size_t)ftell(file);
    rewind(file);
    text.data = malloc(text.len + 1);
    if (fread(text.data, 1, text.len, file) != text.len)
        return 1;
    size_t mails = strtoul(argv[2], NULL, 10);
    size_t recipients = strtoul(argv[3], NULL, 10);
    struct curl_slist *to = NULL;
    for (size_t i = 0; i < recipients; i++) {
        char address[40];
        snprintf(address, sizeof address, "<a%zu@example.com>", i);
        to = curl_slist_append(to, address);
    }
    char url[64];
    snprintf(url, sizeof url, "smtp://127.0.0.1:%s/client.example.org", argv[1]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "<s@example.org>");
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &text);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)text.len);
    for (size_t i = 0; i < mails; i++) {
        text.at = 0;
        CURLcode code = curl_easy_perform(curl);
        if (code != CURLE_OK) {
            fprintf(stderr, "%s\n", curl_easy_strerror(code));
            return 1;
        }
    }
    curl_easy_cleanup(curl);
    curl_slist_free_all(to);
    curl_global_cleanup();
    return 0;
}
