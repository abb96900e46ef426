"""Courier: reports in its own words, "<<< reply" under each address, DSN."""
from pathlib import Path

import situations
from servers import Base, maildir, pick

# Owner, group and mode that Debian's maintainer script gives; the package's own files say root.
OWNED = (
    ("/usr/sbin/sendmail", "root", "courier", 0o2755),
    ("/usr/bin/mailq", "courier", "courier", 0o2755),
    ("/usr/lib/courier/courier/submitmkdir", "courier", "courier", 0o4755),
    ("/etc/courier/aliases", "root", "courier", 0o750),
    ("/etc/courier/aliases/system", "root", "courier", 0o640),
    ("/etc/courier/esmtpauthclient", "root", "courier", 0o640),
)
DIRECTORIES = (
    ("/var/lib/courier", 0o755), ("/var/lib/courier/allfilters", 0o750), ("/var/lib/courier/filters", 0o750),
    ("/var/lib/courier/msgq", 0o750), ("/var/lib/courier/msgs", 0o750), ("/var/lib/courier/track", 0o755),
    ("/var/lib/courier/tmp", 0o770), ("/run/courier", 0o775), ("/run/courier/authdaemon", 0o750),
)
SETTINGS = {
    "me": "mx.example.org", "locals": "localhost\nexample.org\nmx.example.org", "defaultdomain": "example.org",
    "dsnfrom": "\"Courier mail server at mx.example.org\" <@>", "retryalpha": "4s", "retrybeta": "1",
    "retrygamma": "4s", "retrymaxdelta": "0", "warntime": "5s", "queuetime": "16s", "submitdelay": "0s",
    "esmtptimeout": "3s", "esmtptimeouthelo": "3s", "esmtptimeoutconnect": "2s", "esmtptimeoutquit": "2s",
    "esmtptimeoutdata": "3s", "esmtpdelay": "1s", "sizelimit": "50000", "ipout": "192.0.2.1",
}


class Server(Base):
    packages = ("courier-mta",)
    accounts = ("courier",)
    seconds = 45
    queue_id_pattern = r"Ok\. ([0-9A-F.]+)"
    situations = pick(
        "no-user", "no-user-access", "no-user-latin1", "full", "attachment", "web", "recipient-rate",
        "no-domain", "null-mx", "lame-mx", "dns-fails", "refused", "no-route", "cut-rcpt", "mixed",
        "mixed-times", "success", "success-local", "success-mixed", "utf8-user", "utf8-refused",
        "local-no-user", "local-full", "local-loop", "local-program")

    def configure(self):
        world = self.world
        for name, value in SETTINGS.items():
            world.write("/etc/courier/" + name, value + "\n")
        for name, mode in DIRECTORIES:
            world.directory(name, "courier", mode)
        for name, owner, group, mode in OWNED:
            world.run("chown", "%s:%s" % (owner, group), name)
            world.path(name).chmod(mode)
        for name, target in (("makedat", "../lib/courier/makedat"), ("lockmail", "lockmail.courier"),
                             ("preline", "preline.courier"), ("deliverquota", "deliverquota.courier")):
            world.run("ln", "-sf", target, "/usr/bin/" + name)
        world.write("/etc/environment", "")
        world.write("/etc/courier/smtpaccess/default", "127\tallow,RELAYCLIENT\n192.0.2\tallow\n")
        world.write("/etc/courier/aliases/system", "".join(
            "%s: %s\n" % (name, target.strip('"')) for name, target in situations.ALIASES.items()))
        world.path("/etc/courier/aliases/system").chmod(0o640)
        self.edit("courierd", ESMTP_BLOCKBACKSCATTER="", ESMTP_USE_STARTTLS="0")
        self.edit("esmtpd", TARPIT="0", PORT="127.0.0.1.25,192.0.2.1.25", MAXPERIP="40", MAXPERC="40")
        self.make_mailboxes()
        for command in ("makesmtpaccess", "makeacceptmailfor", "makealiases", "makehosteddomains"):
            world.run("/usr/lib/courier/" + command, check=command != "makehosteddomains")

    def edit(self, name, **settings):
        path = self.world.path("/etc/courier/" + name)
        lines = [line for line in path.read_text().splitlines() if line.partition("=")[0] not in settings]
        path.write_text("\n".join(lines + ['%s="%s"' % item for item in settings.items()]) + "\n")

    def make_mailboxes(self):
        for user in situations.SENDERS:
            owner = self.world.uid(user)
            for sub in ("", "/new", "/cur", "/tmp"):
                self.world.directory("/home/%s/Maildir%s" % (user, sub), owner, 0o700)
        # A quota as maildirmake -q writes it, already used up.
        owner = self.world.uid("cora")
        self.world.write("/home/cora/Maildir/maildirsize", "1000S\n2000 1\n", owner, 0o600)

    def start(self):
        self.world.run("/usr/sbin/authdaemond", "start")
        self.world.run("/usr/sbin/courier", "start")
        self.world.run("/usr/lib/courier/esmtpd", "start")

    def reports(self, user):
        return maildir(Path(self.world.path("/home/%s/Maildir" % user)))
