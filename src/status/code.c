/*
 * The enumeration of reply codes: names, values, standing, and reading a name or number. The facts
 * are those of SST_CODE_LIST in code.h; here is only how to get at them. Texts are in text.c.
 */
#include <smtpstatus/code.h>

#include "base/ascii.h"

/* Positions in declaration order. */
enum {
#define POSITION(ident, value, name, standing, reference, commands) AT_##ident,
    SST_CODE_LIST(POSITION)
#undef POSITION
        CODE_COUNT
};

typedef struct member {
    int value;
    sst_standing standing;
    const char *name;
    const char *c_name;
    const char *reference;
    const char *commands;
} member;

static const member members[CODE_COUNT] = {
#define MEMBER(ident, value, name, standing, reference, commands)                                  \
    {value, SST_STANDING_##standing, #name, "SST_CODE_" #ident, reference, commands},
    SST_CODE_LIST(MEMBER)
#undef MEMBER
};

/*
 * Other names for the same number, in the order in which sst_code_alias gives them: .NET's
 * System.Net.Mail.SmtpStatusCode, MailKit's SmtpStatusCode, spellings as they should have been.
 */
static const struct {
    int value;
    const char *name;
} aliases[] = {
    {235, "AuthenticationSuccessful"},                                /* MailKit */
    {334, "AuthenticationChallenge"},                                 /* MailKit */
    {451, "ErrorInProcessing"},                                       /* MailKit */
    {454, "TemporaryAuthenticationFailure"},                          /* MailKit */
    {503, "BadCommandSequence"},                                      /* .NET, MailKit */
    {504, "CommandParameterNotImplemented"},                          /* .NET, MailKit */
    {530, "MustIssueStartTlsFirst"},                                  /* .NET */
    {534, "AuthenticationMechanismIsTooWeak"},                        /* the spelling */
    {534, "AuthenticationMechanismTooWeak"},                          /* MailKit */
    {535, "AuthenticationInvalidCredentials"},                        /* MailKit */
    {538, "EncryptionRequiredForAuthenticationMechanism"},            /* MailKit */
    {555, "MailFromOrRcptToParametersNotRecognizedOrNotImplemented"}, /* MailKit */
};

/* The position of a value in declaration order, or -1. */
static int position_of(int code)
{
    switch (code) {
#define CASE(ident, value, name, standing, reference, commands)                                    \
    case value:                                                                                    \
        return AT_##ident;
        SST_CODE_LIST(CASE)
#undef CASE
    default:
        return -1;
    }
}

static const member *member_of(int code)
{
    int position = position_of(code);
    return position < 0 ? NULL : &members[position];
}

size_t sst_code_count(void)
{
    return CODE_COUNT;
}

int sst_code_at(size_t position)
{
    return position < CODE_COUNT ? members[position].value : SST_CODE_NOT_DEFINED;
}

int sst_code_at_by_value(size_t position)
{
    for (int code = SST_CODE_GENERAL_FAILURE; code < 600; code++) {
        if (position_of(code) >= 0 && position-- == 0)
            return code;
    }
    return SST_CODE_NOT_DEFINED;
}

bool sst_code_is_defined(int code)
{
    return position_of(code) >= 0;
}

const char *sst_code_name(int code)
{
    const member *m = member_of(code);
    return m ? m->name : NULL;
}

const char *sst_code_c_name(int code)
{
    const member *m = member_of(code);
    return m ? m->c_name : NULL;
}

const char *sst_code_alias(int code, size_t position)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (aliases[i].value == code && position-- == 0)
            return aliases[i].name;
    }
    return NULL;
}

sst_standing sst_code_standing(int code)
{
    const member *m = member_of(code);
    return m ? m->standing : SST_STANDING_NONE;
}

const char *sst_standing_id(sst_standing standing)
{
    static const char *const ids[] = {
#define ID(ident, id) id,
        SST_STANDING_LIST(ID)
#undef ID
    };
    return (size_t)standing < sizeof ids / sizeof ids[0] ? ids[standing] : "";
}

const char *sst_code_reference(int code)
{
    const member *m = member_of(code);
    return m ? m->reference : "";
}

const char *sst_code_commands(int code)
{
    const member *m = member_of(code);
    return m ? m->commands : "";
}

/* A decimal number with an optional minus sign, within int. */
static bool parse_number(sst_span text, int *code)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == text.len)
        return false;
    int64_t number = 0;
    for (; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        number = number * 10 + (text.ptr[i] - '0');
        if (number > (int64_t)INT32_MAX + 1)
            return false;
    }
    number = negative ? -number : number;
    if (number > INT32_MAX)
        return false;
    *code = (int)number;
    return true;
}

/*
 * Whether text is the upper-snake spelling of a name: MAILBOX_UNAVAILABLE for MailboxUnavailable,
 * an underscore before each capital but the first. With fold in any case.
 */
static bool is_snake_of(sst_span text, const char *name, bool fold)
{
    size_t at = 0;
    for (size_t n = 0; name[n] != '\0'; n++) {
        if (n > 0 && ascii_is_upper(name[n]) && (at == text.len || text.ptr[at++] != '_'))
            return false;
        if (at == text.len)
            return false;
        char c = fold ? ascii_upper(text.ptr[at]) : text.ptr[at];
        if (c != ascii_upper(name[n]))
            return false;
        at++;
    }
    return at == text.len;
}

static bool is_name(sst_span text, const char *name, bool fold)
{
    return span_is(text, name, fold) || is_snake_of(text, name, fold);
}

bool sst_code_parse(const char *text, size_t len, bool ignore_case, int *code)
{
    static const char prefix[] = "SST_CODE_";
    sst_span span = {text, len};
    if (parse_number(span, code))
        return true;
    if (len > sizeof prefix - 1 && (ignore_case ? ascii_equal_fold(text, prefix, sizeof prefix - 1)
                                                : memcmp(text, prefix, sizeof prefix - 1) == 0)) {
        span.ptr += sizeof prefix - 1;
        span.len -= sizeof prefix - 1;
    }
    for (size_t i = 0; i < CODE_COUNT; i++) {
        if (is_name(span, members[i].name, ignore_case)) {
            *code = members[i].value;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (is_name(span, aliases[i].name, ignore_case)) {
            *code = aliases[i].value;
            return true;
        }
    }
    return false;
}

/* Writes a decimal number and NUL at the end of a buffer; returns where it begins. */
static const char *format_number(int number, char *buffer, size_t size)
{
    char *p = buffer + size;
    int64_t rest = number < 0 ? -(int64_t)number : number;
    *--p = '\0';
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--p = '-';
    return p;
}

int sst_code_to_string(int code, bool as_number, char *buffer, size_t size)
{
    char digits[16];
    const char *text = as_number ? NULL : sst_code_name(code);
    if (!text)
        text = format_number(code, digits, sizeof digits);
    size_t len = strlen(text);
    if (len >= size)
        return SST_E_NO_SPACE;
    memcpy(buffer, text, len + 1);
    return (int)len;
}

int sst_code_class(int code)
{
    return code >= 100 && code <= 599 ? code / 100 : 0;
}

int sst_code_category(int code)
{
    if (sst_code_class(code) == 0)
        return -1;
    int digit = code / 10 % 10;
    return digit <= 5 ? digit : -1;
}

sst_severity sst_code_severity(int code)
{
    return (sst_severity)sst_code_class(code);
}
