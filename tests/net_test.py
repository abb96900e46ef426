#!/usr/bin/env python3
"""Sessions over sockets: connecting, messages, deadlines, and what comes out as records. The servers
are scripts in here.

Usage: net_test.py NET_SESSION EXAMPLE_SEND
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from net_case import ACCEPTED, ENVELOPE, Case, run
from net_server import Authority, Server, context
from tap import Tap


# ---- records ----

def without_time(record):
    return {key: value for key, value in record.items() if key not in ("time", "rule")}


def check_records(tap):
    def deliver(c):
        c.greet("ENHANCEDSTATUSCODES")
        c.take_mail()

    case = Case(tap, "a mail", deliver)
    expected = {
        "schema": 1,
        "source": f"127.0.0.1:{case.port}",
        "index": 1,
        "kind": "accepted",
        "recipient": "a@example.com",
        "sender": "s@example.org",
        "queue_id": "4XyZ",
        "remote": "127.0.0.1",
        "command": "EOM",
        "code": 250,
        "name": "Ok",
        "enhanced": "2.0.0",
        "text": "Ok: queued as 4XyZ",
    }
    tap.equal([without_time(record) for record in case.records], [expected], "the whole record")
    now = time.strftime("%Y-%m-%dT", time.gmtime())
    tap.ok(case.records and case.records[0]["time"].startswith(now), "with the time")
    case.has(opened=1, tls=0, why=None, address="127.0.0.1")

    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    records, session, _, _ = run(host="localhost", port=port)
    expected = {
        "schema": 1,
        "source": f"localhost:{port}",
        "index": 1,
        "kind": "delayed",
        "recipient": "a@example.com",
        "sender": "s@example.org",
        "remote": "localhost",
        "command": "CONNECT",
        "name": "GeneralFailure",
        "local_error": "refused",
        "reason": "unreachable",
        "claimed": "unknown",
        "permanence": "transient",
        "scope": "path",
        "actor": "nobody",
        "retry": "later",
        "suppress": "no",
        "level": "basic",
    }
    tap.equal([without_time(r) for r in records], [expected], "the connection is refused")
    more = session.get("why") or ""
    tap.ok(session.get("opened") == 0 and more.endswith("1: connection refused"),
           "the session says more", session)  # fmt: skip
    free.close()

    def lose(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        c.message()

    case = Case(tap, "lost behind the dot", lose)
    expected.update(
        {
            "source": f"127.0.0.1:{case.port}",
            "kind": "in-doubt",
            "remote": "127.0.0.1",
            "command": "EOM",
            "local_error": "closed",
            "permanence": "unknown",
        }
    )
    tap.equal([without_time(record) for record in case.records], [expected], "the whole record")

    def refuse_one(c):
        c.greet("PIPELINING")
        c.line()
        c.send("250 ok")
        answers = ["550 5.1.1 <a@example.com>: User unknown", "250 ok", "452 4.2.2 full today"]
        for answer in [*answers, "452 4.2.2 full", "452 4.2.2 full"]:
            c.line()
            c.send(answer)
        c.expect("DATA")
        c.send("354 go on")
        c.message()
        c.send("250 done")

    more = [f"to={name}@example.com" for name in "bcde"]
    case = Case(tap, "several fates", refuse_one, *ENVELOPE, *more)
    fates = [(r["recipient"][0], r["kind"], r["text"]) for r in case.records]
    expected = [
        ("a", "failed", "<a@example.com>: User unknown"),
        ("b", "accepted", "done"),
        ("c", "delayed", "full today"),
        ("d", "delayed", "full"),
        ("e", "delayed", "full"),
    ]
    tap.equal(fates, expected, "each recipient has its own, and the session goes on")
    tap.equal([r["index"] for r in case.records], [1, 2, 3, 4, 5], "they are counted")
    check_two_mails(tap)
    check_no_mail(tap)
    check_bad_address(tap)


def check_two_mails(tap):
    def two(c):
        c.greet()
        c.take_mail()

    case = Case(tap, "two mails", two, *ENVELOPE, "to=b@example.com", mails=2)
    tap.equal([(r["index"], r["recipient"], r["kind"]) for r in case.records],
              [(i + 1, f"{'ab'[i % 2]}@example.com", "accepted") for i in range(4)],
              "a record for each recipient of each mail")  # fmt: skip


def check_no_mail(tap):
    seen = []

    def script(c):
        c.greet("AUTH PLAIN")
        seen.append(c.line())
        c.send("221 bye")

    case = Case(tap, "no mail", script, only_open=1).has(opened=1, error=None)
    tap.equal((case.records, seen), ([], ["QUIT"]), "the session is opened and closed")
    no_tls = {"auth": 1, "user": "u", "password": "p"}
    Case(tap, "no mail, and no way to authenticate", script, only_open=1, **no_tls).has(opened=0)


def check_bad_address(tap):
    records, session, _, _ = run(*ENVELOPE, "to=a\r\nRSET", host="127.0.0.1", port=9)
    session.pop("allocations", None)
    tap.equal((records, session), ([], {"error": -1000, "mail": 0, "recipient": 1}),
              "an address that may not be sent is the caller's mistake, and is named")  # fmt: skip


# ---- connecting ----


def check_connecting(tap):
    records, session, _, _ = run(host="nowhere.invalid", port=25, resolve_ms=5000)
    first = records[0] if records else {}
    tap.ok(first.get("local_error") == "host-not-found" and first.get("command") == "CONNECT"
           and first.get("text", "").startswith("nowhere.invalid: ")
           and first.get("reason") == "dns-failure" and first.get("suppress") == "no",
           "a name that is not there", f"{records} {session}")  # fmt: skip

    def close(c):
        c.sock.close()

    Case(tap, "closed at once", close).record(
        kind="delayed", command="CONNECT", local_error="closed", text=None, code=None
    )

    def refuse(c):
        c.send("554 5.7.1 no mail from you")

    Case(tap, "refused in the greeting", refuse).record(
        kind="failed", command="CONNECT", code=554, local_error=None
    ).has(opened=0)


def check_families(tap):
    def script(c):
        c.greet()
        c.take_mail()

    server = Server(script)
    records, session, _, _ = run(host="localhost", port=server.port)
    tap.ok(records[0]["kind"] == "accepted" and session["address"] == "127.0.0.1",
           "the address that works is found", session)  # fmt: skip
    server.close()
    try:
        server = Server(script, ("::1", 0), socket.AF_INET6)
    except OSError as error:
        tap.skip("IPv6", str(error))
        return
    for host in ("::1", "[::1]"):
        records, _, _, _ = run(host=host, port=server.port)
        got = [(r["kind"], r["source"], r["remote"]) for r in records]
        tap.equal(got, [("accepted", f"[::1]:{server.port}", "::1")], f"IPv6: {host}")
    records, _, _, _ = run(host="localhost", port=server.port, family=1)
    tap.equal(records[0].get("local_error"), "refused", "IPv4 only")
    server.close()


def check_unix(tap, directory):
    def lmtp(c):
        c.send("220 lmtp.example.com")
        c.ehlo("PIPELINING")
        for _ in range(3):
            c.line()
            c.send("250 ok")
        c.expect("DATA")
        c.send("354 go on")
        c.message()
        c.send("250 2.1.5 delivered", "552 5.2.2 over quota")

    path = f"{directory}/lmtp"
    server = Server(lmtp, path, socket.AF_UNIX)
    records, session, _, _ = run(*ENVELOPE, "to=b@example.com", unix=path, lmtp=1, timeout=15000)
    server.close()
    tap.equal([(r["kind"], r["code"], r["source"]) for r in records],
              [("accepted", 250, path), ("failed", 552, path)], "LMTP over a Unix socket")  # fmt: skip
    tap.equal(session["address"], path, "its path is its address")

    # Writing to a Unix socket that has been closed fails at once, and would raise SIGPIPE.
    path = f"{directory}/gone"
    server = Server(lambda c: c.send("220 and gone"), path, socket.AF_UNIX)
    for _ in range(5):
        records, session, _, _ = run(unix=path, lmtp=1, connect_ms=1000)
        tap.equal([r["local_error"] for r in records] or session, ["closed"], "gone when written to")
    server.close()
    records, session, _, _ = run(unix=f"{directory}/none", lmtp=1)
    tap.equal([r["local_error"] for r in records], ["refused"], "nobody at the socket")
    records, session, _, _ = run(unix="/" + "x" * 200, lmtp=1)
    tap.equal([r["local_error"] for r in records], ["local"], "a path too long for a socket")


# ---- messages ----


# ---- the example ----


def check_example(tap):
    """examples/send.c does what it says."""
    kept = {}

    def script(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "550 5.1.1 no such user", "354 go on"):
            c.line()
            c.send(answer)
        kept["lines"] = c.message()
        c.send("250 2.0.0 queued as 4XyZ")
        c.expect("QUIT")
        c.send("221 bye")

    server = Server(script)
    words = [sys.argv[2], "127.0.0.1", str(server.port), "s@example.org", "a@example.com"]
    message = "Subject: hello\n\n.dots\nand no line end"
    done = subprocess.run(
        [*words, "b@example.com"], input=message, capture_output=True, text=True, check=False
    )
    server.close()
    tap.equal(done.returncode, 1, "the example: one was not accepted")
    kinds = [json.loads(line)["kind"] for line in done.stdout.splitlines()]
    tap.equal(kinds, ["accepted", "failed"], "the example: a record for each recipient")
    expected = ["Subject: hello", "", "..dots", "and no line end"]
    tap.equal(kept.get("lines"), expected, "the example: the message of its input")
    done = subprocess.run(
        [*words, "a b@\n"], input=message, capture_output=True, text=True, check=False
    )
    tap.equal((done.returncode, done.stderr), (2, "a b@\n: invalid argument\n"),
              "the example: an address that may not be sent")  # fmt: skip


# The lines of the client's message on the wire.
WIRE = ["Subject: 0"] + [f"..line {i}" for i in range(1, 600000)]


def check_message_under_tls(tap, authority):
    right = authority.certificate("right", "DNS:localhost")
    kept = {}

    def script(c):
        c.greet("STARTTLS")
        c.starttls(context(right))
        c.ehlo("8BITMIME")
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        time.sleep(0.3)
        kept["lines"] = c.message()
        c.send("250 2.0.0 queued as 4XyZ")
        c.expect("QUIT")
        c.send("221 bye")

    case = Case(tap, "a long message under TLS", script, host="localhost", lines=600000,
                ca=authority.ca)  # fmt: skip
    case.record(**ACCEPTED)
    tap.ok(kept.get("lines") == WIRE, "it arrived as it is")


def check_messages(tap):
    kept = {}

    def slowly(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        time.sleep(0.3)
        kept["lines"] = c.message()
        c.send("250 2.0.0 queued as 4XyZ")
        c.expect("QUIT")
        c.send("221 bye")

    Case(tap, "a long message to a slow server", slowly, lines=600000).record(**ACCEPTED)
    tap.ok(kept.get("lines") == WIRE, "it arrived as it is")
    def chunks(c):
        c.greet("CHUNKING")
        for _ in range(2):
            c.line()
            c.send("250 ok")
        last, data = False, b""
        while not last:
            words = c.expect("BDAT").split()
            last = len(words) > 2
            size = int(words[1])
            while len(c.buffer) < size:
                c.buffer += c.sock.recv(65536)
            data += c.buffer[:size]
            c.buffer = c.buffer[size:]
            c.send("250 2.0.0 queued as 4XyZ" if last else "250 ok")
        kept["size"] = len(data)

    Case(tap, "in chunks", chunks, lines=20000, chunking=1).record(**{**ACCEPTED, "command": "BDAT"})
    size = len("Subject: 0\r\n") + sum(len(f".line {i}\r\n") for i in range(1, 20000))
    tap.equal(kept.get("size"), size, "it arrived as it is")

    seen = []

    def one_by_one(c):
        c.greet("LIMITS RCPTMAX=1")
        seen.clear()
        while not (line := c.line()).startswith("QUIT"):
            if line == "DATA":
                c.send("354 go on")
                seen.append(c.message())
            c.send("250 2.0.0 queued as 4XyZ")
        c.send("221 bye")

    two = [*ENVELOPE, "to=b@example.com"]
    case = Case(tap, "one recipient at a time", one_by_one, *two).record(**ACCEPTED)
    tap.equal([r["kind"] for r in case.records], ["accepted"] * 2, "both get it")
    tap.equal(seen, [["Subject: 0", "..line 1", "..line 2"]] * 2, "whole, each time")
    case = Case(tap, "a message that cannot be had again", one_by_one, *two, no_rewind=1)
    tap.equal([r["kind"] for r in case.records], ["accepted", "not-tried"], "one gets it")

    def die_in_data(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        c.sock.recv(1000)
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    def go(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)

    case = Case(tap, "gone behind the 354", go, lines=500000)
    case.record(kind="delayed", local_error="closed")

    Case(tap, "reset in the middle of the message", die_in_data, lines=500000).record(
        kind="delayed", local_error="closed"
    )

    def patient(c):
        c.greet()
        c.take_mail()

    Case(tap, "a message that cannot be read", patient, lines=200000, read_fails=1).record(
        kind="delayed", local_error="cancelled"
    )


# ---- time ----

LONG = 10  # seconds; under the deadlines of every phase but the one that is short


def check_deadlines(tap):
    def silent(c):
        c.silence()

    case = Case(tap, "no greeting", silent, timeout=400)
    case.record(kind="delayed", command="CONNECT", local_error="timeout", text=None)
    tap.ok(case.took < LONG, "the deadline holds", case.took)

    def drip(c):
        c.raw(b"220-")
        while True:
            time.sleep(0.05)
            c.raw(b"x")

    case = Case(tap, "a greeting in drops", drip, timeout=500)
    case.record(kind="delayed", local_error="timeout")
    tap.ok(case.took < LONG, "drops do not put the deadline off", case.took)

    def behind_the_dot(c):
        take_message(c)
        c.silence()

    case = Case(tap, "no answer to the dot", behind_the_dot, timeout=2000)
    case.record(kind="in-doubt", command="EOM", local_error="timeout")
    tap.ok(case.took < LONG, "the deadline holds", case.took)


def take_message(c):
    """Everything up to the dot."""
    c.greet()
    for answer in ("250 ok", "250 ok", "354 go on"):
        c.line()
        c.send(answer)
    c.message()


def check_cancelling(tap, directory):
    pipe = f"{directory}/cancel"
    os.mkfifo(pipe)

    def at_once(c):
        cancel()
        c.silence()

    def behind_the_dot(c):
        take_message(c)
        cancel()
        c.silence()

    def cancel():
        with open(pipe, "wb") as file:
            file.write(b"x")

    case = Case(tap, "cancelled", at_once, cancel=pipe)
    case.record(kind="delayed", local_error="cancelled", command="CONNECT", text=None)
    tap.ok(case.took < LONG, "at once", case.took)
    case = Case(tap, "cancelled behind the dot", behind_the_dot, cancel=pipe)
    case.record(kind="in-doubt", command="EOM", local_error="cancelled")


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as directory:
        check_records(tap)
        check_connecting(tap)
        check_families(tap)
        check_unix(tap, directory)
        check_deadlines(tap)
        check_cancelling(tap, directory)
        check_messages(tap)
        check_example(tap)
        if shutil.which("openssl"):
            authority = Authority(directory)
            check_message_under_tls(tap, authority)
        else:
            tap.skip("a message under TLS", "no command openssl to make certificates with")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
