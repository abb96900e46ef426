/*
 * What codes, reasons and the other terms mean, in words, in several languages.
 *
 * Language is an argument everywhere: a BCP 47 tag such as "en", "zh-Hans-CN" or "es_MX"; subtags
 * are dropped from the end until a language is there (RFC 4647 3.4), and the last resort is
 * English. NULL means English. The process's locale is never looked at.
 *
 * All texts are UTF-8, terminated, in static storage, and never NULL; "" only where the
 * description says so.
 */
#ifndef SMTPSTATUS_TEXT_H
#define SMTPSTATUS_TEXT_H

#include <smtpstatus/code.h>
#include <smtpstatus/enhanced.h>
#include <smtpstatus/vocabulary.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The languages there are, by tag: "en" first. The name is in the language itself. */
SST_API size_t sst_language_count(void);
SST_API const char *sst_language_tag(size_t position);  /* NULL beyond the last */
SST_API const char *sst_language_name(size_t position); /* NULL beyond the last */

/* The tag of the language that a tag leads to; NULL where even its first subtag is unknown. */
SST_API const char *sst_language_match(const char *language);

/*
 * Of a code: a title of a few words, one sentence, or the full description. A number that is no
 * member is described by its class (4yz, 5yz, ...).
 */
SST_API const char *sst_code_text_title(int code, const char *language);
SST_API const char *sst_code_text_short(int code, const char *language);
SST_API const char *sst_code_text_full(int code, const char *language);

/* Of the first digit, 1 to 5, and of the second, 0 to 5; "" for any other number. */
SST_API const char *sst_class_text_title(int reply_class, const char *language);
SST_API const char *sst_class_text_full(int reply_class, const char *language);
SST_API const char *sst_category_text_title(int category, const char *language);
SST_API const char *sst_category_text_full(int category, const char *language);

/*
 * Of an enhanced code: title and description. An unregistered one is described by its subject, and
 * one with an unknown subject as such. The class is not part of it: see below.
 */
SST_API const char *sst_enhanced_text_title(sst_enhanced enhanced, const char *language);
SST_API const char *sst_enhanced_text_full(sst_enhanced enhanced, const char *language);

/* Of the class (2, 4, 5) and the subject (0 to 7) of an enhanced code; "" for any other number. */
SST_API const char *sst_enhanced_class_text_title(int status_class, const char *language);
SST_API const char *sst_enhanced_class_text_full(int status_class, const char *language);
SST_API const char *sst_subject_text_title(int subject, const char *language);
SST_API const char *sst_subject_text_full(int subject, const char *language);

/*
 * Of a reason: a title; a clause that completes "refused, because ..."; an explanation for a lay
 * reader; and the advice for one actor, "" where that actor can do nothing.
 */
SST_API const char *sst_reason_text_title(sst_reason reason, const char *language);
SST_API const char *sst_reason_text_because(sst_reason reason, const char *language);
SST_API const char *sst_reason_text_full(sst_reason reason, const char *language);
SST_API const char *sst_reason_text_advice(sst_reason reason, sst_actor actor,
                                           const char *language);

/* Short words for display. */
SST_API const char *sst_kind_text(sst_kind kind, const char *language);
SST_API const char *sst_permanence_text(sst_permanence permanence, const char *language);
SST_API const char *sst_scope_text(sst_scope scope, const char *language);
SST_API const char *sst_actor_text(sst_actor actor, const char *language);
SST_API const char *sst_retry_text(sst_retry retry, const char *language);
SST_API const char *sst_suppress_text(sst_suppress suppress, const char *language);
SST_API const char *sst_level_text(sst_level level, const char *language);
SST_API const char *sst_standing_text(sst_standing standing, const char *language);

/*
 * A label, heading or sentence of the text, Markdown and HTML outputs by its key, as "label.code";
 * NULL for a key that does not exist. Sentences hold marks such as {provider} for the caller to
 * fill in; po/smtpstatus.pot lists the keys.
 */
SST_API const char *sst_label(const char *key, const char *language);

/*
 * How many columns of a terminal a text takes. Text is UTF-8; bytes that are none count one column
 * each, Chinese, Japanese and Korean characters two (Unicode UAX #11).
 */
SST_API size_t sst_text_width(sst_span text);

/*
 * The first line of a text that is to fit into width columns. Returns how many bytes the line has
 * and sets *taken to how many it uses up: the blanks at the break are dropped. A word that is wider
 * than a line is cut. Characters that take two columns may be parted anywhere, except that closing
 * signs begin no line and opening ones end none.
 */
SST_API size_t sst_text_wrap(sst_span text, size_t width, size_t *taken);

#ifdef __cplusplus
}
#endif
#endif
