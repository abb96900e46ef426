#!/usr/bin/env python3
"""Mails and logs that were made to take long, or much memory: each must be done in a time and a memory that allow
for slow machines, and not for anything that grows with the square of the input.

Usage: hostile_test.py COMMAND
"""

import gzip
import pathlib
import subprocess
import sys
import tempfile
import zlib

from tap import Tap

MIB = 1 << 20
SECONDS = 2  # of the processor; the slowest takes a fifth of it on a machine of 2020
MEMORY = 16 * MIB

HEAD = "From: MAILER-DAEMON@mail.example.org\nTo: karl@example.org\nSubject: Undelivered Mail\n"
REPORT = HEAD + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n"
STATUS = REPORT + "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.org\n\n"
WORDS = HEAD + "\nYour mail could not be delivered.\n\n"
SEPARATOR = "From MAILER-DAEMON Tue Mar  3 10:00:00 2026\n"
MILLION = 10**6


def nested_parts(count):
    """Each part is a multipart that holds the next."""
    parts = (f"Content-Type: multipart/mixed; boundary=n{i}\n\n--n{i}\n" for i in range(count))
    return HEAD + "".join(parts)


def prefixed_boundaries(count):
    """Each boundary is the beginning of the next, and lines look like all of them."""
    parts = (f"Content-Type: multipart/mixed; boundary={'b' * i}\n\n--{'b' * i}\n" for i in range(1, count))
    return HEAD + "".join(parts) + ("--" + "b" * count + "\n") * 10000


# Each is about as long as what is kept of a message, or longer.
MAILS = {
    "10^6 header lines": lambda: "".join(f"X-{i}: y\n" for i in range(MILLION)) + "\nbody\n",
    "10^6 header lines of one name": lambda: HEAD + "Received: x\n" * MILLION + "\nbody\n",
    "10^6 nested parts": lambda: nested_parts(MILLION),
    "10^6 nested messages": lambda: HEAD + "Content-Type: message/rfc822\n\n" * MILLION,
    "10^6 parts": lambda: REPORT + "--b\n\nx\n" * MILLION,
    "10^6 parts without a header": lambda: REPORT + "--b\n" * MILLION,
    "10^6 delivery statuses": lambda: REPORT + "--b\nContent-Type: message/delivery-status\n\nStatus: 5.0.0\n" * 100000,
    "boundaries that are prefixes of each other": lambda: prefixed_boundaries(1000),
    "100 MB base64 in one line": lambda: (
        HEAD + "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + "QUJD" * (25 * MILLION)
    ),
    "quoted-printable without end": lambda: (
        HEAD + "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n" + "=3D=\n" * MILLION
    ),
    "10^6 quoted lines": lambda: WORDS + "> <a@example.com>: said\n" * MILLION,
    "10^6 lines that are marked and not quoted": lambda: WORDS + ">>> RCPT TO:<a@example.com>\n> x\n" * (MILLION // 2),
    "10^6 doubled lines": lambda: (HEAD + "X-A: b\n" * 9 + "\n" + "x\n" * MILLION).replace("\n", "\n\n"),
    "base64 that nobody declares": lambda: HEAD + "\n" + ("QUJD" * 19 + "\n") * 100000,
    "UTF-16": lambda: WORDS.encode("utf-16") + b"x\0" * (5 * MIB),
    "10^6 columns": lambda: WORDS + "a@example.com   failed   550 no\n" * MILLION,
    "10^6 conclusions": lambda: (
        WORDS + "----- Transcript of session follows -----\n" + "mailbox full\n554 5.0.0 Service unavailable\n" * MILLION
    ),
    "NUL": lambda: "\0" * (10 * MIB),
    "NUL in a body": lambda: WORDS + "\0" * (10 * MIB),
    "endless folding": lambda: HEAD + "X-Long: a\n" + " b\n" * MILLION + "\nbody\n",
    "endless folding of the boundary": lambda: HEAD + "Content-Type: multipart/report;\n" + " ;\n" * MILLION,
    "endless folding in a status": lambda: STATUS + "Final-Recipient: rfc822;\n" + " a\n" * MILLION,
    "comments in comments": lambda: HEAD + "Content-Type: " + "(" * MIB + "\n\nbody\n",
    "quotes without end": lambda: HEAD + 'Content-Type: multipart/report; boundary="' + '\\"' * MIB + "\n\nbody\n",
    "parameters": lambda: HEAD + "Content-Type: multipart/report" + "; boundary*0=x" * 100000 + "\n\nbody\n",
    "encoded words": lambda: STATUS.replace("Mail\n", "=?utf-8?Q?a?= " * 100000 + "\n"),
    "an encoded word without end": lambda: HEAD.replace("Mail\n", "=?utf-8?Q?" * 100000 + "\n") + "\nbody\n",
    "recipients": lambda: STATUS + "".join(f"Final-Recipient: rfc822; r{i}@example.com\n\n" for i in range(30000)),
    "long recipients": lambda: (
        STATUS + "".join(f"Final-Recipient: rfc822; {'r' * 900}{i}@example.com\n\n" for i in range(1100))
    ),
    "recipients in words": lambda: WORDS + "".join(f"<r{i}@example.com>:\n550 no\n\n" for i in range(40000)),
    "recipients without a reason": lambda: WORDS + "".join(f"<r{i}@example.com>\n" for i in range(50000)),
    "recipients of one field": lambda: (
        "X-Failed-Recipients: " + ",".join(f"r{i}@example.com" for i in range(50000)) + "\n" + WORDS
    ),
    "one recipient many times": lambda: WORDS + "<a@example.com>:\n550 no\n\n" * 40000,
    "one recipient in one paragraph": lambda: WORDS + "<a@example.com>: 550 5.1.1 no\n" * 30000,
    "a transcript": lambda: WORDS + ">>> RCPT TO:<a@example.com>\n<<< 550 5.1.1 no\n" * 20000,
    "a transcript of many": lambda: WORDS + "".join(f">>> RCPT TO:<r{i}@example.com>\n<<< 550\n" for i in range(20000)),
    "a long paragraph": lambda: WORDS + "<a@example.com>:\n" + "word word word\n" * 60000,
    "a line": lambda: WORDS + "<a@example.com>: " + "word " * 200000 + "\n",
    "at signs": lambda: WORDS + "@" * MIB + "\n",
    "brackets": lambda: WORDS + "<" * MIB + "\n",
    "a@a@a@": lambda: WORDS + "a@" * (MIB // 2) + "\n",
    "numbers": lambda: WORDS + "550 5.1.1 " * 100000 + "\n",
    "lines of numbers": lambda: WORDS + "550-5.1.1 a\n" * 80000,
    "colons": lambda: WORDS + "host said: " * 90000 + "\n",
    "tags": lambda: HEAD + "Content-Type: text/html\n\n" + "<a" * (MIB // 2),
    "comments in HTML": lambda: HEAD + "Content-Type: text/html\n\n" + "<!--" * (MIB // 4),
    "styles in HTML": lambda: HEAD + "Content-Type: text/html\n\n" + "<style><script>" * 60000,
    "entities": lambda: HEAD + "Content-Type: text/html\n\n" + "&lt" * (MIB // 3),
    "dashes": lambda: WORDS + "-" * MIB + "\n" + "--- \n" * 1000,
    "lines of dashes": lambda: WORDS + "------\n" * 140000,
    "blank lines": lambda: WORDS + "\n" * MIB,
    "blanks": lambda: WORDS + " " * MIB + "\n",
    "lines with a blank": lambda: WORDS + "<a@example.com>:\n" + " \n" * (MIB // 2),
    "CR": lambda: WORDS + "\r" * (2 * MIB),
    "bytes that are no UTF-8": lambda: WORDS.encode() + b"<a@example.com>: \xff\xfe" * 60000,
    "iconv: every byte wrong": lambda: (
        HEAD.encode() + b"Content-Type: text/plain; charset=euc-jp\n\n" + b"\xff" * MIB
    ),
    "a charset that is not there": lambda: HEAD + "Content-Type: text/plain; charset=" + "x" * 500000 + "\n\nx\n",
}


STAMP = "2026-03-03T10:00:00Z mail "
SMTP = STAMP + "postfix/smtp[7]: 0123456789: "
DEFERRED = "to=<a@example.com>, relay=none, delay=1, delays=0/0/0/1, dsn=4.0.0, status=deferred ("
# What a log may remember of messages under way, and a few lines of the greatest length.
LOG_MEMORY = 64 * MIB


def long_lines(head, words, tail=""):
    """Lines of 1 MB that say the same again and again."""
    return (head + words * (MILLION // len(words)) + tail + "\n") * 8


LOGS = {
    "a line of 100 MB": lambda: "x" * (100 * MILLION),
    "a delivery of 100 MB": lambda: SMTP + DEFERRED + "x" * (100 * MILLION) + ")\n",
    "3 * 10^5 messages under way": lambda: "".join(
        f"{STAMP}postfix/qmgr[5]: {i:010X}: from=<{'s' * 60}{i}@example.org>, size=1, nrcpt=1 (queue active)\n"
        for i in range(300_000)
    ),
    "3 * 10^5 messages of Exim": lambda: "".join(
        f"2026-03-03 10:00:00 1wAbCd-{i:06d}-Ab <= s{i}@example.org H=h [192.0.2.1] P=esmtp S=1\n" for i in range(300_000)
    ),
    "10^5 hosts": lambda: "".join(
        f"2026-03-03T10:00:00Z h{i} postfix/smtp[7]: 0123456789: {DEFERRED}x)\n" for i in range(100_000)
    ),
    "NUL": lambda: "\0" * (20 * MIB),
    "empty lines": lambda: "\n" * (4 * MIB),
    "stamps": lambda: "Mar  3 10:00:00 " * MILLION,
    "lines of stamps": lambda: "Mar  3 10:00:00 \n" * MILLION,
    "priorities": lambda: long_lines("", "<22>"),
    "containers in containers": lambda: long_lines("", '{"log":"', ""),
    "JSON in JSON": lambda: long_lines('{"MESSAGE":', '{"a":', ""),
    "brackets in JSON": lambda: long_lines('{"MESSAGE":', "[", ""),
    "a JSON of many keys": lambda: long_lines('{"MESSAGE":"x"', ',"a":1', "}"),
    "recipients": lambda: long_lines(SMTP, "to=<a@example.com>, "),
    "openings": lambda: long_lines(SMTP + DEFERRED, "("),
    "angles": lambda: long_lines(SMTP, "to=<"),
    "commas": lambda: long_lines(SMTP + "to=<a@example.com>", ", "),
    "states": lambda: long_lines(SMTP + "to=<a@example.com>", ", status=sent ("),
    "replies": lambda: long_lines(SMTP + DEFERRED, "host a[192.0.2.1] said: 550-5.1.1 no ", ")"),
    "queued": lambda: long_lines(SMTP + DEFERRED.replace("deferred", "sent"), "250 Ok: queued as A ", ")"),
    "arrows of Exim": lambda: long_lines("2026-03-03 10:00:00 1wAbCd-000001-Ab ", "=> a@example.com "),
    "fields of Exim": lambda: long_lines("2026-03-03 10:00:00 1wAbCd-000001-Ab == a@example.com ", "R=a T=b "),
    "recipients of Sendmail": lambda: long_lines(STAMP + "sendmail[7]: 33A0A0AA000001: to=", "<a@example.com>,"),
    "cells": lambda: long_lines("2026-03-03T10:00:00.000Z,", '"a""b",'),
    "quotes without end": lambda: long_lines("2026-03-03T10:00:00.000Z,", '"'),
}


def limited_gzip(path, head, count):
    """gzip data that unpacks to count zeros, made without ever having them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with open(path, "wb") as file:
        file.write(packer.compress(head))
        for _ in range(count // MIB):
            file.write(packer.compress(b"\0" * MIB))
        file.write(packer.flush())


# Runs a command and tells what it took. Memory is counted from the fork on, when it is still that of the
# process that forked: hence one of its own, which is small.
RUNNER = """
import os, sys
child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def measure(call, stdin=subprocess.DEVNULL):
    """Runs a command: its exit status, seconds of the processor, bytes of memory, its stderr."""
    runner = [sys.executable, "-I", "-S", "-c", RUNNER, *call]
    done = subprocess.run(runner, stdin=stdin, capture_output=True, check=True)
    status, seconds, memory = done.stdout.split()
    unit = 1 if sys.platform == "darwin" else 1024
    return int(status), float(seconds), int(memory) * unit, done.stderr


class Bounds:
    """Sanitizers take their time, and memory of their own."""

    def __init__(self, tap, command):
        binary = pathlib.Path(command).read_bytes()
        self.tap = tap
        self.sanitized = b"__asan_init" in binary or b"__ubsan_" in binary
        self.seconds = SECONDS * (10 if self.sanitized else 1)

    def check(self, name, result, status=0, most=MEMORY):
        got, seconds, memory, err = result
        tail = err.decode("utf-8", "replace")[-2000:]
        self.tap.equal(got, status, f"{name}: exit status {status}") or print("# " + tail.replace("\n", "\n# "))
        self.tap.ok(seconds < self.seconds, f"{name}: in time", f"{seconds:.1f} s of {self.seconds}")
        if not self.sanitized:
            self.tap.ok(memory < most, f"{name}: in its memory", f"{memory / MIB:.1f} MiB")


def check_mails(bounds, command, directory):
    for name, make in MAILS.items():
        text = make()
        text = text if isinstance(text, bytes) else text.encode()
        mail = directory / "mail"
        mail.write_bytes(text)
        bounds.check(name, measure([command, "bounce", "--format", "jsonl", str(mail)]))
        if bounds.sanitized:
            continue
        mail.write_bytes(SEPARATOR.encode() + text)
        result = measure([command, "bounce", "--format", "jsonl", str(mail)])
        bounds.check(f"{name}, in an mbox", result)


def check_mboxes(bounds, command, directory):
    boxes = {
        "10^6 empty messages": (SEPARATOR + "\n") * MILLION,
        "10^6 lines that are nearly separators": SEPARATOR + "\nFrom a Tue Mar  3 10:00:00\n" * MILLION,
        "10^6 quoted lines": SEPARATOR + ">From a\n" * MILLION,
        "a line of '>'": SEPARATOR + ">" * (50 * MIB) + "From a\n",
        "a line without end": SEPARATOR + "x" * (50 * MIB),
    }
    for name, text in boxes.items():
        path = directory / "mbox"
        path.write_text(text)
        # What takes its time here is a million records.
        more = MILLION if "empty" in name else 0
        calls = [[command, "bounce", "--format", form, str(path)] for form in ("jsonl", "text")]
        for call in calls if not (more and bounds.sanitized) else []:
            bounds.check(f"{name}, {call[3]}", measure(call))


def check_gzip(bounds, tap, command, directory):
    path = directory / "bomb.gz"
    limited_gzip(path, SEPARATOR.encode(), 2000 * MIB)
    result = measure([command, "bounce", str(path)])
    if b"without zlib" in result[3]:
        tap.skip("a gzip bomb", "built without zlib")
        return
    bounds.check("a gzip bomb", result, 3)
    tap.ok(b"250 times its size" in result[3], "and it is said what is wrong", result[3])
    with path.open("rb") as stdin:
        bounds.check("a gzip bomb through a pipe", measure([command, "bounce", "-"], stdin), 3)
    nested = directory / "twice.gz"
    nested.write_bytes(gzip.compress(path.read_bytes()))
    bounds.check("gzip in gzip, which is not unpacked", measure([command, "bounce", str(nested)]))


def check_logs(bounds, command, directory):
    path = directory / "mail.log"
    for name, make in LOGS.items():
        path.write_text(make())
        result = measure([command, "log", "--format", "jsonl", str(path)])
        bounds.check(f"a log, {name}", result, most=LOG_MEMORY)


def check_growth(bounds, tap, command, directory):
    """Ten times as many mails take ten times as long, and deeper nesting takes no longer."""
    mail = STATUS + "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n--b--\n\n"
    small, large = directory / "small.mbox", directory / "large.mbox"
    small.write_text((SEPARATOR + mail) * 5000)
    large.write_text((SEPARATOR + mail) * 50000)
    seconds = {}
    for form in ("jsonl", "text"):
        for path in (small, large):
            result = min((measure([command, "bounce", "--format", form, str(path)]) for _ in range(3)), key=lambda r: r[1])
            bounds.check(f"{path.stem} mbox, {form}", result)
            seconds[path] = result[1]
        ratio = seconds[large] / seconds[small]
        tap.ok(ratio < 20, f"{form}: time grows with the number of mails, not faster", f"10 times the mails: {ratio:.1f}")


def main():
    tap = Tap()
    command = str(pathlib.Path(sys.argv[1]).resolve())
    bounds = Bounds(tap, command)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        check_mails(bounds, command, directory)
        check_mboxes(bounds, command, directory)
        check_gzip(bounds, tap, command, directory)
        check_logs(bounds, command, directory)
        check_growth(bounds, tap, command, directory)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
