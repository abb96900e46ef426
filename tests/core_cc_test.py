#!/usr/bin/env python3
"""The library needs no build system: its sources, named to cc, compile, link and run. (The transport
is another library, which needs others.)

On the objects that come out of it: every name begins with sst_, nothing mutable is global, and
nothing of the C library is asked for that an embedding program could miss.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The whole C library that the library may ask for: what is freestanding, and the rest.
MEMORY = {"memchr", "memcmp", "memcpy", "memmove", "memset", "strlen"}
STRINGS = {"strchr", "strcmp", "strcspn", "strncmp", "strrchr", "strspn", "strstr"}
FREESTANDING = {"base", "status", "reply", "verdict", "gen"}
ALLOCATOR = {"malloc", "realloc", "free"}  # src/base/alloc.c only

# What a compiler adds by itself, and what assert becomes.
OF_THE_COMPILER = {"_GLOBAL_OFFSET_TABLE_", "__assert_fail", "__assert"}

PROGRAM = """\
#include <smtpstatus/smtpstatus.h>
int main(void)
{
    const char *name = sst_code_name(550);
    return name == NULL || name[0] != 'M';
}
"""


def compile_each(tap, command, sources, directory):
    """Each source by itself. Returns {source: object}, without those that failed."""
    objects = {}
    for source in sources:
        relative = source.relative_to(ROOT)
        output = directory / (str(relative).replace("/", "_") + ".o")
        flags = ["-std=c11", "-O1", "-fPIC", "-fno-stack-protector", "-U_FORTIFY_SOURCE"]
        words = command + flags + ["-Iinclude", "-Isrc", "-c", str(relative), "-o", str(output)]
        if tap.run(words, f"{relative} compiles by itself", cwd=ROOT) is not None:
            objects[relative] = output
    return objects


def symbols(path, kind):
    """Names in an object by the letter of nm: U for those it asks for, T for its functions, ..."""
    text = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
    return set(re.findall(rf"^[0-9a-f ]* {kind} (\w+)$", text, re.MULTILINE))


def mutable_bytes(path):
    """Bytes in sections that a program may write to. Tables of pointers, which the dynamic linker
    alone writes to (.data.rel.ro), are none."""
    text = subprocess.run(["size", "-A", path], capture_output=True, text=True, check=True).stdout
    sections = re.findall(r"^\.(data|bss|tdata|tbss)(?!\.rel\.ro)\S* +(\d+)", text, re.MULTILINE)
    return sum(int(size) for _, size in sections)


def allowed_functions(source):
    """Of the C library, for one source file."""
    allowed = MEMORY if source.parent.name in FREESTANDING else MEMORY | STRINGS
    return allowed | ALLOCATOR if source.name == "alloc.c" else allowed


def check_objects(tap, objects):
    defined = {path: symbols(path, "[TRDBC]") for path in objects.values()}
    inside = set().union(*defined.values())
    for relative, path in objects.items():
        # A program that links the static library has names of its own.
        foreign = sorted(name for name in defined[path] if not name.startswith("sst_"))
        tap.ok(not foreign, f"{relative} defines names with sst_ only", "\n".join(foreign))
        known = inside | allowed_functions(relative) | OF_THE_COMPILER
        extra = sorted(name for name in symbols(path, "U") - known if not name.startswith("sst_"))
        tap.ok(not extra, f"{relative} asks for no more of the C library", "\n".join(extra))
        tap.equal(mutable_bytes(path), 0, f"{relative} has no mutable global")


def main():
    tap = Tap()
    command = os.environ.get("CC", "cc").split()
    sources = sorted(path for path in ROOT.glob("src/*/*.c") if path.parent.name != "net")
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        objects = compile_each(tap, command, sources, directory)
        if shutil.which("nm") and shutil.which("size") and sys.platform == "linux":
            check_objects(tap, objects)
        else:
            tap.skip("what the objects ask for", "needs nm and size of binutils")
        program = directory / "program.c"
        program.write_text(PROGRAM)
        relative = [str(source.relative_to(ROOT)) for source in sources]
        words = command + ["-Iinclude", "-Isrc", str(program)] + relative
        output = directory / "program"
        tap.run(words + ["-o", str(output)], "cc with all sources makes a program", cwd=ROOT)
        tap.ok(output.exists() and subprocess.call([output]) == 0, "the program runs")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
