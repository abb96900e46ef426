/*
 * Dialogues as data: the files of tests/cases/client, read and run against a session.
 *
 * A file has cases, each of lines "WORD: VALUE"; "#" begins a comment. First what is to be done:
 *
 *     case: NAME
 *     options: lmtp tls=required|implicit|off|opportunistic auth no-pipelining transcript
 *     mail: SENDER RECIPIENT[;NOTIFY=n][;ORCPT=...] ... [--option[=value] ...]
 *     body: TEXT            a line of the message as it is, \r \n \0 \xNN \\ \s being bytes; the
 *                           message of every mail, "Subject: x\r\n\r\nHello\r\n" where there is
 * none do: VERB [ARGUMENT]   a single command auth: MECHANISM [INITIAL] | respond TEXT | cancel |
 * skip | give-up in turn, whenever it is the caller's turn; "" is an empty initial quit: show: KIND
 * ...        events to be compared; without it recipient and closed
 *
 * Then what happens, in order:
 *
 *     C: TEXT               the session sends this line; "C+:" the same without line end
 *     S: TEXT               the server sends this line; "S+:" without line end
 *     X: close|tls-ok|tls-fail|wait MS|error ID|mail ...|do ...|quit|quiet
 *     E: TEXT               an event; all of them, wherever they stand, are compared in order
 *
 * Each case is run with the server's lines, and the message, as whole as they stand, byte by byte,
 * and in pieces of three. The events must be the same.
 */
#ifndef TESTS_CLIENT_SCRIPT_H
#define TESTS_CLIENT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include <smtpstatus/client.h>

/* Runs every case of a file; returns how many there were. Prints what is wrong; *failed counts. */
size_t script_run(const char *path, size_t *failed);

/* An event as a line; returns its length. Without a buffer for it there is none. */
size_t script_show(const sst_client_event *event, char *to, size_t size);

/* Text with escapes to bytes; returns how many. */
size_t script_unescape(const char *text, char *to);

/* A mail as the cases write it. Spans live until the next call. */
bool script_read_mail(const char *text, sst_client_mail *mail);

/* Whether a reply with this code has come out of a session in any case up to now. */
bool script_has_seen(int code);

#endif
