# Finds what is missing on this machine for a task, and installs it. Sourced by the other scripts:
#
#     . scripts/setup.sh
#     need_to_build jansson
#
# As root, or with sudo, missing packages are installed; otherwise the one command to run is printed
# and the script ends with status 2. What is there is never touched, whatever it came from.

say() {
    printf '%s\n' "$*"
}

# Whether there is what a name stands for. Where only a program matters, this asks for the program:
# which package it came from is the user's business.
have() {
    case $1 in
    compiler) command -v "${CC:-cc}" >/dev/null && try_compile 'int main(void) { return 0; }' ;;
    c++) command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null ;;
    ninja) command -v ninja >/dev/null || command -v ninja-build >/dev/null || command -v samu >/dev/null ;;
    pkg-config) command -v pkg-config >/dev/null || command -v pkgconf >/dev/null ;;
    jansson | cmocka | zlib | liblzma | libzstd | libcurl) pkg-config --exists "$1" 2>/dev/null ;;
    libesmtp) pkg-config --exists libesmtp-1.0 2>/dev/null ;;
    libssl) pkg-config --exists 'openssl >= 3.0' 2>/dev/null ;;
    libgsasl) pkg-config --exists 'libgsasl >= 2.0' 2>/dev/null ;;
    gettext) command -v msgfmt >/dev/null ;;
    polib | jsonschema) find_python "$1" >/dev/null ;;
    libfuzzer) try_fuzzer ;;
    chromium)
        for browser_name in chromium chromium-browser google-chrome google-chrome-stable; do
            ! command -v $browser_name >/dev/null || return 0
        done
        return 1
        ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# The first Python that has a module; packages install for the system's own, which need not be the
# first in PATH.
find_python() {
    for python in python3 /usr/bin/python3 /usr/local/bin/python3; do
        if "$python" -c "import $1" 2>/dev/null; then
            say "$python"
            return 0
        fi
    done
    return 1
}

try_compile() {
    directory=$(mktemp -d)
    printf '#include <stdio.h>\n%s\n' "$1" >"$directory/try.c"
    status=0
    "${CC:-cc}" -o "$directory/try" "$directory/try.c" 2>/dev/null || status=1
    rm -rf "$directory"
    return $status
}

try_fuzzer() {
    command -v clang >/dev/null || return 1
    directory=$(mktemp -d)
    printf '#include <stddef.h>\nint LLVMFuzzerTestOneInput(const unsigned char *d, size_t n);\n%s\n' \
        'int LLVMFuzzerTestOneInput(const unsigned char *d, size_t n) { return d == 0 && n == 1; }' \
        >"$directory/try.c"
    status=0
    clang -fsanitize=fuzzer,address -o "$directory/try" "$directory/try.c" 2>/dev/null || status=1
    rm -rf "$directory"
    return $status
}

# One row for each thing: apt, dnf, apk, pacman, brew, pkg. "-" where there is no package of it:
# the tests that want it are then skipped, and counted as skipped.
packages='
compiler     gcc,libc6-dev        gcc                     gcc,musl-dev        gcc               gcc           gcc
meson        meson                meson                   meson               meson             meson         meson
ninja        ninja-build          ninja-build             samurai             ninja             ninja         ninja
pkg-config   pkg-config           pkgconf-pkg-config      pkgconf             pkgconf           pkgconf       pkgconf
jansson      libjansson-dev       jansson-devel           jansson-dev         jansson           jansson       jansson
zlib         zlib1g-dev           zlib-devel              zlib-dev            zlib              zlib          -
liblzma      liblzma-dev          xz-devel                xz-dev              xz                xz            -
libzstd      libzstd-dev          libzstd-devel           zstd-dev            zstd              zstd          zstd
libssl       libssl-dev           openssl-devel           openssl-dev         openssl           openssl@3     openssl
libgsasl     libgsasl-dev         libgsasl-devel          gsasl-dev           gsasl             gsasl         gsasl
zstd         zstd                 zstd                    zstd                zstd              zstd          zstd
cmocka       libcmocka-dev        libcmocka-devel         cmocka-dev          cmocka            cmocka        cmocka
python3      python3              python3                 python3             python            python        python3
polib        python3-polib        python3-polib           py3-polib           python-polib      -             py311-polib
jsonschema   python3-jsonschema   python3-jsonschema      py3-jsonschema      python-jsonschema -             py311-jsonschema
openssl      openssl              openssl                 openssl             openssl           openssl@3     openssl
libcurl      libcurl4-openssl-dev libcurl-devel           curl-dev            curl              curl          curl
libesmtp     libesmtp-dev         libesmtp-devel          libesmtp-dev        libesmtp          libesmtp      libesmtp
gettext      gettext              gettext                 gettext             gettext           gettext       gettext-tools
c++          g++                  gcc-c++                 g++                 gcc               gcc           gcc
cmake        cmake                cmake                   cmake               cmake             cmake         cmake
mandoc       mandoc               mandoc                  mandoc              mandoc            mandoc        -
zsh          zsh                  zsh                     zsh                 zsh               zsh           zsh
fish         fish                 fish                    fish                fish              fish          fish
bash         bash                 bash                    bash                bash              bash          bash
clang        clang                clang                   clang               clang             llvm          llvm
libfuzzer    clang,libclang-rt-dev clang,compiler-rt      clang,compiler-rt   clang,compiler-rt llvm          llvm
clang-format clang-format         clang-tools-extra       clang-extra-tools   clang             clang-format  llvm
chromium     chromium             chromium                chromium            chromium          -             chromium
gcovr        gcovr                gcovr                   gcovr               gcovr             gcovr         py311-gcovr
'

package_manager() {
    for manager in apt-get dnf apk pacman brew pkg; do
        if command -v $manager >/dev/null; then
            say $manager
            return 0
        fi
    done
    return 1
}

# The packages of the things named, for one package manager.
packages_for() {
    case $1 in
    apt-get) column=2 ;;
    dnf) column=3 ;;
    apk) column=4 ;;
    pacman) column=5 ;;
    brew) column=6 ;;
    pkg) column=7 ;;
    esac
    shift
    for thing; do
        say "$packages" | awk -v thing="$thing" -v column=$column \
            '$1 == thing && $column != "-" { gsub(",", "\n", $column); print $column }'
    done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

install_command() {
    case $1 in
    apt-get) say "apt-get install -y --no-install-recommends" ;;
    dnf) say "dnf install -y" ;;
    apk) say "apk add" ;;
    pacman) say "pacman -S --needed --noconfirm" ;;
    brew) say "brew install" ;;
    pkg) say "pkg install -y" ;;
    esac
}

# Runs a command as root: directly, or through sudo where that is possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_install() {
    [ "$1" = brew ] || [ "$(id -u)" = 0 ] ||
        { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

# The one command that a user without the right to install is to run.
command_to_run() {
    line="$(install_command "$1") $(packages_for "$@")"
    case $1 in
    apt-get) say "    sudo sh -c 'apt-get update && $line'" ;;
    brew) say "    $line" ;;
    *) say "    sudo $line" ;;
    esac
}

missing_of() {
    for thing; do
        have "$thing" || printf '%s ' "$thing"
    done
}

run_install() {
    words="$(install_command "$1") $(packages_for "$@")"
    # shellcheck disable=SC2086
    case $1 in
    apt-get)
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive $words
        ;;
    brew) $words ;;
    *) as_root $words ;;
    esac
}

# need THING...: everything named is there afterwards, or the script ends with status 2.
need() {
    # shellcheck disable=SC2046
    set -- $(missing_of "$@")
    [ $# = 0 ] && return 0
    if ! manager=$(package_manager); then
        say "Missing here: $*. None of the package managers known here was found; their commands are:"
        for manager in apt-get dnf apk pacman brew pkg; do
            command_to_run $manager "$@"
        done
        exit 2
    fi
    wanted=$(packages_for "$manager" "$@")
    [ -z "$wanted" ] && return 0
    if ! may_install "$manager"; then
        say "Missing here: $*. Please run this, and then the script again:"
        command_to_run "$manager" "$@"
        exit 2
    fi
    say "Installing $wanted"
    log=$(mktemp)
    if ! run_install "$manager" "$@" >"$log" 2>&1; then
        cat "$log"
        rm -f "$log"
        say "The packages could not be installed."
        exit 2
    fi
    rm -f "$log"
}

# want THING...: what a part of the tests uses. Where it cannot be had, that is said, and no more.
want() {
    ( need "$@" ) || say "Left out: $*"
}

# need_to_build THING...: what every build needs, and these things. Meson must be of at least the
# version that meson.build asks for.
need_to_build() {
    need compiler meson ninja pkg-config "$@"
    case $(meson --version) in
    0.*)
        say "Meson 1.0 or later is needed; here is $(meson --version)."
        exit 2
        ;;
    esac
}

# quietly NAME COMMAND...: runs a command without its output, which is shown only if it fails.
quietly() {
    quietly_name=$1
    shift
    quietly_log=$(mktemp)
    if ! "$@" >"$quietly_log" 2>&1; then
        cat "$quietly_log"
        rm -f "$quietly_log"
        say "$quietly_name failed; above is what it said."
        return 1
    fi
    rm -f "$quietly_log"
}

# set_up_build DIRECTORY OPTION...: a build directory with these options. One that is there is kept.
set_up_build() {
    build_directory=$1
    shift
    again=
    [ ! -f "$build_directory/build.ninja" ] || again=--reconfigure
    quietly "The configuration of $build_directory" meson setup $again "$build_directory" "$@"
}
