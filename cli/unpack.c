/*
 * What all forms have in common: the input, parts that follow each other, and the limit. Zeros
 * between and behind parts are passed over, as tapes and xz pad with them; so is what stands behind
 * the last part and is none, as gzip itself does.
 */
#include "unpack.h"

#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "unpack_form.h"

struct unpacker {
    const unpack_form *form;
    void *state;
    unpack_refill *refill;
    void *context;
    uint64_t packed;   /* bytes that came in */
    uint64_t unpacked; /* bytes that went out */
    bool in_part;
    bool ended;
    unpack_io io;
    unsigned char input[UNPACK_INPUT];
};

static const unpack_form *const forms[] = {&unpack_gzip, &unpack_xz, &unpack_zstd};

const unpack_form *unpack_recognise(const char *data, size_t len)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (forms[i]->begins((const unsigned char *)data, len))
            return forms[i];
    }
    return NULL;
}

const char *unpack_missing(const unpack_form *form)
{
    return form->missing;
}

int64_t unpack_time(const unpack_form *form, const char *data, size_t len)
{
    return form->time ? form->time((const unsigned char *)data, len) : 0;
}

unpacker *unpack_new(const unpack_form *form, const char *packed, size_t len, unpack_refill *refill,
                     void *context)
{
    unpacker *fresh = allocate_or_end(NULL, 1, sizeof *fresh);
    fresh->form = form;
    fresh->refill = refill;
    fresh->context = context;
    fresh->packed = len;
    fresh->unpacked = 0;
    fresh->in_part = true;
    fresh->ended = false;
    memcpy(fresh->input, packed, len);
    fresh->io = (unpack_io){fresh->input, len, NULL, 0};
    fresh->state = form->open();
    if (!fresh->state)
        end_without_memory();
    return fresh;
}

void unpack_free(unpacker *from)
{
    if (!from)
        return;
    from->form->close(from->state);
    free(from);
}

/* Makes sure that there is input, if there is any; keeps what is left of it at the front. */
static bool fill(unpacker *from)
{
    size_t left = from->io.in_len;
    memmove(from->input, from->io.in, left);
    size_t count =
        from->refill(from->context, (char *)from->input + left, sizeof from->input - left);
    from->io.in = from->input;
    from->io.in_len = left + count;
    from->packed += count;
    return count > 0;
}

static size_t fail(unpacker *from, const char **fault, const char *what)
{
    from->ended = true;
    *fault = what;
    return 0;
}

/* Behind a part: whether another one follows. */
static bool next_part(unpacker *from)
{
    do {
        while (from->io.in_len > 0 && *from->io.in == 0) {
            from->io.in++;
            from->io.in_len--;
        }
    } while (from->io.in_len < UNPACK_MAGIC && fill(from));
    return from->form->begins(from->io.in, from->io.in_len) && from->form->reset(from->state);
}

static bool is_bomb(const unpacker *from)
{
    return from->unpacked > UNPACK_FREE &&
           from->unpacked / from->form->most > from->packed - from->io.in_len;
}

size_t unpack_read(unpacker *from, char *into, size_t size, const char **fault)
{
    unpack_io *io = &from->io;
    io->out = (unsigned char *)into;
    io->out_len = size;
    while (!from->ended && io->out_len == size) {
        if (!from->in_part && !(from->in_part = next_part(from))) {
            from->ended = true;
            break;
        }
        unpack_result result = from->form->step(from->state, io);
        if (result == UNPACK_END)
            from->in_part = false;
        else if (result == UNPACK_DAMAGED)
            return fail(from, fault, from->form->damaged);
        else if (io->in_len == 0 && io->out_len > 0 && !fill(from))
            return fail(from, fault, from->form->cut);
    }
    from->unpacked += size - io->out_len;
    if (is_bomb(from))
        return fail(from, fault, from->form->bomb);
    return size - io->out_len;
}
