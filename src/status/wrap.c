/*
 * Widths of characters (Unicode UAX #11, "East Asian Width", and the marks that take no column) and
 * breaking of lines.
 */
#include <smtpstatus/text.h>

#include <stdbool.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct range {
    uint32_t first;
    uint32_t last;
} range;

/* Two columns: what UAX #11 calls wide or fullwidth, blocks taken whole. */
static const range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26A1, 0x26A1},
    {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x26D4, 0x26D4},
    {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},   {0x274C, 0x274C},
    {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF}, {0x1AFF0, 0x1B2FF},
    {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F265}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F7E0, 0x1F7EB},
    {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
};

/* None: marks that join the character before, and signs that are not seen. */
static const range zero[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x0900, 0x0902}, {0x093C, 0x093C},
    {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0x302A, 0x302D},
    {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

static bool in_ranges(uint32_t point, const range *list, size_t count)
{
    for (size_t i = 0; i < count && list[i].first <= point; i++) {
        if (point <= list[i].last)
            return true;
    }
    return false;
}

/* --- characters ----------------------------------------------------------------------------- */

typedef struct character {
    uint32_t point;
    size_t len;
} character;

/* The character at the start of a text that is not empty; a byte alone where it is none. */
static character first_character(sst_span text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    character out = {bytes[0], 1};
    size_t len = bytes[0] < 0xC2 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (len == 1 || len > text.len || bytes[0] > 0xF4)
        return out;
    uint32_t point = bytes[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return out;
        point = point << 6 | (bytes[i] & 0x3Fu);
    }
    out.point = point;
    out.len = len;
    return out;
}

static size_t width_of(uint32_t point)
{
    if (point < 0x300)
        return 1;
    if (in_ranges(point, zero, COUNT(zero)))
        return 0;
    return in_ranges(point, wide, COUNT(wide)) ? 2 : 1;
}

size_t sst_text_width(sst_span text)
{
    size_t columns = 0;
    while (text.len > 0) {
        character c = first_character(text);
        columns += width_of(c.point);
        text.ptr += c.len;
        text.len -= c.len;
    }
    return columns;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* Signs that begin no line. */
static bool is_closing(uint32_t point)
{
    static const uint32_t signs[] = {
        ')',    ']',    '}',    ',',    '.',    ';',    ':',    '!',    '?',    '%',    0x2019,
        0x201D, 0x2026, 0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0x3015, 0xFF01,
        0xFF05, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF3D, 0xFF5D,
    };
    for (size_t i = 0; i < COUNT(signs); i++) {
        if (signs[i] == point)
            return true;
    }
    return false;
}

/* Signs that end no line. */
static bool is_opening(uint32_t point)
{
    static const uint32_t signs[] = {'(',    '[',    '{',    0x2018, 0x201C, 0x3008, 0x300A,
                                     0x300C, 0x300E, 0x3010, 0x3014, 0xFF08, 0xFF3B, 0xFF5B};
    for (size_t i = 0; i < COUNT(signs); i++) {
        if (signs[i] == point)
            return true;
    }
    return false;
}

/* Whether a line may be broken between two characters, neither of them a blank. */
static bool may_part(uint32_t before, uint32_t after)
{
    bool ideographic = width_of(before) == 2 || width_of(after) == 2;
    return ideographic && !is_opening(before) && !is_closing(after) && width_of(after) > 0;
}

static size_t skip_blanks(sst_span text, size_t at)
{
    while (at < text.len && text.ptr[at] == ' ')
        at++;
    return at;
}

size_t sst_text_wrap(sst_span text, size_t width, size_t *taken)
{
    size_t columns = 0;
    size_t at = 0;
    size_t end = 0; /* of the line, if it is broken at the last place that there was */
    uint32_t before = ' ';
    while (at < text.len) {
        sst_span rest = {text.ptr + at, text.len - at};
        character c = first_character(rest);
        if (c.point == ' ' ? before != ' ' : before != ' ' && may_part(before, c.point))
            end = at;
        columns += width_of(c.point);
        if (columns > width && c.point != ' ') {
            /* No place to break, or nothing but blanks before it: cut the word. */
            if (end == 0)
                end = at > 0 ? at : c.len;
            *taken = skip_blanks(text, end);
            return end;
        }
        before = c.point;
        at += c.len;
    }
    *taken = text.len;
    while (at > 0 && text.ptr[at - 1] == ' ')
        at--;
    return at;
}
