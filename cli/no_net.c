/*
 * send and probe in a build without the library for sessions.
 */
#include "command.h"

static int refuse(void)
{
    complain("this program was built without OpenSSL and GNU SASL, and cannot open sessions");
    return STATUS_USAGE;
}

int send_run(const options *given, output *out)
{
    (void)given;
    (void)out;
    return refuse();
}

int probe_run(const options *given, output *out)
{
    (void)given;
    (void)out;
    return refuse();
}
