"""What the command is asked to do at a real server, and what must come of it.

Each check is a session: what send or probe reports is compared with what the server did, which is seen
from its replies in the transcript and from its mailboxes.
"""
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import settings
from served import address

STRANGER = "stranger@example.com"
NOBODY = "nobody-home"
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "SECRET": settings.PASSWORD, "WRONG": "guess"}
SECRETS = (settings.PASSWORD,)


class Outcome:
    """What a call of the command did: its status, its records by recipient, and all it wrote."""

    def __init__(self, done, transcript):
        self.status = done.returncode
        self.output, self.errors = done.stdout, done.stderr
        self.transcript = transcript
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        self.records = [json.loads(line) for line in lines]

    def of(self, recipient):
        found = [record for record in self.records if record.get("recipient") == recipient]
        return found[-1] if found else {}

    def everything(self):
        return "status %d\n%s%s%s" % (self.status, self.output, self.errors, self.transcript)


class Checks:
    """The checks of one server."""

    def __init__(self, tap, name, server, command):
        self.tap, self.name, self.server, self.command = tap, name, server, os.path.abspath(command)
        self.codes, self.sent = set(), 0

    def call(self, *words, text=None):
        """Runs the command; keeps the codes of the server's replies from the transcript."""
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "transcript"
            done = subprocess.run(
                [self.command, *words, "--ca", str(self.server.made / "ca.pem"), "--transcript", str(path)],
                input=text, capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False)
            transcript = path.read_text(errors="replace") if path.exists() else ""
        self.codes |= {int(code) for code in re.findall(r"S: (\d{3})[ -]", transcript)}
        outcome = Outcome(done, transcript)
        leaked = [secret for secret in SECRETS if secret in outcome.everything()]
        if leaked:
            self.tap.ok(False, "%s: a secret was shown" % self.name, outcome.everything())
        return outcome

    def url(self, port, scheme="smtp"):
        return "%s://%s:%d" % (scheme, settings.HOSTNAME, port)

    def send(self, url, *recipients, more=(), text=None):
        self.sent += 1
        words = [word for recipient in recipients for word in ("--to", recipient)]
        message = text or "Subject: number %d\n\nGood morning,\n.\n..dots\n" % self.sent
        return self.call("send", "--server", url, "--from", address("ada"), *words, *more, "--format", "jsonl", "-",
                         text=message)

    def login(self, variable="SECRET", mechanism=None):
        words = ["--user", settings.LOGIN, "--password-env", variable]
        return words + (["--auth", mechanism] if mechanism else [])

    def check(self, passed, what, outcome):
        self.tap.ok(passed, "%s: %s" % (self.name, what), outcome.everything())

    def arrived(self, user, count, words=None):
        """Whether a mailbox has this many mails, after a while; and the words in the last one."""
        for _ in range(100):
            mails = self.server.mailbox(user)
            if len(mails) >= count and (not words or words in mails[-1].replace(b"\r\n", b"\n")):
                break
            time.sleep(0.1)
        return len(mails) == count and (not words or words in mails[-1].replace(b"\r\n", b"\n"))

    # --- what every server can do ---------------------------------------------------------------

    def accepted(self, url, more=()):
        count = len(self.server.mailbox("bela"))
        outcome = self.send(url, address("bela"), more=more)
        record = outcome.of(address("bela"))
        self.check(outcome.status == 0 and record.get("kind") == "accepted" and record.get("code") == 250,
                   "a mail is accepted", outcome)
        self.check(self.arrived("bela", count + 1, b"Good morning,\n.\n..dots\n"),
                   "it is in the mailbox once, its dots as they were", outcome)

    def some_refused(self, url, more=()):
        """One recipient that does not exist, one that does: each has its own fate."""
        count = len(self.server.mailbox("carl"))
        outcome = self.send(url, address(NOBODY), address("carl"), more=more)
        bad, good = outcome.of(address(NOBODY)), outcome.of(address("carl"))
        self.check(outcome.status == 1 and bad.get("kind") == "failed" and bad.get("reason") == "mailbox-unknown"
                   and bad.get("suppress") == "yes", "an unknown user is refused", outcome)
        self.check(good.get("kind") == "accepted", "the other one is not", outcome)
        self.check(self.arrived("carl", count + 1), "and has the mail", outcome)

    def too_big(self, url, more=()):
        """SIZE: refused before MAIL, by us."""
        outcome = self.send(url, address("bela"), more=more, text="Subject: big\n\n" + "x" * 70 * 1000 + "\n")
        record = outcome.of(address("bela"))
        self.check(outcome.status == 1 and record.get("kind") == "failed" and record.get("reason") == "message-too-big",
                   "a mail that is too big is refused", outcome)

    def access(self, url, more=()):
        recipients = [address(name) for name in settings.ACCESS]
        outcome = self.send(url, *recipients, more=more)
        for name, reply in settings.ACCESS.items():
            record = outcome.of(address(name))
            wanted = "failed" if reply.startswith("5") else "delayed"
            self.check(record.get("code") == int(reply[:3]) and record.get("kind") == wanted
                       and record.get("enhanced") == reply.split(" ")[1], "%s for %s" % (reply[:9], name), outcome)

    def relaying(self, url):
        outcome = self.send(url, STRANGER)
        record = outcome.of(STRANGER)
        self.check(record.get("kind") == "failed" and record.get("reason") in ("relay-denied", "mailbox-unknown"),
                   "it does not relay", outcome)

    def probe(self, port, *more):
        outcome = self.call("probe", "%s:%d" % (settings.HOSTNAME, port), *more)
        self.check(outcome.status == 0 and "SIZE" in outcome.output, "probe shows what it offers", outcome)
        return outcome

    def commands(self, port):
        """VRFY, EXPN, HELP: whatever the answer is, it is explained."""
        for option, argument in (("--vrfy", address("bela")), ("--expn", address("bela")), ("--vrfy", address(NOBODY))):
            outcome = self.call("probe", "%s:%d" % (settings.HOSTNAME, port), option, argument)
            self.check(re.search(r"\b[25]\d\d\b", outcome.output) is not None, "%s %s" % (option, argument), outcome)

    # --- TLS and logins -------------------------------------------------------------------------

    def tls(self, port):
        outcome = self.probe(port, "--tls", "required")
        self.check(re.search(r"TLSv1\.[23]", outcome.output) is not None and settings.HOSTNAME in outcome.output,
                   "probe shows TLS and the certificate", outcome)
        wrong = self.send("smtp://other.%s:%d" % (settings.DOMAIN, port), address("bela"), more=["--tls", "required"])
        record = wrong.of(address("bela"))
        self.check(wrong.status in (1, 4) and record.get("local_error") == "tls" and "code" not in record,
                   "a certificate for another name is refused", wrong)

    def broken_tls(self, port):
        outcome = self.send(self.url(port), address("bela"), more=["--tls", "required"])
        record = outcome.of(address("bela"))
        self.check(record.get("local_error") == "tls" and record.get("reason") == "tls" and "code" not in record,
                   "a handshake that the server breaks off", outcome)

    def logins(self, url):
        for mechanism in self.server.mechanisms:
            outcome = self.send(url, STRANGER, more=self.login(mechanism=mechanism))
            self.check(outcome.status == 0 and outcome.of(STRANGER).get("kind") == "accepted",
                       "a login by %s" % mechanism, outcome)
        outcome = self.send(url, STRANGER, more=self.login())
        self.check(outcome.of(STRANGER).get("kind") == "accepted", "the strongest mechanism, if none is named", outcome)
        outcome = self.send(url, STRANGER, more=self.login("WRONG"))
        record = outcome.of(STRANGER)
        self.check(outcome.status in (1, 4) and record.get("reason") == "client-auth" and record.get("code") == 535,
                   "a wrong password", outcome)

    def without_login(self, url):
        outcome = self.send(url, STRANGER)
        record = outcome.of(STRANGER)
        self.check(record.get("kind") in ("failed", "delayed") and record.get("code", 0) >= 400,
                   "without a login it takes no mail", outcome)

    def all(self):
        server = self.server
        plain = ["--tls", "off"]
        if server.mx:
            url = self.url(server.mx)
            self.accepted(url, plain)
            self.some_refused(url, plain)
            self.too_big(url, plain)
            self.probe(server.mx)
            self.commands(server.mx)
            if server.access:
                self.access(url, plain)
            if not server.relays:
                self.relaying(url)
        if server.lmtp:
            url = self.url(server.lmtp, "lmtp")
            self.accepted(url, plain)
            self.some_refused(url, plain)
        if server.submission:
            url = self.url(server.submission)
            self.tls(server.submission)
            self.logins(url)
            self.without_login(url)
        if server.smtps:
            outcome = self.send(self.url(server.smtps, "smtps"), STRANGER, more=self.login())
            self.check(outcome.of(STRANGER).get("kind") == "accepted", "TLS from the first byte", outcome)
        if server.broken_tls:
            self.broken_tls(server.broken_tls)


def run(tap, name, server, command):
    checks = Checks(tap, name, server, command)
    checks.all()
    tap.ok(checks.codes, "%s: replies were seen" % name)
    print("# codes from %s: %s" % (name, " ".join(map(str, sorted(checks.codes)))), flush=True)
