#!/bin/sh
# Builds the command into build/ and has it explain the replies of samples/replies.txt. Does all the
# set-up on a fresh machine (scripts/setup.sh).
#
#     sh scripts/demo.sh [OPTION...]      options go to the command, as in: sh scripts/demo.sh --lang es
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

need_to_build jansson

say "Building build/smtpstatus"
set_up_build build --buildtype=release
quietly "The build" meson compile -C build smtpstatus:executable

say "build/smtpstatus explain --file samples/replies.txt $*"
say
build/smtpstatus explain --file samples/replies.txt "$@"
