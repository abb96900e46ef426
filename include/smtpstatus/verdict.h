/*
 * The verdict: what happened, why, who can mend it, whether to try again, whether to stop mailing
 * the address, and on what evidence.
 *
 * Deciding allocates nothing, cannot fail, and is linear in the text. Strongest evidence first: the
 * user's rules, a known provider's own text, its own code, a phrase, the enhanced code as
 * registered, the reply code with the command it answers.
 */
#ifndef SMTPSTATUS_VERDICT_H
#define SMTPSTATUS_VERDICT_H

#include <smtpstatus/enhanced.h>
#include <smtpstatus/rules.h>
#include <smtpstatus/vocabulary.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Only this much of a text is looked at: no server says more than a few hundred words. */
#define SST_MAX_VERDICT_TEXT ((size_t)65536)

/*
 * What is known of a delivery attempt; everything may be absent. Spans are read during the call
 * only. text is the reply's words with the codes taken off and its lines joined
 * (sst_reply_text); raw or MIME-decoded.
 */
typedef struct sst_evidence {
    sst_span text;
    int code; /* 0: none */
    sst_enhanced enhanced;
    sst_command command;
    sst_span remote;    /* name of the host that gave the reply, for recognising the provider */
    sst_span provider;  /* identifier, where the caller knows it; one unknown changes nothing */
    sst_span recipient; /* for recognising the recipient's address inside the text */
    sst_kind kind;      /* as a report's action says; NONE: by the code */
    bool gave_up;       /* the report says that the queue gave up: reason expired, with its cause,
                           unless somebody can mend the cause: then that is the reason */
    sst_local_error local_error;
} sst_evidence;

typedef struct sst_verdict {
    sst_kind kind;
    sst_reason reason;
    sst_reason cause; /* with reason expired: what held before; else UNKNOWN */
    sst_permanence claimed;
    sst_permanence permanence;
    sst_scope scope;
    sst_actor actor;
    sst_retry retry;
    int32_t retry_after; /* seconds, where the reply states them; else -1 */
    sst_suppress suppress;
    sst_level level;
    const char *rule;  /* identifier of the deciding rule; static, or as long as the user's rules */
    sst_span provider; /* identifier; static, or the evidence's own; absent: not recognised */
    size_t span_start; /* what the rule matched in the text: [start, end) in bytes; */
    size_t span_end;   /* both 0 where no words decided */
} sst_verdict;

/*
 * Decides. rules are the user's own (rules.h) and may be NULL. Kinds that are no failure (accepted,
 * delivered, ...) get their kind and provider and otherwise the values of an empty verdict.
 */
SST_API void sst_verdict_decide(const sst_evidence *evidence, const sst_rules *rules,
                                sst_verdict *verdict);

/* The same for count attempts at once, which is faster than one by one. */
SST_API void sst_verdict_decide_batch(const sst_evidence *evidence, size_t count,
                                      const sst_rules *rules, sst_verdict *verdicts);

/*
 * Every rule that matched, in order of precedence. The first decides; where it says `expired`, the
 * next that says something else decides or gives the cause.
 */
typedef struct sst_match {
    const char *rule;
    sst_reason reason;
    sst_level level;
    sst_span provider; /* the provider the rule is for; absent: any */
    size_t span_start;
    size_t span_end;
} sst_match;

/* Fills at most size matches and returns how many there are. */
SST_API size_t sst_verdict_matches(const sst_evidence *evidence, const sst_rules *rules,
                                   sst_match *matches, size_t size);

#ifdef __cplusplus
}
#endif
#endif
