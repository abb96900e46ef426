/* The small server that knows the truth: see client_model.h. */
#include "client_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(model_server *s, const char *text)
{
    size_t len = strlen(text);
    if (s->out_len + len > sizeof s->out)
        abort();
    memcpy(s->out + s->out_len, text, len);
    s->out_len += len;
}

static void say_code(model_server *s, int code)
{
    char text[64];
    snprintf(text, sizeof text, "%d-said in\r\n%d two lines\r\n", code, code);
    say(s, text);
}

static void settle(model_server *s, size_t recipient, int code)
{
    model_fate *fate = &s->mail[s->mails - 1].fate[recipient];
    fate->code = code;
    fate->told_at = s->out_len;
}

/* What is last before a mail may come. */
static void opened(model_server *s)
{
    s->opened_at = s->out_len;
}

static void hello(model_server *s)
{
    say(s, "250-mx.example.com\r\n250-PIPELINING\r\n");
    if (s->manner.chunking)
        say(s, "250-CHUNKING\r\n");
    if (s->manner.starttls && !s->under_tls)
        say(s, "250-STARTTLS\r\n");
    say(s, s->manner.auth ? "250 AUTH PLAIN\r\n" : "250 HELP\r\n");
    if (!s->manner.auth && (s->under_tls || !s->manner.starttls))
        opened(s);
}

static void mail(model_server *s, size_t at)
{
    model_mail *m = &s->mail[s->mails++];
    m->begins_at = at;
    m->ends_at = MODEL_NEVER;
    m->count = 0;
    s->chunks = 0;
    say(s, "250 2.1.0 Ok\r\n");
}

static void rcpt(model_server *s)
{
    model_mail *m = &s->mail[s->mails - 1];
    size_t at = m->count++;
    int code = s->manner.rcpt[at];
    say_code(s, code);
    m->is_taken[at] = code < 300;
    m->fate[at].told_at = MODEL_NEVER;
    if (code >= 300)
        settle(s, at, code);
}

static void end_of_message(model_server *s)
{
    model_mail *m = &s->mail[s->mails - 1];
    if (!s->manner.lmtp)
        say_code(s, s->manner.end[0]);
    for (size_t i = 0; i < m->count; i++) {
        if (!m->is_taken[i])
            continue;
        if (s->manner.lmtp)
            say_code(s, s->manner.end[i]);
        settle(s, i, s->manner.end[s->manner.lmtp ? i : 0]);
    }
}

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static void command(model_server *s, const char *line, size_t at)
{
    if (begins(line, "EHLO ") || begins(line, "LHLO ")) {
        hello(s);
    } else if (begins(line, "STARTTLS")) {
        say(s, "220 go\r\n");
        s->handshake = true;
        s->under_tls = true;
    } else if (begins(line, "AUTH ")) {
        say(s, "235 2.7.0 welcome\r\n");
        opened(s);
    } else if (begins(line, "MAIL FROM:")) {
        mail(s, at);
    } else if (begins(line, "RCPT TO:")) {
        rcpt(s);
    } else if (begins(line, "DATA")) {
        say(s, "354 go\r\n");
        s->in_data = true;
        s->dots = 0;
    } else if (begins(line, "BDAT ")) {
        s->in_chunk = strtoul(line + 5, NULL, 10);
        s->chunk_is_last = strstr(line, "LAST") != NULL;
        s->chunks++;
    } else if (begins(line, "QUIT")) {
        say(s, "221 Bye\r\n");
    } else {
        say(s, "500 what?\r\n");
    }
}

static void take_line(model_server *s, size_t end)
{
    char line[1024] = "";
    size_t at = s->line_at;
    size_t len = end - at;
    if (len >= sizeof line)
        abort();
    memcpy(line, s->in + at, len);
    s->line_at = end + 2;
    if (!s->in_data) {
        command(s, line, at);
    } else if (strcmp(line, ".") == 0) {
        s->in_data = false;
        end_of_message(s);
    }
}

/* Where the dot begins must be known though its line may never be whole. */
static void note_dot(model_server *s)
{
    bool is_first = s->in_len - s->line_at == 1;
    if (!s->in_data || !is_first || s->in[s->line_at] != '.')
        return;
    if (s->dots++ == s->manner.dots)
        s->mail[s->mails - 1].ends_at = s->line_at;
}

static void note_last_chunk(model_server *s)
{
    const char *line = s->in + s->line_at;
    size_t len = s->in_len - s->line_at;
    bool is_last = s->chunks == s->manner.chunks;
    if (s->mails > 0 && !s->in_data && is_last && len > 0 && line[0] == 'B')
        s->mail[s->mails - 1].ends_at = s->line_at;
}

void model_begin(model_server *server, const model_manner *manner)
{
    memset(server, 0, offsetof(model_server, in));
    server->manner = *manner;
    server->opened_at = MODEL_NEVER;
    say(server, "220 mx.example.com ready\r\n");
}

static void take_byte(model_server *s)
{
    size_t len = s->in_len;
    if (s->in_chunk > 0) {
        s->line_at++;
        if (--s->in_chunk > 0)
            return;
        if (s->chunk_is_last)
            end_of_message(s);
        else
            say(s, "250 more\r\n");
        return;
    }
    note_dot(s);
    note_last_chunk(s);
    if (len - s->line_at >= 2 && memcmp(s->in + len - 2, "\r\n", 2) == 0)
        take_line(s, len - 2);
}

void model_receive(model_server *server, const char *bytes, size_t len)
{
    if (server->in_len + len > sizeof server->in)
        abort();
    for (size_t i = 0; i < len; i++) {
        server->in[server->in_len++] = bytes[i];
        take_byte(server);
    }
}
