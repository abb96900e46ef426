#!/usr/bin/env python3
"""Installs into a temporary prefix, and then is somebody else: compiles, links and runs a C and a
C++ program against what was installed, through pkg-config and through CMake.

Usage: install_test.py VERSION [net]        net: the transport is built too
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "tests/install/program.c"
NET_PROGRAM = ROOT / "examples/send.c"
HAVE_NET = "net" in sys.argv[2:]
OF_NET = {"include/smtpstatus/net.h", "share/man/man3/smtpstatus_net.3"}


def capture(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def install(tap, directory, prefix):
    """A build of its own: the prefix is written into what is installed."""
    build = directory / "build"
    options = ["--prefix", prefix, "--libdir", "lib", "--buildtype", "plain", "-Dtests=false"]
    options.append("-Dnet=enabled" if HAVE_NET else "-Dnet=disabled")
    tap.run(["meson", "setup", build, ROOT, *options], "meson setup with a prefix")
    return tap.run(["meson", "install", "-C", build, "--quiet"], "meson install") is not None


def installed_files(prefix):
    return {str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()}


def expected_files():
    """What a source tree like this one must install."""
    files = {
        "bin/smtpstatus",
        "lib/libsmtpstatus.a",
        "lib/libsmtpstatus.so" if sys.platform == "linux" else "lib/libsmtpstatus.dylib",
        "lib/pkgconfig/smtpstatus.pc",
        "lib/cmake/smtpstatus/smtpstatus-config.cmake",
        "lib/cmake/smtpstatus/smtpstatus-config-version.cmake",
        "share/bash-completion/completions/smtpstatus",
        "share/zsh/site-functions/_smtpstatus",
        "share/fish/vendor_completions.d/smtpstatus.fish",
    }
    for path in (ROOT / "include/smtpstatus").glob("*.h"):
        files.add(f"include/smtpstatus/{path.name}")
    for path in (ROOT / "docs/man").glob("*.[1-8]"):
        files.add(f"share/man/man{path.suffix[1:]}/{path.name}")
    for path in (ROOT / "data").rglob("*"):
        if path.is_file():
            files.add(f"share/smtpstatus/{path.relative_to(ROOT / 'data')}")
    if not HAVE_NET:
        return files - OF_NET
    library = "libsmtpstatus-net.so" if sys.platform == "linux" else "libsmtpstatus-net.dylib"
    files |= {"lib/libsmtpstatus-net.a", f"lib/{library}", "lib/pkgconfig/smtpstatus-net.pc"}
    return files


def check_soname(tap, prefix):
    if sys.platform != "linux" or not shutil.which("readelf"):
        tap.skip("the soname", "needs readelf")
        return
    for name in ["libsmtpstatus", "libsmtpstatus-net"] if HAVE_NET else ["libsmtpstatus"]:
        text = capture(["readelf", "-d", prefix / f"lib/{name}.so"])
        tap.ok(f"[{name}.so.0]" in text, f"the soname is {name}.so.0", text)


def build_and_run(tap, name, compiler, source, flags, directory):
    output = directory / name.replace(" ", "-")
    command = [*compiler, source, "-o", output, *flags]
    if tap.run(command, f"{name}: compiles and links") is not None:
        tap.run([output], f"{name}: runs")


def runs_example(program):
    """Whether it starts: without arguments it says how it is used."""
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    return done.returncode == 2 and "usage" in done.stderr


def check_net(tap, compiler, tool, where, prefix, directory):
    """The example, built as its reader would build it; it has nobody to talk to here."""
    if not HAVE_NET:
        tap.skip("the transport through pkg-config", "it was not built")
        return
    flags = capture([tool, "--cflags", "--libs", "smtpstatus-net"], env=where).split()
    tap.ok("-lssl" not in flags, "pkg-config: the transport's own libraries are private", flags)
    output = directory / "send"
    tap.run([*compiler, NET_PROGRAM, "-o", output, *flags], "the transport: compiles and links")
    tap.ok(runs_example(output), "the transport: runs")
    archives = [prefix / "lib/libsmtpstatus-net.a", prefix / "lib/libsmtpstatus.a"]
    needed = capture([tool, "--libs", "openssl", "libgsasl"]).split()
    static = [f"-I{prefix}/include", *archives, *needed, "-pthread"]
    tap.run([*compiler, NET_PROGRAM, "-o", output, *static], "the transport's static library")


def check_pkg_config(tap, prefix, version, directory):
    tool = shutil.which("pkg-config") or shutil.which("pkgconf")
    if not tool:
        tap.skip("through pkg-config", "no pkg-config")
        return
    where = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    got = capture([tool, "--modversion", "smtpstatus"], env=where).strip()
    tap.equal(got, version, "pkg-config: the version")
    flags = capture([tool, "--cflags", "--libs", "smtpstatus"], env=where).split()
    compiler = os.environ.get("CC", "cc").split()
    strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    c = [*compiler, "-std=c11", *strict]
    build_and_run(tap, "pkg-config in C", c, PROGRAM, flags, directory)
    static = [flag for flag in flags if flag != "-lsmtpstatus"] + [prefix / "lib/libsmtpstatus.a"]
    build_and_run(tap, "the static library in C", c, PROGRAM, static, directory)
    check_net(tap, [*c, "-D_POSIX_C_SOURCE=200809L"], tool, where, prefix, directory)
    cxx = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)
    if not cxx:
        tap.skip("pkg-config in C++", "no C++ compiler")
        return
    source = directory / "program.cc"
    shutil.copy(PROGRAM, source)
    cplusplus = [cxx, "-std=c++17", *strict]
    build_and_run(tap, "pkg-config in C++", cplusplus, source, flags, directory)


def cmake_setup(build, prefix, version):
    where = ["-G", "Ninja", "-S", ROOT / "tests/install", "-B", build]
    return ["cmake", *where, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DVERSION={version}"]


def check_cmake(tap, prefix, version, directory):
    if not shutil.which("cmake") or not any(map(shutil.which, ("c++", "g++", "clang++"))):
        tap.skip("through CMake", "no cmake, or no C++ compiler")
        return
    build = directory / "cmake"
    tap.run(cmake_setup(build, prefix, version), "CMake finds the package")
    if tap.run(["cmake", "--build", build], "CMake builds with it") is not None:
        for name in ("shared", "static", "cplusplus"):
            tap.run([build / name], f"CMake: {name} runs")
        if HAVE_NET:
            tap.ok(runs_example(build / "net"), "CMake: the transport runs")
    for other in ("0.0", "1.0", "99"):
        command = cmake_setup(directory / f"cmake-{other}", prefix, other)
        done = subprocess.run(command, capture_output=True, check=False)
        tap.ok(done.returncode != 0, f"CMake refuses it as version {other}")
    moved = directory / "moved"
    prefix.rename(moved)
    tap.run(cmake_setup(directory / "cmake-moved", moved, version), "CMake finds it after a move")


def main():
    tap = Tap()
    version = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        prefix = directory / "prefix"
        if not install(tap, directory, prefix):
            return tap.finish()
        os.environ["LD_LIBRARY_PATH"] = str(prefix / "lib")
        os.environ["DYLD_LIBRARY_PATH"] = str(prefix / "lib")
        missing = sorted(expected_files() - installed_files(prefix))
        tap.ok(not missing, "everything is installed", "\n".join(missing))
        tap.run([prefix / "bin/smtpstatus", "--version"], "the command runs from there")
        check_soname(tap, prefix)
        check_pkg_config(tap, prefix, version, directory)
        check_cmake(tap, prefix, version, directory)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
