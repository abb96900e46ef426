/*
 * Events, and what became of each recipient: the outcome that a reply gives (RFC 5321 4.2.1, by the
 * first digit, so that codes unknown mean something), and the events on their way to the caller.
 * A reply that decides over many recipients is reported one recipient an event, from where it lies.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/ascii.h"
#include "client/session.h"

static const char *const outcome_ids[] = {
#define ID(ident, id) id,
    SST_OUTCOME_LIST(ID)
#undef ID
};

const char *sst_outcome_id(sst_outcome outcome)
{
    return (size_t)outcome < sizeof outcome_ids / sizeof *outcome_ids ? outcome_ids[outcome] : "";
}

static const char *const refusal_texts[] = {
#define TEXT(ident, words) words,
    SST_CLIENT_REFUSAL_LIST(TEXT)
#undef TEXT
};

const char *sst_client_refusal_text(sst_client_refusal refusal)
{
    size_t count = sizeof refusal_texts / sizeof *refusal_texts;
    return (size_t)refusal < count ? refusal_texts[refusal] : "";
}

static const char *const end_texts[] = {
#define TEXT(ident, words) words,
    SST_CLIENT_END_LIST(TEXT)
#undef TEXT
};

const char *sst_client_end_text(sst_client_end end)
{
    return (size_t)end < sizeof end_texts / sizeof *end_texts ? end_texts[end] : "";
}

session_event *sst_report_push(sst_client *c, sst_client_event_kind kind)
{
    session_event *event = &c->events[(c->event_first + c->event_count++) % SESSION_EVENTS];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    event->recipient = SST_CLIENT_NO_RECIPIENT;
    event->time = c->now;
    return event;
}

void sst_report_recipient(sst_client *c, const client_job *mail, size_t recipient,
                          session_cause cause)
{
    session_event *event = sst_report_push(c, SST_CLIENT_RECIPIENT);
    event->mail = mail->number;
    event->recipient = recipient;
    event->command = cause.command;
    event->cause = cause;
    event->dropped = mail->dropped;
}

session_walk *sst_report_walk(sst_client *c, client_job *mail, size_t begin, size_t end,
                              unsigned apply, session_cause cause)
{
    session_walk *walk = &c->walk;
    walk->mail = mail;
    walk->next = begin;
    walk->end = end;
    walk->beyond = end;
    walk->apply = apply;
    for (size_t i = 0; i < JOB_SETTLED; i++)
        walk->causes[i] = cause;
    return walk;
}

bool sst_report_walk_next(sst_client *c, sst_client_event *event)
{
    session_walk *walk = &c->walk;
    while (walk->mail && walk->next < walk->end) {
        size_t at = walk->next++;
        job_recipient *recipient = &walk->mail->recipients[at];
        unsigned state = at >= walk->beyond ? (unsigned)JOB_BEYOND : recipient->state;
        if (recipient->state == JOB_SETTLED || (walk->apply >> state & 1) == 0)
            continue;
        recipient->state = JOB_SETTLED;
        sst_report_recipient(c, walk->mail, at, walk->causes[state]);
        return sst_report_next(c, event);
    }
    walk->mail = NULL;
    return false;
}

/* What servers say of a limit on recipients in words, besides 5.5.3. */
static bool speaks_of_too_many(const sst_client *c)
{
    static const char *const phrases[] = {"too many", "number of recipients", "recipients limit",
                                          "recipient limit", "limit of recipients"};
    sst_span text = c->reply.whole;
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        size_t len = strlen(phrases[i]);
        for (size_t at = 0; at + len <= text.len; at++) {
            if (ascii_equal_fold(text.ptr + at, phrases[i], len))
                return true;
        }
    }
    return false;
}

/*
 * RFC 5321 4.5.3.1.10: RFC 821 had 552 for too many recipients, which is 452. A full mailbox is 552
 * to this day: only words, or the enhanced code, tell them apart.
 */
static bool is_too_many(const sst_client *c, sst_command command)
{
    sst_enhanced enhanced = c->reply.enhanced;
    if (c->reply.code != SST_CODE_EXCEEDED_STORAGE_ALLOCATION || command != SST_COMMAND_RCPT)
        return false;
    if (enhanced.status_class != 0 && enhanced.subject == 5 && enhanced.detail == 3)
        return true;
    return speaks_of_too_many(c);
}

session_cause sst_report_cause(const sst_client *c, sst_command command)
{
    static const sst_outcome by_digit[] = {SST_OUTCOME_DEFERRED, SST_OUTCOME_DEFERRED,
                                           SST_OUTCOME_ACCEPTED, SST_OUTCOME_DEFERRED,
                                           SST_OUTCOME_DEFERRED, SST_OUTCOME_REJECTED};
    session_cause cause = {by_digit[sst_code_class(c->reply.code)],
                           command,
                           SST_LOCAL_ERROR_NONE,
                           SST_CLIENT_REFUSAL_NONE,
                           true,
                           false};
    if (is_too_many(c, command))
        cause.outcome = SST_OUTCOME_DEFERRED;
    return cause;
}

session_cause sst_report_local(sst_outcome outcome, sst_command command, sst_local_error error)
{
    session_cause cause = {outcome, command, error, SST_CLIENT_REFUSAL_NONE, false, false};
    return cause;
}

char *sst_report_room(sst_client *c, size_t size)
{
    c->has_words = false;
    if (c->words_size < size) {
        char *words = sst_reallocate(c->allocator, c->words, size, 1);
        if (!words)
            return NULL;
        c->words = words;
        c->words_size = size;
    }
    return c->words;
}

/* The words of the current reply: where it has one line, as they lie there; else joined, once for
 * all recipients that it concerns. Without memory the first line stands for all. */
static sst_span words_of_reply(sst_client *c)
{
    sst_reply_line_iterator lines = {0};
    sst_reply_line line = {0};
    (void)sst_reply_next_line(&c->reply, &lines, &line);
    if (c->reply.lines == 1)
        return line.text;
    if (!c->has_words && sst_report_room(c, c->reply.whole.len)) {
        c->words_len = sst_reply_text(&c->reply, c->words, c->words_size);
        c->has_words = true;
    }
    sst_span joined = {c->words, c->words_len};
    return c->has_words ? joined : line.text;
}

static sst_span text_of(sst_client *c, const session_event *from)
{
    sst_span none = {NULL, 0};
    switch (from->kind) {
    case SST_CLIENT_RECIPIENT:
        if (from->cause.with_reply)
            return words_of_reply(c);
        if (from->cause.refusal != SST_CLIENT_REFUSAL_NONE)
            return span_of(sst_client_refusal_text(from->cause.refusal));
        return span_of(sst_client_end_text(c->ending.end));
    case SST_CLIENT_CHALLENGE:
        return sst_auth_challenge(c);
    case SST_CLIENT_CLOSED:
        return c->stray;
    default:
        return none;
    }
}

bool sst_report_next(sst_client *c, sst_client_event *event)
{
    if (sst_transcript_next(&c->transcript, event))
        return true;
    if (c->event_count == 0)
        return false;
    const session_event *from = &c->events[c->event_first];
    c->event_first = (c->event_first + 1) % SESSION_EVENTS;
    c->event_count--;
    memset(event, 0, sizeof *event);
    event->kind = from->kind;
    event->time = from->time;
    event->command = from->command;
    event->mail = from->mail;
    event->recipient = from->recipient;
    event->outcome = from->cause.outcome;
    event->local_error = from->cause.local_error;
    event->refusal = from->cause.refusal;
    event->stale = from->cause.stale;
    event->start = from->start;
    event->room = from->room;
    event->dropped = from->dropped;
    event->end = from->end;
    if (from->cause.with_reply && c->has_reply) {
        c->reply.whole.ptr = c->input.bytes + c->reply_at; /* the input may have moved */
        event->reply = &c->reply;
    }
    event->text = text_of(c, from);
    return true;
}
