"""The scripted next hop: SMTP and LMTP servers (RFC 5321, 2033, 3030) that do to each mail what the
table in situations.py says, and keep a journal of what they did. Of the mail only what has no sender is
kept: that is how the reports of a server come back that delivers nothing itself.

Which situation a mail belongs to is told by its envelope sender: each situation has its own.
"""
import asyncio
import re
import threading
import time


class Journal:
    """What was answered, in order: the truth of a run."""

    def __init__(self):
        self.events = []
        self.refusals = {}
        self.faults = []
        self.reports = {}

    def note(self, host, sender, recipient, command, reply):
        self.events.append({
            "at": time.time(), "host": host, "sender": sender, "recipient": recipient,
            "command": command, "reply": reply,
        })


class Closed(Exception):
    """The script says: cut the connection here."""


class Session:
    """One connection. `host` says how this far end behaves whoever writes, the situation the rest."""

    def __init__(self, host, situations, journal, reader, writer):
        self.host, self.situations, self.journal = host, situations, journal
        self.reader, self.writer = reader, writer
        self.situation = None
        self.forget()

    def forget(self):
        self.sender, self.recipients = None, []

    async def send(self, reply):
        self.writer.write(b"".join(line.encode("latin-1" if self.host.latin1 else "utf-8") + b"\r\n"
                                   for line in reply.split("\n")))
        await self.writer.drain()

    def scripted(self, at, recipient=None):
        """The reply that the table holds for this stage, or None: go on."""
        if self.situation is None:
            return None
        for fate in self.situation.fates:
            if fate.at != at or recipient not in (None, fate.recipient):
                continue
            if fate.host not in (None, self.host.name):
                continue
            if fate.after is None:
                return fate.reply
            key = (self.sender, fate.recipient)
            self.journal.refusals[key] = self.journal.refusals.get(key, 0) + 1
            if self.journal.refusals[key] <= fate.after:
                return fate.reply
        return None

    async def answer(self, command, reply, recipient=None):
        """Sends a reply and notes it; "CUT" as the reply ends the connection without one."""
        for each in [recipient] if recipient else self.recipients or [None]:
            self.journal.note(self.host.name, self.sender, each, command, reply)
        if reply == "CUT":
            raise Closed
        await self.send(reply.format(recipient=recipient or "", sender=self.sender or ""))
        return reply[0] in "23"

    async def run(self):
        try:
            if self.host.greeting == "SILENT":
                await self.reader.read()
                return
            await self.send(self.host.greeting)
            if self.host.greeting.startswith("421"):
                return
            while line := await self.reader.readline():
                verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
                if not await self.obey(verb.upper(), rest):
                    break
        except (Closed, ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            self.writer.close()

    async def obey(self, verb, rest):
        if self.host.greeting[0] == "5" and verb != "QUIT":
            await self.send("503 5.5.1 Bad sequence of commands")
            return True
        handler = getattr(self, "on_" + verb.lower(), None)
        if handler is None or verb in self.host.lacks:
            await self.send("500 5.5.2 Error: command not recognized"
                            if self.host.extensions else "500 Command unrecognized")
            return True
        return await handler(rest) is not False

    async def on_ehlo(self, _):
        lines = [self.host.name] + list(self.host.extensions)
        await self.send("\n".join("250-" + line for line in lines[:-1])
                        + ("\n" if lines[1:] else "") + "250 " + lines[-1])

    on_lhlo = on_ehlo

    async def on_helo(self, _):
        await self.send("250 " + self.host.name)

    async def on_starttls(self, _):
        await self.send(self.host.starttls)

    async def on_noop(self, _):
        await self.send("250 2.0.0 Ok")

    async def on_rset(self, _):
        self.forget()
        await self.send("250 2.0.0 Ok")

    async def on_quit(self, _):
        await self.send("221 2.0.0 Bye")
        return False

    async def on_mail(self, rest):
        self.forget()
        self.sender = re.sub(r"(?i)^from:\s*<([^>]*)>.*", r"\1", rest)
        self.situation = self.situations.get(self.sender)
        reply = self.scripted("MAIL")
        await self.answer("MAIL", reply or "250 2.1.0 Ok")
        if reply:
            self.forget()

    async def on_rcpt(self, rest):
        recipient = re.sub(r"(?i)^to:\s*<([^>]*)>.*", r"\1", rest)
        if self.sender is None:
            await self.send("503 5.5.1 Error: need MAIL command")
            return
        reply = self.scripted("RCPT", recipient)
        if await self.answer("RCPT", reply or "250 2.1.5 Ok", recipient):
            self.recipients.append(recipient)

    async def on_data(self, _):
        if not self.recipients:
            await self.send("554 5.5.1 Error: no valid recipients")
            return
        reply = self.scripted("DATA")
        if reply:
            await self.answer("DATA", reply)
            self.forget()
            return
        await self.send("354 End data with <CR><LF>.<CR><LF>")
        lines = []
        while (line := await self.reader.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.keep(b"".join(lines))
        await self.end_of_message()

    async def on_bdat(self, rest):
        size, _, last = rest.partition(" ")
        self.keep(await self.reader.readexactly(int(size)))
        if last.upper() == "LAST":
            await self.end_of_message()
        else:
            await self.send("250 2.0.0 Ok")

    def keep(self, message):
        if self.sender == "":
            for recipient in self.recipients:
                reports = self.journal.reports.setdefault(recipient.partition("@")[0], [])
                reports.append(message.replace(b"\r\n", b"\n"))

    async def end_of_message(self):
        queued = "250 2.0.0 Ok: queued as 4Xf%03dQ" % (len(self.journal.events) % 1000)
        if self.host.lmtp:
            for recipient in list(self.recipients):
                reply = self.scripted("EOM", recipient)
                await self.answer("EOM", reply or queued, recipient)
        else:
            reply = None
            for recipient in self.recipients:
                reply = reply or self.scripted("EOM", recipient)
            await self.answer("EOM", reply or queued)
        self.forget()


async def serve(hosts, situations, journal):
    for host in hosts:
        if host.greeting is None:
            continue

        async def connected(reader, writer, host=host):
            try:
                await Session(host, situations, journal, reader, writer).run()
            except Exception as fault:  # the run must not go on as if this were a server's doing
                journal.faults.append("%s: %r" % (host.name, fault))

        await asyncio.start_server(connected, host.address, 24 if host.lmtp else 25, limit=1 << 20)


def start(hosts, situations):
    """Starts all hosts in a thread of their own and returns the journal."""
    journal, loop, ready = Journal(), asyncio.new_event_loop(), threading.Event()

    def work():
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(hosts, situations, journal))
        ready.set()
        loop.run_forever()

    threading.Thread(target=work, daemon=True).start()
    if not ready.wait(10):
        raise RuntimeError("the far end does not start")
    return journal
