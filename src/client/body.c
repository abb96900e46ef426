/*
 * The bytes of a message on their way out.
 *
 * DATA (RFC 5321 4.5.2, 2.3.8): every line end becomes CR LF, a bare CR and a bare LF too, and a
 * dot at the start of a line is doubled, however the message is cut into calls: nothing in it can
 * end it. BDAT (RFC 3030): chunks of up to SST_CLIENT_WINDOW, the bytes as they are; unless the
 * body is BINARYMIME a bare CR or LF is refused, since the next server may change it.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/scan.h"
#include "client/session.h"

#define LINE_END     "\r\n"
#define LINE_END_LEN 2

/* The longest "BDAT n LAST" with its line end. */
#define BDAT_LINE ((size_t)32)

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t sst_body_room(const sst_client *c)
{
    size_t waiting = output_waiting(&c->output);
    size_t room = SST_CLIENT_WINDOW - smaller(waiting, SST_CLIENT_WINDOW);
    if (c->tx.use_bdat)
        room = room > 0 ? SST_CLIENT_WINDOW - c->chunk_len : 0;
    return room;
}

/* DATA. */

/* Where encoded bytes go: the room is enough for twice as many. */
typedef struct encoder {
    char *to;
    bool is_line_start;
    bool after_cr; /* a CR was the last byte: what it is the next one says */
} encoder;

static void put(encoder *out, const char *bytes, size_t len)
{
    memcpy(out->to, bytes, len);
    out->to += len;
}

static void put_line_end(encoder *out)
{
    put(out, LINE_END, LINE_END_LEN);
    out->is_line_start = true;
}

/* The line that begins at data, or its rest, with whatever is in it. */
static void encode_slowly(encoder *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool ends_line = data[i] == '\n';
        if (out->after_cr) {
            put_line_end(out);
            out->after_cr = false;
            if (ends_line)
                continue;
        }
        if (data[i] == '\r') {
            out->after_cr = true;
        } else if (ends_line) {
            put_line_end(out);
        } else {
            if (out->is_line_start && data[i] == '.')
                *out->to++ = '.';
            *out->to++ = data[i];
            out->is_line_start = false;
        }
    }
}

/* Most lines are copied as they are, and many at a time. */
static void encode(encoder *out, const char *data, size_t len)
{
    size_t at = 0;
    while (at < len) {
        if (out->is_line_start && !out->after_cr) {
            size_t plain = sst_scan_copy_plain(out->to, data + at, len - at);
            out->to += plain;
            at += plain;
            out->is_line_start = plain == 0 || data[at - 1] == '\n';
        }
        const char *lf = at < len ? memchr(data + at, '\n', len - at) : NULL;
        size_t next = lf ? (size_t)(lf - data) + 1 : len;
        encode_slowly(out, data + at, next - at);
        at = next;
    }
}

static void no_memory(sst_client *c)
{
    sst_session_end(c, SST_CLIENT_END_LOCAL, SST_LOCAL_ERROR_LOCAL, false);
}

static void send_dot(sst_client *c, encoder *out)
{
    session_transaction *tx = &c->tx;
    char *start = out->to;
    if (out->after_cr || !out->is_line_start)
        put_line_end(out);
    output_commit(&c->output, (size_t)(out->to - start));
    tx->doubt_at = output_end(&c->output);
    sst_transcript_add_body(&c->transcript, c->allocator, c->now, SST_COMMAND_DATA, tx->shown);
    sst_span dot = {".\r\n", 3};
    command_line line = {out->to, dot.len, false};
    put(out, dot.ptr, dot.len);
    sst_session_commit(c, &line, SST_COMMAND_EOM, SST_CLIENT_NO_RECIPIENT);
    if (c->lmtp)
        c->slots[c->slot_first].replies = tx->accepted;
    tx->answer = tx->begin;
    tx->stage = TRANSACTION_END;
}

static void take_data(sst_client *c, const char *data, size_t len, bool last)
{
    session_transaction *tx = &c->tx;
    char *start = sst_output_reserve(&c->output, c->allocator, 2 * len + 8);
    if (!start) {
        no_memory(c);
        return;
    }
    encoder out = {start, tx->is_line_start, tx->after_cr};
    if (len > 0)
        encode(&out, data, len);
    output_commit(&c->output, (size_t)(out.to - start));
    tx->is_line_start = out.is_line_start;
    tx->after_cr = out.after_cr;
    tx->shown += len;
    if (last)
        send_dot(c, &out);
}

/* BDAT. */

static void look_for_bare(session_transaction *tx, const char *data, size_t len, bool last)
{
    size_t at = 0;
    if (tx->mail->mail.body == SST_CLIENT_BODY_BINARYMIME)
        return;
    if (tx->after_cr && len > 0) {
        tx->bare = tx->bare || data[0] != '\n';
        tx->after_cr = false;
        at = 1;
    }
    scan_window window = {0};
    while (at < len) {
        unsigned seen = 0;
        size_t end = scan_next_line(&window, data, at, len, &seen);
        tx->bare = tx->bare || (seen & (SCAN_BARE_CR | SCAN_BARE_LF)) != 0;
        tx->after_cr = end == len && (seen & SCAN_AFTER_CR) != 0;
        at = end == len ? len : end + 1;
    }
    tx->bare = tx->bare || (last && tx->after_cr);
}

static void send_chunk(sst_client *c, const char *data, size_t len, bool last)
{
    session_transaction *tx = &c->tx;
    char *to = sst_output_reserve(&c->output, c->allocator, BDAT_LINE + len);
    if (!to) {
        no_memory(c);
        return;
    }
    command_line line = {to, 0, false};
    sst_command_bdat(&line, len, last);
    if (last)
        tx->doubt_at = output_end(&c->output);
    sst_span text = {to, line.len};
    sst_transcript_add(&c->transcript, c->allocator, c->now, false, SST_COMMAND_BDAT, text);
    sst_transcript_add_body(&c->transcript, c->allocator, c->now, SST_COMMAND_BDAT, len);
    if (len > 0)
        memcpy(to + line.len, data, len);
    output_commit(&c->output, line.len + len);
    sst_session_expect(c, SST_COMMAND_BDAT, SST_CLIENT_NO_RECIPIENT);
    session_slot *slot =
        &c->slots[(c->slot_first + c->slot_count - 1) % SST_MAX_CLIENT_OUTSTANDING];
    slot->last = last;
    slot->replies = last && c->lmtp ? tx->accepted : 1;
    c->chunk_len = 0;
    if (last) {
        tx->answer = tx->begin;
        tx->stage = TRANSACTION_END;
    }
}

/* The last chunk waits for the answers to those before it; others where the server does not
 * pipeline. */
static bool may_send_chunk(const sst_client *c, bool last)
{
    if (last || !sst_session_may_pipeline(c))
        return c->slot_count == 0;
    return c->slot_count < SST_MAX_CLIENT_OUTSTANDING;
}

static bool flush_chunk(sst_client *c)
{
    bool last = c->tx.body_ended;
    if ((!last && c->chunk_len < SST_CLIENT_WINDOW) || !may_send_chunk(c, last))
        return false;
    send_chunk(c, c->chunk, c->chunk_len, last);
    return true;
}

static void gather(sst_client *c, const char *data, size_t len, bool last)
{
    c->tx.body_ended = last;
    if (c->chunk_len == 0 && (last || len == SST_CLIENT_WINDOW) && may_send_chunk(c, last)) {
        send_chunk(c, data, len, last);
        return;
    }
    if (!c->chunk)
        c->chunk = sst_allocate(c->allocator, SST_CLIENT_WINDOW, 1);
    if (!c->chunk) {
        no_memory(c);
        return;
    }
    if (len > 0)
        memcpy(c->chunk + c->chunk_len, data, len);
    c->chunk_len += len;
}

static void take_bdat(sst_client *c, const char *data, size_t len, bool last)
{
    look_for_bare(&c->tx, data, len, last);
    if (!c->tx.bare) {
        gather(c, data, len, last);
        return;
    }
    session_cause cause =
        sst_report_local(SST_OUTCOME_REJECTED, SST_COMMAND_BDAT, SST_LOCAL_ERROR_LOCAL);
    cause.refusal = SST_CLIENT_REFUSAL_BARE_LINE_END;
    c->chunk_len = 0;
    c->needs_reset = true;
    sst_transaction_settle(c, cause);
}

/* Both. */

bool sst_body_advance(sst_client *c)
{
    session_transaction *tx = &c->tx;
    if (tx->use_bdat && flush_chunk(c))
        return true;
    size_t room = sst_body_room(c);
    if (tx->body_asked || tx->body_ended || room < SST_CLIENT_WINDOW / 2)
        return false;
    session_event *event = sst_report_push(c, SST_CLIENT_NEED_BODY);
    event->mail = tx->mail->number;
    event->room = room;
    event->start = !tx->body_begun;
    tx->body_begun = tx->body_asked = true;
    if (event->start)
        c->chunk_len = 0;
    return true;
}

static bool is_body_wanted(const sst_client *c)
{
    return c->state == SESSION_OPEN && c->tx.stage == TRANSACTION_BODY && c->tx.body_begun &&
           !c->tx.body_ended && !c->walk.mail;
}

ptrdiff_t sst_client_body(sst_client *client, const char *data, size_t len, bool last)
{
    if (!is_body_wanted(client) || (!data && len > 0))
        return SST_E_INVALID;
    size_t taken = smaller(len, sst_body_room(client));
    last = last && taken == len;
    client->tx.body_asked = false;
    client->is_clock_old = client->is_clock_old || output_waiting(&client->output) == 0;
    client->tx.body_ended = last;
    if (client->tx.use_bdat)
        take_bdat(client, data, taken, last);
    else
        take_data(client, data, taken, last);
    return (ptrdiff_t)taken;
}

int sst_client_body_cancel(sst_client *client, uint64_t now)
{
    session_set_time(client, now);
    if (!is_body_wanted(client))
        return SST_E_INVALID;
    if (!client->tx.use_bdat) {
        sst_session_end(client, SST_CLIENT_END_BODY, SST_LOCAL_ERROR_CANCELLED, false);
        return SST_OK;
    }
    client->chunk_len = 0;
    client->needs_reset = true;
    sst_transaction_settle(client, sst_report_local(SST_OUTCOME_DEFERRED, SST_COMMAND_BDAT,
                                                    SST_LOCAL_ERROR_CANCELLED));
    return SST_OK;
}
