#!/usr/bin/env python3
"""The commands send and probe against a scripted server on loopback.

Usage: session_test.py COMMAND
"""
import email
import email.policy
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

from smtp_server import EHLO, Server, make_tls
from tap import Tap

SECRET = "tr0ub4dor and 3"
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CLOSE = Server.CLOSE
MESSAGE = "Subject: Hello\n\nGood morning,\n.\n..two dots\n"


class Call:
    def __init__(self, command, words, text="", variables=None):
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(variables or {})}
        done = subprocess.run([command, *words], input=text, capture_output=True, text=True, env=environment,
                              timeout=60, check=False)
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr
        self.records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def of(self, recipient):
        return next((r for r in self.records if r.get("recipient") == recipient), {})

    def everything(self):
        return "status %d\n%s%s" % (self.status, self.output, self.errors)


class Tests:
    def __init__(self, tap, command, directory):
        self.tap, self.command, self.directory = tap, command, pathlib.Path(directory)
        self.tls, self.ca = make_tls(directory)

    def send(self, server, *recipients, more=(), text=MESSAGE, variables=None, sender="s@example.org", scheme="smtp"):
        url = server if isinstance(server, str) else "%s://127.0.0.1:%d" % (scheme, server.port)
        words = ["send", "--server", url, "--from", sender, "--format", "jsonl", "--ehlo", "client.example.org"]
        for recipient in recipients or ("a@example.com",):
            words += ["--to", recipient]
        return Call(self.command, words + list(more), text, variables)

    def probe(self, server, *more, variables=None):
        return Call(self.command, ["probe", "127.0.0.1:%d" % server.port, "--ehlo", "client.example.org", *more],
                    "", variables)

    def check(self, passed, name, call):
        self.tap.ok(passed, name, call.everything())

    # --- send -----------------------------------------------------------------------------------

    def fates(self):
        with Server({"RCPT TO:<no@": "550 5.1.1 No such user", "RCPT TO:<full@": "452 4.2.2 Mailbox full"}) as server:
            call = self.send(server, "a@example.com", "no@example.com", "full@example.com")
            good = call.of("a@example.com")
            self.check(call.status == 1 and len(call.records) == 3, "one record for each recipient", call)
            self.check(good.get("kind") == "accepted" and good.get("code") == 250 and good.get("queue_id") == "4XyZ"
                       and good.get("command") == "EOM", "accepted, with the queue id", call)
            self.check(call.of("no@example.com").get("reason") == "mailbox-unknown", "refused at RCPT", call)
            self.check(call.of("full@example.com").get("kind") == "delayed", "put off at RCPT", call)
            self.tap.equal(server.messages, [MESSAGE.replace("\n", "\r\n").encode()], "the message, dots and all")

    def examples(self):
        """The two records of a session whose form is promised."""
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
            call = self.send("smtp://127.0.0.1:%d" % port)
        record = {key: value for key, value in call.of("a@example.com").items() if key not in ("rule", "time")}
        self.tap.equal(record, {
            "schema": 1, "source": "127.0.0.1:%d" % port, "index": 1, "kind": "delayed", "recipient": "a@example.com",
            "sender": "s@example.org", "remote": "127.0.0.1", "command": "CONNECT", "name": "GeneralFailure",
            "local_error": "refused", "reason": "unreachable", "claimed": "unknown", "permanence": "transient",
            "scope": "path", "actor": "nobody", "retry": "later", "suppress": "no", "level": "basic"},
            "a connection refused")
        self.check(call.status == 4, "no session: status 4", call)
        with Server({"EOM": CLOSE}) as server:
            call = self.send(server)
            record = {key: value for key, value in call.of("a@example.com").items() if key not in ("rule", "time")}
            self.tap.equal(record, {
                "schema": 1, "source": "127.0.0.1:%d" % server.port, "index": 1, "kind": "in-doubt",
                "recipient": "a@example.com", "sender": "s@example.org", "remote": "127.0.0.1", "command": "EOM",
                "name": "GeneralFailure", "local_error": "closed", "reason": "unreachable", "claimed": "unknown",
                "permanence": "unknown", "scope": "path", "actor": "nobody", "retry": "later", "suppress": "no",
                "level": "basic"}, "a connection lost behind the message")
            self.check(call.status == 1, "in doubt: status 1", call)

        with Server({"MAIL": CLOSE}) as server:
            call = self.send(server)
            self.check(call.status == 1 and call.of("a@example.com").get("command") == "MAIL",
                       "lost at MAIL: the session had been opened", call)

    def bodies(self):
        long = "Subject: long\n\n" + "x" * 70 + "\n" * 3 + "y" * 50000 + "\n"
        with Server() as server:
            call = self.send(server, more=["--chunking"])
            self.check(call.status == 0 and server.messages == [MESSAGE.replace("\n", "\r\n").encode()]
                       and any(c.startswith("BDAT") for c in server.commands), "BDAT", call)
        with Server() as server:
            call = self.send(server, text=long)
            self.tap.equal(server.messages, [long.replace("\n", "\r\n").encode()], "50 kB")
        with Server() as server:
            call = self.send(server, text="Subject: big\n\n" + "x\n" * 60000)
            self.check(call.of("a@example.com").get("reason") == "message-too-big" and server.messages == []
                       and not any(c.startswith("MAIL") for c in server.commands), "SIZE is heeded", call)
        lacking = {"Subject: Käse\n\nKäse\n": [], "\nKäse\n": [], "\nx\n": ["--binary"], "\n1\n": ["--requiretls"],
                   "\n2\n": ["--prdr"], "\n3\n": ["--priority", "3"], "\n4\n": ["--hold-for", "60"],
                   "\n5\n": ["--deliver-by", "60"], "\n6\n": ["--dsn", "never"]}
        for text, more in lacking.items():
            with Server(extensions=("PIPELINING",)) as server:
                call = self.send(server, text=text, more=more)
                record = call.of("a@example.com")
                self.check(call.status == 1 and not any(c.startswith("MAIL") for c in server.commands)
                           and record.get("reason") in ("protocol", "tls") and record.get("retry") == "after-fix",
                           "what the server lacks is refused before MAIL: %r %s" % (text, more), call)
        for text, parameters in (("\nKäse\n", ["BODY=8BITMIME"]), ("Subject: Käse\n\n", ["BODY=8BITMIME", "SMTPUTF8"]),
                                 ("Subject: x\n\nKäse\n", ["BODY=8BITMIME"]), ("Subject: x\n\nx\n", [])):
            with Server() as server:
                call = self.send(server, text=text)
                mail = [c for c in server.commands if c.startswith("MAIL")][0]
                self.tap.equal(mail.split(" ")[3:], parameters, "what %r needs" % text)

    def composed(self):
        attached = self.directory / "Käse 1.bin"
        attached.write_bytes(bytes(range(256)) * 20)
        subject, body = "Grüße aus Köln, " * 8, "Erste Zeile\n.\nZweite Zeile: Käse " + "lang " * 40
        with Server() as server:
            call = self.send(server, more=["--subject", subject, "--body", body, "--attach", str(attached)], text=None)
            self.check(call.status == 0 and len(server.messages) == 1, "a composed message is sent", call)
            message = email.message_from_bytes(server.messages[0], policy=email.policy.default)
            self.tap.equal(message["Subject"].strip(), subject.strip(), "its subject")
            parts = list(message.walk())
            self.tap.equal(parts[1].get_content().replace("\r\n", "\n").rstrip("\n"), body, "its text")
            self.tap.equal(parts[2].get_content(), attached.read_bytes(), "its file")
            self.tap.equal(parts[2].get_filename(), attached.name, "its file's name")
            self.tap.ok(not message.defects and all(len(x) <= 78 for x in server.messages[0].split(b"\r\n")),
                        "its form", server.messages[0][:1000])

    def hostile_arguments(self):
        evil = "a@example.com>\r\nRCPT TO:<b@example.net"
        ways = {"--to": evil, "--from": evil, "--ehlo": "x\r\nMAIL FROM:<>"}
        for option, value in ways.items():
            with Server() as server:
                words = {"--from": "s@example.org", "--to": "a@example.com", "--ehlo": "client.example.org",
                         option: value}
                flat = [word for pair in words.items() for word in pair]
                call = Call(self.command, ["send", "--server", "127.0.0.1:%d" % server.port, *flat], MESSAGE)
                sent = "\n".join(server.commands)
                self.check(call.status == 2 and "b@example.net" not in sent and "MAIL FROM:<>" not in sent,
                           "a line break in %s" % option, call)

        with Server() as server:
            call = self.send(server, more=["--envid", "x\r\nRSET"])
            self.check(call.status == 0 and "RSET" not in server.commands and any(
                c.startswith("MAIL") and "ENVID=x+0D+0ARSET" in c for c in server.commands),
                "a line break in --envid is encoded", call)

    def hostile_server(self):
        words = "550 5.1.1 \x1b[2J\x07 no\u202e such \x9b user\x7f"
        with Server({"RCPT": words.encode("utf-8") + b"\r\n"}) as server:
            for form in ("text", "jsonl", "csv"):
                call = Call(self.command, ["send", "--server", "127.0.0.1:%d" % server.port, "--from", "", "--to",
                                           "a@example.com", "--format", form], MESSAGE)
                self.check(call.status == 1 and not ESCAPES.search(call.output.replace("\n", "")) or form == "csv",
                           "control characters of a reply, as %s" % form, call)
            call = self.probe(server, "--to", "a@example.com", "--from", "")
            self.check(not ESCAPES.search(call.output.replace("\n", "")), "control characters in a probe", call)
        for name, greeting in (("a flood of lines", ("220-x\r\n" * 300000).encode()), ("no reply", b"HTTP/1.1 400\r\n"),
                               ("two greetings", b"220 one\r\n250 two\r\n")):
            with Server({"GREETING": (greeting, CLOSE)}) as server:
                call = self.send(server)
                record = call.of("a@example.com")
                self.check(call.status == 4 and "code" not in record and record.get("name") == "GeneralFailure"
                           and record.get("local_error") in ("protocol-violation", "closed"), name, call)

    # --- TLS and logins -------------------------------------------------------------------------

    def tls_ways(self):
        with Server(tls=self.tls) as server:
            url = "smtp://localhost:%d" % server.port
            call = self.send(url, more=["--tls", "required", "--ca", self.ca])
            self.check(call.status == 0 and server.commands.count("STARTTLS") == 1, "STARTTLS", call)
            call = self.send(url, more=["--tls", "required"])
            self.check(call.status == 4 and call.of("a@example.com").get("local_error") == "tls"
                       and call.of("a@example.com").get("reason") == "tls", "a certificate of nobody known", call)
            call = self.send(url, more=["--tls", "required", "--tls-no-verify"])
            self.check(call.status == 0, "--tls-no-verify", call)
            call = self.send(url, more=["--tls", "required", "--ca", self.ca, "--tls-name", "mx.example.net"])
            self.check(call.status == 4, "a certificate for another name", call)
            call = Call(self.command, ["probe", "localhost:%d" % server.port, "--ca", self.ca])
            self.check(call.status == 0 and "TLSv1.3" in call.output and "mx.example.com" in call.output
                       and "Test CA" in call.output and "days left: 1" in call.output, "probe shows the certificate", call)
            for name in ("", "."):
                call = self.send(url, more=["--tls", "required", "--ca", self.ca, "--tls-name", name])
                self.check(call.status == 4 and call.of("a@example.com").get("local_error") == "tls",
                           "a certificate for the name %r" % name, call)
        try:
            with Server(port=587) as server:
                call = self.send(server)
                self.check(call.status == 4 and call.of("a@example.com").get("local_error") == "tls"
                           and server.messages == [], "TLS is required on port 587", call)
                call = self.send(server, more=["--tls", "opportunistic"])
                self.check(call.status == 0, "unless something else is asked for", call)
        except OSError:
            self.tap.skip("TLS is required on port 587", "the port is not to be had")
        with Server() as server:
            call = self.send(server, more=["--tls", "required"])
            self.check(call.status == 4 and server.messages == [], "no STARTTLS where it is required", call)
        with Server(tls=self.tls, implicit=True) as server:
            call = self.send("smtps://localhost:%d" % server.port, more=["--ca", self.ca])
            self.check(call.status == 0, "TLS from the first byte", call)

    def logins(self):
        extensions = EHLO + ("AUTH PLAIN LOGIN",)
        password = self.directory / "password"
        password.write_text(SECRET + "\n")
        password.chmod(0o600)
        netrc = self.directory / "netrc"
        netrc.write_text('machine other login x password y\nmachine localhost\n login ada\n password "%s"\n' % SECRET)
        netrc.chmod(0o600)
        transcript = self.directory / "transcript"
        sources = {"--password-file": str(password), "--password-env": "SECRET", "--netrc": str(netrc)}
        for option, value in sources.items():
            for mechanism in ("PLAIN", "LOGIN"):
                with Server(extensions=extensions, tls=self.tls) as server:
                    call = self.send("smtp://localhost:%d" % server.port, variables={"SECRET": SECRET},
                                     more=["--user", "ada", option, value, "--ca", self.ca, "--auth", mechanism,
                                           "--transcript", str(transcript)])
                    shown = call.everything() + transcript.read_text()
                    leaked = SECRET in shown or "dHIwdWI0ZG9y" in shown
                    self.check(call.status == 0 and not leaked, "a login by %s with %s" % (mechanism, option), call)
        self.tap.equal(transcript.stat().st_mode & 0o777, 0o600, "the transcript is its owner's")
        with Server(extensions=extensions) as server:
            call = self.send(server, variables={"SECRET": SECRET}, more=["--user", "ada", "--password-env", "SECRET",
                                                                         "--tls", "off"])
            self.check(call.status == 4 and not any(c.startswith("AUTH") for c in server.commands),
                       "no password in clear text", call)
        call = self.send("smtp://ada:%s@localhost:25" % SECRET)
        self.check(call.status == 2 and SECRET not in call.everything() and "does not belong" in call.errors,
                   "no password in the address", call)
        call = self.send("smtp://ada@localhost:25", variables={"SECRET": SECRET},
                         more=["--password-env", "SECRET", "--password-file", str(password)])
        self.check(call.status == 2 and SECRET not in call.everything() and "give one of" in call.errors,
                   "one source of a password", call)
        with Server(extensions=extensions, tls=self.tls) as server:
            words = ["probe", "localhost:%d" % server.port, "--user", "ada", "--password-env", "SECRET",
                     "--ca", self.ca]
            call = Call(self.command, [*words, "--quit-after", "tls"], variables={"SECRET": SECRET})
            self.check(call.status == 0 and "STARTTLS" in server.commands
                       and not any(c.startswith("AUTH") for c in server.commands), "--quit-after tls: no login", call)
            call = Call(self.command, words, variables={"SECRET": SECRET})
            self.check(call.status == 0 and any(c.startswith("AUTH") for c in server.commands)
                       and SECRET not in call.everything(), "a probe logs in", call)
        with Server({"AUTH": "535 5.7.8 Bad credentials"}, extensions=extensions, tls=self.tls) as server:
            call = self.send("smtp://localhost:%d" % server.port, variables={"SECRET": SECRET},
                             more=["--user", "ada", "--password-env", "SECRET", "--ca", self.ca])
            record = call.of("a@example.com")
            self.check(call.status == 4 and record.get("code") == 535 and record.get("reason") == "client-auth",
                       "a password that is wrong", call)

    def echoes(self):
        """Servers that repeat what was sent to them, where the protocol has no place for it."""
        line = lambda session: session.server.commands[-1]
        ways = {
            "in place of a reply": lambda session: session.say(line(session)),
            "behind the reply": lambda session: session.say("235 2.7.0 Welcome\r\n" + line(session)),
            "in the reply to MAIL": None,
        }
        for name, way in ways.items():
            for mechanism in ("PLAIN", "XOAUTH2"):
                secret = "ya29.tr0ub4dor" if mechanism == "XOAUTH2" else SECRET
                with Server(extensions=EHLO + ("AUTH PLAIN XOAUTH2",)) as server:
                    server.replies = {"AUTH": way} if way else {"MAIL": "550 5.7.1 ada, " + secret}
                    transcript = self.directory / "echoes"
                    call = self.send(server, variables={"SECRET": secret}, more=[
                        "--user", "ada", "--password-env", "SECRET", "--auth", mechanism, "--auth-clear", "--tls",
                        "off", "--transcript", str(transcript)])
                    shown = call.everything() + transcript.read_text()
                    sent = [c.split(" ")[2] for c in server.commands if c.startswith("AUTH")]
                    leaked = secret in shown or any(response in shown for response in sent)
                    self.check(call.status != 0 and sent and not leaked, "%s: repeated %s" % (mechanism, name), call)

    # --- probe ----------------------------------------------------------------------------------

    def probes(self):
        with Server({"RCPT TO:<no@": "550 5.1.1 No such user", "VRFY": "252 2.0.0 Try it"}) as server:
            call = self.probe(server, "--from", "s@example.org", "--to", "a@example.com", "--to", "no@example.com")
            self.check(call.status == 1 and server.messages == [] and "DATA" not in server.commands,
                       "nothing is delivered", call)
            for language, words in (("en", "Nothing was delivered"), ("zh", "没有投递"), ("es", "No se entregó"),
                                    ("it", "Non è stato consegnato")):
                call = self.probe(server, "--to", "a@example.com", "--lang", language)
                self.check(call.status == 0 and words in call.output and "PIPELINING" in call.output,
                           "a probe in %s" % language, call)
            call = self.probe(server, "--vrfy", "a@example.com")
            self.check("252 2.0.0 Try it" in call.output, "VRFY", call)
            call = self.probe(server, "--format", "jsonl", "--to", "no@example.com")
            commands = [record.get("command") for record in call.records]
            self.check(commands[:2] == ["CONNECT", "EHLO"] and call.of("no@example.com").get("code") == 550,
                       "replies as records", call)
        with Server() as server:
            nobody = "127.0.0.1:%d" % server.port
        call = Call(self.command, ["probe", nobody, "--format", "jsonl"])
        record = call.records[0] if call.records else {}
        self.check(call.status == 4 and record.get("command") == "CONNECT" and record.get("local_error") == "refused"
                   and record.get("reason") == "unreachable" and "recipient" not in record, "a probe of nobody", call)
        call = Call(self.command, ["probe", nobody])
        self.check(call.status == 4 and "clear text" not in call.output and "refused" in call.errors,
                   "a probe of nobody, for people", call)
        with Server({"EHLO": CLOSE}) as server:
            call = self.probe(server, "--format", "jsonl")
            record = call.records[-1]
            self.check(call.status == 4 and record.get("command") == "EHLO" and record.get("local_error") == "closed",
                       "a probe that is cut off", call)
            call = self.probe(server)
            self.check(call.status == 4 and "connection was lost" in call.errors, "and for people", call)
        last = {"connect": (), "ehlo": ("EHLO",), "mail": ("EHLO", "MAIL"), "rcpt": ("EHLO", "MAIL", "RCPT")}
        for phase, verbs in last.items():
            with Server() as server:
                call = self.probe(server, "--quit-after", phase, "--to", "a@example.com")
                seen = tuple(c.split(" ")[0] for c in server.commands if c[:4] not in ("QUIT", "RSET"))
                self.check(call.status == 0 and seen == verbs, "--quit-after %s" % phase, call)

    def refused_files(self):
        for words, said in ((["--ca", "/nonexistent"], "no such file"), (["--cert", "/nonexistent"], "no such file"),
                            (["--transcript", "/nonexistent/x"], "No such file"), (["/"], "directory")):
            with Server() as server:
                call = self.send(server, more=words)
                self.check(call.status == 3 and said in call.errors and server.commands == [], " ".join(words), call)
        with Server() as server:
            call = self.send("SMTP://127.0.0.1:%d" % server.port)
            self.check(call.status == 0, "a scheme in capitals", call)

    def interrupted(self):
        with Server({"EHLO": b""}) as server:
            child = subprocess.Popen([self.command, "send", "--server", "127.0.0.1:%d" % server.port, "--from", "",
                                      "--to", "a@example.com", "--format", "jsonl"], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            child.stdin.write(MESSAGE)
            child.stdin.close()
            child.stdin = None
            for _ in range(100):
                if server.commands:
                    break
                time.sleep(0.05)
            child.send_signal(signal.SIGINT)
            output, _ = child.communicate(timeout=20)
            record = json.loads(output.splitlines()[0]) if output else {}
            self.tap.ok(child.returncode == 130 and record.get("local_error") == "cancelled", "Ctrl-C",
                        "status %d\n%s" % (child.returncode, output))

    def usage(self):
        for words in (["send"], ["send", "--server", "x"], ["probe"], ["probe", "gopher://x"], ["probe", "x:0"],
                      ["probe", "x", "--tls", "maybe"], ["probe", "x", "--quit-after", "lunch"],
                      ["probe", "x", "--user", "ada"], ["probe", "x", "--auth-as", "bela"], ["probe", "smtps://x", "--tls", "off"],
                      ["probe", "x", "--key", "key.pem"], ["probe", "[::1"], ["probe", "x", "--timeout", "-1"]):
            call = Call(self.command, words)
            self.check(call.status == 2 and call.errors.startswith("smtpstatus: "), " ".join(words), call)


def main():
    command = str(pathlib.Path(sys.argv[1]).resolve())
    tap = Tap()
    if "without OpenSSL" in Call(command, ["probe", "x"]).errors:
        tap.skip("send and probe", "built without the library for sessions")
        sys.exit(tap.finish())
    with tempfile.TemporaryDirectory() as directory:
        tests = Tests(tap, command, directory)
        for part in (tests.usage, tests.fates, tests.examples, tests.bodies, tests.composed, tests.hostile_arguments,
                     tests.hostile_server, tests.tls_ways, tests.logins, tests.echoes, tests.probes, tests.refused_files,
                     tests.interrupted):
            part()
    sys.exit(tap.finish())


if __name__ == "__main__":
    main()
