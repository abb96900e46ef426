/* Texts of failures on this side. They are ours, in English: strerror speaks the locale's language.
 */
#include "net/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

void sst_failure_set(net_failure *failure, sst_local_error error, const char *format, ...)
{
    failure->error = error;
    va_list values;
    va_start(values, format);
    (void)vsnprintf(failure->text, sizeof failure->text, format, values);
    va_end(values);
}

const char *sst_failure_of_errno(int number)
{
    static const struct {
        int number;
        const char *text;
    } known[] = {
        {ECONNREFUSED, "connection refused"},
        {ECONNRESET, "connection reset"},
        {EPIPE, "connection closed"},
        {ETIMEDOUT, "connection timed out"},
        {ENETUNREACH, "network is unreachable"},
        {EHOSTUNREACH, "host is unreachable"},
        {ENETDOWN, "network is down"},
        {EADDRNOTAVAIL, "no local address to connect from"},
        {EAFNOSUPPORT, "address family not supported"},
        {EACCES, "permission denied"},
        {EPERM, "not permitted"},
        {ENOENT, "no such file"},
        {ENOTDIR, "no such file"},
        {ENOTSOCK, "not a socket"},
        {EPROTOTYPE, "a socket of another type"},
        {EMFILE, "too many open files"},
        {ENFILE, "too many open files in the system"},
        {ENOBUFS, "no buffer space"},
        {ENOMEM, "out of memory"},
        {EAGAIN, "the server's queue is full"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].number == number)
            return known[i].text;
    }
    return NULL;
}

void sst_failure_set_errno(net_failure *failure, sst_local_error error, const char *place,
                           int number)
{
    const char *text = sst_failure_of_errno(number);
    const char *colon = place ? ": " : "";
    if (text)
        sst_failure_set(failure, error, "%s%s%s", place ? place : "", colon, text);
    else
        sst_failure_set(failure, error, "%s%ssystem error %d", place ? place : "", colon, number);
}
