#!/usr/bin/env python3
"""Sessions under TLS: certificates of every kind, STARTTLS and what can go wrong with it, implicit TLS.

Usage: net_tls_test.py NET_SESSION
"""

import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

from net_case import ACCEPTED, IMPLICIT, OFF, OPPORTUNISTIC, REQUIRED, Case
from net_server import Authority, authenticate, context
from tap import Tap


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
    evil = authority.certificate("evil", "DNS:localhost,DNS:a\x1b[31mb\x7f", subject="/CN=a\x1b[31mb\u00fc")

    def script(c):
        c.tls(context(evil))
        c.greet()
        c.take_mail()

    case = Case(tap, "control characters in a name", script, ca=authority.ca, tls=IMPLICIT,
                host="localhost")  # fmt: skip
    subject = case.session.get("subject") or ""
    tap.equal(subject, "CN=a\\1B[31mb\u00fc", "are escaped, and UTF-8 is not")
    tap.equal(case.session.get("names"), ["localhost", "a\\x1B[31mb\\x7F"], "also in other names")


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

    case = Case(tap, "silence in the handshake", silence, tls=REQUIRED, timeout=2000, **ca)
    case.record(kind="delayed", local_error="timeout")
    tap.ok(case.took < 10, "it does not wait longer", case.took)

    def implicit_silence(c):
        c.silence()

    case = Case(tap, "silence before the greeting", implicit_silence, tls=IMPLICIT, timeout=2000, **ca)
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
        c.sock.shutdown(socket.SHUT_RDWR)

    Case(tap, "cut under TLS", truncate, tls=REQUIRED, **ca).record(
        kind="delayed", local_error="closed"
    )


def main():
    tap = Tap()
    if not shutil.which("openssl"):
        tap.skip("TLS", "no command openssl to make certificates with")
        return tap.finish()
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(directory)
        right = check_certificates(tap, authority, directory)
        check_ca_directory(tap, authority, right, directory)
        check_client_certificate(tap, authority, right)
        check_hostile_names(tap, authority)
        check_starttls(tap, authority, right)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
