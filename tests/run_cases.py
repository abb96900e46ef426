#!/usr/bin/env python3
"""Runs the cases of the command: tests/cases/DIRECTORY/NAME.case, one TAP line each.

Usage: run_cases.py [--update] COMMAND DIRECTORY...

A case is a file of sections, each begun by a line "--- NAME":

    What the case shows, in words.
    --- args
    explain --format jsonl "550 5.1.1 User unknown"
    --- env
    LANG=es_MX.UTF-8
    --- stdin
    ...
    --- stdout
    ...
    --- stderr
    ...
    --- status
    1

args are words as a shell reads them; there may be several lines of them. Where there is no section
stdout or stderr, nothing is to be written there; the status is 0 where none is given. A section's
text ends with LF; "--- stdin bytes" (or stdout, stderr) holds it as \\xNN, \\r, \\n, \\\\ escapes, its
own line ends not counting. In what is expected, … stands for anything within a line: for what is not
the case's business, such as which of several rules decided. Cases run in their own directory, where
input files lie beside them. --update writes what the command answers into the cases that differ.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys

from tap import Tap

SECTION = re.compile(r"^--- (\w+)( bytes)?$")
ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[rnt\\])")
ESCAPED = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}
ANYTHING = "…".encode()


def unescape(text):
    joined = text.replace(b"\n", b"")
    return ESCAPE.sub(lambda m: ESCAPED.get(m[1]) or bytes([int(m[1][1:], 16)]), joined)


class Case:
    def __init__(self, path):
        self.path = path
        self.sections = {}
        name = "words"
        for line in path.read_bytes().splitlines(keepends=True):
            found = SECTION.match(line.decode("utf-8", "replace").rstrip("\n"))
            if found:
                name = found[1] + (found[2] or "")
                self.sections[name] = b""
            else:
                self.sections[name] = self.sections.get(name, b"") + line

    def text(self, name):
        escaped = self.sections.get(f"{name} bytes")
        return self.sections.get(name, b"") if escaped is None else unescape(escaped)

    def words(self):
        return shlex.split(self.text("args").decode(), comments=False)

    def needs_json(self):
        """Whether records in JSON lines are read."""
        words = self.text("args").decode()
        objects = words.startswith("report") and (".jsonl" in words or self.text("stdin")[:1] == b"{")
        return "--input jsonl" in words or objects

    def environment(self):
        """Nothing of the caller's: no language, no colours."""
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        for line in self.text("env").decode().splitlines():
            name, value = line.split("=", 1)
            env.pop("LC_ALL", None)
            env[name] = value
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        return env

    def status(self):
        return int(self.text("status") or b"0")

    def update(self, got):
        """Writes the answers in; what is written with escapes or with … is left to people."""
        for name in ("stdout", "stderr"):
            if f"{name} bytes" not in self.sections and not same(self.text(name), got[name]):
                self.sections[name] = got[name]
        if got["status"] != self.status():
            self.sections["status"] = b"%d\n" % got["status"]
        with open(self.path, "wb") as file:
            for name, text in self.sections.items():
                if name in ("stdout", "stderr") and not text:
                    continue
                file.write(b"" if name == "words" else f"--- {name}\n".encode())
                file.write(text)


def same(expected, got):
    """Whether an answer is the one expected, in which … stands for anything within a line."""
    if ANYTHING not in expected:
        return expected == got
    pattern = b"[^\n]*?".join(re.escape(part) for part in expected.split(ANYTHING))
    return re.fullmatch(pattern, got) is not None


def run(command, case):
    done = subprocess.run(
        [command, *case.words()],
        input=case.text("stdin"),
        capture_output=True,
        cwd=case.path.parent,
        env=case.environment(),
        timeout=60,
    )
    return {"stdout": done.stdout, "stderr": done.stderr, "status": done.returncode}


def difference(case, got):
    lines = []
    for name in ("stdout", "stderr"):
        if not same(case.text(name), got[name]):
            lines.append(f"{name}, expected:")
            lines += case.text(name).decode("utf-8", "backslashreplace").splitlines()
            lines.append(f"{name}, got:")
            lines += got[name].decode("utf-8", "backslashreplace").splitlines()
    if got["status"] != case.status():
        lines.append(f"status: expected {case.status()}, got {got['status']}")
    return "\n".join(lines)


def reads_json(command):
    """A command that was built without JSON says so and stops."""
    words = [command, "explain", "--input", "jsonl", "--format", "jsonl"]
    return subprocess.run(words, input=b"", capture_output=True).returncode == 0


def check_itself(tap):
    """The comparison must be able to fail."""
    tap.ok(same("a…c\n".encode(), b"abbc\n"), "… stands for anything")
    tap.ok(not same("a…c\n".encode(), b"ab\nc\n"), "… does not cross a line")
    tap.ok(not same(b"a\n", b"b\n"), "different answers differ")
    tap.equal(unescape(b"a\\x00\\r\\n\n\\\\b\n"), b"a\x00\r\n\\b", "escapes are read")


def main():
    words = sys.argv[1:]
    update = words[:1] == ["--update"]
    command, *directories = words[1:] if update else words
    command = os.path.abspath(command)
    tap = Tap()
    check_itself(tap)
    json = reads_json(command)
    for directory in directories:
        paths = sorted(pathlib.Path(directory).glob("*.case"))
        tap.ok(paths, f"{pathlib.Path(directory).name} has cases")
        for path in paths:
            case = Case(path)
            if not json and case.needs_json():
                tap.skip(f"{path.parent.name}/{path.stem}", "built without JSON")
                continue
            got = run(command, case)
            found = difference(case, got)
            if found and update:
                case.update(got)
            tap.ok(not found, f"{path.parent.name}/{path.stem}", found)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
