/*
 * Texts in every language. The texts are compiled from po/ into src/gen/texts.c; here each code,
 * reason or term is led to its message, and a language tag to its language (RFC 4647 3.4).
 */
#include <smtpstatus/text.h>

#include "base/ascii.h"
#include "gen/texts.h"

/* --- languages ------------------------------------------------------------------------------ */

size_t sst_language_count(void)
{
    return TEXT_LANGUAGES;
}

const char *sst_language_tag(size_t position)
{
    return position < TEXT_LANGUAGES ? sst_gen_language_tags[position] : NULL;
}

const char *sst_language_name(size_t position)
{
    return position < TEXT_LANGUAGES ? sst_gen_texts[position][TEXT_LANGUAGE_NAME] : NULL;
}

/* Whether len bytes of a tag are this language's tag; "_" is taken for "-". */
static bool is_tag(const char *tag, size_t len, const char *known)
{
    for (size_t i = 0; i < len; i++) {
        char c = tag[i] == '_' ? '-' : tag[i];
        if (known[i] == '\0' || ascii_lower(c) != ascii_lower(known[i]))
            return false;
    }
    return known[len] == '\0';
}

/* The position of the language that a tag leads to, its subtags dropped from the end; or -1. */
static int find_language(const char *tag)
{
    size_t len = tag ? strlen(tag) : 0;
    while (len > 0) {
        for (size_t i = 0; i < TEXT_LANGUAGES; i++) {
            if (is_tag(tag, len, sst_gen_language_tags[i]))
                return (int)i;
        }
        do
            len--;
        while (len > 0 && tag[len] != '-' && tag[len] != '_');
    }
    return -1;
}

const char *sst_language_match(const char *language)
{
    int found = find_language(language);
    return found < 0 ? NULL : sst_gen_language_tags[found];
}

static const char *text_of(unsigned id, const char *language)
{
    int found = find_language(language);
    const char *text = found < 0 ? NULL : sst_gen_texts[found][id];
    return text ? text : sst_gen_texts[0][id];
}

/* --- reply codes ---------------------------------------------------------------------------- */

/* A title and a description, as classes, categories and subjects have them. */
typedef struct titled {
    unsigned short title;
    unsigned short full;
} titled;

#define TITLED(key)                                                                                \
    {                                                                                              \
        TEXT_##key##_TITLE, TEXT_##key##_FULL                                                      \
    }

static const titled nothing = {TEXT_NONE, TEXT_NONE};

static const titled classes[] = {
    {TEXT_NONE, TEXT_NONE}, TITLED(CLASS_1), TITLED(CLASS_2),
    TITLED(CLASS_3),        TITLED(CLASS_4), TITLED(CLASS_5),
};

static const titled categories[] = {
    TITLED(CATEGORY_0), TITLED(CATEGORY_1), TITLED(CATEGORY_2),
    TITLED(CATEGORY_3), TITLED(CATEGORY_4), TITLED(CATEGORY_5),
};

typedef struct code_texts {
    unsigned short title;
    unsigned short brief;
    unsigned short full;
} code_texts;

/* A number that is no member is described by its class. */
static code_texts texts_of_code(int code)
{
    switch (code) {
#define CASE(ident, value, name, standing, reference, commands)                                    \
    case value:                                                                                    \
        return (code_texts){TEXT_CODE_##ident##_TITLE, TEXT_CODE_##ident##_SHORT,                  \
                            TEXT_CODE_##ident##_FULL};
        SST_CODE_LIST(CASE)
#undef CASE
    default: {
        titled class = classes[sst_code_class(code)];
        return (code_texts){class.title, class.full, class.full};
    }
    }
}

const char *sst_code_text_title(int code, const char *language)
{
    return text_of(texts_of_code(code).title, language);
}

const char *sst_code_text_short(int code, const char *language)
{
    return text_of(texts_of_code(code).brief, language);
}

const char *sst_code_text_full(int code, const char *language)
{
    return text_of(texts_of_code(code).full, language);
}

/* The row of a table, or the empty one. */
static titled row_of(const titled *table, size_t count, int position)
{
    return position >= 0 && (size_t)position < count ? table[position] : nothing;
}

#define ROW_OF(table, position) row_of(table, sizeof(table) / sizeof((table)[0]), position)

const char *sst_class_text_title(int reply_class, const char *language)
{
    return text_of(ROW_OF(classes, reply_class).title, language);
}

const char *sst_class_text_full(int reply_class, const char *language)
{
    return text_of(ROW_OF(classes, reply_class).full, language);
}

const char *sst_category_text_title(int category, const char *language)
{
    return text_of(ROW_OF(categories, category).title, language);
}

const char *sst_category_text_full(int category, const char *language)
{
    return text_of(ROW_OF(categories, category).full, language);
}

/* --- enhanced codes ------------------------------------------------------------------------- */

static const titled enhanced_classes[] = {
    {TEXT_NONE, TEXT_NONE}, {TEXT_NONE, TEXT_NONE},   TITLED(ENHANCED_CLASS_2),
    {TEXT_NONE, TEXT_NONE}, TITLED(ENHANCED_CLASS_4), TITLED(ENHANCED_CLASS_5),
};

static const titled subjects[] = {
    TITLED(SUBJECT_0), TITLED(SUBJECT_1), TITLED(SUBJECT_2), TITLED(SUBJECT_3),
    TITLED(SUBJECT_4), TITLED(SUBJECT_5), TITLED(SUBJECT_6), TITLED(SUBJECT_7),
};

static titled texts_of_enhanced(sst_enhanced enhanced)
{
    switch (enhanced.subject * 1000 + enhanced.detail) {
#define CASE(subject, detail, title, reference, basic_codes)                                       \
    case subject * 1000 + detail:                                                                  \
        return (titled)TITLED(ENHANCED_##subject##_##detail);
        SST_ENHANCED_LIST(CASE)
#undef CASE
    default:
        return enhanced.subject < sizeof subjects / sizeof subjects[0]
                   ? subjects[enhanced.subject]
                   : (titled)TITLED(SUBJECT_UNKNOWN);
    }
}

const char *sst_enhanced_text_title(sst_enhanced enhanced, const char *language)
{
    return text_of(texts_of_enhanced(enhanced).title, language);
}

const char *sst_enhanced_text_full(sst_enhanced enhanced, const char *language)
{
    return text_of(texts_of_enhanced(enhanced).full, language);
}

const char *sst_enhanced_class_text_title(int status_class, const char *language)
{
    return text_of(ROW_OF(enhanced_classes, status_class).title, language);
}

const char *sst_enhanced_class_text_full(int status_class, const char *language)
{
    return text_of(ROW_OF(enhanced_classes, status_class).full, language);
}

const char *sst_subject_text_title(int subject, const char *language)
{
    return text_of(ROW_OF(subjects, subject).title, language);
}

const char *sst_subject_text_full(int subject, const char *language)
{
    return text_of(ROW_OF(subjects, subject).full, language);
}

/* --- the verdict's vocabulary --------------------------------------------------------------- */

typedef struct reason_texts {
    unsigned short title;
    unsigned short because;
    unsigned short full;
} reason_texts;

static const reason_texts reasons[] = {
#define REASON(ident, id, permanence, scope, actor, retry, suppress)                               \
    {TEXT_REASON_##ident##_TITLE, TEXT_REASON_##ident##_BECAUSE, TEXT_REASON_##ident##_FULL},
    SST_REASON_LIST(REASON)
#undef REASON
};

static reason_texts texts_of_reason(sst_reason reason)
{
    return reasons[(unsigned)reason < SST_REASON_COUNT ? reason : SST_REASON_UNKNOWN];
}

const char *sst_reason_text_title(sst_reason reason, const char *language)
{
    return text_of(texts_of_reason(reason).title, language);
}

const char *sst_reason_text_because(sst_reason reason, const char *language)
{
    return text_of(texts_of_reason(reason).because, language);
}

const char *sst_reason_text_full(sst_reason reason, const char *language)
{
    return text_of(texts_of_reason(reason).full, language);
}

enum {
#define ACTOR(ident, id) COUNT_ACTOR_##ident,
    SST_ACTOR_LIST(ACTOR)
#undef ACTOR
        ACTOR_COUNT
};

const char *sst_reason_text_advice(sst_reason reason, sst_actor actor, const char *language)
{
    static const unsigned short advice[SST_REASON_COUNT][ACTOR_COUNT] = {
#define ADVICE(reason, actor, text) [SST_REASON_##reason][SST_ACTOR_##actor] = (text),
        TEXT_ADVICE_LIST(ADVICE)
#undef ADVICE
    };
    if ((unsigned)reason >= SST_REASON_COUNT || (unsigned)actor >= ACTOR_COUNT)
        return "";
    return text_of(advice[reason][actor], language);
}

/* Short words: one table and one function an axis; a value without words (NONE) has "". */
#define AXIS(axis, PREFIX, LIST)                                                                   \
    const char *sst_##axis##_text(sst_##axis axis, const char *language)                           \
    {                                                                                              \
        static const unsigned short ids[] = {LIST(PREFIX)};                                        \
        size_t at = (size_t)axis;                                                                  \
        return text_of(at < sizeof ids / sizeof ids[0] ? ids[at] : (unsigned)TEXT_NONE, language); \
    }

/* The list's first value of some axes is "none of them". */
#define TEXT_KIND_NONE     TEXT_NONE
#define TEXT_STANDING_NONE TEXT_NONE

#define KIND(ident, id)       TEXT_KIND_##ident,
#define PERMANENCE(ident, id) TEXT_PERMANENCE_##ident,
#define SCOPE(ident, id)      TEXT_SCOPE_##ident,
#define ACTOR(ident, id)      TEXT_ACTOR_##ident,
#define RETRY(ident, id)      TEXT_RETRY_##ident,
#define SUPPRESS(ident, id)   TEXT_SUPPRESS_##ident,
#define LEVEL(ident, id)      TEXT_LEVEL_##ident,
#define STANDING(ident, id)   TEXT_STANDING_##ident,

AXIS(kind, KIND, SST_KIND_LIST)
AXIS(permanence, PERMANENCE, SST_PERMANENCE_LIST)
AXIS(scope, SCOPE, SST_SCOPE_LIST)
AXIS(actor, ACTOR, SST_ACTOR_LIST)
AXIS(retry, RETRY, SST_RETRY_LIST)
AXIS(suppress, SUPPRESS, SST_SUPPRESS_LIST)
AXIS(level, LEVEL, SST_LEVEL_LIST)
AXIS(standing, STANDING, SST_STANDING_LIST)

/* --- labels --------------------------------------------------------------------------------- */

/* As strcmp, which a freestanding build does not have. */
static int compare(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

const char *sst_label(const char *key, const char *language)
{
    size_t low = 0;
    size_t high = TEXT_LABELS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(key, sst_gen_label_keys[middle]);
        if (order == 0)
            return text_of(sst_gen_label_texts[middle], language);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
