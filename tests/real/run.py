"""Runs one real server and the command against it: called by scripts/test.sh through
scripts/servers.sh, which fetches the server and gives the run its namespaces.

    python3 tests/real/run.py --names             the servers
    python3 tests/real/run.py --packages NAME     the packages of one
    python3 tests/real/run.py NAME DIRECTORY COMMAND   DIRECTORY/root holds the unpacked packages; TAP
"""
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "harvest")]

import certificates
import checks
import dns
import servers
import served
import settings
import world
from tap import Tap


def name_hosts(directory):
    """In this mount namespace the server's name leads to loopback."""
    hosts = directory / "hosts"
    hosts.write_text("127.0.0.1 localhost %s other.%s\n" % (settings.HOSTNAME, settings.DOMAIN))
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)


def make_zone():
    zone = dns.Zone()
    zone.address(settings.HOSTNAME, "127.0.0.1")
    zone.address("localhost", "127.0.0.1")
    zone.mx(settings.DOMAIN, 10, settings.HOSTNAME)
    return zone


def run(name, directory, command):
    tap = Tap()
    world.bring_up_loopback()
    socket.sethostname(settings.HOSTNAME)
    dns.start(make_zone())
    made = pathlib.Path(tempfile.mkdtemp())
    certificates.make(made)
    name_hosts(made)
    kind = served.load(name)
    server = kind(world.World(directory, getattr(kind, "accounts", ())), None)
    server.made = made
    try:
        server.configure()
        server.start()
        for port in filter(None, (server.mx, server.submission, server.smtps, server.lmtp)):
            world.wait_for_port(port)
        checks.run(tap, name, server, command)
    except Exception:
        tap.ok(False, name + ": the checks came to their end", traceback.format_exc() + server.last_words())
    finally:
        server.stop()
        shutil.rmtree(made)
    return tap.finish()


def main(arguments):
    if arguments == ["--names"]:
        print("\n".join(served.names()))
    elif len(arguments) == 2 and arguments[0] == "--packages":
        print(" ".join(servers.COMMON + served.load(arguments[1]).packages))
    elif len(arguments) == 3:
        sys.exit(run(*arguments))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
