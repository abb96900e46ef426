#!/bin/sh
# Runs a benchmark, with what it needs built first:
#
#     sh scripts/bench.sh reply
#
# Each is bench/NAME.sh, which says what it measures. Its last line is the result, as
# "NAME key=value ...", with "-" for the value of a peer that could not be built here.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

name=${1-}
case $name in
"" | *[!a-z]*) script= ;;
*) script=bench/$name.sh ;;
esac
if [ $# != 1 ] || [ ! -f "$script" ]; then
    say "usage: sh scripts/bench.sh NAME"
    say "benchmarks here: $(cd bench && ls ./*.sh | sed 's|^./||; s|\.sh$||' | tr '\n' ' ')"
    exit 2
fi

builds=build-bench
need_to_build

# build_targets TARGET...: of the library as it is released.
build_targets() {
    set_up_build $builds --buildtype=release -Dtests=false
    quietly "The build" meson compile -C $builds "$@"
}

# try_peer NAME TOOL COMMAND...: builds a peer; says so where it cannot be. What it prints goes to
# $results/build.log.
try_peer() {
    peer=$1 tool=$2
    shift 2
    if ! command -v "$tool" >/dev/null; then
        say "$peer: left out, there is no $tool here"
    elif ! "$@" >"$results/build.log" 2>&1; then
        say "$peer: left out, it could not be built: $(grep -m1 -i error "$results/build.log" || tail -n 1 "$results/build.log")"
    fi
}

# median FILE COLUMN: of the lines of a file; "-" where there are none.
median() {
    [ -s "$1" ] || {
        say -
        return 0
    }
    awk -v column="$2" '{ print $column }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# ratio A B: with two digits; "-" where one of them is missing.
ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { if (a == "-" || b == "-" || b == 0) print "-"; else printf "%.2f\n", a / b }'
}

. "$script"
