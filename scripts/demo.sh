#!/bin/sh
# Builds the command into build/ and has it explain the replies of samples/replies.txt: one in full,
# then all of them in a sentence each; then the mails that came back in samples/bounces.mbox, which
# real mail servers wrote; and what a log and these mails add up to, as a page too: build/report.html.
# Does all the set-up on a fresh machine (scripts/setup.sh).
#
#     sh scripts/demo.sh [OPTION...]      options go to the command, as in: sh scripts/demo.sh --lang es
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

need_to_build jansson zlib liblzma libzstd libssl libgsasl

say "Building build/smtpstatus"
set_up_build build --buildtype=release
quietly "The build" meson compile -C build smtpstatus:executable

samples=samples/replies.txt
full=$(grep -m 1 gsmtp $samples)

say
say "== One reply in full: smtpstatus explain '550-5.7.26 ...'"
say
build/smtpstatus explain "$@" "$full"

# The explanation of each reply begins with one sentence or two, and then an empty line.
say
say "== All replies of $samples, and what they mean in short"
while IFS= read -r reply; do
    say
    printf '%.80s\n' "$reply"
    build/smtpstatus explain "$@" "$reply" | sed '/^$/q' | sed '/^$/d; s/^/    /'
done <$samples

say
say "== A mailbox of mail that came back: smtpstatus bounce samples/bounces.mbox"
say
build/smtpstatus bounce "$@" samples/bounces.mbox

say
say "== A log and the mailbox, and what to mend first: smtpstatus report samples/mail.log samples/bounces.mbox"
say
build/smtpstatus report "$@" samples/mail.log samples/bounces.mbox
build/smtpstatus report "$@" samples/mail.log samples/bounces.mbox --output build/report.html 2>/dev/null

say
say "The same as a page for your browser: $(pwd)/build/report.html"

say
say "Try for yourself:"
while IFS='|' read -r line what; do
    printf '    %-52s %s\n' "build/smtpstatus $line" "$what"
done <<EOF
550|a code
452 4.2.2 Mailbox full|a reply: paste what you were sent
explain --file $samples|a file, one reply a line
explain --format jsonl 550|for a program
bounce ~/Maildir|your own mail that came back
bounce --format jsonl samples/bounces.mbox|one record for each recipient
log samples/mail.log|what became of every mail
report -o report.html '/var/log/mail.log*'|your own log, as a page
report --format json samples/mail.log|for a program
list codes --lang es|the whole enumeration, in Spanish
EOF
