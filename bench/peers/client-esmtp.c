/*
 * The same with libESMTP: one session that has all mails.
 *
 * Usage: client-esmtp PORT MAILS RECIPIENTS FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libesmtp.h>

typedef struct text {
    char *data;
    size_t len;
} text;

/* A message callback: all at once, from the start where len is NULL. The library frees *context. */
static const char *give(void **context, int *len, void *argument)
{
    const text *from = argument;
    if (!*context)
        *context = calloc(1, sizeof(int));
    int *done = *context;
    if (!len) {
        *done = 0;
        return NULL;
    }
    *len = *done ? 0 : (int)from->len;
    *done = 1;
    return *len > 0 ? from->data : NULL;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    FILE *file = fopen(argv[4], "rb");
    static text message;
    if (!file)
        return 1;
    fseek(file, 0, SEEK_END);
    message.len = (size_t)ftell(file);
    rewind(file);
    message.data = malloc(message.len + 1);
    if (fread(message.data, 1, message.len, file) != message.len)
        return 1;
    size_t mails = strtoul(argv[2], NULL, 10);
    size_t recipients = strtoul(argv[3], NULL, 10);
    smtp_session_t session = smtp_create_session();
    char server[64];
    snprintf(server, sizeof server, "127.0.0.1:%s", argv[1]);
    smtp_set_server(session, server);
    smtp_set_hostname(session, "client.example.org");
    for (size_t i = 0; i < mails; i++) {
        smtp_message_t mail = smtp_add_message(session);
        smtp_set_reverse_path(mail, "s@example.org");
        /* Leave the header as it is. */
        smtp_set_header_option(mail, "Date", Hdr_PROHIBIT, 1);
        smtp_set_header_option(mail, "Message-Id", Hdr_PROHIBIT, 1);
        smtp_set_messagecb(mail, give, &message);
        for (size_t k = 0; k < recipients; k++) {
            char address[40];
            snprintf(address, sizeof address, "a%zu@example.com", k);
            smtp_add_recipient(mail, address);
        }
    }
    int good = smtp_start_session(session);
    if (!good) {
        char why[128];
        fprintf(stderr, "%s\n", smtp_strerror(smtp_errno(), why, sizeof why));
    }
    smtp_destroy_session(session);
    return good ? 0 : 1;
}
