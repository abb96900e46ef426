#!/usr/bin/env python3
"""What the command reads mail from: mboxes and their pitfalls, Maildir, MH, trees, packed files, standard
input; and how it ends. The mails are made here; what is read out of them is not the business of this.

Usage: mailbox_test.py COMMAND
"""

import gzip
import json
import os
import pathlib
import re
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

SEPARATOR = "From MAILER-DAEMON Tue Mar  3 10:00:00 2026\n"
LIMIT = 1 << 20  # SST_MAX_BOUNCE_MESSAGE


def bounce(name, extra=""):
    """A mail that says of NAME@example.com that it failed."""
    return (
        "From: MAILER-DAEMON@mail.example.org\nTo: karl@example.org\nSubject: Undelivered Mail\n\n"
        f"<{name}@example.com>: host mx.example.com said: 550 5.1.1 User unknown\n{extra}"
    )


def mbox(*mails, separator=SEPARATOR):
    return "".join(separator + mail + "\n" for mail in mails)


class Command:
    def __init__(self, path):
        self.path = path

    def run(self, *words, stdin=b"", **options):
        call = [self.path, "bounce", *map(str, words)]
        return subprocess.run(call, input=stdin, capture_output=True, timeout=120, **options)

    def records(self, *words, **options):
        done = self.run("--format", "jsonl", *words, **options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def names(self, *words, **options):
        """The local parts of the recipients, in their order; the kind where there is none."""
        found = self.records(*words, **options)
        return [record.get("recipient", record["kind"]).split("@")[0] for record in found]


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


# --- mbox ---------------------------------------------------------------------------------------

SEPARATORS = {
    "From a@example.com Thu Jan  1 00:00:00 1970": True,
    "From - Thu Jan 01 00:00:00 1970": True,
    "From MAILER-DAEMON Thu Jan  1 00:00 1970": True,
    "From a@example.com  Thu Jan  1 00:00:00 CET 1970": True,
    "From a@example.com Thu Jan  1 00:00:00 1970 +0100": True,
    "From a@example.com Thu, 1 Jan 1970 00:00:00 +0000": True,
    "From a at example.com  Thu Jan  1 00:00:00 1970": True,
    '"From "a b"@example.com Thu Jan  1 00:00:00 1970': False,
    'From "a b"@example.com Thu Jan  1 00:00:00 1970': True,
    "From a Thu Jan  1 00:00:00 1970 remote from b": True,
    "From here on it went wrong": False,
    "From Thursday on": False,
    "From a@example.com": False,
    "From Thu to Fri Jan 1 00:00": False,
    "from a@example.com Thu Jan  1 00:00:00 1970": False,
    " From a@example.com Thu Jan  1 00:00:00 1970": False,
    "From: a@example.com Thu Jan  1 00:00:00 1970": False,
    "From a@example.com Thu Jan  1 00:00:00": False,
    "From a@example.com " + 1100 * "x" + " Thu Jan  1 00:00:00 1970": False,
}


def check_separators(tap, command, directory):
    for line, separates in SEPARATORS.items():
        text = mbox(bounce("anna")) + line + "\n" + bounce("bob")
        found = command.records(put(directory / "separators.mbox", text))
        got = len({record["offset"] for record in found})
        tap.equal(got, 2 if separates else 1, f"{'' if separates else 'no '}separator: {line[:60]}")
    text = mbox(bounce("anna", "and\n" + SEPARATOR + "more\n"))
    tap.equal(len(command.records(put(directory / "line.mbox", text))), 1, "one not behind an empty line is none")


def check_quoting(tap, command, directory):
    quoted = bounce("anna").replace("550", "550\n>From me: x\n>>From me: y\n", 1)
    path = put(directory / "quoted.mbox", mbox(quoted))
    plain = put(directory / "plain.eml", quoted.replace(">From", "From"))
    texts = [command.records(name)[0]["text"] for name in (path, plain)]
    tap.equal(texts[0], texts[1], "a '>' is taken off each quoted line of an mbox")
    lone = put(directory / "lone.eml", quoted)
    tap.ok(">From me" in command.records(lone)[0]["text"], "and off none of a single message")


def check_offsets(tap, command, directory):
    mails = [bounce(name, "x" * (37 * number) + "\n") for number, name in enumerate(("anna", "bob", "eve"))]
    for name, line_end in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")):
        text = mbox(*mails).replace("\n", line_end).encode()
        places = [found.start() for found in re.finditer(b"From MAILER-DAEMON Tue", text)]
        found = command.records(put(directory / "offsets.mbox", text))
        tap.equal([record["offset"] for record in found], places, f"{name}: offsets are those of the separators")
        tap.equal([record["index"] for record in found], [1, 2, 3], f"{name}: records are counted")
        packed = put(directory / "offsets.gz", gzip.compress(text))
        tap.equal([r["offset"] for r in command.records(packed)], places, f"{name}: the same where it is packed")
    alone = command.records(put(directory / "alone.eml", bounce("anna")))[0]
    tap.ok("offset" not in alone, "a message alone has no offset")


def check_sizes(tap, command, directory):
    """Messages around the sizes at which memory is moved, kept and dropped."""
    sizes = [0, 1, 262144 - 300, LIMIT - 400, LIMIT, LIMIT + 1, LIMIT + 262144, LIMIT + 262145, 5 * LIMIT]
    for filling, name in (("x" * 70 + "\n", "short lines"), ("x", "one line"), ("\n", "empty lines")):
        mails = [bounce(f"r{size}", (filling * (size // len(filling) + 1))[:size] + "\n") for size in sizes]
        text = mbox(*mails).encode()
        path = put(directory / "sizes.mbox", text)
        found = command.records(path)
        places = [match.start() for match in re.finditer(b"From MAILER-DAEMON Tue", text)]
        tap.equal([r["recipient"] for r in found], [f"r{size}@example.com" for size in sizes], f"{name}: all mails")
        tap.equal([r["offset"] for r in found], places, f"{name}: where they lie")
        tap.equal(command.run("--format", "jsonl", "-", stdin=text).stdout.replace(b'"-"', b'"x"'),
                  command.run("--format", "jsonl", path).stdout.replace(str(path).encode(), b"x"),
                  f"{name}: the same through a pipe")


def check_dribble(tap, command):
    """A pipe that gives a few bytes at a time."""
    text = mbox(bounce("anna"), bounce("bob")).encode()
    call = [command.path, "bounce", "--format", "jsonl"]
    child = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for start in range(0, len(text), 7):
        child.stdin.write(text[start : start + 7])
        child.stdin.flush()
    out = child.communicate()[0]
    names = [json.loads(line)["recipient"] for line in out.splitlines()]
    tap.equal(names, ["anna@example.com", "bob@example.com"], "a pipe may give a few bytes at a time")


def check_waiting(tap, command):
    """What is known is written before the program waits for more."""
    call = [command.path, "bounce", "--format", "jsonl"]
    child = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdin.write((mbox(bounce("anna")) + SEPARATOR + bounce("bob")).encode())
    child.stdin.flush()
    line = child.stdout.readline()
    tap.equal(json.loads(line)["recipient"], "anna@example.com", "a mail that is whole is answered at once")
    child.communicate()


def check_mbox(tap, command, directory):
    check_separators(tap, command, directory)
    check_quoting(tap, command, directory)
    check_offsets(tap, command, directory)
    check_sizes(tap, command, directory)
    check_dribble(tap, command)
    check_waiting(tap, command)
    empty = put(directory / "empty", "")
    done = command.run(empty)
    tap.equal((done.stdout, done.returncode), (b"", 0), "an empty file is an empty mailbox")


# --- directories --------------------------------------------------------------------------------


def check_maildir(tap, command, directory):
    root = directory / "Maildir"
    put(root / "cur/10.M1.host:2,S", bounce("cur10"))
    put(root / "cur/9.M1.host:2,S", bounce("cur9"))
    put(root / "cur/.hidden", bounce("hidden"))
    put(root / "new/11.M1.host", SEPARATOR + bounce("new11", "\n" + SEPARATOR + "quoted\n"))
    put(root / "tmp/12.M1.host", bounce("unfinished"))
    put(root / "subscriptions", bounce("nomail"))
    put(root / ".Folder/cur/1.M1.host:2,", bounce("folder"))
    (root / ".Folder/new").mkdir()
    (root / ".Folder/tmp").mkdir()
    found = command.records(root)
    names = [record["recipient"].split("@")[0] for record in found]
    tap.equal(names, ["folder", "cur9", "cur10", "new11"], "a Maildir: mails in order, folders too, nothing else")
    tap.equal(found[1]["source"], f"{root}/cur/9.M1.host:2,S", "the source is the file")
    tap.equal([r["index"] for r in found], [1, 1, 1, 1], "index counts within the source")
    tap.ok("offset" not in found[3], "a file of a Maildir is one mail, whatever it begins with")


def check_mh(tap, command, directory):
    root = directory / "Mail/inbox"
    for number in (1, 2, 10):
        put(root / str(number), bounce(f"mh{number}"))
    put(root / ",3", bounce("removed"))
    put(root / "notes", bounce("notes"))
    put(root / ".mh_sequences", "unseen: 1\n")
    put(root / "sub/7", bounce("sub7"))
    tap.equal(command.names(root), ["mh1", "mh2", "mh10", "sub7"], "MH: numbers, in order, and folders in it")


def check_tree(tap, command, directory):
    root = directory / "tree"
    put(root / "a/b/c/one.eml", bounce("deep"))
    put(root / "a/box", mbox(bounce("box1"), bounce("box2")))
    put(root / "b.gz", gzip.compress(mbox(bounce("packed1"), bounce("packed2")).encode()))
    put(root / ".git/x", bounce("hidden"))
    (root / "empty").mkdir()
    os.symlink("..", root / "a/loop")
    os.symlink("a/b/c/one.eml", root / "z-link")
    os.mkfifo(root / "fifo")
    names = ["deep", "box1", "box2", "packed1", "packed2", "deep"]
    tap.equal(command.names(root), names, "a tree: every file, no loops, no pipes")
    tap.equal(command.names(f"{root}/"), names, "with a slash behind its name")
    tap.equal(command.names(".", cwd=root), names, "as the working directory")
    tap.equal(command.records(f"{root}/a/")[0]["source"], f"{root}/a/b/c/one.eml", "no slash is doubled")


def check_many(tap, command, directory):
    """Directories in each other (Python itself cannot take away a thousand of them), and many arguments."""
    deep = directory / "deep"
    os.makedirs(deep)
    here = os.getcwd()
    os.chdir(deep)
    for _ in range(500):
        os.mkdir("d")
        os.chdir("d")
    pathlib.Path("m").write_text(bounce("bottom"))
    os.chdir(here)
    tap.equal(command.names(deep), ["bottom"], "500 directories in each other")
    mail = put(directory / "one.eml", bounce("one"))
    tap.equal(len(command.names(*[mail] * 1000)), 1000, "1000 arguments")


# --- packed -------------------------------------------------------------------------------------


def check_packed(tap, command, directory):
    text = mbox(bounce("anna"), bounce("bob")).encode()
    whole = gzip.compress(text)
    tap.equal(command.names(put(directory / "p.gz", whole)), ["anna", "bob"], "gzip")
    tap.equal(command.names("-", stdin=whole), ["anna", "bob"], "gzip on standard input")
    members = gzip.compress(text[:300]) + gzip.compress(text[300:])
    tap.equal(command.names(put(directory / "m.gz", members)), ["anna", "bob"], "members one after the other")
    tap.equal(command.names(put(directory / "t.gz", whole + b"\0" * 50)), ["anna", "bob"], "zeros behind it")
    for name, data in {
        "cut short": whole[: len(whole) // 2],
        "damaged": whole[:60] + bytes(byte ^ 0x55 for byte in whole[60:80]) + whole[80:],
        "a header alone": whole[:10],
    }.items():
        done = command.run("--format", "jsonl", put(directory / "bad.gz", data), directory / "p.gz")
        tap.equal(done.returncode, 3, f"{name}: exit status 3")
        tap.ok(b"bad.gz: its gzip data" in done.stderr, f"{name}: it is said", done.stderr)
        tap.ok(done.stdout.count(b"p.gz") == 2, f"{name}: the next file is read", done.stdout)
    tap.equal(command.names(put(directory / "s", b"\x1f")), ["not-a-report"], "one byte of gzip is none")


# --- how it ends --------------------------------------------------------------------------------

LOOKS_LIKE_ONE = (
    "From: MAILER-DAEMON@mail.example.org\nSubject: Undelivered Mail\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n--b--\n"
)


def check_statuses(tap, command, directory):
    good = put(directory / "good.eml", bounce("anna"))
    bad = put(directory / "bad.eml", LOOKS_LIKE_ONE)
    missing = directory / "missing\x1b[2J"
    done = command.run("--format", "jsonl", good, missing, good)
    tap.equal(done.returncode, 3, "a file that is not there: exit status 3")
    tap.equal(len(done.stdout.splitlines()), 2, "and the others are read")
    tap.ok(b"missing\\x1b[2J: No such file" in done.stderr, "and it is named, made safe", done.stderr)
    tap.equal(command.run(bad).returncode, 0, "not understood: exit status 0")
    done = command.run("--strict", good, bad)
    tap.equal(done.returncode, 1, "not understood, --strict: exit status 1")
    tap.ok(b"bad.eml looks like a report" in done.stderr, "and it is named", done.stderr)
    tap.ok(done.stderr.endswith(b"smtpstatus: 2 inputs, 1 record, 1 not understood\n"), "the summary", done.stderr)
    for words in (["--jobs", "x"], ["--jobs", "-1"], ["--jobs", "257"], ["--format", "md"], ["--input", "smtp"]):
        tap.equal(command.run(*words, good).returncode, 2, f"{' '.join(words)}: exit status 2")
    with open("/dev/full", "wb") as full:
        call = [command.path, "bounce", "--format", "jsonl", str(good)]
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, check=False)
        tap.equal(done.returncode, 3, "the output cannot be written: exit status 3")


def check_jobs(tap, command, directory):
    """Many mails, some with many recipients, from several inputs: the same for every number of threads."""
    many = "".join(f"<m{i}@example.com>: 550 5.1.1 User unknown\n\n" for i in range(600))
    mails = [bounce(f"r{i}", many if i % 50 == 7 else "x" * (i * 13 % 997) + "\n") for i in range(400)]
    mails[123] = LOOKS_LIKE_ONE
    box = put(directory / "jobs.mbox", mbox(*mails))
    words = ["--format", "jsonl", box, directory / "good.eml", box]
    first = command.run(*words)
    for jobs in (0, 1, 2, 3, 16):
        done = command.run("--jobs", jobs, *words)
        tap.ok(done == first or (done.stdout, done.stderr) == (first.stdout, first.stderr), f"--jobs {jobs}: the same")
    for form in ("csv", "text"):
        outputs = {command.run("--jobs", jobs, "--format", form, box).stdout for jobs in (1, 3)}
        tap.equal(len(outputs), 1, f"{form}: the same for one thread and for three")


def check_interrupt(tap, command, directory):
    """Ctrl-C while it waits for input, and while it works: whole lines, and exit status 130."""
    whole = mbox(*[bounce(f"r{i}") for i in range(50)]).encode()  # what comes of it fits into a pipe
    box = put(directory / "busy.mbox", whole)
    for jobs in ("1", "3"):
        call = [command.path, "bounce", "--format", "jsonl", "--jobs", jobs]
        child = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        child.stdin.write(whole)
        child.stdin.flush()
        first = child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out = first + child.stdout.read()
        child.stdin.close()
        tap.equal(child.wait(), 130, f"--jobs {jobs}: Ctrl-C while it waits: exit status 130")
        tap.ok(out.endswith(b"}\n") and all(json.loads(line) for line in out.splitlines()), "whole lines are written")
        child = subprocess.Popen([*call, *[str(box)] * 500], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        first = child.stdout.readline()
        child.send_signal(signal.SIGINT)
        out = first + child.stdout.read()
        tap.equal(child.wait(), 130, f"--jobs {jobs}: Ctrl-C while it works: exit status 130")
        tap.ok(out.endswith(b"}\n") and json.loads(out.splitlines()[-1]), "whole lines are written")
    call = [command.path, "bounce"]
    child = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    child.stdin.write(whole)
    child.stdin.flush()
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    out = child.stdout.read()
    child.stdin.close()
    tap.equal(child.wait(), 130, "text: exit status 130")
    tap.ok(b"r1@example.com" in out, "text: what was read by then is shown")


def read_terminal(leader):
    """All that was written to a terminal whose other end is closed: one read may give only a part of it."""
    got = b""
    try:
        while part := os.read(leader, 65536):
            got += part
    except OSError:  # how Linux says that the other end is closed
        pass
    return got.decode()


def check_progress(tap, command):
    """A terminal is told how far it is, once that takes more than a second; it is wiped off at the end."""
    if not pty:
        tap.skip("progress", "no pseudo-terminals")
        return
    leader, follower = pty.openpty()
    call = [command.path, "bounce", "--format", "jsonl"]
    child = subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    for _ in range(4):
        child.stdin.write(mbox(bounce("anna"), bounce("bob")).encode())
        child.stdin.flush()
        time.sleep(0.5)
    child.stdin.close()
    child.wait()
    got = read_terminal(leader)
    os.close(leader)
    tap.ok(re.search(r"\r\x1b\[K\d+ messages, [\d.]+ MB/s", got), "a terminal is told how far it is", repr(got))
    tap.ok("\r\x1b[Ksmtpstatus: 8 inputs, 8 records" in got, "the line is wiped off before the summary", repr(got))
    tap.ok(b"MB/s" not in command.run(stdin=b"x\n").stderr, "what is no terminal is not")


def main():
    tap = Tap()
    command = Command(str(pathlib.Path(sys.argv[1]).resolve()))
    packed = b"without zlib" not in command.run("-", stdin=gzip.compress(b"x")).stderr
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        if packed:
            check_packed(tap, command, directory)
            check_mbox(tap, command, directory)
            check_tree(tap, command, directory)
        else:
            tap.skip("packed files, mboxes and trees", "built without zlib")
        check_maildir(tap, command, directory)
        check_mh(tap, command, directory)
        check_many(tap, command, directory)
        check_statuses(tap, command, directory)
        check_jobs(tap, command, directory)
        check_interrupt(tap, command, directory)
        check_progress(tap, command)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
