/* Sessions: the dialogues of tests/cases/client, sessions that are cut, memory that runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client_cut.h"
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

static void cut_anywhere(void **state)
{
    size_t failed;
    (void)state;
    size_t runs = cut_connections(&failed);
    print_message("# the connection was cut in %zu places\n", runs);
    assert_true(runs > 5000);
    assert_int_equal(failed, 0);
}

static void memory_runs_out(void **state)
{
    size_t failed;
    (void)state;
    assert_true(cut_memory(&failed) > 50);
    assert_int_equal(failed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogues),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
