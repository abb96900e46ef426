#!/usr/bin/env python3
"""What smtpstatus log reads and how it goes on: rotated and packed files and their order, --follow and --state
through rotation, zones and years, filters, threads, hostile input, and how it ends. The logs are made here.

Usage: log_command_test.py COMMAND
"""

import bz2
import gzip
import json
import lzma
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tap import Tap

try:
    import pty
except ImportError:
    pty = None

MAILBOX_FULL = "host mx.example.com[192.0.2.5] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command)"


def delivery(name, status="sent", words="250 2.0.0 Ok", stamp="Mar  3 10:00:00", queue=None):
    """The line about NAME@example.com."""
    dsn = {"sent": "2.0.0", "deferred": "4.2.2", "bounced": "5.1.1"}[status]
    return (
        f"{stamp} mail postfix/smtp[7]: {queue or 'A1B2C3D4'}: to=<{name}@example.com>, "
        f"relay=mx.example.com[192.0.2.5]:25, delay=1, delays=0/0/0/1, dsn={dsn}, status={status} ({words})\n"
    )


def queued(queue, sender, stamp="Mar  3 09:59:59"):
    return f"{stamp} mail postfix/qmgr[5]: {queue}: from=<{sender}>, size=1000, nrcpt=1 (queue active)\n"


def refusal(recipient="anna@example.org"):
    return (
        "Mar  3 10:00:00 mail postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[192.0.2.66]: 554 5.7.1 "
        f"<{recipient}>: Relay access denied; from=<x@example.net> to=<{recipient}> proto=ESMTP helo=<x>\n"
    )


def lines(first, count, **how):
    return "".join(delivery(f"r{number}", **how) for number in range(first, first + count))


def names(output):
    """The local parts of the recipients, in their order."""
    return [json.loads(line)["recipient"].split("@")[0] for line in output.splitlines()]


def numbered(first, count):
    return [f"r{number}" for number in range(first, first + count)]


class Command:
    def __init__(self, path):
        self.path = path
        self.unpacks = b"without zlib" not in self.run("-", stdin=gzip.compress(b"x")).stderr

    def run(self, *words, stdin=b"", **options):
        call = [self.path, "log", *map(str, words)]
        return subprocess.run(call, input=stdin, capture_output=True, timeout=120, **options)

    def jsonl(self, *words, **options):
        return self.run("--format", "jsonl", *words, **options).stdout

    def records(self, *words, **options):
        return [json.loads(line) for line in self.jsonl(*words, **options).splitlines()]

    def names(self, *words, **options):
        return names(self.jsonl(*words, **options))

    def start(self, *words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, **options}
        return subprocess.Popen([self.path, "log", "--format", "jsonl", *map(str, words)], **options)


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def add(path, text):
    with open(path, "ab") as file:
        file.write(text if isinstance(text, bytes) else text.encode())


def zstd(data):
    if not shutil.which("zstd"):
        return None
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


# --- files --------------------------------------------------------------------------------------


def check_order(tap, command, directory):
    """Rotated logs are read from the oldest to the newest, however they are named and given."""
    schemes = {
        "numbers": ["mail.log.10", "mail.log.2.gz", "mail.log.1", "mail.log"],
        "dates": ["mail.log-20251231", "mail.log-20260101.gz", "mail.log-20260301-1762000000", "mail.log"],
        "dates with marks": ["mail-2025-12-31.log", "mail-2026-01-01.log", "mail.log"],
        "Exim's": ["mainlog.10.gz", "mainlog.02.gz", "mainlog.01", "mainlog"],
        "from 0": ["maillog.1.gz", "maillog.0.gz", "maillog"],
        "Exchange's": ["MSGTRK2026030110-1.LOG", "MSGTRK2026030110-2.LOG", "MSGTRK2026030110-10.LOG", "MSGTRK2026030111-1.LOG"],
        "multilog's": ["@4000000069a4d5c30b8e0a2c.s", "@4000000069a4d5c40b8e0a2c.s", "current"],
    }  # fmt: skip
    for title, files in schemes.items():
        root = directory / title
        for number, name in enumerate(files):
            text = delivery(f"r{number}").encode()
            put(root / name, gzip.compress(text) if command.unpacks and name.endswith(".gz") else text)
        wanted = numbered(0, len(files))
        given = sorted(str(root / name) for name in files)
        tap.equal(command.names(*given), wanted, f"order by {title}")
        tap.equal(command.names(*reversed(given)), wanted, f"{title}: however they are given")
        tap.equal(command.names(root), wanted, f"{title}: as a directory")
        tap.equal(command.names(f"{root}/*"), wanted, f"{title}: as a pattern")
    root = directory / "days"
    for name, day in (("tuesday", 3), ("monday", 2), ("wednesday", 4)):
        put(root / name, delivery(f"r{day}", stamp=f"2026-03-{day:02}T10:00:00Z"))
    put(root / "other", "nothing\n")
    tap.equal(command.names(root), ["r2", "r3", "r4"], "names that tell nothing: by the first record")
    twice = directory / "twice"
    put(twice / "mail.log", delivery("one"))
    os.link(twice / "mail.log", twice / "other.log")
    os.symlink("mail.log", twice / "third.log")
    tap.equal(command.names(f"{twice}/*", twice, twice / "mail.log"), ["one"], "each file is read once")
    put(directory / "hidden/.mail.log", delivery("hidden"))
    put(directory / "hidden/sub/mail.log", delivery("sub"))
    tap.equal(command.names(directory / "hidden"), [], "a directory: no hidden files, and not those in others")


def check_packed(tap, command, directory):
    text = lines(0, 500).encode()
    packed = {"gzip": gzip.compress(text), "xz": lzma.compress(text), "zstd": zstd(text)}
    half = {"gzip": gzip.compress, "xz": lzma.compress, "zstd": zstd}
    for name, data in packed.items():
        if data is None:
            tap.skip(name, "no zstd to pack with")
            continue
        done = command.run("--format", "jsonl", put(directory / f"packed.{name}", data))
        if b"was built without" in done.stderr:
            tap.equal(done.returncode, 3, f"{name}, built without: exit status 3")
            continue
        tap.equal(names(done.stdout), numbered(0, 500), f"{name} is read")
        tap.equal(command.names("-", stdin=data), numbered(0, 500), f"{name} on standard input")
        parts = half[name](text[:1000]) + half[name](text[1000:])
        tap.equal(command.names("-", stdin=parts), numbered(0, 500), f"{name}: parts one after the other")
        tap.equal(command.names("-", stdin=data + b"\0" * 52), numbered(0, 500), f"{name}: zeros behind it")
        for title, bad in {
            "cut short": data[: len(data) // 2],
            "damaged": data[:40] + bytes(byte ^ 0x55 for byte in data[40:]),
        }.items():
            done = command.run("--format", "jsonl", put(directory / "bad", bad), directory / f"packed.{name}")
            tap.equal(done.returncode, 3, f"{name}, {title}: exit status 3")
            tap.ok(f"its {name} data".encode() in done.stderr, f"{name}, {title}: it is said", done.stderr)
            tap.ok(len(done.stdout.splitlines()) >= 500, f"{name}, {title}: the next file is read")
        bomb = half[name](b"x" * 100_000_000 + b"\n") if name != "gzip" else gzip.compress(b"x" * 100_000_000)
        done = command.run(put(directory / "bomb", bomb))
        tap.equal(done.returncode, 3, f"{name}, a bomb: exit status 3")
        tap.ok(b"times its size" in done.stderr, f"{name}, a bomb: it is said", done.stderr)
    tap.equal(command.names("-", stdin=bz2.compress(text)), [], "other packed data is no log")


def check_lines(tap, command, directory):
    text = lines(0, 3).encode()
    tap.equal(command.names("-", stdin=text[:-1]), numbered(0, 3), "a last line without its end is read")
    tap.equal(command.names("-", stdin=text.replace(b"\n", b"\r\n")), numbered(0, 3), "CR LF")
    long = b"x" * 3_000_000 + b"\n"
    done = command.run("--format", "jsonl", put(directory / "long", text + long + lines(3, 1).encode()))
    tap.equal(names(done.stdout), numbered(0, 4), "a line of 3 MB")
    tap.ok(b"1 line was longer than" in done.stderr, "and that it was cut is said", done.stderr)
    tap.equal(json.loads(done.stdout.splitlines()[-1])["line"], 5, "lines are counted")
    tap.equal(names(command.jsonl("--state", directory / "long.state", directory / "long")), numbered(0, 4),
              "the same with --state")
    joined = queued("F00D1", "karl@example.org") + delivery("one", queue="F00D1")
    first, second = joined.splitlines(keepends=True)
    put(directory / "joined/mail.log.1", first)
    put(directory / "joined/mail.log", second)
    tap.equal(command.records(directory / "joined")[0]["sender"], "karl@example.org", "lines are joined over rotation")
    found = command.records(directory / "joined", directory / "joined/mail.log.1")
    tap.equal(len(found), 1, "a file that is named twice is read once")
    empty = command.run(put(directory / "empty", ""))
    tap.equal((empty.stdout, empty.returncode), (b"", 0), "an empty file")


# --- following ----------------------------------------------------------------------------------


class Follower:
    """A running --follow, and what it has written so far."""

    def __init__(self, command, *words):
        self.child = command.start("--follow", *words)
        os.set_blocking(self.child.stdout.fileno(), False)
        self.got = b""

    def wait_for(self, count, seconds=10):
        """Until so many records were written, or too long."""
        end = time.monotonic() + seconds
        while self.got.count(b"\n") < count and time.monotonic() < end:
            self.got += self.child.stdout.read() or b""
            time.sleep(0.02)
        return names(self.got)

    def end(self, number=signal.SIGINT):
        self.child.send_signal(number)
        os.set_blocking(self.child.stdout.fileno(), True)
        self.got += self.child.stdout.read()
        return self.child.wait(timeout=20)


def check_follow(tap, command, directory):
    log = put(directory / "follow/mail.log", lines(0, 2))
    run = Follower(command, log)
    tap.equal(run.wait_for(2), numbered(0, 2), "--follow: what is there")
    add(log, lines(2, 1))
    tap.equal(run.wait_for(3), numbered(0, 3), "--follow: what comes")
    line = delivery("r3")
    add(log, line[:50])
    time.sleep(0.5)
    tap.equal(run.wait_for(4, 0.1), numbered(0, 3), "half a line is waited for")
    add(log, line[50:])
    tap.equal(run.wait_for(4), numbered(0, 4), "and read when it is whole")
    # Renamed; its writer goes on for a while before it takes the new file.
    old = open(log, "ab", buffering=0)
    os.rename(log, directory / "follow/mail.log.1")
    old.write(lines(4, 1).encode())
    put(log, "")
    old.write(lines(5, 1).encode())
    tap.equal(run.wait_for(6), numbered(0, 6), "a file that was renamed is read on")
    old.write(lines(6, 1).encode())
    add(log, lines(7, 1))
    old.close()
    tap.equal(run.wait_for(8), numbered(0, 8), "then the new one of its name")
    # Copied and truncated, with lines that were not read yet.
    run.child.send_signal(signal.SIGSTOP)
    add(log, lines(8, 2))
    shutil.copyfile(log, directory / "follow/mail.log.2")
    os.truncate(log, 0)
    add(log, lines(10, 1))
    run.child.send_signal(signal.SIGCONT)
    tap.equal(run.wait_for(11), numbered(0, 11), "a file that was truncated: first the rest of the copy")
    run.child.send_signal(signal.SIGSTOP)
    shutil.copyfile(log, directory / "follow/mail.log.3")
    os.truncate(log, 0)
    add(log, lines(11, 30))
    run.child.send_signal(signal.SIGCONT)
    tap.equal(run.wait_for(41), numbered(0, 41), "also where it has grown beyond its old length since")
    found = [json.loads(line) for line in run.got.splitlines()]
    tap.equal([found[-1]["line"], found[-1]["index"]], [30, 30], "lines and records are counted anew")
    tap.equal(run.end(), 130, "Ctrl-C: exit status 130")
    tap.ok(run.got.endswith(b"}\n"), "whole lines are written")
    run = Follower(command, log)
    run.wait_for(30)
    tap.equal(run.end(signal.SIGTERM), 143, "SIGTERM: exit status 143")
    late = directory / "late.log"
    run = Follower(command, late, log)
    run.wait_for(30)
    put(late, lines(50, 2))
    tap.equal(run.wait_for(32)[-2:], numbered(50, 2), "a file that is not there yet is waited for")
    add(late, lines(52, 1))
    tap.equal(run.wait_for(33)[-1:], numbered(52, 1), "and followed")
    run.end()
    tap.equal(command.run("--follow", stdin=b"").returncode, 2, "--follow without a file: exit status 2")


def check_follow_quick(tap, command, directory):
    """Several rotations between two looks."""
    log = put(directory / "quick/mail.log", lines(0, 1))
    run = Follower(command, log)
    run.wait_for(1)
    run.child.send_signal(signal.SIGSTOP)
    add(log, lines(1, 1))
    os.rename(log, directory / "quick/mail.log.3")
    put(directory / "quick/mail.log.2", lines(2, 1))
    shutil.copyfile(put(log, lines(3, 1)), directory / "quick/mail.log.1")
    os.truncate(log, 0)
    run.child.send_signal(signal.SIGCONT)
    tap.equal(run.wait_for(4), numbered(0, 4), "several rotations between two looks, and an empty log")
    add(log, lines(4, 1))
    tap.equal(run.wait_for(5), numbered(0, 5), "then what comes")
    run.end()


def check_follow_many(tap, command, directory):
    root = directory / "many"
    logs = [put(root / name, "") for name in ("a.log", "b.log")]
    put(root / "a.log.1", lines(0, 1))
    run = Follower(command, root)
    tap.equal(run.wait_for(1), ["r0"], "--follow: what was rotated is read once")
    expected = ["r0"]
    for number in range(1, 9):
        add(logs[number % 2], lines(number, 1))
        expected.append(f"r{number}")
        run.wait_for(number + 1)
    tap.equal(names(run.got), expected, "--follow: two logs at once")
    found = [json.loads(line) for line in run.got.splitlines()]
    tap.equal([r["line"] for r in found if r["source"].endswith("b.log")], [1, 2, 3, 4], "each with its lines")
    run.end()


# --- states -------------------------------------------------------------------------------------


def check_state(tap, command, directory):
    root = directory / "state"
    log = put(root / "mail.log", queued("F00D3", "karl@example.org") + lines(0, 3))
    words = ("--state", root / "state", log)
    tap.equal(command.names(*words), numbered(0, 3), "--state: the first run reads all")
    tap.equal(command.names(*words), [], "the second reads nothing")
    line = delivery("r3", queue="F00D3")
    add(log, line[:40])
    tap.equal(command.names(*words), [], "half a line is left for later")
    add(log, line[40:])
    found = command.records(*words)
    tap.equal([(r["recipient"], r["line"], r["index"]) for r in found], [("r3@example.com", 5, 4)],
              "then it is read, and counted on")
    tap.equal(found[0].get("sender"), "karl@example.org", "messages under way are remembered")

    add(log, lines(4, 1))
    os.rename(log, root / "mail.log.1")
    put(log, lines(5, 1))
    tap.equal(command.names(*words), numbered(4, 2), "renamed: its rest, then the new one")
    tap.equal(command.names(*words), [], "and no more")

    add(log, lines(6, 1))
    os.rename(root / "mail.log.1", root / "mail.log.2")
    os.rename(log, root / "mail.log.1")
    put(log, lines(7, 1))
    os.rename(root / "mail.log.2", root / "mail.log.3")
    os.rename(root / "mail.log.1", root / "mail.log.2")
    os.rename(log, root / "mail.log.1")
    put(log, lines(8, 1))
    tap.equal(command.names(*words), numbered(6, 3), "renamed twice: the one between is read whole")

    add(log, lines(9, 1))
    shutil.copyfile(log, root / "mail.log.0")
    os.truncate(log, 0)
    add(log, lines(10, 1))
    tap.equal(command.names(*words), numbered(9, 2), "copied and truncated")

    add(log, lines(11, 1))
    put(root / "mail.log-20260303.gz", gzip.compress(log.read_bytes()))
    os.unlink(log)
    put(log, lines(12, 2))
    if not command.unpacks:
        tap.skip("packed at once", "built without zlib")
    else:
        tap.equal(command.names(*words), numbered(11, 3), "packed at once")
        tap.equal(command.names(*words), [], "and not read twice")

    os.unlink(log)
    done = command.run("--format", "jsonl", *words)
    tap.equal(done.returncode, 3, "the log is away: exit status 3")
    tap.ok(b"before its rotation is not found" in done.stderr, "and that something may be missing is said", done.stderr)
    for path in root.glob("mail.log*"):
        path.unlink()
    put(log, lines(14, 1))
    done = command.run("--format", "jsonl", *words)
    tap.equal((names(done.stdout), done.returncode), (["r14"], 0), "a new one is read")


def check_state_files(tap, command, directory):
    """A pattern: what has been read keeps being known under its new name."""
    root = directory / "statefiles"
    log = put(root / "mail.log", lines(2, 1))
    put(root / "mail.log.1", lines(1, 1))
    put(root / "mail.log.2.gz", gzip.compress(lines(0, 1).encode()))
    words = ("--state", directory / "statefiles.state", f"{root}/mail.log*")
    if not command.unpacks:
        tap.skip("--state with a pattern", "built without zlib")
        return
    tap.equal(command.names(*words), numbered(0, 3), "--state with a pattern")
    os.rename(root / "mail.log.2.gz", root / "mail.log.3.gz")
    put(root / "mail.log.2.gz", gzip.compress((root / "mail.log.1").read_bytes()))
    os.rename(log, root / "mail.log.1")
    add(root / "mail.log.1", lines(3, 1))
    put(log, lines(4, 1))
    tap.equal(command.names(*words), numbered(3, 2), "rotated: only what is new")
    put(root / "mail.log.1.gz", gzip.compress((root / "mail.log.1").read_bytes()))
    tap.equal(command.names(*words), [], "a copy that is being packed is not read")
    tap.equal(command.names(*words), [], "and not another time either")


def check_state_ends(tap, command, directory):
    root = directory / "stateends"
    log = put(root / "mail.log", lines(0, 2))
    for title, text in {"no state": "hello\n", "empty": "", "cut": None, "binary": bytes(range(256))}.items():
        state = root / "bad"
        if text is None:
            command.run("--state", root / "good", log)
            text = (root / "good").read_bytes()[:-30]
        put(state, text)
        done = command.run("--format", "jsonl", "--state", state, log)
        tap.equal((done.stdout, done.returncode), (b"", 3), f"a state that is {title}: exit status 3")
        tap.equal(state.read_bytes(), text if isinstance(text, bytes) else text.encode(), f"{title}: it is left")
    state = root / "full"
    with open("/dev/full", "wb") as full:
        call = [command.path, "log", "--format", "jsonl", "--state", str(state), str(log)]
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, check=False)
    tap.equal((done.returncode, state.exists()), (3, False), "what could not be written is read again")
    tap.equal(command.names("--state", state, log), numbered(0, 2), "in the next run")
    done = command.run("--state", root / "no/where", log)
    tap.equal(done.returncode, 3, "a state that cannot be written: exit status 3")
    odd = put(root / "odd %41\nname.log", lines(0, 1))
    for expected in (["r0"], []):
        tap.equal(command.names("--state", root / "odd", odd), expected, "a name with % and a line end")
    run = Follower(command, "--state", root / "follow", log)
    run.wait_for(2)
    add(log, lines(2, 2))
    run.wait_for(4)
    run.end(signal.SIGTERM)
    add(log, lines(4, 1))
    tap.equal(command.names("--state", root / "follow", log), ["r4"], "--follow with --state")


# --- times --------------------------------------------------------------------------------------


def times(command, *words, stdin):
    return [record["time"] for record in command.records(*words, "-", stdin=stdin.encode())]


def check_times(tap, command, directory):
    def one(stamp, *words):
        return times(command, *words, stdin=delivery("one", stamp=stamp))[0]

    tap.equal(one("2026-07-01T10:00:00+02:00"), "2026-07-01T08:00:00Z", "a stamp with a zone")
    july, january = "Jul  1 10:00:00", "Jan 15 10:00:00"
    year = ("--year", "2026")
    tap.equal(one(july, *year), "2026-07-01T10:00:00Z", "a stamp without one is of UTC")
    tap.equal(one(july, *year, "--tz", "+05:30"), "2026-07-01T04:30:00Z", "--tz +05:30")
    tap.equal(one(july, *year, "--tz", "-0800"), "2026-07-01T18:00:00Z", "--tz -0800")
    tap.equal(one(july, *year, "--tz", "Z"), "2026-07-01T10:00:00Z", "--tz Z")
    done = command.run("--format", "jsonl", *year, "--tz", "Europe/Madrid", "-", stdin=delivery("one", stamp=july).encode())
    if done.returncode == 2:
        tap.skip("zones with names", "no zone data here")
    else:
        tap.equal(json.loads(done.stdout)["time"], "2026-07-01T08:00:00Z", "--tz Europe/Madrid in summer")
        tap.equal(one(january, *year, "--tz", "Europe/Madrid"), "2026-01-15T09:00:00Z", "and in winter")
        around = "".join(delivery("one", stamp=f"Mar 29 0{hour}:59:59") for hour in (1, 3))
        tap.equal(times(command, *year, "--tz", "Europe/Madrid", stdin=around),
                  ["2026-03-29T00:59:59Z", "2026-03-29T01:59:59Z"], "and where the clocks are changed")
        zoned = delivery("one", stamp="2026-07-01T10:00:00Z")
        tap.equal(times(command, "--tz", "Europe/Madrid", stdin=zoned), ["2026-07-01T10:00:00Z"],
                  "a stamp with a zone stays as it is")
        env = {**os.environ, "TZ": "America/New_York"}
        got = command.records(*year, "--tz", "local", "-", stdin=delivery("one", stamp=july).encode(), env=env)
        tap.equal(got[0]["time"], "2026-07-01T14:00:00Z", "--tz local")
    for word in ("Europe/Nowhere", "../etc/passwd", "/etc/localtime", "+25:00", "+1", ""):
        tap.equal(command.run("--tz", word, "-").returncode, 2, f"--tz {word}: exit status 2")
    said = command.run("-", stdin=delivery("one").encode()).stderr
    tap.ok(b"1 record had a time without a zone" in said, "that no zone was known is said", said)
    said = command.run("--tz", "Z", "-", stdin=delivery("one").encode()).stderr
    tap.ok(b"zone" not in said, "and not where one was told", said)


def check_years(tap, command, directory):
    turn = delivery("a", stamp="Dec 31 23:59:59") + delivery("b", stamp="Jan  1 00:00:01")
    tap.equal(times(command, "--year", "2019", stdin=turn), ["2019-12-31T23:59:59Z", "2020-01-01T00:00:01Z"],
              "--year: the turn of the year")
    root = directory / "years"
    put(root / "mail.log.2", delivery("a", stamp="Nov  1 00:00:00"))
    put(root / "mail.log.1", delivery("b", stamp="Dec 31 23:59:59"))
    put(root / "mail.log", delivery("c", stamp="Jan  1 00:00:00") + delivery("d", stamp="Feb 29 00:00:00"))
    found = [record["time"][:7] for record in command.records("--year", "2019", root)]
    tap.equal(found, ["2019-11", "2019-12", "2020-01", "2020-02"], "--year over several files")
    old = put(directory / "old.log", delivery("a", stamp="Dec 31 23:59:59") + delivery("b", stamp="Jan  2 00:00:00"))
    os.utime(old, (1388700000, 1388700000))  # 2014-01-02
    tap.equal([record["time"][:4] for record in command.records(old)], ["2013", "2014"], "the year by the file's time")
    packed = gzip.compress(old.read_bytes(), mtime=1388700000)
    if not command.unpacks:
        tap.skip("the year by the time in a gzip file", "built without zlib")
    else:
        tap.equal([r["time"][:4] for r in command.records(put(directory / "old.gz", packed))], ["2013", "2014"],
                  "and by that in a gzip file")
    for word in ("0", "x", "2026x", "99999"):
        tap.equal(command.run("--year", word, "-").returncode, 2, f"--year {word}: exit status 2")


# --- filters ------------------------------------------------------------------------------------

MIXED = (
    queued("F00D1", "karl@example.org")
    + delivery("anna", "sent", queue="F00D1")
    + queued("F00D2", "news@lists.example.org")
    + delivery("bob", "deferred", MAILBOX_FULL, queue="F00D2", stamp="Mar  4 10:00:00")
    + queued("F00D3", "")
    + delivery("carl", "bounced", "host mx.example.com[192.0.2.5] said: 550 5.1.1 User unknown", queue="F00D3")
    + delivery("dave", "sent").replace("dave@example.com", "dave@sub.Example.NET")
    + delivery(
        "eve",
        "bounced",
        "host gmail-smtp-in.l.google.com[192.0.2.9] said: 550-5.7.26 This mail has been blocked because the sender "
        "is unauthenticated. 550 5.7.26 x1-20 - gsmtp (in reply to end of DATA command)",
    ).replace("mx.example.com", "gmail-smtp-in.l.google.com")
)

FILTERS = {
    ("--kind", "delayed"): ["bob"],
    ("--kind", "delayed,failed"): ["bob", "carl", "eve"],
    ("--kind", "delayed", "--kind=failed"): ["bob", "carl", "eve"],
    ("--reason", "mailbox-full,mailbox-unknown"): ["bob", "carl"],
    ("--permanence", "permanent"): ["carl", "eve"],
    ("--permanence", "transient"): ["bob"],
    ("--provider", "google"): ["eve"],
    ("--domain", "example.net"): [],
    ("--domain", "sub.example.net"): ["dave"],
    ("--domain", "*.EXAMPLE.net"): ["dave"],
    ("--domain", ".example.net,example.org"): ["dave"],
    ("--domain", "xample.com"): [],
    ("--sender", "karl@example.org"): ["anna"],
    ("--sender", "KARL@Example.org"): ["anna"],
    ("--sender", "example.org"): ["anna"],
    ("--sender", "*.example.org"): ["bob"],
    ("--sender", "<>"): ["carl"],
    ("--direction", "out", "--kind", "failed"): ["carl", "eve"],
    ("--direction", "in"): [],
    ("--since", "2026-03-04"): ["bob"],
    ("--since", "2026-03-04T10:00:01"): [],
    ("--since", "2026-03-04 10:00", "--until", "2026-03-04T10:01Z"): ["bob"],
    ("--until", "2026-03-03T10:00:00+00:00"): [],
    ("--until", "2026-03-03T11:00:00+01:00", "--until", "2026-03-04"): ["anna", "carl", "dave", "eve"],
    ("--kind", "failed", "--provider", "google,yahoo"): ["eve"],
    ("--kind", "failed", "--domain", "example.net"): [],
}

MISTAKES = {
    ("--kind", "failled"): "did you mean 'failed'?",
    ("--kind", "xxxxxxxx"): "as delivered",
    ("--reason", "mailbox-ful"): "did you mean 'mailbox-full'?",
    ("--permanence", "temporary"): "",
    ("--provider", "gogle"): "did you mean 'google'?",
    ("--direction", "outt"): "did you mean 'out'?",
    ("--since", "last week"): "2026-03-01",
    ("--since", "2026-13-01"): "",
    ("--since", "3"): "",
    ("--until", "2026-03-01T25:00"): "",
    ("--log-format", "postfx"): "did you mean 'postfix'?",
    ("--jobs", "-1"): "",
    ("--format", "md"): "",
    ("--folow",): "did you mean '--follow'?",
}


def check_filters(tap, command):
    words = ("--year", "2026")
    for filters, expected in FILTERS.items():
        got = command.names(*words, *filters, "-", stdin=MIXED.encode())
        tap.equal(got, expected, " ".join(filters))
    for mistake, said in MISTAKES.items():
        done = command.run(*mistake, "-")
        tap.equal(done.returncode, 2, f"{' '.join(mistake)}: exit status 2")
        tap.ok(said.encode() in done.stderr and done.stdout == b"", "and it is said what is wrong", done.stderr)
    index = [record["index"] for record in command.records(*words, "--kind", "failed", "-", stdin=MIXED.encode())]
    tap.equal(index, [3, 5], "index counts all records of the source")
    done = command.run(*words, "--kind", "failed", "-", stdin=MIXED.encode())
    tap.ok(b"5 records, 2 of them shown" in done.stderr, "and the summary both", done.stderr)
    now = time.time()

    def ago(seconds):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - seconds))

    recent = "".join(delivery(f"s{age}", stamp=ago(age)) for age in (8 * 86400, 3 * 86400, 7200, 60, 0))
    for word, count in {"90s": 2, "5m": 2, "3h": 3, "4d": 4, "2w": 5, "now": 0}.items():
        got = command.names("--since", word, "-", stdin=recent.encode())
        tap.equal(len([name for name in got if name != "s0"]), max(count - 1, 0), f"--since {word}")
    midnight = int(now) // 86400 * 86400
    around = "".join(delivery(f"d{i}", stamp=ago(now - midnight - shift)) for i, shift in
                     enumerate((-86401, -86400, -1, 0)))  # fmt: skip
    tap.equal(command.names("--since", "yesterday", "--until", "today", "-", stdin=around.encode()), ["d1", "d2"],
              "from yesterday until today is the whole of yesterday")


# --- outputs ------------------------------------------------------------------------------------


def check_jobs(tap, command, directory):
    """Many records, of several files: the same for every number of threads."""
    mixed = "".join(
        queued(f"{i:08X}", f"s{i % 7}@example.org") + delivery(f"r{i}", *(("deferred", MAILBOX_FULL) if i % 3 else ()), queue=f"{i:08X}")
        for i in range(3000)
    )
    first = put(directory / "jobs/mail.log.1", mixed)
    second = put(directory / "jobs/mail.log", mixed.replace("Mar  3", "Mar  4"))
    for form in ("jsonl", "csv", "text"):
        words = ["--format", form, "--kind", "delayed", first, second]
        alone = command.run(*words)
        for jobs in (0, 2, 3, 16):
            done = command.run("--jobs", jobs, *words)
            tap.ok((done.stdout, done.stderr) == (alone.stdout, alone.stderr), f"{form}, --jobs {jobs}: the same")
        lines = alone.stdout.count(b"\n")
        tap.ok(lines >= 4000, f"{form}: it is not empty", lines)


HOSTILE = "\x1b[2J\x07\x00\x08\x9b\u202e\u2028\x7f\x1b]0;x\x07"


def check_hostile(tap, command, directory):
    """Control characters reach neither a terminal nor what reads line by line."""
    text = delivery("one", "bounced", f"host mx{HOSTILE}.example.com[192.0.2.5] said: 550 5.1.1 {HOSTILE} unknown")
    text += delivery(f"x{HOSTILE}y") + refusal(f"z{HOSTILE}@example.org")
    text += text.replace("mail postfix", f"ma{HOSTILE}il postfix")
    for name, data in {"UTF-8": text.encode(), "Latin-1": text.encode("latin-1", "replace")}.items():
        path = put(directory / f"hostile-{name}{HOSTILE[:4]}.log".replace("\0", ""), data)
        for words in (["text"], ["text", "--explain"], ["jsonl"], ["csv"]):
            done = command.run("--format", *words, path)
            wild = re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]", done.stdout + done.stderr)
            if words == ["csv"]:  # a machine's format: bytes stay as they are
                wild = re.search(rb"[\x00\x1b]", done.stderr)
            tap.ok(not wild, f"{name}, {' '.join(words)}: nothing wild", wild)
            tap.equal(done.returncode, 0, f"{name}, {' '.join(words)}: exit status 0")
    binary = put(directory / "binary", bytes(range(256)) * 4096)
    done = command.run("--format", "jsonl", binary, put(directory / "after", lines(0, 1)))
    tap.equal((names(done.stdout), done.returncode), (["r0"], 0), "a binary file has nothing to say")
    cells = command.run("--format", "csv", "--csv-safe", "-", stdin=delivery("=cmd").encode()).stdout
    tap.ok(b",'=cmd@example.com," in cells, "--csv-safe", cells)


def check_text(tap, command):
    done = command.run("--year", "2026", "-", stdin=MIXED.encode()).stdout.decode()
    tap.ok("2026-03-03 10:00:00Z  delivered  anna@example.com\n" in done, "text: a delivery is a line", done)
    tap.ok("2026-03-04 10:00:00Z  delayed  bob@example.com\n  The server put this off" in done,
           "text: a failure says what happened", done)
    tap.ok("452 4.2.2 Mailbox full\n" in done, "text: and what the server said", done)
    tap.ok(max(map(len, done.splitlines())) <= 80, "text: 80 columns where there is no terminal")
    tap.ok("\x1b" not in done, "text: no colour either")
    told = command.run("--explain", "--year", "2026", "-", stdin=MIXED.encode()).stdout.decode()
    tap.ok(len(told) > len(done) + 500, "text, --explain: and what to do")
    spanish = command.run("--lang", "es", "-", stdin=MIXED.encode()).stdout.decode()
    tap.ok("el buzón del destinatario" in spanish, "text in Spanish", spanish)
    record = command.records("--explain", "-", stdin=MIXED.encode())[1]
    tap.ok(record.get("advice") and record.get("explanation"), "jsonl, --explain")


# --- how it ends --------------------------------------------------------------------------------


def check_statuses(tap, command, directory):
    good = put(directory / "good.log", lines(0, 2))
    done = command.run("--format", "jsonl", good, directory / "miss\x1bing", good)
    tap.equal((done.returncode, len(done.stdout.splitlines())), (3, 2), "a file that is not there: exit status 3")
    tap.ok(b"miss\\x1bing: No such file" in done.stderr, "and it is named, made safe", done.stderr)
    done = command.run(f"{directory}/nothing*")
    tap.equal(done.returncode, 3, "a pattern that fits nothing: exit status 3")
    starred = put(directory / "we[ir]d*.log", lines(7, 1))
    tap.equal(command.names(starred), ["r7"], "a file whose name looks like a pattern")
    if os.getuid() != 0:
        os.chmod(put(directory / "secret", "x"), 0)
        tap.equal(command.run(directory / "secret").returncode, 3, "a file that may not be read: exit status 3")
    else:
        tap.skip("a file that may not be read", "root may read everything")
    done = command.run(good)
    tap.ok(done.stderr.endswith(b"smtpstatus: 2 lines, 2 records, 0 not understood\n"), "the summary", done.stderr)
    bad = put(directory / "bad.log", delivery("one").replace(", status=sent (250 2.0.0 Ok)", ", status="))
    tap.equal(command.run(bad).returncode, 0, "not understood: exit status 0")
    done = command.run("--strict", bad, good)
    tap.equal(done.returncode, 1 if b" 1 not understood" in done.stderr else 0, "not understood, --strict: 1")
    tap.equal(command.run("--strict", good).returncode, 0, "--strict where all was: exit status 0")
    rules = put(directory / "own.rules", "rule own/full\nreason policy\nphrase mailbox full\n")
    done = command.run("--rules", directory / "norules", good)
    tap.equal(done.returncode, 3, "rules that are not there: exit status 3")
    with open("/dev/full", "wb") as full:
        call = [command.path, "log", "--format", "jsonl", str(good)]
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, check=False)
        tap.equal(done.returncode, 3, "the output cannot be written: exit status 3")
    if pty:
        leader, follower = pty.openpty()
        done = subprocess.run([command.path, "log"], stdin=follower, capture_output=True, check=False)
        os.close(leader)
        os.close(follower)
        tap.equal(done.returncode, 2, "nothing to read but a terminal: exit status 2")
        tap.ok(b"--help" in done.stderr, "and where help is, is said", done.stderr)


def check_waiting(tap, command):
    """What is known is written before the program waits for more, and when Ctrl-C comes."""
    for jobs in ("1", "3"):
        child = command.start("--jobs", jobs, "-", stdin=subprocess.PIPE)
        child.stdin.write(lines(0, 2).encode() + b"Mar  3 10:0")
        child.stdin.flush()
        first = child.stdout.readline() + child.stdout.readline()
        tap.equal(names(first), ["r0", "r1"], f"--jobs {jobs}: a line is answered at once")
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read()
        child.stdin.close()
        tap.equal((child.wait(), rest), (130, b""), f"--jobs {jobs}: Ctrl-C while it waits: exit status 130")


def check_interrupt(tap, command, directory):
    busy = put(directory / "busy.log", lines(0, 200_000))
    for jobs in ("1", "3"):
        child = command.start("--jobs", jobs, busy)
        first = child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out = first + child.stdout.read()
        tap.equal(child.wait(), 130, f"--jobs {jobs}: Ctrl-C while it works: exit status 130")
        tap.ok(out.endswith(b"}\n") and json.loads(out.splitlines()[-1]), "whole lines are written")
    state = directory / "busy.state"
    child = command.start("--state", state, busy)
    first = child.stdout.readline()
    child.send_signal(signal.SIGINT)
    out = first + child.stdout.read()
    child.wait()
    rest = command.jsonl("--state", state, busy)
    tap.equal(names(out) + names(rest), numbered(0, 200_000), "--state: after Ctrl-C it goes on with the next line")


def check_progress(tap, command):
    if not pty:
        tap.skip("progress", "no pseudo-terminals")
        return
    leader, follower = pty.openpty()
    child = command.start("-", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    for _ in range(4):
        child.stdin.write(lines(0, 100).encode())
        child.stdin.flush()
        time.sleep(0.5)
    child.stdin.close()
    child.wait()
    got = b""
    try:
        while part := os.read(leader, 65536):
            got += part
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(leader)
    tap.ok(re.search(rb"\r\x1b\[K\d+ lines, [\d.]+ MB/s", got), "a terminal is told how far it is", repr(got))
    tap.ok(b"\r\x1b[Ksmtpstatus: " in got, "the line is wiped off before the summary", repr(got))


def main():
    tap = Tap()
    command = Command(str(pathlib.Path(sys.argv[1]).resolve()))
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        check_order(tap, command, directory)
        check_packed(tap, command, directory)
        check_lines(tap, command, directory)
        check_follow(tap, command, directory)
        check_follow_quick(tap, command, directory)
        check_follow_many(tap, command, directory)
        check_state(tap, command, directory)
        check_state_files(tap, command, directory)
        check_state_ends(tap, command, directory)
        check_times(tap, command, directory)
        check_years(tap, command, directory)
        check_filters(tap, command)
        check_jobs(tap, command, directory)
        check_hostile(tap, command, directory)
        check_text(tap, command)
        check_statuses(tap, command, directory)
        check_waiting(tap, command)
        check_interrupt(tap, command, directory)
        check_progress(tap, command)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
