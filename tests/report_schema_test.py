#!/usr/bin/env python3
"""data/report.schema.json holds: every report that the command writes is valid by it, its sums are
right, and objects that break its rules are not valid. The other forms tell the same numbers.

Usage: report_schema_test.py COMMAND
"""

import copy
import csv
import io
import json
import pathlib
import subprocess
import sys

from schema_test import find_jsonschema
from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "data/report.schema.json"
LOG, MBOX = "samples/mail.log", "samples/bounces.mbox"
HARVEST = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/cases/log/harvest").glob("*.log"))

RUNS = {
    "nothing": ["/dev/null"],
    "a log": [LOG],
    "a mailbox": [MBOX],
    "both": [LOG, MBOX],
    "the same twice": [LOG, MBOX, "-"],
    "real logs": [*HARVEST, MBOX],
    "compared": [LOG, "--compare", MBOX],
    "compared, the other way": [MBOX, "--compare", LOG],
    "anonymous": [LOG, MBOX, "--anonymize", "--lang", "it"],
    "filtered": [LOG, "--reason", "sender-auth,greylisted", "--since", "2026-11-17"],
    "only strangers": [LOG, "--direction", "in"],
}

FATES = ["delivered_first", "delivered_later", "failed", "waiting", "in_doubt"]

# Changes to the report of "both" that must not be valid.
BAD = {
    "an unknown key": lambda report: report.update(colour="red"),
    "no totals": lambda report: report.pop("totals"),
    "a negative number": lambda report: report["totals"].update(failed=-1),
    "an unknown reason": lambda report: report["causes"][0].update(reason="no-such-reason"),
    "a cause without actor": lambda report: report["causes"][0].pop("actor"),
    "a time with a zone": lambda report: report["period"].update(first="2026-11-22T10:00:00+01:00"),
    "a domain that is others too": lambda report: report["domains"][0].update(others=True),
}


def report_of(command, words):
    done = subprocess.run(
        [command, "report", "--format", "json", *words],
        input=(ROOT / LOG).read_bytes(), capture_output=True, cwd=ROOT, check=True,
    )
    return json.loads(done.stdout)


def add(rows, keys):
    return {key: sum(row[key] for row in rows) for key in keys}


def check_sums(tap, name, report):
    totals = report["totals"]
    tap.equal(totals["recipients"], sum(totals[key] for key in FATES), f"{name}: fates add up")
    expected = {key: totals[key] for key in ["recipients", *FATES]}
    for part in ("providers", "domains"):
        tap.equal(add(report[part], expected), expected, f"{name}: {part} add up")
    cost = {key: totals[key] for key in ("failed", "waiting", "in_doubt", "delivered_later")}
    for part in ("causes", "reasons"):
        tap.equal(add(report[part], cost), cost, f"{name}: {part} add up")
    for place, cause in enumerate(report["causes"]):
        sharing = cause["cost"] + cause["delivered_later"]
        for part in ("providers", "senders"):
            tap.equal(add(cause[part], ["recipients"])["recipients"], sharing, f"{name}: {part} of {place}")
    delay = report["delay"]
    tap.equal(add(delay["histogram"], ["count"])["count"], delay["count"], f"{name}: delays add up")


def check_csv(tap, command, report):
    done = subprocess.run(
        [command, "report", "--format", "csv", LOG, MBOX], capture_output=True, cwd=ROOT, check=True
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    told = [[row["actor"], row["reason"], int(row["cost"]), row["example"]] for row in rows]
    expected = [[each["actor"], each["reason"], each["cost"], each.get("example", "")]
                for each in report["causes"]]
    tap.equal(told, expected, "csv has the causes of json")


def check_twice(tap, once, twice):
    keys = ["mails", "recipients", *FATES]
    tap.ok(twice["inputs"]["records"] > once["inputs"]["records"], "it was told twice")
    tap.equal([twice["totals"][key] for key in keys], [once["totals"][key] for key in keys],
              "what is told twice counts once")


def check_anonymous(tap, report):
    text = json.dumps(report)
    names = [name for name in ("news@", "otto@", "clara@", "lee@", "ada@") if name in text]
    tap.ok(not names and "user-" in text, "no local part is left", names)


def main():
    tap = Tap()
    command = str(pathlib.Path(sys.argv[1]).resolve())
    reports = {name: report_of(command, words) for name, words in RUNS.items()}
    for name, report in reports.items():
        check_sums(tap, name, report)
    check_csv(tap, command, reports["both"])
    check_twice(tap, reports["both"], reports["the same twice"])
    check_anonymous(tap, reports["anonymous"])
    jsonschema = find_jsonschema()
    if not jsonschema:
        tap.skip("reports are valid by the schema", "no jsonschema for Python")
        return tap.finish()
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for name, report in reports.items():
        faults = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(report)]
        tap.ok(not faults, f"valid: {name}", "\n".join(faults))
    for name, change in BAD.items():
        wrong = copy.deepcopy(reports["both"])
        change(wrong)
        tap.ok(not validator.is_valid(wrong), f"refused: {name}")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
