"""One run of the client tests/net_session.c against one server, and what is expected of it. The program
is the first argument of the test.
"""

import json
import subprocess
import sys
import time

from net_server import Server

PROGRAM = sys.argv[1]
OPPORTUNISTIC, REQUIRED, IMPLICIT, OFF = range(4)
ENVELOPE = ["from=s@example.org", "to=a@example.com"]


def run(*words, input=None, **options):
    """The client's records, what it says of the session, its transcript, and how long it took. input is
    what the client reads."""
    arguments = [*ENVELOPE, *words] if not any(w.startswith("to=") for w in words) else [*words]
    arguments += [f"{key}={value}" for key, value in options.items()]
    start = time.monotonic()
    done = subprocess.run(
        [PROGRAM, *arguments], capture_output=True, timeout=60, check=False, text=True, input=input
    )
    took = time.monotonic() - start
    if done.returncode != 0:
        return [], {"crashed": done.returncode, "stderr": done.stderr}, done.stderr, took
    *records, session = [json.loads(line) for line in done.stdout.splitlines()]
    return records, session, done.stderr, took


class Case:
    """One server and one run of the client against it."""

    def __init__(self, tap, name, script, *words, host="127.0.0.1", **options):
        self.tap, self.name = tap, name
        server = Server(script)
        options.setdefault("timeout", 15000)
        self.records, self.session, self.transcript, self.took = run(
            *words, host=host, port=server.port, **options
        )
        server.close()
        self.server = server
        self.port = server.port

    def record(self, **expected):
        """Each of these is in the first record; None: the key is not there."""
        got = self.records[0] if self.records else self.session
        wrong = {key: got.get(key) for key, value in expected.items() if got.get(key) != value}
        self.tap.ok(not wrong, f"{self.name}: {expected.get('kind', 'the record')}",
                    f"wrong: {wrong}\nrecord: {got}\nsession: {self.session}\n"
                    f"server: {self.server.errors}\n{self.transcript}")  # fmt: skip
        return self

    def says(self, words):
        """The record's text has these words."""
        text = self.records[0].get("text", "") if self.records else str(self.session)
        self.tap.ok(words in text, f"{self.name}: says {words!r}", f"{text!r} {self.records}")
        return self

    def has(self, **expected):
        """Each of these is in what is said of the session."""
        wrong = {k: self.session.get(k) for k, v in expected.items() if self.session.get(k) != v}
        self.tap.ok(not wrong, f"{self.name}: {', '.join(expected)}",
                    f"wrong: {wrong}\nsession: {self.session}\nserver: {self.server.errors}")  # fmt: skip
        return self


# What becomes of a mail that net_server's take_mail took.
ACCEPTED = {"kind": "accepted", "code": 250, "queue_id": "4XyZ"}
