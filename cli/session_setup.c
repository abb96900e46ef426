/*
 * From options to a session. TLS: required with a login and on the submission port (RFC 8314), else
 * opportunistic, as servers have it among themselves; none over a Unix socket.
 */
#define _POSIX_C_SOURCE 200809L

#include "session_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

#define PORT_SUBMISSION 587
#define MAX_TIMEOUT     86400L

bool session_number(const options *given, option_id id, const char *name, long least, long most,
                    long *number)
{
    const char *value = option_value(given, id);
    char *end;
    if (!value)
        return true;
    errno = 0;
    long taken = strtol(value, &end, 10);
    bool digits = (value[0] >= '0' && value[0] <= '9') || (value[0] == '-' && least < 0);
    if (!digits || *end != '\0' || errno != 0 || taken < least || taken > most) {
        complain("%s is a number from %ld to %ld, not '%s'", name, least, most, value);
        return false;
    }
    *number = taken;
    return true;
}

/* --- TLS ------------------------------------------------------------------------------------ */

typedef struct choice {
    const char *word;
    int value;
} choice;

/* Returns false where a value is none of the choices, which has been said. */
static bool choose(const options *given, option_id id, const char *expected, const choice *from,
                   size_t count, int *taken)
{
    const char *value = option_value(given, id);
    if (!value)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(from[i].word, value) == 0) {
            *taken = from[i].value;
            return true;
        }
    }
    complain("%s, not '%s'", expected, value);
    return false;
}

static bool choose_tls(session_setup *setup, const options *given)
{
    static const choice ways[] = {{"required", SST_CLIENT_TLS_REQUIRED},
                                  {"opportunistic", SST_CLIENT_TLS_OPPORTUNISTIC},
                                  {"off", SST_CLIENT_TLS_OFF}};
    bool login = setup->login.user != NULL;
    int way = SST_CLIENT_TLS_OPPORTUNISTIC;
    if (setup->url.path)
        way = SST_CLIENT_TLS_OFF;
    else if (login || setup->url.port == PORT_SUBMISSION)
        way = SST_CLIENT_TLS_REQUIRED;
    if (!choose(given, OPTION_TLS, "--tls is required, opportunistic or off", ways,
                sizeof ways / sizeof ways[0], &way))
        return false;
    if (setup->url.implicit_tls && way == SST_CLIENT_TLS_OFF) {
        complain("--tls off does not go with this server: its port has TLS from the first byte");
        return false;
    }
    setup->client.tls = setup->url.implicit_tls ? SST_CLIENT_TLS_IMPLICIT : (sst_client_tls)way;
    return true;
}

static bool is_directory(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static int make_tls(session_setup *setup, const options *given)
{
    static const choice versions[] = {{"1.2", SST_TLS_1_2}, {"1.3", SST_TLS_1_3}};
    const char *ca = option_value(given, OPTION_CA);
    int version = SST_TLS_1_2;
    if (!choose(given, OPTION_TLS_MIN, "--tls-min is 1.2 or 1.3", versions,
                sizeof versions / sizeof versions[0], &version))
        return STATUS_USAGE;
    if (given->flags[OPTION_KEY] && !given->flags[OPTION_CERT]) {
        complain("--key is of no use without --cert");
        return STATUS_USAGE;
    }
    sst_tls_options how = {.size = sizeof how};
    how.minimum = (sst_tls_version)version;
    if (ca && is_directory(ca))
        how.ca_directory = ca;
    else
        how.ca_file = ca;
    how.certificate_file = option_value(given, OPTION_CERT);
    how.key_file = option_value(given, OPTION_KEY);
    how.no_verify = given->flags[OPTION_TLS_NO_VERIFY];
    if (sst_tls_new(&how, &setup->tls) != SST_OK)
        end_without_memory();
    const char *problem = sst_tls_problem(setup->tls);
    if (!problem)
        return STATUS_DONE;
    complain("%s", problem);
    return STATUS_IO;
}

/* --- who -------------------------------------------------------------------------------------- */

/* The name of this machine, where it could be one in DNS. */
static void name_this_machine(session_setup *setup, const options *given)
{
    const char *asked = option_value(given, OPTION_EHLO);
    if (asked) {
        setup->client.name = asked;
        return;
    }
    bool have = gethostname(setup->name, sizeof setup->name) == 0;
    setup->name[sizeof setup->name - 1] = '\0';
    if (!have ||
        strspn(setup->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789-.") != strlen(setup->name) ||
        setup->name[0] == '\0')
        strcpy(setup->name, "localhost");
    setup->client.name = setup->name;
}

static bool is_token_mechanism(const char *mechanism)
{
    return mechanism &&
           (strcmp(mechanism, "XOAUTH2") == 0 || strcmp(mechanism, "OAUTHBEARER") == 0);
}

static bool set_credentials(session_setup *setup, const options *given)
{
    const char *mechanism = option_value(given, OPTION_AUTH);
    sst_credentials *with = &setup->credentials;
    if (!setup->login.user && !mechanism) {
        if (option_value(given, OPTION_AUTH_AS))
            complain("--auth-as needs a login: --user, or --netrc");
        return !option_value(given, OPTION_AUTH_AS);
    }
    if (!setup->login.user && strcmp(mechanism, "EXTERNAL") != 0) {
        complain("--auth %s needs --user, or --netrc", mechanism);
        return false;
    }
    if (setup->login.user && !setup->login.secret && !option_value(given, OPTION_CERT)) {
        complain("--user needs a password: --password-file, --password-env or --netrc; or a "
                 "certificate: --cert");
        return false;
    }
    with->user = setup->login.user;
    with->mechanism = mechanism;
    with->authorize_as = option_value(given, OPTION_AUTH_AS);
    with->allow_clear = given->flags[OPTION_AUTH_CLEAR];
    if (is_token_mechanism(mechanism))
        with->token = setup->login.secret;
    else
        with->password = setup->login.secret;
    setup->net.credentials = with;
    return true;
}

/* --- how long, and the transcript --------------------------------------------------------------
 */

static bool set_times(session_setup *setup, const options *given)
{
    long seconds = 0;
    if (!session_number(given, OPTION_TIMEOUT, "--timeout", 1, MAX_TIMEOUT, &seconds))
        return false;
    uint32_t milliseconds = (uint32_t)seconds * 1000;
    for (size_t i = 0; i < SST_CLIENT_TIMEOUT_COUNT; i++)
        setup->client.timeouts[i] = milliseconds;
    setup->net.connect_ms = milliseconds;
    setup->net.resolve_ms = milliseconds;
    return true;
}

static int write_transcript(void *context, const char *data, size_t len)
{
    FILE *into = context;
    return fwrite(data, 1, len, into) == len ? 0 : 1;
}

/* Only its owner may read it: it has the words of mails and of servers. */
static int open_transcript(session_setup *setup, const options *given)
{
    const char *name = option_value(given, OPTION_TRANSCRIPT);
    const sst_sink sink = {write_transcript, NULL};
    if (!name)
        return STATUS_DONE;
    if (strcmp(name, "-") == 0) {
        setup->transcript = stderr;
    } else {
        int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
        setup->transcript = file >= 0 ? fdopen(file, "w") : NULL;
        if (!setup->transcript) {
            complain("%s: %s", name, strerror(errno));
            return STATUS_IO;
        }
    }
    setup->transcript_sink = sink;
    setup->transcript_sink.context = setup->transcript;
    setup->client.transcript = true;
    return STATUS_DONE;
}

/* --- public --------------------------------------------------------------------------------- */

static bool set_server(session_setup *setup, const options *given, const char *address,
                       uint16_t default_port)
{
    if (!server_url_read(address, default_port, &setup->url))
        return false;
    if (given->flags[OPTION_IPV4] && given->flags[OPTION_IPV6]) {
        complain("--ipv4 and --ipv6 leave no address to try");
        return false;
    }
    setup->net.family = given->flags[OPTION_IPV4]   ? SST_NET_IPV4
                        : given->flags[OPTION_IPV6] ? SST_NET_IPV6
                                                    : SST_NET_ANY;
    setup->net.host = setup->url.host;
    setup->net.unix_path = setup->url.path;
    setup->net.port = setup->url.port;
    setup->client.lmtp = setup->url.lmtp || given->flags[OPTION_LMTP];
    setup->client.no_pipelining = given->flags[OPTION_NO_PIPELINING];
    setup->net.tls_name = option_value(given, OPTION_TLS_NAME);
    return true;
}

int session_setup_read(session_setup *setup, const options *given, const char *address,
                       uint16_t default_port)
{
    memset(setup, 0, sizeof *setup);
    setup->client.size = sizeof setup->client;
    setup->net.size = sizeof setup->net;
    setup->net.client = &setup->client;
    if (!set_server(setup, given, address, default_port))
        return STATUS_USAGE;
    const char *host = setup->url.host ? setup->url.host : "localhost";
    int status = credentials_read(given, host, setup->url.user, &setup->login);
    if (status != STATUS_DONE)
        return status;
    name_this_machine(setup, given);
    if (!choose_tls(setup, given) || !set_credentials(setup, given) || !set_times(setup, given))
        return STATUS_USAGE;
    status = make_tls(setup, given);
    setup->net.tls = setup->tls;
    return status == STATUS_DONE ? open_transcript(setup, given) : status;
}

bool session_setup_free(session_setup *setup)
{
    bool written = true;
    if (setup->transcript && setup->transcript != stderr) {
        written = ferror(setup->transcript) == 0;
        written = fclose(setup->transcript) == 0 && written;
        if (!written)
            complain("the transcript could not be written: %s", strerror(errno));
    }
    sst_tls_free(setup->tls);
    credentials_free(&setup->login);
    server_url_free(&setup->url);
    memset(setup, 0, sizeof *setup);
    return written;
}
