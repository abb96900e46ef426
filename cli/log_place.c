/*
 * Finding files again.
 */
#define _POSIX_C_SOURCE 200809L

#include "log_place.h"

#include <fcntl.h>
#include <string.h>

#include "stream.h"

/* FNV-1a: nobody gains by a log that looks like another one. */
uint64_t log_mark(const char *bytes, size_t len)
{
    uint64_t value = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        value = (value ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return value;
}

bool log_place_is_in(const log_place *place, const log_file *file)
{
    char bytes[LOG_MARK];
    stream from;
    size_t len = 0;
    size_t count = 1;
    if (!file->regular || place->mark_len > LOG_MARK)
        return false;
    if (place->mark_len == 0)
        return file->device == place->device && file->inode == place->inode;
    int descriptor = open(file->name, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    stream_take(&from, file->name, descriptor, 0);
    from.quiet = true;
    while (count > 0 && len < place->mark_len) {
        count = stream_read(&from, bytes + len, (size_t)place->mark_len - len);
        len += count;
    }
    bool shorter = !from.packed && file->size < place->offset;
    stream_close(&from);
    return len == place->mark_len && !shorter && log_mark(bytes, len) == place->mark;
}

size_t log_place_find(const log_place *place, const log_files *in)
{
    size_t found = in->count;
    for (size_t i = 0; i < in->count; i++) {
        const log_file *file = &in->list[i];
        bool same = file->device == place->device && file->inode == place->inode;
        if ((same || found == in->count) && log_place_is_in(place, file))
            found = i;
        if (same && found == i)
            break;
    }
    return found;
}
