"""OpenSMTPD: its short reports with a text part that names each address; DSN on request."""
import situations
from servers import Base, pick

CONFIGURE = """
smtp max-message-size 50K
queue ttl 18s
bounce warn-interval 4s
table aliases file:/etc/aliases
listen on 127.0.0.1 port 25 hostname mx.example.org
listen on 192.0.2.1 port 25 hostname mx.example.org
action "local" mbox alias <aliases>
action "lmtp" lmtp "store.example.net:24" rcpt-to virtual { "@" = nobody }
action "relay" relay helo mx.example.org src 192.0.2.1
action "strict" relay helo mx.example.org tls
match from any for domain { "example.org", "mx.example.org" } action "local"
match from any for local action "local"
match from src 127.0.0.1 for domain "half.example.com" action "strict"
match from src 127.0.0.1 for domain "LMTP" action "lmtp"
match from src 127.0.0.1 for any action "relay"
match from local for any action "relay"
"""


class Server(Base):
    packages = ("opensmtpd",)
    accounts = ("opensmtpd", "opensmtpq")
    seconds = 40
    queue_id_pattern = r"2\.0\.0:? (\w+) Message accepted"
    situations = pick(
        "no-user", "no-user-lines", "full", "auth", "too-big", "spam", "full-later", "half-tls", "no-domain",
        "null-mx", "dns-fails", "refused", "cut-rcpt", "announced-size", "mixed", "mixed-times", "lmtp",
        "success-local", "success-mixed", "utf8-domain", "local-program", "alias", "greylist-forever")

    def configure(self):
        world = self.world
        world.write("/etc/smtpd.conf", CONFIGURE.replace("LMTP", situations.LMTP_DOMAIN))
        world.directory("/var/empty")
        world.directory("/var/spool/smtpd", 0, 0o711)
        world.run("chgrp", "opensmtpq", "/usr/sbin/smtpctl")
        world.path("/usr/sbin/smtpctl").chmod(0o2555)
        world.run("ln", "-sf", "smtpctl", "/usr/sbin/sendmail")

    def gave_up(self, words):
        """Its last report calls itself "delayed", as the one before."""
        return b"Envelope expired" in words

    def start(self):
        self.world.start("/usr/sbin/smtpd", "-F")
        self.seconds_run = 0

    def tick(self):
        """A failed relay is tried again after 400 seconds, which cannot be configured: ask for it."""
        self.seconds_run += 1
        if self.seconds_run % 4 == 0:
            self.world.run("smtpctl", "schedule", "all", check=False)
