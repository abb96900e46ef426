/*
 * Rules: what servers' words and codes mean. The built-in ones come with the library; a user's own
 * are loaded at run time and outrank them. The format is described in smtpstatus-rules(5).
 */
#ifndef SMTPSTATUS_RULES_H
#define SMTPSTATUS_RULES_H

#include <smtpstatus/enhanced.h>
#include <smtpstatus/vocabulary.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Compiled rules of the user's. Once loaded it is never changed: any thread may use it. */
typedef struct sst_rules sst_rules;

/* The most bytes that all loaded rule files may have together: what is larger is no rule file. */
#define SST_MAX_RULE_TEXT ((size_t)16777216)

/* Where a rule file has a fault, and what was expected there. */
typedef struct sst_rules_fault {
    size_t file;       /* which of the files loaded, from 0; */
    size_t line;       /* 1-based; 0: the file as a whole */
    char message[160]; /* terminated, ends cut if need be */
} sst_rules_fault;

/*
 * Compiles the text of a rule file, and adds it to base (which may be NULL and is not changed;
 * where both have a rule for something, the later file's outranks). On success returns SST_OK and
 * sets *rules, to be freed with sst_rules_free. On failure returns SST_E_RULES with the fault
 * described, SST_E_LIMIT or SST_E_NO_MEMORY, and leaves *rules; a bad file changes nothing.
 * allocator may be NULL and must outlive the rules.
 */
SST_API int sst_rules_load(const char *text, size_t len, const sst_rules *base,
                           const sst_allocator *allocator, sst_rules **rules,
                           sst_rules_fault *fault);

/* Frees rules; NULL is allowed. */
SST_API void sst_rules_free(sst_rules *rules);

/*
 * The examples in the files: whole replies that a rule must match (and its reason decide) or must
 * miss, and times. sst_rules_check runs one, over the rules as they would be used, and returns
 * SST_OK, SST_E_RULES with the fault described, or SST_E_INVALID for a position beyond the last.
 */
SST_API size_t sst_rules_example_count(const sst_rules *rules);
SST_API int sst_rules_check(const sst_rules *rules, size_t position, sst_rules_fault *fault);

/*
 * Sets *rule to the position (sst_rules_at) of the rule that an example is of. Returns false, and
 * leaves it, for an example of a time, which is of no rule, and for a position beyond the last.
 */
SST_API bool sst_rules_example_rule(const sst_rules *rules, size_t position, size_t *rule);

/* A rule as it can be listed. Spans live as long as the rules; the built-in ones are static. */
typedef struct sst_rule_info {
    const char *id;
    const char *provider; /* several have blanks between them; NULL: any */
    sst_reason reason;
    sst_level level;
    const char *source; /* document or URL, and a date; "" where none is given */
} sst_rule_info;

/* The rules in order of precedence; NULL stands for the built-in ones. */
SST_API size_t sst_rules_count(const sst_rules *rules);
SST_API bool sst_rules_at(const sst_rules *rules, size_t position, sst_rule_info *info);

/* The providers that are recognised. Strings are static; "" where nothing is known. */
typedef struct sst_provider_info {
    const char *id;         /* "google" */
    const char *name;       /* "Google (Gmail, Workspace)" */
    const char *short_name; /* "Google", as in a sentence */
    const char *kind;       /* "mailbox", "filter", "sender", ... */
} sst_provider_info;

SST_API size_t sst_provider_count(void);
SST_API bool sst_provider_at(size_t position, sst_provider_info *info);
SST_API bool sst_provider_find(const char *id, size_t len, sst_provider_info *info);

#ifdef __cplusplus
}
#endif
#endif
