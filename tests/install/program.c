/* A program of somebody else's: asks the installed library, once as C and once as C++. */
#include <stdio.h>
#include <string.h>

#include <smtpstatus/smtpstatus.h>

int main(void)
{
    const char *name = sst_code_name(SST_CODE_MAILBOX_UNAVAILABLE);
    if (name == NULL || strcmp(name, "MailboxUnavailable") != 0) {
        return 1;
    }
    if (strcmp(sst_version(), SST_VERSION) != 0) {
        return 2;
    }
    printf("%d %s: %s\n", SST_CODE_MAILBOX_UNAVAILABLE, name, sst_code_text_title(550, "en"));
    return 0;
}
