#!/usr/bin/env python3
"""Reads the mails of tests/cases/bounce with the command, one TAP line for each mail.

Usage: bounce_cases.py COMMAND [DIRECTORY]

Beside a mail NAME.eml lies NAME.expected.jsonl, a record a line. The mail must give as many records, each
with the values that are expected of it: a key that is not named there may have any value, and one that is
null must not be there. Records are told apart by their recipient; their order does not matter.
"""

import json
import pathlib
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
AT_ONCE = 200  # mails for one call of the command


def read_records(command, paths):
    """What the command answers: {path: records}."""
    found = {str(path): [] for path in paths}
    for start in range(0, len(paths), AT_ONCE):
        call = [command, "bounce", "--format", "jsonl", *map(str, paths[start : start + AT_ONCE])]
        done = subprocess.run(call, capture_output=True, check=True, timeout=120)
        for line in done.stdout.splitlines():
            record = json.loads(line)
            found[record["source"]].append(record)
    return found


def recipient_of(record):
    return record.get("recipient", "").lower()


def differences(expected, got):
    """What is wrong with the records of one mail, a line each."""
    wrong = []
    if len(expected) != len(got):
        wrong.append(f"{len(got)} records instead of {len(expected)}")
    # Sorting is stable: several records for one recipient stay in their order.
    pairs = zip(sorted(expected, key=recipient_of), sorted(got, key=recipient_of))
    for want, have in pairs:
        for key, value in want.items():
            if have.get(key) != value:
                name = want.get("recipient", "record")
                wrong.append(f"{name}: {key} is {have.get(key)!r}, not {value!r}")
    return wrong


def check_itself(tap):
    """The comparison must be able to fail."""
    one = {"recipient": "a@example.com", "code": 550}
    other = {"recipient": "b@example.com", "code": 552}
    tap.ok(not differences([one, other], [other, dict(one, text="x")]), "order and other keys do not matter")
    tap.ok(differences([one], [dict(one, code=551)]), "another value is seen")
    tap.ok(differences([one], [one, other]), "a record too much is seen")
    tap.ok(differences([one, other], [one]), "a record too few is seen")
    tap.ok(differences([dict(one, remote=None)], [dict(one, remote="x")]), "a key that must not be is seen")


def read_gaps(path):
    """Mails that are known not to be read rightly yet, each with the reason: {name: why}."""
    if not path.exists():
        return {}
    return dict(line.split("\t") for line in path.read_text().splitlines())


def main():
    tap = Tap()
    command = str(pathlib.Path(sys.argv[1]).resolve())
    directory = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "tests/cases/bounce")
    check_itself(tap)
    mails = sorted(directory.rglob("*.eml"))
    tap.ok(mails, "there are mails")
    found = read_records(command, mails)
    gaps = read_gaps(directory / "gaps.tsv")
    for mail in mails:
        expected = [json.loads(line) for line in mail.with_suffix(".expected.jsonl").open()]
        wrong = differences(expected, found[str(mail)])
        name = str(mail.relative_to(directory).with_suffix(""))
        if name in gaps:
            tap.gap(not wrong, name, gaps[name])
        else:
            tap.ok(not wrong, name, "\n".join(wrong))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
