#!/bin/sh
# Builds the library and the command in several ways and runs the tests on each. Does all the set-up
# on a fresh machine (scripts/setup.sh).
#
#     sh scripts/test.sh          a release build, one with sanitizers, one without vector instructions
#     sh scripts/test.sh --all    also: warnings are errors, clang, each fuzz target for a while, and real
#                                 mail servers
#
# FUZZ_SECONDS (10, at most 20) is how long each fuzz target runs. The last line is
# "N passed, N failed", with ", N skipped" where something was; the status is 1 if something failed.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/servers.sh

all=false
case ${1-} in
"") ;;
--all) all=true ;;
*)
    say "usage: sh scripts/test.sh [--all]"
    exit 2
    ;;
esac

builds=build-tests
results=
compiler=${CC:-cc}
werror=-Dwerror=false
$all && werror=-Dwerror=true

# run_build NAME TITLE COMPILER OPTIONS [SUITE]: builds into its own directory and runs the tests; of
# one suite only where that is named. What fails is shown by the summary.
run_build() {
    name=$1 title=$2 compiler_here=$3 options=$4 suite=${5-}
    directory=$builds/$name
    results="$results $name=$directory/meson-logs/testlog.json"
    rm -f "$directory/meson-logs/testlog.json"
    say "== $title"
    # shellcheck disable=SC2086
    (
        export CC="$compiler_here"
        set_up_build "$directory" $options
    ) || return 0
    quietly "The build" meson compile -C "$directory" || return 0
    # shellcheck disable=SC2086
    ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1 \
        meson test -C "$directory" --no-rebuild --timeout-multiplier 5 ${suite:+--suite $suite} $browser >/dev/null 2>&1 || true
}

# run_fuzzers DIRECTORY: each for a while, from the inputs that are kept for it.
run_fuzzers() {
    directory=$1
    seconds=${FUZZ_SECONDS:-10}
    [ "$seconds" -le 20 ] || seconds=20
    tap=$directory/fuzz.tap
    results="$results fuzzing=$tap"
    count=0
    : >"$tap"
    for program in "$directory"/fuzz/*_fuzz; do
        [ -x "$program" ] || continue
        target=$(basename "$program" _fuzz)
        say "   fuzzing $target for $seconds s"
        found=$directory/fuzz/found/$target
        mkdir -p "$found"
        count=$((count + 1))
        status=ok
        words=
        [ ! -f "fuzz/$target.dict" ] || words="-dict=fuzz/$target.dict"
        # shellcheck disable=SC2086
        "$program" -max_total_time="$seconds" -timeout=10 -artifact_prefix="$found-" $words \
            "$found" "fuzz/corpus/$target" >"$directory/fuzz/$target.log" 2>&1 || status="not ok"
        say "$status $count - $target: $seconds s" >>"$tap"
        [ "$status" = ok ] || tail -n 40 "$directory/fuzz/$target.log" | sed 's/^/# /' >>"$tap"
    done
    say "1..$count" >>"$tap"
}

# run_servers COMMAND: sessions with real servers, each in a world of its own, and the table of codes that
# were seen. Without leave to make such worlds they are skipped, and that is said.
run_servers() {
    command=$1
    servers=${SERVERS_DIR:-build/servers}
    taps=
    mkdir -p "$servers" $builds/real
    for name in $(python3 tests/real/run.py --names); do
        tap=$builds/real/$name.tap
        results="$results $name=$tap"
        if ! can_run_servers; then
            printf 'ok 1 - %s # SKIP needs root on Debian, and leave to make namespaces\n1..1\n' "$name" >"$tap"
            continue
        fi
        say "   $name"
        # shellcheck disable=SC2046  # a list of words
        if unpack "$name" $(python3 tests/real/run.py --packages "$name") >$builds/real/$name.log 2>&1; then
            in_private_world env PYTHONDONTWRITEBYTECODE=1 python3 tests/real/run.py "$name" "$(realpath "$servers/$name")" "$command" \
                >"$tap" 2>>$builds/real/$name.log || true
        else
            printf 'not ok 1 - %s could not be fetched\n1..1\n' "$name" >"$tap"
        fi
        taps="$taps $tap"
    done
    results="$results codes=$builds/real/codes.tap"
    # shellcheck disable=SC2086
    python3 tests/real/codes.py "$command" $taps >$builds/real/codes.tap 2>&1 || true
}

more=
$all && more="clang libfuzzer clang-format"
# shellcheck disable=SC2086
need_to_build jansson zlib liblzma libzstd libssl libgsasl openssl zstd cmocka python3 polib jsonschema gettext mandoc bash zsh fish c++ cmake $more

# The report is looked at in a browser, where one can be had.
browser="--no-suite browser"
if $all; then
    want chromium
    browser=
fi

sanitized="--buildtype=debug -Db_sanitize=address,undefined -Db_lundef=false"
# A fault that the undefined-behaviour sanitizer finds must end the program.
sanitized="$sanitized -Dc_args=-fno-sanitize-recover=all"

run_build release "Release build: all tests, and the checks of the repository" \
    "$compiler" "--buildtype=release $werror"
run_build sanitized "Debug build with the address and undefined-behaviour sanitizers" \
    "$compiler" "$sanitized $werror" unit
run_build portable "Release build without vector instructions" \
    "$compiler" "--buildtype=release -Dsimd=false $werror" unit
if $all; then
    run_build clang "Release build with clang" clang "--buildtype=release -Dwerror=true" unit
    run_build fuzz "Fuzz targets (clang, sanitizers)" clang "$sanitized -Dfuzzers=true" unit
    run_fuzzers $builds/fuzz
    say "== Real servers"
    run_servers $builds/release/smtpstatus
fi

say "== Summary"
# shellcheck disable=SC2086
python3 tests/summary.py $results
