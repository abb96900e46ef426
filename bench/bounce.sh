# How fast mail that came back is read, against peers on the same mails. Sourced by scripts/bench.sh.
#
# The mails are 12,000 (MAILS) made from the reports of real servers in tests/cases/bounce/harvest
# (bounce_data.py), as an mbox and as a Maildir. Every program reads all of them and writes what it
# found as JSON. Each runs ROUNDS times (5), all in turn, and its fastest run counts: whatever else
# the machine does can only slow one down. Memory is the most that any run had. Peers, where they
# are there:
#
#     go-sisimai        Go; fetched with Go's own client
#     libsisimai-perl   Perl; Debian's package, if it is installed

mails=${MAILS:-12000}
rounds=${ROUNDS:-5}
results=$builds/bounce
peers=$PWD/bench/peers
rm -rf "$results"
mkdir -p "$results"

need python3
build_targets smtpstatus:executable
command=$PWD/$builds/smtpstatus
# shellcheck disable=SC2046
set -- $(python3 bench/bounce_data.py tests/cases/bounce/harvest "$results" "$mails")
bytes=$2
mbox=$results/bounces.mbox
maildir=$results/Maildir

# The module is not vendored: the newest one is asked for, and the peer left out where it is not had.
build_go() {
    cp -r "$peers/bounce-go" "$results/bounce-go"
    (cd "$results/bounce-go" && go get libsisimai.org/sisimai@latest && go build -o ../go-sisimai .)
}

go=$results/go-sisimai
if ! command -v go >/dev/null; then
    say "go-sisimai: left out, there is no go here"
elif ! build_go >"$results/go.log" 2>&1; then
    say "go-sisimai: left out, it could not be built: $(tail -n 1 "$results/go.log")"
fi
perl=
if command -v perl >/dev/null && perl -MSisimai -e 1 2>/dev/null; then
    perl=perl
else
    say "libsisimai-perl: left out, it is not installed"
fi

# measure NAME COMMAND...: one line into the results of that name.
measure() {
    measured=$1
    shift
    python3 -I -S bench/measure.py "$@" >>"$results/$measured.txt" || {
        say "$measured: failed"
        rm -f "$results/$measured.txt"
    }
}

read_by_perl='print Sisimai->dump($ARGV[0], "delivered" => 1)'

round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    measure mbox "$command" bounce --format jsonl "$mbox"
    measure maildir "$command" bounce --format jsonl "$maildir"
    measure jobs "$command" bounce --format jsonl --jobs 0 "$mbox"
    measure gzip "$command" bounce --format jsonl "$mbox.gz"
    measure text "$command" bounce "$mbox"
    measure large "$command" bounce "$results/large.eml"
    measure largepipe sh -c "\"$command\" bounce <$results/large.eml"
    [ ! -x "$go" ] || measure go "$go" "$mbox"
    [ ! -x "$go" ] || measure godir "$go" "$maildir/cur"
    # Its runs are long, and differ little.
    [ -z "$perl" ] || [ $round -gt 2 ] || measure perl perl -MSisimai -e "$read_by_perl" "$mbox"
    [ -z "$perl" ] || [ $round -gt 1 ] || measure perldir perl -MSisimai -e "$read_by_perl" "$maildir/cur"
done

# best NAME COLUMN: the least; worst: the most; "-" where it was not measured.
best() {
    sort -n -k "$2" "$results/$1.txt" 2>/dev/null | awk -v c="$2" 'NR == 1 { print $c; n = 1 } END { if (!n) print "-" }'
}

worst() {
    sort -rn -k "$2" "$results/$1.txt" 2>/dev/null | awk -v c="$2" 'NR == 1 { print $c; n = 1 } END { if (!n) print "-" }'
}

per_second() {
    best "$1" 1 | awk -v mails="$mails" '{ if ($1 == "-") print "-"; else printf "%.0f\n", mails / $1 }'
}

# row NAME TITLE
row() {
    [ -s "$results/$1.txt" ] || return 0
    best "$1" 1 | awk -v title="$2" -v mails="$mails" -v bytes="$bytes" -v memory="$(worst "$1" 3)" \
        '{ printf "%-40s %8.0f mails/s %7.1f MB/s %7.1f MiB\n", title, mails / $1, bytes / $1 / 1e6, memory }'
}

# Of one mail of 15 MB.
large_row() {
    best "$1" 1 | awk -v title="$2" -v memory="$(worst "$1" 3)" \
        '{ printf "%-40s %8.1f ms %21.1f MiB\n", title, $1 * 1000, memory }'
}

say "$mails mails, $bytes bytes; best of $rounds"
row mbox "smtpstatus, mbox"
row maildir "smtpstatus, Maildir"
row jobs "smtpstatus, mbox, a thread a processor"
row gzip "smtpstatus, mbox packed by gzip"
row text "smtpstatus, mbox, as text"
row go "go-sisimai, mbox"
row godir "go-sisimai, Maildir"
row perl "libsisimai-perl, mbox"
row perldir "libsisimai-perl, Maildir"
large_row large "smtpstatus, a bounce of 15 MB"
large_row largepipe "smtpstatus, the same through a pipe"

say "bounce ours_per_s=$(per_second mbox) ours_peak_mib=$(worst mbox 3) go_sisimai_per_s=$(per_second go)" \
    "p5_sisimai_per_s=$(per_second perl) vs_go_sisimai=$(ratio "$(per_second mbox)" "$(per_second go)")"
