#!/usr/bin/env python3
"""Runs the cases of log formats: tests/cases/log/FORMAT/NAME.log becomes NAME.jsonl.

Usage: log_cases_test.py [--update] LOG_DUMP [FORMAT...]

Each log is read whole, a byte at a time, in pieces of 61 bytes, and line by line before memory that must not be
touched: the records must be the same. No line may count as not understood, but for logs whose name begins with
"broken". A log whose name begins with "silent" is of the format and yields nothing. Which rule decided is left out:
rules have cases of their own. --update writes the expected records anew.
"""

import json
import os
import pathlib
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "tests/cases/log"


# Directories of other tests.
OTHERS = ("cli", "harvest")

RULES = ("rule", "level", "span")


# A reader takes all its memory at once, most of which is never touched: meson's filling of it would be the most work.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "MALLOC_PERTURB_"}


def dump(program, log, *options):
    """The records of a log, and what was counted."""
    done = subprocess.run([program, "--counts", "--year", "2026", *options, log.name], cwd=log.parent,
                          capture_output=True, check=True, timeout=60, env=ENVIRONMENT)
    counts = dict(word.split("=") for word in done.stderr.decode().split())
    records = [json.loads(line) for line in done.stdout.splitlines()]
    lines = [json.dumps({key: value for key, value in record.items() if key not in RULES}, ensure_ascii=False,
                        separators=(",", ":")) + "\n" for record in records]
    return "".join(lines), {key: int(value) for key, value in counts.items()}


def check(tap, program, log, update):
    name = str(log.relative_to(DIRECTORY))
    records, counts = dump(program, log)
    expected = log.with_suffix(".jsonl")
    if update:
        expected.write_text(records)
    wanted = expected.read_text() if expected.exists() else ""
    tap.ok(records == wanted, f"{name}: the records", records)
    cut = [dump(program, log, *how) for how in (("--cut", "1"), ("--cut", "61"), ("--lines",))]
    tap.ok(all(one == (records, counts) for one in cut), f"{name}: the same in pieces")
    broken = log.name.startswith("broken")
    tap.ok(bool(counts["not_understood"]) == broken, f"{name}: not understood", str(counts))
    if log.name.startswith("silent"):
        tap.ok(not records and counts["recognised"] == counts["lines"], f"{name}: known, and nothing", str(counts))
    else:
        tap.ok(broken or records, f"{name}: says something")


def main():
    arguments = sys.argv[1:]
    update = "--update" in arguments
    arguments = [word for word in arguments if word != "--update"]
    tap = Tap()
    program = str(pathlib.Path(arguments[0]).resolve())
    formats = arguments[1:] or sorted(d.name for d in DIRECTORY.iterdir() if d.is_dir() and d.name not in OTHERS)
    logs = [log for name in formats for log in sorted((DIRECTORY / name).glob("*.log"))]
    tap.ok(logs, "there are cases")
    for log in logs:
        check(tap, program, log, update)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
