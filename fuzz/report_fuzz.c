/*
 * Reports of any records: every sum is right, and what is written holds nothing that a terminal or
 * a browser would obey. A line of the input is a record: a letter for kind and verdict, and fields
 * with '|' between.
 */
#include <smtpstatus/report.h>

#include <stdlib.h>
#include <string.h>

#include "report/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Everything that is written: as which form, and whether a tag is open that is ours. */
typedef struct checking {
    bool csv;
    bool json;
} checking;

static int check(void *context, const char *data, size_t len)
{
    const checking *of = context;
    for (size_t i = 0; i < len && !of->csv; i++) {
        unsigned char c = (unsigned char)data[i];
        require(c == '\n' || (c >= ' ' && (c != 0x7F || of->json)));
    }
    return 0;
}

static sst_span next_field(sst_span *line)
{
    const char *end = line->len > 0 ? memchr(line->ptr, '|', line->len) : NULL;
    sst_span field = {line->ptr, end ? (size_t)(end - line->ptr) : line->len};
    line->ptr += field.len + (end ? 1 : 0);
    line->len -= field.len + (end ? 1 : 0);
    return field;
}

static void add_line(sst_report *report, sst_span line)
{
    static const sst_kind kinds[] = {
        SST_KIND_DELIVERED, SST_KIND_DELAYED,    SST_KIND_FAILED,   SST_KIND_IN_DOUBT,
        SST_KIND_RELAYED,   SST_KIND_COMPLAINT,  SST_KIND_ACCEPTED, SST_KIND_NONE,
        SST_KIND_EXPANDED,  SST_KIND_AUTO_REPLY,
    };
    sst_record record;
    memset(&record, 0, sizeof record);
    if (line.len == 0)
        return;
    unsigned char letter = (unsigned char)*line.ptr++;
    line.len--;
    record.kind = kinds[letter % (sizeof kinds / sizeof kinds[0])];
    sst_span *const fields[] = {&record.message_id, &record.recipient, &record.time,
                                &record.sender,     &record.provider,  &record.text,
                                &record.remote,     &record.direction, &record.original_recipient,
                                &record.queue_id,   &record.format};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && line.len > 0; i++)
        *fields[i] = next_field(&line);
    record.has_delay = letter >= 'a';
    record.delay_ms = (uint64_t)letter << (letter % 40);
    sst_record_decide(&record, NULL);
    sst_report_add(report, &record);
}

static void check_sums(const sst_report *report)
{
    sst_report_totals totals;
    sst_report_get_totals(report, &totals);
    uint64_t domains = tally_sum(&report->domains.others);
    for (size_t i = 0; i < report->domains.count; i++)
        domains += tally_sum(&report->domains.list[i].count);
    uint64_t causes = 0;
    for (size_t i = 0; i <= SST_MAX_REPORT_CAUSES; i++)
        causes += report->causes[i] ? tally_sum(&report->causes[i]->count) : 0;
    require(domains == totals.recipients);
    require(causes == totals.recipients - totals.delivered_first);
    require(totals.mails <= totals.recipients);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const sst_report_options options = {.size = sizeof options, .anonymize = size % 2 == 1};
    sst_report *report;
    if (sst_report_new(&options, &report) != SST_OK)
        return 0;
    sst_span rest = {(const char *)data, size};
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        sst_span line = {rest.ptr, end ? (size_t)(end - rest.ptr) : rest.len};
        add_line(report, line);
        rest.ptr += line.len + (end ? 1 : 0);
        rest.len -= line.len + (end ? 1 : 0);
    }
    check_sums(report);
    const sst_report_style style = {.size = sizeof style, .before = report, .language = "zh"};
    checking of = {.json = true};
    const sst_sink sink = {check, &of};
    require(sst_report_write_json(report, &style, &sink) == SST_OK);
    of.json = false;
    require(sst_report_write_text(report, &style, &sink) == SST_OK);
    require(sst_report_write_html(report, &style, &sink) == SST_OK);
    of.csv = true;
    require(sst_report_write_csv(report, &style, &sink) == SST_OK);
    sst_report_free(report);
    return 0;
}
