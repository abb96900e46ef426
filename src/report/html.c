/*
 * A report as one page of HTML; for now, what stands in for it.
 */
#include <smtpstatus/report.h>
int sst_report_write_html(const sst_report *report, const sst_report_style *style,
                          const sst_sink *sink)
{
    return sst_report_write_json(report, style, sink);
}
