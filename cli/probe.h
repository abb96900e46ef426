/*
 * What probe shows to people: gathered while the session runs, written when it is over.
 */
#ifndef PROBE_H
#define PROBE_H

#include "arena.h"
#include "digest.h"
#include "session_setup.h"

/* A reply, kept. */
typedef struct probe_reply {
    sst_record record;
    sst_span whole; /* all its lines */
} probe_reply;

typedef struct probe_page {
    const char *language;
    const char *server; /* as it was asked for */
    sst_span sender;
    arena memory;
    probe_reply *replies;
    size_t reply_count;
    sst_span offers; /* the lines of the last answer to EHLO behind its first one */
    sst_span auth;   /* the mechanisms in it */
    digest recipients;
    size_t recipient_count;
} probe_page;

void probe_page_init(probe_page *page, const char *language, const char *server);
void probe_page_free(probe_page *page);

void probe_page_reply(probe_page *page, const sst_reply *reply, const sst_record *record);
void probe_page_capabilities(probe_page *page, const sst_capabilities *offered);
void probe_page_recipient(probe_page *page, const sst_record *record);

/* harmless: a mail was begun, so that it is worth a word that nothing was delivered. */
void probe_page_write(probe_page *page, const sst_net *net, output *out, bool harmless);

#endif
