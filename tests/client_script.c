/* Runs the dialogues of tests/cases/client against a session: see client_script.h. */
#include "client_script.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/code.h>
#include <smtpstatus/vocabulary.h>

#define MAX_LINES    400
#define MAX_EVENTS   400
#define MAX_TEXT     (1 << 17)
#define START_TIME   1000
#define DEFAULT_BODY "Subject: x\r\n\r\nHello\r\n"

/* A line of a case: its word, and what stands behind the colon. */
typedef struct line {
    char word[8];
    char *value;
    int number;
} line;

typedef struct run {
    const char *file;
    const char *name;
    line *lines;
    size_t count;
    size_t piece; /* how many bytes at a time; 0: as they stand */
    sst_client *client;
    uint64_t now;
    char body[MAX_TEXT];
    size_t body_len;
    size_t body_at;
    size_t auth; /* lines of auth that were used */
    char shown[256];
    char events[MAX_EVENTS][1024];
    size_t event_count;
    bool is_closed;
    bool failed;
} run;

/* Codes that came out of sessions, of all cases. */
#define CODES 1000
static bool seen[CODES];

bool script_has_seen(int code)
{
    return code >= 0 && code < CODES && seen[code];
}

static void complain(run *r, int number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("# %s:%d: %s (pieces of %zu): ", r->file, number, r->name, r->piece);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    r->failed = true;
}

static void put(char *to, size_t size, size_t *len, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(to + *len, size - *len, format, arguments);
    va_end(arguments);
    *len += more > 0 ? (size_t)more : 0;
    if (*len >= size)
        *len = size - 1;
}

static void put_text(char *to, size_t size, size_t *len, sst_span text)
{
    put(to, size, len, " \"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        put(to, size, len, byte < 0x20 || byte > 0x7E ? "\\x%02X" : "%c", byte);
    }
    put(to, size, len, "\"");
}

static const char *const kind_names[] = {"capabilities", "tls-wanted", "auth-wanted", "challenge",
                                         "auth-done",    "reply",      "need-body",   "recipient",
                                         "mail-done",    "ready",      "transcript",  "closed"};

static const char *const end_names[] = {
#define NAME(ident, words) #ident,
    SST_CLIENT_END_LIST(NAME)
#undef NAME
};

static const char *const refusal_names[] = {
#define NAME(ident, words) #ident,
    SST_CLIENT_REFUSAL_LIST(NAME)
#undef NAME
};

size_t script_show(const sst_client_event *e, char *to, size_t size)
{
    size_t len = 0;
    put(to, size, &len, "%s", kind_names[e->kind]);
    if (e->mail)
        put(to, size, &len, e->recipient == SST_CLIENT_NO_RECIPIENT ? " %u" : " %u.%zu",
            (unsigned)e->mail, e->recipient);
    if (e->kind == SST_CLIENT_RECIPIENT || e->kind == SST_CLIENT_AUTH_DONE)
        put(to, size, &len, " %s", sst_outcome_id(e->outcome));
    if (e->kind == SST_CLIENT_CLOSED)
        put(to, size, &len, " %s", end_names[e->end]);
    if (e->kind == SST_CLIENT_TRANSCRIPT)
        put(to, size, &len, e->from_server ? " S" : " C");
    if (e->command && e->kind != SST_CLIENT_CLOSED)
        put(to, size, &len, " %s", sst_command_id(e->command));
    if (e->reply) {
        char enhanced[SST_ENHANCED_STRING_MAX];
        sst_enhanced_to_string(e->reply->enhanced, enhanced, sizeof enhanced);
        put(to, size, &len, enhanced[0] ? " %d %s" : " %d", e->reply->code, enhanced);
    }
    if (e->local_error)
        put(to, size, &len, " %s", sst_local_error_id(e->local_error));
    if (e->refusal)
        put(to, size, &len, " %s", refusal_names[e->refusal]);
    if (e->stale)
        put(to, size, &len, " stale");
    if (e->start)
        put(to, size, &len, " start");
    for (uint32_t bit = 0; bit < 32; bit++) {
        if (e->dropped >> bit & 1)
            put(to, size, &len, " -%s", sst_extension_keyword((sst_extension)(1u << bit)));
    }
    bool has_text = e->kind == SST_CLIENT_CHALLENGE || e->kind == SST_CLIENT_TRANSCRIPT ||
                    (e->kind == SST_CLIENT_RECIPIENT && e->reply) ||
                    (e->kind == SST_CLIENT_CLOSED && e->text.len > 0);
    sst_span text = e->text;
    if (e->kind == SST_CLIENT_CLOSED && text.len > 1)
        text.len = 1; /* of what answers nothing: how much of it came depends on the pieces */
    if (has_text)
        put_text(to, size, &len, text);
    return len;
}

/* What is to be done. */

static void queue_mail(run *r, int number, const char *text)
{
    sst_client_mail mail;
    if (!script_read_mail(text, &mail)) {
        complain(r, number, "this is no mail: %s", text);
        return;
    }
    int error = sst_client_mail_queue(r->client, &mail, NULL, NULL);
    if (error == SST_E_CLOSED)
        snprintf(r->events[r->event_count++], 64, "too-late");
    else if (error != SST_OK)
        snprintf(r->events[r->event_count++], 64, "invalid");
}

static void queue_command(run *r, int number, const char *text)
{
    char verb[16];
    size_t len = strcspn(text, " ");
    sst_command command;
    snprintf(verb, sizeof verb, "%.*s", (int)len, text);
    sst_span argument = {text[len] ? text + len + 1 : NULL, 0};
    char bytes[2048];
    if (argument.ptr) {
        argument.len = script_unescape(argument.ptr, bytes);
        argument.ptr = bytes;
    }
    if (!sst_command_parse(verb, strlen(verb), &command))
        complain(r, number, "no such command: %s", verb);
    if (sst_client_command(r->client, command, argument) != SST_OK)
        snprintf(r->events[r->event_count++], 64, "invalid");
}

static void answer_auth(run *r)
{
    size_t passed = 0;
    for (size_t i = 0; i < r->count; i++) {
        char bytes[16384];
        const char *value = r->lines[i].value;
        if (strcmp(r->lines[i].word, "auth") != 0 || passed++ != r->auth)
            continue;
        r->auth++;
        const char *rest = strchr(value, ' ');
        sst_span text = {rest ? bytes : NULL, rest ? script_unescape(rest + 1, bytes) : 0};
        if (text.len == 2 && memcmp(bytes, "\"\"", 2) == 0)
            text.len = 0;
        if (strncmp(value, "respond", 7) == 0) {
            text.ptr = bytes;
            (void)sst_client_auth_respond(r->client, text);
        } else if (strcmp(value, "cancel") == 0) {
            (void)sst_client_auth_cancel(r->client);
        } else if (strcmp(value, "skip") == 0) {
            (void)sst_client_auth_skip(r->client);
        } else if (strcmp(value, "give-up") == 0) {
            (void)sst_client_auth_give_up(r->client);
        } else {
            char mechanism[64];
            snprintf(mechanism, sizeof mechanism, "%.*s", (int)strcspn(value, " "), value);
            if (sst_client_auth(r->client, mechanism, text) != SST_OK)
                complain(r, r->lines[i].number, "AUTH was refused");
        }
        return;
    }
    (void)sst_client_auth_give_up(r->client);
}

static void give_body(run *r, const sst_client_event *event)
{
    if (event->start)
        r->body_at = 0;
    while (r->body_at <= r->body_len) {
        size_t rest = r->body_len - r->body_at;
        size_t len = r->piece > 0 && r->piece < rest ? r->piece : rest;
        ptrdiff_t taken = sst_client_body(r->client, r->body + r->body_at, len, len == rest);
        if (taken < 0)
            return;
        r->body_at += (size_t)taken;
        if ((size_t)taken == rest) {
            r->body_at = r->body_len + 1;
            return;
        }
        if ((size_t)taken < len)
            return;
    }
}

static void pull(run *r)
{
    sst_client_event event;
    while (sst_client_next(r->client, &event)) {
        char text[1024];
        (void)script_show(&event, text, sizeof text);
        if (event.reply && event.reply->code < CODES)
            seen[event.reply->code] = true;
        if (r->is_closed)
            complain(r, 0, "an event after CLOSED: %s", text);
        if (strstr(r->shown, kind_names[event.kind]) && r->event_count < MAX_EVENTS)
            strcpy(r->events[r->event_count++], text);
        switch (event.kind) {
        case SST_CLIENT_AUTH_WANTED:
        case SST_CLIENT_CHALLENGE:
            answer_auth(r);
            break;
        case SST_CLIENT_AUTH_DONE:
            if (event.outcome != SST_OUTCOME_ACCEPTED)
                answer_auth(r);
            break;
        case SST_CLIENT_NEED_BODY:
            give_body(r, &event);
            break;
        case SST_CLIENT_CLOSED:
            r->is_closed = true;
            break;
        default:
            break;
        }
    }
}

/* What happens. */

static void serve(run *r, const char *bytes, size_t len)
{
    size_t step = r->piece > 0 ? r->piece : len;
    for (size_t at = 0; at < len; at += step) {
        size_t have = len - at < step ? len - at : step;
        char *copy = malloc(have); /* its exact size: a sanitizer sees a byte read beyond it */
        memcpy(copy, bytes + at, have);
        sst_client_receive(r->client, copy, have, r->now);
        free(copy);
        pull(r);
    }
}

static void expect_output(run *r, const line *l, const char *bytes, size_t len)
{
    const char *data;
    size_t have = sst_client_output(r->client, &data);
    size_t step = r->piece > 0 ? r->piece : len;
    if (have < len || memcmp(data, bytes, len) != 0) {
        complain(r, l->number, "expected %s, got \"%.*s\"", l->value,
                 (int)(have < 300 ? have : 300), have > 0 ? data : "");
        return;
    }
    for (size_t at = 0; at < len; at += step)
        sst_client_sent(r->client, len - at < step ? len - at : step, r->now);
    pull(r);
}

static void act(run *r, const line *l)
{
    const char *value = l->value;
    if (strcmp(value, "close") == 0) {
        sst_client_closed(r->client, SST_LOCAL_ERROR_NONE, r->now);
    } else if (strcmp(value, "tls-ok") == 0) {
        sst_client_tls_started(r->client, true, r->now);
    } else if (strcmp(value, "tls-fail") == 0) {
        sst_client_tls_started(r->client, false, r->now);
    } else if (strncmp(value, "wait ", 5) == 0) {
        r->now += strtoull(value + 5, NULL, 10);
        sst_client_tick(r->client, r->now);
    } else if (strncmp(value, "error ", 6) == 0) {
        for (int i = 0; i <= SST_LOCAL_ERROR_LOCAL; i++) {
            if (strcmp(sst_local_error_id((sst_local_error)i), value + 6) == 0)
                sst_client_closed(r->client, (sst_local_error)i, r->now);
        }
    } else if (strncmp(value, "mail ", 5) == 0) {
        queue_mail(r, l->number, value + 5);
    } else if (strncmp(value, "do ", 3) == 0) {
        queue_command(r, l->number, value + 3);
    } else if (strcmp(value, "quit") == 0) {
        sst_client_quit(r->client);
    } else if (strcmp(value, "quiet") == 0) {
        const char *data;
        if (sst_client_output(r->client, &data) > 0)
            complain(r, l->number, "something is sent");
    } else {
        complain(r, l->number, "what is %s?", value);
    }
    pull(r);
}

static void check_events(run *r)
{
    size_t at = 0;
    for (size_t i = 0; i < r->count && !r->failed; i++) {
        if (strcmp(r->lines[i].word, "E") != 0)
            continue;
        const char *got = at < r->event_count ? r->events[at] : "nothing";
        at++;
        if (strcmp(got, r->lines[i].value) != 0)
            complain(r, r->lines[i].number, "expected %s\n#   got %s", r->lines[i].value, got);
    }
    for (; at < r->event_count && !r->failed; at++)
        complain(r, 0, "and more: %s", r->events[at]);
}

static bool has(const char *options, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(options, word); at; at = strstr(at + 1, word)) {
        if ((at == options || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    }
    return false;
}

static void make_client(run *r, const char *words)
{
    sst_client_options options = {.size = sizeof options, .name = "client.example.org"};
    options.lmtp = has(words, "lmtp");
    options.authenticate = has(words, "auth");
    options.no_pipelining = has(words, "no-pipelining");
    options.transcript = has(words, "transcript");
    options.tls = has(words, "tls=required")        ? SST_CLIENT_TLS_REQUIRED
                  : has(words, "tls=implicit")      ? SST_CLIENT_TLS_IMPLICIT
                  : has(words, "tls=opportunistic") ? SST_CLIENT_TLS_OPPORTUNISTIC
                                                    : SST_CLIENT_TLS_OFF;
    if (sst_client_new(&options, &r->client) != SST_OK)
        abort();
}

static void prepare(run *r)
{
    const char *options = "";
    bool has_body = false;
    strcpy(r->shown, "recipient closed");
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->lines[i].word, "options") == 0)
            options = r->lines[i].value;
    }
    make_client(r, options);
    for (size_t i = 0; i < r->count; i++) {
        const line *l = &r->lines[i];
        if (strcmp(l->word, "mail") == 0) {
            queue_mail(r, l->number, l->value);
        } else if (strcmp(l->word, "do") == 0) {
            queue_command(r, l->number, l->value);
        } else if (strcmp(l->word, "quit") == 0) {
            sst_client_quit(r->client);
        } else if (strcmp(l->word, "show") == 0) {
            snprintf(r->shown, sizeof r->shown, "%s", l->value);
        } else if (strcmp(l->word, "body") == 0) {
            r->body_len += script_unescape(l->value, r->body + r->body_len);
            has_body = true;
        }
    }
    if (!has_body)
        r->body_len = script_unescape(DEFAULT_BODY, r->body);
}

/* Lines of the server that stand together come together. */
static size_t gather(const run *r, size_t first, char *bytes, size_t *len)
{
    size_t i = first;
    *len = 0;
    for (; i < r->count && r->lines[i].word[0] == 'S' && strcmp(r->lines[i].word, "show"); i++) {
        *len += script_unescape(r->lines[i].value, bytes + *len);
        if (strcmp(r->lines[i].word, "S") == 0) {
            memcpy(bytes + *len, "\r\n", 2);
            *len += 2;
        }
    }
    return i;
}

static void play(run *r)
{
    static char bytes[MAX_TEXT];
    bool is_connected = false;
    for (size_t i = 0; i < r->count && !r->failed; i++) {
        const line *l = &r->lines[i];
        size_t len;
        if (!strchr("CSX", l->word[0]) || strlen(l->word) > 2)
            continue;
        if (!is_connected && l->word[0] == 'S') {
            sst_client_connected(r->client, r->now);
            is_connected = true;
        }
        if (l->word[0] == 'S') {
            i = gather(r, i, bytes, &len) - 1;
            serve(r, bytes, len);
        } else if (l->word[0] == 'C') {
            len = script_unescape(l->value, bytes);
            if (l->word[1] != '+') {
                memcpy(bytes + len, "\r\n", 2);
                len += 2;
            }
            expect_output(r, l, bytes, len);
        } else {
            act(r, l);
        }
    }
    const char *rest;
    size_t waiting = sst_client_output(r->client, &rest);
    if (!r->failed && waiting > 0)
        complain(r, 0, "the session also sends \"%.*s\"", (int)waiting, rest);
}

static bool run_case(const char *file, line *lines, size_t count, size_t piece)
{
    run *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    r->file = file;
    r->name = lines[0].value;
    r->lines = lines;
    r->count = count;
    r->piece = piece;
    r->now = START_TIME;
    prepare(r);
    play(r);
    if (!r->failed)
        check_events(r);
    sst_client_free(r->client);
    bool good = !r->failed;
    free(r);
    return good;
}

/* The file. */

static bool read_line(char *text, line *to, int number)
{
    size_t len = strcspn(text, "\n");
    text[len] = '\0';
    if (text[0] == '#' || text[0] == '\0')
        return false;
    char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof to->word) {
        printf("# line %d is none of a case: %s\n", number, text);
        return false;
    }
    memset(to->word, 0, sizeof to->word);
    memcpy(to->word, text, (size_t)(colon - text));
    to->value = colon + 1 + (colon[1] == ' ');
    to->number = number;
    return true;
}

static bool run_pieces(const char *path, line *lines, size_t count)
{
    return run_case(path, lines, count, 0) && run_case(path, lines, count, 1) &&
           run_case(path, lines, count, 3);
}

size_t script_run(const char *path, size_t *failed)
{
    static line lines[MAX_LINES];
    static char texts[MAX_LINES][4096];
    FILE *file = fopen(path, "rb");
    size_t cases = 0;
    size_t count = 0;
    int number = 0;
    bool more = true;
    *failed = 0;
    if (!file) {
        printf("# %s cannot be read\n", path);
        *failed = 1;
        return 0;
    }
    while (more && count < MAX_LINES) {
        more = fgets(texts[count], sizeof texts[count], file) != NULL;
        bool is_line = more && read_line(texts[count], &lines[count], ++number);
        bool begins = is_line && strcmp(lines[count].word, "case") == 0;
        if (count > 0 && (begins || !more)) {
            cases++;
            *failed += !run_pieces(path, lines, count);
        }
        if (begins && count > 0) {
            lines[0] = lines[count];
            ptrdiff_t shift = lines[0].value - texts[count];
            memcpy(texts[0], texts[count], sizeof texts[0]);
            lines[0].value = texts[0] + shift;
            count = 1;
        } else if (is_line) {
            count++;
        }
    }
    fclose(file);
    return cases;
}
