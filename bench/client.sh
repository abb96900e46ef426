# How much it costs to send mail, against peers at the same sinks. Sourced by scripts/bench.sh.
#
# Every program sends the same mails over one connection on loopback: 1 kB to one recipient, 1 kB to
# 100, 1 MB to one. The sinks take everything and cost little: our own (client_sink.c), and Postfix's
# smtp-sink. Each runs ROUNDS times (5), all in turn, and its fastest run counts: whatever else the
# machine does can only slow one down. CPU is the client's own. Then the engine alone, in memory
# (client_engine.c). Peers, where they are there:
#
#     libcurl        one easy handle, its connection used again
#     libESMTP       one session with all mails
#     smtp-source    Postfix's; from Debian's package, unpacked, not installed

rounds=${ROUNDS:-5}
results=$builds/client
rm -rf "$results"
mkdir -p "$results"
. scripts/servers.sh
servers=${SERVERS_DIR:-build/servers}

need python3 libcurl libesmtp libssl libgsasl
build_targets client_send client_sink client_engine_bench
for size in 1000 1000000; do
    awk -v size=$size 'BEGIN {
        printf "From: <s@example.org>\r\nTo: <a@example.com>\r\nSubject: bench\r\n\r\n"
        line = "The quick brown fox jumps over the lazy dog, and then over one more.\r\n"
        for (n = 60; n + length(line) <= size; n += length(line)) printf "%s", line
    }' >"$results/$size"
done

# build_peer NAME LIBRARY
build_peer() {
    ${CC:-cc} -O2 -o "$results/$1" "bench/peers/client-$1.c" "-l$2" >"$results/$1.log" 2>&1 ||
        say "$1: left out, it could not be built: $(tail -n 1 "$results/$1.log")"
}
build_peer curl curl
build_peer esmtp esmtp

postfix=
if command -v apt-get >/dev/null && unpack postfix postfix >"$results/postfix.log" 2>&1; then
    postfix=$(realpath "$servers/postfix/root")
else
    say "smtp-source: left out, Postfix's package could not be fetched"
fi
# with_postfix NAME ARGUMENT...: one of its programs, with its own libraries.
with_postfix() {
    program=$1
    shift
    exec env LD_LIBRARY_PATH="$postfix/usr/lib/postfix:$postfix/usr/lib/$(uname -m)-linux-gnu" \
        "$postfix/usr/sbin/$program" "$@"
}

# measure NAME COMMAND...
measure() {
    measured=$1
    shift
    python3 -I -S bench/measure.py "$@" >>"$results/$measured.txt" 2>>"$results/errors" || {
        say "$measured: failed"
        rm -f "$results/$measured.txt"
    }
}

# measure_all SINK PORT CASE MAILS RECIPIENTS SIZE
measure_all() {
    measure "$1-$3-ours" "$builds/bench/client_send" "$2" "$4" "$5" "$results/$6"
    for peer in curl esmtp; do
        [ ! -x "$results/$peer" ] || measure "$1-$3-$peer" "$results/$peer" "$2" "$4" "$5" "$results/$6"
    done
    # It makes up a message of that size, and addresses of its own.
    [ -z "$postfix" ] || measure "$1-$3-source" env \
        LD_LIBRARY_PATH="$postfix/usr/lib/postfix:$postfix/usr/lib/$(uname -m)-linux-gnu" \
        "$postfix/usr/sbin/smtp-source" -d -m "$4" -r "$5" -l "$6" -f s@example.org -t a@example.com "127.0.0.1:$2"
}

"$builds/bench/client_sink" >"$results/port" &
sink=$!
pids=$sink
sink_port=
while [ -z "$sink_port" ]; do
    sleep 0.1
    sink_port=$(cat "$results/port")
done
postfix_port=
if [ -n "$postfix" ]; then
    postfix_port=$((sink_port > 40000 ? sink_port - 7 : sink_port + 7))
    user=
    [ "$(id -u)" != 0 ] || user="-u nobody"
    # shellcheck disable=SC2086
    with_postfix smtp-sink $user "127.0.0.1:$postfix_port" 100 >"$results/smtp-sink.log" 2>&1 &
    pids="$pids $!"
    sleep 1
fi
# Only what was started here.
trap 'kill $pids 2>/dev/null || true' EXIT

round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    for where in "ours $sink_port" ${postfix_port:+"postfix $postfix_port"}; do
        # shellcheck disable=SC2086
        measure_all $where small 5000 1 1000
        # shellcheck disable=SC2086
        measure_all $where many 300 100 1000
        # shellcheck disable=SC2086
        measure_all $where large 100 1 1000000
    done
done

# best NAME COLUMN: the least; "-" where it was not measured.
best() {
    sort -n -k "$2" "$results/$1.txt" 2>/dev/null | awk -v c="$2" 'NR == 1 { print $c; n = 1 } END { if (!n) print "-" }'
}

# micro NAME MAILS: microseconds of the processor for each mail.
micro() {
    best "$1" 2 | awk -v mails="$2" '{ if ($1 == "-") print "-"; else printf "%.1f\n", $1 / mails * 1e6 }'
}

rate() {
    best "$1" 1 | awk -v mails="$2" '{ if ($1 == "-" || $1 == 0) print "-"; else printf "%.0f\n", mails / $1 }'
}

# least CASE MAILS: of the peers.
least() {
    for peer in curl esmtp source; do micro "ours-$1-$peer" "$2"; done | grep -v '^-' | sort -n | head -n 1 | grep . || say -
}

for where in ours postfix; do
    for case in "small 5000" "many 300" "large 100"; do
        # shellcheck disable=SC2086
        set -- $case
        for who in ours curl esmtp source; do
            [ ! -s "$results/$where-$1-$who.txt" ] ||
                printf '%-8s sink, %-5s mails, %-7s %9s mails/s %9s us of CPU a mail\n' "$where" "$1" "$who" \
                    "$(rate "$where-$1-$who" "$2")" "$(micro "$where-$1-$who" "$2")"
        done
    done
done
engine=$("$builds/bench/client_engine_bench" | sed -n 's/.*transactions_per_s=\([0-9]*\).*/\1/p')

say "client small_us=$(micro ours-small-ours 5000) best_peer_small_us=$(least small 5000)" \
    "vs_small=$(ratio "$(least small 5000)" "$(micro ours-small-ours 5000)")" \
    "many_us=$(micro ours-many-ours 300) vs_many=$(ratio "$(least many 300)" "$(micro ours-many-ours 300)")" \
    "large_us=$(micro ours-large-ours 100) vs_large=$(ratio "$(least large 100)" "$(micro ours-large-ours 100)")" \
    "small_per_s=$(rate ours-small-ours 5000) engine_per_s=${engine:--}"
