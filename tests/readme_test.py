#!/usr/bin/env python3
"""What README.md shows is so: its C programs compile, run and print what stands below them, and its
terminal sessions are what the command answers.

Usage: readme_test.py COMMAND STATIC_LIBRARY
       readme_test.py --update COMMAND     writes what the command answers into README.md
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sessions(text):
    """(command line, its output) of a block of kind "console"."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)[1:]
    return zip(parts[::2], parts[1::2])


def answer(line, command):
    """What the command really answers: in English, not on a terminal."""
    where = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        where.pop(name, None)
    words = ["sh", "-c", line]
    done = subprocess.run(words, cwd=ROOT, env=where, capture_output=True, text=True, check=False)
    return done.stdout


def update(command):
    def block(match):
        if match[1] != "console":
            return match[0]
        lines = [f"$ {line}\n{answer(line, command)}" for line, _ in sessions(match[2])]
        return f"```console\n{''.join(lines)}```"

    path = ROOT / "README.md"
    path.write_text(BLOCK.sub(block, path.read_text()))


def check_program(tap, source, expected, library, directory):
    (directory / "program.c").write_text(source)
    compiler = os.environ.get("CC", "cc").split()
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", ROOT / "include"]
    program = directory / "program"
    words = [*compiler, *flags, directory / "program.c", library, "-o", program]
    if tap.run(words, "the C program compiles") is not None:
        tap.equal(tap.run([program], "it runs"), expected, "it prints what stands below it")


def main():
    if sys.argv[1] == "--update":
        update(pathlib.Path(sys.argv[2]).resolve())
        return 0
    tap = Tap()
    command, library = (pathlib.Path(name).resolve() for name in sys.argv[1:3])
    blocks = BLOCK.findall((ROOT / "README.md").read_text())
    programs = [number for number, (kind, _) in enumerate(blocks) if kind == "c"]
    tap.ok(programs, "there is a C program")
    with tempfile.TemporaryDirectory() as name:
        for number in programs:
            expected = blocks[number + 1][1]
            check_program(tap, blocks[number][1], expected, library, pathlib.Path(name))
    shown = [session for kind, text in blocks if kind == "console" for session in sessions(text)]
    tap.ok(shown, "there is a terminal session")
    for line, expected in shown:
        tap.equal(answer(line, command), expected, f"$ {line}")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
