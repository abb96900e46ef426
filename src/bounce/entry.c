/* The list of what a report says of its recipients. */
#include "bounce/entry.h"

#include "base/ascii.h"

bounce_entry *sst_bounce_add(bounce_entries *entries, const char *format)
{
    if (entries->count == entries->size)
        return NULL;
    bounce_entry *entry = &entries->at[entries->count++];
    *entry = (bounce_entry){.format = format};
    return entry;
}

bounce_entry *sst_bounce_entry_for(const bounce_entries *entries, sst_span recipient)
{
    for (size_t i = 0; i < entries->count; i++) {
        sst_span other = entries->at[i].recipient;
        if (other.len == recipient.len && ascii_equal_fold(other.ptr, recipient.ptr, other.len))
            return &entries->at[i];
    }
    return NULL;
}
