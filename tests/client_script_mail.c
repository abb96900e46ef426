/*
 * The mails of the dialogues in tests/cases/client: a line of words, and what it asks for. What it
 * means stands in client_script.h.
 */
#include "client_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RECIPIENTS 300
#define MAX_WORDS      (MAX_RECIPIENTS + 20)

size_t script_unescape(const char *text, char *to)
{
    size_t len = 0;
    for (; *text; text++) {
        if (*text != '\\') {
            to[len++] = *text;
            continue;
        }
        text++;
        if (*text == 'x') {
            char digits[3] = {text[1], text[2], 0};
            to[len++] = (char)strtol(digits, NULL, 16);
            text += 2;
        } else {
            const char *at = strchr("r\rn\ns \\\\0", *text);
            to[len++] = *text == '0' ? '\0' : at ? at[1] : *text;
        }
    }
    return len;
}

/* Bytes of a text with escapes, until the next mail is queued. */
static char pool[1 << 16];
static size_t pool_len;

static sst_span span_of_text(const char *text)
{
    if (pool_len + strlen(text) > sizeof pool)
        abort();
    sst_span span = {pool + pool_len, script_unescape(text, pool + pool_len)};
    pool_len += span.len;
    return span;
}

typedef struct mail_option {
    const char *name;
    void (*set)(sst_client_mail *mail, const char *value);
} mail_option;

static void set_size(sst_client_mail *mail, const char *value)
{
    mail->message_size = strtoull(value, NULL, 10);
}

static void set_body(sst_client_mail *mail, const char *value)
{
    mail->body = strcmp(value, "7BIT") == 0       ? SST_CLIENT_BODY_7BIT
                 : strcmp(value, "8BITMIME") == 0 ? SST_CLIENT_BODY_8BITMIME
                                                  : SST_CLIENT_BODY_BINARYMIME;
}

static void set_smtputf8(sst_client_mail *mail, const char *value)
{
    (void)value;
    mail->smtputf8 = true;
}

static void set_chunking(sst_client_mail *mail, const char *value)
{
    (void)value;
    mail->chunking = true;
}

static void set_requiretls(sst_client_mail *mail, const char *value)
{
    (void)value;
    mail->requiretls = true;
}

static void set_prdr(sst_client_mail *mail, const char *value)
{
    (void)value;
    mail->prdr = true;
}

static void set_again(sst_client_mail *mail, const char *value)
{
    (void)value;
    mail->body_again = true;
}

static void set_ret(sst_client_mail *mail, const char *value)
{
    mail->ret = strcmp(value, "FULL") == 0 ? SST_CLIENT_RET_FULL : SST_CLIENT_RET_HDRS;
}

static void set_envid(sst_client_mail *mail, const char *value)
{
    mail->envid = span_of_text(value);
}

static void set_auth(sst_client_mail *mail, const char *value)
{
    mail->auth = span_of_text(value);
}

static void set_by(sst_client_mail *mail, const char *value)
{
    char *rest;
    mail->deliver_by = (int32_t)strtol(value, &rest, 10);
    mail->deliver_by_mode = *rest == ';' ? rest[1] : 0;
    mail->deliver_by_trace = *rest == ';' && rest[2] == 'T';
}

static void set_hold_for(sst_client_mail *mail, const char *value)
{
    mail->hold_for = (uint32_t)strtoul(value, NULL, 10);
}

static void set_hold_until(sst_client_mail *mail, const char *value)
{
    mail->hold_until = span_of_text(value);
}

static void set_priority(sst_client_mail *mail, const char *value)
{
    mail->has_priority = true;
    mail->priority = atoi(value);
}

static void set_stop(sst_client_mail *mail, const char *value)
{
    mail->stop =
        strcmp(value, "MAIL") == 0 ? SST_CLIENT_STOP_AFTER_MAIL : SST_CLIENT_STOP_AFTER_RCPT;
}

static void set_required(sst_client_mail *mail, const char *value)
{
    for (uint32_t bit = 0; bit < SST_EXTENSION_COUNT; bit++) {
        if (strcmp(sst_extension_keyword((sst_extension)(1u << bit)), value) == 0)
            mail->required |= 1u << bit;
    }
}

static const mail_option mail_options[] = {
    {"size", set_size},
    {"body", set_body},
    {"smtputf8", set_smtputf8},
    {"chunking", set_chunking},
    {"prdr", set_prdr},
    {"requiretls", set_requiretls},
    {"again", set_again},
    {"ret", set_ret},
    {"envid", set_envid},
    {"auth", set_auth},
    {"by", set_by},
    {"hold-for", set_hold_for},
    {"stop", set_stop},
    {"hold-until", set_hold_until},
    {"priority", set_priority},
    {"required", set_required},
};

static bool take_option(sst_client_mail *mail, char *word)
{
    char *value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    for (size_t i = 0; i < sizeof mail_options / sizeof *mail_options; i++) {
        if (strcmp(mail_options[i].name, word) == 0) {
            mail_options[i].set(mail, value ? value : "");
            return true;
        }
    }
    return false;
}

static void take_recipient(sst_client_recipient *recipient, char *word)
{
    memset(recipient, 0, sizeof *recipient);
    char *next = strchr(word, ';');
    if (next)
        *next++ = '\0';
    recipient->address = span_of_text(word);
    while (next) {
        char *at = next;
        next = strchr(at, ';');
        if (next)
            *next++ = '\0';
        if (strncmp(at, "NOTIFY=", 7) == 0)
            recipient->notify = (uint32_t)atoi(at + 7);
        else if (strncmp(at, "ORCPT=", 6) == 0)
            recipient->orcpt = span_of_text(at + 6);
    }
}

/* The words of a line, at blanks; \s is a blank inside one. They keep their escapes. */
static size_t split(char *text, char **words, size_t most)
{
    size_t count = 0;
    for (char *word = strtok(text, " "); word && count < most; word = strtok(NULL, " "))
        words[count++] = word;
    return count;
}

bool script_read_mail(const char *text, sst_client_mail *mail)
{
    static sst_client_recipient recipients[MAX_RECIPIENTS];
    static char copy[8192];
    char *words[MAX_WORDS];
    bool good = true;
    memset(mail, 0, sizeof *mail);
    mail->size = sizeof *mail;
    mail->recipients = recipients;
    snprintf(copy, sizeof copy, "%s", text);
    pool_len = 0;
    size_t count = split(copy, words, MAX_WORDS);
    for (size_t i = 0; i < count && good; i++) {
        if (i == 0)
            mail->sender = span_of_text(strcmp(words[0], "<>") == 0 ? "" : words[0]);
        else if (strncmp(words[i], "--", 2) == 0)
            good = take_option(mail, words[i] + 2);
        else if (mail->recipient_count < MAX_RECIPIENTS)
            take_recipient(&recipients[mail->recipient_count++], words[i]);
    }
    return good;
}
