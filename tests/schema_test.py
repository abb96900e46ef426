#!/usr/bin/env python3
"""data/record.schema.json holds: every record that the command writes is valid by it, and records
that break the rules of the format are not.

Usage: schema_test.py COMMAND
"""

import copy
import json
import os
import pathlib
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "data/record.schema.json"

OBJECTS = [
    {},
    {"text": "550 5.1.1 <a@example.com>: User unknown", "remote": "mx.example.com"},
    {"text": "550 5.1.1 <s@example.org>: Sender address rejected", "command": "MAIL"},
    {"code": -1, "command": "CONNECT", "text": "Connection timed out"},
    {"code": 571, "text": "\u0000\u001b \u2028 \ud83d\ude00"},
    {"text": "450 4.2.0 Greylisted, try again in 300 seconds", "recipient": "a@example.com"},
    {"text": "354 Go ahead"},
    {"text": "250 2.0.0 Ok: queued as 4XyZ"},
    {"code": 999},
    {"text": "User unknown", "provider": "nobody-knows"},
]

# A record of a bounce, which has keys that a reply has not.
BOUNCE = {
    "schema": 1, "source": "b.eml", "index": 1, "kind": "failed", "recipient": "a@example.com",
    "sender": "s@example.org", "message_id": "<1@example.org>", "subject": "Hello",
    "reporter": "mail.example.org", "remote": "mx.example.com", "format": "dsn",
    "enhanced": "4.4.1", "text": "connect to mx.example.com[192.0.2.5]:25: Connection timed out",
    "reason": "expired", "claimed": "transient", "permanence": "permanent", "scope": "path",
    "actor": "recipient-admin", "retry": "no", "suppress": "after-repeats",
    "cause": "unreachable", "rule": "path/timeout", "level": "phrase", "span": [41, 61],
    "time": "2026-03-03T10:00:00Z",
}

GOOD = {
    "a bounce": BOUNCE,
    "a complaint": {"schema": 1, "kind": "complaint", "suppress": "yes"},
    "ordinary mail": {"schema": 1, "source": "m.eml", "index": 1, "kind": "not-a-report"},
}

# What must not be valid: changes to the bounce; None takes a key away.
BAD = {
    "an unknown key": {"colour": "red"},
    "an unknown reason": {"reason": "no-such-reason"},
    "no schema": {"schema": None},
    "half a verdict": {"actor": None},
    "a cause without expiry": {"reason": "unreachable"},
    "a span without a rule": {"rule": None},
    "a transient failure that is given up":
        {"reason": "greylisted", "cause": None, "permanence": "transient"},
    "a success with a verdict": {"kind": "accepted"},
    "a code as a string": {"code": "550"},
    "an enhanced code that is none": {"enhanced": "5.1"},
    "a time without a zone": {"time": "2026-03-03T10:00:00"},
    "a name of our own": {"name": "MessageRefused"},
}


def find_jsonschema():
    """The module; this program again under the system's Python, where only that one has it."""
    try:
        import jsonschema

        return jsonschema
    except ImportError:
        system = "/usr/bin/python3"
        if os.path.realpath(sys.executable) != os.path.realpath(system) and os.path.exists(system):
            if subprocess.run([system, "-c", "import jsonschema"], capture_output=True).returncode == 0:
                os.execv(system, [system, *sys.argv])
        return None


def records(command, words, text):
    done = subprocess.run(
        [command, "explain", "--format", "jsonl", *words],
        input=text.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def records_of_logs(command):
    """Of every log among the cases."""
    logs = [path for path in (ROOT / "tests/cases/log").rglob("*.log") if path.is_file()]
    words = [command, "log", "--format", "jsonl", ROOT / "samples/mail.log", *sorted(logs)]
    done = subprocess.run(words, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def changed(record, changes):
    record = {**copy.deepcopy(record), **changes}
    return {key: value for key, value in record.items() if value is not None}


def main():
    tap = Tap()
    command = sys.argv[1]
    schema = json.loads(SCHEMA.read_text())
    jsonschema = find_jsonschema()
    if not jsonschema:
        tap.skip("records are valid by the schema", "no jsonschema for Python")
        return tap.finish()
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    keys = list(schema["properties"])

    def check(name, record):
        faults = [error.message for error in validator.iter_errors(record)]
        tap.ok(not faults, f"valid: {name}", "\n".join(faults))
        order = [keys.index(key) for key in record]
        tap.ok(order == sorted(order), f"in order: {name}", list(record))

    for name, record in GOOD.items():
        check(name, record)
    for name, changes in BAD.items():
        tap.ok(not validator.is_valid(changed(BOUNCE, changes)), f"refused: {name}")
    lines = (ROOT / "samples/replies.txt").read_text()
    for words in [], ["--explain", "--lang", "zh"]:
        for record in records(command, words, lines):
            check(f"samples, line {record['line']} {' '.join(words)}", record)
    faults = set()
    found = records_of_logs(command)
    for record in found:
        faults |= {f"{record['source']}:{record['line']}: {e.message}" for e in validator.iter_errors(record)}
        order = [keys.index(key) for key in record]
        if order != sorted(order):
            faults.add(f"{record['source']}:{record['line']}: {list(record)}")
    tap.ok(not faults and len(found) > 80, f"valid: {len(found)} records of logs", "\n".join(sorted(faults)))
    objects = "".join(json.dumps(each) + "\n" for each in OBJECTS)
    try:
        got = records(command, ["--input", "jsonl"], objects)
    except subprocess.CalledProcessError:
        tap.skip("records of JSON lines are valid", "built without JSON")
        return tap.finish()
    tap.equal(len(got), len(OBJECTS), "one record for each object")
    for record in got:
        check(f"object {record['line']}", record)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
