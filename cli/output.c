/*
 * Buffered standard output over write(2), so that a failure is seen with its cause.
 */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

void output_flush(output *out)
{
    size_t done = 0;
    while (out->error == 0 && done < out->used) {
        ssize_t count = write(STDOUT_FILENO, out->buffer + done, out->used - done);
        if (count >= 0)
            done += (size_t)count;
        else if (errno != EINTR)
            out->error = errno;
    }
    out->used = 0;
}

void output_put(output *out, const char *data, size_t len)
{
    while (len > OUTPUT_SIZE - out->used) {
        size_t part = OUTPUT_SIZE - out->used;
        memcpy(out->buffer + out->used, data, part);
        out->used += part;
        output_flush(out);
        data += part;
        len -= part;
    }
    if (len > 0)
        memcpy(out->buffer + out->used, data, len);
    out->used += len;
}

void output_text(output *out, const char *text)
{
    output_put(out, text, strlen(text));
}

void output_number(output *out, uint64_t number)
{
    char digits[20];
    size_t start = sizeof digits;
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    output_put(out, digits + start, sizeof digits - start);
}

static int write_to_output(void *context, const char *data, size_t len)
{
    output *out = context;
    output_put(out, data, len);
    return out->error;
}

sst_sink output_sink(output *out)
{
    sst_sink sink = {write_to_output, out};
    return sink;
}

bool output_finish(output *out)
{
    output_flush(out);
    if (out->error != 0 && out->error != EPIPE)
        complain("the output cannot be written: %s", strerror(out->error));
    return out->error == 0;
}
