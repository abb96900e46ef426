#!/usr/bin/env python3
"""What cases cannot show of "smtpstatus report": inputs of every sort in any mixture, terminals, more
addresses than memory has room for, outputs that cannot be written, inputs that never end.

Usage: report_command_test.py COMMAND
"""

import collections
import gzip
import json
import os
import pathlib
import pty
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOG, MBOX = ROOT / "samples/mail.log", ROOT / "samples/bounces.mbox"
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
ESCAPE = re.compile(r"\x1b\[[0-9;]*[mK]")


class Tester:
    def __init__(self, tap, command, directory):
        self.tap, self.command, self.directory = tap, command, directory

    def run(self, *words, **options):
        call = [self.command, "report", *map(str, words)]
        return subprocess.run(call, capture_output=True, env=ENV, cwd=self.directory, **options)

    def totals(self, *words, **options):
        done = self.run("--format", "json", *words, **options)
        report = json.loads(done.stdout) if done.stdout else {}
        return report.get("totals"), report

    def terminal(self, *words):
        """Its output where all three streams are a terminal."""
        outer, inner = pty.openpty()
        process = subprocess.Popen(
            [self.command, "report", *map(str, words)], stdin=inner, stdout=inner, stderr=inner,
            env={**ENV, "TERM": "xterm"}, close_fds=True,
        )
        os.close(inner)
        output = b""
        while True:
            try:
                more = os.read(outer, 65536)
            except OSError:
                break
            if not more:
                break
            output += more
        os.close(outer)
        return process.wait(60), output.decode("utf-8", "replace")


def check_mixture(test):
    """However the same inputs come, they add up to the same."""
    tap, directory = test.tap, test.directory
    expected, _ = test.totals(LOG, MBOX)
    tap.equal(expected["recipients"], 86, "a log and a mailbox")
    packed = directory / "mail.log.1.gz"
    packed.write_bytes(gzip.compress(LOG.read_bytes()))
    tap.equal(test.totals(MBOX, packed)[0], expected, "packed, the other way round")
    tap.equal(test.totals("-", MBOX, input=LOG.read_bytes())[0], expected, "the log on standard input")
    tap.equal(test.totals("-", LOG, input=MBOX.read_bytes())[0], expected, "the mailbox there")
    records = b""
    for words in (["log", LOG], ["bounce", MBOX]):
        call = [test.command, words[0], "--format", "jsonl", str(words[1])]
        records += subprocess.run(call, capture_output=True, check=True).stdout
    path = directory / "records.jsonl"
    path.write_bytes(records)
    got, report = test.totals(path)
    # Records do not hold all that a log knows (the delay is not written), but every fate.
    tap.equal(got, expected, "as records in JSON lines")
    tap.equal(len(report["causes"]), len(test.totals(LOG, MBOX)[1]["causes"]), "with the same causes")
    maildir = directory / "Maildir"
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(parents=True)
    mails = re.split(rb"^From .*\n", MBOX.read_bytes(), flags=re.MULTILINE)[1:]
    for number, mail in enumerate(mails):
        (maildir / "cur" / f"{number:03}.host:2,S").write_bytes(mail)
    tap.equal(test.totals(LOG, maildir)[0], expected, "a log and a Maildir")
    lines = LOG.read_bytes().splitlines(keepends=True)
    for number, part in enumerate((lines[200:], lines[100:200], lines[:100])):
        suffix = f".{number}" if number else ""
        (directory / f"part.log{suffix}").write_bytes(b"".join(part))
    tap.equal(test.totals("part.log*", MBOX)[0], expected, "a rotated log by its pattern")


def check_terminal(test):
    tap = test.tap
    status, output = test.terminal()
    tap.ok(status == 2 and "smtpstatus report" in output, "with nothing to read it explains itself", output)
    status, output = test.terminal(LOG)
    tap.ok(status == 0 and "\x1b[1m" in output, "headings are bold on a terminal")
    tap.ok("\x1b" not in ESCAPE.sub("", output), "nothing else is written to it")


def check_outputs(test):
    tap, directory = test.tap, test.directory
    starts = {"r.html": b"<!DOCTYPE html>", "r.json": b'{"schema":1', "r.csv": b"actor,", "r.txt": b"Mail delivery"}
    for name, start in starts.items():
        done = test.run(LOG, "-o", name)
        written = (directory / name).read_bytes()
        tap.ok(written.startswith(start) and not done.stdout, f"{name} is what its name says", written[:60])
    page = (directory / "r.html").read_text()
    tap.ok(not re.search(r"(?:src|href)=\"(?!#|data:,)|url\(|@import|https?://", page), "the page loads nothing")
    done = test.run(LOG, "-o", directory / "no/such/place")
    tap.ok(done.returncode == 3 and b"cannot be written" in done.stderr, "an output that cannot be made", done.stderr)
    if os.path.exists("/dev/full"):
        done = test.run(LOG, "-o", "/dev/full")
        tap.ok(done.returncode == 3 and b"cannot be written" in done.stderr, "a full disk", done.stderr)
        done = test.run(LOG, "--suppress-list", "/dev/full")
        tap.ok(done.returncode == 3, "a full disk for the addresses", done.stderr)
    done = test.run(LOG, "--compare", "no-such-log")
    tap.equal(done.returncode, 3, "nothing to compare with")
    tap.equal(test.run("--since", "the day before", LOG).returncode, 2, "a time that is none")


def make_many(path, count):
    """Failures of count addresses in no order, some of which came back; what is to be listed."""
    order = random.Random(1)
    places = list(range(count))
    order.shuffle(places)
    listed = collections.Counter()
    with open(path, "w", encoding="utf-8") as out:
        def put(kind, place, number, day, **more):
            record = {"schema": 1, "kind": kind, "recipient": f"user{place}@example.com",
                      "message_id": f"<{place}.{number}@x>", "time": f"2026-03-{day:02}T10:00:00Z", **more}
            out.write(json.dumps(record) + "\n")
        unknown = {"reason": "mailbox-unknown", "actor": "sender", "suppress": "yes", "code": 550,
                   "text": "No such user here, and some more words so that memory is filled sooner"}
        full = {"reason": "mailbox-full", "actor": "recipient", "suppress": "after-repeats", "code": 552,
                "text": "Mailbox full"}
        for place in places:
            if place % 3 == 0:
                put("failed", place, 0, 1, **unknown)
                listed[f"user{place}@example.com"] = 1
        for day in (1, 2, 3):
            for place in places:
                if place % 3 == 1:
                    put("failed", place, day, day, **full)
                    if place % 2:
                        listed[f"user{place}@example.com"] = 3
        for place in places:
            if place % 3 == 1 and not place % 2:
                put("delivered", place, 9, 4)
    return listed


def check_many(test):
    """So many events that they are sorted in runs."""
    tap = test.tap
    path = test.directory / "many.jsonl"
    listed = make_many(path, 60000)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    _, report = test.totals(path, "--suppress-list", "list.tsv")
    rows = [line.split("\t") for line in (test.directory / "list.tsv").read_text().splitlines()]
    names = [row[0] for row in rows]
    tap.equal(names, sorted(listed), "the addresses to suppress, in order and each once")
    wrong = [row for row in rows if int(row[2]) != listed[row[0]]]
    tap.ok(not wrong, "with their failures", wrong[:5])
    tap.equal(report["suppress_count"], len(listed), "the report tells how many there are")
    tap.equal([each["recipient"] for each in report["suppress"]], names[:1000], "and shows the first of them")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    tap.ok(peak < 64 * 1024 or peak == before or "ASAN_OPTIONS" in os.environ, "in 64 MiB", f"{peak} KiB")


def check_odd(test):
    """Inputs that are nothing, or far too much."""
    tap, directory = test.tap, test.directory
    noise = random.Random(2).randbytes(300000)
    for name, content in {"empty": b"", "noise": noise, "line": b"x" * 3000000, "nul": bytes(100000),
                          "cut.jsonl": b'{"schema":1,"kind":"fai', "one.jsonl": b'{"schema":1}',
                          "deep.jsonl": b'{"schema":1,"x":' + b"[" * 100000}.items():
        (directory / name).write_bytes(content)
        done = test.run("--format", "json", name)
        good = done.returncode == 0 and json.loads(done.stdout)["schema"] == 1
        tap.ok(good, f"an input that is odd: {name}", done.stderr[:300])


def check_bad_lines(test):
    path = test.directory / "bad.jsonl"
    path.write_text('{"schema":1,\n' * 1000)
    done = test.run(path)
    test.tap.ok(done.stderr.count(b"\n") == 11 and b"1000 not understood" in done.stderr,
                "of a thousand bad lines a few are named", done.stderr[:500])


def check_long_line(test):
    """A line of 100 MB is none of ours, and is not taken into memory."""
    good = b'{"schema":1,"kind":"delivered","recipient":"a@example.com"}\n'
    (test.directory / "long.jsonl").write_bytes(good + b'{"schema":1,"text":"' + b"x" * 100000000 + b'"}\n' + good)
    limit = 96 * 1024 * 1024

    def bound():
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    sanitized = "ASAN_OPTIONS" in os.environ
    done = test.run("--format", "json", "long.jsonl", preexec_fn=None if sanitized else bound)
    totals = json.loads(done.stdout)["totals"] if done.stdout else None
    test.tap.ok(totals and totals["delivered"] == 2 and b"longer than" in done.stderr,
                "a line of 100 MB is passed over", done.stderr[:500])


def main():
    tap = Tap()
    command = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as directory:
        test = Tester(tap, command, pathlib.Path(directory))
        probe = test.run(ROOT / "tests/cases/report/week.jsonl")
        if b"without JSON" in probe.stderr:
            tap.skip("inputs of a report", "built without JSON")
            return tap.finish()
        for check in (check_mixture, check_terminal, check_outputs, check_many, check_odd, check_bad_lines,
                      check_long_line):
            check(test)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
