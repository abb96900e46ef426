"""Harvests one server: sets it up, gives it the mails of its situations, waits, and writes what came
back as cases. Called by scripts/harvest.sh, which fetches the server and gives the run its namespaces.

    python3 tests/harvest/run.py --names             the servers that come from Debian
    python3 tests/harvest/run.py --packages NAME     the packages of one
    python3 tests/harvest/run.py --npm NAME          its package in the npm registry, and the date of that, or nothing
    python3 tests/harvest/run.py NAME DIRECTORY CASES   DIRECTORY/root holds the unpacked packages
"""
import socket
import sys
import time
from email.header import Header
from email.utils import formatdate

import cases
import dns
import farend
import servers
import situations
import world


def make_zone():
    zone = dns.Zone(failing=(situations.FAILING,))
    for host in situations.HOSTS:
        zone.address(host.name, host.address)
        for domain in host.domains:
            if domain != host.name:
                zone.mx(domain, host.preference, host.name)
    zone.address(situations.HOSTNAME, situations.ADDRESS)
    zone.mx(situations.DOMAIN, 10, situations.HOSTNAME)
    zone.address("client.example.net", STRANGER)
    zone.address("localhost", "127.0.0.1")
    zone.mx(situations.NULL_MX, 0, "")
    zone.mx(situations.LAME, 10, "gone." + situations.LAME)
    return zone


def compose(situation):
    """The mail of a situation, as its sender would write it."""
    subject = situation.subject
    if not subject.isascii():
        subject = subject if situation.smtputf8 else Header(subject, "utf-8").encode()
    name = situation.sender.partition("@")[0]
    text = situation.headers + (
        "From: %s <%s>\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s.1@%s>\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nGood morning,\n\n%s%s\n" % (
            name.capitalize(), situation.sender, ", ".join(situation.recipients), subject, formatdate(),
            name, situations.HOSTNAME, situation.body, name.capitalize()))
    return text.replace("\n", "\r\n").encode("utf-8")


STRANGER = "192.0.2.66"
STRANGERS = (
    ("spam@example.com", "someone@example.com"),
    ("news@no-such-name.example.net", "nobody-home@example.org"),
    ("news@example.com", "x..y@example.org"),
)


def knock(port):
    """A stranger from outside tries the server; what it answered is the truth for its log."""
    refusals = []
    for sender, recipient in STRANGERS:
        with socket.create_connection((situations.ADDRESS, port), 10, (STRANGER, 0)) as sock:
            stream = sock.makefile("rwb")

            def ask(line):
                if line:
                    stream.write(line.encode() + b"\r\n")
                    stream.flush()
                lines = []
                while True:
                    lines.append(stream.readline().decode("utf-8", "replace").rstrip("\r\n"))
                    if lines[-1][3:4] != "-":
                        return "\n".join(lines)

            for command in ("", "EHLO client.example.net", "MAIL FROM:<%s>" % sender, "RCPT TO:<%s>" % recipient):
                reply = ask(command)
                if reply[:1] not in "23":
                    refusals.append({"sender": sender, "recipient": recipient if command.startswith("RCPT") else None,
                                     "command": command[:4] or "CONNECT",
                                     "reply": reply, "remote": STRANGER})
                    break
            ask("QUIT")
    return refusals


def submit_all(server):
    """Gives the server its mails; the queue ids by situation, and what it would not take."""
    taken = {}
    for situation in server.situations:
        try:
            taken[situation] = server.submit(situation, compose(situation))
        except servers.Refused as refusal:
            try:
                taken[situation] = server.submit_by_command(situation, compose(situation).replace(b"\r", b""))
            except servers.Refused as again:
                print("  %s: not taken: %s; %s" % (situation.name, refusal, again))
    return taken


def watch(server):
    end = time.monotonic() + server.seconds
    while time.monotonic() < end:
        time.sleep(1)
        server.tick()


def harvest(name, directory, target):
    world.bring_up_loopback()
    socket.sethostname(situations.HOSTNAME)
    dns.start(make_zone())
    by_sender = {s.sender: s for s in situations.SITUATIONS}
    journal = farend.start(situations.HOSTS, by_sender)
    kind = servers.load(name)
    server = kind(world.World(directory, kind.accounts), journal)
    try:
        server.configure()
        server.start()
        if server.port:
            world.wait_for_port(server.port)
        strangers = knock(server.port) if server.port and server.strangers else []
        taken = submit_all(server)
        watch(server)
        server.stop()
        if journal.faults:
            raise RuntimeError("the far end failed: " + "; ".join(sorted(set(journal.faults))))
        cases.write(name, server, taken, strangers, target)
    except Exception:
        sys.stderr.write(server.last_words())
        raise
    finally:
        server.stop()


def main(arguments):
    if arguments == ["--names"]:
        print("\n".join(servers.names()))
    elif len(arguments) == 2 and arguments[0] == "--packages":
        print(" ".join(servers.COMMON + servers.load(arguments[1]).packages))
    elif len(arguments) == 2 and arguments[0] == "--npm":
        server = servers.load(arguments[1])
        print(server.npm + " " + server.npm_before if server.npm else "")
    elif len(arguments) == 3:
        harvest(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
