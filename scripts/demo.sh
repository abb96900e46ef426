#!/bin/sh
# Builds the command into build/ and has it explain the replies of samples/replies.txt. Does all the
# set-up on a fresh machine (scripts/setup.sh).
#
#     sh scripts/demo.sh [OPTION...]      options go to the command, as in: sh scripts/demo.sh --lang es
set -eu
cd "$(dirname "$0")/.."
. scripts/setup.sh

need_meson
need jansson

say "Building build/smtpstatus"
set_up_build build --buildtype=release -Dtests=false
quietly "The build" meson compile -C build

say "build/smtpstatus explain --file samples/replies.txt $*"
say
build/smtpstatus explain --file samples/replies.txt "$@"
