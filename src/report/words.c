/*
 * Phrases. How a language writes numbers is told by its text "report.number", which is 1234.5
 * written in it.
 */
#include "report/words.h"

#include "base/ascii.h"
#include "report/clock.h"

/* --- pieces --------------------------------------------------------------------------------- */

void sst_phrase_put(phrase *to, const char *text, size_t len)
{
    if (len > PHRASE_SIZE - to->len) {
        len = PHRASE_SIZE - to->len;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    if (len > 0)
        memcpy(to->text + to->len, text, len);
    to->len += len;
}

void sst_phrase_text(phrase *to, const char *text)
{
    sst_phrase_put(to, text, strlen(text));
}

void sst_phrase_span(phrase *to, sst_span text)
{
    sst_phrase_put(to, text.ptr, text.len);
}

const char *sst_words_label(const char *name, const char *language)
{
    char key[64] = "report.";
    size_t len = strlen(name);
    if (len >= sizeof key - 8)
        return "";
    memcpy(key + 7, name, len + 1);
    const char *text = sst_label(key, language);
    return text ? text : "";
}

/* --- numbers -------------------------------------------------------------------------------- */

/* What stands between "1" and "234", and between "234" and "5". */
static void read_signs(const char *language, sst_span *thousands, sst_span *decimal)
{
    sst_span sample = span_of(sst_words_label("number", language));
    size_t second = 1;
    while (second < sample.len && sample.ptr[second] != '2')
        second++;
    *thousands = (sst_span){sample.ptr + 1, second - 1};
    *decimal = (sst_span){"", 0};
    if (second + 4 <= sample.len)
        *decimal = (sst_span){sample.ptr + second + 3, sample.len - second - 4};
}

void sst_phrase_number(phrase *to, const char *language, uint64_t number)
{
    sst_span thousands, decimal;
    char digits[20];
    size_t start = sizeof digits;
    read_signs(language, &thousands, &decimal);
    do {
        digits[--start] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = start; i < sizeof digits; i++) {
        if (i > start && (sizeof digits - i) % 3 == 0)
            sst_phrase_span(to, thousands);
        sst_phrase_put(to, digits + i, 1);
    }
}

/* Tenths, with the decimal sign where there are some or always is set. */
static void put_tenths(phrase *to, const char *language, uint64_t tenths, bool always)
{
    sst_span thousands, decimal;
    read_signs(language, &thousands, &decimal);
    sst_phrase_number(to, language, tenths / 10);
    if (tenths % 10 == 0 && !always)
        return;
    char digit = (char)('0' + tenths % 10);
    sst_phrase_span(to, decimal);
    sst_phrase_put(to, &digit, 1);
}

void sst_phrase_share(phrase *to, const char *language, uint64_t millionths)
{
    phrase number = {.len = 0};
    uint64_t tenths = (millionths + 500) / 1000;
    bool tiny = millionths > 0 && tenths == 0;
    if (tiny)
        sst_phrase_text(&number, "<");
    put_tenths(&number, language, tiny ? 1 : tenths, tenths > 0 && tenths < 1000);
    const filling with[] = {{"n", &number}, {NULL, NULL}};
    sst_phrase_fill(to, sst_words_label("percent", language), with);
}

void sst_phrase_duration(phrase *to, const char *language, uint64_t milliseconds)
{
    static const struct {
        uint64_t unit; /* milliseconds */
        uint64_t upto; /* of the unit; beyond it the next one is used */
        const char *key;
    } units[] = {{1, 1000, NULL},
                 {1000, 60, "unit.second"},
                 {60000, 60, "unit.minute"},
                 {3600000, 24, "unit.hour"},
                 {86400000, 0, "unit.day"}};
    size_t i = 0;
    while (units[i].upto > 0 && milliseconds >= units[i].unit * units[i].upto)
        i++;
    uint64_t tenths =
        milliseconds / units[i].unit * 10 + milliseconds % units[i].unit * 10 / units[i].unit;
    put_tenths(to, language, tenths < 100 && i > 0 ? tenths : tenths / 10 * 10, false);
    sst_phrase_text(to, "\xC2\xA0");
    const char *unit = units[i].key ? sst_label(units[i].key, language) : "ms";
    sst_phrase_text(to, unit ? unit : "");
}

void sst_phrase_time(phrase *to, int64_t time)
{
    char text[CLOCK_SIZE];
    if (time != NO_TIME && time != INT64_MAX)
        sst_phrase_put(to, text, sst_clock_show(time, false, text));
}

/* --- sentences ------------------------------------------------------------------------------ */

static const filling *find_mark(const filling *with, sst_span mark)
{
    for (; with->mark; with++) {
        if (span_is(mark, with->mark, false))
            return with;
    }
    return NULL;
}

void sst_phrase_fill(phrase *to, const char *text, const filling *with)
{
    while (*text != '\0') {
        size_t plain = 0;
        while (text[plain] != '\0' && text[plain] != '{')
            plain++;
        sst_phrase_put(to, text, plain);
        text += plain;
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (!end) {
            sst_phrase_text(to, text);
            return;
        }
        const filling *found = find_mark(with, (sst_span){text + 1, (size_t)(end - text - 1)});
        if (found)
            sst_phrase_span(to, phrase_span(found->text));
        text = end + 1;
    }
}

/* --- rows ----------------------------------------------------------------------------------- */

void sst_phrase_row(phrase *to, const view *all, row_kind kind, const name_row *row)
{
    static const char *const nameless[] = {
        [ROW_PROVIDER] = "no-provider", [ROW_DOMAIN] = "no-domain", [ROW_SENDER] = "no-sender",
        [ROW_CLIENT] = "no-client",     [ROW_REPLY] = "no-words",
    };
    char pseudonym[NAME_SIZE];
    sst_provider_info info;
    sst_span text = {row->text, row->len};
    if (row->len == 0)
        sst_phrase_text(to, sst_words_label(nameless[kind], all->language));
    else if (kind == ROW_PROVIDER && sst_provider_find(text.ptr, text.len, &info))
        sst_phrase_text(to, info.short_name[0] != '\0' ? info.short_name : info.name);
    else if (kind == ROW_PROVIDER || kind == ROW_REPLY)
        sst_phrase_span(to, text);
    else
        sst_phrase_span(to, sst_view_name(all->report, text, pseudonym));
}

void sst_phrase_sharers(phrase *to, const view *all, row_kind kind, const names *of,
                        const sharers *list)
{
    for (size_t i = 0; i < list->count; i++) {
        sst_phrase_text(to, i > 0 ? ", " : "");
        sst_phrase_row(to, all, kind, &of->list[list->top[i].name]);
        sst_phrase_text(to, "\xC2\xA0");
        sst_phrase_number(to, all->language, list->top[i].recipients);
    }
    if (list->others > 0) {
        sst_phrase_text(to, ", ");
        sst_phrase_text(to, sst_words_label("others", all->language));
        sst_phrase_text(to, "\xC2\xA0");
        sst_phrase_number(to, all->language, list->others);
    }
}

void sst_phrase_cause(phrase *to, const view *all, const cause *of)
{
    if (of->is_others) {
        sst_phrase_text(to, sst_words_label("others", all->language));
        return;
    }
    sst_phrase_text(to, sst_reason_text_title(of->reason, all->language));
    if (of->reason == SST_REASON_EXPIRED && of->beneath != SST_REASON_UNKNOWN) {
        sst_phrase_text(to, ": ");
        sst_phrase_text(to, sst_reason_text_title(of->beneath, all->language));
    }
}

bool sst_phrase_limit(phrase *to, const view *all, int limit)
{
    static const struct {
        uint64_t most;
        const char *label; /* of its sentence; NULL: the one that all rows share */
        const char *what;
    } limits[SST_REPORT_LIMIT_COUNT] = {
        [SST_REPORT_LIMIT_SEEN] = {SST_MAX_REPORT_SEEN, "limit-seen", NULL},
        [SST_REPORT_LIMIT_FATES] = {SST_MAX_REPORT_FATES, "limit-fates", NULL},
        [SST_REPORT_LIMIT_ADDRESSES] = {SST_MAX_REPORT_ADDRESSES, "limit-addresses", NULL},
        [SST_REPORT_LIMIT_DOMAINS] = {SST_MAX_REPORT_DOMAINS, NULL, "domains"},
        [SST_REPORT_LIMIT_PROVIDERS] = {SST_MAX_REPORT_PROVIDERS, NULL, "providers"},
        [SST_REPORT_LIMIT_SENDERS] = {SST_MAX_REPORT_SENDERS, NULL, "senders"},
        [SST_REPORT_LIMIT_CAUSES] = {SST_MAX_REPORT_CAUSES, NULL, "causes"},
        [SST_REPORT_LIMIT_TEMPLATES] = {SST_MAX_REPORT_TEMPLATES, NULL, "uncovered"},
        [SST_REPORT_LIMIT_CLIENTS] = {SST_MAX_REPORT_CLIENTS, NULL, "clients"},
    };
    phrase number = {.len = 0};
    phrase what = {.len = 0};
    if (!sst_report_limit_met(all->report, (sst_report_limit)limit))
        return false;
    sst_phrase_number(&number, all->language, limits[limit].most);
    if (limits[limit].what)
        sst_phrase_text(&what, sst_words_label(limits[limit].what, all->language));
    const filling with[] = {{"n", &number}, {"what", &what}, {NULL, NULL}};
    const char *label = limits[limit].label ? limits[limit].label : "limit-rows";
    sst_phrase_fill(to, sst_words_label(label, all->language), with);
    return true;
}
