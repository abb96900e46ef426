# How fast replies are parsed, against peers on the same bytes. Sourced by scripts/bench.sh.
#
# The replies are 25 MB of sessions as they are (reply_data.c). All programs are run in turn, ROUNDS
# times (9). Each goes over the file in memory for a quarter of a second, and its fastest pass counts;
# of these the median is reported. Peers, where their toolchains are there:
#
#     smtp-proto      Rust; builds a string of each reply's text; the newest release, which is the
#                     one in the last line, and the last of 0.1, which read byte by byte as all
#                     did before 0.2.5
#     net/textproto   Go; the same, and reads no enhanced codes
#     libcurl         has no such function; it is driven through sessions (peers/reply-curl.c)
#
# The floor is memchr for LF from line to line.

rounds=${ROUNDS:-9}
data=$builds/reply.data
results=$builds/reply
peers=$PWD/bench/peers
rm -rf "$results"
mkdir -p "$results"

build_targets reply_bench reply_data
"$builds/bench/reply_data" 25000000 >"$data"

build_rust() {
    CARGO_TARGET_DIR=$PWD/$builds/reply-rust cargo build --release --locked \
        --manifest-path "$peers/reply-rust/Cargo.toml" &&
        cp "$builds/reply-rust/release/reply-rust" "$results/rust"
}

build_go() {
    (cd "$peers/reply-go" && go build -o "$OLDPWD/$results/go" .)
}

build_curl() {
    # shellcheck disable=SC2046
    "${CC:-cc}" -O2 -std=c11 -o "$results/curl" "$peers/reply-curl.c" \
        $(pkg-config --cflags --libs libcurl) -lpthread
}

try_peer smtp-proto cargo build_rust
try_peer net/textproto go build_go
try_peer libcurl "${CC:-cc}" build_curl

# measure NAME COMMAND...: one line into the peer's results, if it is there.
measure() {
    measured=$1
    shift
    [ -x "$1" ] || return 0
    "$@" >>"$results/$measured.txt" || {
        say "$measured: failed"
        rm -f "$results/$measured.txt" "$1"
    }
}

round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    for way in memchr parse text pieces; do
        measure $way "$builds/bench/reply_bench" $way "$data"
    done
    measure rust "$results/rust" newest "$data"
    measure rust-old "$results/rust" old "$data"
    measure go "$results/go" "$data"
    measure curl "$results/curl" "$data"
done

# row NAME TITLE: a row of the table.
row() {
    [ -s "$results/$1.txt" ] || return 0
    printf '%-48s %7.0f MB/s %7.1f M/s\n' "$2" "$(median "$results/$1.txt" 1)" \
        "$(median "$results/$1.txt" 2 | awk '{ print $1 / 1e6 }')"
}

crate_version() {
    sed -n "s/^$1 = .*\"=\(.*\)\" }/\1/p" "$peers/reply-rust/Cargo.toml"
}

say "$(wc -c <"$data") bytes, $(awk 'NR == 1 { print $3 }' "$results/parse.txt") replies," \
    "$(awk 'NR == 1 { print $3 }' "$results/memchr.txt") lines; median of $rounds"
row memchr "lines alone (memchr for LF), lines"
row parse "smtpstatus, replies"
row text "smtpstatus, with the words of each joined"
row pieces "smtpstatus, in pieces of 1,400 bytes"
row rust "smtp-proto $(crate_version newest) (Rust), replies"
row rust-old "smtp-proto $(crate_version old) (Rust), replies"
row go "net/textproto (Go), replies"
row curl "libcurl, through a socket, lines"

ours=$(median "$results/parse.txt" 1)
memchr=$(median "$results/memchr.txt" 1)
rust=$(median "$results/rust.txt" 1)
go=$(median "$results/go.txt" 1)
say "reply ours_mb_s=$ours memchr_mb_s=$memchr smtp_proto_mb_s=$rust go_mb_s=$go" \
    "vs_smtp_proto=$(ratio "$ours" "$rust") vs_memchr=$(ratio "$ours" "$memchr")"
