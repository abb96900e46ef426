#!/bin/sh
# Makes real mail servers send mail back, and keeps the reports and logs as test cases. See --help.
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh
. scripts/servers.sh

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
server; never part of a test run. SERVERS_DIR names another directory for the packages. One more, haraka,
is run only when named: it comes from the npm registry and needs npm.

Servers:
END
    python3 tests/harvest/run.py --names | tr '\n' ' ' | fold -s -w 76 | sed 's/^/    /; s/ *$//'
    say
}

servers=${SERVERS_DIR:-build/servers}
export PYTHONDONTWRITEBYTECODE=1

case ${1-} in
-h | --help)
    usage
    exit
    ;;
esac

can_run_servers || {
    say "harvest.sh: needs root on a Debian machine, and leave to make namespaces"
    exit 2
}
need_to_build python3

status=0
for name in ${*:-$(python3 tests/harvest/run.py --names)}; do
    say "$name"
    # shellcheck disable=SC2046  # lists of words
    unpack "$name" $(python3 tests/harvest/run.py --packages "$name")
    # shellcheck disable=SC2046
    fetch_npm "$servers/$name" $(python3 tests/harvest/run.py --npm "$name")
    in_private_world python3 tests/harvest/run.py "$name" "$(realpath "$servers/$name")" "$PWD/tests/cases" || {
        say "  $name: failed"
        status=1
    }
done
python3 tests/harvest/sample.py tests/cases samples/bounces.mbox || status=1
exit $status
