/*
 * The causes of a report as CSV (RFC 4180), a line for each, in their order.
 */
#include <smtpstatus/report.h>

#include "base/ascii.h"
#include "record/writer.h"
#include "report/clock.h"
#include "report/view.h"

typedef struct csv {
    writer out;
    bool guard;
    bool first;
} csv;

static void put_cell(csv *to, sst_span text)
{
    if (!to->first)
        sst_writer_char(&to->out, ',');
    to->first = false;
    sst_writer_csv(&to->out, text, to->guard);
}

static void put_number(csv *to, uint64_t number)
{
    const sst_span nothing = {"", 0};
    put_cell(to, nothing);
    sst_writer_number(&to->out, number);
}

static void put_time(csv *to, int64_t time)
{
    char text[CLOCK_SIZE];
    sst_span written = {text, 0};
    if (time != NO_TIME && time != INT64_MAX)
        written.len = sst_clock_write(time, text);
    put_cell(to, written);
}

/* "0.0123" */
static void put_share(csv *to, uint64_t millionths)
{
    put_number(to, millionths / 1000000);
    sst_writer_char(&to->out, '.');
    for (uint64_t unit = 100000; unit >= 100; unit /= 10)
        sst_writer_char(&to->out, (char)('0' + millionths / unit % 10));
}

/* Names joined by blanks; the null sender and the provider that is none are left out. */
static void put_names(csv *to, const view *all, const names *of, sharers list)
{
    char joined[VIEW_SHARERS * (NAME_SIZE + 256)];
    size_t len = 0;
    for (size_t i = 0; i < list.count; i++) {
        char pseudonym[NAME_SIZE];
        const name_row *here = &of->list[list.top[i].name];
        sst_span text = {here->text, here->len};
        if (of == &all->report->senders)
            text = sst_view_name(all->report, text, pseudonym);
        if (text.len == 0 || len + text.len + 1 > sizeof joined)
            continue;
        if (len > 0)
            joined[len++] = ' ';
        memcpy(joined + len, text.ptr, text.len);
        len += text.len;
    }
    sst_span written = {joined, len};
    put_cell(to, written);
}

static void put_cause(csv *to, const view *all, const cause *of)
{
    char example[VIEW_EXAMPLE];
    sst_span reply = {example, sst_view_example(of, example)};
    bool expired = of->reason == SST_REASON_EXPIRED;
    to->first = true;
    put_cell(to, span_of(of->is_others ? "others" : sst_actor_id(of->actor)));
    put_cell(to, span_of(of->is_others ? "others" : sst_reason_id(of->reason)));
    put_cell(to, span_of(expired ? sst_reason_id(of->beneath) : ""));
    put_number(to, tally_cost(&of->count));
    put_share(to, sst_view_share(tally_cost(&of->count), all->recipients));
    put_number(to, of->count.of[FATE_FAILED]);
    put_number(to, of->count.of[FATE_WAITING]);
    put_number(to, of->count.of[FATE_DOUBT]);
    put_number(to, of->count.of[FATE_LATER]);
    put_number(to, of->attempts);
    put_time(to, of->first);
    put_time(to, of->last);
    put_names(to, all, &all->report->providers, sst_view_providers(all, of));
    put_names(to, all, &all->report->senders, sst_view_senders(all, of));
    put_cell(to, reply);
    put_cell(to, span_of(of->is_others ? "" : sst_reason_text_title(of->reason, all->language)));
    put_cell(
        to,
        span_of(of->is_others ? "" : sst_reason_text_advice(of->reason, of->actor, all->language)));
    sst_writer_char(&to->out, '\n');
}

int sst_report_write_csv(const sst_report *report, const sst_report_style *style,
                         const sst_sink *sink)
{
    view all;
    csv to = {.first = true};
    int error = sink ? sst_view_make(&all, report, style) : SST_E_INVALID;
    if (error != SST_OK)
        return error;
    to.guard = all.style->csv_safe;
    sst_writer_init(&to.out, sink);
    sst_writer_text(&to.out, "actor,reason,cause,cost,share,failed,waiting,in_doubt,"
                             "delivered_later,attempts,since,last,providers,senders,example,title,"
                             "advice\n");
    for (size_t i = 0; i < all.cause_count; i++)
        put_cause(&to, &all, all.causes[i]);
    return sst_writer_finish(&to.out);
}
