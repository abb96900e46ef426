#!/usr/bin/env python3
"""What cases cannot show of the command: terminals, outputs that fail, large inputs, all lists.

Usage: command_test.py COMMAND
"""

import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

from tap import Tap

REPLY = "452 4.2.2 The mailbox of <a@example.com> is over quota"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")

TOPICS = {
    "codes": 62,
    "enhanced": 81,
    "classes": 22,
    "languages": None,
    "reasons": 35,
    "providers": None,
    "rules": None,
}
CODE_KEYS = [
    "code", "name", "c_name", "aliases", "standing", "class", "title", "short", "description",
    "commands", "reference",
]  # fmt: skip


def on_terminal(command, words, width, **env):
    """What the command writes to a terminal of that width."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TERM": "xterm", **env}
    process = subprocess.Popen(
        [command, *words], stdin=follower, stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    got = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not piece:
            break
        got += piece
    os.close(leader)
    return process.wait(), got.decode().replace("\r\n", "\n")


def columns(line):
    return len(line) + len(WIDE.findall(line))


def check_terminal(tap, command):
    for width in 40, 60, 80, 120:
        for language in "en", "zh":
            _, text = on_terminal(command, ["--lang", language, REPLY], width)
            widest = max(columns(ESCAPE.sub("", line)) for line in text.split("\n"))
            tap.ok(widest <= width, f"{language}: {width} columns are enough", widest)
            tap.ok(widest > width * 0.7, f"{language}: {width} columns are used", widest)
    _, text = on_terminal(command, [REPLY], 80)
    tap.ok("\x1b[" in text, "a terminal has colours")
    tap.ok("^^^" not in text, "and no underlining with signs")
    for name, value in ("NO_COLOR", "1"), ("TERM", "dumb"):
        _, text = on_terminal(command, [REPLY], 80, **{name: value})
        tap.ok("\x1b" not in text, f"none with {name}={value}")
        tap.ok("^^^" in text, f"but signs with {name}={value}")
    status, text = on_terminal(command, ["explain"], 80)
    tap.equal(status, 2, "nothing to read on a terminal is wrong usage")
    tap.ok("--help" in text, "and says how to get help")
    _, text = on_terminal(command, ["554 \x1b]0;owned\x07 \u202e"], 80)
    tap.ok("\x07" not in text and "\u202e" not in text, "hostile bytes do not reach the terminal")


def check_failing_output(tap, command):
    if os.path.exists("/dev/full"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([command, "550"], stdout=full, stderr=subprocess.PIPE)
        tap.equal(done.returncode, 3, "an output that cannot be written is status 3")
        tap.ok(b"cannot be written" in done.stderr, "and is told", done.stderr)
    else:
        tap.skip("an output that cannot be written is status 3", "no /dev/full")
    # A reader that goes away, in a program that ignores SIGPIPE as Python does.
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [command, "list", "codes"], stdout=writer, stderr=subprocess.PIPE, restore_signals=False
    )
    os.close(writer)
    tap.equal(done.stderr, b"", "a reader that goes away is not worth a word")
    tap.equal(done.returncode, 3, "but is status 3")
    done = subprocess.run(
        [command, "explain"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    tap.equal(done.returncode, 0, "an empty input is no failure")


def run(command, words, text=b""):
    return subprocess.run([command, *words], input=text, capture_output=True)


def check_large_input(tap, command):
    line = b"550 5.1.1 " + b"x" * 3_000_000 + b" user unknown\n"
    done = run(command, ["explain", "--format", "jsonl"], line + b"250 ok\n")
    got = [json.loads(each) for each in done.stdout.decode().split("\n")[:-1]]
    tap.equal(len(got), 2, "a line of 3 MB gives one record")
    tap.equal(len(got[0]["text"]), 3_000_013, "whole")
    many = b"".join(b"550 5.1.1 <a%d@example.com>: User unknown\n" % i for i in range(20_000))
    done = run(command, ["explain", "--format", "jsonl"], many)
    got = [json.loads(each) for each in done.stdout.decode().split("\n")[:-1]]
    right = all(
        each["line"] == i + 1 and each["recipient"] == f"a{i}@example.com"
        for i, each in enumerate(got)
    )
    tap.ok(right and len(got) == 20_000, "20,000 lines give 20,000 records, each its own")
    long_name = "x" * 100_000
    done = run(command, [long_name])
    tap.equal(done.returncode, 1, "a name of 100,000 letters is not known")


def check_stream(tap, command):
    """What is there is answered before the command waits for more."""
    process = subprocess.Popen(
        [command, "explain", "--format", "jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    process.stdin.write(b"250 ok\n550 User unknown\n")
    process.stdin.flush()
    first = json.loads(process.stdout.readline())
    second = json.loads(process.stdout.readline())
    tap.equal([first["code"], second["code"]], [250, 550], "lines are answered as they come")
    process.stdin.close()
    tap.equal(process.wait(), 0, "and the end ends it")


def check_lists(tap, command):
    for topic, count in TOPICS.items():
        lines = run(command, ["list", topic, "--format", "jsonl"]).stdout.decode().splitlines()
        rows = [json.loads(line) for line in lines]
        tap.ok(len(rows) == count if count else len(rows) > 1, f"{topic}: all of them", len(rows))
        table = run(command, ["list", topic, "--format", "csv"]).stdout.decode()
        table = list(csv.DictReader(io.StringIO(table, newline="")))
        tap.equal(len(table), len(rows), f"{topic}: as many in csv")
        first = list(table[0])[0]
        tap.equal(
            [row[first] for row in table], [str(row[first]) for row in rows], f"{topic}: the same"
        )
        page = run(command, ["list", topic, "--format", "md"]).stdout.decode()
        tap.equal(page.count("\n| "), len(rows) + 2, f"{topic}: a row each in md")
        links = set(re.findall(r"\]\(#([^)]*)\)", page))
        anchors = set(re.findall(r'<a id="([^"]*)"></a>', page))
        tap.equal(links, anchors, f"{topic}: each link has its section")
        tap.ok(re.match(r"# \S", page), f"{topic}: a heading")
        text = run(command, ["list", topic]).stdout.decode().splitlines()
        tap.ok(len(text) >= len(rows), f"{topic}: text")
        tap.ok(all(columns(line) <= 80 for line in text), f"{topic}: 80 columns are enough")
    codes = run(command, ["list", "codes", "--format", "jsonl"]).stdout.decode().splitlines()
    keys = {tuple(json.loads(line)) for line in codes}
    tap.equal(keys, {tuple(CODE_KEYS)}, "codes: the keys in their order")


def check_time(tap, command):
    """Work is linear: ten times the input does not take a hundred times as long."""
    def seconds(count):
        start = time.monotonic()
        run(command, ["group"], b"550 <a@example.com>: \"x\" 1.2.3.4 \"" * count + b"\n")
        return time.monotonic() - start

    small, large = seconds(2_000), seconds(20_000)
    tap.ok(large < 40 * small + 0.5, "a long line takes linear time", f"{small} {large}")


def main():
    tap = Tap()
    command = os.path.abspath(sys.argv[1])
    check_terminal(tap, command)
    check_failing_output(tap, command)
    check_large_input(tap, command)
    check_stream(tap, command)
    check_lists(tap, command)
    check_time(tap, command)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
