#!/usr/bin/env python3
"""Authentication over a session: every mechanism, refusals, servers that lie, and secrets, which appear
nowhere.

Usage: net_auth_test.py NET_SESSION
"""

import json
import shutil
import sys
import tempfile

from net_case import ACCEPTED, OFF, REQUIRED, Case
from net_server import Authority, ask, authenticate, context, decode, encode, scram
from tap import Tap

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


def main():
    tap = Tap()
    if not shutil.which("openssl"):
        tap.skip("authentication", "no command openssl to make certificates with")
        return tap.finish()
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(directory)
        check_auth(tap, authority, authority.certificate("right", "DNS:localhost"))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
