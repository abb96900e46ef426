"""Dovecot: what its LMTP server and its delivery agent send back: over quota, Sieve reject and vacation.

Its mails go out through the far end, which keeps them.
"""
import smtplib

import situations
from servers import Base, Refused, pick

CONFIGURE = """protocols = lmtp
listen = 127.0.0.1
hostname = mx.example.org
postmaster_address = postmaster@example.org
submission_host = 192.0.2.10:25
mail_location = maildir:~/Maildir
ssl = no
log_path = syslog
quota_full_tempfail = no
userdb {
  driver = passwd-file
  args = username_format=%n /etc/dovecot/users
}
passdb {
  driver = static
  args = nopassword=y
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = 24
  }
}
protocol lmtp {
  mail_plugins = quota sieve
}
protocol lda {
  mail_plugins = quota sieve
}
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=1G
  sieve = file:~/.dovecot.sieve
}
"""

SIEVE = {
    "arno": 'require "reject";\nreject "I take mail from the office only.";\n',
    "beate": 'require "vacation";\nvacation :subject "Away until Monday"\n'
             '  "I am away until Monday. Urgent things: the desk.";\n',
}


class Server(Base):
    packages = ("dovecot-lmtpd", "dovecot-sieve")
    accounts = ("dovecot", "dovenull")
    seconds = 8
    port = 24
    strangers = False
    situations = pick("success-local", "local-full", "local-reject", "local-away")

    def configure(self):
        world = self.world
        world.write("/etc/dovecot/dovecot.conf", CONFIGURE)
        rows = []
        for name in situations.SENDERS:
            uid = world.uid(name)
            extra = "userdb_quota_rule=*:bytes=100" if name == "cora" else ""
            rows.append("%s::%d:%d::/home/%s::%s\n" % (name, uid, uid, name, extra))
        world.write("/etc/dovecot/users", "".join(rows))
        for name, script in SIEVE.items():
            world.write("/home/%s/.dovecot.sieve" % name, script, world.uid(name))

    def start(self):
        self.world.start("/usr/sbin/dovecot", "-F")

    def submit(self, situation, message):
        with smtplib.LMTP("127.0.0.1", self.port, "localhost", timeout=20) as client:
            return self.hand_over(client, situation, message)

    def submit_by_command(self, situation, message):
        """What LMTP refuses, the delivery agent sends back itself."""
        recipient = situation.recipients[0]
        status = self.world.status(["/usr/lib/dovecot/dovecot-lda", "-f", situation.sender, "-a", recipient,
                                    "-d", recipient.partition("@")[0]], message)
        if status:
            raise Refused("dovecot-lda: status %d" % status)

    def reports(self, user):
        return self.returned(user)
