/*
 * Templates of arbitrary bytes: never longer than promised, the same whatever the buffer's size,
 * and free of every address that was in the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/group.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
    if (!holds)
        abort();
}

static char *exactly(size_t size)
{
    char *block = malloc(size > 0 ? size : 1);
    if (!block)
        exit(1);
    return block;
}

/* Letters with an '@' between them are an address, wherever they stand. */
static int has_address(const char *text, size_t len)
{
    for (size_t i = 1; i + 1 < len; i++) {
        int before = (text[i - 1] | 32) >= 'a' && (text[i - 1] | 32) <= 'z';
        int behind = (text[i + 1] | 32) >= 'a' && (text[i + 1] | 32) <= 'z';
        if (text[i] == '@' && before && behind)
            return 1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    char *text = exactly(size);
    if (size > 0)
        memcpy(text, data, size);
    size_t used = sst_group_template(text, size, NULL, 0);
    require(used <= 8 * size);
    char *whole = exactly(used);
    require(sst_group_template(text, size, whole, used) == used);
    require(!has_address(whole, used));
    size_t half = used / 2;
    char *part = exactly(half);
    require(sst_group_template(text, size, part, half) == used);
    require(half == 0 || memcmp(part, whole, half) == 0);
    free(part);
    free(whole);
    free(text);
    return 0;
}
