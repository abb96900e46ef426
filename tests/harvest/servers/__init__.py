"""The servers that are harvested, one a file; each file defines the class Server, derived from Base."""
import importlib
import re
import smtplib
from pathlib import Path

import situations

# What every root directory needs besides the server: a shell and the commands that its scripts call.
COMMON = ("base-files", "bash", "coreutils", "dash", "debianutils", "diffutils", "findutils", "grep", "hostname",
          "libc-bin", "login", "mawk", "netbase", "passwd", "perl-base", "sed", "util-linux")


class Base:
    """How one server is set up, started, given mail and emptied. The defaults suit most."""

    packages = ()
    npm = None              # a package of the npm registry, for a server that Debian lacks: only run when named
    accounts = ()
    situations = ()
    seconds = 30            # how long the queue is watched
    port = 25
    strangers = True        # whether clients from outside may knock at the port
    log = None              # its own log file; None: what it sent to syslog
    queue_id_pattern = r"(?!)"   # where the answer to the message shows the id; by default nowhere

    def __init__(self, world, journal):
        self.world, self.journal = world, journal

    def configure(self):
        """Writes its configuration into the root directory."""

    def start(self):
        """Starts its daemons, if it has any."""

    def stop(self):
        self.world.stop()

    def tick(self):
        """Called every second while the queue is watched."""

    def submit(self, situation, message):
        """Hands a mail over; returns the queue id where the server tells it."""
        with smtplib.SMTP("127.0.0.1", self.port, "localhost", timeout=20) as client:
            return self.hand_over(client, situation, message)

    def hand_over(self, client, situation, message):
        client.ehlo()
        refuse(*client.docmd("MAIL", "FROM:<%s>%s" % (situation.sender, self.mail_options(client, situation))))
        for recipient in situation.recipients:
            client.send(("RCPT TO:<%s>%s\r\n" % (recipient, self.rcpt_options(client, situation, recipient)))
                        .encode("utf-8"))
            refuse(*client.getreply())
        code, text = client.data(message)
        refuse(code, text)
        return self.queue_id(text.decode("utf-8", "replace"))

    def submit_by_command(self, situation, message):
        """What SMTP would not take goes in by the sendmail command."""
        status = self.world.status(["/usr/sbin/sendmail", "-i", "-f", situation.sender, *situation.recipients], message)
        if status:
            raise Refused("sendmail: status %d" % status)

    def mail_options(self, client, situation):
        options = " SMTPUTF8 BODY=8BITMIME" if situation.smtputf8 else ""
        if situation.ret and client.has_extn("dsn"):
            options += " RET=%s ENVID=%s-1" % (situation.ret, situation.name)
        return options

    def rcpt_options(self, client, situation, recipient):
        if situation.notify and client.has_extn("dsn"):
            return " NOTIFY=%s ORCPT=rfc822;%s" % (situation.notify, recipient)
        return ""

    def queue_id(self, reply):
        """The id in the server's answer to the message."""
        found = re.search(self.queue_id_pattern, reply)
        return found.group(1) if found else None

    def reports(self, user):
        """The mails in a user's mailbox, oldest first."""
        path = self.world.path("/var/mail/" + user)
        if not path.exists():
            return []
        parts = re.split(rb"(?:\A|(?<=\n\n))From [^\n]*\n", path.read_bytes())
        return [part.rstrip(b"\n") + b"\n" for part in parts if part.strip()]

    def returned(self, user):
        """The same for servers that hand reports to the far end instead of a mailbox of their own."""
        return self.journal.reports.get(user, [])

    def gave_up(self, _words):
        """Whether a report that calls itself a delay is the queue's last word."""
        return False

    def last_words(self):
        """What the server said last, for a run that failed."""
        lines = self.world.output()[-30:]
        try:
            lines += self.log_lines()[-15:]
        except OSError:
            pass
        return "".join("  | %s\n" % line.decode(errors="replace") for line in lines)

    def log_lines(self):
        if self.log:
            return self.world.path(self.log).read_bytes().splitlines()
        return list(self.world.syslog.lines)


class Refused(Exception):
    """The server does not take a mail that was to be harvested."""


def refuse(code, text):
    if code >= 400:
        raise Refused("%d %s" % (code, text.decode("utf-8", "replace")))


def maildir(path):
    """The mails of a Maildir, oldest first."""
    files = [f for sub in ("new", "cur") for f in (Path(path) / sub).glob("*")]
    return [f.read_bytes() for f in sorted(files, key=lambda f: (f.stat().st_mtime_ns, f.name))]


def names(wanted=lambda server: not server.npm):
    """The servers that are run unless others are named."""
    found = sorted(f.stem for f in Path(__file__).parent.glob("[a-z]*.py"))
    return [name for name in found if wanted(load(name))]


def load(name):
    return importlib.import_module("servers." + name).Server


def pick(*names_of_situations):
    return tuple(situations.BY_NAME[name] for name in names_of_situations)
