# How fast logs are read, against peers on the same log. Sourced by scripts/bench.sh.
#
# The log is one of Postfix of LOG_MB (1000) megabytes, with every message unique, and what became of
# each recipient is known (log_data.c): what smtpstatus reads out of it must agree with that. Each
# program runs ROUNDS times (3) on one processor, and its fastest run counts: whatever else the
# machine does can only slow one down. Seconds of the processor are told too, as they vary less.
# Memory is the most that any run had. Peers run once, on the
# first PEER_MB (LOG_MB) megabytes; where that is less, their seconds are extrapolated and marked so:
#
#     pflogsumm         Perl; Debian's package
#     postfix-logwatch  Perl; in Debian's package logwatch
#
# They are run where they are installed, or else from their packages, unpacked into the build
# directory. grep, and a program that only counts lines (log_scan.c), say what reading costs alone.

megabytes=${LOG_MB:-1000}
peer_megabytes=${PEER_MB:-$megabytes}
rounds=${ROUNDS:-3}
results=$builds/log
rm -rf "$results"
mkdir -p "$results"

need python3
build_targets smtpstatus:executable log_data log_scan
command=$PWD/$builds/smtpstatus
log=$results/mail.log
"$builds/bench/log_data" "${megabytes}000000" "$log" "$results/truth"
bytes=$(awk '$1 == "bytes" { print $2 }' "$results/truth")

# Debian's packages of the peers, without what they depend on but do not need here.
unpack_peer() {
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
    mkdir -p "$results/peers"
    (cd "$results/peers" && apt-get -q download "$1" && dpkg -x "$1"_*.deb .) >"$results/$1.log" 2>&1
}

# find_peer NAME PACKAGE PATH: sets $found to the program, or to nothing.
find_peer() {
    found=
    for found in "/$3" "$results/peers/$3"; do
        [ ! -f "$found" ] || break
        found=
    done
    if [ -z "$found" ] && unpack_peer "$2" && [ -f "$results/peers/$3" ]; then
        found=$results/peers/$3
    fi
    if [ -n "$found" ] && ! perl "$found" --version >/dev/null 2>&1; then
        found=
    fi
    [ -n "$found" ] || say "$1: left out, it cannot be had here"
}

pflogsumm=
logwatch=
if command -v perl >/dev/null; then
    find_peer pflogsumm pflogsumm usr/sbin/pflogsumm
    pflogsumm=$found
    find_peer postfix-logwatch logwatch usr/share/logwatch/scripts/services/postfix
    logwatch=$found
fi

# On one processor, if that can be had.
alone=
! command -v taskset >/dev/null || alone="taskset -c 0"

# measure NAME COMMAND...: one line into the results of that name.
measure() {
    measured=$1
    shift
    # shellcheck disable=SC2086
    $alone python3 -I -S bench/measure.py "$@" >>"$results/$measured.txt" || {
        say "$measured: failed"
        rm -f "$results/$measured.txt"
    }
}

round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    measure report "$command" report "$log"
    measure jsonl "$command" log --format jsonl "$log"
    measure csv "$command" log --format csv "$log"
    # Where its output goes to /dev/null, grep ends at the first line that it finds.
    measure grep sh -c "grep -c status= '$log' >'$results/grep.out'"
    measure scan "$builds/bench/log_scan" "$log"
done
(
    alone=
    measure jobs "$command" log --format jsonl --jobs 2 "$log"
    measure report_jobs "$command" report --jobs 2 "$log"
)

part=$log
if [ "$peer_megabytes" != "$megabytes" ]; then
    part=$results/part.log
    head -c "${peer_megabytes}000000" "$log" >"$part"
    say "the peers' seconds are extrapolated from $peer_megabytes MB"
fi
# Their output is needed, to compare what they count.
[ -z "$pflogsumm" ] || measure pflogsumm sh -c "perl '$pflogsumm' '$part' >'$results/pflogsumm.out'"
[ -z "$logwatch" ] || measure logwatch sh -c "perl '$logwatch' '$part' >'$results/logwatch.out'"

# best NAME COLUMN: the least; worst: the most; "-" where it was not measured.
best() {
    sort -n -k "$2" "$results/$1.txt" 2>/dev/null | awk -v c="$2" 'NR == 1 { print $c; n = 1 } END { if (!n) print "-" }'
}

worst() {
    sort -rn -k "$2" "$results/$1.txt" 2>/dev/null | awk -v c="$2" 'NR == 1 { print $c; n = 1 } END { if (!n) print "-" }'
}

# of_whole SECONDS: of a peer, for the whole log.
of_whole() {
    awk -v s="$1" -v part="$peer_megabytes" -v whole="$megabytes" \
        'BEGIN { if (s == "-") print "-"; else printf "%.1f\n", s * whole / part }'
}

speed() {
    best "$1" 1 | awk -v bytes="$bytes" '{ if ($1 == "-") print "-"; else printf "%.0f\n", bytes / $1 / 1e6 }'
}

# row NAME TITLE
row() {
    [ -s "$results/$1.txt" ] || return 0
    awk -v title="$2" -v seconds="$(best "$1" 1)" -v cpu="$(best "$1" 2)" -v memory="$(worst "$1" 3)" \
        -v bytes="${3:-$bytes}" \
        'BEGIN { printf "%-36s %7.2f s (%7.2f s of the processor) %7.1f MB/s %7.1f MiB\n", title, seconds, cpu,
                 bytes / seconds / 1e6, memory }'
}

say "$bytes bytes; best of $rounds"
row report "smtpstatus report"
row report_jobs "smtpstatus report, two threads"
row jsonl "smtpstatus log, jsonl"
row jobs "smtpstatus log, jsonl, two threads"
row csv "smtpstatus log, csv"
row grep "grep -c"
row scan "a program that only counts lines"
part_bytes=$(wc -c <"$part")
row pflogsumm "pflogsumm" "$part_bytes"
row logwatch "postfix-logwatch" "$part_bytes"

# The same output with two threads; and all that was read is as it was written.
"$command" log --format jsonl "$log" >"$results/records" 2>/dev/null
same=no
"$command" log --format jsonl --jobs 2 "$log" 2>/dev/null | cmp -s - "$results/records" && same=yes
"$command" report --format json "$log" >"$results/report" 2>/dev/null || true
peer_outputs="-"
[ "$part" != "$log" ] || peer_outputs="$results/pflogsumm.out $results/logwatch.out"
for output in $peer_outputs; do
    [ -f "$output" ] || peer_outputs=-
done
# shellcheck disable=SC2086
python3 bench/log_truth.py "$results/truth" "$results/records" "$results/report" $peer_outputs |
    tee "$results/agreement"
truth=$(tail -n 1 "$results/agreement")
rm -f "$log" "$results/part.log" "$results/records" "$results/pflogsumm.out" "$results/logwatch.out"

pflogsumm_seconds=$(of_whole "$(best pflogsumm 1)")
say "log report_s=$(best report 1) report_cpu_s=$(best report 2) report_peak_mib=$(worst report 3) log_jsonl_mb_s=$(speed jsonl)" \
    "log_peak_mib=$(worst jsonl 3) jobs2_mb_s=$(speed jobs) jobs2_same=$same" \
    "pflogsumm_s=$pflogsumm_seconds pflogsumm_cpu_s=$(of_whole "$(best pflogsumm 2)") pflogsumm_mib=$(worst pflogsumm 3)" \
    "vs_pflogsumm=$(ratio "$pflogsumm_seconds" "$(best report 1)")" \
    "postfix_logwatch_s=$(of_whole "$(best logwatch 1)") postfix_logwatch_mib=$(worst logwatch 3)" \
    "grep_s=$(best grep 1) scan_s=$(best scan 1) truth=$truth"
