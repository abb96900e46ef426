/* What ../freestanding_test.py calls in the freestanding build. Each answers whether all is well.
 */
#include <smtpstatus/reply.h>
#include <smtpstatus/text.h>
#include <smtpstatus/verdict.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int probe_status(void);
EXPORT int probe_reply(void);
EXPORT int probe_verdict(void);

static const char two_lines[] = "550-5.1.1 The address is\r\n550 5.1.1 unknown here\r\n";

static int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

EXPORT int probe_status(void)
{
    const char *title = sst_code_text_title(550, "es");
    return same(sst_code_name(550), "MailboxUnavailable") && title[0] != '\0' &&
           !same(title, sst_code_text_title(550, "en"));
}

EXPORT int probe_reply(void)
{
    sst_reply_parser parser;
    sst_reply reply;
    ptrdiff_t consumed = 0;
    size_t len = sizeof two_lines - 1;
    return sst_reply_parser_init(&parser, NULL) == SST_OK &&
           sst_reply_parse(&parser, two_lines, len, &reply, &consumed) == SST_REPLY_COMPLETE &&
           (size_t)consumed == len && reply.code == 550 && reply.lines == 2;
}

EXPORT int probe_verdict(void)
{
    static const char text[] = "User unknown";
    sst_evidence evidence = {.text = {text, sizeof text - 1}, .code = 550};
    sst_verdict verdict;
    sst_verdict_decide(&evidence, NULL, &verdict);
    return verdict.reason == SST_REASON_MAILBOX_UNKNOWN;
}
