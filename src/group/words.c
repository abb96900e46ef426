/*
 * English words that tell a name from what only stands where a name could: "user john unknown" has
 * a name in it, "user unknown" has not.
 */
#include "base/ascii.h"
#include "group/token.h"

static bool in_list(sst_span word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(word, list[i], true))
            return true;
    }
    return false;
}

#define IN_LIST(word, list) in_list(word, list, sizeof(list) / sizeof((list)[0]))

bool sst_token_introduces_name(sst_span word)
{
    static const char *const introducers[] = {"user",      "username", "mailbox", "account",
                                              "recipient", "login",    "alias",   "maildrop"};
    return IN_LIST(word, introducers);
}

size_t sst_token_label(sst_span run)
{
    static const char *const labels[] = {"to",     "from", "orig_to", "rcpt",  "recipient",
                                         "sender", "user", "ctladdr", "email", "mailfrom"};
    const char *equals = run.len > 0 ? memchr(run.ptr, '=', run.len) : NULL;
    if (!equals)
        return 0;
    sst_span label = {run.ptr, (size_t)(equals - run.ptr)};
    return IN_LIST(label, labels) ? label.len + 1 : 0;
}

bool sst_token_is_common(sst_span word)
{
    /* clang-format off */
    static const char *const common[] = {
        "a", "about", "above", "accepted", "accepting", "access", "account", "accounts",
        "activated", "active", "actively", "address", "addresses", "administrator", "after",
        "alias", "all", "allow", "allowed", "an", "and", "any", "are", "as", "at",
        "authentication", "available", "bad", "be", "because", "been", "before", "blocked",
        "bounced", "busy", "but", "by", "can", "cannot", "card", "checking", "closed",
        "complaint", "complaints", "configured", "could", "currently", "data", "database",
        "deactivated", "deleted", "delivery", "denied", "deny", "did", "directory",
        "disabled", "disk", "do", "does", "doesn", "doesn't", "domain", "doubt", "email",
        "empty", "error", "exceeded", "exceeds", "exist", "exists", "expired", "failed",
        "failure", "for", "found", "from", "full", "greylisted", "had", "has", "have",
        "here", "hidden", "hosted", "id", "identity", "if", "ignored", "in", "inactive",
        "incoming", "input", "invalid", "is", "isn", "isn't", "it", "its", "level", "limit",
        "limited", "list", "list's", "local", "locked", "lookup", "mail", "mailbox",
        "maximum", "may", "message", "messages", "moved", "must", "name", "names", "no",
        "non", "none", "nonexistent", "not", "of", "off", "on", "only", "or", "other",
        "our", "out", "over", "overloaded", "password", "permanently", "permission",
        "please", "policy", "prefers", "previously", "privileges", "problem", "problems",
        "profile", "protected", "quota", "quotas", "rate", "reached", "receiving",
        "recipients", "refused", "rejected", "rejection", "rejects", "removed",
        "reputation", "requires", "restricted", "rule", "rules", "said", "sender",
        "sending", "server", "service", "settings", "should", "size", "space", "status",
        "storage", "suspended", "syntax", "system", "table", "temporarily", "temporary",
        "terminated", "than", "that", "the", "their", "there", "this", "threshold", "to",
        "too", "unable", "unauthorized", "unavailable", "undeliverable", "under", "unknown",
        "unrouteable", "unverified", "user", "username", "users", "validation",
        "verification", "verify", "wants", "was", "were", "when", "which", "who", "will",
        "with", "without", "you", "your",
    };
    /* clang-format on */
    return sst_token_introduces_name(word) || IN_LIST(word, common);
}
