/* The words for the library's errors, and its version. */
#include <smtpstatus/base.h>

const char *sst_version(void)
{
    return SST_VERSION;
}

const char *sst_strerror(int error)
{
    switch (error) {
    case SST_OK:
        return "no error";
#define CASE(ident, value, text)                                                                   \
    case SST_E_##ident:                                                                            \
        return text;
        SST_ERROR_LIST(CASE)
#undef CASE
    default:
        return "unknown error";
    }
}
