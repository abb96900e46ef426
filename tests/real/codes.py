"""Every reply code of the enumeration is seen to come out of a session: from a real server where one
sent it, else from the scripted one.

    python3 tests/real/codes.py COMMAND FILE...   the TAP files of run.py, which name the codes seen
"""
import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from smtp_server import EHLO, Server
from tap import Tap

# What a scripted server is told to answer, and to what, for each code that no real server was seen to send.
SENDER = "s@example.org"
COMMANDS = {211: "VRFY", 214: "VRFY", 251: "RCPT", 252: "VRFY", 432: "AUTH", 454: "STARTTLS", 504: "AUTH",
            534: "AUTH", 538: "AUTH", 235: "AUTH", 334: "AUTH", 354: "DATA", 220: "GREETING", 221: "QUIT",
            530: "MAIL", 535: "AUTH", 421: "MAIL", 501: "MAIL", 502: "VRFY", 503: "MAIL", 500: "VRFY"}


def members(command):
    """The three-digit codes of the enumeration, with their names."""
    done = subprocess.run([command, "list", "codes", "--format", "jsonl"], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["code"]: row["name"] for row in rows if row.get("standing") == "enumeration" and row["code"] > 0}


def seen(files):
    """{code: servers that sent it}"""
    found = {}
    for path in files:
        for name, codes in re.findall(r"^# codes from (\S+): (.*)$", pathlib.Path(path).read_text(), re.MULTILINE):
            for code in codes.split():
                found.setdefault(int(code), []).append(name)
    return found


def scripted(command, code):
    """The records of a probe or a send at a server that gives this code."""
    where = COMMANDS.get(code, "RCPT")
    replies = {where: "%d Said so" % code}
    extensions = EHLO + ("AUTH PLAIN",) + (("STARTTLS",) if where == "STARTTLS" else ())
    with Server(replies, extensions=extensions) as server:
        words = [command, "probe", "127.0.0.1:%d" % server.port, "--format", "jsonl", "--from", SENDER,
                 "--to", "a@example.com", "--vrfy", "a@example.com"]
        if where == "AUTH":
            words += ["--user", "ada", "--password-env", "SECRET", "--auth-clear", "--tls", "off"]
        if where == "DATA":
            words = [command, "send", "--server", "127.0.0.1:%d" % server.port, "--format", "jsonl", "--from", SENDER,
                     "--to", "a@example.com", "--transcript", "-", "--subject", "x"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60,
                              env={"PATH": os.environ["PATH"], "SECRET": "x"})
    codes = [json.loads(line).get("code") for line in done.stdout.splitlines() if line.startswith("{")]
    return codes + [int(x) for x in re.findall(r"S: (\d{3})", done.stderr)], done.stdout + done.stderr


def main(command, *files):
    tap = Tap()
    real = seen(files)
    for code, name in sorted(members(command).items()):
        if code in real:
            tap.ok(True, "%d %s: %s" % (code, name, ", ".join(sorted(set(real[code])))))
        else:
            codes, output = scripted(command, code)
            tap.ok(code in codes, "%d %s: scripted" % (code, name), output)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
