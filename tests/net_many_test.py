#!/usr/bin/env python3
"""A thousand sessions at once, in one thread and one loop (examples/many.c), to a server that kills a
tenth of them at random places: each has its true outcome. Built with sanitizers, nothing leaks.

Usage: net_many_test.py MANY
"""

import asyncio
import collections
import random
import re
import resource
import socket
import struct
import sys
import time

from tap import Tap

COUNT = 1000
SEED = int(time.time())

# Where a connection is killed, and what must come of it; None: the server does not know yet which
# session it is, and deferred is what must come of those that it never learns of.
PLACES = {
    "greeting": None,
    "EHLO": None,
    "MAIL": "deferred",
    "RCPT": "deferred",
    "DATA": "deferred",
    "body": "deferred|in-doubt",  # as much of the message as the system had taken
    "dot": "in-doubt",
    "QUIT": "accepted",
}


class Killed(Exception):
    pass


class Crowd:
    """The server: greets nobody before everybody has come."""

    def __init__(self, count, chance):
        self.count, self.chance = count, chance
        self.random = random.Random(SEED)
        self.everybody = asyncio.Event()
        self.here = 0
        self.most = 0
        self.outcomes = {}  # of the session with a number, as the server knows it
        self.killed = collections.Counter()

    async def serve(self, reader, writer):
        self.here += 1
        self.most = max(self.most, self.here)
        if self.here == self.count:
            self.everybody.set()
        place = self.random.choice(list(PLACES)) if self.random.random() < self.chance else None
        try:
            await asyncio.wait_for(self.everybody.wait(), 60)
            await self.session(reader, writer, place)
        except Killed:
            self.killed[place] += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            self.killed["by the client"] += 1
        self.here -= 1
        writer.close()

    def kill_at(self, place, here, writer):
        if place != here:
            return
        if here in ("EHLO", "MAIL", "RCPT", "DATA") and self.random.random() < 0.5:
            linger = struct.pack("ii", 1, 0)  # a reset instead of an orderly end
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise Killed

    async def session(self, reader, writer, place):
        self.kill_at(place, "greeting", writer)
        writer.write(b"220 mx.example.com ESMTP\r\n")
        number = None
        while line := await reader.readuntil(b"\r\n"):
            word = line.split()[0].upper().decode()
            if word == "MAIL":
                number = int(re.search(rb"<(\d+)-", line)[1])
                self.outcomes[number] = PLACES[place] if place else "accepted"
            self.kill_at(place, word, writer)
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                await self.message(reader, writer, place)
            elif word == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(b"250 ok\r\n")

    async def message(self, reader, writer, place):
        await reader.readuntil(b"\r\n")
        self.kill_at(place, "body", writer)
        while await reader.readuntil(b"\r\n") != b".\r\n":
            pass
        self.kill_at(place, "dot", writer)
        writer.write(b"250 2.0.0 queued\r\n")


async def run(program, count, chance):
    """What the program says of each session, what the server knows, and the program's status."""
    crowd = Crowd(count, chance)
    server = await asyncio.start_server(crowd.serve, "127.0.0.1", 0, backlog=count)
    port = server.sockets[0].getsockname()[1]
    words = [program, "127.0.0.1", str(port), str(count), "a@example.org", "b@example.com"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, stdout=pipe, stderr=pipe)
    output, errors = await process.communicate()
    server.close()
    return output.decode(), errors.decode(), process.returncode, crowd


def check(tap, output, errors, status, crowd, count):
    tap.equal((status, errors), (0, ""), "the program ends well, and nothing leaks")
    said = {}
    for line in output.splitlines():
        number, outcome, *error = line.split()
        said[int(number)] = (outcome, error[0] if error else None)
    tap.equal(len(said), count, f"each of {count} sessions has an outcome")
    tap.equal(crowd.most, count, "they were all there at once")
    wrong = []
    for number, (outcome, error) in said.items():
        true = crowd.outcomes.get(number, "deferred")
        if outcome not in true.split("|") or (outcome != "accepted") != (error == "closed"):
            wrong.append(f"{number}: {outcome} {error}, in truth {true}")
    tap.ok(not wrong, "each is the true one", "\n".join(wrong))
    print(f"# seed {SEED}, killed: {dict(crowd.killed)}")
    found = collections.Counter(outcome for outcome, _ in said.values())
    print(f"# outcomes: {dict(found)}")


def main():
    tap = Tap()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * COUNT + 100
    if soft < wanted and (hard == resource.RLIM_INFINITY or hard >= wanted):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    count = COUNT if soft >= wanted else (soft - 100) // 2
    check(tap, *asyncio.run(run(sys.argv[1], count, 0.1)), count)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
