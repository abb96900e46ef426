/*
 * Does one sst_send as its arguments say, for net_test.py: each is KEY=VALUE, to= may come again.
 * Writes the records as JSON, one a line, and then one line of JSON about the session; with
 * transcript=1 the transcript goes to stderr; with fail=N the Nth allocation fails.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <smtpstatus/net.h>

/* The address sanitizer allows no such look at memory. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CAN_LOOK 0
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CAN_LOOK 0
#endif
#ifndef CAN_LOOK
#define CAN_LOOK 1
#endif

static int argument_count;
static char **arguments;

/* The value of the nth argument with a key; NULL where there is none. */
static const char *nth(const char *key, size_t n)
{
    size_t len = strlen(key);
    for (int i = 1; i < argument_count; i++) {
        if (strncmp(arguments[i], key, len) == 0 && arguments[i][len] == '=' && n-- == 0)
            return arguments[i] + len + 1;
    }
    return NULL;
}

static const char *text(const char *key)
{
    return nth(key, 0);
}

static unsigned long number(const char *key)
{
    const char *value = text(key);
    return value ? strtoul(value, NULL, 10) : 0;
}

static sst_span span_of(const char *value)
{
    sst_span span = {value, value ? strlen(value) : 0};
    return span;
}

/* ---- the message: lines= many lines, in pieces of an odd size ---- */

typedef struct message {
    unsigned long lines;
    unsigned long done;
    bool fails;
} message;

static ptrdiff_t read_message(void *context, char *buffer, size_t size)
{
    message *m = context;
    if (m->fails && m->done > m->lines / 2)
        return -1;
    size_t used = 0;
    while (m->done < m->lines && size - used > 80) {
        int len = snprintf(buffer + used, size - used, "%s%lu\r\n",
                           m->done == 0 ? "Subject: " : ".line ", m->done);
        used += (size_t)len;
        m->done++;
    }
    return (ptrdiff_t)used;
}

static bool rewind_message(void *context)
{
    message *m = context;
    m->done = 0;
    return true;
}

/* ---- cancellation: as soon as something is written to a named pipe ---- */

static int open_pipe(const char *path)
{
    int fd = open(path, O_RDWR); /* it must not wait for a writer */
    if (fd == -1)
        exit(3);
    return fd;
}

/* ---- an allocator that counts, and fails once ---- */

static unsigned long allocations;
static long blocks; /* that are not yet freed */

/* With secrets=1 nothing is really freed, so that what is left in freed memory stays there. */
static void *resize(void *context, void *block, size_t size)
{
    enum { HEAD = 16 }; /* the block's size stands before it */
    (void)context;
    char *old = block ? (char *)block - HEAD : NULL;
    size_t old_size = 0;
    if (old)
        memcpy(&old_size, old, sizeof old_size);
    char *made = NULL;
    if (size > 0 && (++allocations == number("fail") || !(made = malloc(size + HEAD))))
        return NULL;
    if (made) {
        memcpy(made, &size, sizeof size);
        memcpy(made + HEAD, old ? old + HEAD : "", old_size < size ? old_size : size);
        blocks++;
    }
    blocks -= old != NULL;
    if (!CAN_LOOK || !number("secrets"))
        free(old);
    return made ? made + HEAD : NULL;
}

static const sst_allocator counting = {resize, NULL};

/* ---- what is left in memory: secrets come over stdin, and are looked for at the end ---- */

/* What is looked for is hidden, so that it is not found where it is written down. */
#define HIDDEN 0x5A

static char secret[200];              /* the first line of stdin: the password or token */
static unsigned char needles[4][200]; /* all lines, hidden */
static size_t needle_lens[4];
static size_t needle_count;

static void read_secrets(void)
{
    char byte;
    size_t used = 0;
    while (needle_count < 4 && read(0, &byte, 1) == 1) {
        if (byte == '\n') {
            needle_lens[needle_count++] = used;
            used = 0;
        } else if (used < sizeof needles[0]) {
            if (needle_count == 0)
                secret[used] = byte;
            needles[needle_count][used++] = (unsigned char)byte ^ HIDDEN;
        }
    }
}

static bool is_at(const volatile unsigned char *place, size_t needle)
{
    for (size_t i = 0; i < needle_lens[needle]; i++) {
        if ((place[i] ^ HIDDEN) != needles[needle][i])
            return false;
    }
    return true;
}

/* How often a secret stands in the memory that can be written to. */
static size_t count_secrets(void)
{
    size_t found = 0;
    unsigned long start;
    unsigned long end;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) != 3 || strncmp(rights, "rw", 2))
            continue;
        for (size_t n = 0; n < needle_count; n++) {
            for (unsigned long p = start; p + needle_lens[n] <= end; p++)
                found += is_at((const volatile unsigned char *)p, n);
        }
    }
    if (maps)
        fclose(maps);
    return found;
}

/* ---- output ---- */

static int write_file(void *context, const char *data, size_t len)
{
    return fwrite(data, 1, len, context) == len ? 0 : -1;
}

static const sst_sink *to_stdout(void)
{
    static sst_sink sink = {write_file, NULL};
    sink.context = stdout;
    return &sink;
}

static void show_text(const char *key, const char *value)
{
    printf(",\"%s\":", key);
    if (value)
        sst_write_json_string(span_of(value), to_stdout());
    else
        printf("null");
}

static void show_tls(const sst_tls_info *tls)
{
    printf(",\"established\":%d,\"verified\":%d", tls->established, tls->verified);
    show_text("tls_name", tls->name);
    show_text("problem", tls->problem);
    show_text("version", tls->version);
    show_text("cipher", tls->cipher);
    show_text("subject", tls->subject);
    show_text("issuer", tls->issuer);
    show_text("not_before", tls->not_before);
    show_text("not_after", tls->not_after);
    show_text("fingerprint", tls->fingerprint);
    printf(",\"left_out\":%d,\"names\":[", tls->names_left_out);
    for (size_t i = 0; i < tls->name_count; i++) {
        printf("%s", i ? "," : "");
        sst_write_json_string(span_of(tls->names[i]), to_stdout());
    }
    printf("]");
}

static void show(const sst_send_result *result)
{
    for (size_t i = 0; i < result->count; i++)
        sst_record_write_json(&result->records[i], NULL, to_stdout());
    printf("{\"opened\":%d,\"end\":%d", result->opened, (int)result->end);
    show_text("why", result->why);
    show_text("address", result->address);
    show_text("mechanism", result->mechanism);
    printf(",\"tls\":%d", result->tls != NULL);
    if (result->tls)
        show_tls(result->tls);
    printf(",\"allocations\":%lu}\n", allocations);
}

/* ---- options ---- */

static sst_tls *tls_settings(void)
{
    sst_tls *tls = NULL;
    sst_tls_options options = {
        .size = sizeof options,
        .allocator = &counting,
        .minimum = number("tls13") ? SST_TLS_1_3 : SST_TLS_1_2,
        .ca_file = text("ca"),
        .ca_directory = text("ca_directory"),
        .certificate_file = text("certificate"),
        .key_file = text("key"),
        .key_password = text("key_password"),
        .no_verify = number("no_verify") != 0,
    };
    if (sst_tls_new(&options, &tls) != SST_OK) {
        printf("{\"error\":%d,\"allocations\":%lu}\n", SST_E_NO_MEMORY, allocations);
        exit(blocks == 0 ? 0 : 3);
    }
    return tls;
}

static sst_client_options client_options(void)
{
    sst_client_options client = {
        .size = sizeof client,
        .allocator = &counting,
        .name = "client.example.org",
        .lmtp = number("lmtp") != 0,
        .tls = (sst_client_tls)number("tls"),
        .no_pipelining = number("no_pipelining") != 0,
    };
    for (int i = 0; i < SST_CLIENT_TIMEOUT_COUNT; i++)
        client.timeouts[i] = (uint32_t)number("timeout");
    return client;
}

static sst_credentials credentials_given(void)
{
    sst_credentials credentials = {
        .user = text("user"),
        .password = text("password"),
        .token = text("token"),
        .authorize_as = text("authorize_as"),
        .mechanism = text("mechanism"),
        .allow_clear = number("allow_clear") != 0,
    };
    if (number("secrets")) {
        read_secrets();
        if (credentials.token)
            credentials.token = secret;
        else
            credentials.password = secret;
    }
    return credentials;
}

/* Where to, with what belongs to it. */
static sst_net_options net_options(const sst_client_options *client,
                                   const sst_credentials *credentials, sst_tls *tls)
{
    sst_net_options net = {
        .size = sizeof net,
        .client = client,
        .host = text("host"),
        .port = (uint16_t)number("port"),
        .unix_path = text("unix"),
        .family = (sst_net_family)number("family"),
        .connect_ms = (uint32_t)number("connect_ms"),
        .resolve_ms = (uint32_t)number("resolve_ms"),
        .tls = tls,
        .tls_name = text("tls_name"),
        .credentials = number("auth") ? credentials : NULL,
    };
    return net;
}

/* ---- what is sent ---- */

/* Sends as many mails as the arguments say: the first is read, the second a text. */
static int send_mails(const sst_send_options *options, sst_send_result **result,
                      sst_send_fault *fault)
{
    enum { MOST = 10 };
    sst_client_recipient recipients[MOST];
    size_t count = 0;
    memset(recipients, 0, sizeof recipients);
    for (; count < MOST && nth("to", count); count++)
        recipients[count].address = span_of(nth("to", count));
    message body = {number("lines") ? number("lines") : 3, 0, number("read_fails") != 0};
    sst_client_mail envelope = {
        .size = sizeof envelope,
        .sender = span_of(text("from")),
        .recipients = recipients,
        .recipient_count = count,
        .chunking = number("chunking") != 0,
    };
    sst_send_mail mails[2] = {
        {.envelope = &envelope,
         .read = read_message,
         .rewind = number("no_rewind") ? NULL : rewind_message,
         .context = &body},
        {.envelope = &envelope, .text = span_of("Subject: the second\r\n\r\n.\r\n")},
    };
    size_t mail_count = number("only_open") ? 0 : number("mails") ? number("mails") : 1;
    return sst_send(options, mails, mail_count, result, fault);
}

static void look_for_secrets(void)
{
    memset(secret, 0, sizeof secret);
    (void)!write(2, secret, 0); /* it is looked at, so that it is overwritten */
    if (CAN_LOOK && access("/proc/self/maps", R_OK) == 0)
        fprintf(stderr, "secrets: %zu\n", count_secrets());
    else
        fprintf(stderr, "secrets: not looked for\n");
}

int main(int argc, char **argv)
{
    argument_count = argc;
    arguments = argv;
    sst_client_options client = client_options();
    sst_credentials credentials = credentials_given();
    sst_tls *tls = tls_settings();
    sst_net_options net = net_options(&client, &credentials, tls);
    sst_sink to_stderr = {write_file, stderr};
    sst_send_options options = {
        .size = sizeof options,
        .net = &net,
        .transcript = number("transcript") ? &to_stderr : NULL,
        .has_cancel_fd = text("cancel") != NULL,
        .cancel_fd = text("cancel") ? open_pipe(text("cancel")) : -1,
    };
    sst_send_result *result;
    sst_send_fault fault = {0, 0};
    int error = send_mails(&options, &result, &fault);
    if (number("secrets"))
        look_for_secrets();
    if (error == SST_OK) {
        show(result);
        sst_send_free(result);
    } else {
        printf("{\"error\":%d,\"mail\":%zu,\"recipient\":%zu,\"allocations\":%lu}\n", error,
               fault.mail, fault.recipient == SIZE_MAX ? 999 : fault.recipient, allocations);
    }
    if (options.has_cancel_fd)
        close(options.cancel_fd);
    sst_tls_free(tls);
    return blocks == 0 ? 0 : 3;
}
