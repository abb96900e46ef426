#!/usr/bin/env python3
"""Authentication over a session: every mechanism, refusals, servers that lie, and secrets, which appear
nowhere.

Usage: net_auth_test.py NET_SESSION
"""

import json
import shutil
import sys
import tempfile

from net_case import ACCEPTED, OFF, REQUIRED, Case, run
from net_server import Authority, Server, ask, authenticate, context, decode, encode, scram
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


# ---- memory ----


SECRET = "secret-4711-of-the-test"  # a password, or a token, and so without letters beyond ASCII


def left_in_memory(port, ca, mechanism, lines, **options):
    """What the client finds of its secrets in its own memory when it is done; nothing else if it failed."""
    words = {"ca": ca, "host": "localhost", "port": port, "tls": REQUIRED, "auth": 1, "user": USER,
             "mechanism": mechanism, "secrets": 1, "timeout": 5000, **options}  # fmt: skip
    records, _, errors, _ = run(input="\n".join(lines) + "\n", **words)
    return errors.strip() if records and records[0]["kind"] == "accepted" else str(records)


def check_memory(tap, authority, right):
    server_side = context(right)
    messages = {
        "PLAIN": f"\0{USER}\0{SECRET}",
        "LOGIN": SECRET,
        "XOAUTH2": f"user={USER}\1auth=Bearer {SECRET}\1\1",
        "OAUTHBEARER": None,
        "CRAM-MD5": None,
        "SCRAM-SHA-256": None,
    }
    for mechanism, message in messages.items():
        is_token = mechanism in ("XOAUTH2", "OAUTHBEARER")

        def script(c, mechanism=mechanism, is_token=is_token):
            c.greet("STARTTLS")
            c.starttls(server_side)
            c.ehlo(f"AUTH {mechanism}")
            right_one = c.expect("AUTH") if is_token else authenticate(c, USER, SECRET)
            c.send("235 welcome" if right_one else "535 no")
            c.take_mail()

        server = Server(script)
        lines = [SECRET, encode(message)[:-4]] if message else [SECRET]
        token = {"token": "comes-later"} if is_token else {}
        found = left_in_memory(server.port, authority.ca, mechanism, lines, **token)
        server.close()
        name = f"{mechanism}: no secret is left in memory"
        if "not looked for" in found:
            tap.skip(name, "needs /proc, and no address sanitizer")
        else:
            tap.equal(found, "secrets: 0", name)


def check_allocations(tap, authority, right):
    """Each allocation fails once: there is an error or a true record, and nothing leaks."""
    server_side = context(right)

    def script(c):
        c.greet("STARTTLS")
        c.starttls(server_side)
        c.ehlo("AUTH SCRAM-SHA-256")
        c.send("235 welcome" if authenticate(c, USER, PASSWORD) else "535 no")
        c.take_mail()

    options = {"ca": authority.ca, "host": "localhost", "tls": REQUIRED, "auth": 1, "user": USER,
               "password": PASSWORD, "transcript": 1, "timeout": 5000}  # fmt: skip
    server = Server(script)
    wrong, allocations, nth = [], 1, 0
    while nth <= allocations and nth < 1000:
        records, session, _, _ = run(port=server.port, fail=nth, **options)
        allocations = session.get("allocations", 0) if nth == 0 else allocations
        fine = session.get("error") == -1001 or (records and records[0]["kind"] != "failed")
        if "crashed" in session or not fine or (nth == 0 and records[0]["kind"] != "accepted"):
            wrong.append(f"{nth}: {records} {session}")
        nth += 1
    server.close()
    tap.ok(nth > 10, "allocations were counted", allocations)
    tap.ok(not wrong, f"each of {allocations} allocations may fail", "\n".join(wrong))


def main():
    tap = Tap()
    if not shutil.which("openssl"):
        tap.skip("authentication", "no command openssl to make certificates with")
        return tap.finish()
    with tempfile.TemporaryDirectory() as directory:
        authority = Authority(directory)
        right = authority.certificate("right", "DNS:localhost")
        check_auth(tap, authority, right)
        check_memory(tap, authority, right)
        check_allocations(tap, authority, right)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
