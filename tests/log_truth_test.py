#!/usr/bin/env python3
"""Holds what is read out of real servers' logs against what was really done, one TAP line for each thing done.

Usage: log_truth_test.py LOG_DUMP [NAME...]

Beside a log NAME.log lies NAME.truth.jsonl (see scripts/harvest.sh): a line for each different thing that was done
to a recipient, and for each refusal of a stranger. Each must be told by a record, as often as it was done where
`attempts` or `reports` says so, with the values that the truth has; and no record may tell of anything else.
What the log does not show, and what is known not to be read rightly, stands in gaps.tsv: NAME, recipient, kind, why.
"""

import json
import pathlib
import re
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "tests/cases/log/harvest"

# Programs whose logs no format reads, and why.
UNREAD = {
    "fetchmail": "fetches mail; what it hands on is in the server's log",
}

# What the log of a server never says: a record of it without the key is right.
UNSAID = {
    "chasquid": ("remote",),
    "courier": ("remote",),  # of a host that refused
    "dovecot": ("sender",),
    "haraka": ("remote",),  # but where it delivered
}

EXACT = ("code", "enhanced", "reason", "cause", "original_recipient")

# What only hands a mail on within the system, which the truth does not know of.
INNER = ("relayed", "expanded")


# Causes that nobody can mend: where the queue gave up on one of these, the reason is "expired". Any other cause
# outlives the expiry, and is the reason itself.
WAITING = {"unreachable", "dns-failure", "greylisted", "recipient-rate", "unknown"}


def squeeze(text):
    return re.sub(r"[^0-9a-z]", "", text.lower())


def same_host(truth, got):
    """A log may add the address or the port to a name, or have the one in place of the other."""
    return truth in re.split(r"[^\w.:-]|:\d+$", got or "")


def differences(truth, record, unsaid=()):
    """What is wrong with the record of a thing done, a line each."""
    if truth.get("cause") and truth["cause"] not in WAITING:
        truth = dict(truth, reason=truth["cause"], cause=None)
    # Many logs tell of a refusal without its code, or without the client.
    shown = record if truth["direction"] == "in" else EXACT
    wrong = [f"{key} is {record.get(key)!r}, not {truth[key]!r}" for key in EXACT if truth.get(key) is not None
             and key in shown and record.get(key) != truth[key]]
    if truth.get("command") and record.get("command") not in (None, truth["command"]):
        wrong.append(f"command is {record['command']!r}, not {truth['command']!r}")
    if truth.get("text") and squeeze(truth["text"]) not in squeeze(record.get("text", "")):
        wrong.append(f"text is {record.get('text')!r}, not {truth['text']!r}")
    if truth.get("remote") and record.get("remote") and not same_host(truth["remote"], record["remote"]):
        wrong.append(f"remote is {record.get('remote')!r}, not {truth['remote']!r}")
    if truth.get("code") and not record.get("remote") and truth["direction"] == "out" and "remote" not in unsaid:
        wrong.append("no remote")
    return wrong


def whole(key, value):
    """Some logs name a local user without the domain."""
    return value + "@example.org" if key == "recipient" and value and "@" not in value else value


def is_about(truth, record, unsaid=()):
    """Whether a record tells of a thing done, rightly or not."""
    keys = [key for key in ("direction", "kind", "recipient", "sender") if key in record or key not in unsaid]
    # When it refuses a recipient, a server may not have logged yet who the sender is, or never do.
    if truth["direction"] == "in" and "sender" not in record and "sender" in keys:
        keys.remove("sender")
    if any((truth.get(key) or "").lower() != whole(key, record.get(key) or "").lower() for key in keys):
        return False
    queue_id = truth.get("queue_id")
    return truth["direction"] == "in" or not queue_id or queue_id in record.get("queue_ids", [record.get("queue_id")])


def follow(records):
    """Gives each record the queue ids that its mail had before, where the log says that it was handed on."""
    before = {}
    for record in records:
        found = re.search(r"(?:forwarded|queued) as (\w+)", record.get("text", "")) if record["kind"] in INNER else None
        if found:
            before[found[1]] = record.get("queue_id")
    for record in records:
        ids = [record.get("queue_id")]
        while ids[-1] in before and before[ids[-1]] not in ids:
            ids.append(before[ids[-1]])
        record["queue_ids"] = ids


def match(truths, records, unsaid=()):
    """Gives each thing done the records that tell of it: the one that says the same where there are several."""
    left = list(records)
    told = []
    for truth in truths:
        about = sorted((r for r in left if is_about(truth, r, unsaid)), key=lambda r: len(differences(truth, r, unsaid)))
        several = truth["kind"] == "delayed" and truth["direction"] == "out"
        take = about if several else about[: truth.get("reports", 1)]
        left = [r for r in left if not any(r is t for t in take)]
        told.append(take)
    return told, left


def faults(truth, told, unsaid=()):
    if not told:
        return ["no record tells of it"]
    if "reports" in truth and len(told) != truth["reports"]:
        return [f"{len(told)} records instead of {truth['reports']}"]
    return [f"line {r.get('line')}: {fault}" for r in told for fault in differences(truth, r, unsaid)]


def check_itself(tap):
    """The comparison must be able to fail."""
    one = {"direction": "out", "kind": "failed", "recipient": "a@example.com", "sender": "s@example.org",
           "code": 550, "remote": "mx.example.com"}
    record = dict(one, remote="mx.example.com[192.0.2.1]:25", line=1)
    told, left = match([one], [record])
    tap.ok(not faults(one, told[0]) and not left, "a record that says the same is taken")
    tap.ok(faults(one, [dict(record, code=551)]), "another value is seen")
    tap.ok(faults(one, [dict(record, remote="mx2.example.com")]), "another host is seen")
    tap.ok(match([one], [record, dict(record)])[1], "a record too much is seen")
    tap.ok(faults(one, match([one], [dict(record, recipient="b@example.com")])[0][0]), "a record too few is seen")


def read_gaps():
    path = DIRECTORY.parent / "gaps.tsv"
    if not path.exists():
        return {}
    rows = (line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {(name, recipient, kind): why for name, recipient, kind, why in rows}


def key_of(name, one):
    """Under which key a thing done, or a record, stands in gaps.tsv: the kind of a refusal is "failed in"."""
    return name, one.get("recipient") or "", one["kind"] + (" in" if one["direction"] == "in" else "")


def check_log(tap, dump, log, gaps, met):
    name = log.stem
    done = subprocess.run([dump, "--year", "2026", str(log)], capture_output=True, check=True, timeout=60)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    follow(records)
    truths = [json.loads(line) for line in log.with_suffix(".truth.jsonl").read_text().splitlines()]
    told, left = match(truths, records, UNSAID.get(name, ()))
    for truth, about in zip(truths, told):
        wrong = faults(truth, about, UNSAID.get(name, ()))
        label = f"{name}: {truth.get('situation', truth['direction'])}: {truth.get('recipient')} {truth['kind']}"
        key = key_of(name, truth)
        why = gaps.get(key)
        met.add(key)
        if why:
            tap.gap(not wrong, label, why)
        else:
            tap.ok(not wrong, label, "; ".join(wrong))
    for record in (r for r in left if r["kind"] not in INNER):
        key = key_of(name, record)
        why = gaps.get(key)
        met.add(key)
        label = f"{name}: line {record.get('line')} tells of what was done"
        if why:
            tap.gap(False, label, why)
        else:
            tap.ok(False, label, json.dumps(record, ensure_ascii=False))


def main():
    tap = Tap()
    check_itself(tap)
    gaps, met = read_gaps(), set()
    wanted = sys.argv[2:]
    logs = [log for log in sorted(DIRECTORY.glob("*.log")) if not wanted or log.stem in wanted]
    tap.ok(logs, "there are logs")
    for log in logs:
        if log.stem in UNREAD:
            tap.skip(log.stem, UNREAD[log.stem])
        else:
            check_log(tap, str(pathlib.Path(sys.argv[1]).resolve()), log, gaps, met)
    for name, recipient, kind in gaps.keys() - met if not wanted else ():
        tap.ok(False, f"gaps.tsv: {name} {recipient} {kind} stands there in vain")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
