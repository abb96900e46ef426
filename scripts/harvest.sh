#!/bin/sh
# Makes real mail servers send mail back, and keeps the reports and logs as test cases. See --help.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

usage() {
    cat <<END
Usage: sh scripts/harvest.sh [NAME...]

Starts mail servers from Debian's packages, one after the other, on loopback, has them deliver mail to
a scripted next hop that refuses, puts off or cuts it in every way that tests/harvest/situations.py
lists, and keeps

    tests/cases/bounce/harvest/NAME-SITUATION.eml             each report that came back
    tests/cases/bounce/harvest/NAME-SITUATION.expected.jsonl  what was really done, as records
    tests/cases/log/harvest/NAME.log                          the server's log
    tests/cases/log/harvest/NAME.truth.jsonl                  what was really done to each recipient
    samples/bounces.mbox                                      some of the reports

What is there of the same server is replaced; ids and dates change with every run.

Nothing is installed. Packages are fetched with "apt-get download", unpacked with "dpkg -x" under
$servers/NAME, and run from there in private mount, network, process and host name
namespaces; what a server writes goes to memory. All of its processes end with the namespace.

Needs root, a Debian 12 machine, Debian's packages over the network, Python 3. Takes about a minute a
server; never part of a test run. HARVEST_DIR names another directory for the packages. One more, haraka,
is run only when named: it comes from the npm registry and needs npm.

Servers:
END
    python3 tests/harvest/run.py --names | tr '\n' ' ' | fold -s -w 76 | sed 's/^/    /; s/ *$//'
    say
}

servers=${HARVEST_DIR:-build/servers}
export PYTHONDONTWRITEBYTECODE=1

# The packages and all that they depend on, as for a machine that has nothing. Conflicts with what this
# machine has do not matter: nothing is installed.
closure() {
    apt-get -s -o Dir::State::status=/dev/null install --no-install-recommends "$@" |
        sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p'
}

# Fetches and unpacks one server, unless it is there in the same versions.
unpack() {
    directory=$servers/$1
    mkdir -p "$directory" "$servers/packages"
    names=$(python3 tests/harvest/run.py --packages "$1")
    # shellcheck disable=SC2086  # a list of words
    wanted=$(closure $names)
    if [ -z "$wanted" ]; then
        # A machine that has never asked for the lists.
        apt-get -qq update
        # shellcheck disable=SC2086
        wanted=$(closure $names)
        test -n "$wanted"
    fi
    if [ "$wanted" = "$(cat "$directory/list" 2>/dev/null)" ]; then
        return
    fi
    rm -rf "$directory/root" "$directory/list"
    mkdir "$directory/root"
    (cd "$servers/packages" && echo "$wanted" | xargs apt-get -qq -o APT::Sandbox::User=root download)
    for package in $wanted; do
        # A file's name has the version's colon as %3a.
        dpkg -x "$servers/packages/${package%%=*}_$(echo "${package#*=}" | sed 's/:/%3a/g')"_*.deb "$directory/root"
    done
    # shellcheck disable=SC2046  # a list of words
    fetch_npm "$directory" $(python3 tests/harvest/run.py --npm "$1")
    echo "$wanted" >"$directory/list"
}

# Usage: fetch_npm DIRECTORY [PACKAGE DATE]
fetch_npm() {
    [ $# = 3 ] || return 0
    command -v npm >/dev/null || {
        say "  needs npm"
        return 1
    }
    mkdir -p "$1/root/opt/npm"
    (cd "$1/root/opt/npm" &&
        npm install --silent --before="$3" --omit=optional --no-audit --no-fund --ignore-scripts "$2")
}

case ${1-} in
-h | --help)
    usage
    exit
    ;;
esac

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || ! unshare --mount --net true 2>/dev/null; then
    say "harvest.sh: needs root on a Debian machine, and leave to make namespaces"
    exit 2
fi
need_to_build python3

status=0
for name in ${*:-$(python3 tests/harvest/run.py --names)}; do
    say "$name"
    unpack "$name"
    unshare --mount --net --pid --uts --ipc --fork --kill-child \
        python3 tests/harvest/run.py "$name" "$(realpath "$servers/$name")" "$PWD/tests/cases" || {
        say "  $name: failed"
        status=1
    }
done
python3 tests/harvest/sample.py tests/cases samples/bounces.mbox || status=1
exit $status
