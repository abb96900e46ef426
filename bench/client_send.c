/*
 * Sends mails over one session of this library.
 *
 * Usage: client_send PORT MAILS RECIPIENTS FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/net.h>

static char *read_file(const char *name, size_t *len)
{
    FILE *file = fopen(name, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return NULL;
    *len = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*len + 1);
    if (data && fread(data, 1, *len, file) != *len)
        data = NULL;
    fclose(file);
    return data;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    size_t count = strtoul(argv[2], NULL, 10);
    size_t recipients = strtoul(argv[3], NULL, 10);
    size_t len;
    char *message = read_file(argv[4], &len);
    sst_client_recipient *to = calloc(recipients, sizeof *to);
    char(*addresses)[32] = calloc(recipients, sizeof *addresses);
    sst_send_mail *mails = calloc(count, sizeof *mails);
    if (!message || !to || !addresses || !mails)
        return 1;
    for (size_t i = 0; i < recipients; i++) {
        snprintf(addresses[i], sizeof addresses[i], "a%zu@example.com", i);
        to[i].address.ptr = addresses[i];
        to[i].address.len = strlen(addresses[i]);
    }
    const sst_client_options client = {
        .size = sizeof client, .name = "client.example.org", .tls = SST_CLIENT_TLS_OFF};
    const sst_net_options net = {.size = sizeof net,
                                 .client = &client,
                                 .host = "127.0.0.1",
                                 .port = (uint16_t)strtoul(argv[1], NULL, 10)};
    const sst_client_mail envelope = {.size = sizeof envelope,
                                      .sender = {"s@example.org", 13},
                                      .recipients = to,
                                      .recipient_count = recipients,
                                      .message_size = len};
    for (size_t i = 0; i < count; i++) {
        mails[i].envelope = &envelope;
        mails[i].text.ptr = message;
        mails[i].text.len = len;
    }
    const sst_send_options how = {.size = sizeof how, .net = &net};
    sst_send_result *result;
    size_t accepted = 0;
    if (sst_send(&how, mails, count, &result, NULL) != SST_OK)
        return 1;
    for (size_t i = 0; i < result->count; i++)
        accepted += result->records[i].kind == SST_KIND_ACCEPTED;
    bool all = accepted == count * recipients;
    if (!all)
        fprintf(stderr, "%zu of %zu accepted\n", accepted, count * recipients);
    sst_send_free(result);
    free(message);
    free(to);
    free(addresses);
    free(mails);
    return all ? 0 : 1;
}
