/*
 * Verdicts under arbitrary evidence: alone and in a batch they must be the same, as they must
 * whatever the case of the letters and the form of blanks; spans lie within the text, and the rules
 * that hold over all verdicts hold.
 *
 * The input: a few bytes for codes and the like, then text, host, provider and recipient with a NUL
 * between them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <smtpstatus/verdict.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 4096, HEAD = 6 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static sst_span take_part(const char **at, const char *end)
{
    const char *nul = memchr(*at, '\0', (size_t)(end - *at));
    sst_span part = {*at, (size_t)((nul ? nul : end) - *at)};
    *at = nul ? nul + 1 : end;
    return part;
}

static sst_evidence read_evidence(const uint8_t *data, size_t size)
{
    static const int codes[] = {0, -1, 250, 354, 421, 450, 451, 452, 500, 550, 552, 553, 554, 599};
    sst_evidence e;
    const char *at = (const char *)data + HEAD;
    const char *end = (const char *)data + size;
    memset(&e, 0, sizeof e);
    e.code = codes[data[0] % (sizeof codes / sizeof *codes)];
    e.enhanced.status_class = (uint16_t)("\0\2\4\5"[data[1] % 4]);
    e.enhanced.subject = data[1] / 4 % 9;
    e.enhanced.detail = data[2];
    e.command = (sst_command)(data[3] % (SST_COMMAND_QUIT + 1));
    e.local_error = (sst_local_error)(data[4] % (SST_LOCAL_ERROR_LOCAL + 1));
    e.kind = (sst_kind)(data[5] % (SST_KIND_NOT_A_REPORT + 1));
    e.gave_up = data[5] & 0x80;
    e.text = take_part(&at, end);
    e.remote = take_part(&at, end);
    e.provider = take_part(&at, end);
    e.recipient = take_part(&at, end);
    return e;
}

static bool same(const sst_verdict *a, const sst_verdict *b)
{
    return a->kind == b->kind && a->reason == b->reason && a->cause == b->cause &&
           a->claimed == b->claimed && a->permanence == b->permanence && a->scope == b->scope &&
           a->actor == b->actor && a->retry == b->retry && a->retry_after == b->retry_after &&
           a->suppress == b->suppress && a->level == b->level && a->rule == b->rule &&
           a->provider.len == b->provider.len;
}

static bool same_span(const sst_verdict *a, const sst_verdict *b)
{
    return a->span_start == b->span_start && a->span_end == b->span_end;
}

static void check_laws(const sst_evidence *e, const sst_verdict *v)
{
    must(v->span_start <= v->span_end && v->span_end <= e->text.len);
    must(v->reason < SST_REASON_COUNT && v->cause < SST_REASON_COUNT);
    must(v->retry <= SST_RETRY_AFTER_FIX && v->permanence <= SST_PERMANENCE_PERMANENT);
    must(v->retry_after >= -1);
    must(v->cause == SST_REASON_UNKNOWN || v->reason == SST_REASON_EXPIRED);
    must((v->rule != NULL) == (v->level != SST_LEVEL_NONE));
    if (v->reason == SST_REASON_EXPIRED)
        return;
    must(v->claimed != SST_PERMANENCE_TRANSIENT || v->permanence == v->claimed);
    must(v->permanence != SST_PERMANENCE_TRANSIENT ||
         (v->retry != SST_RETRY_NO && v->suppress != SST_SUPPRESS_YES));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The other case for every letter, one blank for every run. */
static size_t disguise(sst_span text, char *to)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_blank(c) && len > 0 && is_blank(to[len - 1]))
            continue;
        to[len++] = is_blank(c) ? '\t' : letter ? (char)(c ^ 0x20) : c;
    }
    return len;
}

static void check_matches(const sst_evidence *e, const sst_verdict *v)
{
    sst_match matches[64];
    size_t count = sst_verdict_matches(e, NULL, matches, 64);
    if (v->rule && matches[0].reason != SST_REASON_EXPIRED)
        must(matches[0].rule == v->rule);
    for (size_t i = 0; i < count && i < 64; i++) {
        must(matches[i].span_start <= matches[i].span_end);
        must(matches[i].span_end <= e->text.len);
        must(i == 0 || matches[i].level <= matches[i - 1].level);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char changed[MOST];
    sst_evidence e[7];
    sst_verdict one;
    sst_verdict batch[7];
    if (size < HEAD || size > MOST)
        return 0;
    e[0] = read_evidence(data, size);
    sst_verdict_decide(&e[0], NULL, &one);
    check_laws(&e[0], &one);
    if (one.level != SST_LEVEL_NONE)
        check_matches(&e[0], &one);
    for (size_t i = 1; i < 7; i++) {
        e[i] = e[0];
        e[i].text.len = i % 2 ? e[0].text.len : e[0].text.len / (i + 1);
    }
    sst_verdict_decide_batch(e, 7, NULL, batch);
    for (size_t i = 0; i < 7; i++)
        must(i % 2 == 0 && i > 0 ? true : same(&batch[i], &one) && same_span(&batch[i], &one));
    e[1].text.len = disguise(e[0].text, changed);
    e[1].text.ptr = changed;
    sst_verdict_decide(&e[1], NULL, &batch[1]);
    must(same(&batch[1], &one));
    return 0;
}
