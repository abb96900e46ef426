/*
 * Sends a message to a server, and tells what became of each recipient, in one call that blocks.
 *
 *     cc send.c $(pkg-config --cflags --libs smtpstatus-net) -o send
 *     ./send mx.example.com 25 sender@example.org recipient@example.com ... <message
 *
 * TLS is used where the server offers it, and its certificate is checked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/net.h>

/* The message comes from the standard input, piece by piece. */
static ptrdiff_t read_input(void *context, char *buffer, size_t size)
{
    FILE *input = context;
    size_t got = fread(buffer, 1, size, input);
    return ferror(input) ? -1 : (ptrdiff_t)got;
}

static int write_output(void *context, const char *data, size_t len)
{
    return fwrite(data, 1, len, context) == len ? 0 : -1;
}

/* Each recipient's fate as one line of JSON. Returns how many were not accepted. */
static size_t show(const sst_send_result *result)
{
    const sst_sink output = {write_output, stdout};
    size_t failed = 0;
    for (size_t i = 0; i < result->count; i++) {
        sst_record_write_json(&result->records[i], NULL, &output);
        if (result->records[i].kind != SST_KIND_ACCEPTED)
            failed++;
    }
    if (result->why)
        fprintf(stderr, "%s\n", result->why);
    return failed;
}

static sst_span span_of(const char *text)
{
    sst_span span = {text, strlen(text)};
    return span;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: send HOST PORT SENDER RECIPIENT... <MESSAGE\n");
        return 2;
    }
    size_t count = (size_t)argc - 4;
    sst_client_recipient *recipients = calloc(count, sizeof *recipients);
    if (!recipients)
        return 2;
    for (size_t i = 0; i < count; i++)
        recipients[i].address = span_of(argv[4 + i]);

    sst_net_options net = {
        .size = sizeof net, .host = argv[1], .port = (uint16_t)strtoul(argv[2], NULL, 10)};
    sst_client_mail envelope = {
        .size = sizeof envelope,
        .sender = span_of(argv[3]),
        .recipients = recipients,
        .recipient_count = count,
    };
    sst_send_mail mail = {.envelope = &envelope, .read = read_input, .context = stdin};
    sst_send_options options = {.size = sizeof options, .net = &net};

    sst_send_result *result;
    sst_send_fault fault = {0, SIZE_MAX};
    int error = sst_send(&options, &mail, 1, &result, &fault);
    free(recipients);
    if (error != SST_OK) {
        const char *which = fault.recipient < count ? argv[4 + fault.recipient] : argv[3];
        fprintf(stderr, "%s: %s\n", which, sst_strerror(error));
        return 2;
    }
    size_t failed = show(result);
    sst_send_free(result);
    return failed ? 1 : 0;
}
