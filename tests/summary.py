#!/usr/bin/env python3
"""Counts what the test runs gave: each TAP line is one case.

Usage: summary.py NAME=FILE...
FILE is a testlog.json of Meson, or TAP (*.tap). Failed cases are shown with what they said. The
last line is "N passed, N failed", with ", N skipped" where something was; the exit status is 1 where
something failed.
"""

import json
import re
import sys

CASE = re.compile(r"^(not ok|ok)\b *(\d*)(?: *-)? *(.*)$")
MOST_LINES = 40  # of what a failed case said


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def __add__(self, other):
        total = Count()
        total.passed = self.passed + other.passed
        total.failed = self.failed + other.failed
        total.skipped = self.skipped + other.skipped
        return total

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def read_tap(text, prefix):
    """Counts the cases of one program, and gives what is to be shown of them."""
    count, shown, failing = Count(), [], 0
    for line in text.splitlines():
        case = CASE.match(line)
        if not case:
            if failing and line.startswith("#") and failing <= MOST_LINES:
                shown.append("    " + line[1:].strip())
                failing += 1
            continue
        failing = 0
        name, _, why = case[3].partition("# SKIP")
        gap, _, because = case[3].partition("# TODO")
        if because and case[1] == "not ok":
            count.skipped += 1
            shown.append(f"  known gap: {prefix}: {gap.strip()} ({because.strip()})")
        elif "# SKIP" in line:
            count.skipped += 1
            shown.append(f"  skipped: {prefix}: {name.strip()} ({why.strip()})")
        elif case[1] == "ok":
            count.passed += 1
        else:
            count.failed += 1
            failing = 1
            shown.append(f"  FAILED: {prefix}: {name}")
    return count, shown


def read_program(log):
    """The same for one test of Meson's log, which may have crashed or run out of time."""
    prefix = log["name"].split(" / ")[-1]
    count, shown = read_tap(log.get("stdout", ""), prefix)
    if log["result"] == "SKIP" and not count.skipped:
        count.skipped += 1
        shown.append(f"  skipped: {prefix}")
    elif log["result"] not in ("OK", "SKIP") and not count.failed:
        count.failed += 1
        shown.append(f"  FAILED: {prefix}: {log['result']}, exit status {log['returncode']}")
    if count.failed:
        lines = [line for line in log.get("stderr", "").splitlines() if line.strip()]
        shown += ["    " + line for line in lines[-MOST_LINES:] if "exited with status" not in line]
    return count, shown


def read_file(path, name):
    """Counts of one file; one that is not there is a run that failed."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            if path.endswith(".tap"):
                return [read_tap(file.read(), name)]
            return [read_program(json.loads(line)) for line in file]
    except OSError as error:
        failed = Count()
        failed.failed = 1
        return [(failed, [f"  FAILED: {name} did not run: {error.strerror}"])]


def main():
    total = Count()
    for argument in sys.argv[1:]:
        name, _, path = argument.partition("=")
        count, shown = Count(), []
        for part, lines in read_file(path, name):
            count += part
            shown += lines
        print(f"{name}: {count}")
        for line in shown:
            print(line)
        total += count
    print(total)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
