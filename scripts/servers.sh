# Mail servers from Debian's packages: fetched with "apt-get download", unpacked with "dpkg -x", and run
# from there in private mount, network, process and host name namespaces. Nothing is installed. Needs
# root and Debian. To be sourced behind setup.sh, with $servers naming the directory for the packages.

can_run_servers() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && unshare --mount --net true 2>/dev/null
}

# All processes that a command starts end with it.
in_private_world() {
    unshare --mount --net --pid --uts --ipc --fork --kill-child "$@"
}

# The packages and all that they depend on, as for a machine that has nothing. Conflicts with what this
# machine has do not matter: nothing is installed.
closure() {
    apt-get -s -o Dir::State::status=/dev/null install --no-install-recommends "$@" |
        sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p'
}

# Usage: unpack NAME PACKAGE... Fetches and unpacks one server under $servers/NAME/root, unless it is
# there in the same versions.
unpack() {
    directory=$servers/$1
    shift
    mkdir -p "$directory" "$servers/packages"
    wanted=$(closure "$@")
    if [ -z "$wanted" ]; then
        # A machine that has never asked for the lists.
        apt-get -qq update
        wanted=$(closure "$@")
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
    echo "$wanted" >"$directory/list"
}

# Usage: fetch_npm DIRECTORY [PACKAGE DATE]
fetch_npm() {
    [ $# = 3 ] && [ ! -d "$1/root/opt/npm" ] || return 0
    command -v npm >/dev/null || {
        say "  needs npm"
        return 1
    }
    mkdir -p "$1/root/opt/npm"
    (cd "$1/root/opt/npm" &&
        npm install --silent --before="$3" --omit=optional --no-audit --no-fund --ignore-scripts "$2")
}
