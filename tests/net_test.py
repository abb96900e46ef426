#!/usr/bin/env python3
"""Sessions over sockets: connecting, TLS, authentication, deadlines, what comes out as records.
tests/net_session.c is the client; the servers are scripts in here.

Usage: net_test.py NET_SESSION
"""

import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from net_server import Authority, Server, ask, authenticate, context, decode, encode, scram
from tap import Tap

PROGRAM = sys.argv[1]
OPPORTUNISTIC, REQUIRED, IMPLICIT, OFF = range(4)
ENVELOPE = ["from=s@example.org", "to=a@example.com"]


def run(*words, **options):
    """The client's records, what it says of the session, its transcript, and how long it took."""
    arguments = [*ENVELOPE, *words] if not any(w.startswith("to=") for w in words) else [*words]
    arguments += [f"{key}={value}" for key, value in options.items()]
    start = time.monotonic()
    done = subprocess.run(
        [PROGRAM, *arguments], capture_output=True, timeout=60, check=False, text=True
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


# ---- records ----

ACCEPTED = {"kind": "accepted", "code": 250, "queue_id": "4XyZ"}


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
    tap.ok(session.get("opened") == 0 and session.get("why") == "127.0.0.1: connection refused",
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
        for answer in ("550 5.1.1 <a@example.com>: User unknown", "250 ok", "452 4.2.2 full"):
            c.line()
            c.send(answer)
        c.expect("DATA")
        c.send("354 go on")
        c.message()
        c.send("250 done")

    case = Case(tap, "three fates", refuse_one, *ENVELOPE, "to=b@example.com", "to=c@example.com")
    fates = [(r["recipient"][0], r["kind"], r.get("reason")) for r in case.records]
    expected = [
        ("a", "failed", "mailbox-unknown"),
        ("b", "accepted", None),
        ("c", "delayed", "mailbox-full"),
    ]
    tap.equal(fates, expected, "each recipient has its own, and the session goes on")
    tap.equal([r["index"] for r in case.records], [1, 2, 3], "they are counted")
    check_two_mails(tap)
    check_bad_address(tap)


def check_two_mails(tap):
    def two(c):
        c.greet()
        c.take_mail()

    case = Case(tap, "two mails", two, *ENVELOPE, "to=b@example.com", mails=2)
    tap.equal([(r["index"], r["recipient"], r["kind"]) for r in case.records],
              [(i + 1, f"{'ab'[i % 2]}@example.com", "accepted") for i in range(4)],
              "a record for each recipient of each mail")  # fmt: skip


def check_bad_address(tap):
    records, session, _, _ = run(*ENVELOPE, "to=a\r\nRSET", host="127.0.0.1", port=9)
    tap.equal((records, session), ([], {"error": -1000, "mail": 0, "recipient": 1}),
              "an address that may not be sent is the caller's mistake, and is named")  # fmt: skip


# ---- connecting ----


def check_connecting(tap):
    records, session, _, _ = run(host="nowhere.invalid", port=25)
    first = records[0] if records else {}
    tap.ok(first.get("local_error") == "host-not-found" and first.get("command") == "CONNECT"
           and first.get("text", "").startswith("nowhere.invalid: "),
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

    def talk_in_the_end(c):
        c.greet()
        c.take_mail()
        c.sock.shutdown(socket.SHUT_WR)

    server = Server(talk_in_the_end, ("::1", 0), socket.AF_INET6)
    for host, source in (("::1", "[::1]"), ("[::1]", "[::1]")):
        records, _, _, _ = run(host=host, port=server.port)
        got = [(r["kind"], r["source"], r["remote"]) for r in records]
        tap.equal(got, [("accepted", f"{source}:{server.port}", "::1")], f"IPv6: {host}")
    records, _, _, _ = run(host="localhost", port=server.port, family=1)
    tap.equal(records[0].get("local_error"), "refused", "IPv4 only")
    server.close()
    server = Server(talk_in_the_end)
    records, session, _, _ = run(host="localhost", port=server.port)
    tap.ok(records[0]["kind"] == "accepted" and session["address"] == "127.0.0.1",
           "the address that works is found", session)  # fmt: skip
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
    records, session, _, _ = run(unix=f"{directory}/none", lmtp=1)
    tap.equal([r["local_error"] for r in records], ["refused"], "nobody at the socket")
    records, session, _, _ = run(unix="/" + "x" * 200, lmtp=1)
    tap.equal([r["local_error"] for r in records], ["local"], "a path too long for a socket")


# ---- messages ----


def check_messages(tap, server_context, ca):
    wanted = ["Subject: 0"] + [f"..line {i}" for i in range(1, 60000)]
    kept = {}

    def slowly(c):
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        time.sleep(0.3)
        kept["lines"] = c.message()
        c.send("250 2.0.0 queued as 4XyZ")
        c.expect("QUIT")
        c.send("221 bye")

    Case(tap, "a long message to a slow server", slowly, lines=60000).record(**ACCEPTED)
    tap.ok(kept.get("lines") == wanted, "it arrived as it is")
    kept.clear()

    def under_tls(c):
        c.greet("STARTTLS")
        c.starttls(server_context)
        c.ehlo("8BITMIME")
        slowly_rest(c)

    def slowly_rest(c):
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        time.sleep(0.3)
        kept["lines"] = c.message()
        c.send("250 2.0.0 queued as 4XyZ")
        c.expect("QUIT")
        c.send("221 bye")

    case = Case(tap, "the same under TLS", under_tls, host="localhost", lines=60000, ca=ca)
    case.record(**ACCEPTED)
    tap.ok(kept.get("lines") == wanted, "it arrived as it is")

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

    def die_in_data(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        c.sock.recv(1000)
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    Case(tap, "reset in the middle of the message", die_in_data, lines=500000).record(
        kind="delayed", local_error="closed"
    )

    def patient(c):
        c.greet()
        c.take_mail()

    Case(tap, "a message that cannot be read", patient, lines=200000, read_fails=1).record(
        kind="delayed", local_error="cancelled"
    )


# ---- TLS ----


def check_certificates(tap, authority, directory):
    right = authority.certificate("right", "DNS:localhost,IP:127.0.0.1")
    wrong = authority.certificate("wrong", "DNS:other.example.com,DNS:*.local")
    expired = authority.certificate("expired", "DNS:localhost", days=-1)
    own = authority.certificate("own", "DNS:localhost", own=True)
    nameless = authority.certificate("nameless", None, subject="/CN=localhost")

    def offer(certificate, **options):
        def script(c):
            c.greet("STARTTLS")
            c.starttls(context(certificate, **options))
            c.ehlo("8BITMIME")
            c.take_mail()

        return script

    def implicit(certificate, **options):
        def script(c):
            c.tls(context(certificate, **options))
            c.greet("8BITMIME")
            c.take_mail()

        return script

    for kind, script, tls in (("STARTTLS", offer, REQUIRED), ("implicit", implicit, IMPLICIT)):
        command = "STARTTLS" if tls == REQUIRED else "CONNECT"
        failed = {"kind": "delayed", "local_error": "tls", "reason": "tls", "command": command}
        ca = {"ca": authority.ca, "tls": tls, "host": "localhost"}
        names = []
        Case(tap, f"{kind}: right", script(right, names=names), **ca).record(**ACCEPTED).has(
            established=1, verified=1, problem=None, version="TLSv1.3", tls_name="localhost",
            subject="CN=right", issuer="CN=Throw-away CA", names=["localhost", "127.0.0.1"],
        )  # fmt: skip
        tap.equal(names, ["localhost"], f"{kind}: the server is told the name")
        Case(tap, f"{kind}: wrong name", script(wrong), **ca).record(**failed).says(
            "the certificate for localhost is not valid"
        ).has(established=0, verified=0, names=["other.example.com", "*.local"], opened=0)
        Case(tap, f"{kind}: expired", script(expired), **ca).record(**failed).says(
            "certificate has expired"
        ).has(verified=0, not_before="2020-01-01T00:00:00Z", not_after="2020-02-01T00:00:00Z")
        Case(tap, f"{kind}: self-signed", script(own), **ca).record(**failed).says("self-signed")
        Case(tap, f"{kind}: name in the subject only", script(nameless), **ca).record(**failed)
        unknown = {key: value for key, value in ca.items() if key != "ca"}
        Case(tap, f"{kind}: unknown authority", script(right), **unknown).record(**failed)
        Case(tap, f"{kind}: not verified as asked for", script(wrong), no_verify=1, **ca).record(
            **ACCEPTED
        ).has(established=1, verified=0, problem="hostname mismatch")
        names.clear()
        address = {**ca, "host": "127.0.0.1"}
        Case(tap, f"{kind}: an address", script(right, names=names), **address).record(**ACCEPTED)
        tap.equal(names, [None], f"{kind}: an address is not told (RFC 6066 3)")
        Case(tap, f"{kind}: another name asked for", script(wrong), tls_name="other.example.com",
             **ca).record(**ACCEPTED)  # fmt: skip
        Case(tap, f"{kind}: the root's dot", script(right), tls_name="localhost.", **ca).record(
            **ACCEPTED
        )
        old = script(right, maximum=ssl.TLSVersion.TLSv1_2)
        Case(tap, f"{kind}: TLS 1.2", old, **ca).record(**ACCEPTED).has(version="TLSv1.2")
        Case(tap, f"{kind}: TLS 1.3 at least", old, tls13=1, **ca).record(**failed).says(
            "protocol version"
        )
        no_file = {**ca, "ca": f"{directory}/none.pem"}
        Case(tap, f"{kind}: no such file", script(right), **no_file).record(**failed).says(
            "none.pem"
        )
    return right


def check_ca_directory(tap, authority, right, directory):
    where = pathlib.Path(directory) / "trusted"
    where.mkdir()
    shutil.copy(authority.ca, where / "ca.pem")
    subprocess.run(["openssl", "rehash", str(where)], check=True, capture_output=True)

    def script(c):
        c.tls(context(right))
        c.greet()
        c.take_mail()

    Case(tap, "a directory of certificates", script, ca_directory=str(where), tls=IMPLICIT,
         host="localhost").record(**ACCEPTED)  # fmt: skip


def check_client_certificate(tap, authority, right):
    client = authority.certificate("client", None)
    locked = authority.certificate("locked", None, password="of the key")
    seen = []

    def script(c):
        c.tls(context(right, client_ca=authority.ca))
        seen.append(dict(part[0] for part in c.sock.getpeercert()["subject"])["commonName"])
        c.greet("AUTH PLAIN EXTERNAL")
        if "AUTH" in seen:
            c.send("235 welcome" if authenticate(c, "", "") else "535 no")
        c.take_mail()

    base = {"ca": authority.ca, "tls": IMPLICIT, "host": "localhost"}
    Case(tap, "client certificate", script, certificate=client, **base).record(**ACCEPTED)
    Case(tap, "client key with a password", script, certificate=locked,
         key_password="of the key", **base).record(**ACCEPTED)  # fmt: skip
    tap.equal(seen, ["client", "locked"], "the server sees them")
    case = Case(tap, "the wrong password", script, certificate=locked, key_password="x", **base)
    case.record(local_error="tls").says("locked.pem")
    case = Case(tap, "no password", script, certificate=locked, **base)
    case.record(local_error="tls")
    Case(tap, "none given", script, **base).record(kind="delayed")
    seen.append("AUTH")
    Case(tap, "EXTERNAL", script, certificate=client, auth=1, **base).record(**ACCEPTED).has(
        mechanism="EXTERNAL"
    )


def check_hostile_names(tap, authority):
    evil = authority.certificate("evil", "DNS:localhost", subject="/CN=a\x1b[31mb\u00fc")

    def script(c):
        c.tls(context(evil))
        c.greet()
        c.take_mail()

    case = Case(tap, "control characters in a name", script, ca=authority.ca, tls=IMPLICIT,
                host="localhost")  # fmt: skip
    subject = case.session.get("subject") or ""
    tap.equal(subject, "CN=a\\1B[31mb\u00fc", "are escaped, and UTF-8 is not")


def check_starttls(tap, authority, right):
    ca = {"ca": authority.ca, "host": "localhost"}
    words = []

    def without(c):
        c.greet("8BITMIME")
        words.append(c.line())
        c.send("221 bye")

    failed = {"kind": "delayed", "local_error": "tls", "code": None}
    Case(tap, "TLS required and not offered", without, tls=REQUIRED, **ca).record(**failed)
    tap.equal(words, ["QUIT"], "nothing is sent in clear text")

    def refuses(c):
        c.greet("STARTTLS")
        c.expect("STARTTLS")
        c.send("454 4.7.0 not now")
        words.append(c.line())
        c.send("221 bye")

    words.clear()
    case = Case(tap, "TLS required and refused", refuses, tls=REQUIRED, **ca)
    tap.ok(case.records[0]["kind"] == "delayed" and words == ["QUIT"], "no mail goes", words)

    def plain(c):
        c.greet("8BITMIME")
        c.take_mail()

    Case(tap, "TLS where it is offered: it is not", plain, **ca).record(**ACCEPTED).has(tls=0)

    def offered(c):
        c.greet("STARTTLS")
        c.take_mail()

    Case(tap, "TLS off", offered, tls=OFF, **ca).record(**ACCEPTED).has(tls=0)

    def cut(c):
        c.greet("STARTTLS")
        c.expect("STARTTLS")
        c.send("220 go ahead")
        c.sock.recv(10)

    for tls in (OPPORTUNISTIC, REQUIRED):
        Case(tap, f"the handshake is cut ({tls})", cut, tls=tls, **ca).record(**failed).says(
            "closed the connection in the TLS handshake"
        )

    def garbage(c):
        c.greet("STARTTLS")
        c.expect("STARTTLS")
        c.send("220 go ahead")
        c.sock.recv(10)
        c.raw(b"500 what is that?\r\n" * 20)
        c.sock.recv(1000)

    Case(tap, "garbage in the handshake", garbage, tls=REQUIRED, **ca).record(**failed)

    def silence(c):
        c.greet("STARTTLS")
        c.expect("STARTTLS")
        c.send("220 go ahead")
        c.silence()

    case = Case(tap, "silence in the handshake", silence, tls=REQUIRED, timeout=500, **ca)
    case.record(kind="delayed", local_error="timeout")
    tap.ok(case.took < 2.9, "it does not wait longer", case.took)

    def implicit_silence(c):
        c.silence()

    case = Case(tap, "silence before the greeting", implicit_silence, tls=IMPLICIT, timeout=500, **ca)
    case.record(kind="delayed", local_error="timeout")

    def inject(c):
        c.greet("STARTTLS")
        c.expect("STARTTLS")
        c.raw(b"220 go ahead\r\n250 injected\r\n")
        c.tls(context(right))
        c.ehlo()
        c.take_mail()

    Case(tap, "injected before TLS", inject, tls=REQUIRED, **ca).record(
        kind="delayed", local_error="protocol-violation"
    )

    def truncate(c):
        c.greet("STARTTLS")
        c.starttls(context(right))
        c.ehlo()
        c.line()
        os.close(os.dup(c.sock.fileno()))
        c.sock.shutdown(socket.SHUT_RDWR)

    Case(tap, "cut under TLS", truncate, tls=REQUIRED, **ca).record(
        kind="delayed", local_error="closed"
    )


# ---- authentication ----

USER, PASSWORD, TOKEN = "ursel@example.com", "grün-1234", "ya29.token-of-the-test"


def secrets():
    """How the secrets could show up anywhere."""
    forms = [PASSWORD, TOKEN, encode(PASSWORD), encode(f"\0{USER}\0{PASSWORD}")]
    forms += [encode(f"user={USER}\1auth=Bearer {TOKEN}\1\1"), encode(TOKEN)[:20]]
    return forms


def check_auth(tap, authority, right):
    tls = {"ca": authority.ca, "host": "localhost", "tls": REQUIRED, "auth": 1, "transcript": 1}
    password = {"user": USER, "password": PASSWORD, **tls}

    def server(*offered, after=authenticate):
        def script(c):
            c.greet("STARTTLS")
            c.starttls(context(right))
            c.ehlo("AUTH " + " ".join(offered), "8BITMIME")
            right_one = after(c, USER, PASSWORD)
            c.send("235 2.7.0 welcome" if right_one else "535 5.7.8 no such user or password")
            c.take_mail()

        return script

    for mechanism in ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"):
        case = Case(tap, mechanism, server(mechanism), **password)
        case.record(**ACCEPTED).has(mechanism=mechanism, opened=1)
        hidden = not any(secret in case.transcript for secret in secrets())
        tap.ok(hidden and "AUTH" in case.transcript, "no secret in the transcript", case.transcript)
        wrong = {**password, "password": "wrong-9876"}
        case = Case(tap, f"{mechanism}, wrong password", server(mechanism), **wrong)
        case.record(kind="failed", code=535, command="AUTH", reason="client-auth").has(opened=0)
        shown = case.transcript + json.dumps(case.records) + json.dumps(case.session)
        tap.ok("wrong-9876" not in shown and encode("wrong-9876") not in shown, "not shown")

    offered = ["LOGIN", "PLAIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]
    Case(tap, "the strongest", server(*offered), **password).has(mechanism="SCRAM-SHA-256")
    Case(tap, "one asked for", server(*offered), mechanism="LOGIN", **password).record(
        **ACCEPTED
    ).has(mechanism="LOGIN")
    Case(tap, "one not offered", server("PLAIN"), mechanism="CRAM-MD5", **password).record(
        kind="delayed", local_error="sasl", reason="client-auth", command="AUTH"
    ).says("CRAM-MD5")
    Case(tap, "none that fits", server("PLAIN"), auth=1, user=USER, token=TOKEN,
         ca=authority.ca, host="localhost", tls=REQUIRED).record(local_error="sasl").has(opened=0)  # fmt: skip
    check_scram(tap, server, password)
    check_tokens(tap, server, tls)
    check_clear(tap, password)


def check_scram(tap, server, password):
    def lie(c, user, secret):
        words = c.expect("AUTH").split()
        return scram(c, decode(words[2]), user, secret, lie=True)

    case = Case(tap, "SCRAM: a server that cannot prove itself", server("SCRAM-SHA-256", after=lie),
                **password)  # fmt: skip
    case.record(kind="delayed", local_error="sasl", code=None)

    def early(c, user, secret):
        c.expect("AUTH")
        return True

    case = Case(tap, "SCRAM: yes without proof", server("SCRAM-SHA-256", after=early), **password)
    case.record(kind="delayed", local_error="sasl").says("has not proved")

    def nonsense(c, user, secret):
        c.expect("AUTH")
        ask(c, "r=short,s=x,i=0")
        return True

    case = Case(tap, "SCRAM: nonsense", server("SCRAM-SHA-256", after=nonsense), **password)
    case.record(kind="delayed", local_error="sasl")


def check_tokens(tap, server, tls):
    seen = {}

    def take(c, user, secret):
        words = c.expect("AUTH").split()
        seen["message"] = decode(words[2])
        return True

    def complain(c, user, secret):
        c.expect("AUTH")
        seen["answer"] = ask(c, '{"status":"invalid_token"}')
        return False

    token = {"user": USER, "token": TOKEN, **tls}
    for mechanism, start, answer in (
        ("OAUTHBEARER", f"n,a={USER},\1host=localhost\1port=".encode(), b"\1"),
        ("XOAUTH2", f"user={USER}\1auth=Bearer {TOKEN}\1\1".encode(), b""),
    ):
        case = Case(tap, mechanism, server(mechanism, after=take), **token).record(**ACCEPTED)
        case.has(mechanism=mechanism)
        tap.ok(seen["message"].startswith(start), "its message", seen["message"])
        hidden = not any(secret in case.transcript for secret in secrets())
        tap.ok(hidden, "no secret in the transcript", case.transcript)
        case = Case(tap, f"{mechanism}, refused", server(mechanism, after=complain), **token)
        case.record(kind="failed", code=535, command="AUTH")
        tap.equal(seen.get("answer"), answer, "the complaint is answered")


def check_clear(tap, password):
    def clear(c):
        c.greet("AUTH PLAIN LOGIN")
        line = c.line()
        if line.startswith("AUTH"):
            c.send("235 welcome")
            c.take_mail()
        else:
            c.send("221 bye")

    off = {**password, "tls": OFF}
    Case(tap, "no secret in clear text", clear, **off).record(
        kind="delayed", local_error="sasl"
    ).says("without TLS")
    Case(tap, "unless it is asked for", clear, allow_clear=1, **off).record(**ACCEPTED)


# ---- time ----


def check_time(tap):
    def silent(c):
        c.silence()

    case = Case(tap, "no greeting", silent, timeout=400)
    case.record(kind="delayed", command="CONNECT", local_error="timeout", text=None)
    tap.ok(case.took < 2.5, "the deadline holds", case.took)
    case = Case(tap, "cancelled", silent, cancel_ms=300)
    case.record(local_error="cancelled", command="CONNECT", text=None)
    tap.ok(case.took < 2.5, "at once", case.took)

    def drip(c):
        c.raw(b"220-")
        while True:
            time.sleep(0.05)
            c.raw(b"x")

    case = Case(tap, "a greeting in drops", drip, timeout=500)
    case.record(kind="delayed", local_error="timeout")
    tap.ok(case.took < 2.5, "drops do not put the deadline off", case.took)

    def behind_the_dot(c):
        c.greet()
        for answer in ("250 ok", "250 ok", "354 go on"):
            c.line()
            c.send(answer)
        c.message()
        c.silence()

    Case(tap, "no answer to the dot", behind_the_dot, timeout=500).record(
        kind="in-doubt", command="EOM", local_error="timeout"
    )
    Case(tap, "cancelled behind the dot", behind_the_dot, cancel_ms=500).record(
        kind="in-doubt", command="EOM", local_error="cancelled"
    )


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as directory:
        check_records(tap)
        check_connecting(tap)
        check_unix(tap, directory)
        check_time(tap)
        if not shutil.which("openssl"):
            tap.skip("TLS and authentication", "no command openssl to make certificates with")
            return tap.finish()
        authority = Authority(directory)
        right = check_certificates(tap, authority, directory)
        check_ca_directory(tap, authority, right, directory)
        check_client_certificate(tap, authority, right)
        check_hostile_names(tap, authority)
        check_starttls(tap, authority, right)
        check_messages(tap, context(right), authority.ca)
        check_auth(tap, authority, right)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
