# How fast verdicts are, against peers that look for the same phrases in the same texts. Sourced by
# scripts/bench.sh.
#
# The texts are 200,000 replies that all differ (verdict_data.c): half from templates with changing
# addresses, hosts and ids, half Latin paragraphs of 150 to 400 bytes. Everything runs in turn, PASSES
# times (5); a pass goes over all texts ROUNDS times (5), of which the fastest counts; of the passes
# the median is reported. In the last line are nanoseconds for the matching alone: which of the
# phrases of all our rules stand in a text. Peers, where they are there:
#
#     RE2::Set, Vectorscan or Hyperscan (whichever libhs is), RegexSet and AhoCorasick (Rust)
#
# They look for the bare literals without case; word boundaries, addresses and runs of blanks, which
# our automaton minds, are not asked of them. None of them takes a batch.

passes=${PASSES:-5}
rounds=${ROUNDS:-5}
texts=$builds/verdict.texts
phrases=$builds/verdict.phrases
results=$builds/verdict
peers=$PWD/bench/peers
rm -rf "$results"
mkdir -p "$results"

build_targets verdict_bench
bench=$builds/bench/verdict_bench
"$bench" texts "$texts"
"$bench" phrases "$phrases"

build_vectorscan() {
    # shellcheck disable=SC2046
    "${CC:-cc}" -O2 -std=c11 -o "$results/vectorscan" "$peers/verdict-vectorscan.c" \
        $(pkg-config --cflags --libs libhs)
}

build_re2() {
    # shellcheck disable=SC2046
    "${CXX:-c++}" -O2 -std=c++17 -o "$results/re2" "$peers/verdict-re2.cc" \
        $(pkg-config --cflags --libs re2)
}

build_rust() {
    CARGO_TARGET_DIR=$PWD/$builds/verdict-rust cargo build --release --locked \
        --manifest-path "$peers/verdict-rust/Cargo.toml" &&
        cp "$builds/verdict-rust/release/verdict-rust" "$results/rust"
}

try_peer Vectorscan pkg-config build_vectorscan
try_peer RE2 pkg-config build_re2
try_peer "RegexSet and AhoCorasick" cargo build_rust

# measure NAME PROGRAM ARGUMENT...: one line into its results, if the program is there.
measure() {
    measured=$1
    shift
    [ -x "$1" ] || return 0
    "$@" >>"$results/$measured.txt" 2>"$results/$measured.log" || {
        say "$measured: failed"
        rm -f "$results/$measured.txt" "$1"
    }
}

pass=0
while [ $pass -lt "$passes" ]; do
    pass=$((pass + 1))
    for way in match match1 batch single single170; do
        measure $way "$bench" $way "$rounds"
    done
    measure vectorscan "$results/vectorscan" "$texts" "$phrases" "$rounds"
    measure re2 "$results/re2" "$texts" "$phrases" "$rounds"
    measure ahocorasick "$results/rust" ahocorasick "$texts" "$phrases" "$rounds"
done
# Once is enough: it takes a minute to build its states, and is far behind.
measure regexset "$results/rust" regexset "$texts" "$phrases" 2

# row NAME TITLE: a row of the table.
row() {
    [ -s "$results/$1.txt" ] || return 0
    ns=$(median "$results/$1.txt" 1)
    printf '%-52s %7.0f ns %8.2f M/s %7.0f MB/s\n' "$2" "$ns" \
        "$(ratio 1000 "$ns")" "$(awk -v ns="$ns" -v len="$3" 'BEGIN { print len / ns * 1000 }')"
}

length=$(median "$results/match.txt" 2)
say "Tables:"
"$bench" sizes
say "Twice the rules:"
"$bench" double "$rounds"
say "$(wc -l <"$phrases") phrases, 200,000 texts of $length bytes in the mean; median of $passes:"
row match "smtpstatus, matching alone, in a batch" "$length"
row match1 "smtpstatus, matching alone, one by one" "$length"
row vectorscan "Vectorscan/Hyperscan $(cut -d' ' -f1 "$results/vectorscan.log" 2>/dev/null)" "$length"
row re2 "RE2::Set" "$length"
row ahocorasick "AhoCorasick (Rust), DFA" "$length"
row regexset "RegexSet (Rust), room for all its states" "$length"
row batch "smtpstatus, whole verdicts, in a batch" "$length"
row single "smtpstatus, whole verdicts, one by one" "$length"
row single170 "the same, texts of 160 to 180 bytes" "$(median "$results/single170.txt" 2)"

ours=$(median "$results/match.txt" 1)
for peer in re2 vectorscan regexset ahocorasick; do
    [ -s "$results/$peer.txt" ] && median "$results/$peer.txt" 1
done | sort -n | head -n 1 >"$results/best.txt"
say "verdict ours_ns=$ours re2_ns=$(median "$results/re2.txt" 1)" \
    "vectorscan_ns=$(median "$results/vectorscan.txt" 1)" \
    "regexset_ns=$(median "$results/regexset.txt" 1)" \
    "vs_best_peer=$(ratio "$(median "$results/best.txt" 1)" "$ours")"
