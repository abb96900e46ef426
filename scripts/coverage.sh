#!/bin/sh
# Line coverage of src/ by the tests, as a table on the terminal and, line by line, as pages in
# coverage/index.html. Does all the set-up on a fresh machine (scripts/setup.sh).
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

need_to_build jansson zlib liblzma libzstd libssl libgsasl openssl cmocka python3 polib gcovr

# The tool that reads the counts belongs to the compiler that writes them.
case $("${CC:-cc}" --version | head -n 1) in
*clang*) gcov="llvm-cov gcov" ;;
*) gcov=gcov ;;
esac

directory=build-tests/coverage
say "Building $directory"
set_up_build "$directory" --buildtype=debug -Db_coverage=true -Doptimization=0
quietly "The build" meson compile -C "$directory"
find "$directory" -name '*.gcda' -exec rm -f {} +

say "Running the tests"
meson test -C "$directory" --no-rebuild --suite unit >/dev/null 2>&1 ||
    say "Some tests failed: sh scripts/test.sh tells which."

mkdir -p coverage
gcovr --root . --filter 'src/' --gcov-executable "$gcov" --html-details coverage/index.html \
    --print-summary --txt - "$directory" | cut -c 1-100
