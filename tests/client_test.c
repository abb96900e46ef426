/* Sessions: the dialogues of tests/cases/client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client_script.h"

static void dialogues(void **state)
{
    static const char *const files[] = {"arguments",  "attacks", "auth", "bdat", "body", "codes",
                                        "extensions", "lmtp",    "lost", "mail", "tls"};
    size_t all_failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        size_t failed;
        snprintf(path, sizeof path, "tests/cases/client/%s.txt", files[i]);
        size_t count = script_run(path, &failed);
        assert_true(count > 0);
        all_failed += failed;
    }
    assert_int_equal(all_failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogues),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
