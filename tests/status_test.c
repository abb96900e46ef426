/* The enumeration, enhanced codes, vocabulary and texts, as a user of the library sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <smtpstatus/text.h>

/* The 32 members of SmtpStatusCode, whose names and values are kept exactly, in their order. */
static const struct {
    const char *name;
    int value;
} enumeration[] = {
    {"NotDefined", 0},
    {"GeneralFailure", -1},
    {"SystemStatus", 211},
    {"HelpMessage", 214},
    {"ServiceReady", 220},
    {"ServiceClosingTransmissionChannel", 221},
    {"AuthenticationSucceeded", 235},
    {"Ok", 250},
    {"UserNotLocalWillForward", 251},
    {"CannotVerifyUserWillAttemptDelivery", 252},
    {"Base64Response", 334},
    {"StartMailInput", 354},
    {"ServiceNotAvailable", 421},
    {"PasswordTransitionNeeded", 432},
    {"MailboxBusy", 450},
    {"LocalErrorInProcessing", 451},
    {"InsufficientStorage", 452},
    {"ClientNotPermitted", 454},
    {"CommandUnrecognized", 500},
    {"SyntaxError", 501},
    {"CommandNotImplemented", 502},
    {"CommandNotPermitted", 503},
    {"UnrecognizedAuthenticationType", 504},
    {"AuthenticationRequired", 530},
    {"AuthenticationMechanismIsToWeak", 534},
    {"CredentialsInvalid", 535},
    {"EncryptionRequiredRequestedMechanism", 538},
    {"MailboxUnavailable", 550},
    {"UserNotLocalTryAlternatePath", 551},
    {"ExceededStorageAllocation", 552},
    {"MailboxNameNotAllowed", 553},
    {"TransactionFailed", 554},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int parse(const char *text, bool ignore_case)
{
    int code = -4242;
    return sst_code_parse(text, strlen(text), ignore_case, &code) ? code : -4242;
}

static void the_32_names_and_values_are_exact(void **state)
{
    (void)state;
    size_t seen = 0;
    for (size_t i = 0; i < COUNT(enumeration); i++) {
        int value = enumeration[i].value;
        assert_int_equal(sst_code_at(i), value);
        assert_string_equal(sst_code_name(value), enumeration[i].name);
        assert_int_equal(parse(enumeration[i].name, false), value);
        assert_int_equal(sst_code_standing(value), SST_STANDING_ENUMERATION);
    }
    for (size_t i = 0; i < sst_code_count(); i++)
        seen += sst_code_standing(sst_code_at(i)) == SST_STANDING_ENUMERATION;
    assert_int_equal(seen, COUNT(enumeration));
}

static void values_are_unique_and_ascend_by_value(void **state)
{
    (void)state;
    assert_int_equal(sst_code_at_by_value(0), SST_CODE_GENERAL_FAILURE);
    assert_int_equal(sst_code_at_by_value(1), SST_CODE_NOT_DEFINED);
    for (size_t i = 1; i < sst_code_count(); i++)
        assert_true(sst_code_at_by_value(i - 1) < sst_code_at_by_value(i));
    assert_int_equal(sst_code_at_by_value(sst_code_count() - 1), 571);
    assert_int_equal(sst_code_at_by_value(sst_code_count()), SST_CODE_NOT_DEFINED);
    assert_int_equal(sst_code_at(sst_code_count()), SST_CODE_NOT_DEFINED);
}

static void every_member_has_its_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sst_code_count(); i++) {
        int code = sst_code_at(i);
        assert_true(sst_code_is_defined(code));
        assert_non_null(sst_code_name(code));
        assert_int_equal(strncmp(sst_code_c_name(code), "SST_CODE_", 9), 0);
        assert_true(sst_code_reference(code)[0] != '\0');
        assert_int_equal(code > 0, sst_code_commands(code)[0] != '\0');
        assert_true(sst_standing_id(sst_code_standing(code))[0] != '\0');
        assert_int_equal(parse(sst_code_name(code), false), code);
        assert_int_equal(parse(sst_code_c_name(code), false), code);
        assert_int_equal(parse(sst_code_c_name(code) + 9, false), code);
        for (size_t n = 0; sst_code_alias(code, n); n++)
            assert_int_equal(parse(sst_code_alias(code, n), false), code);
    }
}

static void a_number_that_is_no_member_is_carried(void **state)
{
    (void)state;
    assert_false(sst_code_is_defined(599));
    assert_null(sst_code_name(599));
    assert_null(sst_code_c_name(599));
    assert_null(sst_code_alias(599, 0));
    assert_int_equal(sst_code_standing(599), SST_STANDING_NONE);
    assert_string_equal(sst_standing_id(SST_STANDING_NONE), "");
    assert_string_equal(sst_standing_id((sst_standing)99), "");
    assert_string_equal(sst_code_reference(599), "");
    assert_string_equal(sst_code_commands(599), "");
    assert_string_equal(sst_code_text_title(599, "en"), sst_class_text_title(5, "en"));
    assert_string_equal(sst_code_text_short(599, "en"), sst_class_text_full(5, "en"));
    assert_string_equal(sst_code_text_title(999, "en"), "");
}

static void names_parse_in_every_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ignore_case;
        int code;
    } cases[] = {
        {"MailboxUnavailable", false, 550},
        {"mailboxunavailable", false, -4242},
        {"mailboxunavailable", true, 550},
        {"MAILBOX_UNAVAILABLE", false, 550},
        {"mailbox_unavailable", false, -4242},
        {"mailbox_unavailable", true, 550},
        {"MAILBOX_UNAVAILABLE_", true, -4242},
        {"MAILBOX__UNAVAILABLE", true, -4242},
        {"SST_CODE_MAILBOX_UNAVAILABLE", false, 550},
        {"sst_code_mailbox_unavailable", true, 550},
        {"SST_CODE_", true, -4242},
        {"Ok", false, 250},
        {"OK", false, 250},
        {"ok", false, -4242},
        {"AuthenticationMechanismIsToWeak", false, 534},
        {"AuthenticationMechanismIsTooWeak", false, 534},
        {"AUTHENTICATION_MECHANISM_IS_TOO_WEAK", false, 534},
        {"BadCommandSequence", false, 503},
        {"MustIssueStartTlsFirst", false, 530},
        {"MUST_ISSUE_START_TLS_FIRST", false, 530},
        {"AuthenticationChallenge", false, 334},
        {"BASE64_RESPONSE", false, 334},
        {"550", false, 550},
        {"-1", false, -1},
        {"0", false, 0},
        {"000550", false, 550},
        {"2147483647", false, 2147483647},
        {"2147483648", false, -4242},
        {"-2147483648", false, INT32_MIN},
        {"-2147483649", false, -4242},
        {"99999999999999999999", false, -4242},
        {"-", false, -4242},
        {"", false, -4242},
        {"55O", true, -4242},
        {"Mailbox", true, -4242},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (parse(cases[i].text, cases[i].ignore_case) != cases[i].code)
            fail_msg("'%s' gave %d", cases[i].text, parse(cases[i].text, cases[i].ignore_case));
    }
}

static void a_code_is_written_as_name_or_number(void **state)
{
    (void)state;
    char buffer[SST_CODE_STRING_MAX];
    assert_int_equal(sst_code_to_string(550, false, buffer, sizeof buffer), 18);
    assert_string_equal(buffer, "MailboxUnavailable");
    assert_int_equal(sst_code_to_string(550, true, buffer, sizeof buffer), 3);
    assert_string_equal(buffer, "550");
    assert_int_equal(sst_code_to_string(-1, true, buffer, sizeof buffer), 2);
    assert_string_equal(buffer, "-1");
    assert_int_equal(sst_code_to_string(INT32_MIN, false, buffer, sizeof buffer), 11);
    assert_string_equal(buffer, "-2147483648");
    assert_int_equal(sst_code_to_string(599, false, buffer, 4), 3);
    assert_int_equal(sst_code_to_string(599, false, buffer, 3), SST_E_NO_SPACE);
    for (size_t i = 0; i < sst_code_count(); i++)
        assert_true(sst_code_to_string(sst_code_at(i), false, buffer, sizeof buffer) > 0);
}

static void digits_give_class_category_and_severity(void **state)
{
    (void)state;
    static const struct {
        int code, class, category;
        sst_severity severity;
    } cases[] = {
        {250, 2, 5, SST_SEVERITY_COMPLETION},   {354, 3, 5, SST_SEVERITY_INTERMEDIATE},
        {421, 4, 2, SST_SEVERITY_TRANSIENT},    {504, 5, 0, SST_SEVERITY_PERMANENT},
        {199, 1, -1, SST_SEVERITY_PRELIMINARY}, {214, 2, 1, SST_SEVERITY_COMPLETION},
        {571, 5, -1, SST_SEVERITY_PERMANENT},   {99, 0, -1, SST_SEVERITY_UNKNOWN},
        {600, 0, -1, SST_SEVERITY_UNKNOWN},     {-1, 0, -1, SST_SEVERITY_UNKNOWN},
        {0, 0, -1, SST_SEVERITY_UNKNOWN},       {599, 5, -1, SST_SEVERITY_PERMANENT},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(sst_code_class(cases[i].code), cases[i].class);
        assert_int_equal(sst_code_category(cases[i].code), cases[i].category);
        assert_int_equal(sst_code_severity(cases[i].code), cases[i].severity);
    }
}

static void the_list_makes_a_switch(void **state)
{
    (void)state;
    const char *name = NULL;
    switch (421) {
#define CASE(ident, value, text, standing, reference, commands)                                    \
    case SST_CODE_##ident:                                                                         \
        name = #text;                                                                              \
        break;
        SST_CODE_LIST(CASE)
#undef CASE
    }
    assert_string_equal(name, "ServiceNotAvailable");
}

static void errors_are_never_codes(void **state)
{
    (void)state;
#define CHECK(ident, value, text)                                                                  \
    assert_true(SST_E_##ident <= -1000);                                                           \
    assert_string_equal(sst_strerror(SST_E_##ident), text);
    SST_ERROR_LIST(CHECK)
#undef CHECK
    assert_string_equal(sst_strerror(SST_OK), "no error");
    assert_string_equal(sst_strerror(SST_CODE_GENERAL_FAILURE), "unknown error");
    assert_string_equal(sst_version(), SST_VERSION);
}

static void enhanced_codes_parse(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t taken;
        sst_enhanced code;
    } cases[] = {
        {"5.1.1", 5, {5, 1, 1}},      {"4.7.321 starttls", 7, {4, 7, 321}},
        {"2.0.0 Ok", 5, {2, 0, 0}},   {"5.999.999", 9, {5, 999, 999}},
        {"5.1.1.", 5, {5, 1, 1}},     {"5.1.1.2", 0, {0, 0, 0}},
        {"5.1.1000", 0, {0, 0, 0}},   {"5.1000.1", 0, {0, 0, 0}},
        {"3.1.1", 0, {0, 0, 0}},      {"5.1.", 0, {0, 0, 0}},
        {"5.1", 0, {0, 0, 0}},        {"5..11", 0, {0, 0, 0}},
        {"", 0, {0, 0, 0}},           {"51.1.1", 0, {0, 0, 0}},
        {"5.7.26x", 6, {5, 7, 26}},   {"5.1.a", 0, {0, 0, 0}},
        {"5.010.001", 9, {5, 10, 1}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sst_enhanced code = {0, 0, 0};
        size_t taken = sst_enhanced_parse(cases[i].text, strlen(cases[i].text), &code);
        if (taken != cases[i].taken || memcmp(&code, &cases[i].code, sizeof code) != 0)
            fail_msg("'%s': %zu bytes", cases[i].text, taken);
    }
}

static void enhanced_codes_are_written(void **state)
{
    (void)state;
    char buffer[SST_ENHANCED_STRING_MAX];
    assert_int_equal(sst_enhanced_to_string((sst_enhanced){5, 7, 509}, buffer, sizeof buffer), 7);
    assert_string_equal(buffer, "5.7.509");
    assert_int_equal(sst_enhanced_to_string((sst_enhanced){0, 0, 0}, buffer, sizeof buffer), 0);
    assert_string_equal(buffer, "");
    sst_enhanced longest = {65535, 65535, 65535};
    assert_int_equal(sst_enhanced_to_string(longest, buffer, sizeof buffer), 17);
    assert_int_equal(sst_enhanced_to_string(longest, buffer, 17), SST_E_NO_SPACE);
}

static void the_registry_is_whole(void **state)
{
    (void)state;
    assert_int_equal(sst_enhanced_count(), 81);
    for (size_t i = 0; i < sst_enhanced_count(); i++) {
        sst_enhanced code = sst_enhanced_at(i);
        code.status_class = 5;
        assert_true(sst_enhanced_is_registered(code));
        assert_true(sst_enhanced_title(code)[0] != '\0');
        assert_int_equal(strncmp(sst_enhanced_reference(code), "RFC ", 4) &&
                             strncmp(sst_enhanced_reference(code), "draft-", 6),
                         0);
        assert_non_null(sst_enhanced_basic_codes(code));
    }
    sst_enhanced unregistered = {5, 7, 509};
    assert_false(sst_enhanced_is_registered(unregistered));
    assert_null(sst_enhanced_title(unregistered));
    assert_null(sst_enhanced_reference(unregistered));
    assert_null(sst_enhanced_basic_codes(unregistered));
    assert_int_equal(sst_enhanced_at(81).subject, 0);
    assert_string_equal(sst_enhanced_basic_codes((sst_enhanced){5, 1, 10}), "556");
}

/* Every value of an axis has an identifier that leads back to it; no other word does. */
#define CHECK_AXIS(axis, LIST)                                                                     \
    do {                                                                                           \
        const char *const ids[] = {LIST(ID)};                                                      \
        sst_##axis value;                                                                          \
        for (size_t i = 0; i < COUNT(ids); i++) {                                                  \
            assert_string_equal(sst_##axis##_id((sst_##axis)i), ids[i]);                           \
            if (ids[i][0] == '\0')                                                                 \
                continue;                                                                          \
            assert_true(sst_##axis##_parse(ids[i], strlen(ids[i]), &value));                       \
            assert_int_equal(value, i);                                                            \
        }                                                                                          \
        assert_string_equal(sst_##axis##_id((sst_##axis)COUNT(ids)), "");                          \
        assert_false(sst_##axis##_parse("", 0, &value));                                           \
        assert_false(sst_##axis##_parse("nonsense", 8, &value));                                   \
    } while (0)
#define ID(ident, id)                                                   id,
#define REASON_ID(ident, id, permanence, scope, actor, retry, suppress) id,
#define REASON_IDS(X)                                                   SST_REASON_LIST(REASON_ID)

static void identifiers_lead_both_ways(void **state)
{
    (void)state;
    CHECK_AXIS(kind, SST_KIND_LIST);
    CHECK_AXIS(permanence, SST_PERMANENCE_LIST);
    CHECK_AXIS(scope, SST_SCOPE_LIST);
    CHECK_AXIS(actor, SST_ACTOR_LIST);
    CHECK_AXIS(retry, SST_RETRY_LIST);
    CHECK_AXIS(suppress, SST_SUPPRESS_LIST);
    CHECK_AXIS(level, SST_LEVEL_LIST);
    CHECK_AXIS(reason, REASON_IDS);
    assert_int_equal(SST_REASON_COUNT, 35);
}

static void reasons_have_their_defaults(void **state)
{
    (void)state;
    sst_reason_defaults full = sst_reason_get_defaults(SST_REASON_MAILBOX_FULL);
    assert_int_equal(full.permanence, SST_PERMANENCE_CLAIMED);
    assert_int_equal(full.actor, SST_ACTOR_RECIPIENT);
    assert_int_equal(full.retry, SST_RETRY_LATER);
    assert_int_equal(full.suppress, SST_SUPPRESS_AFTER_REPEATS);
    sst_reason_defaults none = sst_reason_get_defaults(SST_REASON_COUNT);
    assert_int_equal(none.retry, SST_RETRY_AS_CLAIMED);
    assert_int_equal(none.scope, SST_SCOPE_RECIPIENT);
}

static void commands_are_read_as_people_name_them(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sst_command command;
    } cases[] = {
        {"RCPT", SST_COMMAND_RCPT},
        {"rcpt to:<a@example.com>", SST_COMMAND_RCPT},
        {" RCPT TO command)", SST_COMMAND_RCPT},
        {"MAIL FROM", SST_COMMAND_MAIL},
        {"EHLO mail.example.org", SST_COMMAND_EHLO},
        {"end of DATA command", SST_COMMAND_EOM},
        {"end of data", SST_COMMAND_EOM},
        {"END-OF-MESSAGE", SST_COMMAND_EOM},
        {"pipelined MAIL FROM:<a@example.com>", SST_COMMAND_MAIL},
        {"pipelined end of data", SST_COMMAND_EOM},
        {"DATA END", SST_COMMAND_EOM},
        {"DATA", SST_COMMAND_DATA},
        {"data_post", SST_COMMAND_EOM},
        {"EOM", SST_COMMAND_EOM},
        {".", SST_COMMAND_EOM},
        {"initial connection", SST_COMMAND_CONNECT},
        {"CONNECT", SST_COMMAND_CONNECT},
        {"BDAT 1000 LAST", SST_COMMAND_BDAT},
        {"STARTTLS", SST_COMMAND_STARTTLS},
        {"RCPTX", SST_COMMAND_NONE},
        {"", SST_COMMAND_NONE},
        {"pipelined", SST_COMMAND_NONE},
        {"hello", SST_COMMAND_NONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        sst_command command = SST_COMMAND_NONE;
        bool found = sst_command_parse(cases[i].text, strlen(cases[i].text), &command);
        if (command != cases[i].command || found != (command != SST_COMMAND_NONE))
            fail_msg("'%s' gave '%s'", cases[i].text, sst_command_id(command));
    }
    assert_string_equal(sst_command_id(SST_COMMAND_EOM), "EOM");
    assert_string_equal(sst_command_id((sst_command)99), "");
}

static void languages_fall_back_by_subtags(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *found;
    } cases[] = {
        {"en", "en"},     {"zh-Hans-CN", "zh"}, {"zh_CN", "zh"}, {"ES-mx", "es"},
        {"it_IT", "it"},  {"en-GB-oed", "en"},  {"tlh", NULL},   {"", NULL},
        {"e", NULL},      {"english", NULL},    {"zhx", NULL},   {"-zh", NULL},
        {"it--IT", "it"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *found = sst_language_match(cases[i].asked);
        if (!found != !cases[i].found || (found && strcmp(found, cases[i].found) != 0))
            fail_msg("'%s' gave %s", cases[i].asked, found ? found : "nothing");
    }
    assert_null(sst_language_match(NULL));
    assert_string_equal(sst_code_text_title(550, "tlh"), sst_code_text_title(550, "en"));
    assert_string_equal(sst_code_text_title(550, NULL), sst_code_text_title(550, "en"));
    assert_string_equal(sst_language_tag(0), "en");
    assert_string_equal(sst_language_name(0), "English");
    assert_null(sst_language_tag(sst_language_count()));
    assert_null(sst_language_name(sst_language_count()));
}

/* How many characters a UTF-8 text has. */
static size_t characters(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

static void every_language_has_every_text(void **state)
{
    (void)state;
    for (size_t l = 0; l < sst_language_count(); l++) {
        const char *tag = sst_language_tag(l);
        for (size_t i = 0; i < sst_code_count(); i++) {
            int code = sst_code_at(i);
            size_t title = characters(sst_code_text_title(code, tag));
            size_t brief = characters(sst_code_text_short(code, tag));
            size_t full = characters(sst_code_text_full(code, tag));
            if (title < 2 || title > 70 || brief < title || full <= brief)
                fail_msg("%s: texts of %d have %zu, %zu, %zu characters", tag, code, title, brief,
                         full);
        }
        for (size_t i = 0; i < sst_enhanced_count(); i++) {
            sst_enhanced code = sst_enhanced_at(i);
            assert_true(sst_enhanced_text_title(code, tag)[0] != '\0');
            assert_true(characters(sst_enhanced_text_full(code, tag)) >
                        characters(sst_enhanced_text_title(code, tag)));
        }
        for (int r = 0; r < SST_REASON_COUNT; r++) {
            sst_reason reason = (sst_reason)r;
            sst_actor actor = sst_reason_get_defaults(reason).actor;
            assert_true(sst_reason_text_title(reason, tag)[0] != '\0');
            assert_true(sst_reason_text_because(reason, tag)[0] != '\0');
            assert_true(sst_reason_text_full(reason, tag)[0] != '\0');
            assert_true(sst_reason_text_advice(reason, actor, tag)[0] != '\0');
        }
    }
    assert_string_equal(sst_reason_text_advice(SST_REASON_COUNT, SST_ACTOR_SENDER, "en"), "");
    assert_string_equal(sst_reason_text_advice(SST_REASON_POLICY, (sst_actor)9, "en"), "");
    assert_string_equal(sst_reason_text_title(SST_REASON_COUNT, "en"),
                        sst_reason_text_title(SST_REASON_UNKNOWN, "en"));
}

static void translations_are_not_the_english_text(void **state)
{
    (void)state;
    for (size_t l = 1; l < sst_language_count(); l++) {
        for (size_t i = 0; i < sst_code_count(); i++) {
            int code = sst_code_at(i);
            assert_string_not_equal(sst_code_text_full(code, sst_language_tag(l)),
                                    sst_code_text_full(code, "en"));
        }
    }
}

static void classes_categories_and_subjects_have_texts(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        assert_true(sst_class_text_title(i, "en")[0] != '\0');
        assert_true(sst_class_text_full(i, "en")[0] != '\0');
    }
    for (int i = 0; i <= 5; i++) {
        assert_true(sst_category_text_title(i, "en")[0] != '\0');
        assert_true(sst_category_text_full(i, "en")[0] != '\0');
    }
    for (int i = 0; i <= 7; i++) {
        assert_true(sst_subject_text_title(i, "en")[0] != '\0');
        assert_true(sst_subject_text_full(i, "en")[0] != '\0');
    }
    for (int i = 0; i <= 6; i++) {
        bool known = i == 2 || i == 4 || i == 5;
        assert_int_equal(sst_enhanced_class_text_title(i, "en")[0] != '\0', known);
        assert_int_equal(sst_enhanced_class_text_full(i, "en")[0] != '\0', known);
    }
    assert_string_equal(sst_class_text_title(6, "en"), "");
    assert_string_equal(sst_category_text_full(-1, "en"), "");
    assert_string_equal(sst_subject_text_title(8, "en"), "");
    sst_enhanced unregistered = {5, 7, 509};
    assert_string_equal(sst_enhanced_text_title(unregistered, "en"),
                        sst_subject_text_title(7, "en"));
    unregistered.subject = 9;
    assert_true(sst_enhanced_text_full(unregistered, "en")[0] != '\0');
}

static void words_and_labels_are_found(void **state)
{
    (void)state;
    assert_true(sst_kind_text(SST_KIND_FAILED, "en")[0] != '\0');
    assert_string_equal(sst_kind_text(SST_KIND_NONE, "en"), "");
    assert_string_equal(sst_kind_text((sst_kind)99, "en"), "");
    assert_true(sst_permanence_text(SST_PERMANENCE_UNKNOWN, "en")[0] != '\0');
    assert_true(sst_scope_text(SST_SCOPE_PATH, "en")[0] != '\0');
    assert_true(sst_actor_text(SST_ACTOR_NOBODY, "en")[0] != '\0');
    assert_true(sst_retry_text(SST_RETRY_AFTER_FIX, "en")[0] != '\0');
    assert_true(sst_suppress_text(SST_SUPPRESS_YES, "en")[0] != '\0');
    assert_true(sst_level_text(SST_LEVEL_USER, "en")[0] != '\0');
    assert_string_equal(sst_standing_text(SST_STANDING_NONE, "en"), "");
    assert_true(sst_standing_text(SST_STANDING_WILD, "en")[0] != '\0');
    assert_non_null(sst_label("label.code", "en"));
    assert_non_null(sst_label("unit.second", "it"));
    assert_null(sst_label("label.", "en"));
    assert_null(sst_label("zzz", "en"));
    assert_null(sst_label("code.ok.title", "en"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_32_names_and_values_are_exact),
        cmocka_unit_test(values_are_unique_and_ascend_by_value),
        cmocka_unit_test(every_member_has_its_facts),
        cmocka_unit_test(a_number_that_is_no_member_is_carried),
        cmocka_unit_test(names_parse_in_every_spelling),
        cmocka_unit_test(a_code_is_written_as_name_or_number),
        cmocka_unit_test(digits_give_class_category_and_severity),
        cmocka_unit_test(the_list_makes_a_switch),
        cmocka_unit_test(errors_are_never_codes),
        cmocka_unit_test(enhanced_codes_parse),
        cmocka_unit_test(enhanced_codes_are_written),
        cmocka_unit_test(the_registry_is_whole),
        cmocka_unit_test(identifiers_lead_both_ways),
        cmocka_unit_test(reasons_have_their_defaults),
        cmocka_unit_test(commands_are_read_as_people_name_them),
        cmocka_unit_test(languages_fall_back_by_subtags),
        cmocka_unit_test(every_language_has_every_text),
        cmocka_unit_test(translations_are_not_the_english_text),
        cmocka_unit_test(classes_categories_and_subjects_have_texts),
        cmocka_unit_test(words_and_labels_are_found),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
