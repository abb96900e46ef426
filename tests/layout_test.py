#!/usr/bin/env python3
"""How the files look: clang-format decides over C, .editorconfig over the rest, and each file of C
opens with a comment that says what it is.
"""

import pathlib
import re
import shutil
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = "include src cli examples tests fuzz bench tools scripts docs data po packaging".split()
STRANGE = {"cases", "corpus", "target"}  # any bytes; what other builds leave behind

# Of all versions one must be the judge: they differ in small things.
CLANG_FORMAT = "14"

# Text that people write.
WRITTEN = ["*.c", "*.h", "*.py", "*.sh", "*.md", "*.build", "*.rules", "*.pot", "*.po", "*.map"]


def files(patterns):
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            wanted = any(path.match(pattern) for pattern in patterns) and path.is_file()
            if wanted and not STRANGE & set(path.relative_to(ROOT).parts):
                yield path


def clang_format():
    """The program, where it is the version that judges."""
    for name in (f"clang-format-{CLANG_FORMAT}", "clang-format"):
        program = shutil.which(name)
        if program:
            version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
            if re.search(rf"version {CLANG_FORMAT}\.", version):
                return program
    return None


def check_c(tap):
    program = clang_format()
    if program is None:
        tap.skip("clang-format", f"needs version {CLANG_FORMAT}")
    for path in files(["*.c", "*.h"]):
        name = path.relative_to(ROOT)
        tap.ok(path.read_text().lstrip().startswith("/*"), f"{name} opens with a comment")
        if program and "gen" not in name.parts:
            tap.run([program, "--dry-run", "-Werror", path], f"{name} is laid out by clang-format")


def check_text(tap):
    faults = []
    for path in files(WRITTEN):
        text = path.read_text()
        name = path.relative_to(ROOT)
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                faults.append(f"{name}:{number}: a blank at the end")
        if not text.endswith("\n") or text.endswith("\n\n"):
            faults.append(f"{name}: ends with exactly one line end")
    tap.ok(not faults, "no stray blanks", "\n".join(faults[:50]))


def main():
    tap = Tap()
    check_c(tap)
    check_text(tap)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
